"""The console under hasty hands, and with its server gone."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.journeys.test_whole_story import enter
from tests.support.browser import person, read_frame
from tests.support.fake_media import FakeDevice, make
from tests.support.server import DemoServer

HALL_CAMERA = 9
SETTLED_S = 4.0


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> FakeDevice:
    words = "The hall is heard by all of those who take part from far away"
    return make(tmp_path_factory.mktemp("devices"), HALL_CAMERA, words)


async def test_the_halls_camera_that_was_pressed_twice_sends_nothing_behind_the_consoles_back(
    demo_server: DemoServer, device: FakeDevice
) -> None:
    async with person(device) as chair:
        await enter(chair, demo_server.links["chair"])
        await expect(chair.locator("#line")).to_have_text("Connected", timeout=15_000)
        camera = chair.locator("#hall-camera")
        await camera.dblclick()
        await asyncio.sleep(SETTLED_S)
        await expect(camera).to_have_attribute("aria-pressed", "false")
        await expect(chair.locator("#hall-camera-state")).to_contain_text("fed from elsewhere, or by the test picture")
        assert await read_frame(chair, "#stage") is None, "the camera feeds the hall while the console says it does not"
        await camera.click()
        await expect(chair.locator("#hall-camera-state")).to_contain_text("are the hall's", timeout=15_000)


async def test_a_key_that_is_held_down_is_one_press(demo_server: DemoServer) -> None:
    async with person(None) as chair:
        await enter(chair, demo_server.links["chair"])
        await expect(chair.locator("#line")).to_have_text("Connected", timeout=15_000)
        await chair.keyboard.down("l")
        await expect(chair.locator("#decision")).to_contain_text("May the list of speakers be closed?", timeout=15_000)
        await chair.keyboard.down("l")  # the keyboard repeats it
        await asyncio.sleep(1.0)
        await expect(chair.locator("#messages")).not_to_contain_text("The meeting is being asked something already.")


@pytest.mark.parametrize("role", ["chair", "ngo"])
async def test_that_the_server_is_lost_is_said_where_the_eye_is(demo_server: DemoServer, role: str) -> None:
    async with person(None, viewport={"width": 390, "height": 844}) as page:
        await enter(page, demo_server.links[role])
        if role == "ngo":
            await page.goto(page.url.replace("/check/", "/meeting/"))
        await expect(page.locator("#line")).to_have_text("Connected", timeout=15_000)
        await expect(page.locator("#offline")).to_be_hidden()
        await demo_server.stop()
        await expect(page.locator("#offline")).to_be_in_viewport(timeout=15_000)

"""The hall: its camera at the console, and its screen, which shows and sounds who is far away and never itself."""

from functools import partial

import pytest
from playwright.async_api import expect

from tests.journeys.test_whole_story import enter, go_in, shows, shows_none_of_ours, soon
from tests.support.browser import bursts, listen, person
from tests.support.fake_media import FakeDevice, make
from tests.support.server import DemoServer

CHAIR, NGO = 9, 5


@pytest.fixture(scope="module")
def devices(tmp_path_factory: pytest.TempPathFactory) -> dict[int, FakeDevice]:
    folder = tmp_path_factory.mktemp("devices")
    words = {
        CHAIR: "I give the floor to the next speaker on the list, please proceed now",
        NGO: "Civil society asks that every session be open to those who are far away",
    }
    return {number: make(folder, number, text) for number, text in words.items()}


@pytest.mark.timeout(180)
async def test_the_consoles_camera_is_the_halls_until_it_is_turned_off(
    demo_server: DemoServer, devices: dict[int, FakeDevice]
) -> None:
    async with person(devices[CHAIR]) as chair, person(devices[NGO]) as ngo:
        await enter(ngo, demo_server.links["ngo"])
        await go_in(ngo)
        await soon(partial(shows_none_of_ours, ngo, "#stage"), 10, "the test picture")
        await enter(chair, demo_server.links["chair"])
        await chair.get_by_role("button", name="Use this device's camera").click()
        await expect(chair.locator("#hall-camera-state")).to_contain_text("are the hall's", timeout=15_000)
        await soon(partial(shows, ngo, "#stage", CHAIR), 5, "the camera instead of the test picture")
        await chair.get_by_role("button", name="Use this device's camera").click()
        await soon(partial(shows_none_of_ours, ngo, "#stage"), 10, "the test picture again")


@pytest.mark.timeout(180)
async def test_the_halls_screen_carries_the_remote_speaker_and_never_the_hall(
    demo_server: DemoServer, devices: dict[int, FakeDevice]
) -> None:
    async with person(devices[CHAIR]) as chair, person(devices[NGO]) as ngo, person() as hall:
        await enter(hall, demo_server.links["hall"])
        await expect(hall.locator("#hall")).to_have_attribute("data-line", "connected", timeout=15_000)
        assert bursts(await listen(hall, "#floor", 2))[0] == 0, "the hall is not given its own sound"
        await enter(ngo, demo_server.links["ngo"])
        await go_in(ngo)
        await ngo.get_by_role("button", name="Request the floor").click()
        await expect(hall.locator("#hall-list")).to_contain_text("Lucía Paredes")
        await enter(chair, demo_server.links["chair"])
        await expect(chair.locator("#list")).to_contain_text("line ready", timeout=15_000)
        await chair.get_by_role("button", name="Call the next speaker").click()
        await soon(partial(shows, hall, "#stage", NGO), 3, "the speaker on the hall's screen")
        await expect(hall.locator("#lower-third")).to_contain_text("Lucía Paredes")
        loud, changes = bursts(await listen(hall, "#floor", 6))
        assert 0.2 < loud < 0.9, f"the hall hears speech {loud:.0%} of the time"
        assert changes > 0.3
        await chair.get_by_role("button", name="Stop the clock").click()
        await expect(ngo.locator("#mine")).to_have_attribute("data-standing", "paused")
        assert bursts((await listen(hall, "#floor", 2))[25:])[0] == 0, "nobody is heard while the clock stands"
        await chair.get_by_role("button", name="Let the clock run").click()
        await soon(partial(shows, hall, "#stage", NGO), 3, "the speaker again")
        await ngo.get_by_role("button", name="I have finished").click()
        await expect(hall.locator("#lower-third")).to_contain_text("The floor is with the presiding officer.")
        assert bursts((await listen(hall, "#floor", 3))[50:])[0] == 0, "after the statement nobody's voice is received"

"""Cameras that are refused or missing, and a second tab: said in words, and the person goes on listening."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.journeys.test_whole_story import enter, go_in
from tests.support.browser import person, read_frame
from tests.support.fake_media import FakeDevice, make
from tests.support.server import DemoServer


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> FakeDevice:
    return make(tmp_path_factory.mktemp("devices"), 6, "I take part from far away and wait until I am called to speak")


async def ask_for_the_floor(page: Page, url: str) -> None:
    await enter(page, url)
    await go_in(page)
    await page.get_by_role("button", name="Request the floor").click()
    await expect(page.locator("#mine")).to_have_attribute("data-standing", "next")


async def listens(page: Page) -> None:
    """The hall's picture arrives (it is none of ours), and the line is said to be there."""
    await expect(page.locator("#line")).to_have_text("Connected", timeout=15_000)
    await expect(page.locator("#stage")).to_have_attribute("data-showing", "", timeout=15_000)
    assert await read_frame(page, "#stage") is None


async def test_a_refused_microphone_is_said_in_words(demo_server: DemoServer, device: FakeDevice) -> None:
    async with person(device, lets_use=False) as page:
        await ask_for_the_floor(page, demo_server.links["ngo"])
        await expect(page.locator("#own-trouble")).to_contain_text("does not let this page use the microphone")
        await expect(page.locator("#own-state")).to_contain_text("You can listen and stay on the list")
        await expect(page.get_by_role("button", name="Try again")).to_be_visible()
        await listens(page)


async def test_a_missing_microphone_is_said_in_words(demo_server: DemoServer) -> None:
    async with person(None) as page:
        await ask_for_the_floor(page, demo_server.links["ngo"])
        await expect(page.locator("#own-trouble")).to_contain_text("No microphone was found")
        await listens(page)


async def test_of_two_tabs_the_person_chooses_which_one_speaks(demo_server: DemoServer, device: FakeDevice) -> None:
    async with person(device) as first:
        await ask_for_the_floor(first, demo_server.links["ngo"])
        await expect(first.locator("#own")).to_have_attribute("data-state", "connected", timeout=15_000)
        second = await first.context.new_page()
        await second.goto(first.url)
        await expect(second.locator("#own")).not_to_have_attribute("data-state", "connected")
        await second.get_by_role("button", name="Turn on camera and microphone").click()
        await expect(second.locator("#own")).to_have_attribute("data-state", "inuse", timeout=15_000)
        await expect(second.locator("#own-state")).to_contain_text("from another tab or window")
        await second.get_by_role("button", name="Speak from this tab instead").click()
        await expect(second.locator("#own")).to_have_attribute("data-state", "connected", timeout=15_000)
        await expect(first.locator("#own")).to_have_attribute("data-state", "inuse", timeout=15_000)


async def test_a_page_loaded_anew_in_mid_speech_asks_before_it_opens_the_microphone(
    demo_server: DemoServer, device: FakeDevice
) -> None:
    async with person(device) as speaker, person(device) as chair:
        await ask_for_the_floor(speaker, demo_server.links["ngo"])
        await expect(speaker.locator("#own")).to_have_attribute("data-state", "connected", timeout=15_000)
        await enter(chair, demo_server.links["chair"])
        await chair.get_by_role("button", name="Call the next speaker").click()
        await expect(speaker.locator("#mine")).to_have_attribute("data-standing", "speaking")
        await speaker.reload()
        await expect(speaker.locator("#mine")).to_have_attribute("data-standing", "speaking")
        assert await speaker.evaluate("document.getElementById('selfview').srcObject") is None
        await speaker.get_by_role("button", name="Turn on camera and microphone").click()
        await expect(speaker.locator("#own")).to_have_attribute("data-state", "connected", timeout=15_000)


async def test_a_revoked_link_ends_picture_sound_and_page_at_once(
    demo_server: DemoServer, device: FakeDevice, tmp_path: Path
) -> None:
    async with person(device) as speaker, person(device) as clerk:
        await ask_for_the_floor(speaker, demo_server.links["ngo"])
        await listens(speaker)
        await enter(clerk, demo_server.links["secretariat"])
        await clerk.get_by_role("link", name="Places and links").click()
        row = clerk.get_by_role("row").filter(has_text="Justicia Andina")
        await row.get_by_role("button", name="Revoke").click()
        await expect(speaker.get_by_role("heading", name="This link has been revoked.")).to_be_visible()

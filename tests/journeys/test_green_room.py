"""In the green room a delegate and a technician see and hear each other, and nobody else does."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.journeys.test_whole_story import CHAIR, NGO, enter, shows, soon
from tests.support.browser import bursts, listen, person
from tests.support.fake_media import BURST_S, SILENCE_S, make
from tests.support.server import DemoServer


@pytest.mark.timeout(180)
async def test_a_technician_talks_with_whoever_is_about_to_speak(demo_server: DemoServer, tmp_path: Path) -> None:
    speaker = make(tmp_path, NGO, "Can you hear me well enough for the meeting")
    desk = make(tmp_path, CHAIR, "Your sound is good, please move a little closer to the camera")
    async with AsyncExitStack() as stack:
        ngo = await stack.enter_async_context(person(speaker))
        technician = await stack.enter_async_context(person(desk))
        hall = await stack.enter_async_context(person())
        await enter(ngo, demo_server.links["ngo"])
        await ngo.get_by_role("link", name="Talk with a technician in the green room").click()
        await ngo.get_by_role("button", name="Connect camera and microphone").click()
        await expect(ngo.locator("#state")).to_have_attribute("data-state", "connected", timeout=20_000)

        await enter(technician, demo_server.links["secretariat"])
        await technician.get_by_role("link", name="Run the meeting").click()
        await technician.get_by_role("link", name="Everyone's line").click()
        await expect(technician.locator("#green-rooms")).to_contain_text("Justicia Andina", timeout=15_000)
        await technician.get_by_role("link", name="Talk").click()
        await technician.get_by_role("button", name="Connect microphone").click()
        await expect(technician.locator("#state")).to_have_attribute("data-state", "connected", timeout=20_000)

        await soon(lambda: shows(technician, "#stage", NGO), 15, "the technician sees who waits")
        for name, page in (("the technician", technician), ("the delegate", ngo)):
            levels = await listen(page, "#floor", 3 * (BURST_S + SILENCE_S))
            loud, changes = bursts(levels)
            assert 0.2 < loud < 0.9, f"{name} hears speech {loud:.0%} of the time"
            assert changes > 0.3, f"{name} hears {changes:.1f} changes a second"
        assert await shows(ngo, "#stage", NGO) is None, "nobody's own picture comes back"

        await enter(hall, demo_server.links["hall"])
        await hall.wait_for_selector("#stage")
        assert await shows(hall, "#stage", NGO) is None, "nothing of it reaches the hall"

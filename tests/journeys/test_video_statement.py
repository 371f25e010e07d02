"""A video statement from the file to the screens: sent, approved, called; browsers decode its pictures in order."""

import asyncio
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.journeys.test_whole_story import enter, shows_none_of_ours, soon
from tests.support.browser import person, read_frame
from tests.support.fake_media import make
from tests.support.server import DemoServer
from tests.support.shapes import FPS, NUMBER, made

SECONDS = 9


async def watched(page: Page, for_s: float) -> list[int]:
    """The numbers of the pictures that the stage shows, one after the other."""
    seen: list[int] = []
    async with asyncio.timeout(for_s + 20):
        until = asyncio.get_running_loop().time() + for_s
        while asyncio.get_running_loop().time() < until:
            frame = await read_frame(page, "#stage")
            if frame is not None and frame.source == NUMBER and (not seen or seen[-1] != frame.number):
                seen.append(frame.number)
            await asyncio.sleep(0.02)
    return seen


async def shows_the_file(page: Page) -> bool | None:
    """True where the stage shows the statement; None otherwise."""
    frame = await read_frame(page, "#stage")
    return True if frame is not None and frame.source == NUMBER else None


async def sends(ngo: Page, server: DemoServer, file: Path) -> None:
    """A delegation asks for the floor and sends a statement; returns when it waits for their approval."""
    await enter(ngo, server.links["ngo"])
    await ngo.get_by_role("link", name="Go to the meeting").click()
    await ngo.get_by_role("button", name="Request the floor").click()
    await ngo.get_by_role("link", name="Send a video statement").click()
    await ngo.get_by_label("Name of whoever speaks in it").fill("Lucía Quispe")
    await ngo.get_by_label("Their office").fill("Coordinator")
    await ngo.get_by_label("Agenda item").select_option(index=0)
    await ngo.get_by_label("File", exact=True).set_input_files(file)
    await ngo.get_by_role("button", name="Send the file").click()
    await expect(ngo.get_by_text("waits for approval")).to_be_visible(timeout=30_000)
    await expect(ngo.get_by_text("Interpreters need it")).to_be_visible()


@pytest.mark.timeout(180)
async def test_a_delegation_sends_a_statement_and_the_meeting_sees_it(demo_server: DemoServer, tmp_path: Path) -> None:
    file = made(tmp_path / "statement.mp4", SECONDS)
    device = make(tmp_path, 2, "Nobody hears this while the recorded statement is being played to the meeting")
    async with person(device) as ngo, person(device) as chair:
        await sends(ngo, demo_server, file)
        preview = ngo.locator("video.video__preview")
        await expect(preview).to_have_js_property("videoWidth", 640, timeout=10_000)
        # From anywhere in it: what lies there is what it shows.
        await preview.evaluate("video => { video.currentTime = 5; }")
        shown, _ = await soon(partial(_preview_at, ngo, 5 * FPS), 5, "the preview is shown from its middle")
        assert shown
        await ngo.get_by_role("button", name="Approve: play it so").click()
        await expect(ngo.get_by_text("on the list of speakers").first).to_be_visible()
        await ngo.get_by_role("link", name="Back to the meeting").click()

        await enter(chair, demo_server.links["chair"])
        await expect(chair.locator("#list")).to_contain_text("by video")
        await soon(partial(shows_none_of_ours, chair, "#stage"), 20, "the presiding officer sees the hall")
        await soon(partial(shows_none_of_ours, ngo, "#stage"), 20, "the delegation sees the hall")
        await chair.get_by_role("button", name="Call the next speaker").click()
        await asyncio.gather(*(soon(partial(shows_the_file, page), 3, "it is shown") for page in (chair, ngo)))
        seen = await asyncio.gather(watched(chair, 2), watched(ngo, 2))
        await chair.get_by_role("button", name="Stop the clock").click()
        await soon(partial(shows_none_of_ours, chair, "#stage"), 3, "the hall is shown while it stands")
        stopped_at = max(seen[0])
        await asyncio.sleep(1)
        await chair.get_by_role("button", name="Let the clock run").click()
        await asyncio.gather(*(soon(partial(shows_the_file, page), 3, "it goes on") for page in (chair, ngo)))
        after = await asyncio.gather(watched(chair, 2), watched(ngo, 2))
        for before, later in zip(seen, after, strict=True):
            for numbers in (before, later):
                assert len(numbers) > 12
                assert all(0 < following - number < FPS for number, following in pairwise(numbers)), numbers
            assert before[0] < FPS, "its beginning was seen"
            assert abs(later[0] - stopped_at) < 2 * FPS, "it went on where it was, not where it would have been"
        await expect(chair.get_by_text("1 has spoken")).to_be_visible(timeout=15_000)
        await soon(partial(shows_none_of_ours, chair, "#stage"), 3, "the hall is shown again")


async def _preview_at(page: Page, number: int) -> bool | None:
    frame = await read_frame(page, "video.video__preview")
    return True if frame is not None and frame.source == NUMBER and abs(frame.number - number) <= FPS else None

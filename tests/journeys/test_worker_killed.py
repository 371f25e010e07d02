"""Each of two media workers is killed in mid-speech: the speaker is back in every browser by itself, and all else
stays."""

import os
import signal
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.journeys.test_whole_story import enter, go_in, shows, soon
from tests.support.browser import bursts, listen, note_frames, noted_frames, person
from tests.support.fake_media import BURST_S, SILENCE_S, make
from tests.support.server import MEDIA_WORKERS, DemoServer

SPEAKER = 6
LIMIT_S = 300
BUFFERED_S = 0.3
"""What came before the kill is shown within this."""
BACK_S = 5.0
"""Everyone has to see the speaker again within this."""
PICTURES = 10
"""So many pictures are no standstill."""
WORKER = b"rostrum.media.sfu.worker_main"


def workers(server: DemoServer) -> list[int]:
    """The process identifiers of a server's media workers, from /proc."""
    assert server.process is not None
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == server.process.pid and WORKER in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


async def replaced(server: DemoServer, before: int) -> bool | None:
    """True where all workers run, and another one than this."""
    now = workers(server)
    return True if len(now) == MEDIA_WORKERS and before not in now else None


async def again(page: Page, since_s: float) -> float | None:
    """When (s since the epoch) the speaker's pictures came again after that instant, each another one."""
    come = [(at_s, frame) for at_s, frame in await noted_frames(page) if at_s > since_s and frame is not None]
    if len({frame.number for _, frame in come if frame.source == SPEAKER}) < PICTURES:
        return None
    assert {frame.source for _, frame in come} == {SPEAKER}
    return come[0][0]


async def seconds_left(page: Page) -> int:
    """What the speaker's clock says."""
    minutes, seconds = (await page.locator("#now [data-clock-time]").inner_text()).split(":")
    return int(minutes) * 60 + int(seconds)


@pytest.mark.timeout(240)
async def test_a_worker_killed_in_mid_speech(demo_server: DemoServer, tmp_path: Path) -> None:
    device = make(tmp_path, SPEAKER, "We speak on although the process that carries our picture has just been killed")
    async with AsyncExitStack() as stack:
        chair, ngo, delegate = [await stack.enter_async_context(person(one)) for one in (None, None, device)]
        await enter(chair, demo_server.links["chair"])
        await enter(ngo, demo_server.links["ngo"])
        await go_in(ngo)
        await enter(delegate, demo_server.links["delegate"])
        await go_in(delegate)
        await delegate.get_by_role("button", name="Request the floor").click()
        await expect(chair.locator("#list")).to_contain_text("line ready", timeout=15_000)
        await chair.get_by_role("button", name="Call the next speaker").click()
        called_s = time.monotonic()
        watchers = {"chair": chair, "ngo": ngo}
        for name, page in watchers.items():
            await soon(partial(shows, page, "#stage", SPEAKER), 5, f"{name} sees the delegate")
            await note_frames(page, "#stage")
        await delegate.evaluate("window.neverLeft = true")

        both = workers(demo_server)
        assert len(both) == MEDIA_WORKERS
        for before in both:
            killed_s = time.time()
            os.kill(before, signal.SIGKILL)
            _, took_s = await soon(partial(replaced, demo_server, before), 5, "another worker runs")
            print(f"killed to another worker: {took_s:.2f} s")
            for name, page in watchers.items():
                back_s, _ = await soon(
                    partial(again, page, killed_s + BUFFERED_S), 10, f"{name} sees the delegate again"
                )
                print(f"killed to the picture at the {name}'s: {back_s - killed_s:.2f} s")
                assert back_s - killed_s < BACK_S, name
        loud, _ = bursts(await listen(ngo, "#floor", 2 * (BURST_S + SILENCE_S)))
        assert 0.25 < loud < 0.85, f"speech is heard {loud:.0%} of the time"

        assert await delegate.evaluate("window.neverLeft"), "the page was loaded anew"
        await expect(delegate.locator("#mine")).to_have_attribute("data-standing", "speaking")
        await expect(chair.locator("#now")).to_contain_text("Ndiaye")
        # Nobody stopped the clock, so it ran on.
        assert abs(await seconds_left(chair) - (LIMIT_S - (time.monotonic() - called_s))) < 3
        await delegate.get_by_role("button", name="I have finished").click()
        await expect(chair.locator("#now")).to_contain_text("The floor is with the presiding officer.")

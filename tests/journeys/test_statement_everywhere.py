"""A video statement wherever it comes to: in a meeting's browser, on the webcast both ways, in the recording.

Everywhere its pictures come in their order, and its sound in time with them; `pytest -s` prints how far apart they are.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect

from rostrum.cli.demo import MEETING_ID
from tests.journeys.test_video_statement import sends, shows_the_file
from tests.journeys.test_whole_story import enter, go_in, shows, shows_none_of_ours, soon
from tests.support.browser import note_frames, noted_frames, person
from tests.support.hall_encoder import encoding
from tests.support.in_time import Seen, note_ticks, noted_ticks, seen_in, ticking
from tests.support.server import DemoServer
from tests.support.shapes import FPS, NUMBER

SECONDS = 8
HLS_DELAY_S = 8


@dataclass
class Streamed:
    """The segments of a webcast's picture and floor, kept as they come."""

    url: str
    kept: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"video": {}, "floor": {}})
    heads: dict[str, bytes] = field(default_factory=dict)

    async def follow(self) -> None:
        """Until it is cancelled."""
        async with aiohttp.ClientSession() as session:
            while True:
                for rendition in self.kept:
                    await self._look(session, rendition)
                await asyncio.sleep(0.5)

    async def _look(self, session: aiohttp.ClientSession, rendition: str) -> None:
        base = f"{self.url}/hls/{MEETING_ID}/{rendition}"
        async with session.get(f"{base}/playlist.m3u8") as answer:
            listed = re.findall(r"^(\d+)\.m4s", await answer.text(), re.MULTILINE) if answer.status == 200 else []
        if listed and rendition not in self.heads:
            async with session.get(f"{base}/init.mp4") as answer:
                self.heads[rendition] = await answer.read()
        for number in map(int, listed):
            if number not in self.kept[rendition]:
                async with session.get(f"{base}/{number}.m4s") as answer:
                    if answer.status == 200:
                        self.kept[rendition][number] = await answer.read()

    def seen(self) -> Seen:
        """What is in them, by the stream's own times."""
        both = [self.heads[one] + b"".join(parts for _, parts in sorted(self.kept[one].items())) for one in self.kept]
        return seen_in(*both)


@asynccontextmanager
async def streamed(url: str) -> AsyncIterator[Streamed]:
    """The webcast's stream, followed meanwhile."""
    stream = Streamed(url)
    following = asyncio.create_task(stream.follow())
    try:
        yield stream
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def seen_by(page: Page) -> Seen:
    """What a browser has shown and sounded."""
    shown = [(at_s, frame.number) for at_s, frame in await noted_frames(page) if frame and frame.source == NUMBER]
    return Seen(shown, await noted_ticks(page))


@pytest.mark.timeout(240)
async def test_it_is_the_same_in_the_meeting_on_the_webcast_and_in_the_recording(
    demo_server: DemoServer, tmp_path: Path
) -> None:
    file = ticking(tmp_path / "statement.mp4", SECONDS)
    async with AsyncExitStack() as stack:
        ngo, chair, anybody = [await stack.enter_async_context(person()) for _ in range(3)]
        await sends(ngo, demo_server, file)
        await ngo.get_by_role("button", name="Approve: play it so").click()
        await ngo.get_by_role("link", name="Back to the meeting").click()
        await soon(partial(shows_none_of_ours, ngo, "#stage"), 20, "the delegation sees the hall")
        clerk = await _clerk(chair, demo_server)
        await clerk.goto(re.sub(r"/console.*", f"/console/feeds/{MEETING_ID}", clerk.url))
        await clerk.get_by_role("button", name="Let anybody watch").click()
        await enter(chair, demo_server.links["chair"])
        chair.on("dialog", lambda dialog: dialog.accept())
        await chair.get_by_role("button", name="Record the meeting").click()
        await expect(chair.get_by_text("This meeting is recorded")).to_be_visible()
        await anybody.goto(f"{demo_server.url}/watch/{MEETING_ID}")
        await expect(anybody.locator("#watch")).to_have_attribute("data-way", "live", timeout=20_000)
        stream = await stack.enter_async_context(streamed(demo_server.url))
        await soon(partial(_begun, stream), 30, "the stream has begun")
        watching = {"in the meeting": ngo, "on the webcast": anybody}
        for page in watching.values():
            await note_frames(page, "#stage")
            await note_ticks(page)
        await chair.get_by_role("button", name="Call the next speaker").click()
        await soon(partial(shows_the_file, ngo), 5, "it is shown")
        await expect(chair.get_by_text("1 has spoken")).to_be_visible(timeout=(SECONDS + 15) * 1000)
        await chair.get_by_role("button", name="Stop the recording").click()
        for where, page in watching.items():
            (await seen_by(page)).assert_right(where, at_least=SECONDS * FPS // 2, live=True)
        await asyncio.sleep(HLS_DELAY_S)
        (await asyncio.to_thread(stream.seen)).assert_right("in the stream", at_least=SECONDS * FPS // 2)
        clip = await _clip(ngo)
        (await asyncio.to_thread(seen_in, clip)).assert_right("in the recording", at_least=SECONDS * FPS * 9 // 10)


@pytest.mark.timeout(120)
async def test_the_backup_is_seen_within_a_second_of_the_main_feeds_end(demo_server: DemoServer) -> None:
    main, backup = 3, 4
    async with AsyncExitStack() as stack:
        ngo = await stack.enter_async_context(person())
        clerk = await _clerk(ngo, demo_server)
        await clerk.goto(re.sub(r"/console.*", f"/console/feeds/{MEETING_ID}", clerk.url))
        for _ in range(2):
            await clerk.get_by_role("button", name=re.compile("^Make a token")).first.click()
        url = await clerk.locator("dd code").first.inner_text()
        tokens = await clerk.locator("code.token").all_inner_texts()
        await enter(ngo, demo_server.links["ngo"])
        await go_in(ngo)
        _, standing = [
            await stack.enter_async_context(encoding(url, token, number))
            for number, token in zip((backup, main), reversed(tokens), strict=True)
        ]
        await soon(partial(shows, ngo, "#stage", main), 15, "the main feed is shown")
        await note_frames(ngo, "#stage")
        await asyncio.sleep(2)
        pulled_s = standing.pull()
        await soon(partial(shows, ngo, "#stage", backup), 5, "the backup is shown")
        await asyncio.sleep(1)
        seen = [(at_s, frame.source) for at_s, frame in await noted_frames(ngo) if frame is not None]
        (before_s, _), (after_s, _) = next(
            (one, other) for one, other in pairwise(seen) if (one[1], other[1]) == (main, backup)
        )
        print(f"the backup came {after_s - pulled_s:.2f} s after the main feed was pulled")
        assert {source for at_s, source in seen if at_s > after_s} == {backup}
        assert after_s - max(pulled_s, before_s) < 1.0


async def _clerk(page: Page, server: DemoServer) -> Page:
    """The secretariat, in a window of its own."""
    assert page.context.browser is not None
    clerk = await (await page.context.browser.new_context()).new_page()
    await enter(clerk, server.links["secretariat"])
    return clerk


async def _begun(stream: Streamed) -> bool | None:
    return all(stream.kept.values()) or None


async def _clip(page: Page) -> bytes:
    """What the delegation is given of its own statement, once the recording is closed."""
    await page.goto(re.sub(r"/at/([^/]+)/.*", r"/at/\1/clips", page.url))
    link = page.get_by_role("link", name="The floor, as it is spoken")

    async def there() -> bool | None:
        if await link.count():
            return True
        await page.reload()
        return None

    await soon(there, 20, "the delegation's statement can be taken")
    answer = await page.context.request.get(str(await link.evaluate("link => link.href")))
    assert answer.status == 200
    return await answer.body()

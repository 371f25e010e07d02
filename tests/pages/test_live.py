"""The stream of a meeting's news: what comes, what does not come twice, and when the page must leave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from yarl import URL

from rostrum.assembly import rules
from rostrum.assembly.accreditation import OpenSession
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.meeting import ConveneMeeting
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.live.hub import Hub
from tests.support.app import Knocker, Running

QUIET_S = 0.4


@dataclass
class Stream:
    """One open stream."""

    answer: aiohttp.ClientResponse

    async def event(self, within_s: float = 5.0) -> tuple[str, str]:
        """The next event: its name and data."""
        name, data = "", []
        async with asyncio.timeout(within_s):
            while line := (await self.answer.content.readline()).decode().rstrip("\n"):
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    data.append(value)
        return name, "\n".join(data)

    async def until(self, wanted: str) -> str:
        """The data of the next event of this name; others are passed over."""
        while True:
            name, data = await self.event()
            if name == wanted:
                return data

    async def says(self, name: str, words: str) -> None:
        """Wait for an event of this name that holds these words; what comes before it may be older news."""
        while words not in await self.until(name):
            pass

    async def say_each(self, words: dict[str, str]) -> None:
        """Wait until, for each name, an event has held its words: what is one's own may come before what is shared."""
        missing = dict(words)
        while missing:
            name, data = await self.event()
            if name in missing and missing[name] in data:
                del missing[name]

    async def is_quiet(self) -> bool:
        """Whether nothing more comes."""
        try:
            await self.event(QUIET_S)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def stream(place: Knocker, view: str = "room", after: str = "") -> AsyncIterator[Stream]:
    headers = {"Last-Event-ID": after} if after else {}
    async with place.request("GET", f"/at/{place.place_id}/live/{MEETING_ID}?view={view}", headers=headers) as answer:
        assert answer.status == 200
        opened = Stream(answer)
        await opened.event()  # retry
        yield opened


async def test_a_change_reaches_everyone_who_follows(running: Running) -> None:
    delegate, chair = await running.place("ngo"), await running.place("presiding-officer")
    async with stream(delegate) as room, stream(chair, "console") as console:
        for each in (room, console):
            await each.until("version")
        await running.set_list(False)
        await room.say_each({"fragment": "The list is closed", "personal": "The list of speakers is closed."})
        await console.says("fragment", "Open the list")


async def test_a_stream_that_resumes_at_the_newest_version_is_sent_nothing(running: Running) -> None:
    delegate = await running.place("ngo")
    async with stream(delegate) as room:
        await room.until("version")
        while not await room.is_quiet():
            pass
        version = running.house.hub.version(MEETING_ID)
        async with stream(delegate, after=version) as again:
            assert [(await again.event())[0] for _ in range(2)] == ["time", "media"]
            assert await again.is_quiet()
            await running.set_list(False)
            await again.says("fragment", "The list is closed")
        async with stream(delegate, after=version) as late:
            await late.says("fragment", "The list is closed")


async def test_pages_hear_that_the_media_engine_runs_anew(running: Running) -> None:
    delegate = await running.place("ngo")
    async with stream(delegate) as room:
        before = await room.until("media")
        await room.until("version")
        running.house.hub.media_restarted()
        assert await room.until("media") != before


async def test_a_revoked_place_is_told_to_leave_and_its_stream_ends(running: Running) -> None:
    delegate = await running.place("ngo")
    async with stream(delegate) as room:
        await room.until("version")
        await running.revoke(delegate)
        await room.until("leave")
        assert await room.answer.content.read() == b""


async def test_a_view_is_rendered_once_for_all_who_follow() -> None:
    hub, rendered = Hub(), 0

    async def render() -> str:
        nonlocal rendered
        rendered += 1
        await asyncio.sleep(0.01)
        return f"rendering {rendered}"

    hub.advance("m", 1)
    assert set(await asyncio.gather(*(hub.kept("m", "room-en", render) for _ in range(200)))) == {"rendering 1"}
    hub.advance("m", 2)
    assert await hub.kept("m", "room-en", render) == "rendering 2"


async def test_a_rendering_that_failed_is_not_kept() -> None:
    hub = Hub()
    tries = 0

    async def render() -> str:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError("the database is away")
        return "here again"

    with pytest.raises(OSError, match="away"):
        await hub.kept("m", "room", render)
    assert await hub.kept("m", "room", render) == "here again"


class Noting:
    """A follower that notes what it is served; slow where `takes_s`."""

    def __init__(self, *, sees_lines: bool = False, takes_s: float = 0.0, fails: bool = False) -> None:
        self.sees_lines = sees_lines
        self.served: list[str] = []
        self.changed = asyncio.Condition()
        self.ended = False
        self.takes_s = takes_s
        self.fails = fails

    async def until(self, version: str) -> None:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: version in self.served)

    async def serve(self, version: str) -> None:
        async with self.changed:
            self.served.append(version)
            self.changed.notify_all()
        await asyncio.sleep(self.takes_s)
        if self.fails:
            raise OSError("the database is away")

    async def look(self) -> bool:
        return False

    def end(self) -> None:
        self.ended = True


async def test_a_slow_follower_gets_the_newest_and_not_every_version() -> None:
    hub, slow = Hub(), Noting(takes_s=0.05)
    with hub.following("m", slow):
        await slow.until("0-0")
        for version in range(1, 500):
            hub.advance("m", version)
        await slow.until("499-0")
    assert len(slow.served) == 2


async def test_lines_and_presence_reach_only_those_who_see_them_and_together() -> None:
    hub, room, console = Hub(), Noting(), Noting(sees_lines=True)
    with hub.following("m", room), hub.following("m", console):
        await console.until("0-0-0")
        for _ in range(100):
            hub.ripple("m")
        await console.until("0-0-1")
    assert (room.served, console.served) == (["0-0"], ["0-0-0", "0-0-1"])


async def test_a_follower_that_cannot_be_served_is_let_go_and_the_others_are_served() -> None:
    hub, broken, sound = Hub(), Noting(fails=True), Noting()
    with hub.following("m", broken), hub.following("m", sound):
        await sound.until("0-0")
    assert (broken.ended, sound.ended) == (True, False)


async def test_a_page_that_takes_nothing_in_keeps_nobody_waiting(running: Running) -> None:
    stuck, delegate = await running.place("observer-state"), await running.place("ngo")
    reader, writer = await asyncio.open_connection("localhost", URL(running.base).port, limit=1024)
    cookies = "; ".join(f"{name}={value}" for name, value in stuck.jar.items())
    path = f"/at/{stuck.place_id}/live/{MEETING_ID}?view=room"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n".encode())
    assert b"200 OK" in await reader.readline()
    async with stream(delegate) as room:
        await room.until("version")
        for turn in range(200):
            await running.set_list(turn % 2 == 1)
        await running.set_list(False)
        newest = running.house.hub.version(MEETING_ID)
        while await room.until("version") != newest:
            pass
    writer.close()
    await running.set_list(True)


async def test_somebody_who_comes_or_goes_ripples(running: Running) -> None:
    chair, delegate = await running.place("presiding-officer"), await running.place("ngo")
    async with stream(chair, "console") as console:
        await console.says("fragment", "1 place has this meeting open.")
        async with stream(delegate):
            await console.says("fragment", "2 places have this meeting open.")
        await console.says("fragment", "1 place has this meeting open.")
    await running.set_list(False)
    await running.set_list(True)


async def test_the_news_of_another_sessions_meeting_are_for_that_session(running: Running) -> None:
    desk, now = running.house.desk, running.house.clock()
    titles = {"en": "Elsewhere"}
    await desk.act(ACCREDITATION, "elsewhere", OpenSession("elsewhere", titles, rules.load("asp")), SYSTEM)
    await desk.act(MEETING, "m2", ConveneMeeting("m2", "elsewhere", titles, now, (), rules.load("asp")), SYSTEM)
    for category, view in (("ngo", "room"), ("presiding-officer", "console")):
        place = await running.place(category)
        for meeting_id in ("m2", "there-is-none"):
            path = f"/at/{place.place_id}/live/{meeting_id}?view={view}"
            assert await place.status("GET", path) == 404, f"{category} follows {meeting_id}"

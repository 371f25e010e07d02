"""`kill -9` of the server at random instants of random meetings that are run over HTTP.

Nothing acknowledged is lost, nothing happens twice, the clocks are right. `KILLS` says how many meetings are killed;
`make test-kills` does it 200 times.
"""

import asyncio
import os
import random
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from rostrum.assembly.entry import FloorRequested, RequestWithdrawn, SpeakerCalled, SpeechEnded
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.sitting import MeetingConvened, MeetingOpened
from rostrum.assembly.speakers import ListOpened
from rostrum.assembly.speaking import SpeechPaused, SpeechResumed, TimeExtended
from rostrum.record.codec import Event
from rostrum.record.database import Database
from rostrum.record.journal import Journal
from rostrum.settings import Settings
from tests.support.by_http import HttpPerson, entered, meeting_of, recorded
from tests.support.server import DemoServer

KILLS = int(os.environ.get("KILLS", "5"))
ACTS = 12
FEW = {"without": "quorum"}
"""Goes along with every form: nobody but those who run these meetings is there to open them."""

OF_PATH: Sequence[tuple[str, type[Event]]] = (
    (r"convening", MeetingConvened),
    (r"opening", MeetingOpened),
    (r"list/opening", ListOpened),
    (r"list/\w+/withdrawal", RequestWithdrawn),
    (r"call/\w+", SpeakerCalled),
    (r"speech/\w+/pause", SpeechPaused),
    (r"speech/\w+/resumption", SpeechResumed),
    (r"speech/\w+/extension", TimeExtended),
    (r"speech/\w+/end", SpeechEnded),
    (r"request", FloorRequested),
)
"""What each form brings about, by the end of its address."""


def brings(path: str) -> type[Event]:
    """The event that a form is for."""
    tail = re.sub(r"^(console/)?(meetings?/\w+/)?", "", path)
    return next(kind for pattern, kind in OF_PATH if re.fullmatch(pattern, tail))


@dataclass
class Run:
    """One meeting: who runs it, what was acknowledged."""

    data: Path
    chance: random.Random
    people: dict[str, HttpPerson]
    meeting_id: str = ""
    acknowledged: list[type[Event]] = field(default_factory=list)

    @property
    def meeting(self) -> Meeting:
        """As the record has it."""
        return meeting_of(recorded(self.data, self.meeting_id))

    def choice(self) -> tuple[str, str]:
        """Who sends which form next: one that can be done, as a rule."""
        meeting = self.meeting
        floor, at = meeting.floor, f"console/meetings/{self.meeting_id}"
        ways = [("delegate", f"meeting/{self.meeting_id}/request"), ("ngo", f"meeting/{self.meeting_id}/request")]
        if not floor.list_open:
            ways.append(("chair", f"{at}/list/opening"))
        ways += [("secretariat", f"{at}/list/{entry.entry_id}/withdrawal") for entry in floor.waiting[1:]]
        if not meeting.is_open:
            ways = [("chair", f"{at}/opening")]
        elif floor.speech is None:
            ways += 3 * [("chair", f"{at}/call/{entry.entry_id}") for entry in floor.waiting[:1]]
        else:
            entry_id = floor.speech.entry_id
            clock = "resumption" if floor.speech.running_since is None else "pause"
            ways += 2 * [("chair", f"{at}/speech/{entry_id}/{act}") for act in (clock, "extension", "end")]
        return self.chance.choice(ways)

    async def act(self, who: str, path: str) -> None:
        """Send a form. What is acknowledged is noted, and is in the record by then; what is refused is not."""
        before = len(recorded(self.data, self.meeting_id))
        status = await self.people[who].post(path, FEW)
        after = recorded(self.data, self.meeting_id)
        assert status in (303, 409), f"{path}: {status}"
        if status == 303:
            self.acknowledged.append(brings(path))
            assert brings(path) in [type(event) for event in after[before:]], f"{path} was acknowledged, not recorded"
        else:
            assert len(after) == before, f"{path} was refused, and recorded"

    async def convene(self) -> None:
        """A meeting of its own, by the form."""
        known = set(re.findall(r"/console/meetings/(\w+)\"", await self.people["secretariat"].get("console")))
        announced = {"title-en": "Killed", "kind": "public", "starts": "2027-01-01T10:00", "zone": "UTC", "items": "0"}
        assert await self.people["secretariat"].post("console/convening", announced) == 303
        now = set(re.findall(r"/console/meetings/(\w+)\"", await self.people["secretariat"].get("console")))
        (self.meeting_id,) = now - known
        self.acknowledged.append(MeetingConvened)


async def killed_in_mid_act(server: DemoServer, run: Run) -> type[Event]:
    """Kill the server while a form is on its way; what the form was for."""
    who, path = run.choice()
    sending = asyncio.create_task(run.people[who].post(path, FEW))
    await asyncio.sleep(run.chance.uniform(0, 0.02))
    await server.kill()
    try:
        if await sending == 303:
            run.acknowledged.append(brings(path))
    except (aiohttp.ClientError, ConnectionError):
        pass  # nothing was said to whoever sent it: it may have been done, or not
    return brings(path)


def nothing_is_lost_or_twice(run: Run, in_flight: type[Event]) -> None:
    """Each form that was acknowledged is in the record once, in order; the one in flight once more at most."""
    wanted = [kind for _, kind in OF_PATH]
    found = [type(event) for event in recorded(run.data, run.meeting_id) if type(event) in wanted]
    assert found in (run.acknowledged, [*run.acknowledged, in_flight])


def used_by_hand(events: Sequence[Event]) -> tuple[int, bool]:
    """Whole milliseconds that the last speaker has used, stretch by stretch, up to the last event of the clock; and
    whether it runs."""
    used, since = 0, None
    for event in events:
        match event:
            case SpeakerCalled():
                used, since = 0, event.at
            case SpeechPaused() if since is not None:
                used, since = used + (event.at - since) // timedelta(milliseconds=1), None
            case SpeechResumed():
                since = event.at
    return used, since is not None


async def clocks_are_right(run: Run) -> None:
    """What the page's clock says is what the events add up to."""
    events = recorded(run.data, run.meeting_id)
    speech = meeting_of(events).floor.speech
    page = await run.people["chair"].get(f"console/meetings/{run.meeting_id}")
    shown = re.search(r'data-limit-ms="(\d+)" data-used-ms="(\d+)" data-running-since="(\d*)"', page)
    if speech is None:
        assert shown is None
        return
    assert shown is not None
    used, runs = used_by_hand(events)
    assert (int(shown[2]), bool(shown[3])) == (used, runs)
    extended = sum(event.by_ms for event in events[_last_call(events) :] if isinstance(event, TimeExtended))
    called = events[_last_call(events)]
    assert isinstance(called, SpeakerCalled)
    assert int(shown[1]) == called.limit_ms + extended


def _last_call(events: Sequence[Event]) -> int:
    return max(number for number, event in enumerate(events) if isinstance(event, SpeakerCalled))


@pytest.mark.timeout(60 + 20 * KILLS)
async def test_what_was_acknowledged_outlives_the_server(tmp_path: Path) -> None:
    chance = random.Random(20211119)
    server = DemoServer(tmp_path / "data")
    await server.start()
    async with AsyncExitStack() as stack:
        people = {
            role: await stack.enter_async_context(entered(server.links[role]))
            for role in ("secretariat", "chair", "delegate", "ngo")
        }
        for number in range(KILLS):
            run = Run(server.data, chance, people)
            await run.convene()
            for _ in range(chance.randrange(2, ACTS)):
                await run.act(*run.choice())
            in_flight = await killed_in_mid_act(server, run)
            await server.start()
            nothing_is_lost_or_twice(run, in_flight)
            await clocks_are_right(run)
            run.acknowledged = [
                type(e) for e in recorded(run.data, run.meeting_id) if type(e) in dict(OF_PATH).values()
            ]
            await run.act(*run.choice())
            print(f"meeting {number + 1}: {len(run.acknowledged)} acts")
        await server.stop()
    database = await Database.open(Settings(data=server.data).database)
    assert await Journal(database).verify() == []
    await database.close()


async def test_of_two_consoles_that_race_one_is_told_no(tmp_path: Path) -> None:
    server = DemoServer(tmp_path / "data")
    await server.start()
    async with AsyncExitStack() as stack:
        people = {
            role: await stack.enter_async_context(entered(server.links[role]))
            for role in ("secretariat", "chair", "delegate", "ngo")
        }
        run = Run(server.data, random.Random(7), people)
        await run.convene()
        at = f"console/meetings/{run.meeting_id}"
        await run.act("chair", f"{at}/opening")
        await run.act("chair", f"{at}/list/opening")
        for _ in range(8):
            await run.act("delegate", f"meeting/{run.meeting_id}/request")
            await run.act("ngo", f"meeting/{run.meeting_id}/request")
            for _ in range(2):
                first = run.meeting.floor.waiting[0].entry_id
                await _race(run, f"{at}/call/{first}", SpeakerCalled)
                await _race(run, f"{at}/speech/{first}/pause", SpeechPaused)
                await _race(run, f"{at}/speech/{first}/end", SpeechEnded)
        # A console whose page is behind does nothing to whoever speaks now.
        await run.act("delegate", f"meeting/{run.meeting_id}/request")
        second = run.meeting.floor.waiting[0].entry_id
        await run.act("chair", f"{at}/call/{second}")
        assert await people["secretariat"].post(f"{at}/speech/{first}/end") == 409
        assert run.meeting.floor.speech is not None
    await server.stop()


async def _race(run: Run, path: str, kind: type[Event]) -> None:
    before = len([event for event in recorded(run.data, run.meeting_id) if isinstance(event, kind)])
    both = await asyncio.gather(run.people["chair"].post(path), run.people["secretariat"].post(path))
    assert sorted(both) == [303, 409], f"{path}: {both}"
    assert len([event for event in recorded(run.data, run.meeting_id) if isinstance(event, kind)]) == before + 1

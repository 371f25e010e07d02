"""Lets the air pass when a handover's countdown has run out, and tells the booths whose line is gone."""

import asyncio
import contextlib
from collections.abc import Iterator

import structlog

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.booth import Booth, HandoverAgreed
from rostrum.assembly.booth_acts import CompleteHandover, NoteLine
from rostrum.assembly.interpretation import Interpretation
from rostrum.assembly.refusal import Refused
from rostrum.desk import INTERPRETATION, Change
from rostrum.house import House
from rostrum.line_watch import sending_in

LOOK_S = 0.25
LOST_AFTER_S = 0.5
"""So long the engine says that nothing came within its last second from a line that was there."""
COMING_S = 10.0
"""Who has just sat down may still be opening the microphone."""
BACK_AFTER_S = 0.5
CLOCKS_DIFFER_S = 0.005
"""The loop's clock and the record's are not the same: a countdown is never completed too early."""

_log = structlog.get_logger(__name__)


class BoothLines:
    """The interpreters' lines of one meeting over time, as this node sees them. Seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._since: dict[tuple[str, bool], float] = {}

    def look(
        self, booths: Iterator[Booth], sending: frozenset[str], present: frozenset[str], now_s: float
    ) -> Iterator[NoteLine]:
        """What is to be told. `sending`: places from which something comes; `present`: those with a page open here.

        Another node may have the line of whom this one has never seen: of those nothing is told."""
        for booth in booths:
            self._seen -= set(booth.team) - booth.seated
            for place_id in sorted(booth.seated):
                is_there = place_id in sending
                if is_there:
                    self._seen.add(place_id)
                elif place_id not in self._seen and place_id not in present:
                    continue
                self._since.pop((place_id, not is_there), None)
                if is_there != (place_id in booth.lost):
                    self._since.pop((place_id, is_there), None)
                    continue
                gone_s = LOST_AFTER_S if place_id in self._seen else COMING_S
                if now_s - self._since.setdefault((place_id, is_there), now_s) >= (
                    BACK_AFTER_S if is_there else gone_s
                ):
                    yield NoteLine(booth.booth_id, place_id, is_there)


async def keep_booths(house: House, stop: asyncio.Event) -> None:
    """Until told to stop."""
    watches: dict[str, BoothLines] = {}
    due = _Handovers(house)
    house.desk.listen(due.heard)
    clock = asyncio.get_running_loop().time
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_S)
        try:
            for meeting_id, state in house.desk.held(INTERPRETATION).items():
                await _look(house, meeting_id, state, watches.setdefault(meeting_id, BoothLines()), clock())
        except Exception:
            _log.exception("the booths' lines could not be looked at")
    await due.close()


async def _look(house: House, meeting_id: str, state: Interpretation, lines: BoothLines, now_s: float) -> None:
    sending = sending_in(meeting_id, house.engine.peers())
    for command in lines.look(iter(state.booths.values()), sending, house.presence.present(meeting_id), now_s):
        await _act(house, meeting_id, command)
    for booth in state.booths.values():
        # Agreed to before this server started, or on a node that is gone.
        if booth.handover.due_at is not None and booth.handover.due_at < house.clock():
            await _act(house, meeting_id, CompleteHandover(booth.booth_id))


class _Handovers:
    """Waits for each countdown on its own, so that the air passes on time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._tasks: set[asyncio.Task[None]] = set()

    def heard(self, change: Change) -> None:
        """A change of the record."""
        for row in change.recorded:
            if isinstance(row.event, HandoverAgreed):
                task = asyncio.create_task(self._complete(change.identifier, row.event))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait for none of them any longer."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _complete(self, meeting_id: str, agreed: HandoverAgreed) -> None:
        left_s = (agreed.due_at - self._house.clock()).total_seconds()
        await asyncio.sleep(max(0.0, left_s) + CLOCKS_DIFFER_S)
        await _act(self._house, meeting_id, CompleteHandover(agreed.booth_id))


async def _act(house: House, meeting_id: str, command: CompleteHandover | NoteLine) -> None:
    # Somebody may have been quicker: another node, or the interpreter who stood up.
    with contextlib.suppress(Refused):
        await house.desk.act(INTERPRETATION, meeting_id, command, SYSTEM)

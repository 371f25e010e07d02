"""Sees that the line of whoever speaks from far away is gone, or there again, and says so to the Assembly.

What follows is the Assembly's (`assembly/line.py`): the clock stops, and the presiding officer chooses. A line that is
there again puts nobody on air: the clock stands until the presiding officer lets it run.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator

import structlog

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.floor import Floor
from rostrum.assembly.line import LoseLine, RestoreLine
from rostrum.assembly.refusal import Refused
from rostrum.assembly.speech import Delivery
from rostrum.desk import MEETING
from rostrum.house import House
from rostrum.media.engine import PeerHealth, PeerState

LOOK_S = 0.5
LOST_AFTER_S = 3.0
"""Silence of a line that was there; the engine's figures are up to a second old."""
COMING_S = 15.0
"""Who has just been called may still be opening camera and microphone."""
BACK_AFTER_S = 1.0
"""A line that comes and goes is not there again."""

_log = structlog.get_logger(__name__)


def sends(peer: PeerHealth) -> bool:
    """Whether something comes from a sender now. A microphone that is shut sends its silence."""
    return peer.source is not None and peer.state is PeerState.CONNECTED and peer.bitrate_bps != 0


def sending_in(meeting_id: str, peers: Iterable[PeerHealth]) -> frozenset[str]:
    """The places from which something comes into a meeting now."""
    return frozenset(
        peer.place_id for peer in peers if peer.meeting_id == meeting_id and peer.place_id is not None and sends(peer)
    )


class LineWatch:
    """One meeting's lines over time, as this node sees them. Times in seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._gone_since: dict[str, float] = {}
        self._back_since: dict[str, float] = {}

    def look(
        self, floor: Floor, sending: frozenset[str], present: frozenset[str], now_s: float
    ) -> Iterator[LoseLine | RestoreLine]:
        """What is to be told. `sending`: places from which something comes; `present`: those with a page open."""
        self._forget(floor)
        # Who waits is connected already: a line that is lost right after the call was there before it.
        self._seen.update(entry.entry_id for entry in floor.waiting if entry.place_id in sending)
        speech = floor.speech
        if speech is not None and speech.remote and speech.delivery is Delivery.PERSON and not speech.line_lost_at:
            if speech.place_id in sending:
                self._seen.add(speech.entry_id)
                self._gone_since.pop(speech.entry_id, None)
            elif speech.entry_id in self._seen or speech.place_id in present:
                # Another node may have the line of whom this one has never seen.
                patience_s = LOST_AFTER_S if speech.entry_id in self._seen else COMING_S
                if now_s - self._gone_since.setdefault(speech.entry_id, now_s) >= patience_s:
                    yield LoseLine(speech.entry_id)
        for entry_id, place_id in _lost(floor):
            if place_id not in sending:
                self._back_since.pop(entry_id, None)
            elif now_s - self._back_since.setdefault(entry_id, now_s) >= BACK_AFTER_S:
                self._seen.add(entry_id)
                yield RestoreLine(entry_id)

    def _forget(self, floor: Floor) -> None:
        speaking = {speech.entry_id for speech in (*floor.interrupted, *((floor.speech,) if floor.speech else ()))}
        lost = {entry_id for entry_id, _ in _lost(floor)}
        self._seen &= speaking | {entry.entry_id for entry in floor.waiting}
        self._gone_since = {one: at_s for one, at_s in self._gone_since.items() if one in speaking - lost}
        self._back_since = {one: at_s for one, at_s in self._back_since.items() if one in lost}


def _lost(floor: Floor) -> Iterator[tuple[str, str]]:
    """(entry, place) of every line that is told to be lost."""
    for speech in (*floor.interrupted, *((floor.speech,) if floor.speech else ())):
        if speech.line_lost_at:
            yield speech.entry_id, speech.place_id
    for entry in floor.waiting:
        if entry.line_lost:
            yield entry.entry_id, entry.place_id


async def watch_lines(house: House, stop: asyncio.Event) -> None:
    """Look until told to stop."""
    watches: dict[str, LineWatch] = {}
    clock = asyncio.get_running_loop().time
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_S)
        try:
            await _look(house, watches, clock())
        except Exception:
            _log.exception("the speakers' lines could not be looked at")


async def _look(house: House, watches: dict[str, LineWatch], now_s: float) -> None:
    for meeting_id in await house.desk.identifiers(MEETING):
        meeting = (await house.desk.load(MEETING, meeting_id)).state
        if not meeting.is_open:
            watches.pop(meeting_id, None)
            continue
        sending = sending_in(meeting_id, house.engine.peers())
        watch = watches.setdefault(meeting_id, LineWatch())
        for command in watch.look(meeting.floor, sending, house.presence.present(meeting_id), now_s):
            # The floor may have changed in between: the next look tells what is right then.
            with contextlib.suppress(Refused):
                await house.desk.act(MEETING, meeting_id, command, SYSTEM)

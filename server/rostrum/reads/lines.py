"""Everyone's line as the technician sees it, with names: how it is now, and for how many minutes it was how."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import HALL, green_room_id
from rostrum.media.engine import PeerHealth
from rostrum.media.lines import LineNow, Lines
from rostrum.media.quality import Word
from rostrum.reads.names import Name, Names
from rostrum.record.participation import Participation

WORDS = tuple(word.name.lower() for word in Word)
"""The words in order, the best first."""


@dataclass(frozen=True)
class LineRow:
    """One connection. `name` is None for one that is nobody's in particular, as an encoder's."""

    name: Name | None
    sends: bool
    feeds_hall: bool
    word: str
    line: LineNow


@dataclass(frozen=True)
class PlaceMinutes:
    """How long a place took part, and how its line was. `minutes` by word; `share` of them was fair or worse."""

    name: Name
    category: str
    remote: bool
    minutes: Mapping[str, int]

    @property
    def total(self) -> int:
        """Minutes of which anything is known."""
        return sum(self.minutes.values())

    @property
    def share(self) -> float:
        """The fraction of the minutes that were not good."""
        return 1 - self.minutes.get("good", 0) / self.total if self.total else 0.0


@dataclass(frozen=True)
class LinesModel:
    """The lines of one meeting."""

    now: Sequence[LineRow]
    """The worst first."""
    minutes: Sequence[PlaceMinutes]
    """Those whose line was worst for the largest share of their time first."""


async def lines_model(
    meeting: Meeting, session: Accreditation, names: Names, lines: Lines, participation: Participation
) -> LinesModel:
    """The lines of a meeting, now and so far."""
    found = lines.of(meeting.meeting_id)
    minutes = await participation.of(meeting.meeting_id)
    wanted = {one.peer.place_id for one in found} | minutes.keys()
    known = await names.of(place for place_id, place in session.places.items() if place_id in wanted)
    rows = [
        LineRow(
            known.get(one.peer.place_id or ""),
            one.peer.source is not None,
            one.peer.source == HALL,
            one.quality.word.name.lower(),
            one,
        )
        for one in found
    ]
    counted = [
        PlaceMinutes(known[place_id], place.category, place.remote, minutes[place_id])
        for place_id, place in session.places.items()
        if place_id in minutes
    ]
    return LinesModel(rows, sorted(counted, key=lambda one: one.share, reverse=True))


async def green_rooms(
    meeting: Meeting, session: Accreditation, names: Names, peers: Iterable[PeerHealth]
) -> Sequence[tuple[str, Name]]:
    """(place, name) of everyone who waits in their green room of a meeting, as the engine has them."""
    waiting = {
        peer.place_id
        for peer in peers
        if peer.place_id is not None and peer.meeting_id == green_room_id(meeting.meeting_id, peer.place_id)
    }
    known = await names.of(place for place_id, place in session.places.items() if place_id in waiting)
    return sorted(known.items(), key=lambda one: one[1].person)

"""Who did what in a meeting: the record, as rows to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.sitting import MeetingOpened, MeetingResumed
from rostrum.reads.names import Name, Names
from rostrum.reads.procedure import NOBODY, people
from rostrum.record.journal import Recorded


@dataclass(frozen=True)
class ActRow:
    """One act. `event` is the event's kind, `who` None where the machine acted, `about` whom it was about."""

    seq: int
    at: datetime
    event: str
    who: Name | None
    about: Name | None
    detail: str
    """A code that says more: what kind of motion, which choice, why somebody was moved."""


async def act_rows(
    recorded: Sequence[Recorded], meeting: Meeting, session: Accreditation, names: Names
) -> Sequence[ActRow]:
    """The rows of what was recorded, newest first."""
    delegations = frozenset(str(getattr(row.event, "delegation_id", "")) for row in recorded)
    known = await people(meeting, session, names, delegations)
    actors = {row.actor for row in recorded}
    of_places = await names.of(place for place in session.places.values() if place.place_id in actors)
    rows = []
    for row in reversed(recorded):
        about = next(
            (known[getattr(row.event, field)] for field in ("entry_id", "motion_id", "delegation_id", "group_id")
             if getattr(row.event, field, None) in known),
            None,
        )  # fmt: skip
        detail = _detail(row.event)
        who = None if row.actor == "system" else of_places.get(row.actor, NOBODY)
        rows.append(ActRow(row.seq, row.at, type(row.event).__name__, who, about, detail))
    return rows


def _detail(event: object) -> str:
    if isinstance(event, MeetingOpened | MeetingResumed) and event.present < event.needed:
        return "no-quorum"
    fields = (getattr(event, name, None) for name in ("choice", "reason", "matter", "kind"))
    return next((str(value) for value in fields if value is not None), "")

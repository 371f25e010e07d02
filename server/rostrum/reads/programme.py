"""The programme of a session: its meetings by day, in the zone of whoever reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rostrum.assembly.meeting import Meeting, MeetingKind, MeetingState


@dataclass(frozen=True)
class PlannedMeeting:
    """One meeting as the programme shows it. `attends`: whether the reader's category does."""

    meeting_id: str
    titles: Mapping[str, str]
    kind: MeetingKind
    state: MeetingState
    scheduled_at: datetime
    attends: bool


@dataclass(frozen=True)
class Day:
    """A day in the reader's zone, with its meetings in the order of their times."""

    day: date
    first_at: datetime
    meetings: tuple[PlannedMeeting, ...]


def programme(meetings: Iterable[Meeting], attended: frozenset[MeetingKind], zone: tzinfo) -> tuple[Day, ...]:
    """The meetings by day. Closed meetings that the reader's category does not attend are not shown."""
    shown = [
        PlannedMeeting(
            meeting.meeting_id,
            meeting.titles,
            meeting.kind,
            meeting.state,
            meeting.scheduled_at,
            meeting.kind in attended,
        )
        for meeting in meetings
        if meeting.scheduled_at is not None and (meeting.kind in attended or meeting.kind is not MeetingKind.CLOSED)
    ]
    ordered = sorted(shown, key=lambda one: (one.scheduled_at, one.meeting_id))

    def day_of(one: PlannedMeeting) -> date:
        return one.scheduled_at.astimezone(zone).date()

    days = []
    for day, some in groupby(ordered, key=day_of):
        of_day = tuple(some)
        days.append(Day(day, of_day[0].scheduled_at, of_day))
    return tuple(days)


def zone_of(fields: Mapping[str, object] | None) -> tzinfo:
    """The zone that somebody chose (`time_zone` of their dossier), else UTC."""
    try:
        return ZoneInfo(str((fields or {}).get("time_zone") or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return UTC

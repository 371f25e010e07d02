"""Where a meeting stands: convened, opened, suspended, resumed, closed; and the rules that it is run by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.agenda import AgendaItem
from rostrum.assembly.presence import Electorate, Presence, quorum
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules import Rules


class MeetingState(StrEnum):
    """Where a meeting stands. ABSENT: nobody has convened it."""

    ABSENT = "absent"
    SCHEDULED = "scheduled"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class MeetingKind(StrEnum):
    """Whom a meeting is for; the session's rules say which categories attend which."""

    PUBLIC = "public"
    CLOSED = "closed"
    WORKING_GROUP = "working-group"


# Commands


@dataclass(frozen=True)
class ConveneMeeting:
    """Put a meeting on the calendar, with its agenda and the rules it is run by."""

    meeting_id: str
    session_id: str
    titles: Mapping[str, str]
    scheduled_at: datetime
    agenda: tuple[AgendaItem, ...]
    rules: Rules
    kind: MeetingKind = MeetingKind.PUBLIC
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ReviseMeeting:
    """Change what is announced of a meeting. Once it has been opened, neither kind nor time changes, and the item
    that it is on stays on the agenda."""

    titles: Mapping[str, str]
    scheduled_at: datetime
    agenda: tuple[AgendaItem, ...]
    kind: MeetingKind
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class CancelMeeting:
    """The meeting will not take place."""

    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class OpenMeeting:
    """The presiding officer declares the meeting open. `electorate`: who has a vote now. `without_quorum`: knowing that
    too few are there, which the record shows."""

    electorate: Electorate = field(default_factory=Electorate)
    without_quorum: bool = False
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class SuspendMeeting:
    """The presiding officer suspends the meeting for a while."""

    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class ResumeMeeting:
    """The presiding officer resumes the meeting; the quorum is asked for as when it was opened."""

    electorate: Electorate = field(default_factory=Electorate)
    without_quorum: bool = False
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class CloseMeeting:
    """The presiding officer declares the meeting closed; a running statement ends with it."""

    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class AdoptRules:
    """Run the meeting by these rules from now on; not while it sits. `text_id`: the dossier of the decision."""

    rules: Rules
    text_id: str | None = None
    needs: ClassVar = (Right.ADMINISTER,)


SittingCommand = (
    ConveneMeeting
    | ReviseMeeting
    | CancelMeeting
    | OpenMeeting
    | SuspendMeeting
    | ResumeMeeting
    | CloseMeeting
    | AdoptRules
)


# Events


@dataclass(frozen=True)
class MeetingConvened:
    """The meeting exists."""

    at: datetime
    meeting_id: str
    session_id: str
    titles: Mapping[str, str]
    scheduled_at: datetime
    agenda: tuple[AgendaItem, ...]
    rules: Rules
    kind: MeetingKind = MeetingKind.PUBLIC


@dataclass(frozen=True)
class MeetingRevised:
    """What is announced of the meeting is this from now on."""

    at: datetime
    titles: Mapping[str, str]
    scheduled_at: datetime
    agenda: tuple[AgendaItem, ...]
    kind: MeetingKind


@dataclass(frozen=True)
class MeetingCancelled:
    """The meeting does not take place."""

    at: datetime


@dataclass(frozen=True)
class MeetingOpened:
    """The meeting sits. `present` of those with a vote were there, `needed` the quorum."""

    at: datetime
    present: int = 0
    needed: int = 0


@dataclass(frozen=True)
class MeetingSuspended:
    """The meeting pauses."""

    at: datetime


@dataclass(frozen=True)
class MeetingResumed:
    """The meeting sits again; the figures as in `MeetingOpened`."""

    at: datetime
    present: int = 0
    needed: int = 0


@dataclass(frozen=True)
class MeetingClosed:
    """The meeting is over."""

    at: datetime


@dataclass(frozen=True)
class RulesAdopted:
    """The meeting is run by other rules from now on."""

    at: datetime
    rules: Rules
    text_id: str | None = None


SittingEvent = (
    MeetingConvened
    | MeetingRevised
    | MeetingCancelled
    | MeetingOpened
    | MeetingSuspended
    | MeetingResumed
    | MeetingClosed
    | RulesAdopted
)

MEETING_MACHINE: Mapping[MeetingState, Mapping[type[SittingEvent], MeetingState]] = {
    MeetingState.ABSENT: {MeetingConvened: MeetingState.SCHEDULED},
    MeetingState.SCHEDULED: {
        MeetingRevised: MeetingState.SCHEDULED,
        MeetingOpened: MeetingState.OPEN,
        MeetingCancelled: MeetingState.CANCELLED,
        RulesAdopted: MeetingState.SCHEDULED,
    },
    MeetingState.OPEN: {
        MeetingRevised: MeetingState.OPEN,
        MeetingSuspended: MeetingState.SUSPENDED,
        MeetingClosed: MeetingState.CLOSED,
    },
    MeetingState.SUSPENDED: {
        MeetingRevised: MeetingState.SUSPENDED,
        MeetingResumed: MeetingState.OPEN,
        MeetingClosed: MeetingState.CLOSED,
        RulesAdopted: MeetingState.SUSPENDED,
    },
    MeetingState.CLOSED: {},
    MeetingState.CANCELLED: {},
}
"""How a meeting moves. Nothing else changes its state."""


def convened(state: MeetingState, command: ConveneMeeting, now: datetime) -> list[SittingEvent]:
    """The event that puts a meeting on the calendar. Raises `Refused`."""
    if state is not MeetingState.ABSENT:
        raise Refused(Why.ALREADY_EXISTS)
    return [
        MeetingConvened(
            now,
            command.meeting_id,
            command.session_id,
            command.titles,
            command.scheduled_at,
            command.agenda,
            command.rules,
            command.kind,
        )
    ]


def revised(
    state: MeetingState,
    announced: tuple[Mapping[str, str], datetime | None, tuple[AgendaItem, ...], MeetingKind],
    item_id: str | None,
    command: ReviseMeeting,
    now: datetime,
) -> list[SittingEvent]:
    """The event that changes what is `announced` (titles, time, agenda, kind); none where nothing changes. `item_id`:
    the item that the meeting is on. Raises `Refused`."""
    _, scheduled_at, _, kind = announced
    if state is not MeetingState.SCHEDULED:
        if command.kind is not kind or command.scheduled_at != scheduled_at:
            raise Refused(Why.MEETING_ALREADY_OPEN)
        if item_id is not None and all(item.item_id != item_id for item in command.agenda):
            raise Refused(Why.ITEM_ALREADY_OPEN)
    if announced == (command.titles, command.scheduled_at, command.agenda, command.kind):
        return []
    return [MeetingRevised(now, command.titles, command.scheduled_at, command.agenda, command.kind)]


def begun(
    state: MeetingState, presence: Presence, rules: Rules, command: OpenMeeting | ResumeMeeting, now: datetime
) -> list[SittingEvent]:
    """The event by which a meeting sits. Raises `Refused`, also where there is no quorum and nobody said `without`."""
    if state is MeetingState.OPEN or (state is MeetingState.SUSPENDED and isinstance(command, OpenMeeting)):
        raise Refused(Why.MEETING_ALREADY_OPEN)
    if state is not MeetingState.SUSPENDED and isinstance(command, ResumeMeeting):
        raise Refused(Why.MEETING_NOT_OPEN)
    required = rules.procedure.quorum
    here = quorum(presence, command.electorate, required, required.to_open)
    if not here.is_met and not command.without_quorum:
        raise Refused(Why.NO_QUORUM_TO_OPEN, present=here.present, needed=here.needed)
    happened = MeetingOpened if isinstance(command, OpenMeeting) else MeetingResumed
    return [happened(now, here.present, here.needed)]

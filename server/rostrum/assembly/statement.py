"""Video statements of a session: received, checked, approved by their delegation, queued at their entry, delivered.

Pictures and sound lie outside the journal, and so does who speaks in them. What a check found is here as codes; what it
takes to look is a process of its own (`media/transcode/`). What is done with one is in `statement_acts.py`, how the
meeting plays it in `recording.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import get_args


class Check(StrEnum):
    """What a check can find. Their words are in `rostrum.i18n.checks`; a test fails where one has none."""

    NOT_A_VIDEO = "not-a-video"
    CODEC_UNKNOWN = "codec-unknown"
    NO_PICTURE = "no-picture"
    NO_SOUND = "no-sound"
    BREAKS_OFF = "breaks-off"
    DAMAGED = "damaged"
    TOO_LONG = "too-long"
    TOO_SHORT = "too-short"
    TOO_LARGE_A_PICTURE = "too-large-a-picture"
    TOO_MUCH_WORK = "too-much-work"
    ALL_SILENT = "all-silent"
    ALL_BLACK = "all-black"
    SILENCE = "silence"
    BLACK = "black"
    LOUDNESS_CHANGED = "loudness-changed"
    SMALL_PICTURE = "small-picture"
    TEXT_MISSING = "text-missing"
    LANGUAGE_DIFFERS = "language-differs"

    @property
    def refuses(self) -> bool:
        """Whether a statement of which this was found cannot be played."""
        return self not in REMARKS


REMARKS = frozenset(
    {
        Check.SILENCE,
        Check.BLACK,
        Check.LOUDNESS_CHANGED,
        Check.SMALL_PICTURE,
        Check.TEXT_MISSING,
        Check.LANGUAGE_DIFFERS,
    }
)
"""What a delegation is told of before it approves, and what refuses nothing."""


@dataclass(frozen=True)
class Finding:
    """One thing that a check found. `at_ms`: where in the file; `figure`: how much, in the unit of its words."""

    check: Check
    at_ms: int | None = None
    figure: int | None = None


@dataclass(frozen=True)
class Made:
    """What was made of a file: identifiers of what is played, of the preview and of its pictures; its length."""

    clip_id: str
    preview_id: str
    picture_ids: tuple[str, ...]
    length_ms: int


class StatementState(StrEnum):
    """Where a video statement stands."""

    RECEIVED = "received"
    CHECKING = "checking"
    REFUSED = "refused"
    NEEDS_APPROVAL = "needs-approval"
    APPROVED = "approved"
    QUEUED = "queued"
    PLAYED = "played"
    FELL_BACK = "fell-back"
    """It broke off while it was played, and its text was read out."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Statement:
    """One video statement. `upload_id` names the file as it came, `dossier_id` who speaks in it and in what office."""

    statement_id: str
    meeting_id: str
    item_id: str
    place_id: str
    delegation_id: str
    language: str
    dossier_id: str
    upload_id: str
    at: datetime
    state: StatementState = StatementState.RECEIVED
    findings: tuple[Finding, ...] = ()
    made: Made | None = None
    instead: bool = False
    """It is played when its entry is called; else only where the speaker's line fails."""
    entry_id: str | None = None
    withheld: bool = False
    """The secretariat gives it to nobody after it was played."""

    def is_of(self, place_id: str, delegation_id: str) -> bool:
        """Whether it is this delegation's (where a place has none: this place's)."""
        return self.delegation_id == delegation_id if delegation_id else self.place_id == place_id

    @property
    def is_ready(self) -> bool:
        """Whether it was approved and can be played, or was."""
        return self.state in READY


READY = frozenset({StatementState.APPROVED, StatementState.QUEUED, StatementState.PLAYED, StatementState.FELL_BACK})
DELIVERED = frozenset({StatementState.PLAYED, StatementState.FELL_BACK})


@dataclass(frozen=True)
class Statements:
    """All video statements of a session. `deadlines` by meeting."""

    session_id: str = ""
    statements: Mapping[str, Statement] = field(default_factory=dict)
    deadlines: Mapping[str, datetime] = field(default_factory=dict)

    def of(self, meeting_id: str, place_id: str, delegation_id: str) -> tuple[Statement, ...]:
        """A delegation's for a meeting, oldest first, without those that are withdrawn."""
        return tuple(
            one
            for one in self.statements.values()
            if one.meeting_id == meeting_id
            and one.is_of(place_id, delegation_id)
            and one.state is not StatementState.WITHDRAWN
        )

    def deadline(self, meeting_id: str, begins_at: datetime | None) -> datetime | None:
        """Until when statements for a meeting are taken: as the secretariat set, else until it begins."""
        return self.deadlines.get(meeting_id, begins_at)


# Events


@dataclass(frozen=True)
class StatementReceived:
    """A delegation's file is there."""

    at: datetime
    session_id: str
    statement_id: str
    meeting_id: str
    item_id: str
    place_id: str
    delegation_id: str
    language: str
    dossier_id: str
    upload_id: str


@dataclass(frozen=True)
class CheckBegan:
    """It is being looked at."""

    at: datetime
    statement_id: str


@dataclass(frozen=True)
class StatementRefused:
    """It cannot be played, for these reasons."""

    at: datetime
    statement_id: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class StatementChecked:
    """It can be played; its delegation has to look at it."""

    at: datetime
    statement_id: str
    findings: tuple[Finding, ...]
    made: Made


@dataclass(frozen=True)
class StatementApproved:
    """Its delegation wants it played so."""

    at: datetime
    statement_id: str
    by: str
    instead: bool


@dataclass(frozen=True)
class StatementQueued:
    """It stands at an entry of the list of speakers."""

    at: datetime
    statement_id: str
    entry_id: str


@dataclass(frozen=True)
class StatementUnqueued:
    """Its entry is no more, and it waits for another one."""

    at: datetime
    statement_id: str


@dataclass(frozen=True)
class StatementPlayed:
    """It was played to its end."""

    at: datetime
    statement_id: str


@dataclass(frozen=True)
class StatementFellBack:
    """It broke off while it was played."""

    at: datetime
    statement_id: str


@dataclass(frozen=True)
class StatementWithdrawn:
    """It was taken back, or another one took its place."""

    at: datetime
    statement_id: str


@dataclass(frozen=True)
class StatementWithheld:
    """The secretariat gives it to nobody, whether it was played or not."""

    at: datetime
    statement_id: str


@dataclass(frozen=True)
class StatementGivenBack:
    """It is given again, once it was played."""

    at: datetime
    statement_id: str


@dataclass(frozen=True)
class StatementDeadlineSet:
    """Statements for a meeting are taken until then."""

    at: datetime
    session_id: str
    meeting_id: str
    until: datetime


MovingEvent = (
    CheckBegan
    | StatementRefused
    | StatementChecked
    | StatementApproved
    | StatementQueued
    | StatementUnqueued
    | StatementPlayed
    | StatementFellBack
    | StatementWithdrawn
)
GivingEvent = StatementWithheld | StatementGivenBack
StatementEvent = StatementReceived | MovingEvent | GivingEvent | StatementDeadlineSet

STATEMENT_MACHINE: Mapping[StatementState, Mapping[type[MovingEvent], StatementState]] = {
    StatementState.RECEIVED: {
        CheckBegan: StatementState.CHECKING,
        StatementWithdrawn: StatementState.WITHDRAWN,
    },
    StatementState.CHECKING: {
        StatementRefused: StatementState.REFUSED,
        StatementChecked: StatementState.NEEDS_APPROVAL,
        StatementWithdrawn: StatementState.WITHDRAWN,
    },
    StatementState.REFUSED: {StatementWithdrawn: StatementState.WITHDRAWN},
    StatementState.NEEDS_APPROVAL: {
        StatementApproved: StatementState.APPROVED,
        StatementWithdrawn: StatementState.WITHDRAWN,
    },
    StatementState.APPROVED: {
        StatementQueued: StatementState.QUEUED,
        StatementWithdrawn: StatementState.WITHDRAWN,
    },
    StatementState.QUEUED: {
        StatementQueued: StatementState.QUEUED,
        StatementUnqueued: StatementState.APPROVED,
        StatementPlayed: StatementState.PLAYED,
        StatementFellBack: StatementState.FELL_BACK,
        StatementWithdrawn: StatementState.WITHDRAWN,
    },
    StatementState.PLAYED: {},
    StatementState.FELL_BACK: {},
    StatementState.WITHDRAWN: {},
}
"""How a video statement moves. Nothing else changes its state."""


def apply(statements: Statements, event: StatementEvent) -> Statements:
    """The statements after an event."""
    if isinstance(event, StatementReceived):
        new = Statement(
            event.statement_id, event.meeting_id, event.item_id, event.place_id, event.delegation_id, event.language,
            event.dossier_id, event.upload_id, event.at,
        )  # fmt: skip
        kept = {**statements.statements, event.statement_id: new}
        return replace(statements, session_id=event.session_id, statements=kept)
    if isinstance(event, StatementDeadlineSet):
        deadlines = {**statements.deadlines, event.meeting_id: event.until}
        return replace(statements, session_id=event.session_id, deadlines=deadlines)
    one = statements.statements[event.statement_id]
    if isinstance(event, GivingEvent):
        one = replace(one, withheld=isinstance(event, StatementWithheld))
        return replace(statements, statements={**statements.statements, event.statement_id: one})
    one = replace(_changed(one, event), state=STATEMENT_MACHINE[one.state][type(event)])
    return replace(statements, statements={**statements.statements, event.statement_id: one})


def _changed(one: Statement, event: MovingEvent) -> Statement:
    match event:
        case StatementRefused():
            return replace(one, findings=event.findings)
        case StatementChecked():
            return replace(one, findings=event.findings, made=event.made)
        case StatementApproved():
            return replace(one, instead=event.instead)
        case StatementQueued():
            return replace(one, entry_id=event.entry_id)
        case StatementUnqueued():
            return replace(one, entry_id=None)
        case _:
            return one


def fold(events: Iterable[StatementEvent], start: Statements | None = None) -> Statements:
    """The statements that events have made, from nothing or from an earlier state."""
    statements = Statements() if start is None else start
    for event in events:
        statements = apply(statements, event)
    return statements


EVENTS: tuple[type[StatementEvent], ...] = get_args(StatementEvent)
"""Every event of this aggregate, for the record's codec."""

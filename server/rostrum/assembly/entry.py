"""One inscription: what somebody wishes to have the floor for, and how it moves from the wish to the spoken word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What the floor is wished for, in order of precedence: what comes earlier here is dealt with first."""

    POINT_OF_ORDER = "point-of-order"
    SUSPEND_MEETING = "suspend-meeting"
    ADJOURN_MEETING = "adjourn-meeting"
    ADJOURN_DEBATE = "adjourn-debate"
    CLOSE_DEBATE = "close-debate"
    IN_FAVOUR = "in-favour"
    """To speak for the motion that is before the meeting."""
    AGAINST = "against"
    STATEMENT = "statement"
    REPLY = "reply"

    @property
    def precedence(self) -> int:
        """0 is dealt with first."""
        return list(Kind).index(self)

    @property
    def is_motion(self) -> bool:
        """Whether it is put before the meeting and decided: points of order and procedural motions."""
        return self.precedence <= Kind.CLOSE_DEBATE.precedence

    @property
    def is_on_motion(self) -> bool:
        """Whether it is for speaking on a motion of somebody."""
        return self in (Kind.IN_FAVOUR, Kind.AGAINST)


class Rank(StrEnum):
    """The office of whoever will speak, as a general debate orders it: highest first."""

    HEAD_OF_STATE = "head-of-state"
    HEAD_OF_GOVERNMENT = "head-of-government"
    DEPUTY = "deputy"
    MINISTER = "minister"
    OTHER = "other"


class EntryState(StrEnum):
    """Where an inscription stands."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    SPOKEN = "spoken"
    WITHDRAWN = "withdrawn"
    FALLEN = "fallen"
    """It fell with what it belonged to: the debate was adjourned or closed, the motion withdrawn."""


@dataclass(frozen=True)
class Entry:
    """One inscription. `place_id` is "" where the secretariat typed a name, which lies in the dossier `dossier_id`.

    `answers` is the entry that a reply answers, the motion that is spoken on, or the vote that a point is on.
    `used_ms` is what earlier turns used: an entry that came back from a lost line goes on where it was.
    """

    entry_id: str
    place_id: str
    delegation_id: str
    category: str
    remote: bool
    asked_at: datetime
    state: EntryState = EntryState.WAITING
    kind: Kind = Kind.STATEMENT
    rank: Rank = Rank.OTHER
    group_id: str | None = None
    confirmed: bool = True
    """Whether the secretariat stands for the rank and the group; else they are as the delegation states."""
    answers: str | None = None
    dossier_id: str | None = None
    item_id: str | None = None
    on_vote: bool = False
    """A point of order on the conduct of the vote that is under way."""
    returns: bool = False
    """Comes back first: its line failed while it spoke."""
    line_lost: bool = False
    recording_id: str | None = None
    instead: bool = False
    """The recorded statement is played when it is called; else only where the line fails."""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    turns: int = 0
    """How often it was called; more than once after a lost line."""
    used_ms: int = 0
    limit_ms: int = 0

    def is_of(self, place_id: str, delegation_id: str) -> bool:
        """Whether it belongs to this place's delegation (where a place has none: to the place itself)."""
        return self.delegation_id == delegation_id if delegation_id else self.place_id == place_id


# Events that move an entry


@dataclass(frozen=True)
class FloorRequested:
    """Somebody signified the wish to speak, or the secretariat inscribed them (`by_secretariat`)."""

    at: datetime
    entry_id: str
    place_id: str
    delegation_id: str
    category: str
    remote: bool
    kind: Kind = Kind.STATEMENT
    rank: Rank = Rank.OTHER
    group_id: str | None = None
    answers: str | None = None
    dossier_id: str | None = None
    item_id: str | None = None
    on_vote: bool = False
    by_secretariat: bool = False


@dataclass(frozen=True)
class RequestWithdrawn:
    """An entry left the list."""

    at: datetime
    entry_id: str


@dataclass(frozen=True)
class EntryFell:
    """An entry fell with what it belonged to."""

    at: datetime
    entry_id: str


@dataclass(frozen=True)
class SpeakerCalled:
    """An entry has the floor and its clock runs, from `used_ms`."""

    at: datetime
    entry_id: str
    limit_ms: int
    used_ms: int = 0


@dataclass(frozen=True)
class CallTakenBack:
    """The call was a mistake: the entry waits again, where it was."""

    at: datetime
    entry_id: str


@dataclass(frozen=True)
class SpeakerPassedOver:
    """The speaker's line failed: others go on, the entry comes back first with the time that it has left."""

    at: datetime
    entry_id: str
    used_ms: int


@dataclass(frozen=True)
class SpeechEnded:
    """The statement is over. `yielded` says whether the speaker or the presiding officer ended it."""

    at: datetime
    entry_id: str
    used_ms: int
    yielded: bool


@dataclass(frozen=True)
class EndTakenBack:
    """The end was a mistake: the speaker has the floor again and the clock stands."""

    at: datetime
    entry_id: str
    limit_ms: int
    used_ms: int


EntryEvent = (
    FloorRequested
    | RequestWithdrawn
    | EntryFell
    | SpeakerCalled
    | CallTakenBack
    | SpeakerPassedOver
    | SpeechEnded
    | EndTakenBack
)

ENTRY_MACHINE: Mapping[EntryState, Mapping[type[EntryEvent], EntryState]] = {
    EntryState.WAITING: {
        RequestWithdrawn: EntryState.WITHDRAWN,
        EntryFell: EntryState.FALLEN,
        SpeakerCalled: EntryState.SPEAKING,
    },
    EntryState.SPEAKING: {
        SpeechEnded: EntryState.SPOKEN,
        SpeakerPassedOver: EntryState.WAITING,
        CallTakenBack: EntryState.WAITING,
    },
    EntryState.SPOKEN: {EndTakenBack: EntryState.SPEAKING},
    EntryState.WITHDRAWN: {},
    EntryState.FALLEN: {},
}
"""How an entry moves. Nothing else changes its state."""

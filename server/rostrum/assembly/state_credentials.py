"""One state's credentials: what was communicated, how they stand, and how that moves.

Rules 24 to 27 of the Rules of Procedure: communication, the committee of nine, provisional admission, objection.
Until the Assembly has decided, everyone takes part with the same rights. Article 112(8) of the Statute takes a vote
away, and no seat. Letters are files outside the journal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class CredentialsState(StrEnum):
    """How a state's credentials stand. ABSENT: nothing has been communicated."""

    ABSENT = "absent"
    PROVISIONAL = "provisional"
    """A copy, or a note verbale: the original is to follow."""
    RECEIVED = "received"
    """The original is there; the committee has not examined it."""
    IN_ORDER = "in-order"
    WANTING = "wanting"
    """The committee has found that something is missing."""
    OBJECTED = "objected"
    """Somebody objects; the representatives are seated with the same rights until the Assembly decides."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Form(StrEnum):
    """What was communicated."""

    ORIGINAL = "original"
    COPY = "copy"
    NOTE_VERBALE = "note-verbale"


class Signatory(StrEnum):
    """The office of who signed."""

    HEAD_OF_STATE = "head-of-state"
    HEAD_OF_GOVERNMENT = "head-of-government"
    FOREIGN_MINISTER = "foreign-minister"
    AUTHORISED = "authorised"
    """Somebody whom one of them has authorised."""
    MISSION = "mission"
    """An embassy or permanent mission without such authority: good for a provisional communication alone."""


@dataclass(frozen=True)
class Letter:
    """One communication. `file_id` is None where only paper was handed in."""

    letter_id: str
    at: datetime
    form: Form
    signatory: Signatory
    file_id: str | None


@dataclass(frozen=True)
class StateCredentials:
    """One state's standing. `delegation_id` is set once its delegation has been told which it is."""

    code: str
    state: CredentialsState = CredentialsState.ABSENT
    delegation_id: str | None = None
    letters: tuple[Letter, ...] = ()
    note_id: str | None = None
    """What was found wanting, or objected to, in words: a dossier."""
    objected_by: str | None = None
    in_arrears: bool = False
    waived: bool = False
    """The Assembly lets it vote in spite of its arrears."""

    @property
    def letter(self) -> Letter | None:
        """The newest communication."""
        return self.letters[-1] if self.letters else None

    @property
    def original(self) -> Letter | None:
        """The newest original."""
        return next((each for each in reversed(self.letters) if each.form is Form.ORIGINAL), None)

    @property
    def seated(self) -> bool:
        """Whether its representatives take part, provisionally or for good."""
        return self.state is not CredentialsState.REJECTED

    @property
    def votes(self) -> bool:
        """Whether it may vote: seated, and not without its vote under article 112(8)."""
        return self.seated and (not self.in_arrears or self.waived)


# Events


@dataclass(frozen=True)
class ProvisionalReceived:
    """A copy or a note verbale came."""

    at: datetime
    code: str
    letter_id: str
    form: Form
    signatory: Signatory
    file_id: str | None


@dataclass(frozen=True)
class OriginalReceived:
    """The original came."""

    at: datetime
    code: str
    letter_id: str
    signatory: Signatory
    file_id: str | None


@dataclass(frozen=True)
class FoundInOrder:
    """The committee found the credentials in order."""

    at: datetime
    code: str


@dataclass(frozen=True)
class FoundWanting:
    """The committee found that something is missing."""

    at: datetime
    code: str
    note_id: str | None


@dataclass(frozen=True)
class ObjectionRaised:
    """A state objected."""

    at: datetime
    code: str
    objected_by: str
    note_id: str | None


@dataclass(frozen=True)
class CredentialsAccepted:
    """The Assembly accepted them; where only a copy was there, the original is still to follow."""

    at: datetime
    code: str
    report_id: str


@dataclass(frozen=True)
class CredentialsRejected:
    """The Assembly did not accept them."""

    at: datetime
    code: str
    report_id: str


StandingEvent = (
    ProvisionalReceived
    | OriginalReceived
    | FoundInOrder
    | FoundWanting
    | ObjectionRaised
    | CredentialsAccepted
    | CredentialsRejected
)

_S = CredentialsState
_Moves = dict[type[StandingEvent], CredentialsState]
_COMES: _Moves = {ProvisionalReceived: _S.PROVISIONAL, OriginalReceived: _S.RECEIVED}
_OBJECTED: _Moves = {ObjectionRaised: _S.OBJECTED}
CREDENTIALS_MACHINE: Mapping[CredentialsState, Mapping[type[StandingEvent], CredentialsState]] = {
    _S.ABSENT: {**_COMES, **_OBJECTED},
    _S.PROVISIONAL: {**_COMES, **_OBJECTED, CredentialsAccepted: _S.ACCEPTED},
    _S.RECEIVED: {
        ProvisionalReceived: _S.RECEIVED,
        OriginalReceived: _S.RECEIVED,
        FoundInOrder: _S.IN_ORDER,
        FoundWanting: _S.WANTING,
        **_OBJECTED,
    },
    _S.IN_ORDER: {
        ProvisionalReceived: _S.IN_ORDER,
        OriginalReceived: _S.RECEIVED,
        FoundWanting: _S.WANTING,
        CredentialsAccepted: _S.ACCEPTED,
        **_OBJECTED,
    },
    _S.WANTING: {
        ProvisionalReceived: _S.WANTING,
        OriginalReceived: _S.RECEIVED,
        FoundInOrder: _S.IN_ORDER,
        CredentialsAccepted: _S.ACCEPTED,
        CredentialsRejected: _S.REJECTED,
        **_OBJECTED,
    },
    _S.OBJECTED: {
        ProvisionalReceived: _S.OBJECTED,
        OriginalReceived: _S.OBJECTED,
        CredentialsAccepted: _S.ACCEPTED,
        CredentialsRejected: _S.REJECTED,
    },
    _S.ACCEPTED: {ProvisionalReceived: _S.ACCEPTED, OriginalReceived: _S.ACCEPTED, **_OBJECTED},
    _S.REJECTED: {OriginalReceived: _S.RECEIVED},
}
"""How a state's credentials move. Nothing else changes their state."""


def apply(found: StateCredentials, event: StandingEvent) -> StateCredentials:
    """A state's credentials after an event of its machine."""
    moved = replace(found, state=CREDENTIALS_MACHINE[found.state][type(event)])
    match event:
        case ProvisionalReceived():
            letter = Letter(event.letter_id, event.at, event.form, event.signatory, event.file_id)
            return replace(moved, letters=(*found.letters, letter))
        case OriginalReceived():
            letter = Letter(event.letter_id, event.at, Form.ORIGINAL, event.signatory, event.file_id)
            return replace(moved, letters=(*found.letters, letter))
        case FoundWanting():
            return replace(moved, note_id=event.note_id)
        case ObjectionRaised():
            return replace(moved, note_id=event.note_id, objected_by=event.objected_by)
        case _:
            return moved

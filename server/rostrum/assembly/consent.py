"""Consensus: the meeting is asked, silence is consent, an objection ends it.

Every effort is made for consensus (Rome Statute, article 112(7)). Everybody far away has a window long enough to press.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.refusal import Refused, Why


class Matter(StrEnum):
    """What consent is asked to."""

    DECISION = "decision"
    """A text, in the dossier `text_id`."""
    CLOSE_LIST = "close-list"
    REOPEN_LIST = "reopen-list"
    MOTION = "motion"


class ConsentState(StrEnum):
    """Where a question to the meeting stands."""

    ABSENT = "absent"
    ASKED = "asked"
    OBJECTED = "objected"
    ADOPTED = "adopted"
    DROPPED = "dropped"
    """No consensus, or no longer asked."""


@dataclass(frozen=True)
class Consent:
    """One question to the meeting. Until `until`, nothing is taken for decided."""

    consent_id: str = ""
    matter: Matter = Matter.DECISION
    asked_at: datetime | None = None
    until: datetime | None = None
    text_id: str | None = None
    motion_id: str | None = None
    item_id: str | None = None
    state: ConsentState = ConsentState.ABSENT
    objections: tuple[str, ...] = ()
    """Delegations, in the order in which they objected."""


@dataclass(frozen=True)
class Consents:
    """All questions of a meeting; `open_id` the one that is asked now."""

    asked: Mapping[str, Consent] = field(default_factory=dict)
    open_id: str | None = None

    @property
    def current(self) -> Consent | None:
        """The question that is asked now."""
        return None if self.open_id is None else self.asked[self.open_id]


# Commands


@dataclass(frozen=True)
class AskConsent:
    """Ask the meeting, and wait in silence. `window_ms` None: as long as the rules say."""

    consent_id: str
    matter: Matter
    text_id: str | None = None
    motion_id: str | None = None
    window_ms: int | None = None
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class Object:
    """Object: there is no consensus."""

    consent_id: str
    needs: ClassVar = (Right.VOTE,)


@dataclass(frozen=True)
class WithdrawObjection:
    """Take one's objection back."""

    consent_id: str
    needs: ClassVar = (Right.VOTE,)


@dataclass(frozen=True)
class DeclareConsent:
    """'It is so decided.' Not before the window is over, and not against an objection."""

    consent_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class DropConsent:
    """Ask no longer."""

    consent_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


ConsentCommand = AskConsent | Object | WithdrawObjection | DeclareConsent | DropConsent


# Events


@dataclass(frozen=True)
class ConsentAsked:
    """The meeting is asked."""

    at: datetime
    consent_id: str
    matter: Matter
    until: datetime
    text_id: str | None = None
    motion_id: str | None = None
    item_id: str | None = None


@dataclass(frozen=True)
class ObjectionMade:
    """A delegation objects."""

    at: datetime
    consent_id: str
    delegation_id: str


@dataclass(frozen=True)
class ObjectionWithdrawn:
    """A delegation objects no longer."""

    at: datetime
    consent_id: str
    delegation_id: str


@dataclass(frozen=True)
class ObjectionsEnded:
    """Nobody objects any more: the question stands as asked, its window begins anew."""

    at: datetime
    consent_id: str
    until: datetime


@dataclass(frozen=True)
class ConsentDeclared:
    """It is so decided."""

    at: datetime
    consent_id: str


@dataclass(frozen=True)
class ConsentDropped:
    """The question is no longer asked."""

    at: datetime
    consent_id: str


ConsentEvent = ConsentAsked | ObjectionMade | ObjectionWithdrawn | ObjectionsEnded | ConsentDeclared | ConsentDropped

CONSENT_MACHINE: Mapping[ConsentState, Mapping[type[ConsentEvent], ConsentState]] = {
    ConsentState.ABSENT: {ConsentAsked: ConsentState.ASKED},
    ConsentState.ASKED: {
        ObjectionMade: ConsentState.OBJECTED,
        ConsentDeclared: ConsentState.ADOPTED,
        ConsentDropped: ConsentState.DROPPED,
    },
    ConsentState.OBJECTED: {
        ObjectionMade: ConsentState.OBJECTED,
        ObjectionWithdrawn: ConsentState.OBJECTED,
        ObjectionsEnded: ConsentState.ASKED,
        ConsentDropped: ConsentState.DROPPED,
    },
    ConsentState.ADOPTED: {},
    ConsentState.DROPPED: {},
}
"""How a question to the meeting moves. Nothing else changes its state."""


def decide(
    consents: Consents, command: ConsentCommand, actor: Actor, now: datetime, silence_ms: int, item_id: str | None
) -> list[ConsentEvent]:
    """What a command on consensus brings about. Raises `Refused`."""
    match command:
        case AskConsent():
            return [_ask(consents, command, now, silence_ms, item_id)]
        case Object():
            consent = _current(consents, command.consent_id)
            if actor.delegation_id in consent.objections:
                raise Refused(Why.ALREADY_OBJECTED)
            return [ObjectionMade(now, consent.consent_id, actor.delegation_id)]
        case WithdrawObjection():
            consent = _current(consents, command.consent_id)
            if actor.delegation_id not in consent.objections:
                raise Refused(Why.NOT_OBJECTED)
            withdrawn = ObjectionWithdrawn(now, consent.consent_id, actor.delegation_id)
            if len(consent.objections) > 1:
                return [withdrawn]
            return [withdrawn, ObjectionsEnded(now, consent.consent_id, now + timedelta(milliseconds=silence_ms))]
        case DeclareConsent():
            consent = _current(consents, command.consent_id)
            if consent.state is ConsentState.OBJECTED:
                raise Refused(Why.OBJECTED)
            if consent.until is None or now < consent.until:
                raise Refused(Why.WINDOW_OPEN)
            return [ConsentDeclared(now, consent.consent_id)]
        case DropConsent():
            return [ConsentDropped(now, _current(consents, command.consent_id).consent_id)]


def _ask(consents: Consents, command: AskConsent, now: datetime, silence_ms: int, item_id: str | None) -> ConsentAsked:
    if command.consent_id in consents.asked:
        raise Refused(Why.ALREADY_EXISTS)
    if consents.open_id is not None:
        raise Refused(Why.CONSENT_ASKED)
    window_ms = silence_ms if command.window_ms is None else command.window_ms
    if not 0 <= window_ms <= 3_600_000:
        raise Refused(Why.EXTENSION_OUT_OF_RANGE)
    until = now + timedelta(milliseconds=window_ms)
    return ConsentAsked(now, command.consent_id, command.matter, until, command.text_id, command.motion_id, item_id)


def _current(consents: Consents, consent_id: str) -> Consent:
    current = consents.current
    if current is None or current.consent_id != consent_id:
        raise Refused(Why.NO_SUCH_QUESTION)
    return current


def apply(consents: Consents, event: ConsentEvent) -> Consents:
    """The questions after an event."""
    known = consents.asked.get(event.consent_id, Consent(event.consent_id))
    consent = replace(known, state=CONSENT_MACHINE[known.state][type(event)])
    open_id = consents.open_id
    match event:
        case ConsentAsked():
            open_id = event.consent_id
            consent = replace(
                consent, matter=event.matter, asked_at=event.at, until=event.until, text_id=event.text_id,
                motion_id=event.motion_id, item_id=event.item_id,
            )  # fmt: skip
        case ObjectionMade():
            consent = replace(consent, objections=(*consent.objections, event.delegation_id))
        case ObjectionWithdrawn():
            left = tuple(one for one in consent.objections if one != event.delegation_id)
            consent = replace(consent, objections=left)
        case ObjectionsEnded():
            consent = replace(consent, until=event.until)
        case ConsentDeclared() | ConsentDropped():
            open_id = None
    return Consents({**consents.asked, event.consent_id: consent}, open_id)

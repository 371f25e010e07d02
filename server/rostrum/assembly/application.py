"""An application for accreditation: an organisation and its people, what is asked and answered, what is decided."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly import delegation
from rostrum.assembly.actor import Right
from rostrum.assembly.deadlines import Timeliness
from rostrum.assembly.delegation import (
    Granting,
    Member,
    MemberChanged,
    MemberChangeRefused,
    MemberCommand,
    MemberDeclined,
    MemberEndorsed,
    MemberEvent,
    MemberJoined,
    MemberRefused,
    MemberRemoved,
    MembersNamed,
    NamedMember,
    ProtectionSeen,
)
from rostrum.assembly.evidence import EvidenceAdded, EvidenceCommand, EvidenceEvent, EvidenceRemoved
from rostrum.assembly.refusal import Refused, Why

REFERENCE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class ApplicationState(StrEnum):
    """Where an application stands. ABSENT: it has not been submitted."""

    ABSENT = "absent"
    SUBMITTED = "submitted"
    QUESTIONED = "questioned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RefusalReason(StrEnum):
    """Reasons from the list; the words of the decision add to them."""

    NOT_ELIGIBLE = "not-eligible"
    EVIDENCE_MISSING = "evidence-missing"
    DUPLICATE = "duplicate"
    OTHER = "other"


@dataclass(frozen=True)
class Revision:
    """A change after the application was sent: whose (None: the organisation's), which fields, from what to what."""

    at: datetime
    member_id: str | None
    fields: tuple[str, ...]
    replaced_id: str
    dossier_id: str


@dataclass(frozen=True)
class Application:
    """One application. `dossier_id` refers to what was written of the organisation; notes are dossiers too."""

    application_id: str
    category: str
    dossier_id: str
    submitted_at: datetime
    state: ApplicationState
    members: Mapping[str, Member] = field(default_factory=dict)
    timeliness: Timeliness = Timeliness.ON_TIME
    accepted_at: datetime | None = None
    """When it was accepted first: where it is to be decided all the same, a change has reopened it."""
    question_note_id: str | None = None
    answer_note_id: str | None = None
    decided_at: datetime | None = None
    reason: RefusalReason | None = None
    decision_note_id: str | None = None
    revisions: tuple[Revision, ...] = ()

    @property
    def reference(self) -> str:
        """What people call it by on the telephone: eight signs without those that are taken for each other."""
        return reference(self.application_id)

    @property
    def open_to_change(self) -> bool:
        """Whether the applicant may still change it: not once it was refused or withdrawn."""
        return ApplicationChanged in APPLICATION_MACHINE[self.state]

    @property
    def reopened(self) -> bool:
        """Whether a change after the accreditation waits for a decision."""
        return self.accepted_at is not None and self.state in (ApplicationState.SUBMITTED, ApplicationState.QUESTIONED)

    @property
    def place_ids(self) -> tuple[str, ...]:
        """The places that its members have got, those that are closed too."""
        return tuple(member.place_id for member in self.members.values() if member.place_id is not None)


# Commands


@dataclass(frozen=True)
class SubmitApplication:
    """Ask for accreditation of these people. `waiting`: came by the join link, not approved by the focal point yet."""

    application_id: str
    category: str
    dossier_id: str
    members: tuple[NamedMember, ...]
    waiting: tuple[NamedMember, ...] = ()
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class ChangeApplication:
    """The applicant changes what is written of the organisation. `fields`: the names of those that differ."""

    application_id: str
    category: str
    dossier_id: str
    fields: tuple[str, ...]
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class RequestInformation:
    """The secretariat asks the applicant something before it decides."""

    application_id: str
    note_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class GiveInformation:
    """The applicant answers."""

    application_id: str
    note_id: str
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class AcceptApplication:
    """Accredit: with the decision each member that waits for it (all of them, no others) gets a place and its link.

    `delegation_id` is that of the delegation that the places are of, where it has none yet.
    """

    application_id: str
    delegation_id: str
    granted: tuple[Granting, ...]
    expires_at: datetime
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class RefuseApplication:
    """Refuse, with a reason from the list and words."""

    application_id: str
    reason: RefusalReason
    note_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class WithdrawApplication:
    """The applicant withdraws; a place already given is closed and its links revoked."""

    application_id: str
    needs: ClassVar = (Right.APPLY,)


ApplicationCommand = (
    SubmitApplication
    | ChangeApplication
    | RequestInformation
    | GiveInformation
    | AcceptApplication
    | RefuseApplication
    | WithdrawApplication
    | MemberCommand
    | EvidenceCommand
)


# Events


@dataclass(frozen=True)
class ApplicationSubmitted:
    """Somebody applied, for these members. `waiting`: not approved by the focal point yet."""

    at: datetime
    application_id: str
    category: str
    dossier_id: str
    members: tuple[NamedMember, ...]
    waiting: tuple[NamedMember, ...] = ()
    timeliness: Timeliness = Timeliness.ON_TIME


@dataclass(frozen=True)
class ApplicationChanged:
    """What is written of the organisation has changed. `replaced_id`: the dossier with what was written before."""

    at: datetime
    application_id: str
    category: str
    dossier_id: str
    fields: tuple[str, ...]
    replaced_id: str


@dataclass(frozen=True)
class InformationRequested:
    """The secretariat asked."""

    at: datetime
    application_id: str
    note_id: str


@dataclass(frozen=True)
class InformationGiven:
    """The applicant answered."""

    at: datetime
    application_id: str
    note_id: str


@dataclass(frozen=True)
class ApplicationAccepted:
    """Accredited: the members (by their identifiers) and the places that they have from now on."""

    at: datetime
    application_id: str
    places: Mapping[str, str]


@dataclass(frozen=True)
class ApplicationRefused:
    """Refused, with the reason."""

    at: datetime
    application_id: str
    reason: RefusalReason
    note_id: str


@dataclass(frozen=True)
class ApplicationWithdrawn:
    """The applicant no longer asks."""

    at: datetime
    application_id: str


ApplicationEvent = (
    ApplicationSubmitted
    | ApplicationChanged
    | InformationRequested
    | InformationGiven
    | ApplicationAccepted
    | ApplicationRefused
    | ApplicationWithdrawn
    | MemberEvent
    | EvidenceEvent
)

_S = ApplicationState
_Moves = Mapping[type[ApplicationEvent], ApplicationState]


def _undecided(state: ApplicationState) -> _Moves:
    """What may happen while the decision is open: the focal point goes on naming and changing."""
    named = (MembersNamed, MemberJoined, MemberEndorsed, MemberDeclined, MemberChanged, MemberRemoved)
    by_secretariat = (MemberRefused, MemberChangeRefused, ProtectionSeen)
    evidence = (EvidenceAdded, EvidenceRemoved)
    return dict.fromkeys((ApplicationChanged, *named, *by_secretariat, *evidence), state) | {
        ApplicationAccepted: _S.ACCEPTED,
        ApplicationRefused: _S.REFUSED,
        ApplicationWithdrawn: _S.WITHDRAWN,
    }


APPLICATION_MACHINE: Mapping[ApplicationState, _Moves] = {
    _S.ABSENT: {ApplicationSubmitted: _S.SUBMITTED},
    _S.SUBMITTED: {**_undecided(_S.SUBMITTED), InformationRequested: _S.QUESTIONED},
    _S.QUESTIONED: {**_undecided(_S.QUESTIONED), InformationGiven: _S.SUBMITTED},
    _S.ACCEPTED: {
        # What the secretariat has not seen opens the approval again; who is not approved or leaves does not.
        ApplicationChanged: _S.SUBMITTED,
        MembersNamed: _S.SUBMITTED,
        MemberEndorsed: _S.SUBMITTED,
        MemberChanged: _S.SUBMITTED,
        MemberJoined: _S.ACCEPTED,
        MemberDeclined: _S.ACCEPTED,
        MemberRemoved: _S.ACCEPTED,
        ProtectionSeen: _S.ACCEPTED,
        ApplicationWithdrawn: _S.WITHDRAWN,
    },
    _S.REFUSED: {},
    _S.WITHDRAWN: {},
}
"""How an application moves. Nothing else changes its state."""


def step(application: Application | None, event: type[ApplicationEvent]) -> Application:
    """The application, where its machine allows the event; else the refusal that says why not."""
    if application is None:
        raise Refused(Why.NO_SUCH_APPLICATION)
    if event not in APPLICATION_MACHINE[application.state]:
        if application.state is ApplicationState.WITHDRAWN:
            raise Refused(Why.APPLICATION_WITHDRAWN)
        if event is InformationGiven:
            raise Refused(Why.NO_QUESTION_OPEN)
        raise Refused(Why.APPLICATION_DECIDED)
    return application


def apply(application: Application | None, event: ApplicationEvent) -> Application:
    """The application after an event; the first must be `ApplicationSubmitted`."""
    if isinstance(event, ApplicationSubmitted):
        state = APPLICATION_MACHINE[ApplicationState.ABSENT][ApplicationSubmitted]
        members = delegation.first_members(event.members, event.waiting, event.timeliness)
        return Application(
            event.application_id, event.category, event.dossier_id, event.at, state, members, event.timeliness
        )
    if application is None:
        raise ValueError(f"{type(event).__name__} before ApplicationSubmitted")
    moved = replace(application, state=APPLICATION_MACHINE[application.state][type(event)])
    match event:
        case ApplicationChanged():
            revision = Revision(event.at, None, event.fields, event.replaced_id, event.dossier_id)
            revisions = (*moved.revisions, revision)
            return replace(moved, category=event.category, dossier_id=event.dossier_id, revisions=revisions)
        case InformationRequested():
            return replace(moved, question_note_id=event.note_id, answer_note_id=None)
        case InformationGiven():
            return replace(moved, answer_note_id=event.note_id)
        case ApplicationAccepted():
            members = delegation.accredit(moved.members, event.places)
            return replace(moved, decided_at=event.at, accepted_at=application.accepted_at or event.at, members=members)
        case ApplicationRefused():
            return replace(moved, decided_at=event.at, reason=event.reason, decision_note_id=event.note_id)
        case ApplicationWithdrawn() | EvidenceAdded() | EvidenceRemoved():
            return moved
        case MemberChanged():
            member = event.member
            revision = Revision(event.at, member.member_id, event.fields, event.replaced_id, member.dossier_id)
            members = delegation.apply(moved.members, event)
            return replace(moved, members=members, revisions=(*moved.revisions, revision))
        case _:
            return replace(moved, members=delegation.apply(moved.members, event))


def reference(application_id: str) -> str:
    """The short reference of an application: forty bits of its identifier, in Crockford's base 32."""
    number = int.from_bytes(hashlib.sha256(application_id.encode()).digest()[:5], "big")
    signs = [REFERENCE_SIGNS[number >> shift & 31] for shift in range(35, -5, -5)]
    return f"{''.join(signs[:4])}-{''.join(signs[4:])}"

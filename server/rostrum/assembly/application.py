"""An application for accreditation: an organisation and its people, what is asked and answered, what is decided."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, get_args

from rostrum.assembly import delegation
from rostrum.assembly.actor import Right
from rostrum.assembly.appeal import (
    Appeal,
    AppealCommand,
    AppealEvent,
    AppealLodged,
    AppealWithdrawn,
    RefusalOverturned,
    RefusalUpheld,
    ended,
)
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
from rostrum.assembly.inquiry import (
    GiveInformation,
    InformationGiven,
    InformationRequested,
    Remark,
    RequestInformation,
    remark,
)
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.review import (
    ConflictDeclared,
    DecisionProposed,
    Proposal,
    ProposalReturned,
    RefusalReason,
    ReviewCommand,
    ReviewEvent,
)

REFERENCE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class ApplicationState(StrEnum):
    """Where an application stands. ABSENT: it has not been submitted."""

    ABSENT = "absent"
    SUBMITTED = "submitted"
    QUESTIONED = "questioned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"


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
    thread: tuple[Remark, ...] = ()
    """What was asked and answered, and the files that came and went since it was sent."""
    decided_at: datetime | None = None
    reason: RefusalReason | None = None
    decision_note_id: str | None = None
    revisions: tuple[Revision, ...] = ()
    turn: int = 0
    """Counts what a decision rests on: a decision or proposal names the turn that it saw."""
    proposal: Proposal | None = None
    """The newest: it stands as long as nothing has changed since."""
    returned_note_id: str | None = None
    """The words with which the last proposal was sent back, until there is another."""
    conflicts: frozenset[str] = frozenset()
    """The places of those of the secretariat who have declared that they are concerned."""
    refused_by: frozenset[str] = frozenset()
    """The places of those who took part in refusing it."""
    appeal_until: datetime | None = None
    appeal: Appeal | None = None

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
    def standing_proposal(self) -> Proposal | None:
        """What is proposed, unless the application has changed since."""
        return self.proposal if self.proposal is not None and self.proposal.turn == self.turn else None

    def may_appeal(self, now: datetime) -> bool:
        """Whether the applicant may appeal: against a refusal, within the period, once."""
        in_time = self.appeal_until is not None and now < self.appeal_until
        return self.state is ApplicationState.REFUSED and self.appeal is None and in_time

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
class AcceptApplication:
    """Accredit: with the decision each member that waits for it (all of them, no others) gets a place and its link.

    `turn`: the application's when it was looked at; `delegation_id`: that of the delegation that the places are of,
    where it has none yet; `related`: see `ProposeDecision`.
    """

    application_id: str
    turn: int
    delegation_id: str
    granted: tuple[Granting, ...]
    expires_at: datetime
    related: bool = False
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class RefuseApplication:
    """Refuse, with a reason from the list and words. `turn` and `related` as in `AcceptApplication`."""

    application_id: str
    turn: int
    reason: RefusalReason
    note_id: str
    related: bool = False
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
    | ReviewCommand
    | AppealCommand
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
class ApplicationAccepted:
    """Accredited: the members (by their identifiers) and the places that they have from now on.

    `by`, `proposed_by`: the places of who decided and of who proposed it; empty where one decides, or in old records.
    """

    at: datetime
    application_id: str
    places: Mapping[str, str]
    by: str = ""
    proposed_by: str = ""


@dataclass(frozen=True)
class ApplicationRefused:
    """Refused, with the reason. `by`, `proposed_by` as in `ApplicationAccepted`; `appeal_until`: None for no appeal."""

    at: datetime
    application_id: str
    reason: RefusalReason
    note_id: str
    by: str = ""
    proposed_by: str = ""
    appeal_until: datetime | None = None


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
    | ReviewEvent
    | AppealEvent
)

_S = ApplicationState
_Moves = Mapping[type[ApplicationEvent], ApplicationState]


def _undecided(state: ApplicationState) -> _Moves:
    """What may happen while the decision is open: the focal point goes on naming and changing."""
    named = (MembersNamed, MemberJoined, MemberEndorsed, MemberDeclined, MemberChanged, MemberRemoved)
    by_secretariat = (MemberRefused, MemberChangeRefused, ProtectionSeen)
    review = (DecisionProposed, ProposalReturned, ConflictDeclared)
    evidence = (EvidenceAdded, EvidenceRemoved)
    return dict.fromkeys((ApplicationChanged, *named, *by_secretariat, *review, *evidence), state) | {
        InformationRequested: _S.QUESTIONED,
        ApplicationAccepted: _S.ACCEPTED,
        ApplicationRefused: _S.REFUSED,
        ApplicationWithdrawn: _S.WITHDRAWN,
    }


APPLICATION_MACHINE: Mapping[ApplicationState, _Moves] = {
    _S.ABSENT: {ApplicationSubmitted: _S.SUBMITTED},
    _S.SUBMITTED: _undecided(_S.SUBMITTED),
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
        ConflictDeclared: _S.ACCEPTED,
        ApplicationWithdrawn: _S.WITHDRAWN,
    },
    _S.REFUSED: {AppealLodged: _S.APPEALED},
    _S.APPEALED: {
        AppealWithdrawn: _S.REFUSED,
        RefusalUpheld: _S.REFUSED,
        RefusalOverturned: _S.SUBMITTED,
        ConflictDeclared: _S.APPEALED,
    },
    _S.WITHDRAWN: {},
}
"""How an application moves. Nothing else changes its state."""

_SAME_TURN = (MemberJoined, MemberDeclined, ProtectionSeen, *get_args(ReviewEvent))
"""What changes nothing that a decision rests on."""


def step(application: Application | None, event: type[ApplicationEvent]) -> Application:
    """The application, where its machine allows the event; else the refusal that says why not."""
    if application is None:
        raise Refused(Why.NO_SUCH_APPLICATION)
    if event not in APPLICATION_MACHINE[application.state]:
        if application.state is ApplicationState.WITHDRAWN:
            raise Refused(Why.APPLICATION_WITHDRAWN)
        if event is InformationGiven:
            raise Refused(Why.NO_QUESTION_OPEN)
        if event in get_args(AppealEvent):
            raise Refused(Why.NO_APPEAL)
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
    turn = application.turn + (not isinstance(event, _SAME_TURN))
    moved = replace(application, state=APPLICATION_MACHINE[application.state][type(event)], turn=turn)
    match event:
        case ApplicationChanged():
            revision = Revision(event.at, None, event.fields, event.replaced_id, event.dossier_id)
            revisions = (*moved.revisions, revision)
            return replace(moved, category=event.category, dossier_id=event.dossier_id, revisions=revisions)
        case InformationRequested() | InformationGiven() | EvidenceAdded() | EvidenceRemoved():
            return replace(moved, thread=(*moved.thread, remark(event)))
        case ApplicationAccepted():
            members = delegation.accredit(moved.members, event.places)
            return replace(moved, decided_at=event.at, accepted_at=application.accepted_at or event.at, members=members)
        case ApplicationRefused():
            moved = replace(moved, refused_by=frozenset({event.by, event.proposed_by} - {""}))
            moved = replace(moved, decided_at=event.at, reason=event.reason, decision_note_id=event.note_id)
            return replace(moved, appeal_until=event.appeal_until)
        case ApplicationWithdrawn():
            return moved
        case DecisionProposed() | ProposalReturned() | ConflictDeclared():
            return _reviewed(moved, event)
        case AppealLodged() | AppealWithdrawn() | RefusalUpheld() | RefusalOverturned():
            return _appealed(moved, event)
        case MemberChanged():
            member = event.member
            revision = Revision(event.at, member.member_id, event.fields, event.replaced_id, member.dossier_id)
            members = delegation.apply(moved.members, event)
            return replace(moved, members=members, revisions=(*moved.revisions, revision))
        case _:
            return replace(moved, members=delegation.apply(moved.members, event))


def _reviewed(application: Application, event: ReviewEvent) -> Application:
    match event:
        case DecisionProposed():
            proposal = Proposal(event.at, event.by, event.turn, event.verdict)
            return replace(application, proposal=proposal, returned_note_id=None)
        case ProposalReturned():
            return replace(application, proposal=None, returned_note_id=event.note_id)
        case ConflictDeclared():
            # Whoever is concerned has proposed nothing.
            moved = replace(application, conflicts=application.conflicts | {event.by})
            own = application.proposal is not None and application.proposal.by == event.by
            return replace(moved, proposal=None) if own else moved


def _appealed(application: Application, event: AppealEvent) -> Application:
    if isinstance(event, AppealLodged):
        return replace(application, appeal=Appeal(event.at, event.note_id))
    if application.appeal is None:
        raise ValueError(f"{type(event).__name__} before AppealLodged")
    moved = replace(application, appeal=ended(application.appeal, event))
    if isinstance(event, RefusalOverturned):
        # What was accredited before the refusal ended with it: everybody is decided on anew.
        members = delegation.reopen(moved.members)
        return replace(moved, members=members, accepted_at=None, decided_at=None, reason=None, decision_note_id=None)
    return moved


def reference(application_id: str) -> str:
    """The short reference of an application: forty bits of its identifier, in Crockford's base 32."""
    number = int.from_bytes(hashlib.sha256(application_id.encode()).digest()[:5], "big")
    signs = [REFERENCE_SIGNS[number >> shift & 31] for shift in range(35, -5, -5)]
    return f"{''.join(signs[:4])}-{''.join(signs[4:])}"

"""The aggregate of accreditation to one session: commands in, events out, fold.

It holds identifiers only: what people write about themselves lies in dossiers outside the journal,
so that it can be purged and the chain stays valid.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, get_args

from rostrum.assembly import amendment, batches, delegation, devices, membership, protection, reading, standing
from rostrum.assembly import application as applications
from rostrum.assembly import deadlines as due
from rostrum.assembly import place as places
from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.amendment import AmendProcedure, ProcedureAmended
from rostrum.assembly.appeal import DecideAppeal, LodgeAppeal, WithdrawAppeal
from rostrum.assembly.application import (
    AcceptApplication,
    Application,
    ApplicationChanged,
    ApplicationCommand,
    ApplicationEvent,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ChangeApplication,
    RefuseApplication,
    SubmitApplication,
    WithdrawApplication,
)
from rostrum.assembly.batches import Batch, BatchCommand, BatchEvent, CarryOut, LeaveOut, ScheduleDecisions, UndoBatch
from rostrum.assembly.deadlines import Deadlines, DeadlinesSet, SetDeadlines
from rostrum.assembly.deciding import Bench
from rostrum.assembly.delegation import MemberRemoved, MemberState, RefuseMember
from rostrum.assembly.devices import DeviceCommand, DeviceEvent, MailCodesSet, SetMailCodes
from rostrum.assembly.evidence import AddEvidence, EvidenceAdded, EvidenceCommand, EvidenceRemoved, RemoveEvidence
from rostrum.assembly.inquiry import GiveInformation, InformationGiven, InformationRequested, RequestInformation
from rostrum.assembly.place import (
    AppointOfficer,
    BindLink,
    CheckIn,
    IssueLink,
    LeaveSession,
    Link,
    LinkEvent,
    Place,
    PlaceCheckedIn,
    PlaceClosed,
    PlaceCommand,
    PlaceEvent,
    PlaceGranted,
    PlaceRevised,
    ReplaceLink,
    RevokeLink,
)
from rostrum.assembly.protection import (
    AnswerLifting,
    AskToLift,
    ProtectionCommand,
    ProtectionEvent,
    SetProtection,
    WishProtection,
)
from rostrum.assembly.reading import FileSeen, JudgeLikeness, LikenessJudged, LookAtFile, Reading, ReadingCommand
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.review import (
    DeclareConflict,
    ProposeDecision,
    ReturnProposal,
    Review,
    ReviewCommand,
    ReviewSet,
    SetReview,
    set_review,
)
from rostrum.assembly.rules import Rules
from rostrum.assembly.standing import ChangeStanding, StandingChanged


@dataclass(frozen=True)
class Accreditation:
    """Accreditation to one session as its events have made it. `titles` by language code."""

    session_id: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    rules: Rules = field(default_factory=lambda: Rules("", 1, 0, {}))
    applications: Mapping[str, Application] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    deadlines: Deadlines = field(default_factory=Deadlines)
    review: Review = field(default_factory=Review)
    batches: Mapping[str, Batch] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    mail_codes: bool = True
    """Whether the first use of a link is confirmed by a code in mail, where that can be sent."""

    @property
    def bench(self) -> Bench:
        """What decides on applications here."""
        return Bench(self.review, self.rules, self.places, self.links)

    def link_of(self, place_id: str) -> Link | None:
        """The newest link of a place that has not been revoked."""
        live = [link for link in self.links.values() if link.place_id == place_id and link.revoked_at is None]
        return live[-1] if live else None


@dataclass(frozen=True)
class OpenSession:
    """Open accreditation to a session, by the rules given."""

    session_id: str
    titles: Mapping[str, str]
    rules: Rules
    needs: ClassVar = (Right.ADMINISTER,)


AccreditationCommand = (
    OpenSession
    | SetDeadlines
    | SetReview
    | SetMailCodes
    | AmendProcedure
    | ChangeStanding
    | ApplicationCommand
    | ReadingCommand
    | BatchCommand
    | CarryOut
    | PlaceCommand
    | ProtectionCommand
    | DeviceCommand
)


@dataclass(frozen=True)
class SessionOpened:
    """Accreditation to the session is open."""

    at: datetime
    session_id: str
    titles: Mapping[str, str]
    rules: Rules


AccreditationEvent = (
    SessionOpened
    | DeadlinesSet
    | ReviewSet
    | MailCodesSet
    | ProcedureAmended
    | StandingChanged
    | ApplicationEvent
    | reading.ReadingEvent
    | BatchEvent
    | PlaceEvent
    | LinkEvent
    | ProtectionEvent
    | DeviceEvent
)


def decide(
    state: Accreditation, command: AccreditationCommand, actor: Actor, now: datetime
) -> list[AccreditationEvent]:
    """The events that a command brings about. Raises `Refused`; changes nothing."""
    actor.require(*command.needs)
    if isinstance(command, OpenSession):
        if state.session_id:
            raise Refused(Why.ALREADY_EXISTS)
        return [SessionOpened(now, command.session_id, command.titles, command.rules)]
    if not state.session_id:
        raise Refused(Why.ACCREDITATION_NOT_OPEN)
    match command:
        case AmendProcedure():
            return list(amendment.decide(state.rules, command, now))
        case ChangeStanding():
            return list(standing.decide(state.rules, command, actor, now))
        case SetDeadlines():
            return list(due.set_deadlines(state.deadlines, command, now))
        case SetReview():
            return list(set_review(state.review, command, now))
        case SubmitApplication():
            return _submit(state, command, actor, now)
        case ChangeApplication():
            return _change(state, command, actor, now)
        case RequestInformation():
            return [_asked(state, command, actor, now)]
        case GiveInformation():
            _own(command.application_id, actor)
            applications.step(state.applications.get(command.application_id), InformationGiven)
            return [InformationGiven(now, command.application_id, command.note_id)]
        case AddEvidence() | RemoveEvidence():
            return [_evidence(state, command, actor, now)]
        case AcceptApplication() | RefuseApplication() | ProposeDecision() | ReturnProposal() | DeclareConflict():
            return _judge(state, command, actor, now)
        case CarryOut():
            done = batches.carried_out(state.batches, command, actor, now)
            return [*_judge(state, command.decision, actor, now), done]
        case ScheduleDecisions() | UndoBatch() | LeaveOut():
            return list(batches.decide(state.batches, state.bench, state.applications, command, actor, now))
        case LodgeAppeal() | WithdrawAppeal() | DecideAppeal():
            if not isinstance(command, DecideAppeal):
                _own(command.application_id, actor)
            return list(state.bench.appeal(state.applications.get(command.application_id), command, actor, now))
        case WithdrawApplication():
            return _withdraw(state, command, actor, now)
        case AppointOfficer():
            return _appoint(state, command, now)
        case IssueLink():
            return list(places.issue(state.places, state.links, command, now))
        case BindLink():
            return list(places.bind(state.links.get(command.link_id), command, now))
        case CheckIn():
            return list(places.check_in(state.places.get(command.place_id), command, now))
        case RevokeLink():
            return list(places.revoke(state.links.get(command.link_id), now))
        case LeaveSession():
            return _leave(state, actor, now)
        case ReplaceLink():
            return _replace_link(state, command, actor, now)
        case SetProtection() | AskToLift() | WishProtection() | AnswerLifting():
            return list(protection.decide(state.places, command, actor, now))
        case devices.AskForDevice() | devices.LetDeviceIn() | devices.TurnDeviceAway() | devices.RemoveDevice():
            return list(devices.decide(state.links, command, actor, now))
        case SetMailCodes():
            return [] if command.asked == state.mail_codes else [MailCodesSet(now, command.asked)]
        case LookAtFile() | JudgeLikeness():
            return list(reading.decide(state.reading, state.applications, command, actor, now))
        case _:
            return _decide_member(state, command, actor, now)


def _judge(
    state: Accreditation, command: AcceptApplication | RefuseApplication | ReviewCommand, actor: Actor, now: datetime
) -> list[AccreditationEvent]:
    bench, application = state.bench, state.applications.get(command.application_id)
    match command:
        case AcceptApplication():
            return list(bench.accept(application, command, actor, now))
        case RefuseApplication():
            return list(bench.refuse(application, command, actor, now))
        case _:
            return list(bench.consider(application, command, actor, now))


def _leave(state: Accreditation, actor: Actor, now: datetime) -> list[AccreditationEvent]:
    place = state.places.get(actor.place_id)
    if place is None or not places.may_leave(actor):
        raise Refused(Why.NOT_ENTITLED)
    if place.closed:
        raise Refused(Why.PLACE_CLOSED)
    events: list[AccreditationEvent] = []
    for application in state.applications.values():
        if MemberRemoved in applications.APPLICATION_MACHINE[application.state]:
            events += [
                MemberRemoved(now, application.application_id, member.member_id)
                for member in application.members.values()
                if member.place_id == place.place_id and member.state is not MemberState.REMOVED
            ]
    return [*events, *state.bench.closures([place.place_id], now)]


def _asked(state: Accreditation, command: RequestInformation, actor: Actor, now: datetime) -> InformationRequested:
    applications.step(state.applications.get(command.application_id), InformationRequested)
    by, evidence = actor.place_id, command.evidence
    return InformationRequested(now, command.application_id, command.note_id, by, evidence)


def _replace_link(state: Accreditation, command: ReplaceLink, actor: Actor, now: datetime) -> list[AccreditationEvent]:
    issue = membership.link_for(state.applications.get(command.application_id), command, actor)
    return list(places.issue(state.places, state.links, issue, now))


def _evidence(
    state: Accreditation, command: EvidenceCommand, actor: Actor, now: datetime
) -> EvidenceAdded | EvidenceRemoved:
    _own(command.application_id, actor)
    application = state.applications.get(command.application_id)
    if isinstance(command, RemoveEvidence):
        applications.step(application, EvidenceRemoved)
        return EvidenceRemoved(now, command.application_id, command.file_id)
    applications.step(application, EvidenceAdded)
    return EvidenceAdded(now, command.application_id, command.file_id, command.purpose)


def _own(application_id: str, actor: Actor) -> None:
    if actor.place_id != f"applicant:{application_id}":
        raise Refused(Why.NOT_ENTITLED)


def _submit(state: Accreditation, command: SubmitApplication, actor: Actor, now: datetime) -> list[AccreditationEvent]:
    _own(command.application_id, actor)
    if command.application_id in state.applications:
        raise Refused(Why.ALREADY_EXISTS)
    if command.category not in state.rules.applying:
        raise Refused(Why.NOT_ENTITLED)
    for member in (*command.members, *command.waiting):
        standing.require_seat(state.rules, command.category, remote=member.remote)
    delegation.require_new({}, command.members)
    delegation.require_new({}, (*command.members, *command.waiting))
    delegation.require_room({}, len(command.members), state.rules.members_max(command.category))
    timeliness, members, waiting = state.deadlines.timeliness(now), command.members, command.waiting
    dossier_id, category = command.dossier_id, command.category
    return [ApplicationSubmitted(now, command.application_id, category, dossier_id, members, waiting, timeliness)]


def _change(state: Accreditation, command: ChangeApplication, actor: Actor, now: datetime) -> list[AccreditationEvent]:
    _own(command.application_id, actor)
    application = applications.step(state.applications.get(command.application_id), ApplicationChanged)
    if command.category != application.category:
        if command.category not in state.rules.applying:
            raise Refused(Why.NOT_ENTITLED)
        delegation.require_room(application.members, 0, state.rules.members_max(command.category))
    if not command.fields:
        return []
    return [
        ApplicationChanged(
            now,
            application.application_id,
            command.category,
            command.dossier_id,
            command.fields,
            application.dossier_id,
        )
    ]


def _decide_member(
    state: Accreditation, command: delegation.MemberCommand, actor: Actor, now: datetime
) -> list[AccreditationEvent]:
    application = state.applications.get(command.application_id)
    if application is None:
        raise Refused(Why.NO_SUCH_APPLICATION)
    for named in delegation.named_in(command):
        standing.require_seat(state.rules, application.category, remote=named.remote)
    if isinstance(command, RefuseMember):
        state.bench.require_member_refusable(application, command, actor)
    members_max, timeliness = state.rules.members_max(application.category), state.deadlines.timeliness(now)
    decided = membership.decide(application, command, actor, members_max, timeliness, now)
    events: list[AccreditationEvent] = list(decided)
    for event in decided:
        if isinstance(event, MemberRemoved):
            place_id = application.members[event.member_id].place_id
            events.extend([] if place_id is None else state.bench.closures([place_id], now))
    return events


def _withdraw(
    state: Accreditation, command: WithdrawApplication, actor: Actor, now: datetime
) -> list[AccreditationEvent]:
    _own(command.application_id, actor)
    application = applications.step(state.applications.get(command.application_id), ApplicationWithdrawn)
    return [ApplicationWithdrawn(now, application.application_id), *state.bench.closures(application.place_ids, now)]


def _appoint(state: Accreditation, command: AppointOfficer, now: datetime) -> list[AccreditationEvent]:
    granted = state.bench.grant(
        command.place_id,
        command.delegation_id,
        command.category,
        now,
        remote=command.remote,
        dossier_id=command.dossier_id,
    )
    return [granted, places.new_link(state.links, command.link_id, command.place_id, command.expires_at, now)]


def apply(state: Accreditation, event: AccreditationEvent) -> Accreditation:
    """The accreditation after an event."""
    match event:
        case SessionOpened():
            return Accreditation(event.session_id, event.titles, event.rules)
        case ProcedureAmended():
            return replace(state, rules=replace(state.rules, procedure=event.procedure))
        case StandingChanged():
            rules, followed = standing.changed(state.rules, event), standing.followed(state.places, event)
            return replace(state, rules=rules, places=followed)
        case DeadlinesSet():
            return replace(state, deadlines=Deadlines(event.closes_at, event.grace_until))
        case PlaceGranted() | PlaceRevised() | PlaceCheckedIn() | PlaceClosed():
            place = places.apply_to_place(state.places.get(event.place_id), event)
            return replace(state, places={**state.places, event.place_id: place})
        case protection.ProtectionSet() | protection.LiftingAsked() | protection.LiftingAnswered():
            place = protection.apply(state.places[event.place_id], event)
            return replace(state, places={**state.places, event.place_id: place})
        case places.LinkIssued() | places.LinkBound() | places.LinkRevoked():
            link = places.apply_to_link(state.links.get(event.link_id), event)
            return replace(state, links={**state.links, event.link_id: link})
        case devices.DeviceAsked() | devices.DeviceLetIn() | devices.DeviceTurnedAway() | devices.DeviceRemoved():
            link = devices.apply(state.links.get(event.link_id), event)
            return replace(state, links={**state.links, event.link_id: link})
        case ReviewSet():
            return replace(state, review=event.review)
        case MailCodesSet():
            return replace(state, mail_codes=event.asked)
        case batches.DecisionsScheduled() | batches.BatchUndone() | batches.ItemCarriedOut() | batches.ItemLeftOut():
            return replace(state, batches=batches.apply(state.batches, event))
        case FileSeen() | LikenessJudged():
            return replace(state, reading=reading.apply(state.reading, event))
        case _:
            application = applications.apply(state.applications.get(event.application_id), event)
            return replace(state, applications={**state.applications, event.application_id: application})


def fold(events: Iterable[AccreditationEvent], start: Accreditation | None = None) -> Accreditation:
    """The accreditation that events have made, from nothing or from an earlier state."""
    state = Accreditation() if start is None else start
    for event in events:
        state = apply(state, event)
    return state


EVENTS: tuple[type[AccreditationEvent], ...] = (
    SessionOpened,
    DeadlinesSet,
    ReviewSet,
    ProcedureAmended,
    StandingChanged,
    *get_args(ApplicationEvent),
    *get_args(reading.ReadingEvent),
    *get_args(BatchEvent),
    *get_args(PlaceEvent),
    *get_args(LinkEvent),
    *get_args(ProtectionEvent),
    *get_args(DeviceEvent),
    MailCodesSet,
)
"""Every event of this aggregate, for the record's codec."""

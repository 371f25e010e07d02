"""Decisions on applications: who may take part in one, what is proposed and confirmed, and what comes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rostrum.assembly import application as applications
from rostrum.assembly import delegation, protection, standing
from rostrum.assembly import place as places
from rostrum.assembly.actor import Actor
from rostrum.assembly.appeal import (
    AppealCommand,
    AppealEvent,
    AppealLodged,
    AppealWithdrawn,
    DecideAppeal,
    LodgeAppeal,
    RefusalOverturned,
    RefusalUpheld,
)
from rostrum.assembly.application import (
    AcceptApplication,
    Application,
    ApplicationAccepted,
    ApplicationRefused,
    RefuseApplication,
)
from rostrum.assembly.delegation import Granting, Member, MemberChangeRefused, MemberRefused, MemberState, RefuseMember
from rostrum.assembly.following import followed
from rostrum.assembly.place import Link, LinkEvent, Place, PlaceClosed, PlaceEvent, PlaceGranted, PlaceRevised
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.review import (
    ConflictDeclared,
    DecisionProposed,
    DeclareConflict,
    Outcome,
    ProposalReturned,
    ProposeDecision,
    ReturnProposal,
    Review,
    ReviewCommand,
    ReviewEvent,
    Verdict,
)
from rostrum.assembly.rules import Rules

DecisionEvent = ApplicationAccepted | ApplicationRefused | PlaceEvent | LinkEvent


@dataclass(frozen=True)
class Bench:
    """What a decision on an application is made by: how the session decides, its rules, its places and links."""

    review: Review
    rules: Rules
    places: Mapping[str, Place]
    links: Mapping[str, Link]

    def require_impartial(self, application: Application, actor: Actor, *, related: bool) -> None:
        """Raise `Refused` for who belongs to the organisation that applies, or has declared to be concerned."""
        own = actor.place_id in application.place_ids or any(
            self.places[place_id].delegation_id == actor.delegation_id for place_id in application.place_ids
        )
        if related or own or actor.place_id in application.conflicts:
            raise Refused(Why.OWN_ORGANISATION)

    def proposed_by(self, application: Application, verdict: Verdict, actor: Actor) -> str:
        """Who proposed what is decided now, empty where nobody had to. Raises `Refused` where two must decide."""
        proposal = application.standing_proposal
        if proposal is not None and proposal.verdict == verdict and proposal.by != actor.place_id:
            return proposal.by
        if self.review.deciders < 2:
            return ""
        own = proposal is not None and proposal.by == actor.place_id
        raise Refused(Why.OWN_PROPOSAL if own else Why.SECOND_DECIDER)

    def closures(self, place_ids: Iterable[str], now: datetime) -> list[PlaceClosed | LinkEvent]:
        """The events that close places and revoke their links."""
        events: list[PlaceClosed | LinkEvent] = []
        for place_id in place_ids:
            if not self.places[place_id].closed:
                events.append(PlaceClosed(now, place_id))
                events.extend(places.revocations(self.links, place_id, now))
        return events

    def grant(
        self, place_id: str, delegation_id: str, category: str, now: datetime, *, remote: bool, dossier_id: str
    ) -> PlaceGranted:
        """The event that makes a place. Raises `Refused`."""
        if place_id in self.places:
            raise Refused(Why.ALREADY_EXISTS)
        self._require_offered(category)
        standing.require_seat(self.rules, category, remote=remote)
        rights = self.rules.categories[category].rights
        return PlaceGranted(now, place_id, delegation_id, category, rights, remote, dossier_id)

    def _require_offered(self, category: str) -> None:
        if category not in self.rules.categories:
            raise Refused(Why.NOT_ENTITLED)
        if self.rules.categories[category].retired:
            raise Refused(Why.CATEGORY_RETIRED)

    def accept(
        self, application: Application | None, command: AcceptApplication, actor: Actor, now: datetime
    ) -> list[DecisionEvent]:
        """Accredit everybody who waits for it. Raises `Refused`."""
        application = applications.step(application, ApplicationAccepted)
        self.require_impartial(application, actor, related=command.related)
        proposed_by = self.proposed_by(application, Verdict(Outcome.ACCEPT), actor)
        require_turn(application, command.turn)
        waiting = {member.member_id: member for member in delegation.before_secretariat(application.members)}
        granted = {each.member_id: each for each in command.granted}
        if granted.keys() != waiting.keys() or len(granted) != len(command.granted):
            raise Refused(Why.MEMBERS_CHANGED)
        if not waiting and not application.reopened:
            raise Refused(Why.NO_MEMBERS)
        delegation_id = next(
            (self.places[place_id].delegation_id for place_id in application.place_ids), command.delegation_id
        )
        given = {member_id: each.place_id for member_id, each in granted.items()}
        accepted = ApplicationAccepted(now, application.application_id, given, actor.place_id, proposed_by)
        events: list[DecisionEvent] = [accepted]
        seen: set[str] = set()
        for member_id, each in granted.items():
            events.extend(self._accredit(application, waiting[member_id], each, delegation_id, command.expires_at, now))
            if {each.place_id, each.link_id} & seen:
                raise Refused(Why.ALREADY_EXISTS)
            seen |= {each.place_id} | ({each.link_id} if each.link_id else set())
        return [*events, *followed(self.rules, self.places, application, set(granted), now)]

    def _accredit(
        self,
        application: Application,
        member: Member,
        granting: Granting,
        delegation_id: str,
        expires_at: datetime,
        now: datetime,
    ) -> list[DecisionEvent]:
        """The place and link of one member, or what a change makes of those that they have."""
        if (granting.link_id is not None) != member.needs_link:
            raise Refused(Why.MEMBERS_CHANGED)
        place_id, category, events = granting.place_id, application.category, list[DecisionEvent]()
        if member.place_id is None:
            granted = self.grant(
                place_id, delegation_id, category, now, remote=member.remote, dossier_id=member.dossier_id
            )
            events.append(replace(granted, organisation_id=application.dossier_id, protected_id=member.protected_id))
        elif member.place_id == place_id:
            standing.require_seat(self.rules, category, remote=member.remote)
            kept = protection.after_acceptance(self.places[place_id], member.protected_id)
            revised = PlaceRevised(now, place_id, member.remote, member.dossier_id, application.dossier_id, kept)
            if self.places[place_id].category != category:
                self._require_offered(category)
                revised = replace(revised, category=category, rights=self.rules.categories[category].rights)
            events.append(revised)
            if member.identity_changed:
                events.extend(places.revocations(self.links, place_id, now))
        else:
            raise Refused(Why.MEMBERS_CHANGED)
        if granting.link_id is not None:
            events.append(places.new_link(self.links, granting.link_id, place_id, expires_at, now))
        return events

    def refuse(
        self, application: Application | None, command: RefuseApplication, actor: Actor, now: datetime
    ) -> list[DecisionEvent]:
        """Refuse; after a change, what was accredited before ends, too. Raises `Refused`."""
        application = applications.step(application, ApplicationRefused)
        self.require_impartial(application, actor, related=command.related)
        verdict = Verdict(Outcome.REFUSE, command.reason, command.note_id)
        proposed_by = self.proposed_by(application, verdict, actor)
        require_turn(application, command.turn)
        appeal_days = 0 if application.appeal is not None else self.review.appeal_days
        refused = ApplicationRefused(
            now,
            application.application_id,
            command.reason,
            command.note_id,
            actor.place_id,
            proposed_by,
            now + timedelta(days=appeal_days) if appeal_days else None,
        )
        return [refused, *self.closures(application.place_ids, now)]

    def require_member_refusable(self, application: Application, command: RefuseMember, actor: Actor) -> None:
        """Raise `Refused` where the refusal of one person is not this actor's to decide, or not on what they saw."""
        self.require_impartial(application, actor, related=command.related)
        verdict = Verdict(Outcome.REFUSE_MEMBER, None, command.note_id, command.member_id)
        self.proposed_by(application, verdict, actor)
        require_turn(application, command.turn)

    def consider(
        self, application: Application | None, command: ReviewCommand, actor: Actor, now: datetime
    ) -> list[ReviewEvent]:
        """What is proposed, sent back, or declared. Raises `Refused`."""
        match command:
            case ProposeDecision():
                application = applications.step(application, DecisionProposed)
                self.require_impartial(application, actor, related=command.related)
                if self.review.deciders < 2:
                    raise Refused(Why.ONE_DECIDES)
                if application.standing_proposal is not None:
                    raise Refused(Why.PROPOSAL_STANDS)
                require_turn(application, command.turn)
                _require_proposable(application, command.verdict)
                by = actor.place_id
                return [DecisionProposed(now, application.application_id, by, application.turn, command.verdict)]
            case ReturnProposal():
                application = applications.step(application, ProposalReturned)
                self.require_impartial(application, actor, related=command.related)
                if application.standing_proposal is None:
                    raise Refused(Why.NO_PROPOSAL)
                return [ProposalReturned(now, application.application_id, actor.place_id, command.note_id)]
            case DeclareConflict():
                application = applications.step(application, ConflictDeclared)
                if actor.place_id in application.conflicts:
                    return []
                return [ConflictDeclared(now, application.application_id, actor.place_id)]

    def appeal(
        self, application: Application | None, command: AppealCommand, actor: Actor, now: datetime
    ) -> list[AppealEvent]:
        """What becomes of an appeal; that it is the applicant who lodges and withdraws has been seen to."""
        match command:
            case LodgeAppeal():
                application = applications.step(application, AppealLodged)
                if not application.may_appeal(now):
                    raise Refused(Why.NO_APPEAL)
                return [AppealLodged(now, application.application_id, command.note_id)]
            case DecideAppeal():
                event = RefusalOverturned if command.overturn else RefusalUpheld
                application = applications.step(application, event)
                self.require_impartial(application, actor, related=command.related)
                if actor.place_id in application.refused_by:
                    raise Refused(Why.OWN_REFUSAL)
                return [event(now, application.application_id, actor.place_id, command.note_id)]
            case _:
                application = applications.step(application, AppealWithdrawn)
                return [AppealWithdrawn(now, application.application_id)]


def require_turn(application: Application, turn: int) -> None:
    """Raise `Refused` where the application has changed since it was looked at."""
    if turn != application.turn:
        raise Refused(Why.APPLICATION_CHANGED)


def _require_proposable(application: Application, verdict: Verdict) -> None:
    """Raise `Refused` where nothing could be decided as it is proposed."""
    match verdict.outcome:
        case Outcome.ACCEPT:
            if not delegation.before_secretariat(application.members) and not application.reopened:
                raise Refused(Why.NO_MEMBERS)
        case Outcome.REFUSE:
            if verdict.reason is None or verdict.note_id is None:
                raise Refused(Why.REASON_MISSING)
        case Outcome.REFUSE_MEMBER:
            member = application.members.get(verdict.member_id or "")
            changed = member is not None and member.state is MemberState.CHANGED
            delegation.step(
                application.members, verdict.member_id or "", MemberChangeRefused if changed else MemberRefused
            )
            if verdict.note_id is None:
                raise Refused(Why.REASON_MISSING)

"""What is decided about the members of an application: by its focal point, by those who join, by the secretariat."""

from datetime import datetime

from rostrum.assembly import application as applications
from rostrum.assembly import delegation
from rostrum.assembly.actor import Actor, applicant, joiner
from rostrum.assembly.application import Application
from rostrum.assembly.deadlines import Timeliness
from rostrum.assembly.delegation import (
    ChangeMember,
    DeclineMember,
    EndorseMember,
    JoinDelegation,
    LookAtProtection,
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
    MemberState,
    NameMembers,
    ProtectionSeen,
    RefuseMember,
    RemoveMember,
)
from rostrum.assembly.place import IssueLink, ReplaceLink
from rostrum.assembly.refusal import Refused, Why

WAITING_MAX = 500
"""How many may wait for the focal point at once: a join link that has got about fills no record."""


def decide(
    application: Application,
    command: MemberCommand,
    actor: Actor,
    members_max: int,
    timeliness: Timeliness,
    now: datetime,
) -> list[MemberEvent]:
    """The events of a command about members. `members_max`: the category's limit, 0 for none. Raises `Refused`."""
    _require_own(application, command, actor)
    members, application_id = application.members, application.application_id
    match command:
        case NameMembers():
            _step(application, MembersNamed)
            delegation.require_new(members, command.members)
            delegation.require_room(members, len(command.members), members_max)
            return [MembersNamed(now, application_id, command.members, timeliness)]
        case JoinDelegation():
            _step(application, MemberJoined)
            delegation.require_new(members, [command.member])
            if sum(member.state is MemberState.WAITING for member in members.values()) >= WAITING_MAX:
                raise Refused(Why.TOO_MANY_WAIT)
            return [MemberJoined(now, application_id, command.member)]
        case EndorseMember():
            _step(application, MemberEndorsed)
            delegation.step(members, command.member_id, MemberEndorsed)
            delegation.require_room(members, 1, members_max)
            return [MemberEndorsed(now, application_id, command.member_id, timeliness)]
        case DeclineMember():
            _step(application, MemberDeclined)
            delegation.step(members, command.member_id, MemberDeclined)
            return [MemberDeclined(now, application_id, command.member_id)]
        case ChangeMember():
            _step(application, MemberChanged)
            member = delegation.step(members, command.member.member_id, MemberChanged)
            if not command.fields:
                return []
            return [MemberChanged(now, application_id, command.member, command.fields, member.dossier_id)]
        case RemoveMember():
            _step(application, MemberRemoved)
            delegation.step(members, command.member_id, MemberRemoved)
            return [MemberRemoved(now, application_id, command.member_id)]
        case RefuseMember():
            return [_refuse(application, command, now)]
        case LookAtProtection():
            _step(application, ProtectionSeen)
            if delegation.step(members, command.member_id, ProtectionSeen).protected_id is None:
                raise Refused(Why.NO_SUCH_MEMBER)
            return [ProtectionSeen(now, application_id, command.member_id, actor.place_id)]


def link_for(application: Application | None, command: ReplaceLink, actor: Actor) -> IssueLink:
    """A member's lost link is replaced by their focal point, and by nobody else's. Raises `Refused`."""
    if actor.place_id != applicant(command.application_id).place_id:
        raise Refused(Why.NOT_ENTITLED)
    member = None if application is None else application.members.get(command.member_id)
    if member is None or member.place_id is None:
        raise Refused(Why.NO_SUCH_MEMBER)
    return IssueLink(member.place_id, command.link_id, command.expires_at)


def _refuse(application: Application, command: RefuseMember, now: datetime) -> MemberEvent:
    member = application.members.get(command.member_id)
    changed = member is not None and member.state is MemberState.CHANGED
    event = MemberChangeRefused if changed else MemberRefused
    _step(application, event)
    delegation.step(application.members, command.member_id, event)
    return event(now, application.application_id, command.member_id, command.note_id)


def _require_own(application: Application, command: MemberCommand, actor: Actor) -> None:
    """Each acts on their own application alone; who joins may do nothing else."""
    if isinstance(command, RefuseMember | LookAtProtection):
        return
    own = joiner if isinstance(command, JoinDelegation) else applicant
    if actor.place_id != own(application.application_id).place_id:
        raise Refused(Why.NOT_ENTITLED)


def _step(application: Application, event: type[MemberEvent]) -> None:
    applications.step(application, event)

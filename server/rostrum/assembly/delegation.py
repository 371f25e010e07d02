"""The people whom an application names: whom its focal point approves first, and the secretariat second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.deadlines import Timeliness
from rostrum.assembly.refusal import Refused, Why

IDENTITY_FIELDS = frozenset({"given_name", "family_name", "email"})
"""Where one of these changes it may be another person, who gets a link of their own."""


class MemberState(StrEnum):
    """Where a member of a delegation stands. ABSENT: nobody has named them."""

    ABSENT = "absent"
    WAITING = "waiting"
    """Came by the delegation's join link; the focal point has not decided."""
    DECLINED = "declined"
    """The focal point said no: the secretariat never sees them."""
    ENDORSED = "endorsed"
    """Named or approved by the focal point; waits for the secretariat."""
    ACCREDITED = "accredited"
    CHANGED = "changed"
    """Accredited as they were; what was changed since waits for the secretariat."""
    REFUSED = "refused"
    REMOVED = "removed"


BEFORE_SECRETARIAT = (MemberState.ENDORSED, MemberState.CHANGED)
COUNTED = (MemberState.ENDORSED, MemberState.ACCREDITED, MemberState.CHANGED)
"""States that count against the organisation's limit."""


@dataclass(frozen=True)
class NamedMember:
    """Somebody to be a member. `protected_id`: the dossier of their wishes for protection, where they have some."""

    member_id: str
    dossier_id: str
    remote: bool
    protected_id: str | None = None


@dataclass(frozen=True)
class Look:
    """Somebody of the secretariat (`by`: their place) looked at what a member asks for."""

    at: datetime
    by: str


@dataclass(frozen=True)
class Member:
    """One person of a delegation. `dossier_id` and `protected_id` are the newest; the place keeps what was approved."""

    member_id: str
    dossier_id: str
    remote: bool
    protected_id: str | None
    state: MemberState
    timeliness: Timeliness = Timeliness.ON_TIME
    place_id: str | None = None
    identity_changed: bool = False
    """Since the accreditation: a new decision brings a new link, and the old one ends."""
    approved: NamedMember | None = None
    """As the secretariat accredited them."""
    reason_note_id: str | None = None
    looks: tuple[Look, ...] = ()

    @property
    def named(self) -> NamedMember:
        """As they were named last."""
        return NamedMember(self.member_id, self.dossier_id, self.remote, self.protected_id)

    @property
    def needs_link(self) -> bool:
        """Whether accrediting this member now gives a link."""
        return self.place_id is None or self.identity_changed


@dataclass(frozen=True)
class Granting:
    """What a member gets with the decision. `link_id` is None where the link that they have stays good."""

    member_id: str
    place_id: str
    link_id: str | None


# Commands


@dataclass(frozen=True)
class NameMembers:
    """The focal point names further people."""

    application_id: str
    members: tuple[NamedMember, ...]
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class JoinDelegation:
    """Somebody with the delegation's join link asks to be one of its members."""

    application_id: str
    member: NamedMember
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class EndorseMember:
    """The focal point approves somebody who came by the join link."""

    application_id: str
    member_id: str
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class DeclineMember:
    """The focal point says no to somebody who came by the join link."""

    application_id: str
    member_id: str
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class ChangeMember:
    """The focal point changes what is known of a member. `fields`: the names of those that differ."""

    application_id: str
    member: NamedMember
    fields: tuple[str, ...]
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class RemoveMember:
    """The focal point takes a member off; their place is closed and their links end at once."""

    application_id: str
    member_id: str
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class RefuseMember:
    """The secretariat refuses one member (or one change to an accredited one) of an application that it may accept.

    `turn`, `related`: as in a decision on the whole application.
    """

    application_id: str
    turn: int
    member_id: str
    note_id: str
    related: bool = False
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class LookAtProtection:
    """The secretariat looks at a member's wishes for protection: recorded, and shown to the member."""

    application_id: str
    member_id: str
    needs: ClassVar = (Right.ADMINISTER,)


MemberCommand = (
    NameMembers
    | JoinDelegation
    | EndorseMember
    | DeclineMember
    | ChangeMember
    | RemoveMember
    | RefuseMember
    | LookAtProtection
)


# Events


@dataclass(frozen=True)
class MembersNamed:
    """The focal point has named people after the application was sent."""

    at: datetime
    application_id: str
    members: tuple[NamedMember, ...]
    timeliness: Timeliness


@dataclass(frozen=True)
class MemberJoined:
    """Somebody asks to be a member."""

    at: datetime
    application_id: str
    member: NamedMember


@dataclass(frozen=True)
class MemberEndorsed:
    """The focal point has approved them."""

    at: datetime
    application_id: str
    member_id: str
    timeliness: Timeliness


@dataclass(frozen=True)
class MemberDeclined:
    """The focal point has said no."""

    at: datetime
    application_id: str
    member_id: str


@dataclass(frozen=True)
class MemberChanged:
    """What is known of a member has changed. `replaced_id`: the dossier with what was known before."""

    at: datetime
    application_id: str
    member: NamedMember
    fields: tuple[str, ...]
    replaced_id: str


@dataclass(frozen=True)
class MemberRemoved:
    """No longer of the delegation."""

    at: datetime
    application_id: str
    member_id: str


@dataclass(frozen=True)
class MemberRefused:
    """The secretariat accredits the application without them."""

    at: datetime
    application_id: str
    member_id: str
    note_id: str


@dataclass(frozen=True)
class MemberChangeRefused:
    """What was accredited stands; the change does not."""

    at: datetime
    application_id: str
    member_id: str
    note_id: str


@dataclass(frozen=True)
class ProtectionSeen:
    """Somebody of the secretariat (`by`: their place) has looked at a member's wishes for protection."""

    at: datetime
    application_id: str
    member_id: str
    by: str


MemberEvent = (
    MembersNamed
    | MemberJoined
    | MemberEndorsed
    | MemberDeclined
    | MemberChanged
    | MemberRemoved
    | MemberRefused
    | MemberChangeRefused
    | ProtectionSeen
)


class Accredited:
    """Stands in the table for the acceptance of the application that a member is of."""


class Reopened:
    """Stands in the table for the overturning of its refusal."""


_Move = type[MemberEvent] | type[Accredited] | type[Reopened]

_S = MemberState
MEMBER_MACHINE: Mapping[MemberState, Mapping[_Move, MemberState]] = {
    _S.ABSENT: {MembersNamed: _S.ENDORSED, MemberJoined: _S.WAITING},
    _S.WAITING: {MemberEndorsed: _S.ENDORSED, MemberDeclined: _S.DECLINED, MemberRemoved: _S.REMOVED},
    _S.DECLINED: {MemberEndorsed: _S.ENDORSED, MemberRemoved: _S.REMOVED},
    _S.ENDORSED: {
        Accredited: _S.ACCREDITED,
        MemberChanged: _S.ENDORSED,
        MemberRefused: _S.REFUSED,
        MemberRemoved: _S.REMOVED,
        ProtectionSeen: _S.ENDORSED,
    },
    _S.ACCREDITED: {
        MemberChanged: _S.CHANGED,
        MemberRemoved: _S.REMOVED,
        ProtectionSeen: _S.ACCREDITED,
        Reopened: _S.ENDORSED,
    },
    _S.CHANGED: {
        Accredited: _S.ACCREDITED,
        MemberChanged: _S.CHANGED,
        MemberChangeRefused: _S.ACCREDITED,
        MemberRemoved: _S.REMOVED,
        ProtectionSeen: _S.CHANGED,
        Reopened: _S.ENDORSED,
    },
    _S.REFUSED: {},
    _S.REMOVED: {},
}
"""How a member moves. Nothing else changes their state."""

Members = Mapping[str, Member]


def step(members: Members, member_id: str, event: _Move) -> Member:
    """The member, where the machine allows the event; else the refusal that says why not."""
    member = members.get(member_id)
    if member is None or member.state is MemberState.REMOVED:
        raise Refused(Why.NO_SUCH_MEMBER)
    if event not in MEMBER_MACHINE[member.state]:
        raise Refused(Why.MEMBER_DECIDED)
    return member


def named_in(command: MemberCommand) -> tuple[NamedMember, ...]:
    """Those whom a command names or writes anew."""
    match command:
        case NameMembers():
            return command.members
        case JoinDelegation() | ChangeMember():
            return (command.member,)
        case _:
            return ()


def require_new(members: Members, named: Sequence[NamedMember]) -> None:
    """Raise `Refused` where somebody is named twice, or nobody is."""
    ids = [each.member_id for each in named]
    if not ids:
        raise Refused(Why.NO_MEMBERS)
    if len(set(ids)) != len(ids) or any(member_id in members for member_id in ids):
        raise Refused(Why.ALREADY_EXISTS)


def require_room(members: Members, more: int, members_max: int) -> None:
    """Raise `Refused` where so many more would be too many for the category; 0: no limit."""
    if members_max and counted(members) + more > members_max:
        raise Refused(Why.TOO_MANY_MEMBERS, most=members_max)


def counted(members: Members) -> int:
    """How many members count against the limit."""
    return sum(member.state in COUNTED for member in members.values())


def before_secretariat(members: Members) -> list[Member]:
    """The members that the secretariat has to decide on: approved by the focal point, new or changed."""
    return [member for member in members.values() if member.state in BEFORE_SECRETARIAT]


def first_members(named: Sequence[NamedMember], waiting: Sequence[NamedMember], timeliness: Timeliness) -> Members:
    """The members that an application is sent with."""
    came = [(each, MembersNamed) for each in named] + [(each, MemberJoined) for each in waiting]
    return {each.member_id: _new(each, event, timeliness) for each, event in came}


def accredit(members: Members, places: Mapping[str, str]) -> Members:
    """The members after an acceptance that gives them these places."""
    return dict(members) | {
        member_id: replace(
            members[member_id],
            state=MEMBER_MACHINE[members[member_id].state][Accredited],
            place_id=place_id,
            identity_changed=False,
            approved=members[member_id].named,
        )
        for member_id, place_id in places.items()
    }


def reopen(members: Members) -> Members:
    """The members after a refusal was overturned: the places that they had were closed with it, and stay closed."""
    return {
        member_id: replace(member, state=moves[Reopened], place_id=None, identity_changed=False, approved=None)
        if Reopened in (moves := MEMBER_MACHINE[member.state])
        else member
        for member_id, member in members.items()
    }


def apply(members: Members, event: MemberEvent) -> Members:
    """The members after an event."""
    match event:
        case MembersNamed():
            return dict(members) | {
                each.member_id: _new(each, MembersNamed, event.timeliness) for each in event.members
            }
        case MemberJoined():
            return {**members, event.member.member_id: _new(event.member, MemberJoined, Timeliness.ON_TIME)}
        case MemberChanged():
            return {**members, event.member.member_id: _changed(members[event.member.member_id], event)}
    moved = replace((member := members[event.member_id]), state=MEMBER_MACHINE[member.state][type(event)])
    match event:
        case MemberEndorsed():
            moved = replace(moved, timeliness=event.timeliness)
        case MemberRefused():
            moved = replace(moved, reason_note_id=event.note_id)
        case MemberChangeRefused():
            moved = replace(_written(moved, moved.approved or moved.named), identity_changed=False)
            moved = replace(moved, reason_note_id=event.note_id)
        case ProtectionSeen():
            moved = replace(moved, looks=(*moved.looks, Look(event.at, event.by)))
    return {**members, event.member_id: moved}


def _new(named: NamedMember, event: type[MemberEvent], timeliness: Timeliness) -> Member:
    state = MEMBER_MACHINE[MemberState.ABSENT][event]
    return Member(named.member_id, named.dossier_id, named.remote, named.protected_id, state, timeliness)


def _written(member: Member, named: NamedMember) -> Member:
    return replace(member, dossier_id=named.dossier_id, remote=named.remote, protected_id=named.protected_id)


def _changed(member: Member, event: MemberChanged) -> Member:
    another = member.place_id is not None and not IDENTITY_FIELDS.isdisjoint(event.fields)
    moved = replace(member, state=MEMBER_MACHINE[member.state][MemberChanged])
    return replace(_written(moved, event.member), identity_changed=member.identity_changed or another)

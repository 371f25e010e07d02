"""An application under its own link, before and after it was sent: what it says, and how that is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import applicant
from rostrum.assembly.application import Application, ChangeApplication
from rostrum.assembly.deadlines import Timeliness
from rostrum.assembly.delegation import (
    ChangeMember,
    DeclineMember,
    EndorseMember,
    Member,
    MemberState,
    NamedMember,
    NameMembers,
    RemoveMember,
)
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.house import House
from rostrum.identity.limits import KNOCKS
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.questions import MEMBER_FIELDS, PROTECTED_FIELDS
from rostrum.pages.route import Guest
from rostrum.pages.trouble import Trouble
from rostrum.record.draft_members import DraftMember, DraftState
from rostrum.record.drafts import Draft
from rostrum.record.journal import Write

Words = Mapping[str, str]

STANDING: Mapping[DraftState, MemberState] = {
    DraftState.NAMED: MemberState.ENDORSED,
    DraftState.WAITING: MemberState.WAITING,
    DraftState.DECLINED: MemberState.DECLINED,
}
"""Where somebody of a draft stands as the focal point sees it; who is in neither state is not seen by them yet."""
HIDDEN = (MemberState.REMOVED, MemberState.ABSENT)


@dataclass(frozen=True)
class MemberPaper:
    """One person as the focal point sees them.

    `drafted`: the record does not know of them yet; ABSENT is who was added after the application was sent, and is
    still to be sent.
    """

    member_id: str
    state: MemberState
    fields: Words
    protected: Words
    timeliness: Timeliness = Timeliness.ON_TIME
    has_place: bool = False
    looks: Sequence[datetime] = ()
    """When the secretariat looked at the wishes for protection."""
    drafted: bool = False

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.fields.get('given_name', '')} {self.fields.get('family_name', '')}".strip()


@dataclass(frozen=True)
class Paper:
    """An application as it lies under its link. `fields`: what is written of the organisation, as typed."""

    token: str
    draft: Draft
    session: Accreditation
    application: Application | None
    fields: Words = field(default_factory=dict)

    @property
    def application_id(self) -> str:
        """The application's identifier, from the draft's first day."""
        return self.draft.application_id

    @property
    def path(self) -> str:
        """Its address."""
        return f"/a/{self.token}"

    @property
    def category(self) -> str:
        """What is applied as; empty where that is not said yet."""
        return self.fields.get("category", "") if self.application is None else self.application.category

    @property
    def members_max(self) -> int:
        """How many people it may name; 0: as many as it likes."""
        return self.session.rules.members_max(self.category)


async def session_of(house: House, session_id: str) -> Accreditation:
    """Accreditation to a session that is open. Raises `Trouble`."""
    session = (await house.desk.load(ACCREDITATION, session_id)).state
    if not session.session_id:
        raise Trouble(Why.ACCREDITATION_NOT_OPEN, status=404)
    return session


async def knocked(guest: Guest) -> Trouble:
    """What to raise for a secret that is none: after some tries, that there were too many."""
    if not await guest.house.rates.hit(KNOCKS, guest.request.remote or ""):
        return Trouble(Why.TOO_MANY_TRIES)
    return Trouble(Why.NO_SUCH_APPLICATION)


async def paper_of(guest: Guest) -> Paper:
    """The application that the address has the key to. Raises `Trouble`."""
    token = guest.request.match_info["token"]
    draft = await guest.house.drafts.find(token)
    if draft is None:
        raise await knocked(guest)
    return await opened(guest.house, draft, token)


async def opened(house: House, draft: Draft, token: str) -> Paper:
    """The application of a draft."""
    session = await session_of(house, draft.session_id)
    application = session.applications.get(draft.application_id)
    if application is None:
        return Paper(token, draft, session, None, _words(draft.fields))
    written = await house.dossiers.get(application.dossier_id)
    return Paper(token, draft, session, application, _words(written))


async def members_of(house: House, paper: Paper) -> list[MemberPaper]:
    """Everybody whom the focal point sees, in the order in which they came."""
    drafted = [_drafted(paper, one) for one in await house.draft_members.of(paper.application_id) if _seen(paper, one)]
    if paper.application is None:
        return drafted
    shown = [member for member in paper.application.members.values() if member.state not in HIDDEN]
    return [*await _recorded(house, shown), *drafted]


async def member_of(house: House, paper: Paper, member_id: str) -> MemberPaper:
    """One of them. Raises `Refused(NO_SUCH_MEMBER)`."""
    member = None if paper.application is None else paper.application.members.get(member_id)
    if member is not None and member.state not in HIDDEN:
        return (await _recorded(house, [member]))[0]
    one = await house.draft_members.find(member_id)
    if one is None or one.application_id != paper.application_id or not _seen(paper, one):
        raise Refused(Why.NO_SUCH_MEMBER)
    return _drafted(paper, one)


def _seen(paper: Paper, one: DraftMember) -> bool:
    """Once it is sent, who joins comes into the record; only those whom the focal point adds wait here."""
    return one.state in STANDING if paper.application is None else one.state is DraftState.NAMED


def _drafted(paper: Paper, one: DraftMember) -> MemberPaper:
    state = STANDING[one.state] if paper.application is None else MemberState.ABSENT
    return MemberPaper(one.member_id, state, one.fields, one.protected, drafted=True)


async def _recorded(house: House, members: Sequence[Member]) -> list[MemberPaper]:
    wanted = [member.dossier_id for member in members]
    wanted += [member.protected_id for member in members if member.protected_id is not None]
    found = await house.dossiers.get_many(wanted)
    return [
        MemberPaper(
            member.member_id,
            member.state,
            _words(found.get(member.dossier_id)),
            _words(found.get(member.protected_id or "")),
            member.timeliness,
            member.place_id is not None,
            [look.at for look in member.looks],
        )
        for member in members
    ]


async def save_fields(house: House, paper: Paper, values: Words) -> None:
    """Keep answers on the organisation: in the draft, or as a change of what was sent."""
    fields, now = {**paper.fields, **values}, house.clock()
    if paper.application is None:
        await house.drafts.save(paper.application_id, fields, now, now + house.lives.draft)
        return
    dossier_id = new_id()
    command = ChangeApplication(
        paper.application_id, fields.get("category", paper.category), dossier_id, changed(paper.fields, fields)
    )
    seal = sealed(house, paper.session, [(dossier_id, paper.application_id, fields)], "application")
    await act(house, paper, command, [seal])


async def add_members(house: House, paper: Paper, people: Sequence[tuple[Words, Words]]) -> list[str]:
    """Name further people, each (fields, wishes for protection); returns their identifiers."""
    added = [
        DraftMember(new_id(), paper.application_id, DraftState.NAMED, fields, protected) for fields, protected in people
    ]
    await house.draft_members.add(added)
    return [one.member_id for one in added]


async def send_members(house: House, paper: Paper, members: Sequence[MemberPaper]) -> None:
    """Tell the secretariat of people who were added after the application was sent."""
    named, writes = named_members(
        house, paper.session, [(one.member_id, (one.fields, one.protected)) for one in members]
    )
    forget = house.draft_members.removed([one.member_id for one in members])
    await act(house, paper, NameMembers(paper.application_id, named), [*writes, forget])


async def save_member(house: House, paper: Paper, member: MemberPaper, values: Words) -> None:
    """Keep answers on a member: in the draft, or as a change of what was sent."""
    fields = {**member.fields, **{name: value for name, value in values.items() if name in MEMBER_FIELDS}}
    protected = {**member.protected, **{name: value for name, value in values.items() if name in PROTECTED_FIELDS}}
    if member.drafted:
        await house.draft_members.save(member.member_id, fields, protected, DraftState.NAMED)
        return
    # The record is told that protection changed, not which.
    differing = (*changed(member.fields, fields), *(["protection"] if changed(member.protected, protected) else []))
    (named,), writes = named_members(house, paper.session, [(member.member_id, (fields, protected))])
    await act(house, paper, ChangeMember(paper.application_id, named, differing), writes)


async def remove_member(house: House, paper: Paper, member: MemberPaper) -> None:
    """Take somebody off the list."""
    if member.drafted:
        await house.draft_members.remove([member.member_id])
        return
    await act(house, paper, RemoveMember(paper.application_id, member.member_id), [])


async def decide_member(house: House, paper: Paper, member: MemberPaper, *, endorse: bool) -> None:
    """The focal point approves or declines somebody who came by the join link."""
    if not member.drafted:
        decision = EndorseMember if endorse else DeclineMember
        await act(house, paper, decision(paper.application_id, member.member_id), [])
        return
    if member.state not in {MemberState.WAITING, MemberState.DECLINED}:
        raise Refused(Why.MEMBER_DECIDED)
    state = DraftState.NAMED if endorse else DraftState.DECLINED
    await house.draft_members.save(member.member_id, member.fields, member.protected, state)


def named_members(
    house: House, session: Accreditation, people: Sequence[tuple[str, tuple[Words, Words]]]
) -> tuple[tuple[NamedMember, ...], list[Write]]:
    """People as the record knows them, and the writes that keep what is known of them."""
    named: list[NamedMember] = []
    ordinary: list[tuple[str, str, Mapping[str, object]]] = []
    protected: list[tuple[str, str, Mapping[str, object]]] = []
    for member_id, (fields, wishes) in people:
        dossier_id, protected_id = new_id(), new_id() if any(wishes.values()) else None
        ordinary.append((dossier_id, member_id, fields))
        if protected_id is not None:
            protected.append((protected_id, member_id, wishes))
        named.append(NamedMember(member_id, dossier_id, fields.get("mode") != "hall", protected_id))
    return tuple(named), [sealed(house, session, ordinary, "member"), sealed(house, session, protected, "protection")]


def sealed(
    house: House, session: Accreditation, dossiers: Sequence[tuple[str, str, Mapping[str, object]]], kind: str
) -> Write:
    """A write that keeps dossiers (dossier, subject, fields) for as long as such are kept."""
    now, life = house.clock(), house.lives.protected if kind == "protection" else house.lives.written
    return house.dossiers.seal_many(
        dossiers, session_id=session.session_id, kind=kind, created_at=now, purge_at=now + life
    )


async def act(
    house: House,
    paper: Paper,
    command: ChangeApplication | NameMembers | ChangeMember | RemoveMember | EndorseMember | DeclineMember,
    writes: Sequence[Write],
) -> None:
    """Run a command of the applicant."""
    actor = applicant(paper.application_id)
    await house.desk.act(ACCREDITATION, paper.session.session_id, command, actor, also=writes)


def changed(before: Words, after: Words) -> tuple[str, ...]:
    """The names of the fields that differ; one that is empty is as one that is not there."""
    return tuple(sorted(name for name in {*before, *after} if before.get(name, "") != after.get(name, "")))


def _words(fields: Mapping[str, object] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (fields or {}).items()}

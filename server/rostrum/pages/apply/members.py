"""The people of an application: the list, a page for each question on one of them, approval of those who join."""

from functools import partial

from aiohttp import web

from rostrum.assembly.delegation import MemberState
from rostrum.assembly.refusal import Refused, Why
from rostrum.identity.secrets import new_token
from rostrum.pages.apply.asking import Setting, answer, asked
from rostrum.pages.apply.form import Checked
from rostrum.pages.apply.paper import (
    MemberPaper,
    Paper,
    add_members,
    decide_member,
    member_of,
    members_of,
    paper_of,
    remove_member,
    save_member,
    send_members,
)
from rostrum.pages.apply.questions import MEMBER_PAGES, Page
from rostrum.pages.apply.tasks import member_complete, unanswered
from rostrum.pages.apply.words import label, shown
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.record.draft_members import DraftState

SHOWN = 50
PERSON = MEMBER_PAGES[0]
COUNTED = (MemberState.ENDORSED, MemberState.ACCREDITED, MemberState.CHANGED, MemberState.ABSENT)
"""Who counts against the organisation's limit, and can be changed; ABSENT is who is still to be sent."""


async def member_list(guest: Guest) -> web.StreamResponse:
    """Everybody, a page at a time; those who wait for the focal point first."""
    return await _list(guest, await paper_of(guest))


async def new(guest: Guest) -> web.StreamResponse:
    """The first question on a further person; `?self=yes` begins with the contact's own name."""
    paper = await paper_of(guest)
    own = guest.request.query.get("self") == "yes"
    values = {name: paper.fields.get(name, "") for name in PERSON.group.model_fields} if own else {}
    return asked(guest, PERSON, _setting(paper, None), Checked(values, {}, None))


async def add(guest: Guest) -> web.StreamResponse:
    """Name a further person; the other questions follow."""
    paper = await paper_of(guest)
    answered = await answer(guest, PERSON, _setting(paper, None))
    if not isinstance(answered, Checked):
        return answered
    _require_room(paper, await members_of(guest.house, paper))
    if answered.kept is None and not any(answered.values.values()):
        raise web.HTTPSeeOther(f"{paper.path}/members")
    started = {**(answered.kept or answered.values)}
    (member_id,) = await add_members(guest.house, paper, [(started, {})])
    if answered.kept is None:
        raise web.HTTPSeeOther(f"{paper.path}?saved=yes")
    raise web.HTTPSeeOther(f"{paper.path}/members/{member_id}/{MEMBER_PAGES[1].name}")


async def member(guest: Guest) -> web.StreamResponse:
    """One person: what is known of them, each with a way to change it."""
    paper = await paper_of(guest)
    found = await member_of(guest.house, paper, guest.request.match_info["member_id"])
    locale = locale_of(guest)
    values = {**found.fields, **found.protected}
    groups = [
        (question.name, [(label(name, locale), shown(name, values.get(name, ""), locale)) for name in fields])
        for question in MEMBER_PAGES
        if (fields := list(question.group.model_fields))
    ]
    return page(
        guest,
        "apply/member.html",
        session=paper.session,
        path=paper.path,
        member=found,
        groups=groups,
        open=[question.name for question in unanswered(found)],
        changeable=found.state in COUNTED and _open(paper),
        decided=found.has_place,
    )


async def part(guest: Guest, question: Page) -> web.StreamResponse:
    """A page of questions on one person."""
    paper = await paper_of(guest)
    found = await _changeable(guest, paper)
    values = {**found.fields, **found.protected}
    before = {name: values[name] for name in question.group.model_fields if name in values}
    return asked(guest, question, _setting(paper, found), Checked(before, {}, None))


async def answer_part(guest: Guest, question: Page) -> web.StreamResponse:
    """Keep the answers on one person; go on to what is still to be answered about them."""
    paper = await paper_of(guest)
    found = await _changeable(guest, paper)
    answered = await answer(guest, question, _setting(paper, found))
    if not isinstance(answered, Checked):
        return answered
    await save_member(guest.house, paper, found, answered.kept or answered.values)
    if answered.kept is None:
        raise web.HTTPSeeOther(f"{paper.path}?saved=yes")
    # A page that was answered before is changed alone; the first time they follow one another.
    following = unanswered(await member_of(guest.house, paper, found.member_id))
    here = f"{paper.path}/members/{found.member_id}"
    raise web.HTTPSeeOther(f"{here}/{following[0].name}" if following else here)


async def decide(guest: Guest) -> web.StreamResponse:
    """Approve, decline or take off."""
    paper = await paper_of(guest)
    found = await member_of(guest.house, paper, guest.request.match_info["member_id"])
    match (await guest.request.post()).get("do"):
        case "endorse":
            _require_room(paper, await members_of(guest.house, paper))
            await decide_member(guest.house, paper, found, endorse=True)
        case "decline":
            await decide_member(guest.house, paper, found, endorse=False)
        case "remove":
            await remove_member(guest.house, paper, found)
    raise web.HTTPSeeOther(f"{paper.path}/members")


async def send(guest: Guest) -> web.StreamResponse:
    """Tell the secretariat of those who were added after the application was sent, as far as they are complete."""
    paper = await paper_of(guest)
    require_open(paper)
    added = [one for one in await members_of(guest.house, paper) if one.state is MemberState.ABSENT]
    complete = [one for one in added if member_complete(one)]
    if not complete:
        raise Refused(Why.NO_MEMBERS)
    await send_members(guest.house, paper, complete)
    raise web.HTTPSeeOther(f"{paper.path}/members?saved=sent")


async def removal(guest: Guest) -> web.StreamResponse:
    """Asks once more before somebody is taken off."""
    paper = await paper_of(guest)
    found = await member_of(guest.house, paper, guest.request.match_info["member_id"])
    return page(guest, "apply/removal.html", session=paper.session, path=paper.path, member=found)


async def join_link(guest: Guest) -> web.StreamResponse:
    """Make a join link, in place of the one before, or close it. It is shown once: only its hash is kept."""
    paper = await paper_of(guest)
    require_open(paper)
    if (await guest.request.post()).get("do") == "close":
        await guest.house.draft_members.set_join_link(paper.application_id, None)
        raise web.HTTPSeeOther(f"{paper.path}/members")
    token = new_token()
    await guest.house.draft_members.set_join_link(paper.application_id, token)
    return await _list(guest, paper, joined_by=f"{guest.house.settings.external_url}/j/{token}")


async def _list(guest: Guest, paper: Paper, *, joined_by: str = "") -> web.StreamResponse:
    members = await members_of(guest.house, paper)
    number = guest.request.query.get("page", "1")
    pages = max(1, -(-len(members) // SHOWN))
    current = min(max(1, int(number) if number.isdecimal() and len(number) < 6 else 1), pages)
    drafted = await guest.house.draft_members.of(paper.application_id)
    ordered = sorted(members, key=lambda one: one.state is not MemberState.WAITING)
    return page(
        guest,
        "apply/members.html",
        shown_at=f"{paper.path}/members",
        session=paper.session,
        path=paper.path,
        members=ordered[(current - 1) * SHOWN : current * SHOWN],
        incomplete={one.member_id for one in members if one.state in COUNTED and not member_complete(one)},
        unsent=sum(one.state is MemberState.ABSENT for one in members),
        counted=sum(one.state in COUNTED for one in members),
        members_max=paper.members_max,
        mending=sum(one.state is DraftState.MENDING for one in drafted),
        page=current,
        pages=pages,
        open=_open(paper),
        submitted=paper.application is not None,
        has_join_link=bool(joined_by) or await guest.house.draft_members.has_join_link(paper.application_id),
        joined_by=joined_by,
        saved=guest.request.query.get("saved", ""),
    )


async def _changeable(guest: Guest, paper: Paper) -> MemberPaper:
    require_open(paper)
    found = await member_of(guest.house, paper, guest.request.match_info["member_id"])
    if found.state not in COUNTED:
        raise Refused(Why.MEMBER_DECIDED)
    return found


def _open(paper: Paper) -> bool:
    """Whether the list can be changed: not once the application was refused or withdrawn."""
    return paper.application is None or paper.application.open_to_change


def require_open(paper: Paper) -> None:
    """Raise `Refused` where the list cannot be changed any more."""
    if not _open(paper):
        raise Refused(Why.APPLICATION_DECIDED)


def _require_room(paper: Paper, members: list[MemberPaper]) -> None:
    if paper.members_max and sum(one.state in COUNTED for one in members) >= paper.members_max:
        raise Refused(Why.TOO_MANY_MEMBERS)


def _setting(paper: Paper, found: MemberPaper | None) -> Setting:
    require_open(paper)
    back = f"{paper.path}/members" + (f"/{found.member_id}" if found is not None else "")
    whose = "" if found is None else found.name
    context = {"decided": found is not None and found.has_place, "by": "focal-point"}
    return Setting(paper.session.titles, back, kept=paper.application is None, whose=whose, context=context)


ROUTES = (
    PublicRoute("GET", "/a/{token}/members", member_list),
    PublicRoute("POST", "/a/{token}/members/join-link", join_link),
    PublicRoute("POST", "/a/{token}/members/sending", send),
    PublicRoute("GET", "/a/{token}/members/new", new),
    PublicRoute("POST", "/a/{token}/members/new", add),
    PublicRoute("GET", "/a/{token}/members/{member_id}", member),
    PublicRoute("POST", "/a/{token}/members/{member_id}", decide),
    PublicRoute("GET", "/a/{token}/members/{member_id}/removal", removal),
    *(
        PublicRoute("GET", f"/a/{{token}}/members/{{member_id}}/{each.name}", partial(part, question=each))
        for each in MEMBER_PAGES
    ),
    *(
        PublicRoute("POST", f"/a/{{token}}/members/{{member_id}}/{each.name}", partial(answer_part, question=each))
        for each in MEMBER_PAGES
    ),
)

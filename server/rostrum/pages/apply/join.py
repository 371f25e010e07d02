"""Joining a delegation by the link that its focal point hands out: one's own page, one's own answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from aiohttp import web

from rostrum.assembly.actor import joiner
from rostrum.assembly.delegation import JoinDelegation, MemberState
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.identity.limits import FORMS
from rostrum.identity.secrets import new_id, new_token
from rostrum.pages.apply.asking import Setting, answer, asked
from rostrum.pages.apply.form import Checked, check, typed
from rostrum.pages.apply.paper import Paper, Words, knocked, member_of, members_of, named_members, opened
from rostrum.pages.apply.questions import MEMBER_FIELDS, MEMBER_PAGES, PROTECTED_FIELDS, SECTIONS, Page
from rostrum.pages.apply.tasks import unanswered_in
from rostrum.pages.apply.words import label, shown
from rostrum.pages.letters import letter, queued
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble
from rostrum.reads.wishes import asked_by
from rostrum.record.draft_members import DraftMember, DraftState
from rostrum.record.journal import Write

CONSENT = SECTIONS[-1]
WAITING_MAX = 500
"""How many may wait for the focal point, or fill in, at once."""


@dataclass(frozen=True)
class Own:
    """Somebody's own page: what they answered, and where they stand (None: they still fill it in)."""

    token: str
    paper: Paper
    member_id: str
    standing: MemberState | None
    fields: Words
    protected: Words
    looks: Sequence[datetime] = ()

    @property
    def path(self) -> str:
        """Its address."""
        return f"/m/{self.token}"


async def invitation(guest: Guest) -> web.StreamResponse:
    """Whose delegation it is, and how to begin."""
    paper = await _delegation(guest)
    return page(guest, "apply/invitation.html", session=paper.session, organisation=_organisation(paper))


async def accept_invitation(guest: Guest) -> web.StreamResponse:
    """Begin: from now on the answers are kept under a link of one's own."""
    if not await guest.house.rates.hit(FORMS, guest.request.remote or ""):
        raise Trouble(Why.TOO_MANY_TRIES)
    paper = await _delegation(guest)
    drafted = await guest.house.draft_members.of(paper.application_id)
    if sum(one.state in {DraftState.JOINING, DraftState.WAITING} for one in drafted) >= WAITING_MAX:
        raise Refused(Why.TOO_MANY_WAIT)
    token = new_token()
    member = DraftMember(new_id(), paper.application_id, DraftState.JOINING, {})
    await guest.house.draft_members.begin(member, token)
    raise web.HTTPSeeOther(f"/m/{token}/{MEMBER_PAGES[0].name}")


async def own_page(guest: Guest) -> web.StreamResponse:
    """What I answered, and where I stand."""
    return await _own_page(guest, await _own(guest))


async def part(guest: Guest, question: Page) -> web.StreamResponse:
    """A page of questions on oneself."""
    own = await _filling_in(guest)
    values = {**own.fields, **own.protected}
    before = {name: values[name] for name in question.group.model_fields if name in values}
    return asked(guest, question, _setting(own), Checked(before, {}, None))


async def answer_part(guest: Guest, question: Page) -> web.StreamResponse:
    """Keep the answers; go on to what is still to be answered."""
    own = await _filling_in(guest)
    answered = await answer(guest, question, _setting(own))
    if not isinstance(answered, Checked):
        return answered
    values = answered.kept or answered.values
    fields = {**own.fields, **{name: value for name, value in values.items() if name in MEMBER_FIELDS}}
    protected = {**own.protected, **{name: value for name, value in values.items() if name in PROTECTED_FIELDS}}
    await guest.house.draft_members.save(own.member_id, fields, protected, DraftState.JOINING)
    following = [] if answered.kept is None else unanswered_in({**fields, **protected})
    raise web.HTTPSeeOther(f"{own.path}/{following[0].name}" if following else own.path)


async def send(guest: Guest) -> web.StreamResponse:
    """Send it to the focal point, who approves or declines."""
    own = await _filling_in(guest)
    post = await guest.request.post()
    consent = check(CONSENT.group, typed(CONSENT.group, post), locale_of(guest))
    if consent.kept is None or unanswered_in({**own.fields, **own.protected}):
        return await _own_page(guest, own, errors=dict(consent.errors))
    house, paper = guest.house, own.paper
    told = await _told(guest, paper)
    if paper.application is None:
        await house.draft_members.save(own.member_id, own.fields, own.protected, DraftState.WAITING, also=told)
    else:
        (named,), writes = named_members(house, paper.session, [(own.member_id, (own.fields, own.protected))])
        command = JoinDelegation(paper.application_id, named)
        forget = house.draft_members.removed([own.member_id])
        await house.desk.act(
            ACCREDITATION,
            paper.session.session_id,
            command,
            joiner(paper.application_id),
            also=[*writes, forget, *told],
        )
    raise web.HTTPSeeOther(f"{own.path}?saved=sent")


async def _told(guest: Guest, paper: Paper) -> list[Write]:
    """The mail to the focal point that somebody waits for them; none where others wait already: one, not a storm."""
    members = await members_of(guest.house, paper)
    recipient, language = paper.fields.get("email", ""), paper.fields.get("language") or "en"
    if not recipient or any(one.state is MemberState.WAITING for one in members):
        return []
    words = letter(
        guest.house,
        language,
        "mail/waiting.txt",
        titles=paper.session.titles,
        name=paper.fields.get("given_name", ""),
        url=f"{paper.fields.get('url', '')}/members",
    )
    discreet = asked_by(recipient, [(one.fields.get("email", ""), any(one.protected.values())) for one in members])
    return [queued(guest.house, paper.session.session_id, recipient, language, words, discreet=discreet, hold=True)]


async def _own_page(guest: Guest, own: Own, *, errors: dict[str, str] | None = None) -> web.StreamResponse:
    locale = locale_of(guest)
    values = {**own.fields, **own.protected}
    return page(
        guest,
        "apply/own.html",
        status=422 if errors is not None else 200,
        shown_at=own.path,
        session=own.paper.session,
        organisation=_organisation(own.paper),
        path=own.path,
        own_url=f"{guest.house.settings.external_url}{own.path}",
        standing=own.standing,
        looks=own.looks,
        groups=[
            (question.name, [(label(name, locale), shown(name, values.get(name, ""), locale)) for name in names])
            for question in MEMBER_PAGES
            if (names := list(question.group.model_fields))
        ],
        open=[question.name for question in unanswered_in(values)],
        errors=errors or {},
        wrong=errors is not None,
        kept_days=guest.house.lives.written // timedelta(days=1),
        saved=guest.request.query.get("saved", ""),
    )


async def _delegation(guest: Guest) -> Paper:
    found = await guest.house.draft_members.application_of_join_link(guest.request.match_info["token"])
    draft = None if found is None else await guest.house.drafts.of(found[0])
    if draft is None:
        raise await knocked(guest)
    paper = await opened(guest.house, draft, "")
    if paper.application is not None and not paper.application.open_to_change:
        raise Refused(Why.APPLICATION_DECIDED)
    return paper


async def _own(guest: Guest) -> Own:
    token = guest.request.match_info["token"]
    found = await guest.house.draft_members.member_of_key(token)
    draft = None if found is None else await guest.house.drafts.of(found[1])
    if found is None or draft is None:
        raise await knocked(guest)
    paper = await opened(guest.house, draft, "")
    one = await guest.house.draft_members.find(found[0])
    if one is not None and one.state is DraftState.JOINING:
        return Own(token, paper, one.member_id, None, one.fields, one.protected)
    try:
        member = await member_of(guest.house, paper, found[0])
    except Refused:
        return Own(token, paper, found[0], MemberState.REMOVED, {}, {})
    return Own(token, paper, member.member_id, member.state, member.fields, member.protected, member.looks)


async def _filling_in(guest: Guest) -> Own:
    own = await _own(guest)
    if own.standing is not None:
        raise web.HTTPSeeOther(own.path)
    return own


def _organisation(paper: Paper) -> str:
    return paper.fields.get("organisation", "")


def _setting(own: Own) -> Setting:
    return Setting(own.paper.session.titles, own.path, kept=True, context={"decided": False, "by": "oneself"})


ROUTES = (
    PublicRoute("GET", "/j/{token}", invitation),
    PublicRoute("POST", "/j/{token}", accept_invitation),
    PublicRoute("GET", "/m/{token}", own_page),
    PublicRoute("POST", "/m/{token}", send),
    *(PublicRoute("GET", f"/m/{{token}}/{each.name}", partial(part, question=each)) for each in MEMBER_PAGES),
    *(PublicRoute("POST", f"/m/{{token}}/{each.name}", partial(answer_part, question=each)) for each in MEMBER_PAGES),
)

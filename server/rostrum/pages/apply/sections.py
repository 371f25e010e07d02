"""Applying: the start, the list of tasks, a page for each question on the organisation, checking and sending."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import applicant
from rostrum.assembly.application import SubmitApplication, reference
from rostrum.assembly.delegation import MemberState
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.identity.limits import FORMS
from rostrum.identity.secrets import new_id, new_token
from rostrum.pages.apply.asking import Setting, answer, asked
from rostrum.pages.apply.form import Checked
from rostrum.pages.apply.paper import MemberPaper, Paper, members_of, named_members, paper_of, save_fields, session_of
from rostrum.pages.apply.questions import SECTIONS, Page
from rostrum.pages.apply.tasks import Task, TaskState, member_complete, tasks
from rostrum.pages.apply.words import label, shown
from rostrum.pages.letters import letter, queued
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble
from rostrum.reads.wishes import asked_by

CHECKED_MEMBERS = 100
"""How many people the page of answers shows by name; the list of people shows all."""
FIRST = Page("category", SECTIONS[0].group, "apply/start.html", {})


async def start(guest: Guest) -> web.StreamResponse:
    """What it takes, until when, and the first question."""
    session = await session_of(guest.house, guest.request.match_info["session_id"])
    return asked(guest, FIRST, _first_setting(guest, session), Checked({}, {}, None))


async def begin(guest: Guest) -> web.StreamResponse:
    """The first answer: from now on it is kept as a draft under a link of its own."""
    if not await guest.house.rates.hit(FORMS, guest.request.remote or ""):
        raise Trouble(Why.TOO_MANY_TRIES)
    session = await session_of(guest.house, guest.request.match_info["session_id"])
    answered = await answer(guest, FIRST, _first_setting(guest, session))
    if not isinstance(answered, Checked):
        return answered
    token, now = new_token(), guest.house.clock()
    # Mails lead back to the application, so that its address is kept, sealed, with the rest; of the token only a hash.
    fields = {**(answered.kept or answered.values), "url": f"{guest.house.settings.external_url}/a/{token}"}
    await guest.house.drafts.create(new_id(), token, session.session_id, fields, now, now + guest.house.lives.draft)
    raise web.HTTPSeeOther(f"/a/{token}?saved=new")


async def task_list(guest: Guest, paper: Paper) -> web.StreamResponse:
    """What is done, and what is still to do."""
    listed = await tasks(guest.house, paper, locale_of(guest))
    return page(
        guest,
        "apply/tasks.html",
        session=paper.session,
        tasks=listed,
        done=sum(task.state is TaskState.DONE for task in listed),
        ready=_next(listed) is None,
        saved=guest.request.query.get("saved", ""),
        path=paper.path,
        own_url=f"{guest.house.settings.external_url}{paper.path}",
        draft_days=guest.house.lives.draft // timedelta(days=1),
        deadlines=paper.session.deadlines,
        timeliness=paper.session.deadlines.timeliness(guest.house.clock()),
    )


async def section(guest: Guest, question: Page) -> web.StreamResponse:
    """A page of questions on the organisation."""
    paper = await paper_of(guest)
    setting = _setting(guest, paper, question)
    values = {name: paper.fields[name] for name in question.group.model_fields if name in paper.fields}
    return asked(guest, question, setting, Checked(values, {}, None))


async def answer_section(guest: Guest, question: Page) -> web.StreamResponse:
    """Keep the answers; go on to what is still to do."""
    paper = await paper_of(guest)
    answered = await answer(guest, question, _setting(guest, paper, question))
    if not isinstance(answered, Checked):
        return answered
    await save_fields(guest.house, paper, answered.kept or answered.values)
    if paper.application is not None:
        raise web.HTTPSeeOther(f"{paper.path}?saved=change")
    if answered.kept is None:
        raise web.HTTPSeeOther(f"{paper.path}?saved=yes")
    if guest.request.query.get("from") == "check":
        raise web.HTTPSeeOther(f"{paper.path}/check")
    following = _next(await tasks(guest.house, await paper_of(guest), locale_of(guest)))
    raise web.HTTPSeeOther(f"{paper.path}/check" if following is None else paper.path + following.path)


async def check_answers(guest: Guest) -> web.StreamResponse:
    """Everything that was answered, each with a way to change it."""
    return await _check_page(guest, await _draft(guest))


async def submit(guest: Guest) -> web.StreamResponse:
    """Send it. Twice is once: the second finds the application there."""
    paper = await paper_of(guest)
    if paper.application is not None:
        raise web.HTTPSeeOther(f"{paper.path}/sent")
    members = await members_of(guest.house, paper)
    if _next(await tasks(guest.house, paper, locale_of(guest))) is not None:
        return await _check_page(guest, paper, wrong=True)
    try:
        await _submit(guest, paper, members)
    except Refused as refused:
        if refused.why is not Why.ALREADY_EXISTS:
            raise
    raise web.HTTPSeeOther(f"{paper.path}/sent")


async def sent(guest: Guest) -> web.StreamResponse:
    """That it has arrived, with the reference to name it by."""
    paper = await paper_of(guest)
    if paper.application is None:
        raise web.HTTPSeeOther(paper.path)
    return page(
        guest,
        "apply/sent.html",
        session=paper.session,
        application=paper.application,
        path=paper.path,
        own_url=f"{guest.house.settings.external_url}{paper.path}",
    )


async def _draft(guest: Guest) -> Paper:
    paper = await paper_of(guest)
    if paper.application is not None:
        raise web.HTTPSeeOther(paper.path)
    return paper


async def _check_page(guest: Guest, paper: Paper, *, wrong: bool = False) -> web.StreamResponse:
    locale = locale_of(guest)
    listed = await tasks(guest.house, paper, locale)
    members = [one for one in await members_of(guest.house, paper) if one.state is MemberState.ENDORSED]
    undone = [task for task in listed if task.state is not TaskState.DONE and not task.optional]
    rows = [
        (question.name, [(label(name, locale), shown(name, paper.fields.get(name, ""), locale)) for name in names])
        for question in SECTIONS
        if (names := [name for name in question.group.model_fields if name not in {"category", "consent"}])
    ]
    return page(
        guest,
        "apply/check.html",
        status=422 if wrong else 200,
        session=paper.session,
        path=paper.path,
        category=paper.category,
        rows=rows,
        members=members[:CHECKED_MEMBERS],
        people=len(members),
        incomplete={one.member_id for one in members if not member_complete(one)},
        members_max=paper.members_max,
        undone=undone,
        wrong=wrong,
        timeliness=paper.session.deadlines.timeliness(guest.house.clock()),
        optional=[task for task in listed if task.optional],
        waiting=any(task.name == "members" and task.state is TaskState.DOING for task in undone),
    )


async def _submit(guest: Guest, paper: Paper, members: list[MemberPaper]) -> None:
    house, session, fields = guest.house, paper.session, paper.fields
    now, dossier_id = house.clock(), new_id()
    url = f"{house.settings.external_url}{paper.path}"
    words = letter(
        house,
        fields["language"],
        "mail/received.txt",
        titles=session.titles,
        name=fields["given_name"],
        url=url,
        reference=reference(paper.application_id),
    )
    people = [(one, (one.fields, one.protected)) for one in members if one.state is not MemberState.DECLINED]
    named, writes = named_members(house, session, [(one.member_id, written) for one, written in people])
    endorsed = {one.member_id for one in members if one.state is MemberState.ENDORSED}
    discreet = asked_by(
        fields["email"], [(one.fields.get("email", ""), any(one.protected.values())) for one in members]
    )
    command = SubmitApplication(
        paper.application_id,
        fields["category"],
        dossier_id,
        tuple(each for each in named if each.member_id in endorsed),
        tuple(each for each in named if each.member_id not in endorsed),
    )
    seal = house.dossiers.seal(
        dossier_id,
        session_id=session.session_id,
        subject=paper.application_id,
        kind="application",
        # The secretariat's mails lead back to this page, so that its address is kept, sealed, with the rest.
        fields={**{name: value for name, value in fields.items() if name != "consent"}, "url": url},
        created_at=now,
        purge_at=now + house.lives.written,
    )
    await house.desk.act(
        ACCREDITATION,
        session.session_id,
        command,
        applicant(paper.application_id),
        also=[
            seal,
            *writes,
            house.drafts.submitted(paper.application_id, now + house.lives.written),
            house.files.until(paper.application_id, now + house.lives.written),
            house.draft_members.removed([one.member_id for one in members]),
            queued(house, session.session_id, fields["email"], fields["language"], words, discreet=discreet),
        ],
    )


def _next(listed: Sequence[Task]) -> Task | None:
    """The first task that is still to be done before sending."""
    return next((task for task in listed if task.state is not TaskState.DONE and not task.optional), None)


def _first_setting(guest: Guest, session: Accreditation) -> Setting:
    now = guest.house.clock()
    context = {
        "categories": session.rules.applying,
        "deadlines": session.deadlines,
        "timeliness": session.deadlines.timeliness(now),
        "draft_days": guest.house.lives.draft // timedelta(days=1),
    }
    return Setting(session.titles, "/", kept=False, context=context)


def _setting(guest: Guest, paper: Paper, question: Page) -> Setting:
    if paper.application is not None and question.name == "consent":
        raise web.HTTPSeeOther(paper.path)
    back = f"{paper.path}/check" if guest.request.query.get("from") == "check" else paper.path
    context = {
        "categories": paper.session.rules.applying,
        "kept_days": guest.house.lives.written // timedelta(days=1),
        "submitted": paper.application is not None,
        "decided": paper.application is not None and paper.application.accepted_at is not None,
    }
    return Setting(paper.session.titles, back, kept=paper.application is None, context=context)


ROUTES = (
    PublicRoute("GET", "/apply/{session_id}", start),
    PublicRoute("POST", "/apply/{session_id}", begin),
    *(PublicRoute("GET", f"/a/{{token}}/{each.name}", partial(section, question=each)) for each in SECTIONS),
    *(PublicRoute("POST", f"/a/{{token}}/{each.name}", partial(answer_section, question=each)) for each in SECTIONS),
    PublicRoute("GET", "/a/{token}/check", check_answers),
    PublicRoute("POST", "/a/{token}/submission", submit),
    PublicRoute("GET", "/a/{token}/sent", sent),
)

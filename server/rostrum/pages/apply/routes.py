"""The applicant's own page: how the application stands, questions, what was changed, withdrawal. All plain forms."""

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import applicant
from rostrum.assembly.appeal import WithdrawAppeal
from rostrum.assembly.application import Application, WithdrawApplication
from rostrum.assembly.inquiry import GiveInformation
from rostrum.assembly.refusal import Why
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.apply.paper import paper_of
from rostrum.pages.apply.sections import task_list
from rostrum.pages.apply.words import label, shown
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble
from rostrum.reads.application import revisions, status_model
from rostrum.reads.review import appeal_model
from rostrum.reads.thread import Staff, thread_of

ANSWER_MAX = 4000


async def own_page(guest: Guest) -> web.StreamResponse:
    """The list of tasks, or how the application stands."""
    paper = await paper_of(guest)
    if paper.application is None:
        return await task_list(guest, paper)
    return await _status(guest, paper.session, paper.application)


async def own_act(guest: Guest) -> web.StreamResponse:
    """What the applicant does once it is sent: answer a question, withdraw."""
    paper = await paper_of(guest)
    application = paper.application
    if application is None:
        raise web.HTTPSeeOther(paper.path)
    match (await guest.request.post()).get("do"):
        case "answer":
            return await _answer(guest, paper.session, application, paper.path)
        case "withdraw":
            command = WithdrawApplication(application.application_id)
            actor = applicant(application.application_id)
            await guest.house.desk.act(ACCREDITATION, paper.session.session_id, command, actor)
        case "withdraw-appeal":
            actor = applicant(application.application_id)
            back = WithdrawAppeal(application.application_id)
            await guest.house.desk.act(ACCREDITATION, paper.session.session_id, back, actor)
    raise web.HTTPSeeOther(paper.path)


async def withdrawal(guest: Guest) -> web.StreamResponse:
    """Asks once more before an application is withdrawn."""
    paper = await paper_of(guest)
    if paper.application is None:
        raise Trouble(Why.NO_SUCH_APPLICATION)
    return page(
        guest,
        "apply/withdrawal.html",
        session=paper.session,
        token=paper.token,
        accepted=bool(paper.application.place_ids),
    )


async def history(guest: Guest) -> web.StreamResponse:
    """What was changed since it was sent: when, of whom, which fields, from what to what."""
    paper = await paper_of(guest)
    if paper.application is None:
        raise Trouble(Why.NO_SUCH_APPLICATION)
    locale = locale_of(guest)
    changes = [
        (
            change,
            [
                (label(name, locale), shown(name, old, locale), shown(name, new, locale))
                for name, old, new in change.fields
            ],
        )
        for change in await revisions(paper.application, guest.house.dossiers)
    ]
    return page(guest, "apply/history.html", session=paper.session, path=paper.path, changes=changes)


async def _answer(guest: Guest, session: Accreditation, application: Application, here: str) -> web.StreamResponse:
    text = str(tidy((await guest.request.post()).get("answer", "")))
    if not 0 < len(text) <= ANSWER_MAX:
        return await _status(guest, session, application, answer=text, wrong=True)
    house, now, note_id = guest.house, guest.house.clock(), new_id()
    seal = house.dossiers.seal(
        note_id,
        session_id=session.session_id,
        subject=application.application_id,
        kind="answer",
        fields={"text": text},
        created_at=now,
        purge_at=now + house.lives.written,
    )
    command = GiveInformation(application.application_id, note_id)
    await house.desk.act(ACCREDITATION, session.session_id, command, applicant(application.application_id), also=[seal])
    raise web.HTTPSeeOther(here)


async def _status(
    guest: Guest, session: Accreditation, application: Application, *, answer: str = "", wrong: bool = False
) -> web.StreamResponse:
    house = guest.house
    staff = Staff(session.places, house.names)
    return page(
        guest,
        "apply/status.html",
        status=422 if wrong else 200,
        session=session,
        application=await status_model(application, house.dossiers),
        thread=await thread_of(application, house.dossiers, house.files, staff),
        appeal=await appeal_model(application.appeal, house.dossiers),
        may_appeal=application.may_appeal(house.clock()),
        saved=guest.request.query.get("saved", ""),
        own_path=f"/a/{guest.request.match_info['token']}",
        answer=answer,
        wrong=wrong,
        answer_max=ANSWER_MAX,
    )


ROUTES = (
    PublicRoute("GET", "/a/{token}", own_page),
    PublicRoute("POST", "/a/{token}", own_act),
    PublicRoute("GET", "/a/{token}/withdrawal", withdrawal),
    PublicRoute("GET", "/a/{token}/history", history),
)

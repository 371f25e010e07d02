"""An applicant's appeal against a refusal: why, in their words; once, within the period."""

from aiohttp import web

from rostrum.assembly.actor import applicant
from rostrum.assembly.appeal import LodgeAppeal
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.apply.paper import Paper, paper_of
from rostrum.pages.letters import letter, queued
from rostrum.pages.render import page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.reads.application import status_model
from rostrum.reads.wishes import asked_among

WHY_MAX = 4000


async def appeal(guest: Guest) -> web.StreamResponse:
    """The form, with the refusal that it is about."""
    return await _page(guest, await paper_of(guest))


async def lodge(guest: Guest) -> web.StreamResponse:
    """Lodge it; a mail says that it has come."""
    paper = await paper_of(guest)
    why = str(tidy((await guest.request.post()).get("why", "")))
    if not 0 < len(why) <= WHY_MAX:
        return await _page(guest, paper, why=why, wrong=True)
    house, session, now, note_id = guest.house, paper.session, guest.house.clock(), new_id()
    note = house.dossiers.seal(
        note_id,
        session_id=session.session_id,
        subject=paper.application_id,
        kind="appeal",
        fields={"text": why},
        created_at=now,
        purge_at=now + house.lives.written,
    )
    recipient, language = paper.fields.get("email", ""), paper.fields.get("language", "en")
    told = letter(
        house,
        language,
        "mail/appeal-received.txt",
        titles=session.titles,
        name=paper.fields.get("given_name", ""),
        url=paper.fields.get("url", ""),
    )
    discreet = paper.application is not None and await asked_among(
        recipient, paper.application.members.values(), house.dossiers
    )
    mails = [queued(house, session.session_id, recipient, language, told, discreet=discreet)] if recipient else []
    command = LodgeAppeal(paper.application_id, note_id)
    await house.desk.act(
        ACCREDITATION, session.session_id, command, applicant(paper.application_id), also=[note, *mails]
    )
    raise web.HTTPSeeOther(paper.path)


async def _page(guest: Guest, paper: Paper, *, why: str = "", wrong: bool = False) -> web.StreamResponse:
    application = paper.application
    if application is None or not application.may_appeal(guest.house.clock()):
        raise Refused(Why.NO_APPEAL)
    return page(
        guest,
        "apply/appeal.html",
        status=422 if wrong else 200,
        session=paper.session,
        own_path=paper.path,
        application=await status_model(application, guest.house.dossiers),
        why=why,
        wrong=wrong,
    )


ROUTES = (
    PublicRoute("GET", "/a/{token}/appeal", appeal),
    PublicRoute("POST", "/a/{token}/appeal", lodge),
)

"""The decision on an appeal, by somebody who took no part in the refusal."""

from aiohttp import web

from rostrum.assembly.appeal import DecideAppeal
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.case import case_of, case_page, url_of
from rostrum.pages.console.routes import ADMINISTER, NOTE_MAX
from rostrum.pages.route import Route, Visit


async def decide(visit: Visit) -> web.StreamResponse:
    """The refusal stands, or the application is decided on again; with words either way."""
    case, post = await case_of(visit), await visit.request.post()
    words, outcome = str(tidy(post.get("appeal_words", ""))), str(post.get("outcome", ""))
    if outcome not in {"uphold", "overturn"} or not 0 < len(words) <= NOTE_MAX:
        return await case_page(visit, case, wrong="appeal", words=words, reason=outcome)
    note_id, overturn = new_id(), outcome == "overturn"
    await visit.house.desk.act(
        ACCREDITATION,
        visit.session_id,
        DecideAppeal(case.application_id, overturn, note_id, case.related),
        visit.actor,
        also=[
            case.note(note_id, "appeal", words),
            *await case.mail("mail/appeal-decided.txt", overturned=overturn, words=words),
        ],
    )
    raise web.HTTPSeeOther(url_of(visit, case))


ROUTES = (Route("POST", "/console/applications/{application_id}/appeal", decide, ADMINISTER),)

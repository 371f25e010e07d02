"""What the secretariat asks an applicant before it decides, in words and by kinds of evidence."""

from aiohttp import web

from rostrum.assembly.inquiry import RequestInformation
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.case import case_of, case_page, url_of
from rostrum.pages.console.routes import ADMINISTER, NOTE_MAX
from rostrum.pages.route import Route, Visit


async def ask(visit: Visit) -> web.StreamResponse:
    """Ask, as often as there is something to ask."""
    case, post = await case_of(visit), await visit.request.post()
    words = str(tidy(post.get("question", "")))
    known = {kind for category in case.session.rules.categories.values() for kind in category.evidence}
    evidence = tuple(dict.fromkeys(kind for kind in map(str, post.getall("evidence", [])) if kind in known))
    if not 0 < len(words) <= NOTE_MAX:
        return await case_page(visit, case, wrong="question", words=words, ticked=evidence)
    note_id = new_id()
    await visit.house.desk.act(
        ACCREDITATION,
        visit.session_id,
        RequestInformation(case.application_id, note_id, evidence),
        visit.actor,
        also=[
            case.note(note_id, "question", words),
            *await case.mail("mail/question.txt", hold=True, question=words, evidence=evidence),
        ],
    )
    raise web.HTTPSeeOther(url_of(visit, case))


ROUTES = (Route("POST", "/console/applications/{application_id}/question", ask, ADMINISTER),)

"""Two applications that look alike, side by side, and the word of the secretariat that they are no duplicates."""

from collections.abc import Sequence

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.application import Application
from rostrum.assembly.reading import JudgeLikeness
from rostrum.assembly.refusal import Why
from rostrum.desk import ACCREDITATION
from rostrum.i18n import Locale
from rostrum.pages.apply.words import label, shown
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.application import StatusModel, status_model
from rostrum.reads.beside import doubles_of
from rostrum.reads.register import UNSEEN

COMPARED = ("organisation", "country", "given_name", "family_name", "email", "function", "reason")
"""What was written of the organisation and its focal point, in the order in which it is shown."""


async def beside(visit: Visit) -> web.StreamResponse:
    """What the two say, line by line."""
    session, one, other = await _both(visit)
    sides = [await status_model(each, visit.house.dossiers) for each in (one, other)]
    doubles = await doubles_of(session, visit.house.register, one.application_id)
    return page(
        visit,
        "console/beside.html",
        at=f"/at/{visit.place_id}/console",
        sides=sides,
        people=[[each for each in side.members if each.state not in UNSEEN] for side in sides],
        rows=_rows(sides, locale_of(visit)),
        double=next((each for each in doubles if each.application_id == other.application_id), None),
    )


async def judge(visit: Visit) -> web.StreamResponse:
    """They are not for the same; or it is taken back."""
    _session, one, other = await _both(visit)
    alike = (await visit.request.post()).get("alike") == "yes"
    command = JudgeLikeness(one.application_id, other.application_id, alike)
    await visit.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/applications/{one.application_id}#doubles")


async def _both(visit: Visit) -> tuple[Accreditation, Application, Application]:
    session = await session_of(visit)
    one, other = (session.applications.get(visit.request.match_info[name]) for name in ("application_id", "other_id"))
    if one is None or other is None or one is other:
        raise Trouble(Why.NO_SUCH_APPLICATION)
    return session, one, other


def _rows(sides: Sequence[StatusModel], locale: Locale) -> list[tuple[str, list[str], bool]]:
    """(what it is, both answers, whether they are the same) each; what neither has said is left out."""
    rows = []
    for name in COMPARED:
        answers = [shown(name, side.fields.get(name, ""), locale) for side in sides]
        if any(answers):
            rows.append((label(name, locale), answers, answers[0].casefold() == answers[1].casefold()))
    return rows


ROUTES = (
    Route("GET", "/console/applications/{application_id}/beside/{other_id}", beside, ADMINISTER),
    Route("POST", "/console/applications/{application_id}/beside/{other_id}", judge, ADMINISTER),
)

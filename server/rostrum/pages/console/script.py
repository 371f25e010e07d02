"""The script of the meeting, as it stands, in all working languages; and the whole of it, to print."""

from aiohttp import web

from rostrum.desk import ACCREDITATION
from rostrum.i18n import LANGUAGES
from rostrum.pages.addressed import meeting_of
from rostrum.pages.following import RUN
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.script import SENTENCES, Cue, script

BLANK = "…"


async def now(visit: Visit) -> web.StreamResponse:
    """What is said now, in one language after the other, and every sentence there is."""
    return await _page(visit, "console/script.html")


async def cues(visit: Visit) -> web.StreamResponse:
    """What is said now alone, for the page's script to put in place of the former."""
    answer = await _page(visit, "console/_script.html")
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _page(visit: Visit, template: str) -> web.Response:
    meeting = await meeting_of(visit)
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    said = await script(meeting, session, visit.house.names)
    locales = visit.house.templates.locales
    names = ("meeting", "number", "title", "speaker", "yes", "no", "abstentions")
    whole = [Cue(code, dict.fromkeys(names, BLANK)) for code in SENTENCES]
    return page(
        visit,
        template,
        meeting=meeting,
        at=f"/at/{visit.place_id}/console",
        here="meeting",
        now={code: [cue.said(locales[code]) for cue in said] for code in LANGUAGES},
        whole={code: [cue.said(locales[code]) for cue in whole] for code in LANGUAGES},
        directions={code: locales[code].direction for code in LANGUAGES},
    )


ROUTES = (
    Route("GET", "/console/meetings/{meeting_id}/script", now, RUN),
    Route("GET", "/console/meetings/{meeting_id}/script/cues", cues, RUN),
)

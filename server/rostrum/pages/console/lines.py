"""Everyone's line, for the technician and those who run a meeting."""

from aiohttp import web

from rostrum.desk import ACCREDITATION
from rostrum.pages.addressed import meeting_of
from rostrum.pages.following import RUN
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.lines import WORDS, green_rooms, lines_model


async def lines(visit: Visit) -> web.StreamResponse:
    """The lines of a meeting as they are at this moment."""
    return await _page(visit, "console/lines.html")


async def tables(visit: Visit) -> web.StreamResponse:
    """The tables alone, for the page's script to put in place of the former ones."""
    answer = await _page(visit, "console/_lines.html")
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _page(visit: Visit, template: str) -> web.Response:
    house, meeting = visit.house, await meeting_of(visit)
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    return page(
        visit,
        template,
        meeting=meeting,
        at=f"/at/{visit.place_id}/console",
        here="meeting",
        words=WORDS,
        lines=await lines_model(meeting, session, house.names, house.lines, house.participation),
        green_rooms=await green_rooms(meeting, session, house.names, house.engine.peers()),
    )


ROUTES = (
    Route("GET", "/console/meetings/{meeting_id}/lines", lines, RUN),
    Route("GET", "/console/meetings/{meeting_id}/lines/tables", tables, RUN),
)

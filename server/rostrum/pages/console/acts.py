"""The log of acts of a meeting: who did what, newest first."""

from aiohttp import web

from rostrum.pages.addressed import meeting_of
from rostrum.pages.following import RUN, newest_acts
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit

SHOWN = 500


async def acts(visit: Visit) -> web.StreamResponse:
    """The newest acts."""
    meeting = await meeting_of(visit)
    return page(
        visit,
        "console/acts.html",
        meeting=meeting,
        acts=await newest_acts(visit, meeting, SHOWN),
        at=f"/at/{visit.place_id}/console",
        here="meeting",
    )


ROUTES = (Route("GET", "/console/meetings/{meeting_id}/acts", acts, RUN),)

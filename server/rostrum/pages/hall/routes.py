"""The hall's screen: the programme over the whole of it, for those in the room."""

from aiohttp import web

from rostrum.pages.addressed import meeting_of
from rostrum.pages.following import SHOW, listening_of, shared_model
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit


async def screen(visit: Visit) -> web.StreamResponse:
    """The remote speaker's picture and sound, their name and the clock; between statements the list."""
    meeting = await meeting_of(visit)
    return page(
        visit,
        "hall/screen.html",
        meeting=await shared_model(visit.house, meeting),
        listening=await listening_of(visit.house, meeting),
        version=visit.house.hub.version(meeting.meeting_id),
    )


ROUTES = (Route("GET", "/hall/{meeting_id}", screen, SHOW),)

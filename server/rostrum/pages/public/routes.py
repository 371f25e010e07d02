"""What anyone may open: the first page, and the way from one's place to what it may do."""

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.pages.attend.programme import attended, entrance, programme_page
from rostrum.pages.render import page
from rostrum.pages.route import Guest, PublicRoute, Route, Visit


async def first(guest: Guest) -> web.StreamResponse:
    """What Rostrum is, the sessions that can be applied for, and where one's link is."""
    sessions = await guest.house.doorkeeper.sessions()
    return page(guest, "public/first.html", sessions=[session for session in sessions if session.session_id])


async def home(visit: Visit) -> web.StreamResponse:
    """From a place to what it may do."""
    rights = visit.actor.rights
    here = f"/at/{visit.place_id}"
    if Right.ADMINISTER in rights:
        raise web.HTTPSeeOther(f"{here}/console")
    if Right.CHECK_IN in rights and Right.ATTEND not in rights:
        raise web.HTTPSeeOther(f"{here}/console/check-in")
    meetings = await attended(visit)
    if Right.SHOW_HALL in rights and meetings:
        raise web.HTTPSeeOther(f"{here}/hall/{meetings[0].meeting_id}")
    if len(meetings) != 1:
        return await programme_page(visit)
    raise web.HTTPSeeOther(f"{here}/{entrance(rights)}/{meetings[0].meeting_id}")


ROUTES = (
    PublicRoute("GET", "/", first),
    Route("GET", "/", home, frozenset({Right.ATTEND, Right.ADMINISTER, Right.CHECK_IN})),
)

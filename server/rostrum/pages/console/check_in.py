"""The door's page: each code is a form; with JavaScript it asks `door.py`, and works on without a line."""

import base64

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.pages.console.badge_reads import CODE_MAX, Answer, counted, judge
from rostrum.pages.console.routes import session_of
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit

DOOR = frozenset({Right.CHECK_IN, Right.ADMINISTER})


async def door(visit: Visit) -> web.StreamResponse:
    """The field, ready for the first code."""
    return await _page(visit, None)


async def check_in(visit: Visit) -> web.StreamResponse:
    """One code, and what it is."""
    code = str((await visit.request.post()).get("code", "")).strip()[:CODE_MAX]
    return await _page(visit, await judge(visit, code))


async def _page(visit: Visit, answer: Answer | None) -> web.StreamResponse:
    session = await session_of(visit)
    return page(
        visit,
        "console/check_in.html",
        at=f"/at/{visit.place_id}/console",
        console=Right.ADMINISTER in visit.actor.rights,
        session=session,
        answer=answer,
        count=counted(session),
        key=base64.urlsafe_b64encode(visit.house.badger.public_key).decode(),
    )


ROUTES = (
    Route("GET", "/console/check-in", door, DOOR),
    Route("POST", "/console/check-in", check_in, DOOR),
)

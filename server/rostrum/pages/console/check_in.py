"""The door: a badge's code is read into the field (by a reader that types, or by hand) and answered in words."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Right
from rostrum.assembly.place import CheckIn, Place
from rostrum.desk import ACCREDITATION
from rostrum.identity.badges import BadgeState, standing
from rostrum.pages.console.routes import session_of
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.names import Name

DOOR = frozenset({Right.CHECK_IN, Right.ADMINISTER})
CODE_MAX = 400
AGAIN = "again"


@dataclass(frozen=True)
class Answer:
    """What the door is told. `state`: a `BadgeState`, or "again" with since when; the place where the badge is ours."""

    state: str
    name: Name | None = None
    category: str = ""
    since: datetime | None = None


def is_live(session: Accreditation, place: Place) -> bool:
    """Whether a place's badge opens doors: not once the place is closed or its link revoked."""
    return not place.closed and session.link_of(place.place_id) is not None


async def door(visit: Visit) -> web.StreamResponse:
    """The field, ready for the first code."""
    return await _page(visit, None)


async def check_in(visit: Visit) -> web.StreamResponse:
    """One code, and what it is."""
    house, session = visit.house, await session_of(visit)
    code = str((await visit.request.post()).get("code", "")).strip()[:CODE_MAX]
    badges = {house.badger.badge_id(place_id): place for place_id, place in session.places.items()}
    revoked = frozenset(badge_id for badge_id, place in badges.items() if not is_live(session, place))
    now = house.clock()
    state, badge = standing(code, house.badger.public_key, session.session_id, revoked, now)
    place = None if badge is None else badges.get(badge.badge_id)
    if state is not BadgeState.VALID or place is None:
        return await _page(visit, Answer(BadgeState.UNKNOWN if state is BadgeState.VALID else state))
    name = (await house.names.of([place]))[place.place_id]
    if place.checked_in_at is not None:
        return await _page(visit, Answer(AGAIN, name, place.category, place.checked_in_at))
    await house.desk.act(ACCREDITATION, session.session_id, CheckIn(place.place_id), visit.actor)
    return await _page(visit, Answer(state, name, place.category))


async def _page(visit: Visit, answer: Answer | None) -> web.StreamResponse:
    session = await session_of(visit)
    here = [place for place in session.places.values() if place.checked_in_at is not None and not place.closed]
    return page(
        visit,
        "console/check_in.html",
        at=f"/at/{visit.place_id}/console",
        console=Right.ADMINISTER in visit.actor.rights,
        session=session,
        answer=answer,
        count=len(here),
    )


ROUTES = (
    Route("GET", "/console/check-in", door, DOOR),
    Route("POST", "/console/check-in", check_in, DOOR),
)

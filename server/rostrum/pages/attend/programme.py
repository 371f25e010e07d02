"""The session's programme: its meetings by day, and which of them somebody can enter."""

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.meeting import Meeting, MeetingKind, MeetingState
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.pages.addressed import admits
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.programme import programme, zone_of

ENTERED = frozenset({MeetingState.SCHEDULED, MeetingState.OPEN, MeetingState.SUSPENDED})


async def attended(visit: Visit) -> list[Meeting]:
    """The session's meetings that the visitor can enter or wait for: open ones first, then as they are planned."""
    meetings = [one for one in await meetings_of(visit) if one.state in ENTERED and await admits(visit, one)]
    return sorted(meetings, key=lambda one: (not one.is_open, one.scheduled_at is None, one.scheduled_at))


def entrance(rights: frozenset[Right]) -> str:
    """The part of a place's address under which its meetings are: by what the place is there for."""
    if rights & {Right.PRESIDE, Right.ADMINISTER}:
        return "console/meetings"
    if Right.INTERPRET in rights:
        return "booth"
    return "captions" if Right.CAPTION in rights else "check"


async def meetings_of(visit: Visit) -> list[Meeting]:
    """All meetings of the visitor's session."""
    desk = visit.house.desk
    states = [(await desk.load(MEETING, meeting_id)).state for meeting_id in await desk.identifiers(MEETING)]
    return [meeting for meeting in states if meeting.session_id == visit.session_id]


async def programme_page(visit: Visit) -> web.StreamResponse:
    """Every meeting of the session, by day, in the visitor's zone."""
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    category = visit.standing.place.category
    zone = zone_of(await visit.house.dossiers.get(visit.standing.place.dossier_id))
    attended = frozenset(kind for kind in MeetingKind if session.rules.admits(category, kind))
    return page(
        visit,
        "attend/programme.html",
        session=session,
        days=programme(await meetings_of(visit), attended, zone),
        zone=zone,
        zone_name=str(zone),
        at=f"/at/{visit.place_id}",
        where=entrance(visit.actor.rights),
        may_speak=Right.SPEAK in visit.actor.rights,
    )


ROUTES = (Route("GET", "/programme", programme_page, frozenset({Right.ATTEND, Right.ADMINISTER})),)

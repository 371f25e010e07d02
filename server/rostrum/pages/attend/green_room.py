"""The green room: one who is about to speak talks with a technician, apart from the meeting."""

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.program import green_room, green_room_id
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.pages.addressed import meeting_of
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.wishes import wishes_of

SPEAK = frozenset({Right.SPEAK})
TECHNICIANS = frozenset({Right.ADMINISTER})


async def own(visit: Visit) -> web.StreamResponse:
    """One's own green room."""
    meeting = await meeting_of(visit)
    return page(
        visit,
        "attend/green_room.html",
        meeting=meeting,
        room=green_room_id(meeting.meeting_id, visit.place_id),
        own_pass=f"{meeting.meeting_id}/pass",
        name=None,
        voice_only=(await wishes_of(visit.standing.place, visit.house.dossiers)).voice_only,
        back=f"../check/{meeting.meeting_id}",
    )


async def own_pass(visit: Visit) -> web.StreamResponse:
    """A pass for one's own green room."""
    return await _pass(visit, visit.place_id)


async def visited(visit: Visit) -> web.StreamResponse:
    """Somebody's green room, to a technician."""
    meeting, of = await meeting_of(visit), visit.request.match_info["of"]
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    place = session.places.get(of)
    if place is None:
        raise Refused(Why.NO_SUCH_PLACE)
    name = (await visit.house.names.of([place]))[of]
    return page(
        visit,
        "attend/green_room.html",
        meeting=meeting,
        room=green_room_id(meeting.meeting_id, of),
        own_pass=f"{of}/pass",
        name=name,
        voice_only=False,
        back="../lines",
    )


async def visited_pass(visit: Visit) -> web.StreamResponse:
    """A pass for somebody's green room; from then on they hear this technician."""
    return await _pass(visit, visit.request.match_info["of"])


async def _pass(visit: Visit, of: str) -> web.StreamResponse:
    meeting = await meeting_of(visit)
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    if of not in session.places:
        raise Refused(Why.NO_SUCH_PLACE)
    room = green_room_id(meeting.meeting_id, of)
    if of != visit.place_id:
        await visit.house.engine.apply(room, green_room(of, visit.place_id))
    elif all(peer.meeting_id != room or peer.place_id == of for peer in visit.house.engine.peers()):
        await visit.house.engine.apply(room, green_room(of, None))
    standing = visit.standing
    token = visit.house.signer.media_pass(visit.place_id, standing.link.link_id, standing.device_id, room)
    return web.json_response({"token": token}, headers={"Cache-Control": "no-store"})


ROUTES = (
    Route("GET", "/green-room/{meeting_id}", own, SPEAK),
    Route("POST", "/green-room/{meeting_id}/pass", own_pass, SPEAK),
    Route("GET", "/console/meetings/{meeting_id}/green-room/{of}", visited, TECHNICIANS),
    Route("POST", "/console/meetings/{meeting_id}/green-room/{of}/pass", visited_pass, TECHNICIANS),
)

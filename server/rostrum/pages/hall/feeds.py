"""Hall interpreters' booths: a technician sends their microphones from the hall's desk, and puts them on air."""

from collections.abc import Mapping

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.booth_acts import AssignAir, SeatInterpreter
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION, INTERPRETATION, MEETING
from rostrum.identity.secrets import FEED
from rostrum.pages.addressed import meeting_of
from rostrum.pages.following import listening_of
from rostrum.pages.live import View
from rostrum.pages.render import fragment, language_of, page
from rostrum.pages.route import Route, Visit, done
from rostrum.reads.hall_booths import HallInterpreter, hall_interpreters, sits_in_hall

FEEDS = frozenset({Right.FEED_HALL})


async def desk(visit: Visit) -> web.StreamResponse:
    """The sound of the hall: the language spoken, and the booths in the hall."""
    meeting = await meeting_of(visit)
    return page(
        visit,
        "hall/sound.html",
        meeting=meeting,
        listening=await listening_of(visit.house, meeting),
        interpreters=await _interpreters(visit, meeting),
        runs=visit.actor.rights & {Right.ADMINISTER, Right.PRESIDE},
        version=visit.house.hub.version(meeting.meeting_id),
    )


async def _interpreters(visit: Visit, meeting: Meeting) -> list[HallInterpreter]:
    house = visit.house
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    interpretation = (await house.desk.load(INTERPRETATION, meeting.meeting_id)).state
    return list(await hall_interpreters(session, interpretation, house.names))


async def _news(visit: Visit, meeting_id: str) -> str:
    meeting = (await visit.house.desk.load(MEETING, meeting_id)).state
    return fragment(
        visit.house,
        language_of(visit.request),
        "hall/_sound.html",
        meeting=meeting,
        listening=await listening_of(visit.house, meeting),
        interpreters=await _interpreters(visit, meeting),
    )


async def feed_pass(visit: Visit) -> web.StreamResponse:
    """A bearer token to send for an interpreter of a team who sits in the hall, and for nobody else."""
    meeting, of, standing = await meeting_of(visit), visit.request.match_info["of"], visit.standing
    await _of_hall(visit, meeting, of)
    token = visit.house.signer.media_pass(
        visit.place_id, standing.link.link_id, standing.device_id, meeting.meeting_id, f"{FEED}{of}"
    )
    return web.json_response({"token": token}, headers={"Cache-Control": "no-store"})


async def _of_hall(visit: Visit, meeting: Meeting, of: str) -> str:
    """The booth of an interpreter who sits in the hall. Raises `Refused(NOT_IN_BOOTH)` for anybody else."""
    session = (await visit.house.desk.load(ACCREDITATION, meeting.session_id)).state
    interpretation = (await visit.house.desk.load(INTERPRETATION, meeting.meeting_id)).state
    booth = interpretation.booth_of_place(of)
    if booth is None or not sits_in_hall(session, interpretation, of):
        raise Refused(Why.NOT_IN_BOOTH)
    return booth.booth_id


async def seat(visit: Visit) -> web.StreamResponse:
    """They sit at their console."""
    return await _seat(visit, is_there=True)


async def leave(visit: Visit) -> web.StreamResponse:
    """They have left it; who was on air is not any more."""
    return await _seat(visit, is_there=False)


async def _seat(visit: Visit, *, is_there: bool) -> web.StreamResponse:
    meeting, of = await meeting_of(visit), visit.request.match_info["of"]
    command = SeatInterpreter(await _of_hall(visit, meeting, of), of, is_there)
    await visit.house.desk.act(INTERPRETATION, meeting.meeting_id, command, visit.actor)
    return done(visit.request, _back(visit, meeting))


async def air(visit: Visit) -> web.StreamResponse:
    """They go on air, whoever of the booth is now."""
    meeting, of = await meeting_of(visit), visit.request.match_info["of"]
    command = AssignAir(await _of_hall(visit, meeting, of), of)
    await visit.house.desk.act(INTERPRETATION, meeting.meeting_id, command, visit.actor)
    return done(visit.request, _back(visit, meeting))


def _back(visit: Visit, meeting: Meeting) -> str:
    return f"/at/{visit.place_id}/hall-sound/{meeting.meeting_id}"


VIEWS: Mapping[str, View] = {"hall-sound": View(FEEDS, _news, None)}

ROUTES = (
    Route("GET", "/hall-sound/{meeting_id}", desk, FEEDS),
    Route("POST", "/hall-sound/{meeting_id}/pass/{of}", feed_pass, FEEDS),
    Route("POST", "/hall-sound/{meeting_id}/booth/{of}/seat", seat, FEEDS),
    Route("POST", "/hall-sound/{meeting_id}/booth/{of}/end", leave, FEEDS),
    Route("POST", "/hall-sound/{meeting_id}/booth/{of}/air", air, FEEDS),
)

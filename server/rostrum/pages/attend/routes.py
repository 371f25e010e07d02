"""What a delegate opens: the pre-flight check and the meeting room."""

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.pages.addressed import meeting_of
from rostrum.pages.attend.papers import papers_fragment
from rostrum.pages.following import listening_of, mine_model, shared_model
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.listening import preferred
from rostrum.reads.wishes import wishes_of

ATTEND = frozenset({Right.ATTEND})


async def check(visit: Visit) -> web.StreamResponse:
    """Camera, microphone, loudspeaker and line, tried before the meeting."""
    meeting = await meeting_of(visit)
    rights = visit.actor.rights
    return page(
        visit,
        "attend/check.html",
        meeting=meeting,
        may_speak=Right.SPEAK in rights,
        is_heard=bool(rights & {Right.SPEAK, Right.INTERPRET}),
    )


async def room(visit: Visit) -> web.StreamResponse:
    """The meeting from a browser: whole, or by sound alone for a line that carries no more."""
    meeting = await meeting_of(visit)
    model, place = await shared_model(visit.house, meeting), visit.standing.place
    channel, language = preferred(await visit.house.dossiers.get(place.dossier_id))
    return page(
        visit,
        "attend/sound_room.html" if visit.request.query.get("sound") == "only" else "attend/room.html",
        meeting=model,
        mine=await mine_model(visit.house, model, meeting, visit.standing),
        may_speak=Right.SPEAK in visit.actor.rights,
        voice_only=(await wishes_of(place, visit.house.dossiers)).voice_only,
        listening=await listening_of(visit.house, meeting),
        may_feed_hall=Right.FEED_HALL in visit.actor.rights,
        sits_in_hall=not place.remote,
        preferred_channel=channel,
        preferred_language=language,
        papers=await papers_fragment(visit, meeting),
        version=visit.house.hub.version(meeting.meeting_id),
    )


ROUTES = (
    Route("GET", "/check/{meeting_id}", check, ATTEND),
    Route("GET", "/meeting/{meeting_id}", room, ATTEND),
)

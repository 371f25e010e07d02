"""In which language somebody speaks: said by themselves, or by whoever listens for all."""

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.interpretation import HALL_SPEAKER, SayLanguage
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import speaker_of
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import INTERPRETATION
from rostrum.pages.addressed import meeting_of
from rostrum.pages.route import Route, Visit, done

CORRECTS = frozenset({Right.ADMINISTER, Right.FEED_HALL, Right.PRESIDE})


async def say_language(visit: Visit, meeting: Meeting, speaker_id: str, language: str) -> None:
    """Say in which language a speaker speaks. Raises `Refused`."""
    command = SayLanguage(speaker_id, language)
    await visit.house.desk.act(INTERPRETATION, meeting.meeting_id, command, visit.actor)


async def own(visit: Visit) -> web.StreamResponse:
    """Somebody says in which language they will speak."""
    meeting, post = await meeting_of(visit), await visit.request.post()
    await say_language(visit, meeting, visit.place_id, str(post.get("language", "")))
    return done(visit.request, f"/at/{visit.place_id}/meeting/{meeting.meeting_id}")


async def corrected(visit: Visit) -> web.StreamResponse:
    """Whoever runs the meeting or its sound says which language is spoken; `speaker`: of whom the page showed it."""
    meeting, post = await meeting_of(visit), await visit.request.post()
    speaker_id = str(post.get("speaker", "")) or speaker_of(meeting)
    if speaker_id != HALL_SPEAKER and all(entry.place_id != speaker_id for entry in meeting.floor.entries):
        raise Refused(Why.NO_SUCH_ENTRY)
    await say_language(visit, meeting, speaker_id, str(post.get("language", "")))
    desk = "console/meetings" if visit.actor.rights & {Right.ADMINISTER, Right.PRESIDE} else "hall-sound"
    return done(visit.request, f"/at/{visit.place_id}/{desk}/{meeting.meeting_id}")


ROUTES = (
    Route("POST", "/meeting/{meeting_id}/language", own, frozenset({Right.SPEAK})),
    Route("POST", "/console/meetings/{meeting_id}/language", corrected, CORRECTS),
)

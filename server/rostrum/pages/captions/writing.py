"""The captioner's console: what is typed goes out as it is typed; a line is closed; what was wrong is corrected.

POST {language}/line            page, text, entry: the growing line
POST {language}/cue             page, text, entry, nonce, began_ago_ms, ended_ago_ms: the line is closed
POST {language}/cue/{cue_id}    text: other words for a cue
POST {language}/desk            page, take ("yes" or "no"): who writes
"""

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.captions import (
    LAST,
    CaptionKind,
    Cue,
    Line,
    Voice,
    Writer,
    cue_text,
    line_text,
    require_sitting,
    span,
    together,
    turns_near,
)
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.i18n import LANGUAGES
from rostrum.identity.secrets import new_id, once
from rostrum.pages.addressed import meeting_of
from rostrum.pages.captions.files import files_of, track_language
from rostrum.pages.render import language_of, page
from rostrum.pages.route import Route, Visit, done
from rostrum.reads.captions import life_of, voice_of
from rostrum.reads.notice import notice_of

WRITE = frozenset({Right.CAPTION})
LOOK = frozenset({Right.CAPTION, Right.ADMINISTER})
AGO_DIGITS = 9
PAGE_MAX = 40


async def desk(visit: Visit) -> web.StreamResponse:
    """The console, in the language that was chosen."""
    meeting = await meeting_of(visit)
    asked = visit.request.query.get("language", "")
    language = asked if asked in LANGUAGES else language_of(visit.request)
    track = await visit.house.captions.track(meeting.meeting_id, language)
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    return page(
        visit,
        "captions/desk.html",
        meeting=meeting,
        language=language,
        cues=tuple(reversed(track.cues)),
        last=LAST,
        voice=await voice_of(meeting, session, visit.house.names),
        notice=notice_of(meeting),
        may_write=Right.CAPTION in visit.actor.rights,
        files=await files_of(visit, meeting),
        page_id=new_id(),
        nonce=new_id(),
        at=f"/at/{visit.place_id}",
    )


async def grow(visit: Visit) -> web.StreamResponse:
    """What is in the field now."""
    meeting, language = await meeting_of(visit), track_language(visit)
    require_sitting(meeting, closing=False)
    post = await _sent(visit)
    voice, now = await _voice(visit, meeting, post), visit.house.clock()
    line = Line(line_text(post.get("text", "")), CaptionKind.HUMAN, voice, turns_near(meeting, voice, now, now))
    await visit.house.captions.grow(meeting.meeting_id, language, line, await _writer(visit, post))
    return web.Response(status=204)


async def close(visit: Visit) -> web.StreamResponse:
    """The line is done: a cue."""
    house, meeting, language = visit.house, await meeting_of(visit), track_language(visit)
    require_sitting(meeting, closing=True)
    post, now = await _sent(visit), house.clock()
    start, end = span(now, _ago(post, "began_ago_ms"), _ago(post, "ended_ago_ms"))
    voice = await _voice(visit, meeting, post)
    # The same line, sent again since its answer was lost, is the same cue.
    cue_id = once(post.get("nonce", ""), f"cue:{meeting.meeting_id}:{language}:{visit.place_id}")
    text = cue_text(post.get("text", ""))
    grown = (await house.captions.track(meeting.meeting_id, language)).line
    turns = together(turns_near(meeting, voice, end, now), grown.turns)
    cue = Cue(cue_id, meeting.meeting_id, language, start, end, text, CaptionKind.HUMAN, voice, turns=turns)
    session = (await house.desk.load(ACCREDITATION, visit.session_id)).state
    await house.captions.close(cue, now + life_of(cue, session, house.lives), await _writer(visit, post))
    return _done(visit, meeting, language)


async def correct(visit: Visit) -> web.StreamResponse:
    """Other words for one of the last cues."""
    meeting, language = await meeting_of(visit), track_language(visit)
    text = cue_text((await _sent(visit)).get("text", ""))
    await visit.house.captions.correct(meeting.meeting_id, language, visit.request.match_info["cue_id"], text)
    return _done(visit, meeting, language)


async def take(visit: Visit) -> web.StreamResponse:
    """Take the desk from whoever writes, or leave it to another."""
    meeting, language = await meeting_of(visit), track_language(visit)
    post = await _sent(visit)
    writer = await _writer(visit, post) if post.get("take") == "yes" else None
    await visit.house.captions.take(meeting.meeting_id, language, writer)
    return _done(visit, meeting, language)


async def _sent(visit: Visit) -> dict[str, str]:
    return {name: value for name, value in (await visit.request.post()).items() if isinstance(value, str)}


async def _voice(visit: Visit, meeting: Meeting, post: dict[str, str]) -> Voice:
    """Who spoke when the line was begun, as the page says; a form without scripts does not know, and means now."""
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    return await voice_of(meeting, session, visit.house.names, post.get("entry"))


async def _writer(visit: Visit, post: dict[str, str]) -> Writer:
    page_id, now = post.get("page", ""), visit.house.clock()
    if len(page_id) > PAGE_MAX:
        raise Refused(Why.TEXT_MISSING)
    name = (await visit.house.names.of([visit.standing.place]))[visit.place_id]
    return Writer(visit.place_id, page_id, name.person or name.delegation, now, now)


def _ago(post: dict[str, str], name: str) -> int:
    text = post.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= AGO_DIGITS else 0


def _done(visit: Visit, meeting: Meeting, language: str) -> web.Response:
    return done(visit.request, f"/at/{visit.place_id}/captions/{meeting.meeting_id}?language={language}")


ROUTES = (
    Route("GET", "/captions/{meeting_id}", desk, LOOK),
    Route("POST", "/captions/{meeting_id}/{language}/line", grow, WRITE),
    Route("POST", "/captions/{meeting_id}/{language}/cue", close, WRITE),
    Route("POST", "/captions/{meeting_id}/{language}/cue/{cue_id}", correct, WRITE),
    Route("POST", "/captions/{meeting_id}/{language}/desk", take, WRITE),
)

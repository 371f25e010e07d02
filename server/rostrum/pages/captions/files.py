"""A meeting's captions as a file, one for each language: what may be published of them, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.captions import Cue
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION, PAPERS
from rostrum.i18n import LANGUAGES
from rostrum.pages.addressed import meeting_of
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.captions import Rules, as_shown_now, in_file, webvtt

READ = frozenset({Right.ATTEND, Right.ADMINISTER})


@dataclass(frozen=True)
class CaptionFile:
    """One language's file: how many captions are in it, and how many are held back with their speakers."""

    language: str
    cues: int
    held: int


def track_language(visit: Visit) -> str:
    """The language in the address. Raises `Trouble(NOT_FOUND)` where it is none of ours."""
    language = visit.request.match_info["language"]
    if language not in LANGUAGES:
        raise Trouble(Why.NOT_FOUND, status=404)
    return language


async def files_of(visit: Visit, meeting: Meeting) -> Sequence[CaptionFile]:
    """The files that there are of a meeting."""
    there = await visit.house.caption_store.languages(meeting.meeting_id)
    found = []
    for language in LANGUAGES:
        if language in there:
            free, held = await _sorted(visit, meeting, language)
            found.append(CaptionFile(language, len(free), held))
    return found


async def file(visit: Visit) -> web.StreamResponse:
    """The file of a language: empty of cues where there are none, or all are held back."""
    meeting, language = await meeting_of(visit), track_language(visit)
    if meeting.opened_at is None:
        raise Refused(Why.MEETING_NOT_OPEN)
    title = meeting.titles.get(language) or meeting.titles.get("en") or meeting.meeting_id
    free, _ = await _sorted(visit, meeting, language)
    text = webvtt(in_file(free, meeting.opened_at), meeting.opened_at, title, language)
    headers = {
        "Content-Disposition": f'attachment; filename="{language}.vtt"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return web.Response(text=text, content_type="text/vtt", charset="utf-8", headers=headers)


async def _sorted(visit: Visit, meeting: Meeting, language: str) -> tuple[list[Cue], int]:
    """The cues that may be published, and how many others there are."""
    house = visit.house
    session = (await house.desk.load(ACCREDITATION, visit.session_id)).state
    papers = (await house.desk.load(PAPERS, visit.session_id)).state
    cues, now = await house.caption_store.of(meeting.meeting_id, language), house.clock()
    rules = Rules(papers, session, house.guards, now)
    free = [cue for cue in cues if rules.allow(cue)]
    return await as_shown_now(free, session, house.names), len(cues) - len(free)


ROUTES = (Route("GET", "/captions/{meeting_id}/{language}.vtt", file, READ),)

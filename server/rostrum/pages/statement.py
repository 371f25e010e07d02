"""A video statement that was delivered, whoever sees it: its picture and sound, its captions, its text."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from rostrum.assembly.captions import Cue
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.papers import StatementText
from rostrum.assembly.refusal import Why
from rostrum.assembly.statement import Statement
from rostrum.assembly.statement_queue import Stretch, stretches
from rostrum.desk import ACCREDITATION, MEETING, PAPERS, STATEMENTS
from rostrum.house import House
from rostrum.i18n import LANGUAGES
from rostrum.pages.files.ranges import send_part
from rostrum.pages.recording import send_track
from rostrum.pages.trouble import Trouble
from rostrum.reads.captions import Rules, as_shown_now
from rostrum.reads.papers import publication_of
from rostrum.reads.statements import Delivered, cues_of, is_given


async def given_of(house: House, meeting: Meeting) -> list[Statement]:
    """The statements of a meeting that everybody may have, in the order in which they came."""
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    statements = (await house.desk.load(STATEMENTS, meeting.session_id)).state.statements.values()
    return [one for one in statements if one.meeting_id == meeting.meeting_id and is_given(one, session, house.guards)]


async def given(house: House, meeting: Meeting, statement_id: str) -> Statement:
    """One of them. Raises `Trouble(NO_SUCH_STATEMENT)`."""
    found = next((one for one in await given_of(house, meeting) if one.statement_id == statement_id), None)
    if found is None:
        raise Trouble(Why.NO_SUCH_STATEMENT)
    return found


async def delivered(house: House, meeting: Meeting, one: Statement) -> Delivered:
    """What is shown of it on its own page."""
    played = await _played(house, meeting, one)
    captions = [each for each in LANGUAGES if await _cues(house, meeting, one, each, played)]
    return replace(await listed(house, meeting, one), captions=captions)


async def listed(house: House, meeting: Meeting, one: Statement) -> Delivered:
    """What is shown of it among others: its captions are not looked through."""
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    name = (await house.names.of([session.places[one.place_id]]))[one.place_id]
    texts = await texts_given(house, meeting, one.place_id, one.delegation_id)
    return Delivered(one, meeting, name, texts)


async def texts_given(house: House, meeting: Meeting, place_id: str, delegation_id: str) -> list[StatementText]:
    """The texts of a delegation's statement in a meeting that everybody may read now."""
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    papers = (await house.desk.load(PAPERS, meeting.session_id)).state
    return [
        text
        for text in papers.texts_of(meeting.meeting_id, place_id, delegation_id)
        if publication_of(text, papers, meeting, session, house.guards, house.clock()).allowed
    ]


async def send_made(request: web.Request, house: House, file_id: str | None) -> web.StreamResponse:
    """What was made of a statement, from anywhere in it. Raises `Trouble(NO_SUCH_FILE)`."""
    kept = None if file_id is None else await house.files.get(file_id)
    if kept is None:
        raise Trouble(Why.NO_SUCH_FILE)
    try:
        opened = await asyncio.to_thread(house.files.open, kept)
    except FileNotFoundError as error:
        raise Trouble(Why.NO_SUCH_FILE) from error
    return await send_part(request, opened, kept.media_type)


async def send_statement_captions(house: House, meeting: Meeting, one: Statement, language: str) -> web.Response:
    """Its captions in a language. Raises `Trouble(NOT_FOUND)` where there are none."""
    played = await _played(house, meeting, one)
    cues = await _cues(house, meeting, one, language, played) if language in LANGUAGES else []
    if not cues:
        raise Trouble(Why.NOT_FOUND, status=404)
    return send_track(cues, meeting, language, "Times are those of the statement")


async def _played(house: House, meeting: Meeting, one: Statement) -> Sequence[Stretch]:
    if one.entry_id is None:
        return ()
    rows = await house.journal.read(MEETING.stream(meeting.meeting_id))
    return stretches((row.event for row in rows), one.entry_id)  # type: ignore[misc]


async def _cues(house: House, meeting: Meeting, one: Statement, language: str, played: Sequence[Stretch]) -> list[Cue]:
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    papers = (await house.desk.load(PAPERS, meeting.session_id)).state
    rules = Rules(papers, session, house.guards, house.clock())
    cues = [cue for cue in await house.caption_store.of(meeting.meeting_id, language) if rules.allow(cue)]
    return await as_shown_now(cues_of(cues, one.entry_id, played), session, house.names)

"""Recordings that were published: anybody finds a speaker or an item in them, looks at them and takes them along."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from rostrum.assembly.meeting import Meeting, MeetingKind
from rostrum.assembly.refusal import Why
from rostrum.assembly.statement import Statement
from rostrum.desk import MEETING, PAPERS
from rostrum.house import House
from rostrum.identity.limits import LOOKING_BACK
from rostrum.pages.files.serving import send_file
from rostrum.pages.recording import WORDS_MAX, player_of, send_captions, send_recording
from rostrum.pages.render import language_of, page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.statement import delivered, given, given_of, listed, send_made, send_statement_captions, texts_given
from rostrum.pages.trouble import Trouble
from rostrum.reads.recordings import Heading, Recorded

FOUND_MAX = 100
"""The most chapters that a search shows."""


@dataclass(frozen=True)
class Found:
    """A recording, and its chapters that were searched for."""

    recorded: Recorded
    headings: Sequence[Heading]


async def recordings(guest: Guest) -> web.StreamResponse:
    """All of them, newest first; with `q`, the chapters in which these words are."""
    await _count(guest)
    language = language_of(guest.request)
    words = guest.request.query.get("q", "").strip()[:WORDS_MAX]
    found, left = [], FOUND_MAX
    for recorded in await _published(guest.house):
        headings = [one for one in recorded.headings if words and one.matches(words, language)][:left]
        left -= len(headings)
        if headings or not words:
            found.append(Found(recorded, headings))
    return page(guest, "public/recordings.html", found=found, words=words, more=words and not left)


async def _count(guest: Guest) -> None:
    """Raises `Trouble(TOO_MANY_TRIES)` where one address asks for too much that has to be worked out."""
    if not await guest.house.rates.hit(LOOKING_BACK, guest.request.remote or ""):
        raise Trouble(Why.TOO_MANY_TRIES)


async def _published(house: House) -> list[Recorded]:
    found = []
    for meeting_id in await house.desk.identifiers(MEETING):
        if (await house.desk.load(MEETING, meeting_id)).state.taping.published_at is not None:
            found.append(await house.recordings.of(meeting_id))
    return sorted(found, key=lambda one: (one.meeting.opened_at is None, one.meeting.opened_at), reverse=True)


async def published(guest: Guest) -> Recorded:
    """The recording in the address. Raises `Trouble(NO_TAPING)`, the same where there is no such meeting."""
    meeting_id = guest.request.match_info["meeting_id"]
    meeting = (await guest.house.desk.load(MEETING, meeting_id)).state
    if meeting.taping.published_at is None:
        raise Trouble(Why.NO_TAPING, status=404)
    return await guest.house.recordings.of(meeting_id)


async def recording(guest: Guest) -> web.StreamResponse:
    """One, with its player and chapters."""
    await _count(guest)
    recorded = await published(guest)
    language = language_of(guest.request)
    player = await player_of(guest.house, recorded, guest.request, language)
    at = f"/recordings/{recorded.meeting.meeting_id}"
    statements = [
        await listed(guest.house, recorded.meeting, one) for one in await given_of(guest.house, recorded.meeting)
    ]
    return page(guest, "public/recording.html", player=player, meeting=recorded.meeting, at=at, statements=statements)


async def file(guest: Guest) -> web.StreamResponse:
    """A channel's file."""
    return await send_recording(guest.request, guest.house, await published(guest), guest.request.match_info["channel"])


async def captions(guest: Guest) -> web.StreamResponse:
    """A language's captions."""
    await _count(guest)
    return await send_captions(guest.house, await published(guest), guest.request.match_info["language"])


async def _public_meeting(guest: Guest) -> Meeting:
    """The meeting in the address, where what was delivered in it is for everybody: it can be watched, or its recording
    was published. Raises `Trouble(NO_TAPING)`."""
    meeting = (await guest.house.desk.load(MEETING, guest.request.match_info["meeting_id"])).state
    if not (meeting.kind is MeetingKind.PUBLIC and (meeting.feeds.webcast or meeting.taping.published_at is not None)):
        raise Trouble(Why.NO_TAPING, status=404)
    return meeting


async def _statement(guest: Guest) -> tuple[Meeting, Statement]:
    meeting = await _public_meeting(guest)
    return meeting, await given(guest.house, meeting, guest.request.match_info["statement_id"])


async def statement(guest: Guest) -> web.StreamResponse:
    """A video statement that was delivered."""
    await _count(guest)
    meeting, one = await _statement(guest)
    at = f"/recordings/{meeting.meeting_id}"
    return page(
        guest,
        "public/statement.html",
        delivered=await delivered(guest.house, meeting, one),
        at=f"{at}/statements/{one.statement_id}",
        texts_at=f"{at}/texts",
        recording_at=at if meeting.taping.published_at is not None else None,
    )


async def statement_preview(guest: Guest) -> web.StreamResponse:
    """Its picture and sound."""
    _, one = await _statement(guest)
    return await send_made(guest.request, guest.house, None if one.made is None else one.made.preview_id)


async def statement_captions(guest: Guest) -> web.StreamResponse:
    """Its captions in a language."""
    await _count(guest)
    meeting, one = await _statement(guest)
    return await send_statement_captions(guest.house, meeting, one, guest.request.match_info["language"])


async def text(guest: Guest) -> web.StreamResponse:
    """The official text of what was said in a meeting, under no name that anybody gave the file."""
    meeting = await _public_meeting(guest)
    papers = (await guest.house.desk.load(PAPERS, meeting.session_id)).state
    found = papers.texts.get(guest.request.match_info["text_id"])
    if found is None or found not in await texts_given(guest.house, meeting, found.place_id, found.delegation_id):
        raise Trouble(Why.NO_SUCH_FILE)
    kept = await guest.house.files.get(found.file_id)
    if kept is None:
        raise Trouble(Why.NO_SUCH_FILE)
    return await send_file(guest.request, guest.house, replace(kept, name=""))


ROUTES = (
    PublicRoute("GET", "/recordings", recordings),
    PublicRoute("GET", "/recordings/{meeting_id}", recording),
    PublicRoute("GET", "/recordings/{meeting_id}/{channel}.webm", file),
    PublicRoute("GET", "/recordings/{meeting_id}/{language}.vtt", captions),
    PublicRoute("GET", "/recordings/{meeting_id}/statements/{statement_id}", statement),
    PublicRoute("GET", "/recordings/{meeting_id}/statements/{statement_id}/preview", statement_preview),
    PublicRoute("GET", "/recordings/{meeting_id}/statements/{statement_id}/{language}.vtt", statement_captions),
    PublicRoute("GET", "/recordings/{meeting_id}/texts/{text_id}", text),
)

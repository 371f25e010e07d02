"""Recordings that were published: anybody finds a speaker or an item in them, looks at them and takes them along."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from rostrum.assembly.refusal import Why
from rostrum.desk import MEETING
from rostrum.house import House
from rostrum.pages.recording import WORDS_MAX, player_of, send_captions, send_recording
from rostrum.pages.render import language_of, page
from rostrum.pages.route import Guest, PublicRoute
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
    language = language_of(guest.request)
    words = guest.request.query.get("q", "").strip()[:WORDS_MAX]
    found, left = [], FOUND_MAX
    for recorded in await _published(guest.house):
        headings = [one for one in recorded.headings if words and one.matches(words, language)][:left]
        left -= len(headings)
        if headings or not words:
            found.append(Found(recorded, headings))
    return page(guest, "public/recordings.html", found=found, words=words, more=words and not left)


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
    recorded = await published(guest)
    language = language_of(guest.request)
    player = await player_of(guest.house, recorded, guest.request, language)
    at = f"/recordings/{recorded.meeting.meeting_id}"
    return page(guest, "public/recording.html", player=player, meeting=recorded.meeting, at=at)


async def file(guest: Guest) -> web.StreamResponse:
    """A channel's file."""
    return await send_recording(guest.request, guest.house, await published(guest), guest.request.match_info["channel"])


async def captions(guest: Guest) -> web.StreamResponse:
    """A language's captions."""
    return await send_captions(guest.house, await published(guest), guest.request.match_info["language"])


ROUTES = (
    PublicRoute("GET", "/recordings", recordings),
    PublicRoute("GET", "/recordings/{meeting_id}", recording),
    PublicRoute("GET", "/recordings/{meeting_id}/{channel}.webm", file),
    PublicRoute("GET", "/recordings/{meeting_id}/{language}.vtt", captions),
)

"""What a page shows of a recording: the player, its chapters and captions, and the files themselves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from rostrum.assembly.captions import Cue
from rostrum.assembly.interpretation import FLOOR
from rostrum.assembly.refusal import Why
from rostrum.desk import ACCREDITATION, PAPERS
from rostrum.house import House
from rostrum.i18n import LANGUAGES
from rostrum.pages.files.ranges import send_part
from rostrum.pages.trouble import Trouble
from rostrum.reads.captions import ORIGIN, Rules, webvtt
from rostrum.reads.recordings import Heading, Recorded, titled
from rostrum.record.files import KeptFile

WORDS_MAX = 100
"""The most that is searched for."""


@dataclass(frozen=True)
class Player:
    """What is shown of a recording. `found`: the chapters that were searched for, else all of them."""

    recorded: Recorded
    channel: str
    file: KeptFile | None
    found: Sequence[Heading]
    words: str
    from_s: int
    captions: Sequence[str]

    @property
    def left_out(self) -> bool:
        """Whether something was recorded that may not be given."""
        return self.recorded.withheld_ms > 0


async def player_of(house: House, recorded: Recorded, request: web.Request, language: str) -> Player:
    """What the address asks for: `channel`, words to be found in `q`, a point in seconds in `t`."""
    asked, at = request.query.get("channel", ""), request.query.get("t", "")
    first = language if language in recorded.channels else FLOOR
    channel = asked if asked in recorded.channels else first
    words = request.query.get("q", "").strip()[:WORDS_MAX]
    found = [one for one in recorded.headings if one.matches(words, language)]
    from_s = min(int(at), recorded.length_ms // 1000) if at.isascii() and at.isdigit() and len(at) < 8 else 0
    captions = await caption_languages(house, recorded)
    return Player(recorded, channel, recorded.current(channel), found, words, from_s, captions)


async def caption_languages(house: House, recorded: Recorded) -> Sequence[str]:
    """The languages in which the meeting was captioned: what of it may be given is looked at when it is asked for."""
    there = await house.caption_store.languages(recorded.meeting.meeting_id)
    return [each for each in LANGUAGES if each in there]


async def send_recording(request: web.Request, house: House, recorded: Recorded, channel: str) -> web.StreamResponse:
    """A channel's file, or a part of it; `?download` saves it. Raises `Trouble(NOT_FOUND)` where there is none now."""
    file = recorded.current(channel) if channel in recorded.channels else None
    if file is None:
        raise Trouble(Why.NOT_FOUND, status=404)
    try:
        reader = await asyncio.to_thread(house.files.open, file)
    except FileNotFoundError:
        raise Trouble(Why.NOT_FOUND, status=404) from None
    saved_as = f"{recorded.meeting.meeting_id}.{channel}.webm" if "download" in request.query else ""
    return await send_part(request, reader, file.media_type, saved_as=saved_as)


async def send_captions(house: House, recorded: Recorded, language: str) -> web.Response:
    """The captions of a language at the times of the recording. Raises `Trouble(NOT_FOUND)` where it has none."""
    if language not in await caption_languages(house, recorded):
        raise Trouble(Why.NOT_FOUND, status=404)
    cues = await _cues(house, recorded, language)
    title = titled(recorded.meeting.titles, language)
    text = webvtt(cues, ORIGIN, title, language, "Times are those of the recording")
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return web.Response(text=text, content_type="text/vtt", charset="utf-8", headers=headers)


async def _cues(house: House, recorded: Recorded, language: str) -> list[Cue]:
    meeting = recorded.meeting
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    papers = (await house.desk.load(PAPERS, meeting.session_id)).state
    rules = Rules(papers, session, house.guards, house.clock())
    cues = await house.caption_store.of(meeting.meeting_id, language)
    return recorded.joined_cues(cue for cue in cues if rules.allow(cue))

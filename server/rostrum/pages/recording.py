"""What a page shows of a recording: the player, its chapters and captions, and the files themselves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from rostrum.assembly.captions import Cue
from rostrum.assembly.interpretation import FLOOR
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.refusal import Why
from rostrum.desk import ACCREDITATION, PAPERS
from rostrum.house import House
from rostrum.i18n import LANGUAGES
from rostrum.i18n.locale import localised
from rostrum.pages.files.ranges import send_part
from rostrum.pages.trouble import Trouble
from rostrum.reads.captions import ORIGIN, Rules, as_shown_now, webvtt
from rostrum.reads.recordings import Heading, Recorded
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
    (captions,) = await caption_languages(house, recorded)
    return Player(recorded, channel, recorded.current(channel), found, words, from_s, captions)


async def caption_languages(house: House, *recorded: Recorded) -> Sequence[Sequence[str]]:
    """For each of these (all of one meeting) the languages in which something is captioned that may be given.

    Each track is gone through once for all of them, and no further than it takes.
    """
    meeting_id, rules = recorded[0].meeting.meeting_id, await _rules(house, recorded[0])
    found: list[list[str]] = [[] for _ in recorded]
    for language in sorted(await house.caption_store.languages(meeting_id), key=list(LANGUAGES).index):
        missing = set(range(len(recorded)))

        def is_last(cue: Cue, missing: set[int] = missing) -> bool:
            at = {one for one in missing if recorded[one].joined_ms(cue.start) is not None}
            if at and rules.allow(cue):
                missing -= at
            return not missing

        await house.caption_store.has(meeting_id, language, is_last)
        for one in set(range(len(recorded))) - missing:
            found[one].append(language)
    return found


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
    """The captions of a language at the times of the recording. Raises `Trouble(NOT_FOUND)` where there are none."""
    cues = await _cues(house, recorded, language) if language in LANGUAGES else []
    if not cues:
        raise Trouble(Why.NOT_FOUND, status=404)
    return send_track(cues, recorded.meeting, language, "Times are those of the recording")


def send_track(cues: Sequence[Cue], meeting: Meeting, language: str, counted: str) -> web.Response:
    """Captions of something of a meeting that is played, at its times (`reads.captions.in_file_at`).

    `counted`: the file's own words on its times.
    """
    text = webvtt(cues, ORIGIN, localised(meeting.titles, language), language, counted)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return web.Response(text=text, content_type="text/vtt", charset="utf-8", headers=headers)


async def _cues(house: House, recorded: Recorded, language: str) -> list[Cue]:
    rules = await _rules(house, recorded)
    cues = await house.caption_store.of(recorded.meeting.meeting_id, language)
    free = recorded.joined_cues(cue for cue in cues if rules.allow(cue))
    return await as_shown_now(free, rules.session, house.names)


async def _rules(house: House, recorded: Recorded) -> Rules:
    session = (await house.desk.load(ACCREDITATION, recorded.meeting.session_id)).state
    papers = (await house.desk.load(PAPERS, recorded.meeting.session_id)).state
    return Rules(papers, session, house.guards, house.clock())

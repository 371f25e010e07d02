"""What a delegation said in recorded meetings, as files of its own: cut out when they are asked for, kept by nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why
from rostrum.identity.limits import CLIPS
from rostrum.media.programme.job import NotMade
from rostrum.pages.attend.programme import meetings_of
from rostrum.pages.files.serving import POLICY
from rostrum.pages.recording import caption_languages, send_captions
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.programme_making import begin_programme
from rostrum.reads.recordings import Heading, Recorded

SPEAK = frozenset({Right.SPEAK})


@dataclass(frozen=True)
class Clip:
    """One speech, with the languages that there are captions in. `recorded` holds it and nothing else."""

    entry_id: str
    recorded: Recorded
    captions: Sequence[str]

    @property
    def heading(self) -> Heading:
        """When, by whom and on what."""
        return self.recorded.headings[0]


async def clips(visit: Visit) -> web.StreamResponse:
    """The visitor's delegation's speeches in recorded meetings, newest first."""
    found, missing = list[Clip](), 0
    for meeting in await meetings_of(visit):
        if not meeting.taping.number:
            continue
        own = {
            entry.entry_id: await visit.house.recordings.of(meeting.meeting_id, entry.entry_id)
            for entry in meeting.floor.entries
            if entry.began_at is not None and entry.is_of(visit.place_id, visit.actor.delegation_id)
        }
        there = {entry_id: recorded for entry_id, recorded in own.items() if recorded.can_be_made}
        missing += len(own) - len(there)
        captions = await caption_languages(visit.house, *there.values()) if there else ()
        found += map(Clip, there, there.values(), captions)
    return page(visit, "attend/clips.html", at=f"/at/{visit.place_id}", clips=found[::-1], missing=missing)


async def _own(visit: Visit) -> Recorded:
    """The speech in the address. Raises `Trouble(NOT_FOUND)`, the same where it is another delegation's."""
    asked = visit.request.match_info["meeting_id"], visit.request.match_info["entry_id"]
    for meeting in await meetings_of(visit):
        entry = meeting.floor.entry(asked[1]) if meeting.meeting_id == asked[0] else None
        if entry is not None and entry.is_of(visit.place_id, visit.actor.delegation_id):
            recorded = await visit.house.recordings.of(*asked)
            if recorded.can_be_made:
                return recorded
    raise Trouble(Why.NOT_FOUND, status=404)


async def clip(visit: Visit) -> web.StreamResponse:
    """The file of a speech in one channel, made while it is sent."""
    recorded, channel = await _own(visit), visit.request.match_info["channel"]
    if channel not in recorded.channels:
        raise Trouble(Why.NOT_FOUND, status=404)
    if not await visit.house.rates.hit(CLIPS, visit.place_id):
        raise Refused(Why.TOO_MANY_TRIES)
    files, job = recorded.job(channel)
    try:
        programme = await begin_programme(visit.house.files, files, job)
    except NotMade:
        raise Trouble(Why.NOT_FOUND, status=404) from None
    async with programme:
        response = web.StreamResponse(
            headers={
                "Content-Type": "video/webm",
                "Content-Disposition": f'attachment; filename="{recorded.meeting.meeting_id}.{channel}.webm"',
                "Content-Security-Policy": POLICY,
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            }
        )
        response.content_length = programme.size
        await response.prepare(visit.request)
        async for part in programme:
            await response.write(part)
        await response.write_eof()
    return response


async def captions(visit: Visit) -> web.StreamResponse:
    """The captions of a speech in one language, at the times of its file."""
    return await send_captions(visit.house, await _own(visit), visit.request.match_info["language"])


ROUTES = (
    Route("GET", "/clips", clips, SPEAK),
    Route("GET", "/clips/{meeting_id}/{entry_id}/{channel}.webm", clip, SPEAK),
    Route("GET", "/clips/{meeting_id}/{entry_id}/{language}.vtt", captions, SPEAK),
)

"""The stream of one language's captions to one open page: the growing line and cues as they come, nothing rendered.

Events: `cues` (the last ones, on joining and after a pause of a slow line), `cue`, `line`; for a captioner `writer` and
`voice`; `leave`. Their data is JSON.
"""

import asyncio
import json

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.refusal import Why
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.i18n import LANGUAGES
from rostrum.live.captions import Track, voice_words
from rostrum.live.events import event
from rostrum.pages.addressed import meeting_of
from rostrum.pages.captions.streaming import CaptionStream, stream
from rostrum.pages.live import still_here
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.captions import voice_of

READ = frozenset({Right.ATTEND, Right.ADMINISTER})


async def follow(visit: Visit) -> web.StreamResponse:
    """The captions of a language, for as long as the page is open."""
    meeting, request = await meeting_of(visit), visit.request
    language = request.query.get("language", "")
    if language not in LANGUAGES:
        raise Trouble(Why.NOT_FOUND, status=404)
    track = await visit.house.captions.track(meeting.meeting_id, language)

    def made(transport: asyncio.WriteTransport, chunked: bool) -> CaptionStream:
        return _Stream(visit, meeting, track, transport, chunked=chunked)

    return await stream(request, visit.house, meeting.meeting_id, track, made)


class _Stream(CaptionStream):
    """One open page in the meeting: told of changes that may end it or change who speaks."""

    def __init__(
        self, visit: Visit, meeting: Meeting, track: Track, transport: asyncio.WriteTransport, *, chunked: bool
    ) -> None:
        super().__init__(track, transport, chunked=chunked)
        self.writes = bool(visit.actor.rights & {Right.CAPTION, Right.ADMINISTER})
        self._visit = visit
        self._meeting_id = meeting.meeting_id
        self._voice = b""

    async def may_stay(self) -> bool:
        """See `CaptionStream.may_stay`."""
        return await still_here(self._visit) is not None

    async def changed(self) -> None:
        """Tell a captioner who speaks."""
        if self.writes:
            voice = event("voice", json.dumps(await self._now(), ensure_ascii=False))
            if voice != self._voice:
                self._voice = voice
                self.write(voice)

    async def is_overdue(self) -> bool:
        """See `CaptionStream.is_overdue`: another node's page may have removed a passkey."""
        return await self._visit.house.doorkeeper.passkey_ended(self._visit.standing)

    async def _now(self) -> dict[str, str]:
        house = self._visit.house
        meeting = (await house.desk.load(MEETING, self._meeting_id)).state
        session = (await house.desk.load(ACCREDITATION, self._visit.session_id)).state
        return voice_words(await voice_of(meeting, session, house.names))


ROUTES = (Route("GET", "/live/{meeting_id}/captions", follow, READ),)

"""The stream of one language's captions to one open page: the growing line and cues as they come, nothing rendered.

Events: `cues` (the last ones, on joining and after a pause of a slow line), `cue`, `line`; for a captioner `writer` and
`voice`; `leave`. Their data is JSON. A line that takes nothing in is passed over, and then sent what stands.
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
from rostrum.pages.live import RETRY_MS, still_here
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.captions import voice_of

READ = frozenset({Right.ATTEND, Right.ADMINISTER})
BACKLOG_BYTES = 16 * 1024
LOOKS_A_PULSE = 7
"""After so many of the hub's looks something is sent, so that no proxy takes the stream for dead."""


async def follow(visit: Visit) -> web.StreamResponse:
    """The captions of a language, for as long as the page is open."""
    meeting, request = await meeting_of(visit), visit.request
    language = request.query.get("language", "")
    if language not in LANGUAGES:
        raise Trouble(Why.NOT_FOUND, status=404)
    track = await visit.house.captions.track(meeting.meeting_id, language)
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    await response.prepare(request)
    await response.write(f"retry: {RETRY_MS}\n\n".encode())
    if request.transport is None:
        return response
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "")
    stream = _Stream(visit, meeting, track, request.transport, chunked=chunked)
    with track.read_by(stream), visit.house.hub.following(meeting.meeting_id, stream):
        stream.begin()
        await stream.ended
    return response


class _Stream:
    """One open page: read to by its track, and by the hub told of changes that may end it or change who speaks."""

    sees_lines = False

    def __init__(
        self, visit: Visit, meeting: Meeting, track: Track, transport: asyncio.WriteTransport, *, chunked: bool
    ) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.writes = bool(visit.actor.rights & {Right.CAPTION, Right.ADMINISTER})
        self._visit = visit
        self._meeting_id = meeting.meeting_id
        self._track = track
        self._transport = transport
        self._chunked = chunked
        self._behind = False
        self._looks = 0
        self._voice = b""

    def begin(self) -> None:
        """Send what stands."""
        self._write(self._track.whole(writes=self.writes))

    def take(self, frame: bytes) -> None:
        """See `Reader.take`."""
        if self._transport.is_closing():
            self.end()
        elif self._behind or self._transport.get_write_buffer_size() > BACKLOG_BYTES:
            self._behind = True
        else:
            self._write(frame)

    async def serve(self, _version: str) -> None:
        """See `Follower.serve`."""
        if self._transport.is_closing():
            self.end()
            return
        if await still_here(self._visit) is None:
            self._write(event("leave", ""))
            self.end()
            return
        if self.writes:
            voice = event("voice", json.dumps(await self._now(), ensure_ascii=False))
            if voice != self._voice:
                self._voice = voice
                self._write(voice)

    async def _now(self) -> dict[str, str]:
        house = self._visit.house
        meeting = (await house.desk.load(MEETING, self._meeting_id)).state
        session = (await house.desk.load(ACCREDITATION, self._visit.session_id)).state
        return voice_words(await voice_of(meeting, session, house.names))

    async def look(self) -> bool:
        """See `Follower.look`."""
        if self._transport.is_closing():
            self.end()
            return False
        if self._behind:
            if self._transport.get_write_buffer_size() == 0:
                self._behind = False
                self.begin()
            return False
        self._looks += 1
        if self._looks % LOOKS_A_PULSE == 0:
            self._write(b": here\n\n")
            # A link that has come to its end is no change of anything.
            return True
        return await self._visit.house.doorkeeper.passkey_ended(self._visit.standing)

    def end(self) -> None:
        """See `Follower.end`."""
        if not self.ended.done():
            self.ended.set_result(None)

    def _write(self, data: bytes) -> None:
        self._transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)


ROUTES = (Route("GET", "/live/{meeting_id}/captions", follow, READ),)

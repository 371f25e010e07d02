"""One open stream of a language's captions, whoever reads it: written to by its track, looked after by the hub."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from rostrum.house import House
from rostrum.live.captions import Track
from rostrum.live.events import event
from rostrum.pages.live import RETRY_MS

BACKLOG_BYTES = 16 * 1024
LOOKS_A_PULSE = 7
"""After so many of the hub's looks something is sent, so that no proxy takes the stream for dead."""


class CaptionStream:
    """A page that reads along. A line that takes nothing in is passed over, and then sent what stands."""

    sees_lines = False
    writes = False

    def __init__(self, track: Track, transport: asyncio.WriteTransport, *, chunked: bool) -> None:
        """`chunked`: whether the answer is (RFC 9112 section 7.1)."""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._track = track
        self._transport = transport
        self._chunked = chunked
        self._behind = False
        self._looks = 0

    async def may_stay(self) -> bool:
        """Whether the page may read on."""
        raise NotImplementedError

    async def changed(self) -> None:
        """Something of the meeting has; for those who are told of more than captions."""

    async def is_overdue(self) -> bool:
        """Whether it is time to ask `may_stay`, though nothing changed."""
        return False

    def begin(self) -> None:
        """Send what stands."""
        self.write(self._track.whole(writes=self.writes))

    def take(self, frame: bytes) -> None:
        """See `Reader.take`."""
        if self._transport.is_closing():
            self.end()
        elif self._behind or self._transport.get_write_buffer_size() > BACKLOG_BYTES:
            self._behind = True
        else:
            self.write(frame)

    async def serve(self, _version: str) -> None:
        """See `Follower.serve`."""
        if self._transport.is_closing():
            self.end()
        elif await self.may_stay():
            await self.changed()
        else:
            self.write(event("leave", ""))
            self.end()

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
            self.write(b": here\n\n")
            # A link that has come to its end is no change of anything.
            return True
        return await self.is_overdue()

    def end(self) -> None:
        """See `Follower.end`."""
        if not self.ended.done():
            self.ended.set_result(None)

    def write(self, data: bytes) -> None:
        """Send at once."""
        self._transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)


async def stream(
    request: web.Request,
    house: House,
    meeting_id: str,
    track: Track,
    make: Callable[[asyncio.WriteTransport, bool], CaptionStream],
) -> web.StreamResponse:
    """Answer with a track for as long as the page is open. `make`: of the transport, and whether it is chunked."""
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
    opened = make(request.transport, "chunked" in response.headers.get("Transfer-Encoding", ""))
    with track.read_by(opened), house.hub.following(meeting_id, opened):
        opened.begin()
        await opened.ended
    return response

"""The stream of a meeting's news to one open page: fragments, what is personal, the time, which run of the media engine
it is, and the order to leave."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from rostrum.assembly import devices
from rostrum.assembly.actor import Right
from rostrum.assembly.place import Link
from rostrum.assembly.refusal import Why
from rostrum.live.events import event
from rostrum.pages.addressed import meeting_of
from rostrum.pages.render import asking_words, language_of
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble

LOOKS_A_PULSE = 10
"""After so many of the hub's looks a stream says the time: keeps proxies from closing it, and pages' clocks right."""
RETRY_MS = 1000
BACKLOG_BYTES = 64 * 1024
"""A page whose line has taken less than all but this is passed over until it has: it then gets the newest."""


@dataclass(frozen=True)
class View:
    """One kind of page that follows a meeting.

    `shared` renders what everybody sees, once per language; `personal` what one place sees; None: nothing of the kind.
    Both use relative addresses only, so that one rendering serves every place.
    """

    needs: frozenset[Right]
    shared: Callable[[Visit, str], Awaitable[str]] | None
    personal: Callable[[Visit, str], Awaitable[str]] | None
    sees_lines: bool = False
    """Whether it shows how lines are and who is present."""


def route(views: Mapping[str, View]) -> Route:
    """The route of the streams of these views, by their names."""

    async def follow(visit: Visit) -> web.StreamResponse:
        view = views.get(visit.request.query.get("view", ""))
        if view is None:
            raise Trouble(Why.NOT_FOUND, status=404)
        if not visit.actor.rights & view.needs:
            raise Trouble(Why.NOT_ENTITLED, status=403)
        await meeting_of(visit)
        return await _follow(visit, view)

    return Route("GET", "/live/{meeting_id}", follow, frozenset({Right.ATTEND, Right.ADMINISTER}))


async def _follow(visit: Visit, view: View) -> web.StreamResponse:
    request, house = visit.request, visit.house
    meeting_id = request.match_info["meeting_id"]
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    await response.prepare(request)
    media_run = house.hub.media_run
    await response.write(f"retry: {RETRY_MS}\n\n".encode() + _time(visit) + event("media", media_run))
    if request.transport is None:
        return response
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "")
    after = request.headers.get("Last-Event-ID") or request.query.get("after")
    stream = _Stream(visit, view, meeting_id, request.transport, after, media_run, chunked=chunked)
    with house.presence.here(meeting_id, visit.place_id), house.hub.following(meeting_id, stream):
        await stream.ended
    return response


class _Stream:
    """One open page, as the hub serves it.

    It writes to the transport itself: what is written is the same for very many, and a page must not be waited for, as
    `StreamResponse.write` would.
    """

    __slots__ = (
        "_asking",
        "_behind",
        "_chunked",
        "_language",
        "_looks",
        "_media_run",
        "_meeting_id",
        "_personal",
        "_shared",
        "_transport",
        "_version",
        "_view",
        "_visit",
        "ended",
        "sees_lines",
    )

    def __init__(
        self,
        visit: Visit,
        view: View,
        meeting_id: str,
        transport: asyncio.WriteTransport,
        after: str | None,
        media_run: str,
        *,
        chunked: bool,
    ) -> None:
        """`after`: the version that the page has; `chunked`: whether the answer is (RFC 9112 section 7.1)."""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sees_lines = view.sees_lines
        self._visit = visit
        self._view = view
        self._meeting_id = meeting_id
        self._language = language_of(visit.request)
        self._transport = transport
        self._version = after
        self._media_run = media_run
        self._chunked = chunked
        self._shared = self._personal = b""
        self._asking: frozenset[str] = frozenset()
        self._behind = False
        self._looks = 0

    async def serve(self, version: str) -> None:
        """See `Follower.serve`: what has changed of the page since it was last served."""
        if self._transport.is_closing():
            self.end()
            return
        if self._transport.get_write_buffer_size() > BACKLOG_BYTES:
            self._behind = True
            return
        still = await still_here(self._visit)
        if still is None:
            self._write(event("leave", "", version))
            self.end()
            return
        if version == self._version:
            return
        parts = []
        hub = self._visit.house.hub
        if self._media_run != hub.media_run:
            self._media_run = hub.media_run
            parts.append(event("media", self._media_run))
        shared, personal = await self._rendered()
        if shared != self._shared:
            parts.append(shared)
        if personal != self._personal:
            parts.append(personal)
        asking = frozenset(devices.asking(still, self._visit.house.clock()))
        if asking != self._asking:
            self._asking = asking
            parts.append(event("asking", asking_words(self._visit) if asking else ""))
        self._version, self._shared, self._personal = version, shared, personal
        # The identifier goes last: a stream that breaks in between resumes from the version before.
        parts.append(event("version", version, version))
        self._write(b"".join(parts))

    async def _rendered(self) -> tuple[bytes, bytes]:
        visit, view, meeting_id = self._visit, self._view, self._meeting_id

        made = [b"", b""]
        if (render := view.shared) is not None:

            async def shared() -> bytes:
                return event("fragment", await render(visit, meeting_id))

            made[0] = await visit.house.hub.kept(meeting_id, (render, self._language), shared)
        if view.personal is not None:
            made[1] = event("personal", await view.personal(visit, meeting_id))
        return made[0], made[1]

    async def look(self) -> bool:
        """See `Follower.look`."""
        if self._transport.is_closing():
            self.end()
            return False
        self._looks += 1
        if self._looks % LOOKS_A_PULSE == 0 and not self._behind:
            self._write(_time(self._visit))
            # A link that has come to its end is no change of anything.
            if await still_here(self._visit) is None:
                return True
        # Nor is it one that another node's page has removed a passkey.
        if await self._visit.house.doorkeeper.passkey_ended(self._visit.standing):
            return True
        if self._behind and self._transport.get_write_buffer_size() == 0:
            self._behind = False
            return True
        return False

    def end(self) -> None:
        """See `Follower.end`."""
        if not self.ended.done():
            self.ended.set_result(None)

    def _write(self, data: bytes) -> None:
        self._transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)


async def still_here(visit: Visit) -> Link | None:
    """The link as it is now; None: it, or the device, opens nothing any more, or not without another passkey."""
    standing = visit.standing
    still = await visit.house.doorkeeper.still(visit.place_id, standing.link.link_id, standing.device_id)
    if still is None or await visit.house.doorkeeper.passkey_ended(standing):
        return None
    return still[1]


def _time(visit: Visit) -> bytes:
    return event("time", str(round(visit.house.clock().timestamp() * 1000)))

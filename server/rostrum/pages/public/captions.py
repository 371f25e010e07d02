"""Captions of the webcast, for whoever watches: as a stream of news to its page, and in the stream of its files.

What of them everybody may read is decided in `public_captions.py`, once for all. No address is kept, and nothing is
asked of the browser.
"""

import asyncio
import re

from aiohttp import web

from rostrum.assembly.program import is_webcast
from rostrum.assembly.refusal import Why
from rostrum.i18n import LANGUAGES
from rostrum.identity.limits import READING
from rostrum.live.captions import Track
from rostrum.media.hls.rendition import KEPT, PARTS
from rostrum.media.hls.subtitles import Run, playlist, segment
from rostrum.pages.captions.streaming import CaptionStream, stream
from rostrum.pages.public.hls import BLOCKED, FOREVER, SHORT, answered, asked_for, wait
from rostrum.pages.public.watch import meeting_watched
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble

CLOCK = "video"
"""The rendition by whose segments these are cut."""
LATE = 2
"""So many pieces are still given after they have left the playlist."""
_PIECE = re.compile(r"(\d{1,12})\.vtt")


async def follow(guest: Guest) -> web.StreamResponse:
    """The captions of a language, for as long as the page is open. Refused where as many read as may."""
    meeting, house = await meeting_watched(guest), guest.house
    language = _language(guest.request.query.get("language", ""))
    if not await house.rates.hit(READING, guest.request.remote or ""):
        raise Trouble(Why.TOO_MANY_TRIES)
    source = await house.captions.track(meeting.meeting_id, language)
    track = house.public_captions.track(meeting.meeting_id, language, source)

    def made(transport: asyncio.WriteTransport, chunked: bool) -> CaptionStream:
        return _Stream(guest, track, transport, chunked=chunked)

    with house.public_captions.one_more(house.settings.webcast_readers) as has_room:
        if not has_room:
            raise Trouble(Why.WEBCAST_FULL, status=503)
        return await stream(guest.request, house, meeting.meeting_id, track, made)


class _Stream(CaptionStream):
    """One page: it leaves when there is no webcast of the meeting any more."""

    def __init__(self, guest: Guest, track: Track, transport: asyncio.WriteTransport, *, chunked: bool) -> None:
        super().__init__(track, transport, chunked=chunked)
        self._guest = guest

    async def may_stay(self) -> bool:
        """See `CaptionStream.may_stay`."""
        try:
            await meeting_watched(self._guest)
        except Trouble:
            return False
        return True


async def subtitles(guest: Guest) -> web.StreamResponse:
    """The playlist of a language's captions, or a piece of them."""
    house, request = guest.house, guest.request
    meeting, name = await meeting_watched(guest), request.match_info["name"]
    language = _language(request.match_info["language"])
    begun = house.streams.begun(meeting.meeting_id)
    if begun is None or not is_webcast(meeting):
        raise Trouble(Why.NO_WEBCAST, status=404)
    run = Run(*begun)
    source = await house.captions.track(meeting.meeting_id, language)
    if name == "playlist.m3u8":
        asked = asked_for(request)
        if asked is not None:
            await wait(guest, CLOCK, (asked[0], PARTS - 1))
        return answered(playlist(run, _last(guest)).encode(), "m3u8", SHORT if asked is None else BLOCKED)
    found = _PIECE.fullmatch(name)
    if found is None or not _last(guest) - KEPT - LATE < int(found[1]) <= _last(guest):
        raise Trouble(Why.NOT_FOUND, status=404)
    roll = house.public_captions.roll(meeting.meeting_id, language, source)
    return answered(segment(roll, run, int(found[1])).encode(), "vtt", FOREVER)


def _last(guest: Guest) -> int:
    """The last segment whose time is over. Raises `Trouble(NOT_FOUND)` where there is none yet."""
    newest = guest.house.streams.newest(guest.request.match_info["meeting_id"], CLOCK)
    if newest is None:
        raise Trouble(Why.NOT_FOUND, status=404)
    return newest[0] if newest[1] == PARTS - 1 else newest[0] - 1


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise Trouble(Why.NOT_FOUND, status=404)
    return code


# A proxy packs what is not under `live/` (docker/Caddyfile), and a stream that is packed is held up.
ROUTES = (
    PublicRoute("GET", "/watch/{meeting_id}/live/captions", follow),
    PublicRoute("GET", "/hls/{meeting_id}/captions/{language}/{name}", subtitles),
)

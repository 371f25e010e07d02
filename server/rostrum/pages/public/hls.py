"""The webcast's files for any number of people: low-latency HLS, made so that caches may answer for us.

A playlist that is asked for with `_HLS_msn` and `_HLS_part` is answered once it names that part, as is the part that a
playlist hints at (RFC 8216 bis, section 6.2.5.2). Any page may play it: nothing in it is for anybody in particular.
"""

import asyncio
import re

from aiohttp import web

from rostrum.assembly.interpretation import FLOOR, WORKING_LANGUAGES
from rostrum.assembly.program import is_webcast
from rostrum.assembly.refusal import Why
from rostrum.live.streams import Position
from rostrum.pages.public.watch import meeting_watched
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble

RENDITIONS = frozenset({"video", FLOOR, *WORKING_LANGUAGES})
WAIT_S = 4.0
AHEAD_MAX = 2
"""How many segments ahead of the newest a playlist may be asked for."""
SHORT, BLOCKED, FOREVER = "public, max-age=1", "public, max-age=12", "public, max-age=3600, immutable"
_PART = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?\.m4s")
_TYPES = {"m3u8": "application/vnd.apple.mpegurl", "mp4": "video/mp4", "m4s": "video/iso.segment"}


async def master(guest: Guest) -> web.StreamResponse:
    """The playlist of all renditions."""
    return await _answer(guest, "", "master.m3u8", SHORT)


async def file(guest: Guest) -> web.StreamResponse:
    """A playlist, an initialisation section, a segment or a part."""
    rendition, name = guest.request.match_info["rendition"], guest.request.match_info["name"]
    if rendition not in RENDITIONS:
        raise Trouble(Why.NOT_FOUND, status=404)
    if name == "playlist.m3u8":
        blocked = await _blocked(guest, rendition)
        return await _answer(guest, rendition, name, BLOCKED if blocked else SHORT)
    found = _PART.fullmatch(name)
    if found is not None and found[2] is not None:
        await _wait(guest, rendition, (int(found[1]), int(found[2])))
    if found is None and name != "init.mp4":
        raise Trouble(Why.NOT_FOUND, status=404)
    return await _answer(guest, rendition, name, SHORT if found is None else FOREVER)


async def _blocked(guest: Guest, rendition: str) -> bool:
    """Wait for the part that the address asks for; whether it asks for one."""
    asked = guest.request.query.get("_HLS_msn", "")
    if not asked:
        return False
    part = guest.request.query.get("_HLS_part", "")
    if not asked.isdecimal() or (part and not part.isdecimal()):
        raise Trouble(Why.NOT_FOUND, status=400)
    # Without a part the whole segment is asked for: it is there when the next one has begun.
    await _wait(guest, rendition, (int(asked), int(part)) if part else (int(asked) + 1, 0))
    return True


async def _wait(guest: Guest, rendition: str, position: Position) -> None:
    meeting_id, streams = guest.request.match_info["meeting_id"], guest.house.streams
    newest = streams.newest(meeting_id, rendition)
    if newest is None:
        raise Trouble(Why.NOT_FOUND, status=404)
    if position[0] > newest[0] + AHEAD_MAX:
        raise Trouble(Why.NOT_FOUND, status=400)
    if not await streams.until(meeting_id, rendition, position, WAIT_S):
        raise Trouble(Why.NOT_FOUND, status=503)


async def _answer(guest: Guest, rendition: str, name: str, caching: str) -> web.StreamResponse:
    meeting = await meeting_watched(guest)
    if not is_webcast(meeting):
        raise Trouble(Why.NO_WEBCAST, status=404)
    path = guest.house.streams.folder(meeting.meeting_id) / rendition / name
    try:
        data = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        raise Trouble(Why.NOT_FOUND, status=404) from None
    headers = {
        "Cache-Control": caching,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return web.Response(body=data, content_type=_TYPES[name.rpartition(".")[2]], headers=headers)


ROUTES = (
    PublicRoute("GET", "/hls/{meeting_id}/master.m3u8", master),
    PublicRoute("GET", "/hls/{meeting_id}/{rendition}/{name}", file),
)

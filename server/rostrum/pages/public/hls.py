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
from rostrum.i18n import LANGUAGES
from rostrum.live.streams import Position
from rostrum.media.hls.subtitles import with_subtitles
from rostrum.pages.public.watch import meeting_watched
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble

RENDITIONS = frozenset({"video", FLOOR, *WORKING_LANGUAGES})
WAIT_S = 4.0
AHEAD_MAX = 2
"""How many segments ahead of the newest a playlist may be asked for."""
SHORT, BLOCKED, FOREVER = "public, max-age=1", "public, max-age=12", "public, max-age=3600, immutable"
_NUMBER = re.compile(r"[0-9]{1,12}")
_PART = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?\.m4s")
_TYPES = {"m3u8": "application/vnd.apple.mpegurl", "mp4": "video/mp4", "m4s": "video/iso.segment", "vtt": "text/vtt"}


async def master(guest: Guest) -> web.StreamResponse:
    """The playlist of all renditions, with the languages in which there are captions by now."""
    data = await _read(guest, "", "master.m3u8")
    there = await guest.house.public_captions.languages(guest.request.match_info["meeting_id"])
    languages = {code: name for code, name in LANGUAGES.items() if code in there}
    return answered(with_subtitles(data.decode(), languages).encode(), "m3u8", SHORT)


async def file(guest: Guest) -> web.StreamResponse:
    """A playlist, an initialisation section, a segment or a part."""
    rendition, name = guest.request.match_info["rendition"], guest.request.match_info["name"]
    if rendition not in RENDITIONS:
        raise Trouble(Why.NOT_FOUND, status=404)
    if name == "playlist.m3u8":
        asked = asked_for(guest.request)
        if asked is not None:
            # Without a part the whole segment is asked for: it is there when the next one has begun.
            await wait(guest, rendition, (asked[0] + 1, 0) if asked[1] is None else (asked[0], asked[1]))
        return answered(await _read(guest, rendition, name), "m3u8", SHORT if asked is None else BLOCKED)
    found = _PART.fullmatch(name)
    if found is not None and found[2] is not None:
        await wait(guest, rendition, (int(found[1]), int(found[2])))
    if found is None and name != "init.mp4":
        raise Trouble(Why.NOT_FOUND, status=404)
    kind = name.rpartition(".")[2]
    return answered(await _read(guest, rendition, name), kind, SHORT if found is None else FOREVER)


def asked_for(request: web.Request) -> tuple[int, int | None] | None:
    """The (segment, part) that the address asks a playlist to be kept back for; None: it asks for none."""
    asked, part = request.query.get("_HLS_msn", ""), request.query.get("_HLS_part", "")
    if not asked:
        return None
    if _NUMBER.fullmatch(asked) is None or (part and _NUMBER.fullmatch(part) is None):
        raise Trouble(Why.NOT_FOUND, status=400)
    return int(asked), int(part) if part else None


async def wait(guest: Guest, rendition: str, position: Position) -> None:
    """Wait until a part is there. Raises `Trouble(NOT_FOUND)` where there is no stream, or it does not come in time."""
    meeting_id, streams = guest.request.match_info["meeting_id"], guest.house.streams
    newest = streams.newest(meeting_id, rendition)
    if newest is None:
        raise Trouble(Why.NOT_FOUND, status=404)
    if position[0] > newest[0] + AHEAD_MAX:
        raise Trouble(Why.NOT_FOUND, status=400)
    if not await streams.until(meeting_id, rendition, position, WAIT_S):
        raise Trouble(Why.NOT_FOUND, status=503)


async def _read(guest: Guest, rendition: str, name: str) -> bytes:
    meeting = await meeting_watched(guest)
    if not is_webcast(meeting):
        raise Trouble(Why.NO_WEBCAST, status=404)
    path = guest.house.streams.folder(meeting.meeting_id) / rendition / name
    try:
        return await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        raise Trouble(Why.NOT_FOUND, status=404) from None


def answered(data: bytes, kind: str, caching: str) -> web.Response:
    """The answer with a file, by the end of its name."""
    headers = {
        "Cache-Control": caching,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    charset = "utf-8" if kind == "vtt" else None
    return web.Response(body=data, content_type=_TYPES[kind], charset=charset, headers=headers)


ROUTES = (
    PublicRoute("GET", "/hls/{meeting_id}/master.m3u8", master),
    PublicRoute("GET", "/hls/{meeting_id}/{rendition}/{name}", file),
)

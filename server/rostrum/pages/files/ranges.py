"""A file that is looked at from anywhere in it (RFC 9110, section 14): one range, or all of it."""

import asyncio
import re
from urllib.parse import quote

from aiohttp import web

from rostrum.pages.files.serving import POLICY
from rostrum.sealed_file import SealedReader

PIECE_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def range_of(header: str | None, size: int) -> tuple[int, int] | None:
    """(first byte, byte after the last) that a request asks for; None: none that can be given.

    What is no single range of bytes is taken as none asked for: then all is sent.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or not any(found.groups()):
        return 0, size
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    if int(first) >= size or (last and int(last) < int(first)):
        return None
    return int(first), min(size, int(last) + 1) if last else size


async def send_part(
    request: web.Request, reader: SealedReader, media_type: str, *, saved_as: str = ""
) -> web.StreamResponse:
    """What was asked for of a file, which is closed then. `saved_as`: it is saved under that name, not shown."""
    try:
        asked = request.headers.get("Range")
        part = range_of(asked, reader.size)
        headers = {
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": POLICY,
            "Content-Type": media_type,
            "X-Content-Type-Options": "nosniff",
        }
        if saved_as:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(saved_as, safe='')}"
        if part is None:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{reader.size}"})
        first, end = part
        if (first, end) != (0, reader.size) or (asked or "").startswith("bytes="):
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{reader.size}"
        response = web.StreamResponse(status=206 if "Content-Range" in headers else 200, headers=headers)
        response.content_length = end - first
        await response.prepare(request)
        reader.seek(first)
        while first < end:
            piece = await asyncio.to_thread(reader.read, min(PIECE_BYTES, end - first))
            await response.write(piece)
            first += len(piece)
        await response.write_eof()
        return response
    finally:
        reader.close()

"""Files going out: to nobody but those whose route has checked it, and never as something that a browser would run."""

from urllib.parse import quote

from aiohttp import web

from rostrum.house import House
from rostrum.record.files import KeptFile

POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'"
PREVIEW_TYPE = "image/png"


async def send_file(request: web.Request, house: House, kept: KeptFile) -> web.StreamResponse:
    """The file itself: pictures are shown, documents saved."""
    shown = kept.media_type.startswith("image/")
    response = web.StreamResponse(headers=_headers(kept.media_type, kept.name, inline=shown))
    response.content_length = kept.size
    await response.prepare(request)
    async for piece in house.files.read(kept):
        await response.write(piece)
    await response.write_eof()
    return response


def send_picture(data: bytes) -> web.Response:
    """A picture that was drawn from a file."""
    return web.Response(body=data, headers=_headers(PREVIEW_TYPE, "", inline=True))


def _headers(media_type: str, name: str, *, inline: bool) -> dict[str, str]:
    disposition = "inline" if inline else "attachment"
    if name:
        disposition += f"; filename*=UTF-8''{quote(name, safe='')}"
    return {
        "Content-Type": media_type,
        "Content-Disposition": disposition,
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }

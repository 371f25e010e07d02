"""Resumable uploads by the tus protocol 1.0.0, with its extensions creation, expiration, checksum and termination.

A whole upload is cleaned in the last PATCH: its answer says in words, as a problem document, what is wrong.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused
from rostrum.identity.secrets import new_id
from rostrum.pages.files.arrival import Arrival
from rostrum.pages.route import Guest, GuestHandler, PublicRoute, Route, Visit, VisitHandler
from rostrum.record.uploads import Upload
from rostrum.retention import UPLOAD_LIFE
from rostrum.uploads.intake import CHECKSUMS, Life

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
BODY = "application/offset+octet-stream"
METADATA_MAX = 2000
LENGTH_DIGITS_MAX = 18


def guest_routes(path: str, arrival: Callable[[Guest], Arrival]) -> tuple[PublicRoute, ...]:
    """The protocol's routes at a public path."""

    def handler(act: _Act) -> GuestHandler:
        async def handle(guest: Guest) -> web.StreamResponse:
            return await _answer(act, arrival(guest))

        return handle

    return tuple(PublicRoute(method, path + end, handler(act)) for method, end, act in _TABLE)


def place_routes(path: str, arrival: Callable[[Visit], Arrival], needs: frozenset[Right]) -> tuple[Route, ...]:
    """The protocol's routes under `/at/{place_id}`."""

    def handler(act: _Act) -> VisitHandler:
        async def handle(visit: Visit) -> web.StreamResponse:
            return await _answer(act, arrival(visit))

        return handle

    return tuple(Route(method, path + end, handler(act), needs) for method, end, act in _TABLE)


async def _answer(act: "_Act", arrival: Arrival) -> web.Response:
    if arrival.request.headers.get("Tus-Resumable") != VERSION and arrival.request.method != "OPTIONS":
        return web.Response(status=412, headers={"Tus-Version": VERSION})
    response = await act(arrival)
    response.headers["Tus-Resumable"] = VERSION
    return response


async def _options(arrival: Arrival) -> web.Response:
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(arrival.intake.bytes_max),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }
    return web.Response(status=204, headers=headers)


async def _create(arrival: Arrival) -> web.Response:
    await arrival.require_turn()
    length = _number(arrival.request, "Upload-Length")
    told = _metadata(arrival.request.headers.get("Upload-Metadata", ""))
    owner = await arrival.owner(told)
    upload_id, now = new_id(), arrival.house.clock()
    until = now + UPLOAD_LIFE
    await arrival.begin(upload_id, owner, told, length, Life(now, until))
    headers = {"Location": f"{arrival.request.path}/{upload_id}", "Upload-Expires": _date(until)}
    return web.Response(status=201, headers=headers)


async def _head(arrival: Arrival) -> web.Response:
    await arrival.intake.let_go(await _find(arrival))
    upload = await _find(arrival)
    return web.Response(headers={**_progress(upload, upload.offset), "Upload-Length": str(upload.length)})


async def _patch(arrival: Arrival) -> web.Response:
    request, intake = arrival.request, arrival.intake
    if request.content_type != BODY:
        return web.Response(status=415)
    offset, checksum, upload = _number(request, "Upload-Offset"), _checksum(request), await _find(arrival)
    if request.content_length is not None and offset + request.content_length > upload.length:
        raise Refused(intake.too_large)
    reached = await intake.append(upload, offset, request.content.iter_chunked(64 * 1024), checksum)
    until = arrival.house.clock() + UPLOAD_LIFE
    if reached == upload.length:
        ready = await arrival.finish(upload)
        if ready is not None:
            await arrival.keep(ready)
    elif reached > offset and until - upload.expires_at > UPLOAD_LIFE / 4:
        # A large file on a thin line comes for more than a day.
        await intake.prolong(upload, until)
        upload = replace(upload, expires_at=until)
    return web.Response(status=204, headers=_progress(upload, reached))


async def _terminate(arrival: Arrival) -> web.Response:
    await arrival.intake.end(await _find(arrival))
    return web.Response(status=204)


async def _find(arrival: Arrival) -> Upload:
    owner = await arrival.owner({})
    return await arrival.intake.find(arrival.request.match_info["upload_id"], owner, arrival.house.clock())


def _progress(upload: Upload, reached: int) -> dict[str, str]:
    return {"Upload-Offset": str(reached), "Upload-Expires": _date(upload.expires_at)}


def _date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _number(request: web.Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= LENGTH_DIGITS_MAX):
        raise web.HTTPBadRequest(text=f"{header} is not a number")
    return int(text)


def _metadata(text: str) -> dict[str, str]:
    told: dict[str, str] = {}
    for pair in text[:METADATA_MAX].split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            told[key] = base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except binascii.Error:
            continue
    return told


def _checksum(request: web.Request) -> tuple[str, bytes] | None:
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    name, _, value = text.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise web.HTTPBadRequest(text="Upload-Checksum is not base64") from error
    if name not in CHECKSUMS:
        raise web.HTTPBadRequest(text="Upload-Checksum names an algorithm that is not ours")
    return name, digest


_Act = Callable[[Arrival], Awaitable[web.Response]]
_TABLE: tuple[tuple[str, str, _Act], ...] = (
    ("OPTIONS", "", _options),
    ("POST", "", _create),
    ("HEAD", "/{upload_id}", _head),
    ("PATCH", "/{upload_id}", _patch),
    ("DELETE", "/{upload_id}", _terminate),
)

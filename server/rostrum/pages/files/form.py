"""A file in a plain form: read as it comes, refused as soon as it is too much, never open on the disk."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import BodyPartReader

from rostrum.assembly.refusal import Refused
from rostrum.identity.secrets import new_id
from rostrum.pages.files.arrival import Arrival
from rostrum.pages.route import PARTS
from rostrum.retention import UPLOAD_LIFE
from rostrum.uploads.intake import Life, Ready

AROUND_BYTES_MAX = 64 * 1024
"""What a form may hold beside its file."""
FIELD_BYTES_MAX = 400


@dataclass(frozen=True)
class Whole:
    """The file came, and was handed on as it is."""


async def receive(arrival: Arrival) -> tuple[Ready | Whole | None, dict[str, str]]:
    """The file of a form, kept or handed on whole, and the fields that stood before it; None where none was chosen.

    Raises `Refused` with what is wrong with the file, `Trouble` where there were too many.
    """
    await arrival.require_turn()
    declared = arrival.request.content_length
    if declared is not None and declared > arrival.intake.bytes_max + AROUND_BYTES_MAX:
        raise Refused(arrival.intake.too_large)
    parts = arrival.request.get(PARTS)
    if parts is None and arrival.request.content_type == "multipart/form-data":
        # The token came in a header.
        parts = await arrival.request.multipart()
    fields: dict[str, str] = {}
    while parts is not None and len(fields) < 10:
        part = await parts.next()
        if not isinstance(part, BodyPartReader):
            break
        if part.name == "file":
            return await _take(arrival, fields, part), fields
        fields[str(part.name)] = (await part.read_chunk(FIELD_BYTES_MAX)).decode("utf-8", "replace")
    return None, fields


async def _take(arrival: Arrival, fields: dict[str, str], part: BodyPartReader) -> Ready | Whole | None:
    house, intake, handed_on = arrival.house, arrival.intake, False
    owner, upload_id, now = await arrival.owner(fields), new_id(), house.clock()
    named = {**fields, "filename": part.filename or ""}
    await arrival.begin(upload_id, owner, named, intake.bytes_max, Life(now, now + UPLOAD_LIFE))
    upload = await intake.find(upload_id, owner, now)
    try:
        if not await intake.append(upload, 0, _chunks(part)):
            return None
        ready = await arrival.finish(upload)
        handed_on = ready is None
        if ready is not None:
            await arrival.keep(ready)
        return ready or Whole()
    finally:
        if not handed_on:
            await intake.end(upload)


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(64 * 1024):
        yield bytes(piece)

"""VP8 in RTP (RFC 7741): the payload descriptor read, renumbered and made."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from rostrum.media.wire.rtp import Malformed

MAX_PAYLOAD = 1150
"""Bytes of a VP8 frame in a packet that we make: leaves room for headers, SRTP's tag and a relay's header."""

_SHORT = struct.Struct("!H")


@dataclass(slots=True, frozen=True)
class Descriptor:
    """What the descriptor says; offsets count from the payload's start, -1 where the field is absent."""

    length: int
    starts_frame: bool
    keyframe: bool
    picture_id: int
    picture_id_at: int
    picture_id_bits: int
    tl0_index: int
    tl0_at: int
    temporal_layer: int
    layer_sync: bool


def parse(payload: bytes) -> Descriptor:
    """Parse the descriptor of one packet and whether a keyframe starts in it. Raises `Malformed`.

    `keyframe` is told from the payload header's inverse bit, which only the first packet of a frame carries.
    """
    try:
        return _parse(payload)
    except IndexError:
        raise Malformed("VP8 descriptor cut off") from None


def _parse(payload: bytes) -> Descriptor:
    first = payload[0]
    at = 1
    picture_id = picture_id_at = tl0_index = tl0_at = -1
    bits = temporal_layer = 0
    layer_sync = False
    if first & 0x80:
        flags = payload[1]
        at = 2
        if flags & 0x80:
            picture_id_at = at
            if payload[at] & 0x80:
                picture_id, bits = (payload[at] & 0x7F) << 8 | payload[at + 1], 15
                at += 2
            else:
                picture_id, bits = payload[at], 7
                at += 1
        if flags & 0x40:
            tl0_at, tl0_index = at, payload[at]
            at += 1
        if flags & 0x30:
            if flags & 0x20:
                temporal_layer, layer_sync = payload[at] >> 6, bool(payload[at] & 0x20)
            at += 1
    starts = bool(first & 0x10) and first & 0x07 == 0
    keyframe = starts and payload[at] & 0x01 == 0
    return Descriptor(
        at, starts, keyframe, picture_id, picture_id_at, bits, tl0_index, tl0_at, temporal_layer, layer_sync
    )


def renumber(payload: bytes, descriptor: Descriptor, picture_id: int, tl0_index: int) -> bytes:
    """The payload with another picture id and TL0PICIDX (each taken modulo its width) where it has them."""
    patched = bytearray(payload)
    if descriptor.picture_id_at >= 0:
        if descriptor.picture_id_bits == 15:
            _SHORT.pack_into(patched, descriptor.picture_id_at, 0x8000 | picture_id & 0x7FFF)
        else:
            patched[descriptor.picture_id_at] = picture_id & 0x7F
    if descriptor.tl0_at >= 0:
        patched[descriptor.tl0_at] = tl0_index & 0xFF
    return bytes(patched)


def packetise(frame: bytes, picture_id: int) -> Iterator[tuple[bytes, bool]]:
    """Cut an encoded frame into payloads with a 15-bit picture id; yields (payload, is the last of the frame)."""
    count = max(1, -(-len(frame) // MAX_PAYLOAD))
    size = -(-len(frame) // count)
    for index in range(count):
        descriptor = bytes([0x90 if index == 0 else 0x80, 0x80]) + _SHORT.pack(0x8000 | picture_id & 0x7FFF)
        yield descriptor + frame[index * size : (index + 1) * size], index == count - 1

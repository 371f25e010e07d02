"""Redundant audio data (RFC 2198): a packet that brings the frame before it along, for lines that lose packets."""

from collections.abc import Sequence
from dataclasses import dataclass

from rostrum.media.wire.rtp import Malformed

OFFSET_LIMIT = (1 << 14) - 1
"""Ticks: how far back a redundant frame may lie; after a longer silence there is none to bring."""
LENGTH_LIMIT = (1 << 10) - 1
_HEADER_BYTES = 4


@dataclass(frozen=True, slots=True)
class Block:
    """One frame of a payload. `behind` in ticks of the stream's clock before the packet's timestamp."""

    behind: int
    payload_type: int
    data: bytes


def parse(payload: bytes) -> list[Block]:
    """The frames of a payload, the oldest first and the packet's own last. Raises `Malformed`."""
    heads: list[tuple[int, int, int]] = []
    at = 0
    while at < len(payload) and payload[at] & 0x80:
        if at + _HEADER_BYTES > len(payload):
            raise Malformed("RED header cut off")
        word = int.from_bytes(payload[at : at + _HEADER_BYTES], "big")
        heads.append((word >> 24 & 0x7F, word >> 10 & OFFSET_LIMIT, word & LENGTH_LIMIT))
        at += _HEADER_BYTES
    if at >= len(payload):
        raise Malformed("RED without a primary frame")
    primary_type = payload[at]
    at += 1
    blocks = []
    for payload_type, behind, length in heads:
        if at + length > len(payload):
            raise Malformed("RED frame cut off")
        blocks.append(Block(behind, payload_type, payload[at : at + length]))
        at += length
    return [*blocks, Block(0, primary_type, payload[at:])]


def build(payload_type: int, primary: bytes, earlier: Sequence[tuple[int, bytes]] = ()) -> bytes:
    """A payload of one codec's frames. `earlier`: (ticks behind, frame), the oldest first; those that RED cannot
    carry (too far back, too long, empty) are left out."""
    fitting = [one for one in earlier if 0 < one[0] <= OFFSET_LIMIT and 0 < len(one[1]) <= LENGTH_LIMIT]
    heads = b"".join(
        (0x80000000 | payload_type << 24 | behind << 10 | len(frame)).to_bytes(4, "big") for behind, frame in fitting
    )
    return heads + bytes([payload_type]) + b"".join(frame for _, frame in fitting) + primary

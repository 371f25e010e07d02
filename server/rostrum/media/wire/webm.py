"""WebM (RFC 9559) of one track, written forward only: what is on the disk can be played however the writing ended."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from rostrum.media.wire.frames import Frame
from rostrum.media.wire.rtp import Malformed

SPAN_MS_MAX = 30_000
"""The most that one cluster spans: times in it count from its own in 16 bits."""
_UNKNOWN = b"\x01" + b"\xff" * 7
"""The size of what ends with the file."""
_OPUS_DELAY_NS = 80_000_000
_START_CODE = b"\x9d\x01\x2a"


@dataclass(frozen=True, slots=True)
class Timed:
    """A frame at a time of the file, in ms."""

    at_ms: int
    frame: Frame


def picture_size(keyframe: bytes) -> tuple[int, int]:
    """Width and height of a VP8 keyframe (RFC 6386 section 9.1). Raises `Malformed`."""
    if len(keyframe) < 10 or keyframe[0] & 1 or keyframe[3:6] != _START_CODE:
        raise Malformed("not a keyframe")
    width, height = struct.unpack_from("<HH", keyframe, 6)
    return width & 0x3FFF, height & 0x3FFF


def picture_head(size: tuple[int, int]) -> bytes:
    """How a file of VP8 begins."""
    video = _element(0xE0, _number(0xB0, size[0]) + _number(0xBA, size[1]))
    return _head(_number(0x83, 1) + _text(0x86, "V_VP8") + video)


def sound_head() -> bytes:
    """How a file of Opus begins: 48 kHz, two channels, whatever each packet holds (RFC 7845)."""
    private = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48_000, 0, 0)
    audio = _element(0xE1, _element(0xB5, struct.pack("!d", 48_000.0)) + _number(0x9F, 2))
    rest = _element(0x63A2, private) + _number(0x56AA, 0) + _number(0x56BB, _OPUS_DELAY_NS) + audio
    return _head(_number(0x83, 2) + _text(0x86, "A_OPUS") + rest)


def _head(track: bytes) -> bytes:
    doctype = _number(0x4286, 1) + _number(0x42F7, 1) + _number(0x42F2, 4) + _number(0x42F3, 8)
    ebml = _element(0x1A45DFA3, doctype + _text(0x4282, "webm") + _number(0x4287, 4) + _number(0x4285, 2))
    info = _element(0x1549A966, _number(0x2AD7B1, 1_000_000) + _text(0x4D80, "Rostrum") + _text(0x5741, "Rostrum"))
    entry = _element(0xAE, _number(0xD7, 1) + _number(0x73C5, 1) + _number(0x9C, 0) + track)
    return ebml + _identifier(0x18538067) + _UNKNOWN + info + _element(0x1654AE6B, entry)


def cluster(frames: Sequence[Timed]) -> bytes:
    """Frames of a file's one track, in order; they may span `SPAN_MS_MAX`."""
    begins = frames[0].at_ms
    blocks = (
        _element(0xA3, b"\x81" + struct.pack("!hB", one.at_ms - begins, 0x80 * one.frame.keyframe) + one.frame.data)
        for one in frames
    )
    return _element(0x1F43B675, _number(0xE7, begins) + b"".join(blocks))


def _identifier(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _element(identifier: int, content: bytes) -> bytes:
    return _identifier(identifier) + (1 << 56 | len(content)).to_bytes(8, "big") + content


def _number(identifier: int, value: int) -> bytes:
    return _element(identifier, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _text(identifier: int, value: str) -> bytes:
    return _element(identifier, value.encode())

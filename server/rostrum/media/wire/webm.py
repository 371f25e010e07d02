"""WebM (RFC 9559) of one track, written forward only: what is on the disk can be played however the writing ended."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from rostrum.media.wire import ebml
from rostrum.media.wire.frames import Frame
from rostrum.media.wire.rtp import Malformed

SPAN_MS_MAX = 30_000
"""The most that one cluster spans: times in it count from its own in 16 bits."""
EBML, SEGMENT, INFO, TRACKS, TRACK, CODEC = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x86
CLUSTER, CLUSTER_TIME, BLOCK = 0x1F43B675, 0xE7, 0xA3
VP8, H264, OPUS = "V_VP8", "V_MPEG4/ISO/AVC", "A_OPUS"
"""Codecs. H.264 is no codec of WebM: only files that are made into VP8 before anybody is given them hold it, as byte
streams."""
BLOCK_HEAD = struct.Struct("!BhB")
"""Before what is in a block: its track's number (as a size of one byte), ms after its cluster, flags."""
FIRST = 0x81
"""Of a block: the first track."""
KEYFRAME, LACING = 0x80, 0x06
"""Flags of a block: its frame can be begun with; it holds several."""
_SCALE_NS = 1_000_000
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
    return _head(picture_track(1, size))


def h264_head() -> bytes:
    """How a file of H.264 begins. What size its pictures have is in them."""
    return _head(_track(1, ebml.number(0x83, 1) + ebml.text(CODEC, H264)))


def sound_head() -> bytes:
    """How a file of Opus begins."""
    return _head(sound_track(1))


def picture_track(number: int, size: tuple[int, int]) -> bytes:
    """What is said of a track of VP8."""
    video = ebml.element(0xE0, ebml.number(0xB0, size[0]) + ebml.number(0xBA, size[1]))
    return _track(number, ebml.number(0x83, 1) + ebml.text(CODEC, VP8) + video)


def sound_track(number: int, language: str = "und") -> bytes:
    """What is said of a track of Opus: 48 kHz, two channels, whatever each packet holds (RFC 7845).

    `language`: a code of BCP 47.
    """
    private = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48_000, 0, 0)
    audio = ebml.element(0xE1, ebml.element(0xB5, struct.pack("!d", 48_000.0)) + ebml.number(0x9F, 2))
    rest = ebml.element(0x63A2, private) + ebml.number(0x56AA, 0) + ebml.number(0x56BB, _OPUS_DELAY_NS) + audio
    spoken = ebml.text(0x22B59C, "und") + ebml.text(0x22B59D, language)
    return _track(number, ebml.number(0x83, 2) + ebml.text(CODEC, OPUS) + spoken + rest)


def _track(number: int, rest: bytes) -> bytes:
    return ebml.element(TRACK, ebml.number(0xD7, number) + ebml.number(0x73C5, number) + ebml.number(0x9C, 0) + rest)


def file_head() -> bytes:
    """What stands before the segment."""
    versions = ebml.number(0x4286, 1) + ebml.number(0x42F7, 1) + ebml.number(0x42F2, 4) + ebml.number(0x42F3, 8)
    return ebml.element(EBML, versions + ebml.text(0x4282, "webm") + ebml.number(0x4287, 4) + ebml.number(0x4285, 2))


def info(more: bytes = b"") -> bytes:
    """Who wrote it, and that its times are ms."""
    return ebml.element(
        INFO, ebml.number(0x2AD7B1, _SCALE_NS) + ebml.text(0x4D80, "Rostrum") + ebml.text(0x5741, "Rostrum") + more
    )


def _head(track: bytes) -> bytes:
    segment = ebml.identifier_bytes(SEGMENT) + ebml.UNKNOWN
    return file_head() + segment + info() + ebml.element(TRACKS, track)


def cluster(frames: Sequence[Timed]) -> bytes:
    """Frames of a file's one track, in order; they may span `SPAN_MS_MAX`."""
    begins = frames[0].at_ms
    blocks = (block(1, one.at_ms - begins, one.frame.data, keyframe=one.frame.keyframe) for one in frames)
    return ebml.element(CLUSTER, ebml.number(CLUSTER_TIME, begins) + b"".join(blocks))


def block(track: int, after_ms: int, data: bytes, *, keyframe: bool) -> bytes:
    """A frame of a track, so long after its cluster's time."""
    return (
        ebml.head(BLOCK, BLOCK_HEAD.size + len(data))
        + BLOCK_HEAD.pack(0x80 | track, after_ms, KEYFRAME * keyframe)
        + data
    )


def block_bytes(length: int) -> int:
    """What a frame of so many bytes comes to."""
    content = BLOCK_HEAD.size + length
    return 1 + ebml.size_width(content) + content

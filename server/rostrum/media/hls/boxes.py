"""Fragmented MP4 (ISO/IEC 14496-12, CMAF) of one track, written by hand: Opus as it came, and H.264."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from rostrum.media.wire.opus import OPUS_RATE

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SYNC, _NOT_SYNC = 0x02000000, 0x01010000
"""Flags of a sample that a decoder can begin with, and of one that it cannot."""
_TRUN = 0x000001 | 0x000100 | 0x000200 | 0x000400
_PRE_SKIP = 312


@dataclass(frozen=True)
class Sample:
    """One frame. `duration` in units of the track's timescale."""

    data: bytes
    duration: int
    begins: bool = True
    """Whether a decoder can begin with it."""


def _box(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I4s", 8 + len(data), kind) + data


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def opus_entry() -> bytes:
    """The sample entry of stereo Opus (Encapsulation of Opus in ISO base media)."""
    head = bytes(6) + struct.pack(">H8xHHIHI", 1, 2, 16, 0, 0, 0)[: 2 + 8 + 8]
    specific = _box(b"dOps", struct.pack(">BBHIhB", 0, 2, _PRE_SKIP, OPUS_RATE, 0, 0))
    return _box(b"Opus", head, struct.pack(">I", OPUS_RATE << 16), specific)


def avc_entry(sps: bytes, pps: bytes, width: int, height: int) -> bytes:
    """The sample entry of H.264 with these parameter sets (ISO/IEC 14496-15)."""
    record = b"\x01" + sps[1:4] + b"\xff\xe1" + struct.pack(">H", len(sps)) + sps
    record += b"\x01" + struct.pack(">H", len(pps)) + pps
    head = bytes(6) + struct.pack(">H16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 24, -1)
    return _box(b"avc1", head, _box(b"avcC", record))


def init(entry: bytes, timescale: int, width: int = 0, height: int = 0) -> bytes:
    """The initialisation section of a track with this sample entry; a picture has a size."""
    picture = width > 0
    header = _full(
        b"tkhd", 0, 7, struct.pack(">IIIII8xHHHH", 0, 0, 1, 0, 0, 0, 0, 0 if picture else 0x100, 0),
        _MATRIX, struct.pack(">II", width << 16, height << 16),
    )  # fmt: skip
    media = _box(
        b"mdia",
        _full(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, timescale, 0, 0x55C4, 0)),
        _full(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"vide" if picture else b"soun"), b"\0"),
        _box(
            b"minf",
            _full(b"vmhd", 0, 1, bytes(8)) if picture else _full(b"smhd", 0, 0, bytes(4)),
            _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1))),
            _box(
                b"stbl",
                _full(b"stsd", 0, 0, struct.pack(">I", 1), entry),
                *(_full(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc")),
                _full(b"stsz", 0, 0, bytes(8)),
                _full(b"stco", 0, 0, bytes(4)),
            ),
        ),
    )
    movie = _full(
        b"mvhd", 0, 0, struct.pack(">IIIIIH10x", 0, 0, timescale, 0, 0x10000, 0x100), _MATRIX, bytes(24),
        struct.pack(">I", 2),
    )  # fmt: skip
    extends = _box(b"mvex", _full(b"trex", 0, 0, struct.pack(">IIIII", 1, 1, 0, 0, 0)))
    brands = _box(b"ftyp", b"iso6", bytes(4), b"iso6cmfcmp41")
    return brands + _box(b"moov", movie, _box(b"trak", header, media), extends)


def fragment(number: int, begins_at: int, samples: Sequence[Sample]) -> bytes:
    """A fragment of these samples, which begins at a time in units of the timescale."""
    rows = b"".join(
        struct.pack(">III", one.duration, len(one.data), _SYNC if one.begins else _NOT_SYNC) for one in samples
    )

    def head(offset: int) -> bytes:
        track = _box(
            b"traf",
            _full(b"tfhd", 0, 0x020000, struct.pack(">I", 1)),
            _full(b"tfdt", 1, 0, struct.pack(">Q", begins_at)),
            _full(b"trun", 0, _TRUN, struct.pack(">Ii", len(samples), offset), rows),
        )
        return _box(b"moof", _full(b"mfhd", 0, 0, struct.pack(">I", number)), track)

    return head(len(head(0)) + 8) + _box(b"mdat", *(one.data for one in samples))

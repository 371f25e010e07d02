"""Video statements in many shapes, made by ffmpeg, whose pictures carry their numbers (`fake_media`)."""

import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import av

from rostrum.media.clip import Frame
from tests.support.fake_media import BLOCKS, STRIP_HEIGHT, bits

WIDTH, HEIGHT, FPS = 640, 360, 20
NUMBER = 9


def _picture(path: Path, frames: int) -> None:
    block = WIDTH // BLOCKS
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in range(frames):
            strip = b"".join(bytes([235 if bit else 16]) * block for bit in bits(NUMBER, frame))
            grey = bytes([110]) * (WIDTH * (HEIGHT - STRIP_HEIGHT)) + bytes([128]) * (WIDTH * HEIGHT // 2)
            file.write(b"FRAME\n" + strip * STRIP_HEIGHT + grey)


def ffmpeg(*arguments: str) -> None:
    """Run it; its words are shown where it fails."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True)


def made(path: Path, seconds: float, *coded: str, sound: str = "sine=300:sample_rate=48000", channels: int = 1) -> Path:
    """A statement of so many seconds, coded as ffmpeg is told; `sound` is one of its sources, "" for none."""
    raw = path.with_suffix(".y4m")
    _picture(raw, round(seconds * FPS))
    heard = ["-f", "lavfi", "-t", str(seconds), "-i", sound, "-ac", str(channels)] if sound else []
    picture = ["-c:v", "libx264", "-preset", "ultrafast"] if "-c:v" not in coded else []
    ffmpeg("-i", str(raw), *heard, *picture, *coded, str(path))
    raw.unlink()
    return path


def number_of(frame: av.VideoFrame, source: int = NUMBER) -> int | None:
    """The number that a picture carries; None: none, or another source's."""
    plane = frame.planes[0]
    row = bytes(plane)[plane.line_size * (frame.height * STRIP_HEIGHT // HEIGHT // 2) :][: frame.width]
    step = frame.width / BLOCKS
    found = [int(row[int((index + 0.5) * step)] > 125) for index in range(BLOCKS)]
    number = sum(bit << (9 - index) for index, bit in enumerate(found[6:]))
    return number if found == bits(source, number) else None


def numbers(frames: Iterator[Frame], kind: str) -> list[int | None]:
    """The numbers that the pictures of one layer of a clip carry, decoded."""
    decoder = av.CodecContext.create("vp8", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    return [
        number_of(picture)
        for frame in frames
        if frame.kind == kind
        for picture in decoder.decode(av.Packet(frame.data))
    ]


def with_reference(data: bytes, url: str, *, alias: bool = False) -> bytes:
    """An MP4 (its index at the end) whose pictures and sounds are said to lie elsewhere: at an address, or an alias
    as QuickTime writes it, which is the one that FFmpeg can follow."""
    body = _alias(url.encode()) if alias else url.encode() + b"\0"
    return b"".join(_referring(data, b"alis" if alias else b"url ", body))


def _alias(path: bytes) -> bytes:
    name = path.rpartition(b"/")[2][:63]
    head = bytes(10) + bytes([1]) + b"v".ljust(27, b"\0") + bytes(12)
    named = bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16) + struct.pack(">HH", 1, 1) + bytes(16)
    padded = path + b"\0" * (len(path) % 2)
    return head + named + struct.pack(">HH", 2, len(path)) + padded + struct.pack(">HH", 0xFFFF, 0)


def _referring(data: bytes, reference: bytes, url: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + size]
        if kind in {b"moov", b"trak", b"mdia", b"minf", b"dinf"}:
            body = b"".join(_referring(body, reference, url))
        elif kind == b"dref":
            body = struct.pack(">II", 0, 1) + struct.pack(">I4sI", 12 + len(url), reference, 0) + url
        yield struct.pack(">I4s", 8 + len(body), kind) + body
        at += size

"""Clips: encoded frames with their times, in one file, to be played into an engine without encoding again.

One that is played over and over (`Clip`) is a JSON line {"loop_ms", "frames"} followed by the frames, each with a fixed
header. It is made once (`playout.py`) and read whole; some megabytes at most. A recorded statement is frames alone, in
any number, and a mark at its end (`packed`, `frames`): it is written and read as it goes.
"""

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_FRAME = struct.Struct("!BIQ")
_CODES = {"video": 0, "audio": 1, "video/1": 2, "video/2": 3}
_KINDS = {code: kind for kind, code in _CODES.items()}
_END = _FRAME.pack(255, 0, 0)
_FRAME_BYTES_MAX = 8 * 1024 * 1024
_FORMAT = 1


class BrokenClip(ValueError):
    """The file is not a clip of this format."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One encoded frame. `kind`: "audio", or a layer of the picture: "video" (the smallest), "video/1", "video/2".

    `timestamp` in its codec's clock (VP8: 90 kHz, Opus: 48 kHz) from the clip's start.
    """

    kind: str
    timestamp: int
    data: bytes

    @property
    def at_s(self) -> float:
        """When it is due, from the clip's start."""
        return self.timestamp / (48_000 if self.kind == "audio" else 90_000)

    @property
    def opens(self) -> bool:
        """Whether a decoder can begin here: a VP8 keyframe says so in its first bit."""
        return self.kind == "audio" or not self.data[0] & 1


def packed(frame: Frame | None) -> bytes:
    """A frame as it lies in a file; None: the mark at the end of one that is read as it goes."""
    if frame is None:
        return _END
    return _FRAME.pack(_CODES[frame.kind], len(frame.data), frame.timestamp) + frame.data


def frames(read: Callable[[int], bytes]) -> Iterator[Frame]:
    """The frames of a file that is read as it goes. Raises `BrokenClip`, and what `read` raises."""
    while True:
        head = read(_FRAME.size)
        if head == _END:
            return
        if len(head) < _FRAME.size:
            raise BrokenClip("cut off")
        code, length, timestamp = _FRAME.unpack(head)
        if code not in _KINDS or not 0 < length <= _FRAME_BYTES_MAX:
            raise BrokenClip("no frame")
        data = read(length)
        if len(data) < length:
            raise BrokenClip("cut off")
        yield Frame(_KINDS[code], timestamp, data)


@dataclass(frozen=True)
class Clip:
    """Frames in the order in which they are due, and the length after which they begin again."""

    loop_ms: int
    frames: tuple[Frame, ...]

    def write(self, path: Path) -> None:
        """Write the file whole: another process sees either nothing or all of it."""
        parts = [json.dumps({"format": _FORMAT, "loop_ms": self.loop_ms, "frames": len(self.frames)}).encode() + b"\n"]
        parts += [packed(frame) for frame in self.frames]
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(b"".join(parts))
        unfinished.replace(path)

    @classmethod
    def read(cls, path: Path) -> "Clip":
        """Read a file. Raises `BrokenClip`, or OSError where it is not there."""
        data = path.read_bytes()
        line, newline, _ = data.partition(b"\n")
        try:
            head = json.loads(line)
            if not newline or head["format"] != _FORMAT:
                raise BrokenClip("another format")
            found = []
            at = len(line) + 1
            for _ in range(head["frames"]):
                code, length, timestamp = _FRAME.unpack_from(data, at)
                at += _FRAME.size
                found.append(Frame(_KINDS[code], timestamp, data[at : at + length]))
                at += length
            if at != len(data):
                raise BrokenClip("cut off")
            return cls(int(head["loop_ms"]), tuple(found))
        except (KeyError, TypeError, struct.error, json.JSONDecodeError) as error:
            raise BrokenClip(str(error)) from None

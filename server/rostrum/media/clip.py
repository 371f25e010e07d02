"""A clip: encoded frames with their times, in one file, to be played into an engine without encoding again.

The file is one JSON line {"loop_ms", "video", "audio"} followed by the frames, each with a fixed header. A clip is made
once (`playout.py`) and read whole; some megabytes at most.
"""

import json
import struct
from dataclasses import dataclass
from pathlib import Path

_FRAME = struct.Struct("!BIQ")
_VIDEO, _AUDIO = 0, 1
_FORMAT = 1


class BrokenClip(ValueError):
    """The file is not a clip of this format."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One encoded frame. `timestamp` in its codec's clock (VP8: 90 kHz, Opus: 48 kHz) from the clip's start."""

    kind: str
    timestamp: int
    data: bytes

    @property
    def at_s(self) -> float:
        """When it is due, from the clip's start."""
        return self.timestamp / (90_000 if self.kind == "video" else 48_000)


@dataclass(frozen=True)
class Clip:
    """Frames in the order in which they are due, and the length after which they begin again."""

    loop_ms: int
    frames: tuple[Frame, ...]

    def write(self, path: Path) -> None:
        """Write the file whole: another process sees either nothing or all of it."""
        parts = [json.dumps({"format": _FORMAT, "loop_ms": self.loop_ms, "frames": len(self.frames)}).encode() + b"\n"]
        for frame in self.frames:
            code = _VIDEO if frame.kind == "video" else _AUDIO
            parts += [_FRAME.pack(code, len(frame.data), frame.timestamp), frame.data]
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
            frames = []
            at = len(line) + 1
            for _ in range(head["frames"]):
                code, length, timestamp = _FRAME.unpack_from(data, at)
                at += _FRAME.size
                frames.append(Frame("video" if code == _VIDEO else "audio", timestamp, data[at : at + length]))
                at += length
            if at != len(data):
                raise BrokenClip("cut off")
            return cls(int(head["loop_ms"]), tuple(frames))
        except (KeyError, TypeError, struct.error, json.JSONDecodeError) as error:
            raise BrokenClip(str(error)) from None

"""Where in a track's file each frame lies, and when it is due: compact, since a meeting has a million of them.

The files are those that `media/wire/webm.py` writes. What they hold came from the network: nothing is believed of it.
One that breaks off holds what is whole in it; frames that no decoder could begin with, or go on with, are left out.
"""

from array import array
from typing import Protocol

from rostrum.media.programme.job import NotMade
from rostrum.media.wire import ebml, webm
from rostrum.media.wire.opus import PACKET_SAMPLES_MAX, STEREO, opus_duration
from rostrum.media.wire.rtp import Malformed

AT_MS_MAX = 7 * 24 * 3600 * 1000
FRAME_BYTES_MAX = 8 * 1024 * 1024
_WINDOW_BYTES = 256 * 1024
_SIDE_BITS = 16
_ENTERED = frozenset({webm.SEGMENT, webm.TRACKS, webm.TRACK, webm.CLUSTER})
_PEEK_BYTES = 16
"""What is looked at of a frame: a VP8 keyframe's size lies in its first ten bytes."""


class File(Protocol):
    """Something that can be read from anywhere in it."""

    def read(self, size: int = -1, /) -> bytes:
        """So many bytes, fewer only at the end."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go on from there; where that is."""


class Track:
    """The frames of one file, by their number: `at_ms` (each later than the one before), `start` and `length` in bytes.

    `about`: of a picture of VP8 its size where it is a keyframe (`size_of`), else 0; of a sound its length in samples,
    and `STEREO` beside it: lengths are multiples of 120.
    """

    def __init__(self) -> None:
        self.at_ms, self.start, self.length, self.about = array("I"), array("Q"), array("I"), array("I")

    def add(self, at_ms: int, start: int, length: int, about: int) -> None:
        """The next frame; one that is not later than the one before is taken to be just later."""
        self.at_ms.append(max(at_ms, self.at_ms[-1] + 1 if self.at_ms else 0))
        self.start.append(start)
        self.length.append(length)
        self.about.append(about)


def size_of(about: int) -> tuple[int, int]:
    """Width and height of a keyframe."""
    return about >> _SIDE_BITS, about & (1 << _SIDE_BITS) - 1


class _Window:
    """A file read on and on, of which a few bytes are looked at in many places."""

    def __init__(self, file: File) -> None:
        self._file = file
        self.size = file.seek(0, 2)
        self._from, self._data = 0, b""

    def at(self, position: int, length: int) -> bytes:
        """So many bytes, fewer at the end of the file."""
        inside = position - self._from
        if inside < 0 or inside + length > len(self._data):
            self._file.seek(position)
            self._from, self._data, inside = position, self._file.read(_WINDOW_BYTES), 0
        return self._data[inside : inside + length]


def index(file: File, codec: str) -> Track:
    """Where the frames of a codec (`webm.VP8`, `H264`, `OPUS`) lie. Raises `NotMade`, and what reading raises."""
    try:
        return _Indexed(_Window(file), codec).track
    except Malformed as error:
        raise NotMade(f"not a track of ours: {error}") from error


class _Indexed:
    def __init__(self, window: _Window, codec: str) -> None:
        self.track = Track()
        self._window, self._codec = window, codec
        self._is_ours = False
        self._cluster_ms = 0
        self._needs_keyframe = True
        position = 0
        while (head := ebml.read_head(window.at(position, ebml.HEAD_BYTES_MAX))) is not None:
            identifier, length, head_bytes = head
            if position == 0 and identifier != webm.EBML:
                raise Malformed("not EBML")
            position += head_bytes
            if identifier in _ENTERED:
                continue
            if length is None:
                raise Malformed("an element without an end")
            if position + length > window.size:
                break
            self._element(identifier, position, length)
            position += length

    def _element(self, identifier: int, position: int, length: int) -> None:
        if identifier == webm.BLOCK:
            self._block(position, length)
        elif identifier == webm.CLUSTER_TIME:
            if length > 8:
                raise Malformed("a number that is too long")
            self._cluster_ms = int.from_bytes(self._window.at(position, length), "big")
            if self._cluster_ms > AT_MS_MAX:
                raise Malformed("a time that cannot be")
        elif identifier == webm.CODEC:
            self._is_ours = self._window.at(position, min(length, _PEEK_BYTES)) == self._codec.encode()

    def _block(self, position: int, length: int) -> None:
        head_bytes = webm.BLOCK_HEAD.size
        if not self._is_ours:
            raise Malformed("frames of another codec")
        if length < head_bytes:
            raise Malformed("a block without a head")
        data = self._window.at(position, min(length, head_bytes + _PEEK_BYTES))
        number, after_ms, flags = webm.BLOCK_HEAD.unpack_from(data)
        if number != webm.FIRST or flags & webm.LACING:
            raise Malformed("a block of another kind")
        if length - head_bytes > FRAME_BYTES_MAX:
            raise Malformed("a frame that is too large")
        about = self._about(data[head_bytes:])
        if about is not None:
            at_ms = max(0, self._cluster_ms + after_ms)
            self.track.add(at_ms, position + head_bytes, length - head_bytes, about)

    def _about(self, begin: bytes) -> int | None:
        """What is noted of a frame that begins so; None: it is left out."""
        if not begin:
            return None
        if self._codec == webm.OPUS:
            samples = opus_duration(begin)
            return samples | begin[0] & STEREO if 0 < samples <= PACKET_SAMPLES_MAX else None
        if self._codec == webm.H264:
            return 0
        if begin[0] & 1:
            return None if self._needs_keyframe else 0
        try:
            width, height = webm.picture_size(begin)
        except Malformed:
            width = height = 0
        self._needs_keyframe = not (width and height)
        return None if self._needs_keyframe else width << _SIDE_BITS | height

"""The picture of a statement: upright, at one pace, in the sizes that are forwarded, coded as VP8."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
from av.filter import Graph
from av.video.frame import PictureType

from rostrum.media.transcode.container import Opened

HEIGHT = 720
WIDTH = 1280
FPS_MAX = 30
FPS_ELSE = 25
"""The pace of what has none of its own."""
BITS_A_POINT = 0.06
BPS_MIN, BPS_MAX = 100_000, 1_200_000
"""The rates that browsers are allowed for their smallest and largest layer, about."""
SMALL = 360
"""A picture that is lower is not sharp on a screen."""
DARK = bytes(range(32))
BLACK_SHARE = 0.98
BLACK_MS = 4_000
_LOOK = 32, 18
"""Points of the small picture in which black is looked for."""
_SIDE_TURNS = {90: "cclock", 270: "clock"}


def pace(stream: av.VideoStream) -> Fraction:
    """Frames a second that the picture is brought to: its own where it is even and not more than 30."""
    average, base = stream.average_rate, stream.base_rate
    if average is None or base is None or abs(average - base) > Fraction(1, 2) or average < 1:
        return Fraction(FPS_ELSE)
    steps = -(-average // FPS_MAX)
    return Fraction(average / steps).limit_denominator(1001)


def _even(value: float) -> int:
    return max(16, round(value / 2) * 2)


def fitted(width: int, height: int) -> tuple[int, int]:
    """The largest size that is forwarded of a picture: never larger than it is, never larger than what is shown."""
    scale = min(1.0, HEIGHT / min(width, height) if width < height else HEIGHT / height, WIDTH / max(width, height))
    return _even(width * scale), _even(height * scale)


def sizes(width: int, height: int) -> list[tuple[int, int]]:
    """The sizes that are forwarded, smallest first: as a browser's layers, as many as the picture has points for."""
    parts = (4, 2, 1) if min(width, height) >= SMALL else (2, 1) if min(width, height) >= SMALL // 2 else (1,)
    return [(_even(width / part), _even(height / part)) for part in parts]


def previewed(found: list[tuple[int, int]]) -> tuple[int, int]:
    """The size that a preview has: the largest that is not larger than is needed to judge it."""
    return max((size for size in found if min(size) <= SMALL), default=found[0])


def bitrate(width: int, height: int, rate: Fraction) -> int:
    """Bit/s of a layer."""
    return max(BPS_MIN, min(BPS_MAX, int(width * height * float(rate) * BITS_A_POINT)))


def options(bps: int) -> dict[str, str]:
    """How VP8 is coded: as for the generated hall, with a bound on what a moment may take."""
    return {
        "deadline": "realtime", "cpu-used": "6", "lag-in-frames": "0", "error-resilient": "1",
        "maxrate": str(bps * 3 // 2), "bufsize": str(bps),
    }  # fmt: skip


@dataclass
class Upright:
    """Turns and scales pictures and brings them to one pace; begins anew where the size changes in the file."""

    opened: Opened
    rate: Fraction
    size: tuple[int, int] = (0, 0)
    """Of what comes out; not known before the first."""
    _graph: Graph | None = None
    _shape: tuple[object, ...] = ()
    _begun: bool = False
    _woven: bool = False
    """Whether two half pictures were woven into one anywhere so far."""

    def push(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        """What comes out when this goes in; None: the end."""
        if frame is None:
            if self._graph is not None:
                yield from self._pushed(None)
            return
        self._woven = self._woven or frame.interlaced_frame
        shape = frame.width, frame.height, frame.format.name, frame.rotation % 360, self._woven
        if shape != self._shape:
            if self._graph is not None:
                yield from self._pushed(None)
            self._shape, self._graph = shape, self._made(frame)
            self._begun = True
        yield from self._pushed(frame)

    def _pushed(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        graph = self._graph
        if graph is None:
            return
        graph.push(frame)
        while True:
            try:
                pulled = graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(pulled, av.VideoFrame):
                yield pulled

    def _made(self, frame: av.VideoFrame) -> Graph:
        aspect = self.opened.picture.sample_aspect_ratio or Fraction(1)
        width, height = float(frame.width * aspect), float(frame.height)
        turn = frame.rotation % 360
        steps = [("transpose", _SIDE_TURNS[turn])] if turn in _SIDE_TURNS else []
        if turn == 180:
            steps = [("hflip", ""), ("vflip", "")]
        if self._woven:
            steps = [("bwdif", "mode=send_frame:deint=interlaced"), *steps]
        if turn in _SIDE_TURNS:
            width, height = height, width
        if self.size == (0, 0):
            self.size = fitted(round(width), round(height))
        graph = Graph()
        links = [
            graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
        ]
        steps += [
            ("scale", f"{self.size[0]}:{self.size[1]}:force_original_aspect_ratio=decrease"),
            ("pad", f"{self.size[0]}:{self.size[1]}:(ow-iw)/2:(oh-ih)/2"),
            ("setsar", "1"),
            ("format", "yuv420p"),
            # Only the first of all graphs begins at 0: another one goes on where that stopped.
            ("fps", f"fps={self.rate}" if self._begun else f"fps={self.rate}:start_time=0"),
            ("buffersink", ""),
        ]
        links += [graph.add(name, given) for name, given in steps]
        for before, after in itertools.pairwise(links):
            before.link_to(after)
        graph.configure()
        return graph


@dataclass
class Darkness:
    """Where the picture is black."""

    rate: Fraction
    spans: list[tuple[int, int]] = field(default_factory=list)
    """(beginning, length) in ms of those that are long."""
    frames: int = 0
    light: int = 0
    _since: int = -1

    def look(self, frame: av.VideoFrame | None) -> None:
        """Take note of the next frame; None: the end."""
        if frame is not None:
            small = bytes(frame.reformat(*_LOOK, format="gray").planes[0])
            line = len(small) // _LOOK[1]
            points = b"".join(small[row * line : row * line + _LOOK[0]] for row in range(_LOOK[1]))
            if len(points.translate(None, DARK)) <= (1 - BLACK_SHARE) * len(points):
                if self._since < 0:
                    self._since = self.frames
                self.frames += 1
                return
            self.light += 1
        if self._since >= 0:
            first_ms, length_ms = (int(n * 1000 / self.rate) for n in (self._since, self.frames - self._since))
            if length_ms >= BLACK_MS:
                self.spans.append((first_ms, length_ms))
        self._since = -1
        self.frames += 1


class PictureCoder:
    """Codes each frame in every size, all with keyframes at the same moments."""

    def __init__(self, size: tuple[int, int], rate: Fraction, preview: av.VideoStream) -> None:
        """`preview`: the stream of the preview, which is one of the sizes and codes it."""
        self.sizes = sizes(*size)
        self.preview = self.sizes.index(previewed(self.sizes))
        self._gop = max(1, round(rate))
        self._coders = [
            preview.codec_context if number == self.preview else _coder(each, rate)
            for number, each in enumerate(self.sizes)
        ]
        self._rate = rate
        self._number = 0

    def code(self, frame: av.VideoFrame | None) -> "Iterator[tuple[int, av.Packet[Any]]]":
        """(size from 0, packet) of what follows; None: the end."""
        for number, (size, coder) in enumerate(zip(self.sizes, self._coders, strict=True)):
            scaled = None
            if frame is not None:
                scaled = frame.reformat(*size, format="yuv420p")
                scaled.pts, scaled.time_base = self._number, 1 / self._rate
                scaled.pict_type = PictureType.I if self._number % self._gop == 0 else PictureType.NONE
            for packet in coder.encode(scaled):
                yield number, packet
        self._number += 1


def _coder(size: tuple[int, int], rate: Fraction) -> av.VideoCodecContext:
    coder = av.CodecContext.create("libvpx", "w")
    if not isinstance(coder, av.VideoCodecContext):
        raise TypeError("libvpx codes no pictures")
    prepare(coder, size, rate)
    return coder


def prepare(coder: av.VideoCodecContext, size: tuple[int, int], rate: Fraction) -> None:
    """Set an encoder for a size."""
    coder.width, coder.height, coder.pix_fmt = *size, "yuv420p"
    coder.time_base, coder.framerate = 1 / rate, rate
    coder.bit_rate = bitrate(*size, rate)
    coder.gop_size = 10 * round(rate)
    coder.options = options(coder.bit_rate)

"""The sound of a statement: how loud it is and where it is silent, then brought to one loudness and coded as Opus."""

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
from av.filter import Graph
from av.filter.context import FilterContext

from rostrum.assembly.statement import Check
from rostrum.media.transcode.container import Opened
from rostrum.media.transcode.limits import Found, Limits

RATE = 48_000
FRAME = 960
"""20 ms of Opus."""
TARGET_LUFS = -23.0
NEAR_LU = 3.0
"""A statement that was so near to the target is not worth a word."""
GAIN_MAX_DB = 30.0
PEAK = 0.89
"""-1 dB: no sample is louder."""
SILENT_LUFS = -50.0
"""Momentary loudness below which nobody speaks."""
SILENCE_MS = 8_000
BLOCK_MS = 100
BPS = 48_000
_NOTHING_LUFS = -69.0
"""What the meter calls -70: it never came above its gate."""


@dataclass
class Loudness:
    """What the meter said. `silences`: (beginning, length) in ms of those that are long."""

    lufs: float = -70.0
    silences: list[tuple[int, int]] = field(default_factory=list)

    @property
    def gain_db(self) -> float:
        """What brings it to the target."""
        return min(TARGET_LUFS - self.lufs, GAIN_MAX_DB)

    @property
    def is_silent(self) -> bool:
        """Whether nothing is heard at all."""
        return self.lufs <= _NOTHING_LUFS


class Chain:
    """Filters that sound goes through, from 0 on: what is missing in the file is silence here.

    What comes in may change its rate and its loudspeakers as it goes; what the `steps` are given does not.
    """

    def __init__(self, *steps: tuple[str, str]) -> None:
        self._front: Graph | None = None
        self._shape: tuple[object, ...] = ()
        back = Graph()
        source = back.add_abuffer(sample_rate=RATE, format="dbl", layout="mono", time_base=Fraction(1, RATE))
        self._back = _linked(back, source, (("aresample", "async=1:first_pts=0"), *steps))

    def push(self, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]:
        """What comes out when this goes in; None: the end."""
        shape = () if frame is None else (frame.format.name, frame.layout.name, frame.sample_rate, frame.time_base)
        if shape != self._shape and self._front is not None:
            for even in _through(self._front, None):
                yield from _through(self._back, even)
            self._front = None
        if frame is None:
            yield from _through(self._back, None)
            return
        if self._front is None:
            self._shape, graph = shape, Graph()
            source = graph.add_abuffer(
                sample_rate=frame.sample_rate, format=frame.format, layout=frame.layout, time_base=frame.time_base
            )
            steps = ("aresample", str(RATE)), ("aformat", "channel_layouts=mono:sample_fmts=dbl")
            self._front = _linked(graph, source, steps)
        for even in _through(self._front, frame):
            yield from _through(self._back, even)


def _linked(graph: Graph, source: FilterContext, steps: Iterable[tuple[str, str]]) -> Graph:
    links = [source, *(graph.add(name, given) for name, given in (*steps, ("abuffersink", "")))]
    for before, after in itertools.pairwise(links):
        before.link_to(after)
    graph.configure()
    return graph


def _through(graph: Graph, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]:
    graph.push(frame)
    while True:
        try:
            pulled = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(pulled, av.AudioFrame):
            yield pulled


def set_off(frame: av.AudioFrame, opened: Opened) -> int:
    """Count the frame's time from the file's beginning; in ms."""
    if frame.pts is None or frame.time_base is None:
        return 0
    frame.pts -= round(opened.begins_s / frame.time_base)
    return int(frame.pts * frame.time_base * 1000)


def measure(opened: Opened, limits: Limits) -> Loudness:
    """Hear the whole of it. Raises `Found` where it is too long."""
    meter, found = Chain(("ebur128", "metadata=1")), Loudness()
    at_ms, since = 0, -1
    for frame in _heard(opened):
        if frame is not None and set_off(frame, opened) > limits.end_ms:
            raise Found(Check.TOO_LONG, figure=limits.length_ms)
        for block in meter.push(frame):
            said = block.metadata
            if "lavfi.r128.I" in said:
                found.lufs = float(said["lavfi.r128.I"])
                if float(said["lavfi.r128.M"]) >= SILENT_LUFS:
                    _note(found, since, at_ms)
                    since = -1
                elif since < 0:
                    since = at_ms
            at_ms += BLOCK_MS
    _note(found, since, at_ms)
    return found


def _note(found: Loudness, since: int, at_ms: int) -> None:
    if since >= 0 and at_ms - since >= SILENCE_MS:
        found.silences.append((since, at_ms - since))


def _heard(opened: Opened) -> Iterator[av.AudioFrame | None]:
    """The file's sound, then None. What is damaged is left out: it is told of when the picture is looked at."""
    with contextlib.suppress(av.FFmpegError):
        for packet in opened.container.demux(opened.sound):
            with contextlib.suppress(av.FFmpegError):
                yield from packet.decode()
    yield None


class SoundCoder:
    """Brings sound to the target and codes it."""

    def __init__(self, encoder: av.AudioStream, loudness: Loudness) -> None:
        """`encoder`: the stream of the preview that it goes to; what it codes is played too."""
        self._chain = Chain(
            ("volume", f"{loudness.gain_db:.2f}dB"),
            ("alimiter", f"limit={PEAK}:level=0"),
            ("aformat", "sample_fmts=s16"),
            ("asetnsamples", f"n={FRAME}:p=1"),
        )
        self._encoder = encoder
        self.number = 0

    def code(self, frame: av.AudioFrame | None) -> "Iterator[av.Packet[Any]]":
        """The packets that follow; None: the end."""
        for heard in self._chain.push(frame):
            heard.pts, heard.time_base = self.number * FRAME, Fraction(1, RATE)
            self.number += 1
            yield from self._encoder.encode(heard)
        if frame is None:
            yield from self._encoder.encode(None)

"""One look at one file: what is wrong with it in codes, and what is made of it."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import Any

import av

from rostrum.assembly.statement import Check, Finding
from rostrum.media.clip import Frame, packed
from rostrum.media.transcode import sound
from rostrum.media.transcode.container import Opened, Source, open_file
from rostrum.media.transcode.limits import Found, Limits
from rostrum.media.transcode.picture import SMALL, Darkness, PictureCoder, Upright, pace, prepare, previewed, sizes
from rostrum.media.transcode.sound import Loudness, SoundCoder

CLIP, PREVIEW, PICTURE, PROGRESS, REPORT = "clip", "preview", "picture", "progress", "report"
Put = Callable[[str, bytes], None]
"""Takes what is made, as it is made: a part of the clip, the whole preview, one picture."""

MISSING_MS = 1_000
"""A file that ends so much before it says breaks off."""
ERRORS_MAX = 3
PICTURES = 3
_PICTURE_HEIGHT = 270
_TICKS = 90_000
_KINDS = ("video", "video/1", "video/2")


@dataclass
class Report:
    """What is said of a file at the end."""

    findings: list[Finding]
    length_ms: int = 0


def look(file: Source, limits: Limits, put: Put) -> Report:
    """Check a file and make what is played of it. What refuses it is the last of the findings."""
    report = Report([])
    try:
        opened = open_file(file, limits)
        loudness = sound.measure(opened, limits)
        if loudness.is_silent:
            raise Found(Check.ALL_SILENT)
        file.seek(0)
        _Making(open_file(file, limits), limits, put, loudness, report).run()
    except Found as found:
        report.findings.append(found.finding)
    return report


class _Order:
    """Coded frames in the order in which they are due, as far as both sound and picture have come."""

    def __init__(self, put: Put) -> None:
        self._put = put
        self._waiting: list[tuple[float, int, Frame]] = []
        self._numbers = itertools.count()
        self._reached = {"picture": 0.0, "sound": 0.0}

    def add(self, frame: Frame) -> None:
        heapq.heappush(self._waiting, (frame.at_s, next(self._numbers), frame))
        self._reached["sound" if frame.kind == "audio" else "picture"] = frame.at_s
        self._release(min(self._reached.values()))

    def end(self) -> None:
        self._release(float("inf"))
        self._put(CLIP, packed(None))

    def _release(self, until_s: float) -> None:
        parts = []
        while self._waiting and self._waiting[0][0] <= until_s:
            parts.append(packed(heapq.heappop(self._waiting)[2]))
        if parts:
            self._put(CLIP, b"".join(parts))


class _Making:
    """The second look, at which everything is made."""

    def __init__(self, opened: Opened, limits: Limits, put: Put, loudness: Loudness, report: Report) -> None:
        self._opened = opened
        self._limits = limits
        self._put = put
        self._loudness = loudness
        self._report = report
        self._rate = pace(opened.picture)
        self._upright = Upright(opened, self._rate)
        self._darkness = Darkness(self._rate)
        self._order = _Order(put)
        self._file = BytesIO()
        self._preview = av.open(self._file, "w", format="webm")
        self._seen = self._preview.add_stream("libvpx", rate=self._rate)
        self._heard = self._preview.add_stream("libopus", rate=sound.RATE, layout="mono", bit_rate=sound.BPS)
        self._heard.codec_context.options = {"application": "audio", "frame_duration": "20", "fec": "1"}
        self._picture: PictureCoder | None = None
        self._sound = SoundCoder(self._heard, loudness)
        self._frames = self._sounds = self._errors = self._pictures = self._progress = 0
        self._damaged_ms: int | None = None
        self._waiting: list[av.Packet[Any]] = []

    def run(self) -> None:
        """Make it. Raises `Found`."""
        for frame in self._decoded():
            if isinstance(frame, av.VideoFrame):
                self._see(frame)
            else:
                self._hear(frame)
        for upright in self._upright.push(None):
            self._code(upright)
        self._darkness.look(None)
        self._require_whole()
        for packet in self._sound.code(None):
            self._sounded(packet)
        if self._picture is not None:
            self._pictured(self._picture.code(None))
        self._order.end()
        self._preview.close()
        self._put(PREVIEW, self._file.getvalue())
        self._remark()

    def _decoded(self) -> Iterator[av.VideoFrame | av.AudioFrame]:
        container = self._opened.container
        packets = container.demux(self._opened.picture, self._opened.sound)
        at_ms = 0
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                if packet.pts is not None:
                    at_ms = max(0, int(self._opened.picture_at(packet.pts, packet.time_base) * 1000))
                yield from packet.decode()  # type: ignore[misc]  # of a picture or a sound, no subtitles
            except (av.FFmpegError, MemoryError) as error:
                self._damage(at_ms, error)

    def _damage(self, at_ms: int, error: BaseException) -> None:
        self._errors += 1
        if self._damaged_ms is None:
            self._damaged_ms = at_ms
        if self._errors > ERRORS_MAX:
            self._require_whole(at_ms)
            raise Found(Check.DAMAGED, self._damaged_ms) from error

    def _see(self, frame: av.VideoFrame) -> None:
        if frame.pts is None or frame.time_base is None:
            return
        at = self._opened.picture_at(frame.pts, frame.time_base)
        if at * 1000 > self._limits.end_ms:
            raise Found(Check.TOO_LONG, figure=self._limits.length_ms)
        if frame.width * frame.height > self._limits.pixels_max:
            raise Found(Check.TOO_LARGE_A_PICTURE)
        if frame.is_corrupt:
            self._damage(int(at * 1000), ValueError("a corrupt picture"))
        frame.pts = round(at / frame.time_base)
        for upright in self._upright.push(frame):
            self._code(upright)

    def _code(self, frame: av.VideoFrame) -> None:
        if self._picture is None:
            prepare(self._seen.codec_context, previewed(sizes(*self._upright.size)), self._rate)
            self._picture = PictureCoder(self._upright.size, self._rate, self._seen)
            for packet in self._waiting:
                self._preview.mux(packet)
        self._darkness.look(frame)
        at_ms = int(self._frames * 1000 / self._rate)
        self._frames += 1
        self._show(frame, at_ms)
        self._pictured(self._picture.code(frame))

    def _show(self, frame: av.VideoFrame, at_ms: int) -> None:
        """Keep a small picture at the beginning, in the middle and towards the end; say how far it has come."""
        whole_ms = min(self._opened.length_ms or self._limits.length_ms, self._limits.length_ms)
        if self._pictures < PICTURES and at_ms >= whole_ms * (2 * self._pictures + 1) // (2 * PICTURES):
            self._pictures += 1
            self._put(PICTURE, _jpeg(frame))
        percent = min(99, 100 * at_ms // max(1, whole_ms))
        if percent > self._progress:
            self._progress = percent
            self._put(PROGRESS, str(percent).encode())

    def _pictured(self, packets: "Iterator[tuple[int, av.Packet[Any]]]") -> None:
        for size, packet in packets:
            ticks = round((packet.pts or 0) * _TICKS / self._rate)
            self._order.add(Frame(_KINDS[size], ticks, bytes(packet)))
            if self._picture is not None and size == self._picture.preview:
                packet.stream = self._seen
                self._preview.mux(packet)

    def _hear(self, frame: av.AudioFrame) -> None:
        if sound.set_off(frame, self._opened) > self._limits.end_ms:
            raise Found(Check.TOO_LONG, figure=self._limits.length_ms)
        for packet in self._sound.code(frame):
            self._sounded(packet)

    def _sounded(self, packet: "av.Packet[Any]") -> None:
        self._order.add(Frame("audio", self._sounds * sound.FRAME, bytes(packet)))
        self._sounds += 1
        # A file can only be written once all that it holds is known.
        if self._picture is None:
            self._waiting.append(packet)
        else:
            self._preview.mux(packet)

    def _require_whole(self, at_ms: int = 0) -> None:
        length_ms = int(self._frames * 1000 / self._rate)
        self._report.length_ms = max(length_ms, self._sound.number * sound.FRAME * 1000 // sound.RATE)
        if self._frames == 0:
            raise Found(Check.NO_PICTURE) if self._damaged_ms is None else Found(Check.DAMAGED, self._damaged_ms)
        whole_ms = self._opened.length_ms
        reached_ms = max(self._report.length_ms, at_ms)
        if whole_ms is not None and reached_ms < whole_ms - max(MISSING_MS, whole_ms // 50):
            raise Found(Check.BREAKS_OFF, reached_ms)
        if at_ms == 0 and length_ms < 1000:
            raise Found(Check.TOO_SHORT)

    def _remark(self) -> None:
        say = self._report.findings
        if self._darkness.light == 0:
            raise Found(Check.ALL_BLACK)
        say += [Found(Check.SILENCE, *span).finding for span in self._loudness.silences]
        say += [Found(Check.BLACK, *span).finding for span in self._darkness.spans]
        if abs(self._loudness.lufs - sound.TARGET_LUFS) > sound.NEAR_LU:
            say.append(Found(Check.LOUDNESS_CHANGED, figure=round(self._loudness.lufs)).finding)
        if min(self._upright.size) < SMALL:
            say.append(Found(Check.SMALL_PICTURE, figure=min(self._upright.size)).finding)


def _jpeg(frame: av.VideoFrame) -> bytes:
    """The frame as a small picture."""
    width = max(16, frame.width * _PICTURE_HEIGHT // frame.height // 2 * 2)
    coder = av.CodecContext.create("mjpeg", "w")
    if not isinstance(coder, av.VideoCodecContext):
        raise TypeError("mjpeg codes no pictures")
    coder.width, coder.height, coder.pix_fmt, coder.time_base = width, _PICTURE_HEIGHT, "yuvj420p", Fraction(1, 25)
    coder.options = {"qmin": "3", "qmax": "6"}
    small = frame.reformat(width, _PICTURE_HEIGHT, format="yuvj420p")
    small.pts, small.time_base, small.pict_type = 0, Fraction(1, 25), av.video.frame.PictureType.NONE
    return b"".join(bytes(packet) for packet in (*coder.encode(small), *coder.encode(None)))

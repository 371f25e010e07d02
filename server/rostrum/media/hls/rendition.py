"""One rendition of the webcast on the disk: parts and segments as they are made, and the playlist that names them.

Parts are of `PART_MS`, segments of `PARTS` parts; what no player asks for any more is deleted. RFC 8216 bis.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from rostrum.media.hls.boxes import Sample, fragment

PART_MS = 320
PART_TARGET_S = 0.36
PARTS = 6
TARGET_S = 2
HOLD_BACK_S = 1.1
"""How far behind the newest part a player stays: three parts."""
KEPT = 8
"""Segments in a playlist: a player that was away for some fifteen seconds goes on where it was."""
PARTS_KEPT = 3
"""Segments whose parts are named as well."""
PLAYLIST = "playlist.m3u8"


@dataclass
class _Segment:
    number: int
    begun: datetime
    parts: list[tuple[float, bool]] = field(default_factory=list)
    """(seconds, whether a decoder can begin with it)."""
    data: bytes = b""

    @property
    def seconds(self) -> float:
        return sum(seconds for seconds, _ in self.parts)


class Rendition:
    """A track, written as it comes. `made` is told of each part: (segment, part)."""

    def __init__(
        self,
        folder: Path,
        timescale: int,
        first: int,
        begun: datetime,
        made: Callable[[int, int], None],
    ) -> None:
        """`first`: the number of the first segment; greater than that of any former run."""
        self._folder, self._timescale, self._made = folder, timescale, made
        self._begun, self._at, self._fragments = begun, 0, 0
        self._samples: list[Sample] = []
        self._segments = [_Segment(first, begun)]
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self, init: bytes) -> None:
        """Write the initialisation section."""
        (self._folder / "init.mp4").write_bytes(init)

    def add(self, sample: Sample) -> None:
        """Take the next sample."""
        self._samples.append(sample)
        if sum(one.duration for one in self._samples) * 1000 >= PART_MS * self._timescale:
            self._part()

    def _part(self) -> None:
        samples, self._samples = self._samples, []
        self._fragments += 1
        data = fragment(self._fragments, self._at, samples)
        length = sum(one.duration for one in samples)
        self._at += length
        segment = self._segments[-1]
        part = len(segment.parts)
        (self._folder / f"{segment.number}.{part}.m4s").write_bytes(data)
        segment.parts.append((length / self._timescale, samples[0].begins))
        segment.data += data
        if len(segment.parts) == PARTS:
            (self._folder / f"{segment.number}.m4s").write_bytes(segment.data)
            segment.data = b""
            begun = self._begun + timedelta(seconds=self._at / self._timescale)
            self._segments.append(_Segment(segment.number + 1, begun))
            self._forget()
        self._write()
        self._made(segment.number, part)

    def _forget(self) -> None:
        for segment in self._segments[: -PARTS_KEPT - 2]:
            for part in range(len(segment.parts)):
                (self._folder / f"{segment.number}.{part}.m4s").unlink(missing_ok=True)
        while len(self._segments) > KEPT + 1:
            # One that has just left the playlist may still be on its way to somebody.
            gone = self._segments.pop(0)
            (self._folder / f"{gone.number - 2}.m4s").unlink(missing_ok=True)

    def _write(self) -> None:
        made = self._folder / f"{PLAYLIST}.new"
        made.write_text(self.playlist())
        made.replace(self._folder / PLAYLIST)

    def playlist(self) -> str:
        """The playlist as it stands."""
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:9",
            f"#EXT-X-TARGETDURATION:{TARGET_S}",
            f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={HOLD_BACK_S}",
            f"#EXT-X-PART-INF:PART-TARGET={PART_TARGET_S}",
            f"#EXT-X-MEDIA-SEQUENCE:{self._segments[0].number}",
            '#EXT-X-MAP:URI="init.mp4"',
        ]
        for index, segment in enumerate(self._segments):
            lines.append(
                f"#EXT-X-PROGRAM-DATE-TIME:{segment.begun:%Y-%m-%dT%H:%M:%S}.{segment.begun.microsecond // 1000:03}Z"
            )
            if index >= len(self._segments) - 1 - PARTS_KEPT:
                for part, (seconds, begins) in enumerate(segment.parts):
                    tail = ",INDEPENDENT=YES" if begins else ""
                    lines.append(f'#EXT-X-PART:DURATION={seconds:.5f},URI="{segment.number}.{part}.m4s"{tail}')
            if len(segment.parts) == PARTS:
                lines += [f"#EXTINF:{segment.seconds:.5f},", f"{segment.number}.m4s"]
        last = self._segments[-1]
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{last.number}.{len(last.parts)}.m4s"')
        return "\n".join(lines) + "\n"

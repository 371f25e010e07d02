"""Captions as a rendition of the webcast's stream (RFC 8216, section 3.5): what stood on the screens of those who read
along, cut into pieces of WebVTT that end where the picture's segments do.

A piece is made when its time is over, so that it never changes: what is corrected later is read in what comes later.
"""

import unicodedata
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rostrum.media.hls.rendition import KEPT, PART_MS, PARTS, TARGET_S
from rostrum.webvtt import escaped, timestamp

SEGMENT = timedelta(milliseconds=PART_MS * PARTS)
STEPS = 2
"""So often in a segment may the words change: a screen that flickers cannot be read."""
STANDS = timedelta(seconds=8)
"""For so long words stand after which nothing came."""
COLUMNS, ROWS = 42, 3
"""Of what is on the screen at once; a wide letter takes two columns."""
GROUP = "captions"
_KEEP = SEGMENT * (KEPT + 4)


@dataclass(frozen=True)
class Said:
    """A line, and who said it, where that is to be told."""

    who: str
    text: str


@dataclass(frozen=True)
class Run:
    """The stream from the packager's beginning on: the number of the first segment, and when it began."""

    first: int
    begun: datetime

    def begins(self, number: int) -> datetime:
        """When a segment does."""
        return self.begun + SEGMENT * (number - self.first)


class Roll:
    """What stood on the screen, and from when on: for as long as a stream may ask for it."""

    def __init__(self) -> None:
        self._stood: deque[tuple[datetime, tuple[str, ...]]] = deque()

    def show(self, at: datetime, rows: tuple[str, ...]) -> None:
        """These rows stand from now on."""
        if self._stood and self._stood[-1][1] == rows:
            return
        self._stood.append((at, rows))
        while len(self._stood) > 1 and self._stood[1][0] < at - _KEEP:
            self._stood.popleft()

    def at(self, moment: datetime) -> tuple[str, ...]:
        """The rows that stood at a moment; none where the last came long before."""
        for began, rows in reversed(self._stood):
            if began <= moment:
                return rows if moment - began < STANDS else ()
        return ()

    def clear(self) -> None:
        """Nothing of it is to be read any more."""
        self._stood.clear()


def rolled(lines: Iterable[Said]) -> tuple[str, ...]:
    """The last rows of these lines, each line beginning on a row of its own."""
    rows: list[str] = []
    for line in lines:
        # A name in other letters does not turn the line: players take its direction from what is not isolated.
        rows += _rows(f"\u2068{line.who}\u2069: {line.text}" if line.who else line.text)
    return tuple(rows[-ROWS:])


def _rows(text: str) -> list[str]:
    """The text in rows, broken at spaces and between wide letters: what is added changes no row but the last."""
    rows = [""]
    for word in _words(text):
        if rows[-1] and sum(map(_width, rows[-1] + word)) > COLUMNS:
            rows.append(word.lstrip())
        else:
            rows[-1] += word
    return rows


def _words(text: str) -> list[str]:
    """The text in pieces that stay together: words with the space before them, wide letters one by one."""
    words: list[str] = []
    for letter in text:
        if not words or letter == " " or _width(letter) == 2 or _width(words[-1][-1]) == 2:
            words.append(letter)
        else:
            words[-1] += letter
    return words


def _width(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def segment(roll: Roll, run: Run, number: int) -> str:
    """A piece: times count from the beginning of the stream, as those of its sound and picture do."""
    blocks, step = ["WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"], SEGMENT / STEPS
    before: tuple[timedelta, tuple[str, ...]] = timedelta(), ()
    for begins in (run.begins(number) - run.begun + step * each for each in range(STEPS + 1)):
        over = begins == run.begins(number + 1) - run.begun
        # A captioner is behind whoever speaks: a step is given what it ends with.
        rows = () if over else roll.at(run.begun + begins + step)
        if before[1] and (over or rows != before[1]):
            shown = "\n".join(map(escaped, before[1]))
            blocks.append(f"{timestamp(before[0])} --> {timestamp(begins)}\n{shown}")
        if over or rows != before[1]:
            before = begins, rows
    # Some players put pieces together as they are.
    return "\n\n".join(blocks) + "\n\n"


def playlist(run: Run, last: int) -> str:
    """The playlist up to a segment, of as many as the picture's has."""
    first = max(run.first, last - KEPT + 1)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{TARGET_S}",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
    ]
    for number in range(first, last + 1):
        begins = run.begins(number)
        lines += [
            f"#EXT-X-PROGRAM-DATE-TIME:{begins:%Y-%m-%dT%H:%M:%S}.{begins.microsecond // 1000:03}Z",
            f"#EXTINF:{SEGMENT.total_seconds():.5f},",
            f"{number}.vtt",
        ]
    return "\n".join(lines) + "\n"


def with_subtitles(master: str, languages: Mapping[str, str]) -> str:
    """The playlist of all renditions, with captions in these languages: names by code."""
    if not languages:
        return master
    group = [
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{GROUP}",NAME="{name}",LANGUAGE="{code}",DEFAULT=NO,AUTOSELECT=YES,'
        f'FORCED=NO,CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog",URI="captions/{code}/playlist.m3u8"'
        for code, name in languages.items()
    ]
    lines = []
    for line in master.splitlines():
        if line.startswith("#EXT-X-STREAM-INF:"):
            lines += [*group, f'{line},SUBTITLES="{GROUP}"']
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"

"""Caption tracks as they stand now on this node: the growing line, the last cues, who writes, and who reads along.

A change is made into a frame once and written to all who read the track. What changes while they are gone round is
joined: of the growing line only the newest is sent, of cues at most the last, so that nothing queues up.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Protocol

import structlog

from rostrum.assembly.captions import LAST, Cue, Line, Voice, Writer, together
from rostrum.live.events import event

AT_ONCE = 64
"""So many readers are written to before other work has its turn."""

_log = structlog.get_logger(__name__)


class Reader(Protocol):
    """One open stream."""

    writes: bool
    """Whether it is a captioner's, who is told who writes."""

    def take(self, frame: bytes) -> None:
        """Write a frame, or pass it over where the line is slow. Must not wait."""


class Track:
    """The captions of one language of a meeting."""

    def __init__(
        self, told: Callable[["Track"], None] = lambda _: None, now_ms: Callable[[], int] | None = None
    ) -> None:
        """`told` is called after each change of what is read. `now_ms`: the time, in ms since 1970, which readers are
        told before all else where it is given: what they see and hear may come later."""
        self._told, self._now_ms = told, now_ms
        self.line = Line()
        self.cues: deque[Cue] = deque(maxlen=LAST)
        self.writer: Writer | None = None
        self.loaded = asyncio.Lock()
        """Held while the last cues are read from the record."""
        self.known = False
        """Whether they have been."""
        self._readers: set[Reader] = set()
        self._due_cues: deque[Cue] = deque(maxlen=LAST)
        self._line_due = self._writer_due = False
        self._round: asyncio.Task[None] | None = None

    @property
    def newest(self) -> int:
        """The position of the newest cue that is known here; 0: none is."""
        return max((cue.position for cue in self.cues), default=0)

    @contextmanager
    def read_by(self, reader: Reader) -> Iterator[None]:
        """The reader is written to for as long as the block runs."""
        self._readers.add(reader)
        try:
            yield
        finally:
            self._readers.discard(reader)

    def grow(self, line: Line) -> None:
        """The growing line is this now. While it grows it stays the line of all whose words may have been in it."""
        line = replace(line, turns=together(self.line.turns, line.turns) if line.text else ())
        if line != self.line:
            self.line = line
            self._line_due = True
            self._go_round()
            self._told(self)

    def keep(self, cue: Cue) -> None:
        """A cue was closed, or corrected."""
        for number, one in enumerate(self.cues):
            if one.cue_id == cue.cue_id:
                if one == cue:
                    return
                self.cues[number] = cue
                break
        else:
            if len(self.cues) == LAST and cue.position < self.cues[0].position:
                return
            self.cues = deque(sorted((*self.cues, cue), key=lambda each: each.position), maxlen=LAST)
        self._due_cues.append(cue)
        self._go_round()
        self._told(self)

    def keep_only(self, may: Callable[[Cue], bool]) -> bool:
        """Forget the cues that may not be read any more; whether there were any. Who has come has read them."""
        kept = [cue for cue in self.cues if may(cue)]
        gone = len(kept) < len(self.cues)
        if gone:
            self.cues = deque(kept, maxlen=LAST)
        return gone

    def written_by(self, writer: Writer | None) -> None:
        """Who writes is this now; readers hear of it where somebody else does than before."""
        before, self.writer = self.writer, writer
        if _named(before) != _named(writer):
            self._writer_due = True
            self._go_round()

    def whole(self, *, writes: bool) -> bytes:
        """All that a reader who has just come is shown."""
        parts = [self._time(), event("cues", _json([_cue(cue) for cue in self.cues])), _line_frame(self.line)]
        if writes:
            parts.append(_writer_frame(self.writer))
        return b"".join(parts)

    def _time(self) -> bytes:
        return b"" if self._now_ms is None else event("at", str(self._now_ms()))

    def _go_round(self) -> None:
        if self._round is None and self._readers:
            self._round = asyncio.get_running_loop().create_task(self._write())
        elif not self._readers:
            self._due_cues.clear()
            self._line_due = self._writer_due = False

    async def _write(self) -> None:
        try:
            while self._line_due or self._writer_due or self._due_cues:
                frame = self._time() + b"".join(event("cue", _json(_cue(cue))) for cue in self._due_cues)
                frame += _line_frame(self.line) if self._line_due else b""
                writer = _writer_frame(self.writer) if self._writer_due else b""
                self._due_cues.clear()
                self._line_due = self._writer_due = False
                for number, reader in enumerate(list(self._readers), 1):
                    self._give(reader, frame + writer if reader.writes else frame)
                    if number % AT_ONCE == 0:
                        await asyncio.sleep(0)
        finally:
            self._round = None

    def _give(self, reader: Reader, frame: bytes) -> None:
        try:
            if frame:
                reader.take(frame)
        except Exception:
            _log.exception("captions could not be sent to a page")
            self._readers.discard(reader)


class Board:
    """All tracks that somebody has written or read on this node."""

    def __init__(self, told: Callable[[str, str, Track], None]) -> None:
        """`told` is called with (meeting, language, track) after each change of what is read."""
        self._told = told
        self._tracks: dict[tuple[str, str], Track] = {}

    def track(self, meeting_id: str, language: str) -> Track:
        """The track of a language of a meeting; an empty one where nobody asked for it before."""
        key = meeting_id, language
        if key not in self._tracks:
            self._tracks[key] = Track(partial(self._told, meeting_id, language))
        return self._tracks[key]

    def known(self, meeting_id: str, language: str) -> Track | None:
        """The track, where somebody has asked for it here."""
        return self._tracks.get((meeting_id, language))


def voice_words(voice: Voice) -> dict[str, str]:
    """Who speaks, for a page."""
    return {"person": voice.person, "delegation": voice.delegation, "entry": voice.entry_id}


def _cue(cue: Cue) -> dict[str, object]:
    return {
        "id": cue.cue_id,
        "text": cue.text,
        "kind": cue.kind,
        "who": voice_words(cue.voice),
        "corrected": cue.corrected,
        "at": round(cue.end.timestamp() * 1000),
    }


def _line_frame(line: Line) -> bytes:
    return event("line", _json({"text": line.text, "kind": line.kind, "who": voice_words(line.voice)}))


def _writer_frame(writer: Writer | None) -> bytes:
    return event("writer", _json(None if writer is None else {"name": writer.name, "page": writer.page_id}))


def _named(writer: Writer | None) -> tuple[str, str] | None:
    return None if writer is None else (writer.place_id, writer.page_id)


def _json(value: dict[str, object] | Sequence[dict[str, object]] | None) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

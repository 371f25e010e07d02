"""Captions for everybody: of each track what the public may read at this moment, while it grows.

A line goes no further once words may be in it that are held back, and is left out whole. Nobody has looked at what is
being said now, so that nothing of a protected speaker goes out here, whatever was released.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.captions import Cue, Line, Turn, is_free, together, turns_near
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import is_webcast
from rostrum.desk import ACCREDITATION, MEETING, Change, Clock, Desk
from rostrum.live.captions import Track
from rostrum.media.hls.subtitles import STANDS, Roll, Said, rolled
from rostrum.reads.guards import Guards
from rostrum.record.captions import Captions

KNOWN_S = 2.0
"""For so long it is not asked again in which languages there are captions."""


@dataclass
class _Shown:
    """A track as it is, what everybody has of it, and of the line that grows: whose words may be in it, and since when.

    `roll`: what stood on the screens of those who watch, for as long as a stream may ask.
    """

    source: Track
    track: Track
    roll: Roll = field(default_factory=Roll)
    turns: tuple[Turn, ...] = ()
    began: datetime | None = None


class PublicCaptions:
    """Lets through what everybody may read. Told of each change of a track, and of the record."""

    def __init__(self, desk: Desk, guards: Guards, store: Captions, clock: Clock) -> None:
        self._desk, self._guards, self._store, self._clock = desk, guards, store, clock
        self._shown: dict[tuple[str, str], _Shown] = {}
        self._languages: dict[str, tuple[float, frozenset[str]]] = {}
        self._readers = 0

    def told(self, meeting_id: str, language: str, source: Track) -> None:
        """A track has changed."""
        shown = self._of(meeting_id, language, source)
        shown.source = source
        self._sift(meeting_id, shown)

    def changed(self, change: Change) -> None:
        """The record has: who has the floor, who is protected, whether there is a webcast."""
        if change.aggregate in (MEETING, ACCREDITATION):
            for (meeting_id, _), shown in self._shown.items():
                if change.aggregate is ACCREDITATION or change.identifier == meeting_id:
                    self._sift(meeting_id, shown)

    def track(self, meeting_id: str, language: str, source: Track) -> Track:
        """What everybody may read of a track."""
        return self._of(meeting_id, language, source).track

    def roll(self, meeting_id: str, language: str, source: Track) -> Roll:
        """What stood on the screens of those who watch."""
        return self._of(meeting_id, language, source).roll

    @contextmanager
    def one_more(self, most: int) -> Iterator[bool]:
        """Somebody reads along for as long as the block runs; False where as many do as may."""
        if self._readers >= most:
            yield False
            return
        self._readers += 1
        try:
            yield True
        finally:
            self._readers -= 1

    async def languages(self, meeting_id: str) -> frozenset[str]:
        """The languages in which a meeting has captions, or somebody begins to write them."""
        now_s = asyncio.get_running_loop().time()
        asked_s, kept = self._languages.get(meeting_id, (-KNOWN_S, frozenset()))
        if now_s - asked_s >= KNOWN_S:
            kept = await self._store.languages(meeting_id)
            self._languages[meeting_id] = now_s, kept
        now = self._clock()
        written = {
            language
            for (one, language), shown in self._shown.items()
            if one == meeting_id and (shown.source.line.text or not is_free(shown.source.writer, now))
        }
        return kept | written

    def _of(self, meeting_id: str, language: str, source: Track) -> _Shown:
        key = meeting_id, language
        if key not in self._shown:
            self._shown[key] = _Shown(source, Track(now_ms=lambda: round(self._clock().timestamp() * 1000)))
        return self._shown[key]

    def _sift(self, meeting_id: str, shown: _Shown) -> None:
        now, source, track = self._clock(), shown.source, shown.track
        meeting = self._desk.held(MEETING).get(meeting_id)
        session = None if meeting is None else self._desk.held(ACCREDITATION).get(meeting.session_id)

        def may(cue: Cue) -> bool:
            return meeting is not None and self._may(meeting, session, cue.turns, cue.start)

        if track.keep_only(may):
            shown.roll.clear()
        for cue in filter(may, source.cues):
            track.keep(cue)
        if not source.line.text or meeting is None:
            shown.turns, shown.began = (), None
            track.grow(Line())
        else:
            shown.began = shown.began or now
            shown.turns = together(shown.turns, source.line.turns, turns_near(meeting, source.line.voice, now, now))
            free = is_webcast(meeting) and self._may(meeting, session, shown.turns, shown.began)
            track.grow(source.line if free else Line())
        shown.roll.show(now, rolled(_on_screen(track, shown.began if track.line.text else None, now)))

    def _may(self, meeting: Meeting, session: Accreditation | None, turns: Iterable[Turn], said_at: datetime) -> bool:
        """Whether everybody may read what was said then: since the webcast is on, and in nobody's protected turn."""
        since = meeting.feeds.webcast_since
        if since is None or said_at < since or not meeting.feeds.webcast or session is None:
            return False
        return not any(self._guards.of(session, turn.place_id).masks_voice for turn in turns)


def _on_screen(track: Track, began: datetime | None, now: datetime) -> list[Said]:
    """The lines that whoever reads along has before them; of each its speaker, where that is another than before."""
    found, before = [], ""
    for cue in track.cues:
        who = cue.voice.words
        if (began or now) - cue.end < STANDS:
            found.append(Said("" if who == before else who, cue.text))
        before = who
    if track.line.text:
        who = track.line.voice.words
        found.append(Said("" if who == before else who, track.line.text))
    return found

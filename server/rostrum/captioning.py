"""Captions on their way: from whoever writes them to the record and to all who read along, on this node and others."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from rostrum.assembly.captions import CaptionKind, Cue, Line, Turn, Voice, Writer, is_free, taken
from rostrum.assembly.refusal import Refused, Why
from rostrum.live.captions import Board, Track
from rostrum.record.captions import CUES, Captions


class Captioning:
    """Joins the record of captions and the board that readers look at."""

    def __init__(self, store: Captions, board: Board) -> None:
        self._store = store
        self._board = board
        self._node = secrets.token_hex(4)
        """Marks what this node has whispered: it hears itself."""

    async def track(self, meeting_id: str, language: str) -> Track:
        """A track with its last cues."""
        track = self._board.track(meeting_id, language)
        async with track.loaded:
            if not track.known:
                for cue in await self._store.last(meeting_id, language, track.cues.maxlen or 1):
                    track.keep(cue)
                track.known = True
        return track

    async def take(self, meeting_id: str, language: str, writer: Writer | None) -> None:
        """Somebody takes the desk by a press, or leaves it (None); what was growing there is gone."""
        track = await self.track(meeting_id, language)
        track.written_by(writer)
        track.grow(Line())
        await self._whisper(meeting_id, language, track)

    async def grow(self, meeting_id: str, language: str, line: Line, writer: Writer) -> None:
        """The growing line of a page. Raises `Refused(CAPTIONS_TAKEN)` where somebody else writes."""
        track = await self._at_the_desk(meeting_id, language, writer)
        track.grow(line)
        await self._whisper(meeting_id, language, track)

    async def close(self, cue: Cue, purge_at: datetime, writer: Writer) -> Cue:
        """A page closes its line. One that was kept before, and is sent again, changes nothing: its answer was lost.

        Raises `Refused(CAPTIONS_TAKEN)` where somebody else writes and did when the line was begun: who has handed over
        may still send what their lost line held back.
        """
        kept = await self._store.find(cue.cue_id)
        if kept is not None:
            return kept
        track = await self.track(cue.meeting_id, cue.language)
        late = track.writer is not None and not track.writer.is_page(writer) and cue.start < track.writer.since
        if not late:
            await self._at_the_desk(cue.meeting_id, cue.language, writer)
        kept = await self._store.add(cue, purge_at)
        if not late:
            track.grow(Line())
        track.keep(kept)
        await self._whisper(cue.meeting_id, cue.language, track)
        return kept

    async def correct(self, meeting_id: str, language: str, cue_id: str, text: str) -> Cue:
        """Put other words in place of a cue's. Raises `Refused(NO_SUCH_CUE)`."""
        cue = await self._store.find(cue_id)
        if cue is None or (cue.meeting_id, cue.language) != (meeting_id, language):
            raise Refused(Why.NO_SUCH_CUE)
        if cue.text == text:
            return cue
        changed = replace(cue, text=text, corrected=True)
        await self._store.change(changed)
        (await self.track(meeting_id, language)).keep(changed)
        return changed

    async def hear(self, cue: Cue, purge_at: datetime) -> None:
        """A recogniser has heard something to its end; while a person writes, they are read and it is not."""
        track = await self.track(cue.meeting_id, cue.language)
        if is_free(track.writer, cue.end):
            kept = await self._store.add(cue, purge_at)
            track.grow(Line())
            track.keep(kept)
            await self._whisper(cue.meeting_id, cue.language, track)

    async def overhear(self, meeting_id: str, language: str, line: Line, now: datetime) -> None:
        """A recogniser thinks that it hears this now."""
        track = await self.track(meeting_id, language)
        if is_free(track.writer, now) and track.line != line:
            track.grow(line)
            await self._whisper(meeting_id, language, track)

    async def heard(self, stream: str, seq: int) -> None:
        """What another node has told: of a cue, or in a whisper. Anything else is not for us."""
        prefix, _, rest = stream.partition("/")
        if prefix == CUES:
            meeting_id, _, language = rest.partition("/")
            track = self._board.known(meeting_id, language)
            if track is not None and track.known:
                # Whatever lies between was not heard of: the database was away.
                for cue in await self._store.since(meeting_id, language, min(seq, track.newest + 1)):
                    track.keep(cue)
            return
        whispered = self._store.whispered(stream)
        if whispered is not None:
            meeting_id, language, fields = whispered
            if fields.get("node") != self._node:
                self._overheard(self._board.track(meeting_id, language), fields)

    @staticmethod
    def _overheard(track: Track, fields: Mapping[str, Any]) -> None:
        writer = fields["writer"]
        if writer is not None:
            writer = Writer(**{**writer, **{name: datetime.fromisoformat(writer[name]) for name in ("since", "at")}})
        track.written_by(writer)
        line = fields["line"]
        turns = tuple(Turn(**turn) for turn in line["turns"])
        track.grow(Line(line["text"], CaptionKind(line["kind"]), Voice(**line["voice"]), turns))

    async def _at_the_desk(self, meeting_id: str, language: str, writer: Writer) -> Track:
        track = await self.track(meeting_id, language)
        after = taken(track.writer, writer)
        if after is None:
            raise Refused(Why.CAPTIONS_TAKEN)
        track.written_by(after)
        return track

    async def _whisper(self, meeting_id: str, language: str, track: Track) -> None:
        writer = track.writer
        told = writer and {**asdict(writer), "since": writer.since.isoformat(), "at": writer.at.isoformat()}
        fields = {"node": self._node, "writer": told, "line": asdict(track.line)}
        await self._store.whisper(meeting_id, language, fields)

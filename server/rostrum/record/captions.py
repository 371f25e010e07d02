"""Captions at rest: sealed, with a date; and how nodes that share a record hear of each other's.

A node that has kept or corrected a cue says so on the journal's channel, as `captions/{meeting}/{language}` with the
cue's position; the growing line is never kept, and goes as `caption-line/…` with its sealed content in the name.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.assembly.captions import CaptionKind, Cue, Turn, Voice
from rostrum.record.database import Database
from rostrum.record.journal import CHANNEL
from rostrum.record.sealing import Seal
from rostrum.record.tables import caption_cue
from rostrum.sealed_file import WrongKey

LOOKED_AT = 100
"""How many cues are opened at once where one is looked for."""
CUES, LINES = "captions", "caption-line"
_NOTIFY = text("SELECT pg_notify(:channel, :payload)")


class Captions:
    """Keeps cues."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def add(self, cue: Cue, purge_at: datetime) -> Cue:
        """Keep a cue; returns it with its position. One that is sent again, by its identifier, is kept once."""
        row = {
            "cue_id": cue.cue_id,
            "meeting_id": cue.meeting_id,
            "language": cue.language,
            "sealed": self._sealed(cue),
            "purge_at": purge_at,
        }
        try:
            async with self._database.session() as session:
                added = insert(caption_cue).values(row).returning(caption_cue.c.position)
                position = int((await session.execute(added)).scalar_one())
                await self._tell(session, cue, position)
        except IntegrityError:
            kept = await self.find(cue.cue_id)
            if kept is None:
                raise
            return kept
        return replace(cue, position=position)

    async def find(self, cue_id: str) -> Cue | None:
        """The cue of this identifier."""
        return next(iter(await self._read(select(caption_cue).where(caption_cue.c.cue_id == cue_id))), None)

    async def change(self, cue: Cue) -> None:
        """Keep a cue's new words in place of the former, which are gone."""
        async with self._database.session() as session:
            changed = update(caption_cue).where(caption_cue.c.cue_id == cue.cue_id).values(sealed=self._sealed(cue))
            await session.execute(changed)
            await self._tell(session, cue, cue.position)

    async def last(self, meeting_id: str, language: str, count: int) -> Sequence[Cue]:
        """The newest cues of a track, oldest first."""
        newest = _of(meeting_id, language).order_by(caption_cue.c.position.desc()).limit(count)
        return (await self._read(newest))[::-1]

    async def since(self, meeting_id: str, language: str, position: int) -> Sequence[Cue]:
        """The cues of a track from a position on, in order of closing."""
        later = _of(meeting_id, language).where(caption_cue.c.position >= position)
        return await self._read(later.order_by(caption_cue.c.position))

    async def of(self, meeting_id: str, language: str) -> Sequence[Cue]:
        """All cues of a track, as they began."""
        return sorted(await self._read(_of(meeting_id, language)), key=lambda cue: (cue.start, cue.position))

    async def has(self, meeting_id: str, language: str, wanted: Callable[[Cue], bool]) -> bool:
        """Whether a track has a cue that is wanted: no more of them are opened than it takes to find one."""
        after, track = -1, _of(meeting_id, language).order_by(caption_cue.c.position).limit(LOOKED_AT)
        while cues := await self._read(track.where(caption_cue.c.position > after)):
            if any(map(wanted, cues)):
                return True
            after = cues[-1].position
        return False

    async def languages(self, meeting_id: str) -> frozenset[str]:
        """The languages in which there are cues."""
        there = select(caption_cue.c.language).where(caption_cue.c.meeting_id == meeting_id).distinct()
        async with self._database.reading() as session:
            return frozenset((await session.execute(there)).scalars())

    async def purge(self, now: datetime) -> int:
        """Delete what has come to its date; how many cues there were."""
        gone = delete(caption_cue).where(caption_cue.c.purge_at <= now).returning(caption_cue.c.position)
        async with self._database.session() as session:
            return len((await session.execute(gone)).all())

    async def whisper(self, meeting_id: str, language: str, fields: Mapping[str, object]) -> None:
        """Tell the other nodes what is kept nowhere: the growing line, and who writes. With SQLite there are none."""
        if not self._database.is_postgresql:
            return
        name = f"{LINES}/{meeting_id}/{language}"
        sealed = base64.b64encode(self._seal.seal(name, fields)).decode()
        async with self._database.session() as session:
            await session.execute(_NOTIFY, {"channel": CHANNEL, "payload": f"0 {name}/{sealed}"})

    def whispered(self, stream: str) -> tuple[str, str, Mapping[str, object]] | None:
        """(meeting, language, fields) of what another node, or this one, has whispered; None: it is something else."""
        parts = stream.split("/", 3)
        if len(parts) != 4 or parts[0] != LINES:
            return None
        _, meeting_id, language, sealed = parts
        try:
            fields = self._seal.open(f"{LINES}/{meeting_id}/{language}", base64.b64decode(sealed))
        except (WrongKey, binascii.Error):
            return None
        return meeting_id, language, fields

    async def _tell(self, session: AsyncSession, cue: Cue, position: int) -> None:
        if self._database.is_postgresql:
            payload = f"{position} {CUES}/{cue.meeting_id}/{cue.language}"
            await session.execute(_NOTIFY, {"channel": CHANNEL, "payload": payload})

    def _sealed(self, cue: Cue) -> bytes:
        fields = {
            "start": cue.start.isoformat(),
            "end": cue.end.isoformat(),
            "text": cue.text,
            "kind": cue.kind,
            "corrected": cue.corrected,
            "voice": asdict(cue.voice),
            "turns": [asdict(turn) for turn in cue.turns],
        }
        return self._seal.seal(f"cue:{cue.cue_id}", fields)

    async def _read(self, wanted: Any) -> list[Cue]:
        async with self._database.reading() as session:
            rows = (await session.execute(wanted)).all()
        return [self._opened(row) for row in rows]

    def _opened(self, row: Any) -> Cue:
        fields: dict[str, Any] = self._seal.open(f"cue:{row.cue_id}", row.sealed)
        return Cue(
            row.cue_id,
            row.meeting_id,
            row.language,
            datetime.fromisoformat(fields["start"]),
            datetime.fromisoformat(fields["end"]),
            fields["text"],
            CaptionKind(fields["kind"]),
            Voice(**fields["voice"]),
            fields["corrected"],
            row.position,
            tuple(Turn(**turn) for turn in fields["turns"]),
        )


def _of(meeting_id: str, language: str) -> Any:
    track = caption_cue.c.meeting_id == meeting_id, caption_cue.c.language == language
    return select(caption_cue).where(*track)

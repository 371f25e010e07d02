"""Files that people sent, cleaned and sealed in the data folder; a row for each says whose, what for and until when.

A file's address is its identifier, which the server made: no name from anybody becomes a path.
"""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.keyfile import kept_key
from rostrum.record.database import Database
from rostrum.record.journal import Write
from rostrum.record.sealing import Seal
from rostrum.record.tables import file as file_table
from rostrum.sealed_file import SealedFile, SealedReader, key_of, pieces

STRAY_LIFE = timedelta(days=1)
"""How long bytes that no row knows are left alone: their write may be about to be committed."""


@dataclass(frozen=True)
class Owner:
    """Whose a file is, and what for. `subject` is an application, a place or a delegation; `purpose` a code."""

    session_id: str
    subject: str
    kind: str
    purpose: str


@dataclass(frozen=True)
class KeptFile:
    """A file that is kept. `name` is what its sender called it, for show alone; `sha256` of what is kept, in hex."""

    file_id: str
    owner: Owner
    name: str
    media_type: str
    size: int
    pages: int
    sha256: str
    created_at: datetime
    purge_at: datetime


def file_key(folder: Path) -> bytes:
    """What files of this data folder are sealed with: made at first use, outside the database."""
    return kept_key(folder / "file.key", lambda: secrets.token_bytes(32))


class Kept:
    """A file that is written as it comes, and has no row yet: `FileStore.row` is the write that makes it exist."""

    def __init__(self, file_id: str, media_type: str, sealed: SealedFile) -> None:
        self.file_id = file_id
        self.media_type = media_type
        self._sealed = sealed
        self._digest = hashlib.sha256()
        self.size = 0

    def append(self, data: bytes) -> None:
        """Seal what comes next. Blocks."""
        self._digest.update(data)
        self._sealed.append(data)
        self.size += len(data)

    def pass_over(self, piece: bytes) -> None:
        """Count what is in the file already."""
        self._digest.update(piece)
        self.size += len(piece)

    def finish(self) -> None:
        """Say that this is all, and bring it to the disk. Blocks."""
        try:
            self._sealed.finish()
        finally:
            self._sealed.close()

    @property
    def sha256(self) -> str:
        """Of what is in it, in hex."""
        return self._digest.hexdigest()


class FileStore:
    """Keeps files, and purges them."""

    def __init__(self, database: Database, seal: Seal, folder: Path, key: bytes) -> None:
        self._database = database
        self._seal = seal
        self._folder = folder
        self._key = key

    async def keep(
        self,
        file_id: str,
        owner: Owner,
        *,
        name: str,
        media_type: str,
        data: bytes,
        pages: int,
        created_at: datetime,
        purge_at: datetime,
    ) -> Write:
        """Put a file's bytes on the disk; returns the write that makes it exist.

        Bytes whose write is never committed are swept by the purge.
        """
        await asyncio.to_thread(self._write, file_id, data)
        digest = hashlib.sha256(data).hexdigest()
        return self._row(file_id, owner, name, media_type, len(data), pages, digest, created_at, purge_at)

    def _row(
        self,
        file_id: str,
        owner: Owner,
        name: str,
        media_type: str,
        size: int,
        pages: int,
        sha256: str,
        created_at: datetime,
        purge_at: datetime,
    ) -> Write:
        row = {
            "file_id": file_id,
            "session_id": owner.session_id,
            "subject": owner.subject,
            "kind": owner.kind,
            "purpose": owner.purpose,
            "sealed": self._seal.seal(file_id, {"name": name}),
            "media_type": media_type,
            "size": size,
            "pages": pages,
            "sha256": sha256,
            "created_at": created_at,
            "purge_at": purge_at,
        }

        async def write(session: AsyncSession) -> None:
            await session.execute(insert(file_table).values(row))

        return write

    def begin(self, file_id: str, media_type: str) -> Kept:
        """A new file, to be written as it comes. Blocks."""
        path = self._path(file_id)
        path.unlink(missing_ok=True)
        return Kept(file_id, media_type, SealedFile(path, self._key, file_id))

    def resume(self, file_id: str, media_type: str) -> Kept:
        """A file whose writing was cut off, with all that is whole of it. Blocks."""
        path = self._path(file_id)
        kept = Kept(file_id, media_type, SealedFile(path, self._key, file_id))
        for piece in pieces(path, self._key, file_id, whole=False):
            kept.pass_over(piece)
        return kept

    def row(self, kept: Kept, owner: Owner, created_at: datetime, purge_at: datetime) -> Write:
        """The write that makes a file exist which was written as it came."""
        return self._row(
            kept.file_id, owner, "", kept.media_type, kept.size, 1, kept.sha256, created_at, purge_at
        )  # fmt: skip

    def open(self, kept: KeptFile) -> SealedReader:
        """A file, to be read from anywhere in it. Blocks. Raises FileNotFoundError."""
        path = self._path(kept.file_id)
        return SealedReader(path.open("rb"), key_of(path, self._key, kept.file_id), kept.file_id)

    def lies(self, file_id: str) -> tuple[Path, bytes]:
        """Where a file lies, and its own key. Blocks. Raises FileNotFoundError."""
        path = self._path(file_id)
        return path, key_of(path, self._key, file_id)

    async def commit(self, *writes: Write) -> None:
        """Commit writes that no act of the Assembly goes with."""
        async with self._database.session() as session:
            for write in writes:
                await write(session)

    async def closed(self, kept: Kept, row: Write) -> None:
        """Put its last row (`row`) in the place of that with which a file was begun; it is gone where nothing is in it.

        So a row without a size is of a file that is being written.
        """
        await self.commit(self.gone(kept.file_id), *([row] if kept.size else []))
        if not kept.size:
            await self.forget([kept.file_id])

    async def get(self, file_id: str) -> KeptFile | None:
        """A file; None: there is none, or it was purged."""
        found = await self._select(select(file_table).where(file_table.c.file_id == file_id))
        return found[0] if found else None

    async def files_of(self, *subjects: str) -> Sequence[KeptFile]:
        """The files of applications, places or delegations, oldest first."""
        chosen = select(file_table).where(file_table.c.subject.in_(subjects))
        return await self._select(chosen.order_by(file_table.c.created_at, file_table.c.file_id))

    async def held(self) -> tuple[int, datetime | None]:
        """How many files there are, and when the first of them goes."""
        counted = select(func.count(), func.min(file_table.c.purge_at))
        async with self._database.reading() as session:
            number, first = (await session.execute(counted)).one()
        return number, first

    async def read(self, kept: KeptFile) -> AsyncIterator[bytes]:
        """What is in a file, piece by piece. Raises `WrongKey` where it was changed, FileNotFoundError."""
        source = pieces(self._path(kept.file_id), self._key, kept.file_id, whole=True)
        while (piece := await asyncio.to_thread(next, source, None)) is not None:
            yield piece

    def gone(self, file_id: str) -> Write:
        """A write that makes a file not exist; `forget` its bytes after the commit."""

        async def write(session: AsyncSession) -> None:
            await session.execute(delete(file_table).where(file_table.c.file_id == file_id))

        return write

    def until(self, subject: str, purge_at: datetime) -> Write:
        """A write that gives all files of a subject another date."""

        async def write(session: AsyncSession) -> None:
            await session.execute(update(file_table).where(file_table.c.subject == subject).values(purge_at=purge_at))

        return write

    async def delete(self, *file_ids: str) -> None:
        """Delete files, rows and bytes."""
        await self.commit(*(self.gone(file_id) for file_id in file_ids))
        await self.forget(file_ids)

    async def forget(self, file_ids: Iterable[str]) -> None:
        """Remove the bytes of files that no longer exist."""
        for file_id in file_ids:
            await asyncio.to_thread(self._path(file_id).unlink, missing_ok=True)

    async def purge(self, now: datetime) -> Sequence[str]:
        """Delete every file whose date has come, and bytes that no row has known for a day; the files' identifiers."""
        async with self._database.session() as session:
            gone = await session.execute(
                delete(file_table).where(file_table.c.purge_at <= now).returning(file_table.c.file_id)
            )
            purged = list(gone.scalars())
        await self.forget(purged)
        await self.forget(await self._strays(now))
        return purged

    async def _strays(self, now: datetime) -> Sequence[str]:
        """Bytes on the disk that no row has known for a day: of a write that was never committed."""
        old = await asyncio.to_thread(older_than, self._folder, now - STRAY_LIFE)
        strays: list[str] = []
        async with self._database.session() as session:
            for start in range(0, len(old), 500):
                some = [path.name for path in old[start : start + 500]]
                known = await session.execute(select(file_table.c.file_id).where(file_table.c.file_id.in_(some)))
                strays.extend(set(some) - set(known.scalars()))
        return strays

    async def _select(self, chosen: Select[tuple[object, ...]]) -> list[KeptFile]:
        async with self._database.session() as session:
            rows = (await session.execute(chosen)).mappings().all()
        return [
            KeptFile(
                row["file_id"],
                Owner(row["session_id"], row["subject"], row["kind"], row["purpose"]),
                str(self._seal.open(row["file_id"], row["sealed"]).get("name", "")),
                row["media_type"],
                row["size"],
                row["pages"],
                row["sha256"],
                row["created_at"],
                row["purge_at"],
            )
            for row in rows
        ]

    def _path(self, file_id: str) -> Path:
        if not file_id.isalnum():
            raise ValueError("not an identifier of ours")
        return self._folder / file_id[:2] / file_id

    def _write(self, file_id: str, data: bytes) -> None:
        path = self._path(file_id)
        path.unlink(missing_ok=True)
        sealed = SealedFile(path, self._key, file_id)
        try:
            sealed.append(data)
            sealed.finish()
        finally:
            sealed.close()


def older_than(folder: Path, moment: datetime) -> list[Path]:
    """The files under a folder that were last written before a moment."""
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime < moment.timestamp()]

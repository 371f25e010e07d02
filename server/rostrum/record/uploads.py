"""Uploads under way: what was said of each, and the bytes that have come, sealed as they come."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import delete, func, insert, select, update

from rostrum.record.database import Database
from rostrum.record.files import STRAY_LIFE, Owner, older_than
from rostrum.record.sealing import Seal
from rostrum.record.tables import upload as upload_table
from rostrum.sealed_file import SealedFile, pieces, sealed_size

Done = TypeVar("Done")

LET_GO_S = 5.0
"""How long a request that writes is waited for, once it was told that another has come."""
SILENCE_S = 90.0
"""After how long without a byte a line is taken for dead."""


class Busy(Exception):
    """Another request writes to this upload."""


class LetGo(Exception):
    """Another request has come for this upload, or nothing comes any more: its line may have died without a word."""


class Writing:
    """An upload's file in the hands of the one request that writes to it."""

    def __init__(self) -> None:
        self.sealed: SealedFile
        self.over = asyncio.Event()
        self._told = False
        self._patience: asyncio.Timeout | None = None

    def tell(self) -> None:
        """Another request has come for it."""
        self._told = True
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    async def next_of(self, coming: AsyncIterator[bytes]) -> bytes | None:
        """The next piece of what comes; None: that was all. Raises `LetGo`."""
        if self._told:
            raise LetGo
        try:
            async with asyncio.timeout(SILENCE_S) as self._patience:
                return await anext(coming, None)
        except TimeoutError as silent:
            raise LetGo from silent
        finally:
            self._patience = None


@dataclass(frozen=True)
class Upload:
    """An upload under way. `length` and `offset` in bytes; `told`: what was said of it when it was begun."""

    upload_id: str
    owner: Owner
    name: str
    length: int
    offset: int
    expires_at: datetime
    told: Mapping[str, str] = field(default_factory=dict)


class Uploads:
    """Keeps uploads until they are whole, or their time is over."""

    def __init__(self, database: Database, seal: Seal, folder: Path, key: bytes) -> None:
        self._database = database
        self._seal = seal
        self._folder = folder
        self._key = key
        self._writing: dict[str, Writing] = {}
        self._reached: dict[str, tuple[int, int, int]] = {}
        """Where uploads were left that are under way here: large ones are not walked through for each part."""

    async def begin(
        self,
        upload_id: str,
        owner: Owner,
        *,
        name: str,
        length: int,
        created_at: datetime,
        expires_at: datetime,
        told: Mapping[str, str] | None = None,
    ) -> None:
        """Begin an upload of so many bytes."""
        row = {
            "upload_id": upload_id,
            "session_id": owner.session_id,
            "subject": owner.subject,
            "kind": owner.kind,
            "purpose": owner.purpose,
            "sealed": self._seal.seal(upload_id, {"name": name, "told": dict(told or {})}),
            "length": length,
            "created_at": created_at,
            "expires_at": expires_at,
        }
        async with self._database.session() as session:
            await session.execute(insert(upload_table).values(row))

    async def get(self, upload_id: str) -> Upload | None:
        """An upload and how far it has come; None: there is none (any more)."""
        async with self._database.session() as session:
            chosen = select(upload_table).where(upload_table.c.upload_id == upload_id)
            row = (await session.execute(chosen)).mappings().one_or_none()
        if row is None:
            return None
        offset = await asyncio.to_thread(sealed_size, self._path(upload_id), self._reached.get(upload_id))
        sealed = self._seal.open(upload_id, row["sealed"])
        name, told = str(sealed.get("name", "")), sealed.get("told")
        owner = Owner(row["session_id"], row["subject"], row["kind"], row["purpose"])
        return Upload(
            upload_id, owner, name, row["length"], offset, row["expires_at"], told if isinstance(told, dict) else {}
        )

    async def count(self, subject: str) -> int:
        """How many uploads of a subject are under way."""
        async with self._database.session() as session:
            chosen = select(func.count()).select_from(upload_table).where(upload_table.c.subject == subject)
            return int((await session.execute(chosen)).scalar_one())

    async def abandoned(self, subject: str) -> str | None:
        """The oldest upload of a subject that is not whole, and that nobody sends now."""
        chosen = select(upload_table.c.upload_id).where(upload_table.c.subject == subject)
        async with self._database.session() as session:
            begun = (await session.execute(chosen.order_by(upload_table.c.created_at))).scalars().all()
        for upload_id in begun:
            found = await self.get(upload_id)
            if found is not None and found.offset < found.length and upload_id not in self._writing:
                return found.upload_id
        return None

    @asynccontextmanager
    async def writing(self, upload_id: str) -> AsyncIterator[Writing]:
        """The upload's file, to append to; on the disk when it is left. Raises `Busy`."""
        await self.let_go(upload_id)
        writing = self._writing[upload_id] = Writing()
        try:
            known = self._reached.get(upload_id)
            writing.sealed = await to_its_end(SealedFile, self._path(upload_id), self._key, upload_id, known)
            try:
                yield writing
            finally:
                self._reached[upload_id] = writing.sealed.mark()
                await to_its_end(writing.sealed.close)
        finally:
            del self._writing[upload_id]
            writing.over.set()

    async def let_go(self, upload_id: str) -> None:
        """Have whoever writes to it leave. Raises `Busy` where that does not happen."""
        while (writing := self._writing.get(upload_id)) is not None:
            writing.tell()
            try:
                async with asyncio.timeout(LET_GO_S):
                    await writing.over.wait()
            except TimeoutError as error:
                raise Busy(upload_id) from error

    async def prolong(self, upload_id: str, expires_at: datetime) -> None:
        """Give an upload more time."""
        async with self._database.session() as session:
            await session.execute(
                update(upload_table).where(upload_table.c.upload_id == upload_id).values(expires_at=expires_at)
            )

    async def read(self, upload_id: str) -> AsyncIterator[bytes]:
        """What has come, piece by piece."""
        source = pieces(self._path(upload_id), self._key, upload_id, whole=False)
        while (piece := await asyncio.to_thread(next, source, None)) is not None:
            yield piece

    def lies(self, upload_id: str) -> tuple[Path, bytes]:
        """Where what has come lies, and the node's key."""
        return self._path(upload_id), self._key

    async def end(self, upload_id: str) -> None:
        """Forget an upload, bytes and all."""
        self._reached.pop(upload_id, None)
        async with self._database.session() as session:
            await session.execute(delete(upload_table).where(upload_table.c.upload_id == upload_id))
        await asyncio.to_thread(self._path(upload_id).unlink, missing_ok=True)

    async def purge(self, now: datetime) -> int:
        """Forget uploads whose time is over; how many there were."""
        async with self._database.session() as session:
            gone = await session.execute(
                delete(upload_table).where(upload_table.c.expires_at <= now).returning(upload_table.c.upload_id)
            )
            ended = list(gone.scalars())
            known = set((await session.execute(select(upload_table.c.upload_id))).scalars())
        # What a machine that stopped between row and bytes left behind goes too.
        for path in await asyncio.to_thread(older_than, self._folder, now - STRAY_LIFE):
            if path.name not in known:
                await asyncio.to_thread(path.unlink, missing_ok=True)
        for upload_id in ended:
            self._reached.pop(upload_id, None)
            await asyncio.to_thread(self._path(upload_id).unlink, missing_ok=True)
        return len(ended)

    def _path(self, upload_id: str) -> Path:
        if not upload_id.isalnum():
            raise ValueError("not an identifier of ours")
        return self._folder / upload_id


async def to_its_end(work: Callable[..., Done], *given: object) -> Done:
    """Do work that blocks in a thread; where whoever waits is cancelled, it is still waited for: two never mix."""
    doing = asyncio.ensure_future(asyncio.to_thread(work, *given))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise

"""Dossiers: what people wrote, outside the journal, sealed, with the date on which it goes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.record.database import Database
from rostrum.record.journal import Write
from rostrum.record.sealing import Seal
from rostrum.record.tables import dossier

Fields = dict[str, object]


@dataclass(frozen=True)
class KeptDossier:
    """A dossier with what is known of it."""

    dossier_id: str
    kind: str
    created_at: datetime
    purge_at: datetime
    fields: Fields


class Dossiers:
    """Keeps dossiers and purges them."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def seal(
        self,
        dossier_id: str,
        *,
        session_id: str,
        subject: str,
        kind: str,
        fields: Mapping[str, object],
        created_at: datetime,
        purge_at: datetime,
    ) -> Write:
        """A write that keeps a new dossier. `subject` is the application or place that it is about."""
        row = {
            "dossier_id": dossier_id,
            "session_id": session_id,
            "subject": subject,
            "kind": kind,
            "sealed": self._seal.seal(dossier_id, fields),
            "created_at": created_at,
            "purge_at": purge_at,
        }

        async def write(session: AsyncSession) -> None:
            await session.execute(insert(dossier).values(row))

        return write

    def seal_many(
        self,
        dossiers: Iterable[tuple[str, str, Mapping[str, object]]],
        *,
        session_id: str,
        kind: str,
        created_at: datetime,
        purge_at: datetime,
    ) -> Write:
        """A write that keeps many new dossiers of a kind: (dossier, subject, fields) each."""
        shared = {"session_id": session_id, "kind": kind, "created_at": created_at, "purge_at": purge_at}
        rows = [
            {"dossier_id": dossier_id, "subject": subject, "sealed": self._seal.seal(dossier_id, fields), **shared}
            for dossier_id, subject, fields in dossiers
        ]

        async def write(session: AsyncSession) -> None:
            if rows:
                await session.execute(insert(dossier), rows)

        return write

    def change(self, dossier_id: str, fields: Mapping[str, object]) -> Write:
        """A write that replaces a dossier's fields."""
        sealed = self._seal.seal(dossier_id, fields)

        async def write(session: AsyncSession) -> None:
            await session.execute(update(dossier).where(dossier.c.dossier_id == dossier_id).values(sealed=sealed))

        return write

    def dropped(self, dossier_id: str) -> Write:
        """A write that deletes one dossier."""

        async def write(session: AsyncSession) -> None:
            await session.execute(delete(dossier).where(dossier.c.dossier_id == dossier_id))

        return write

    async def commit(self, *writes: Write) -> None:
        """Commit writes that no act of the Assembly goes with."""
        async with self._database.session() as session:
            for write in writes:
                await write(session)

    async def get(self, dossier_id: str) -> Fields | None:
        """A dossier's fields; None: there is none, or it was purged."""
        return (await self.get_many([dossier_id])).get(dossier_id)

    async def get_many(self, dossier_ids: Iterable[str]) -> dict[str, Fields]:
        """The fields of those dossiers that there are."""
        wanted = list(set(dossier_ids))
        found: dict[str, Fields] = {}
        async with self._database.reading() as session:
            for start in range(0, len(wanted), 500):
                some = dossier.c.dossier_id.in_(wanted[start : start + 500])
                rows = await session.execute(select(dossier.c.dossier_id, dossier.c.sealed).where(some))
                found |= {row.dossier_id: self._seal.open(row.dossier_id, row.sealed) for row in rows}
        return found

    async def about(self, subjects: Iterable[str]) -> list[KeptDossier]:
        """Every dossier about these applications, members or places, newest first."""
        chosen = select(dossier).where(dossier.c.subject.in_(list(subjects)))
        async with self._database.reading() as session:
            rows = (await session.execute(chosen.order_by(dossier.c.created_at.desc(), dossier.c.dossier_id))).all()
        opened = ((row, self._seal.open(row.dossier_id, row.sealed)) for row in rows)
        return [KeptDossier(row.dossier_id, row.kind, row.created_at, row.purge_at, fields) for row, fields in opened]

    async def kinds(self) -> dict[str, tuple[int, datetime]]:
        """Kind to how many dossiers there are of it, and when the first of them goes."""
        counted = select(dossier.c.kind, func.count(), func.min(dossier.c.purge_at)).group_by(dossier.c.kind)
        async with self._database.reading() as session:
            return {kind: (number, first) for kind, number, first in await session.execute(counted)}

    def gone(self, subjects: Iterable[str]) -> Write:
        """A write that deletes every dossier about these; `wipe` after the commit."""
        wanted = list(subjects)

        async def write(session: AsyncSession) -> None:
            await session.execute(delete(dossier).where(dossier.c.subject.in_(wanted)))

        return write

    async def wipe(self) -> None:
        """Leave nothing of what was deleted in SQLite's write-ahead log either."""
        await self._database.empty_log()

    async def purge(self, now: datetime) -> list[str]:
        """Delete every dossier whose date has come; returns their identifiers.

        On SQLite nothing of them is left in the file afterwards, nor in its write-ahead log (secure_delete, then a
        checkpoint that empties the log). On PostgreSQL, VACUUM does the same in its own time.
        """
        async with self._database.session() as session:
            gone = await session.execute(
                delete(dossier).where(dossier.c.purge_at <= now).returning(dossier.c.dossier_id)
            )
            purged = list(gone.scalars())
        if purged:
            await self._database.empty_log()
        return purged

"""Applications under way, and the token that stays the applicant's key to the status page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.record.database import Database
from rostrum.record.journal import Write
from rostrum.record.links import hash_token
from rostrum.record.sealing import Seal
from rostrum.record.tables import draft


@dataclass(frozen=True)
class Draft:
    """An application as its applicant left it. `fields` is None once it was submitted: its dossier has them."""

    application_id: str
    session_id: str
    fields: dict[str, object] | None
    updated_at: datetime


class Drafts:
    """Keeps drafts, by the hash of their token."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def create(
        self,
        application_id: str,
        token: str,
        session_id: str,
        fields: Mapping[str, object],
        now: datetime,
        purge_at: datetime,
    ) -> None:
        """Keep a new draft."""
        row = {
            "application_id": application_id,
            "token_hash": hash_token(token),
            "session_id": session_id,
            "sealed": self._seal.seal(application_id, fields),
            "created_at": now,
            "updated_at": now,
            "purge_at": purge_at,
        }
        async with self._database.session() as session:
            await session.execute(insert(draft).values(row))

    async def save(self, application_id: str, fields: Mapping[str, object], now: datetime, purge_at: datetime) -> None:
        """Replace what a draft holds; a submitted one stays as it is."""
        change = update(draft).where(draft.c.application_id == application_id, draft.c.sealed.is_not(None))
        values = {"sealed": self._seal.seal(application_id, fields), "updated_at": now, "purge_at": purge_at}
        async with self._database.session() as session:
            await session.execute(change.values(values))

    async def find(self, token: str) -> Draft | None:
        """The draft, or submitted application, that this token is the key to."""
        async with self._database.reading() as session:
            row = (await session.execute(select(draft).where(draft.c.token_hash == hash_token(token)))).one_or_none()
        if row is None:
            return None
        fields = None if row.sealed is None else self._seal.open(row.application_id, row.sealed)
        return Draft(row.application_id, row.session_id, fields, row.updated_at)

    async def of(self, application_id: str) -> Draft | None:
        """The draft, or submitted application, of this identifier, for who holds another key that leads to it."""
        async with self._database.session() as session:
            wanted = select(draft).where(draft.c.application_id == application_id)
            row = (await session.execute(wanted)).one_or_none()
        if row is None:
            return None
        fields = None if row.sealed is None else self._seal.open(row.application_id, row.sealed)
        return Draft(row.application_id, row.session_id, fields, row.updated_at)

    def submitted(self, application_id: str, purge_at: datetime) -> Write:
        """A write that empties a draft whose application was submitted; its token stays good."""
        change = update(draft).where(draft.c.application_id == application_id)

        async def write(session: AsyncSession) -> None:
            await session.execute(change.values(sealed=None, purge_at=purge_at))

        return write

    async def purge(self, now: datetime) -> int:
        """Delete drafts whose date has come; how many there were."""
        async with self._database.session() as session:
            gone = await session.execute(delete(draft).where(draft.c.purge_at <= now).returning(draft.c.application_id))
            count = len(gone.all())
        if count:
            await self._database.empty_log()
        return count

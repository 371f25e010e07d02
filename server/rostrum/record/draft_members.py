"""People of an application before the record knows of them: named, joining, or in a line of a list to be mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.record.database import Database
from rostrum.record.journal import Write
from rostrum.record.links import hash_token
from rostrum.record.sealing import Seal
from rostrum.record.tables import draft, draft_member, join_link, member_key

Words = Mapping[str, str]


class DraftState(StrEnum):
    """Where somebody stands before the record knows of them."""

    NAMED = "named"
    """By the focal point, or approved by them."""
    JOINING = "joining"
    """Fills in their own data; the focal point does not see them yet."""
    WAITING = "waiting"
    """Has sent their data to the focal point."""
    DECLINED = "declined"
    MENDING = "mending"
    """A line of an imported list with faults."""


@dataclass(frozen=True)
class DraftMember:
    """One of them. `protected`: their wishes for protection, sealed apart from `fields`."""

    member_id: str
    application_id: str
    state: DraftState
    fields: Words
    protected: Words = field(default_factory=dict)


class DraftMembers:
    """Keeps them, sealed, for as long as their application's draft or page is kept."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def add(self, members: Sequence[DraftMember]) -> None:
        """Keep further people, in this order."""
        await self._database_write(self.added(members))

    def added(self, members: Sequence[DraftMember]) -> Write:
        """A write that keeps further people, in this order."""
        rows = [
            {
                "member_id": member.member_id,
                "application_id": member.application_id,
                "state": member.state.value,
                **self._sealed(member.member_id, member.fields, member.protected),
            }
            for member in members
        ]

        async def write(session: AsyncSession) -> None:
            if rows:
                await session.execute(insert(draft_member), rows)

        return write

    async def save(
        self, member_id: str, fields: Words, protected: Words, state: DraftState, *, also: Sequence[Write] = ()
    ) -> None:
        """Replace what is known of somebody, and where they stand; with the writes in `also`."""
        values = {**self._sealed(member_id, fields, protected), "state": state.value}
        change = update(draft_member).where(draft_member.c.member_id == member_id).values(values)
        async with self._database.session() as session:
            await session.execute(change)
            for write in also:
                await write(session)

    def removed(self, member_ids: Sequence[str]) -> Write:
        """A write that forgets some: they were taken off, or the record has them now."""
        wanted = list(member_ids)

        async def write(session: AsyncSession) -> None:
            for start in range(0, len(wanted), 500):
                some = draft_member.c.member_id.in_(wanted[start : start + 500])
                await session.execute(delete(draft_member).where(some))

        return write

    async def remove(self, member_ids: Sequence[str]) -> None:
        """Forget some."""
        await self._database_write(self.removed(member_ids))

    async def of(self, application_id: str) -> list[DraftMember]:
        """Everybody of an application, oldest first."""
        wanted = select(draft_member).where(draft_member.c.application_id == application_id)
        async with self._database.session() as session:
            rows = await session.execute(wanted.order_by(draft_member.c.position))
            return [self._opened(row) for row in rows]

    async def find(self, member_id: str) -> DraftMember | None:
        """One of them."""
        async with self._database.session() as session:
            wanted = select(draft_member).where(draft_member.c.member_id == member_id)
            row = (await session.execute(wanted)).one_or_none()
        return None if row is None else self._opened(row)

    async def set_join_link(self, application_id: str, token: str | None) -> None:
        """Give a delegation a join link in place of the one before; None: it has none any more."""
        async with self._database.session() as session:
            await session.execute(delete(join_link).where(join_link.c.application_id == application_id))
            if token is not None:
                row = {"application_id": application_id, "token_hash": hash_token(token)}
                await session.execute(insert(join_link).values(row))

    async def has_join_link(self, application_id: str) -> bool:
        """Whether the delegation can be joined by a link."""
        wanted = select(join_link.c.application_id).where(join_link.c.application_id == application_id)
        async with self._database.session() as session:
            return (await session.execute(wanted)).first() is not None

    async def application_of_join_link(self, token: str) -> tuple[str, str] | None:
        """(application, session) of the delegation that this join link is to."""
        wanted = (
            select(join_link.c.application_id, draft.c.session_id)
            .join(draft, draft.c.application_id == join_link.c.application_id)
            .where(join_link.c.token_hash == hash_token(token))
        )
        async with self._database.session() as session:
            row = (await session.execute(wanted)).one_or_none()
        return None if row is None else (row.application_id, row.session_id)

    def key_added(self, member_id: str, application_id: str, token: str) -> Write:
        """A write that remembers the key to somebody's own page."""
        row = {"member_id": member_id, "application_id": application_id, "token_hash": hash_token(token)}

        async def write(session: AsyncSession) -> None:
            await session.execute(insert(member_key).values(row))

        return write

    async def begin(self, member: DraftMember, token: str) -> None:
        """Keep somebody who begins to fill in their own data, with the key to their page."""
        await self._database_write(self.added([member]), self.key_added(member.member_id, member.application_id, token))

    async def member_of_key(self, token: str) -> tuple[str, str, str] | None:
        """(member, application, session) whose own page this is the key to."""
        wanted = (
            select(member_key.c.member_id, member_key.c.application_id, draft.c.session_id)
            .join(draft, draft.c.application_id == member_key.c.application_id)
            .where(member_key.c.token_hash == hash_token(token))
        )
        async with self._database.session() as session:
            row = (await session.execute(wanted)).one_or_none()
        return None if row is None else (row.member_id, row.application_id, row.session_id)

    async def purge(self) -> int:
        """Delete what belongs to an application whose draft, or page, is no longer kept; how many people there were."""
        kept = select(draft.c.application_id)
        async with self._database.session() as session:
            gone = await session.execute(
                delete(draft_member)
                .where(draft_member.c.application_id.not_in(kept))
                .returning(draft_member.c.member_id)
            )
            count = len(gone.all())
            for table in (member_key, join_link):
                await session.execute(delete(table).where(table.c.application_id.not_in(kept)))
        if count:
            await self._database.empty_log()
        return count

    async def _database_write(self, *writes: Write) -> None:
        async with self._database.session() as session:
            for write in writes:
                await write(session)

    def _sealed(self, member_id: str, fields: Words, protected: Words) -> dict[str, bytes | None]:
        return {
            "sealed": self._seal.seal(member_id, fields),
            "protected": self._seal.seal(f"{member_id}/protected", protected) if protected else None,
        }

    def _opened(self, row: object) -> DraftMember:
        member_id: str = row.member_id  # type: ignore[attr-defined]  # a row of the table
        fields = self._seal.open(member_id, row.sealed)  # type: ignore[attr-defined]
        sealed: bytes | None = row.protected  # type: ignore[attr-defined]
        protected = {} if sealed is None else self._seal.open(f"{member_id}/protected", sealed)
        return DraftMember(
            member_id,
            row.application_id,  # type: ignore[attr-defined]
            DraftState(row.state),  # type: ignore[attr-defined]
            {name: str(value) for name, value in fields.items()},
            {name: str(value) for name, value in protected.items()},
        )

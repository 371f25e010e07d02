"""Browsers that came by a link and are not in yet: they wait for a code from a mail, or for another device's word."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from rostrum.record.database import Database
from rostrum.record.journal import Write
from rostrum.record.links import hash_token
from rostrum.record.tables import arrival


@dataclass(frozen=True)
class Arrival:
    """One of them. `number`: shown on it and on the device that lets it in, to be compared; empty where a code is."""

    device_id: str
    link_id: str
    place_id: str
    label: str
    public_key: bytes | None
    number: str
    code_hash: bytes | None
    tries: int
    expires_at: datetime


class Arrivals:
    """Keeps them for some minutes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, coming: Arrival, secret: str, also: Write | None = None) -> None:
        """Keep one that has come with this secret, with another write in the same transaction."""
        row = {**vars(coming), "secret_hash": hash_token(secret)}
        async with self._database.session() as session:
            await session.execute(insert(arrival).values(row))
            if also is not None:
                await also(session)

    async def find(self, secret: str, now: datetime) -> Arrival | None:
        """The one that has this secret and still waits."""
        return await self._one(arrival.c.secret_hash == hash_token(secret), now)

    async def waiting(self, device_ids: list[str], now: datetime) -> list[Arrival]:
        """Those of these that still wait, oldest first."""
        wanted = select(arrival).where(arrival.c.device_id.in_(device_ids), arrival.c.expires_at > now)
        async with self._database.reading() as session:
            rows = (await session.execute(wanted.order_by(arrival.c.expires_at))).all()
        return [_arrival(row) for row in rows]

    async def secret_of(self, device_id: str) -> bytes | None:
        """The hash of the secret that it came with: its device's from when it is let in."""
        async with self._database.reading() as session:
            wanted = select(arrival.c.secret_hash).where(arrival.c.device_id == device_id)
            found: bytes | None = (await session.execute(wanted)).scalar_one_or_none()
        return found

    async def count_try(self, device_id: str, most: int) -> bool:
        """Count a try of a code, before it is compared; False where it is one too many."""
        counted = update(arrival).where(arrival.c.device_id == device_id, arrival.c.tries < most)
        async with self._database.session() as session:
            done = await session.execute(counted.values(tries=arrival.c.tries + 1).returning(arrival.c.tries))
            return done.one_or_none() is not None

    async def forget(self, device_id: str) -> None:
        """It is let in, or turned away."""
        async with self._database.session() as session:
            await session.execute(delete(arrival).where(arrival.c.device_id == device_id))

    async def purge(self, now: datetime) -> int:
        """Forget those that waited too long; how many there were."""
        gone = delete(arrival).where(arrival.c.expires_at <= now).returning(arrival.c.device_id)
        async with self._database.session() as session:
            return len((await session.execute(gone)).all())

    async def _one(self, which: object, now: datetime) -> Arrival | None:
        wanted = select(arrival).where(which, arrival.c.expires_at > now)  # type: ignore[arg-type]  # a column's clause
        async with self._database.reading() as session:
            row = (await session.execute(wanted)).one_or_none()
        return None if row is None else _arrival(row)


def _arrival(row: object) -> Arrival:
    return Arrival(**{name: getattr(row, name) for name in Arrival.__dataclass_fields__})

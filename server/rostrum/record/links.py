"""Secrets of links and devices: only their hashes are kept, and of a device the public half of its key."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.record.database import Database
from rostrum.record.journal import Write
from rostrum.record.tables import device, link_secret, passkey


def hash_token(token: str) -> bytes:
    """SHA-256 of a token. A token has 256 random bits, so that a fast hash is enough and its look-up leaks nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


FORMER_LIFE = timedelta(seconds=60)
"""How long a device's former secret is taken once its new one was used: for what was under way."""


@dataclass(frozen=True)
class Device:
    """A browser that a link leads in from.

    `public_key`: of the key that it keeps (DER, SubjectPublicKeyInfo), None where it stands by its cookie alone;
    `proved_at`: when it last showed that it has that key; `passkey_at`: when a passkey was last shown on it.
    """

    device_id: str
    link_id: str
    place_id: str
    label: str
    public_key: bytes | None
    created_at: datetime
    last_seen_on: date
    proved_at: datetime | None
    passkey_at: datetime | None


LINKED = (link_secret, device, passkey)
"""The tables that hold what lets in by a link."""


class Links:
    """Knows links and devices by their secrets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_link(self, link_id: str, token: str) -> Write:
        """A write that remembers a link's secret."""
        hashed = hash_token(token)

        async def write(session: AsyncSession) -> None:
            await session.execute(insert(link_secret).values(link_id=link_id, token_hash=hashed))

        return write

    async def find_link(self, token: str) -> str | None:
        """The link that has this secret."""
        wanted = select(link_secret.c.link_id).where(link_secret.c.token_hash == hash_token(token))
        async with self._database.reading() as session:
            found: str | None = (await session.execute(wanted)).scalar_one_or_none()
        return found

    def add_device(
        self,
        device_id: str,
        link_id: str,
        place_id: str,
        secret: str | bytes,
        now: datetime,
        *,
        label: str = "",
        public_key: bytes | None = None,
        passkey: bytes | None = None,
    ) -> Write:
        """A write that remembers a device. `secret`: what it keeps, or the hash of that; `passkey`: what let it in."""
        row = {
            "device_id": device_id,
            "link_id": link_id,
            "place_id": place_id,
            "secret_hash": hash_token(secret) if isinstance(secret, str) else secret,
            "created_at": now,
            "last_seen_on": now.date(),
            "label": label,
            "public_key": public_key,
            "proved_at": None if public_key is None else now,
            "passkey_at": None if passkey is None else now,
            "passkey_id": passkey,
            "entered_by": passkey,
        }

        async def write(session: AsyncSession) -> None:
            await session.execute(insert(device).values(row))

        return write

    def forget_device(self, device_id: str) -> Write:
        """A write that forgets a device."""

        async def write(session: AsyncSession) -> None:
            await session.execute(delete(device).where(device.c.device_id == device_id))

        return write

    async def find_device(self, place_id: str, secret: str, now: datetime | None = None) -> Device | None:
        """The device that has this secret, if it is one of this place. With `now`, its former secret counts, too."""
        hashed = hash_token(secret)
        its = device.c.secret_hash == hashed
        if now is not None:
            good = or_(device.c.former_until.is_(None), device.c.former_until > now)
            its = or_(its, (device.c.former_hash == hashed) & good)
        async with self._database.reading() as session:
            row = (await session.execute(select(device).where(its, device.c.place_id == place_id))).one_or_none()
        if row is not None and now is not None and row.former_hash not in {None, hashed} and not row.former_until:
            # The new secret has arrived: the former one ends.
            ends = update(device).where(device.c.device_id == row.device_id, device.c.former_hash == row.former_hash)
            async with self._database.session() as session:
                await session.execute(ends.values(former_until=now + FORMER_LIFE))
        return None if row is None else _device(row)

    async def devices_of(self, link_id: str) -> list[Device]:
        """The devices of a link, oldest first."""
        wanted = select(device).where(device.c.link_id == link_id).order_by(device.c.created_at)
        async with self._database.reading() as session:
            return [_device(row) for row in (await session.execute(wanted)).all()]

    async def without_key(self, session_links: list[str]) -> set[str]:
        """Those of these links that some device leads in from by its cookie alone."""
        wanted = select(device.c.link_id).where(device.c.link_id.in_(session_links), device.c.public_key.is_(None))
        async with self._database.reading() as session:
            return set((await session.execute(wanted)).scalars())

    async def give_key(self, device_id: str, public_key: bytes, now: datetime) -> bool:
        """Bind a device that has none to a key; False where it has one."""
        change = update(device).where(device.c.device_id == device_id, device.c.public_key.is_(None))
        async with self._database.session() as session:
            done = await session.execute(
                change.values(public_key=public_key, proved_at=now).returning(device.c.device_id)
            )
            return done.one_or_none() is not None

    async def renew(self, device_id: str, presented: str, secret: str, now: datetime) -> None:
        """The device has proved its key and gets a new secret. The one that it presented stays good until the new one
        is used: an answer may be lost on its way."""
        change = update(device).where(device.c.device_id == device_id)
        new = {
            "former_hash": hash_token(presented),
            "former_until": None,
            "secret_hash": hash_token(secret),
            "proved_at": now,
        }
        async with self._database.session() as session:
            await session.execute(change.values(new))

    async def passkey_shown(self, device_id: str, passkey: bytes, now: datetime) -> None:
        """A passkey was shown on this device."""
        change = update(device).where(device.c.device_id == device_id)
        async with self._database.session() as session:
            await session.execute(change.values(passkey_at=now, passkey_id=passkey))

    async def has_passkey(self, device_id: str) -> bool:
        """Whether a passkey was shown on this device that is still good."""
        wanted = select(device.c.passkey_at).where(device.c.device_id == device_id)
        async with self._database.reading() as session:
            return (await session.execute(wanted)).scalar_one_or_none() is not None

    async def entered_by(self, passkey: bytes, link_id: str) -> list[str]:
        """The devices of a link that a passkey let in, oldest first."""
        its = (device.c.entered_by == passkey) & (device.c.link_id == link_id)
        wanted = select(device.c.device_id).where(its).order_by(device.c.created_at)
        async with self._database.reading() as session:
            return list((await session.execute(wanted)).scalars())

    async def seen(self, device_id: str, now: datetime) -> None:
        """Note the day on which a device was used; no more than the day is kept."""
        today = now.date()
        change = update(device).where(device.c.device_id == device_id, device.c.last_seen_on < today)
        async with self._database.session() as session:
            await session.execute(change.values(last_seen_on=today))

    async def forget(self, link_ids: Sequence[str]) -> int:
        """Forget secrets, devices and passkeys of links that have ended; how many rows there were."""
        number = 0
        async with self._database.session() as session:
            for start in range(0, len(link_ids), 500):
                for table in LINKED:
                    some = table.c.link_id.in_(link_ids[start : start + 500])
                    number += len((await session.execute(delete(table).where(some).returning(table.c.link_id))).all())
        return number

    async def count(self, link_ids: Sequence[str]) -> int:
        """How many rows `forget` would delete."""
        number = 0
        async with self._database.reading() as session:
            for start in range(0, len(link_ids), 500):
                for table in LINKED:
                    some = table.c.link_id.in_(link_ids[start : start + 500])
                    counted = select(func.count()).select_from(table).where(some)
                    number += int((await session.execute(counted)).scalar_one())
        return number


def _device(row: object) -> Device:
    return Device(**{name: getattr(row, name) for name in Device.__dataclass_fields__})

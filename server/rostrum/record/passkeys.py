"""Passkeys (WebAuthn credentials) by which places are entered: public keys only."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select, update

from rostrum.record.database import Database
from rostrum.record.tables import device, passkey


@dataclass(frozen=True)
class Passkey:
    """One of them. It came with a link and ends with it. `label`: the device that it was made on."""

    credential_id: bytes
    link_id: str
    place_id: str
    public_key: bytes
    sign_count: int
    label: str
    created_at: datetime
    last_used_on: date | None


class PasskeyStore:
    """Keeps them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, new: Passkey) -> None:
        """Keep a new one. Raises SQLAlchemy's IntegrityError where it is known already."""
        async with self._database.session() as session:
            await session.execute(insert(passkey).values(vars(new)))

    async def find(self, credential_id: bytes) -> Passkey | None:
        """The one with this identifier."""
        async with self._database.reading() as session:
            wanted = select(passkey).where(passkey.c.credential_id == credential_id)
            row = (await session.execute(wanted)).one_or_none()
        return None if row is None else Passkey(**row._mapping)

    async def of_link(self, link_id: str) -> list[Passkey]:
        """Those of a link, oldest first."""
        wanted = select(passkey).where(passkey.c.link_id == link_id).order_by(passkey.c.created_at)
        async with self._database.reading() as session:
            return [Passkey(**row._mapping) for row in (await session.execute(wanted)).all()]

    async def used(self, credential_id: bytes, sign_count: int, now: datetime) -> None:
        """It was shown; no more than the day is kept."""
        change = update(passkey).where(passkey.c.credential_id == credential_id)
        async with self._database.session() as session:
            await session.execute(change.values(sign_count=sign_count, last_used_on=now.date()))

    async def remove(self, credential_id: bytes, link_id: str) -> bool:
        """Forget one of a link, and that it was shown on a device; False where it is none of it."""
        its = (passkey.c.credential_id == credential_id) & (passkey.c.link_id == link_id)
        async with self._database.session() as session:
            gone = await session.execute(delete(passkey).where(its).returning(passkey.c.link_id))
            shown = update(device).where(device.c.passkey_id == credential_id, device.c.link_id == link_id)
            await session.execute(shown.values(passkey_at=None, passkey_id=None))
            return gone.one_or_none() is not None

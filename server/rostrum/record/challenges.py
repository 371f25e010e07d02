"""Challenges that were handed out: each is good once, for one purpose and holder, and not for long; on every node."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert

from rostrum.record.database import Database
from rostrum.record.links import hash_token
from rostrum.record.tables import challenge


class Challenges:
    """Keeps the hashes of challenges until they are answered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, token: str, purpose: str, holder: str, now: datetime, life: timedelta) -> None:
        """Remember a challenge that is handed out."""
        row = {"challenge_hash": hash_token(token), "purpose": purpose, "holder": holder, "expires_at": now + life}
        async with self._database.session() as session:
            await session.execute(insert(challenge).values(row))

    async def take(self, token: str, purpose: str, holder: str, now: datetime) -> bool:
        """Whether the challenge was handed out for this, is young enough and was not answered before."""
        its = (challenge.c.purpose == purpose) & (challenge.c.holder == holder)
        mine = (challenge.c.challenge_hash == hash_token(token)) & its
        async with self._database.session() as session:
            row = (await session.execute(delete(challenge).where(mine).returning(challenge.c.expires_at))).one_or_none()
        return row is not None and now < row.expires_at

    async def purge(self, now: datetime) -> int:
        """Forget what was never answered; how many there were."""
        gone = delete(challenge).where(challenge.c.expires_at <= now).returning(challenge.c.challenge_hash)
        async with self._database.session() as session:
            return len((await session.execute(gone)).all())

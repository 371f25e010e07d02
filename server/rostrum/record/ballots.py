"""Who has voted in which vote: a constraint of the database stands behind the rule that each delegation counts once.

What was said is in the journal; here is only that something was.
"""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.record.journal import Write
from rostrum.record.tables import vote_cast


def once(meeting_id: str, vote_id: str, delegation_id: str) -> Write:
    """The write that goes with a vote that is cast; the transaction fails where the delegation has one already."""

    async def write(session: AsyncSession) -> None:
        row = {"meeting_id": meeting_id, "vote_id": vote_id, "delegation_id": delegation_id}
        await session.execute(insert(vote_cast).values(row))

    return write

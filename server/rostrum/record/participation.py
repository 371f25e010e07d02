"""How many minutes of a meeting each place's line was how: all that is kept of lines, for the report on equity."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from rostrum.record.database import Database
from rostrum.record.tables import line_minutes

MinutesByWord = Mapping[str, int]


class Participation:
    """Counts minutes by meeting, place and word. Nodes that share a record add to the same counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_minute(self, words: Mapping[tuple[str, str], str], purge_at: datetime) -> None:
        """One more minute of a word for each (meeting, place)."""
        if not words:
            return
        rows = [
            {"meeting_id": meeting_id, "place_id": place_id, "word": word, "minutes": 1, "purge_at": purge_at}
            for (meeting_id, place_id), word in words.items()
        ]
        async with self._database.session() as session:
            dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
            insertion = dialect.insert(line_minutes)
            counted = insertion.on_conflict_do_update(
                index_elements=["meeting_id", "place_id", "word"],
                set_={"minutes": line_minutes.c.minutes + 1, "purge_at": insertion.excluded.purge_at},
            )
            await session.execute(counted, rows)

    async def of(self, meeting_id: str) -> Mapping[str, MinutesByWord]:
        """The minutes of a meeting, by place and word."""
        wanted = select(line_minutes.c.place_id, line_minutes.c.word, line_minutes.c.minutes)
        found: dict[str, dict[str, int]] = {}
        async with self._database.reading() as session:
            for place_id, word, minutes in await session.execute(wanted.where(line_minutes.c.meeting_id == meeting_id)):
                found.setdefault(place_id, {})[word] = minutes
        return found

    async def purge(self, now: datetime) -> int:
        """Delete what has come to its date; how many counts there were."""
        gone = delete(line_minutes).where(line_minutes.c.purge_at <= now).returning(line_minutes.c.place_id)
        async with self._database.session() as session:
            return len((await session.execute(gone)).all())

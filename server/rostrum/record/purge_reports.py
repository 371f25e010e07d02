"""What each purge deleted: counts by kind, of nobody in particular."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from rostrum.record.database import Database
from rostrum.record.tables import purge_report


@dataclass(frozen=True)
class Report:
    """One purge. `counts`: how many of each kind were deleted; `failed`: the kinds that are tried again later."""

    at: datetime
    counts: Mapping[str, int]
    failed: tuple[str, ...]


class PurgeReports:
    """Keeps them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, report: Report) -> None:
        """Keep one more."""
        row = {"at": report.at, "counts": json.dumps(dict(report.counts)), "failed": json.dumps(report.failed)}
        async with self._database.session() as session:
            await session.execute(insert(purge_report).values(row))

    async def recent(self, limit: int = 60) -> Sequence[Report]:
        """The newest, newest first."""
        wanted = select(purge_report).order_by(purge_report.c.position.desc()).limit(limit)
        async with self._database.reading() as session:
            rows = (await session.execute(wanted)).all()
        return [Report(row.at, json.loads(row.counts), tuple(json.loads(row.failed))) for row in rows]

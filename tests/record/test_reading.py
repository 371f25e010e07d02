"""Who reads waits for no writer, and keeps none waiting (SQLite; PostgreSQL does so by itself)."""

import asyncio
import sqlite3
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from rostrum.record.database import Database
from rostrum.record.journal import Journal


async def test_a_record_is_read_while_somebody_writes(tmp_path: Path) -> None:
    database = await Database.open(make_url(f"sqlite+aiosqlite:///{tmp_path}/record.sqlite"))
    writer = sqlite3.connect(tmp_path / "record.sqlite", isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(5):  # a writer would be waited for ten seconds
            assert await Journal(database).read("meeting/none") == []
    finally:
        writer.close()
        await database.close()


async def test_somebody_writes_while_a_record_is_read(tmp_path: Path) -> None:
    database = await Database.open(make_url(f"sqlite+aiosqlite:///{tmp_path}/record.sqlite"))
    try:
        async with asyncio.timeout(5), database.reading() as reader:
            await reader.execute(text("SELECT count(*) FROM journal"))
            async with database.session() as writer:
                await writer.execute(text("DELETE FROM journal"))
    finally:
        await database.close()

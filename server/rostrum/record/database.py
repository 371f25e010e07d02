"""The database: SQLite in the data folder, or a PostgreSQL that several nodes share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

MIGRATION_LOCK = 0x526F7374
"""PostgreSQL's advisory lock that one node holds while it migrates ("Rost")."""


LOG_TRIES, LOG_PAUSE_S = 20, 0.1
"""How often, and how long apart, it is tried to empty the log while others read."""
READS = "rostrum_reads"
"""The option of connections that write nothing."""


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set what SQLite is to do for every connection: nothing acknowledged is lost, nothing purged can be read."""
    # SQLAlchemy begins transactions itself: the driver's own deferred ones would clash on the first write.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "busy_timeout=10000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer that begins as a reader cannot wait for another writer; one that says at once that it writes can. What
    # only reads says so, and neither waits for a writer nor keeps one waiting.
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(READS) else "BEGIN IMMEDIATE")


class Database:
    """One database and its transactions."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._readings = async_sessionmaker(engine.execution_options(**{READS: True}), expire_on_commit=False)

    @classmethod
    async def open(cls, url: URL) -> "Database":
        """Connect and migrate to the newest tables. Raises what SQLAlchemy raises where that is impossible."""
        sqlite = url.get_backend_name() == "sqlite"
        if sqlite and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        # A fault's words end in the log: they name the statement, never what was to be written.
        pool: dict[str, Any] = {} if sqlite else {"pool_size": 10, "pool_pre_ping": True}
        engine = create_async_engine(url, hide_parameters=True, **pool)
        if sqlite:
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin)
        database = cls(engine)
        try:
            await database.migrate()
        except BaseException:
            await engine.dispose()
            raise
        return database

    @property
    def is_postgresql(self) -> bool:
        """Whether this is the shared database."""
        return self.engine.dialect.name == "postgresql"

    async def migrate(self) -> None:
        """Bring the tables to the newest version. Two nodes that start at once wait for one another."""
        async with self.engine.begin() as connection:
            if self.is_postgresql:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            await connection.run_sync(_upgrade)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the block's end, rolled back where it fails."""
        async with self._sessions() as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One transaction that only reads, from one state of the database."""
        async with self._readings() as session, session.begin():
            yield session

    async def empty_log(self) -> None:
        """Leave nothing of what was deleted in SQLite's write-ahead log; on PostgreSQL VACUUM does, in its time.

        Raises TimeoutError where somebody reads for so long that the log cannot be emptied.
        """
        if self.is_postgresql:
            return
        for _ in range(LOG_TRIES):
            busy = await self._pragma("PRAGMA wal_checkpoint(TRUNCATE)")
            if not busy:
                return
            await asyncio.sleep(LOG_PAUSE_S)
        raise TimeoutError("the write-ahead log is in use")

    async def compact(self) -> None:
        """Write SQLite's file anew without what was deleted, and empty its log. On PostgreSQL autovacuum does it."""
        if self.is_postgresql:
            return
        await self._pragma("VACUUM")
        await self.empty_log()

    async def _pragma(self, statement: str) -> int:
        """Run what no transaction may hold; the first figure of its answer, 0 where it has none."""
        async with self.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            cursor = await raw.driver_connection.execute(statement)  # type: ignore[union-attr]
            row = await cursor.fetchone()
            await cursor.close()
        return int(row[0]) if row else 0

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "rostrum.record:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

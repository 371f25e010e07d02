"""The journal: append-only, chained by digests, the only place where what was decided is kept."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import structlog
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.record.codec import Event, decode, encode
from rostrum.record.database import Database
from rostrum.record.tables import journal, journal_head

Write = Callable[[AsyncSession], Awaitable[None]]
"""A write that is to be in the same transaction as the events."""

GENESIS = "0" * 64
CHANNEL = "rostrum_journal"
RECONNECT_S = 2.0

_log = structlog.get_logger(__name__)


class Clash(Exception):
    """Somebody else appended to the stream first."""


@dataclass(frozen=True)
class Recorded:
    """A row of the journal, with its event."""

    position: int
    stream: str
    seq: int
    at: datetime
    actor: str
    event: Event
    digest: str


@dataclass(frozen=True)
class Damage:
    """A place where the record does not fit. `seq` is the row's; 0 stands for the stream's head."""

    stream: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.stream} {self.seq}: {self.what}"


def digest_of(previous: str, stream: str, seq: int, at: str, actor: str, kind: str, version: int, body: str) -> str:
    """SHA-256 over the row's content and the digest before it; each part with its length, so that none can move."""
    digest = hashlib.sha256()
    for part in (previous, stream, str(seq), at, actor, kind, str(version), body):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


class Journal:
    """Appends and reads streams of events."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: list[Callable[[str, int], None]] = []
        self._follower: asyncio.Task[None] | None = None

    async def append(
        self,
        stream: str,
        expected_seq: int,
        events: Sequence[Event],
        actor: str,
        at: datetime,
        *,
        also: Sequence[Write] = (),
    ) -> list[Recorded]:
        """Append events after `expected_seq`, with other writes, in one transaction; returns after its commit.

        Raises `Clash` where the stream has gone on meanwhile; then nothing was written.
        """
        try:
            async with self._database.session() as session:
                recorded = await self._insert(session, stream, expected_seq, events, actor, at)
                for write in also:
                    await write(session)
                if self._database.is_postgresql:
                    payload = f"{recorded[-1].seq} {stream}"
                    await session.execute(
                        text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload}
                    )
        except IntegrityError as error:
            if await self._seq(stream) != expected_seq:
                raise Clash(stream) from error
            raise
        return recorded

    async def _insert(
        self, session: AsyncSession, stream: str, expected_seq: int, events: Sequence[Event], actor: str, at: datetime
    ) -> list[Recorded]:
        head = (await session.execute(select(journal_head).where(journal_head.c.stream == stream))).one_or_none()
        if (0 if head is None else head.seq) != expected_seq:
            raise Clash(stream)
        previous = GENESIS if head is None else head.digest
        moment = at.isoformat()
        recorded: list[Recorded] = []
        for seq, event in enumerate(events, expected_seq + 1):
            kind, version, body = encode(event)
            digest = digest_of(previous, stream, seq, moment, actor, kind, version, body)
            row = {
                "stream": stream, "seq": seq, "at": moment, "actor": actor, "kind": kind, "version": version,
                "body": body, "previous": previous, "digest": digest,
            }  # fmt: skip
            position = (await session.execute(insert(journal).values(row).returning(journal.c.position))).scalar_one()
            recorded.append(Recorded(position, stream, seq, at, actor, event, digest))
            previous = digest
        new_head = {"seq": recorded[-1].seq, "digest": previous}
        if head is None:
            await session.execute(insert(journal_head).values(stream=stream, **new_head))
        else:
            await session.execute(update(journal_head).where(journal_head.c.stream == stream).values(new_head))
        return recorded

    async def _seq(self, stream: str) -> int:
        async with self._database.reading() as session:
            found = await session.execute(select(journal_head.c.seq).where(journal_head.c.stream == stream))
            return found.scalar_one_or_none() or 0

    async def read(self, stream: str, after_seq: int = 0) -> list[Recorded]:
        """The rows of a stream after `after_seq`, in order."""
        wanted = select(journal).where(journal.c.stream == stream, journal.c.seq > after_seq).order_by(journal.c.seq)
        async with self._database.reading() as session:
            rows = (await session.execute(wanted)).all()
        return [_recorded(row) for row in rows]

    async def streams(self, prefix: str) -> list[str]:
        """The streams whose names begin with `prefix`, oldest first."""
        first = select(journal.c.stream).where(journal.c.seq == 1, journal.c.stream.startswith(prefix, autoescape=True))
        async with self._database.reading() as session:
            return list((await session.execute(first.order_by(journal.c.position))).scalars())

    async def verify(self) -> list[Damage]:
        """Walk every chain and compare its end with the stream's head; name every row that does not fit."""
        damages: list[Damage] = []
        ends: dict[str, tuple[int, str]] = {}
        async with self._database.reading() as session:
            rows = await session.stream(select(journal).order_by(journal.c.stream, journal.c.seq))
            async for row in rows:
                seq, digest = ends.get(row.stream, (0, GENESIS))
                if row.seq != seq + 1:
                    damages.append(Damage(row.stream, row.seq, f"row {seq + 1} is missing"))
                if row.previous != digest:
                    damages.append(Damage(row.stream, row.seq, "does not follow the row before"))
                content = (row.stream, row.seq, row.at, row.actor, row.kind, row.version, row.body)
                if digest_of(row.previous, *content) != row.digest:
                    damages.append(Damage(row.stream, row.seq, "its content is not what was recorded"))
                ends[row.stream] = (row.seq, row.digest)
            heads = (await session.execute(select(journal_head))).all()
        for head in heads:
            if ends.pop(head.stream, (0, GENESIS)) != (head.seq, head.digest):
                damages.append(Damage(head.stream, head.seq, "the stream does not end where it did"))
        damages.extend(Damage(stream, seq, "the stream has no head") for stream, (seq, _) in ends.items())
        return damages

    def subscribe(self, listener: Callable[[str, int], None]) -> None:
        """Call `listener(stream, seq)` when another node has appended. Begins with `follow`."""
        self._listeners.append(listener)

    async def follow(self) -> None:
        """Hear of other nodes' appends (PostgreSQL's LISTEN). SQLite has one node, so there is nothing to hear."""
        if self._database.is_postgresql:
            ready = asyncio.Event()
            self._follower = asyncio.create_task(self._listen(ready))
            await ready.wait()

    async def close(self) -> None:
        """Stop following."""
        if self._follower is not None:
            self._follower.cancel()
            await asyncio.gather(self._follower, return_exceptions=True)

    async def _listen(self, ready: asyncio.Event) -> None:
        url = self._database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        first = True
        while True:
            try:
                connection = await asyncpg.connect(url)
                try:
                    gone = asyncio.Event()
                    connection.add_termination_listener(lambda _, gone=gone: gone.set())
                    await connection.add_listener(CHANNEL, self._heard)
                    if not first:
                        await self._catch_up()
                    first = False
                    ready.set()
                    await gone.wait()
                finally:
                    await connection.close(timeout=RECONNECT_S)
            except (OSError, asyncpg.PostgresError) as error:
                ready.set()
                _log.warning("not listening to the database", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_S)

    async def _catch_up(self) -> None:
        """What was appended while nobody listened: every stream is looked at again."""
        async with self._database.reading() as session:
            heads = (await session.execute(select(journal_head))).all()
        for head in heads:
            self._tell(head.stream, head.seq)

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        seq, _, stream = payload.partition(" ")
        self._tell(stream, int(seq))

    def _tell(self, stream: str, seq: int) -> None:
        for listener in self._listeners:
            listener(stream, seq)


def _recorded(row: Any) -> Recorded:
    at = datetime.fromisoformat(row.at)
    return Recorded(
        row.position, row.stream, row.seq, at, row.actor, decode(row.kind, row.version, row.body), row.digest
    )

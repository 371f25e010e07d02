"""Mails to be sent, queued in the transaction of what caused them: none is lost, and none sent for nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.record.database import Database
from rostrum.record.journal import Write
from rostrum.record.sealing import Seal
from rostrum.record.tables import outbox

BACKOFF = (1, 5, 15, 60, 240, 720)
"""Minutes between attempts; the last one again and again up to `ATTEMPTS_MAX`."""
ATTEMPTS_MAX = 12


class MailState(StrEnum):
    """Where a mail stands."""

    WAITING = "waiting"
    SENT = "sent"
    WRITTEN = "written"
    """Kept as a file: no mail server is set."""
    FAILED = "failed"


@dataclass(frozen=True)
class Mail:
    """One mail."""

    mail_id: str
    session_id: str
    recipient: str
    subject: str
    body: str
    language: str
    created_at: datetime
    attempts: int
    state: MailState
    sent_at: datetime | None
    next_attempt_at: datetime | None
    last_error: str | None


class Outbox:
    """Keeps mails until they are sent."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def queue(
        self, mail_id: str, *, session_id: str, recipient: str, subject: str, body: str, language: str, now: datetime
    ) -> Write:
        """A write that queues a mail."""
        row = {
            "mail_id": mail_id,
            "session_id": session_id,
            "language": language,
            "sealed": self._seal.seal(mail_id, {"recipient": recipient, "subject": subject, "body": body}),
            "created_at": now,
            "attempts": 0,
            "next_attempt_at": now,
            "state": MailState.WAITING,
        }

        async def write(session: AsyncSession) -> None:
            await session.execute(insert(outbox).values(row))

        return write

    async def due(self, now: datetime, limit: int = 20) -> list[Mail]:
        """The mails to try now, oldest first."""
        waiting = (outbox.c.state == MailState.WAITING) & (outbox.c.next_attempt_at <= now)
        return await self._mails(select(outbox).where(waiting).order_by(outbox.c.next_attempt_at).limit(limit))

    async def recent(self, session_id: str, limit: int = 200) -> list[Mail]:
        """A session's newest mails, newest first."""
        wanted = select(outbox).where(outbox.c.session_id == session_id)
        return await self._mails(wanted.order_by(outbox.c.created_at.desc()).limit(limit))

    async def to(self, session_id: str, addresses: Collection[str]) -> list[Mail]:
        """The mails of a session to these addresses, newest first. Addresses are sealed: every mail is looked into."""
        chosen = select(outbox).where(outbox.c.session_id == session_id).order_by(outbox.c.created_at.desc())
        return [mail for mail in await self._mails(chosen) if mail.recipient in addresses] if addresses else []

    def gone(self, mail_ids: Sequence[str]) -> Write:
        """A write that deletes mails."""
        wanted = list(mail_ids)

        async def write(session: AsyncSession) -> None:
            for start in range(0, len(wanted), 500):
                await session.execute(delete(outbox).where(outbox.c.mail_id.in_(wanted[start : start + 500])))

        return write

    async def purge(self, before: datetime) -> Sequence[str]:
        """Delete the mails that were sent, or given up, by then; their identifiers."""
        async with self._database.session() as session:
            deleted = await session.execute(delete(outbox).where(done_by(before)).returning(outbox.c.mail_id))
            gone = list(deleted.scalars())
        if gone:
            await self._database.empty_log()
        return gone

    async def count(self, session_id: str) -> Mapping[MailState, int]:
        """How many of a session's mails are in which state."""
        wanted = select(outbox.c.state, func.count()).where(outbox.c.session_id == session_id).group_by(outbox.c.state)
        async with self._database.reading() as session:
            return {MailState(state): number for state, number in await session.execute(wanted)}

    async def mark_sent(self, mail_id: str, now: datetime, state: MailState = MailState.SENT) -> None:
        """The mail has left (SENT), or lies as a file (WRITTEN)."""
        await self._change(mail_id, state=state, sent_at=now, next_attempt_at=None, last_error=None)

    async def mark_failed(self, mail: Mail, now: datetime, error: str, *, final: bool) -> None:
        """An attempt failed. `final`: the other side will never take it; else it is tried again, ever later."""
        attempts = mail.attempts + 1
        if final or attempts >= ATTEMPTS_MAX:
            again: dict[str, Any] = {"state": MailState.FAILED, "next_attempt_at": None}
        else:
            pause = timedelta(minutes=BACKOFF[min(attempts, len(BACKOFF)) - 1])
            again = {"next_attempt_at": now + pause}
        await self._change(mail.mail_id, attempts=attempts, last_error=error[:400], **again)

    async def _change(self, mail_id: str, **values: Any) -> None:
        async with self._database.session() as session:
            await session.execute(update(outbox).where(outbox.c.mail_id == mail_id).values(values))

    async def _mails(self, wanted: Any) -> list[Mail]:
        async with self._database.reading() as session:
            rows = (await session.execute(wanted)).all()
        return [self._mail(row) for row in rows]

    def _mail(self, row: Any) -> Mail:
        fields = self._seal.open(row.mail_id, row.sealed)
        return Mail(
            row.mail_id,
            row.session_id,
            str(fields["recipient"]),
            str(fields["subject"]),
            str(fields["body"]),
            row.language,
            row.created_at,
            row.attempts,
            MailState(row.state),
            row.sent_at,
            row.next_attempt_at,
            row.last_error,
        )


def done_by(before: datetime) -> ColumnElement[bool]:
    """The mails that were sent, or given up, by then."""
    return (outbox.c.state != MailState.WAITING) & (func.coalesce(outbox.c.sent_at, outbox.c.created_at) <= before)

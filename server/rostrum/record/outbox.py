"""Mails to be sent, queued in the transaction of what caused them: none is lost, and none sent for nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.letter import Letter
from rostrum.record.database import Database
from rostrum.record.journal import Write
from rostrum.record.sealing import Seal
from rostrum.record.tables import outbox

BACKOFF = (1, 5, 15, 60, 240, 720)
"""Minutes between attempts; the last one again and again up to `ATTEMPTS_MAX`."""
ATTEMPTS_MAX = 12
GIVEN_UP_AFTER = timedelta(days=5)
"""How long a mail waits for a server that is away (RFC 5321, 4.5.4.1)."""
NOT_TAKEN = "recipient refused"
"""How the error begins with which the server refused an address at once."""
CLAIM = timedelta(minutes=10)
"""How long a mail that was taken to be sent is left alone: after it, whoever took it has died and it is tried again."""
IDS_AT_ONCE = 500


class MailState(StrEnum):
    """Where a mail stands."""

    HELD = "held"
    """Waits for others to the same address, to become one mail with them."""
    WAITING = "waiting"
    SENT = "sent"
    WRITTEN = "written"
    """Kept as a file: no mail server is set."""
    FAILED = "failed"
    BOUNCED = "bounced"
    """Was sent and came back."""
    CANCELLED = "cancelled"
    """The secretariat took it back before it was sent."""


TO_COME = frozenset({MailState.HELD, MailState.WAITING})
"""States of mails that are still to be sent."""


@dataclass(frozen=True)
class NewMail:
    """A mail to be queued. `held_for`: how long it may wait for others to the same address; zero: it goes at once."""

    mail_id: str
    session_id: str
    recipient: str
    language: str
    letter: Letter
    discreet: bool = False
    held_for: timedelta = timedelta()


@dataclass(frozen=True)
class Mail:
    """One mail. `discreet`: its recipient asked for protection, so that it comes from the sender who says nothing."""

    mail_id: str
    session_id: str
    recipient: str
    letter: Letter
    language: str
    discreet: bool
    created_at: datetime
    attempts: int
    state: MailState
    sent_at: datetime | None
    next_attempt_at: datetime | None
    last_error: str | None

    @property
    def subject(self) -> str:
        """Its subject."""
        return self.letter.subject

    @property
    def body(self) -> str:
        """Its plain text."""
        return self.letter.plain

    @property
    def unreachable(self) -> bool:
        """Whether it says that nothing reaches its address: it came back for good, or the server refused it at once."""
        error = self.last_error or ""
        if self.state is MailState.BOUNCED:
            return error.startswith("5.")
        return self.state is MailState.FAILED and error.startswith(NOT_TAKEN)


class Outbox:
    """Keeps mails until they are sent."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def queue(self, mails: Sequence[NewMail], now: datetime) -> Write:
        """A write that queues mails.

        One that may wait joins those to its address that wait already, and goes when the first of them is due.
        """
        rows = [self._row(mail, now) for mail in mails]

        async def write(session: AsyncSession) -> None:
            if rows:
                await session.execute(insert(outbox), rows)

        return write

    async def add(self, mail: NewMail, now: datetime) -> None:
        """Queue a mail by itself."""
        async with self._database.session() as session:
            await self.queue([mail], now)(session)

    async def claim(self, now: datetime, limit: int) -> list[Mail]:
        """Take the mails that are to be tried now, oldest first; nobody else is given them for the time of a claim."""
        waiting = (outbox.c.state == MailState.WAITING) & (outbox.c.next_attempt_at <= now)
        chosen = select(outbox).where(waiting).order_by(outbox.c.next_attempt_at).limit(limit)
        # Looked into every second: nobody who writes is to wait where there is nothing.
        async with self._database.reading() as session:
            if (await session.execute(chosen.limit(1))).first() is None:
                return []
        async with self._database.session() as session:
            rows = (await session.execute(chosen.with_for_update(skip_locked=True))).all()
            ids = [row.mail_id for row in rows]
            await session.execute(update(outbox).where(outbox.c.mail_id.in_(ids)).values(next_attempt_at=now + CLAIM))
        return [self._mail(row) for row in rows]

    async def ripe(self, now: datetime) -> list[list[Mail]]:
        """Held mails that are to go now, together for each address: all that wait for it, where one is due."""
        due = select(outbox.c.address).where((outbox.c.state == MailState.HELD) & (outbox.c.next_attempt_at <= now))
        chosen = (
            select(outbox)
            .where((outbox.c.state == MailState.HELD) & outbox.c.address.in_(due))
            .order_by(outbox.c.session_id, outbox.c.address, outbox.c.discreet, outbox.c.created_at, outbox.c.mail_id)
        )
        mails = await self._mails(chosen)
        return [list(group) for _, group in groupby(mails, self._together)]

    async def let_go(self, held: Sequence[Mail], now: datetime, together: NewMail | None = None) -> bool:
        """Have held mails sent, as they are or as one mail in their place; False where one of them is held no more."""
        ids = [mail.mail_id for mail in held]
        chosen = outbox.c.mail_id.in_(ids) & (outbox.c.state == MailState.HELD)
        async with self._database.session() as session:
            locked = select(outbox.c.mail_id).where(chosen).with_for_update(skip_locked=True)
            if len((await session.execute(locked)).all()) != len(ids):
                return False
            if together is None:
                await session.execute(update(outbox).where(chosen).values(state=MailState.WAITING, next_attempt_at=now))
            else:
                await session.execute(delete(outbox).where(chosen))
                await self.queue([together], now)(session)
        return True

    async def recent(self, session_id: str, limit: int = 200, state: MailState | None = None) -> list[Mail]:
        """A session's newest mails (in one state), newest first."""
        wanted = select(outbox).where(outbox.c.session_id == session_id)
        if state is not None:
            wanted = wanted.where(outbox.c.state == state)
        return await self._mails(wanted.order_by(outbox.c.created_at.desc()).limit(limit))

    async def to(self, session_id: str, addresses: Collection[str]) -> list[Mail]:
        """The mails of a session to these addresses, newest first. Addresses are sealed: every mail is looked into."""
        chosen = select(outbox).where(outbox.c.session_id == session_id).order_by(outbox.c.created_at.desc())
        return [mail for mail in await self._mails(chosen) if mail.recipient in addresses] if addresses else []

    async def search(self, session_id: str, address: str) -> list[Mail]:
        """A session's mails to an address, newest first (not those from before there was a hash)."""
        wanted = (outbox.c.session_id == session_id) & (outbox.c.address == self._address(address))
        return await self._mails(select(outbox).where(wanted).order_by(outbox.c.created_at.desc()))

    async def find(self, session_id: str, mail_id: str) -> Mail | None:
        """One mail of a session."""
        wanted = (outbox.c.session_id == session_id) & (outbox.c.mail_id == mail_id)
        return next(iter(await self._mails(select(outbox).where(wanted))), None)

    async def unreachable(self, session_id: str) -> Mapping[str, Mail]:
        """The session's addresses (casefolded) that nothing reaches, each with its newest mail that says so.

        An address to which something was sent since, and has not come back, is not among them.
        """
        own, lost = outbox.c.session_id == session_id, outbox.c.state.in_((MailState.BOUNCED, MailState.FAILED))
        moment = func.coalesce(outbox.c.sent_at, outbox.c.created_at)
        mails = [
            mail for mail in await self._mails(select(outbox).where(own & lost).order_by(moment)) if mail.unreachable
        ]
        found = {mail.recipient.strip().casefold(): mail for mail in mails}
        hashes = {self._address(address): address for address in found}
        chosen = own & (outbox.c.state == MailState.SENT) & outbox.c.address.in_(hashes)
        wanted = select(outbox.c.address, outbox.c.sent_at).where(chosen)
        async with self._database.reading() as session:
            for hashed, sent_at in await session.execute(wanted):
                mail = found.get(hashes[hashed])
                if mail is not None and sent_at > (mail.sent_at or mail.created_at):
                    del found[hashes[hashed]]
        return found

    async def came_back(self, mail_id: str, status: str, *, gave_up: bool) -> bool:
        """Note a report on a mail that was sent (`status`: RFC 3463); False where there is none such, or no more."""
        # A report may be quicker than the note that the mail was sent.
        out = outbox.c.state.in_((MailState.SENT, MailState.WAITING) if gave_up else (MailState.SENT,))
        values = {"state": MailState.BOUNCED, "next_attempt_at": None} if gave_up else {}
        async with self._database.session() as session:
            changed = await session.execute(
                update(outbox)
                .where((outbox.c.mail_id == mail_id) & out)
                .values(last_error=status, **values)
                .returning(outbox.c.mail_id)
            )
            return changed.first() is not None

    async def send_now(self, session_id: str, mail_id: str, now: datetime) -> bool:
        """Have a mail tried at once that waits for a later attempt or for others, or was given up; else False."""
        later = (outbox.c.state == MailState.WAITING) & outbox.c.last_error.is_not(None)
        chosen = later | outbox.c.state.in_((MailState.HELD, MailState.FAILED))
        values = {"state": MailState.WAITING, "next_attempt_at": now, "attempts": 0}
        return await self._change_one(session_id, mail_id, chosen, values)

    async def cancel(self, session_id: str, mail_id: str) -> bool:
        """Take a mail back that was not sent; False where it was, or there is none such."""
        values = {"state": MailState.CANCELLED, "next_attempt_at": None}
        return await self._change_one(session_id, mail_id, outbox.c.state.in_(TO_COME), values)

    def gone(self, mail_ids: Sequence[str]) -> Write:
        """A write that deletes mails."""
        wanted = list(mail_ids)

        async def write(session: AsyncSession) -> None:
            for some in _parcels(wanted):
                await session.execute(delete(outbox).where(outbox.c.mail_id.in_(some)))

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

    async def mark_sent(self, mail_ids: Sequence[str], now: datetime, state: MailState = MailState.SENT) -> None:
        """The mails have left (SENT), or lie as files (WRITTEN); one that has come back meanwhile stays so."""
        values = {"state": state, "sent_at": now, "next_attempt_at": None, "last_error": None}
        async with self._database.session() as session:
            for some in _parcels(mail_ids):
                chosen = outbox.c.mail_id.in_(some) & (outbox.c.state != MailState.BOUNCED)
                await session.execute(update(outbox).where(chosen).values(values))

    async def mark_failed(self, mail: Mail, now: datetime, error: str, *, final: bool) -> None:
        """An attempt failed. `final`: the other side will never take it; else it is tried again, ever later."""
        attempts = mail.attempts + 1
        if final or attempts >= ATTEMPTS_MAX:
            again: dict[str, Any] = {"state": MailState.FAILED, "next_attempt_at": None}
        else:
            pause = timedelta(minutes=BACKOFF[min(attempts, len(BACKOFF)) - 1])
            again = {"next_attempt_at": now + pause}
        await self._change([mail.mail_id], attempts=attempts, last_error=error[:400], **again)

    async def postpone(self, mail_ids: Sequence[str], now: datetime, until: datetime, reason: str) -> None:
        """Give mails back that were claimed and not tried: the server is away, which is no mail's fault.

        Those that have waited too long are given up.
        """
        await self._change(mail_ids, next_attempt_at=until, last_error=reason[:400])
        old = (outbox.c.state == MailState.WAITING) & (outbox.c.created_at <= now - GIVEN_UP_AFTER)
        async with self._database.session() as session:
            for some in _parcels(mail_ids):
                chosen = old & outbox.c.mail_id.in_(some)
                await session.execute(update(outbox).where(chosen).values(state=MailState.FAILED, next_attempt_at=None))

    async def _change(self, mail_ids: Sequence[str], **values: Any) -> None:
        async with self._database.session() as session:
            for some in _parcels(mail_ids):
                await session.execute(update(outbox).where(outbox.c.mail_id.in_(some)).values(values))

    async def _change_one(self, session_id: str, mail_id: str, chosen: Any, values: Mapping[str, Any]) -> bool:
        one = (outbox.c.session_id == session_id) & (outbox.c.mail_id == mail_id) & chosen
        async with self._database.session() as session:
            changed = await session.execute(update(outbox).where(one).values(values).returning(outbox.c.mail_id))
            return changed.first() is not None

    async def _mails(self, wanted: Any) -> list[Mail]:
        async with self._database.reading() as session:
            rows = (await session.execute(wanted)).all()
        return [self._mail(row) for row in rows]

    def _together(self, mail: Mail) -> tuple[str, str, bool]:
        return mail.session_id, self._address(mail.recipient), mail.discreet

    def _address(self, recipient: str) -> str:
        return self._seal.digest("address", recipient.strip().casefold())

    def _row(self, mail: NewMail, now: datetime) -> dict[str, Any]:
        content = {"recipient": mail.recipient, **mail.letter.kept()}
        return {
            "mail_id": mail.mail_id,
            "session_id": mail.session_id,
            "address": self._address(mail.recipient),
            "language": mail.language,
            "sealed": self._seal.seal(mail.mail_id, content),
            "discreet": mail.discreet,
            "created_at": now,
            "attempts": 0,
            "next_attempt_at": now + mail.held_for,
            "state": MailState.HELD if mail.held_for else MailState.WAITING,
        }

    def _mail(self, row: Any) -> Mail:
        content = self._seal.open(row.mail_id, row.sealed)
        return Mail(
            row.mail_id,
            row.session_id,
            str(content["recipient"]),
            Letter.read(content),
            row.language,
            row.discreet,
            row.created_at,
            row.attempts,
            MailState(row.state),
            row.sent_at,
            row.next_attempt_at,
            row.last_error,
        )


def done_by(before: datetime) -> ColumnElement[bool]:
    """The mails that were sent, or given up, by then."""
    return outbox.c.state.not_in(TO_COME) & (func.coalesce(outbox.c.sent_at, outbox.c.created_at) <= before)


def _parcels(mail_ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (mail_ids[start : start + IDS_AT_ONCE] for start in range(0, len(mail_ids), IDS_AT_ONCE))

"""Carries mails from the outbox to where they go, on a few lines at once, again where that failed."""

import asyncio
import contextlib
from collections import deque
from datetime import UTC, datetime, timedelta

import structlog

from rostrum.desk import Clock
from rostrum.i18n.templates import Templates
from rostrum.identity.secrets import new_id
from rostrum.letter import together
from rostrum.mail.bounces import ReturnPath
from rostrum.mail.message import Senders, message
from rostrum.mail.transport import Files, Line, NotSent, Parcel, Smtp
from rostrum.record.outbox import Mail, MailState, NewMail, Outbox

LOOK_EVERY_S = 1.0
LINES_MAX = 4
"""Connections to the mail server at once."""
BURST = 200
"""Mails that are taken from the outbox at once."""
AWAY_MINUTES = (1, 2, 5, 15)
"""How long a server that cannot be spoken to is left alone; the last again and again."""
NOBODY: datetime = datetime.min.replace(tzinfo=UTC)

_log = structlog.get_logger(__name__)


class Mailer:
    """Looks into the outbox and delivers what is due."""

    def __init__(
        self,
        outbox: Outbox,
        transport: Smtp | Files,
        senders: Senders,
        return_path: ReturnPath,
        templates: Templates,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._transport = transport
        self._senders = senders
        self._return_path = return_path
        self._templates = templates
        self._clock = clock
        self._delivered = MailState.WRITTEN if isinstance(transport, Files) else MailState.SENT
        self._away_until, self._away_times = NOBODY, 0

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; a round that has begun is ended."""
        while not stop.is_set():
            try:
                await self.deliver_due()
            except Exception:
                # The database may be away for a moment; the mails wait in it.
                _log.exception("the outbox could not be looked into")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)

    async def deliver_due(self) -> int:
        """Try every mail that is due once; how many were delivered."""
        await self._gather()
        delivered = 0
        while self._clock() >= self._away_until:
            mails = await self._outbox.claim(self._clock(), BURST)
            delivered += await self._carry_all(mails)
            if len(mails) < BURST:
                break
        return delivered

    async def _gather(self) -> None:
        """Make one mail of those that waited for one another."""
        now = self._clock()
        for held in await self._outbox.ripe(now):
            digest = None
            if len(held) > 1:
                first, last = held[0], held[-1]
                locale = self._templates.locales[last.language]
                count = len(held)
                subject = locale.ngettext("%(num)s message for you", "%(num)s messages for you", count) % {"num": count}
                letter = together([mail.letter for mail in held], subject)
                digest = NewMail(new_id(), first.session_id, first.recipient, last.language, letter, first.discreet)
            await self._outbox.let_go(held, now, digest)

    async def _carry_all(self, mails: list[Mail]) -> int:
        """Deliver these on a few lines; those that could not be tried are given back."""
        if not mails:
            return 0
        waiting, sent, reasons = deque(mails), asyncio.Queue[str | None](), list[str]()
        noting = asyncio.create_task(self._note(sent))
        try:
            lines = range(min(LINES_MAX, len(mails)))
            await asyncio.gather(*(self._carry(waiting, sent, reasons) for _ in lines))
        finally:
            sent.put_nowait(None)
            delivered = await noting
        if waiting:
            pause = timedelta(minutes=AWAY_MINUTES[min(self._away_times, len(AWAY_MINUTES) - 1)])
            self._away_until, self._away_times = self._clock() + pause, self._away_times + 1
            _log.warning("the mail server is away", reason=reasons[-1], waiting=len(waiting))
            ids = [mail.mail_id for mail in waiting]
            await self._outbox.postpone(ids, self._clock(), self._away_until, reasons[-1])
        else:
            self._away_times = 0
        return delivered

    async def _carry(self, waiting: deque[Mail], sent: asyncio.Queue[str | None], reasons: list[str]) -> None:
        """Deliver what waits on one line. It ends where the server cannot be spoken to: other lines may go on."""
        async with self._transport.line() as line:
            while waiting:
                mail = waiting.popleft()
                try:
                    await self._deliver(line, mail)
                except NotSent as failure:
                    if failure.away:
                        waiting.append(mail)
                        reasons.append(failure.reason)
                        return
                    _log.warning("mail not sent", mail=mail.mail_id, reason=failure.reason, final=failure.final)
                    await self._outbox.mark_failed(mail, self._clock(), failure.reason, final=failure.final)
                else:
                    sent.put_nowait(mail.mail_id)

    async def _deliver(self, line: Line, mail: Mail) -> None:
        html = self._templates.render(mail.language, "mail/layout.html", {"letter": mail.letter})
        sender = self._return_path.of(mail.mail_id) or self._senders.of(mail)[1]
        try:
            built = message(mail, self._senders, html)
            await line.deliver(Parcel(mail.mail_id, sender, mail.recipient, built))
        except ValueError as error:
            # One mail that nobody can write holds up no other.
            raise NotSent(f"cannot be written: {type(error).__name__}", final=True) from error

    async def _note(self, sent: asyncio.Queue[str | None]) -> int:
        """Note mails as sent, all that have left meanwhile in one transaction; None ends it. How many there were."""
        noted = 0
        while True:
            ids = [await sent.get()]
            while not sent.empty():
                ids.append(sent.get_nowait())
            gone = [mail_id for mail_id in ids if mail_id is not None]
            if gone:
                await self._outbox.mark_sent(gone, self._clock(), self._delivered)
            noted += len(gone)
            if None in ids:
                return noted

"""Carries mails from the outbox to where they go, one after the other, again where that failed."""

import asyncio
import contextlib

import structlog

from rostrum.desk import Clock
from rostrum.mail.message import message
from rostrum.mail.transport import Files, NotSent, Smtp
from rostrum.record.outbox import Mail, MailState, Outbox

LOOK_EVERY_S = 1.0

_log = structlog.get_logger(__name__)


class Mailer:
    """Looks into the outbox and delivers what is due."""

    def __init__(self, outbox: Outbox, transport: Smtp | Files, sender: str, clock: Clock) -> None:
        self._outbox = outbox
        self._transport = transport
        self._sender = sender
        self._clock = clock
        self._delivered = MailState.WRITTEN if isinstance(transport, Files) else MailState.SENT

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
        delivered = 0
        for mail in await self._outbox.due(self._clock()):
            delivered += await self._deliver(mail)
        return delivered

    async def _deliver(self, mail: Mail) -> bool:
        try:
            await self._transport.deliver(mail.mail_id, message(mail, self._sender))
        except NotSent as failure:
            _log.warning("mail not sent", mail=mail.mail_id, reason=failure.reason, final=failure.final)
            await self._outbox.mark_failed(mail, self._clock(), failure.reason, final=failure.final)
            return False
        except ValueError as error:
            await self._outbox.mark_failed(mail, self._clock(), f"cannot be written: {error}", final=True)
            return False
        await self._outbox.mark_sent(mail.mail_id, self._clock(), self._delivered)
        return True

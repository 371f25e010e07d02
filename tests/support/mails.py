"""A real mail server for tests, and an outbox with a clock that the test moves."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from rostrum.i18n.templates import Templates
from rostrum.identity.secrets import new_id
from rostrum.letter import Letter, Paragraph
from rostrum.mail.bounces import ReturnPath
from rostrum.mail.message import Senders
from rostrum.mail.transport import Files, Smtp
from rostrum.mailer import Mailer
from rostrum.record.database import Database
from rostrum.record.outbox import Mail, MailState, NewMail, Outbox
from rostrum.record.sealing import Seal
from rostrum.settings import Settings
from rostrum.webroot import web_root
from tests.support.server import free_port

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@dataclass
class Receiver:
    """A mail server that answers as it is told and keeps what it takes, with each mail's envelope sender."""

    answers: list[str] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    """What RFC 3461 was asked for."""

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*answers[:-1], "250-DSN", answers[-1]]

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        answer = self.answers.pop(0) if self.answers else "250 taken"
        self.sessions.add(id(session))
        if answer.startswith("250") and isinstance(envelope.content, bytes):
            self.taken.append(envelope.content)
            self.senders.append(str(envelope.mail_from))
        return answer

    @property
    def messages(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        return [message_from_bytes(raw, policy=policy.default) for raw in self.taken]


class ReportingSmtp(SMTP):
    """aiosmtpd, with delivery reports (RFC 3461): the receiver notes what it is asked for."""

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802  # aiosmtpd's
        await super().smtp_MAIL(self._without(arg, ("RET=", "ENVID=")))

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802  # aiosmtpd's
        await super().smtp_RCPT(self._without(arg, ("NOTIFY=",)))

    def _without(self, arg: str | None, names: tuple[str, ...]) -> str:
        words = (arg or "").split()
        self.event_handler.asked.extend(word for word in words if word.startswith(names))
        return " ".join(word for word in words if not word.startswith(names))


class Serving(Controller):
    """A server that offers delivery reports."""

    def factory(self) -> SMTP:
        return ReportingSmtp(self.handler, **self.SMTP_kwargs)


@contextmanager
def serving(receiver: Receiver, port: int = 0, **settings: Any) -> Iterator[str]:
    """A mail server on loopback; its address for `Smtp`."""
    controller = Serving(receiver, hostname="127.0.0.1", port=port or free_port(), **settings)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def plain_letter(subject: str, body: str = "Text") -> Letter:
    """A letter of one paragraph."""
    return Letter(subject, "", (Paragraph(tuple(body.split("\n"))),), "")


@dataclass
class Post:
    """An outbox, and a clock that the test moves."""

    outbox: Outbox
    database: Database
    seal: Seal
    now: datetime = NOW

    @property
    def return_path(self) -> ReturnPath:
        return ReturnPath("bounces@example.org", partial(self.seal.digest, "bounce"))

    def mailer(self, transport: Smtp | Files, return_path: ReturnPath | None = None) -> Mailer:
        senders = Senders("Secretariat <rostrum@example.org>", "post@example.net")
        nowhere = return_path or ReturnPath("", partial(self.seal.digest, "bounce"))
        return Mailer(self.outbox, transport, senders, nowhere, Templates(web_root()), lambda: self.now)

    async def put(self, *mails: NewMail) -> None:
        async with self.database.session() as session:
            await self.outbox.queue(mails, self.now)(session)

    async def mails(self) -> list[Mail]:
        return await self.outbox.recent("s")

    async def state(self) -> MailState:
        (mail,) = await self.mails()
        return mail.state


def new(recipient: str, letter: Letter, language: str = "en", **more: object) -> NewMail:
    """A mail of the session "s"."""
    return NewMail(new_id(), "s", recipient, language, letter, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Post]:
    """The outbox of a data folder."""
    database, seal = await Database.open(Settings(data=folder).database), Seal.from_folder(folder / "keys")
    try:
        yield Post(Outbox(database, seal), database, seal)
    finally:
        await database.close()

"""Mails against a real SMTP server on a socket: delivered, refused for now, refused for good, server away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from rostrum.mail.transport import Files, Smtp
from rostrum.mailer import Mailer
from rostrum.record.database import Database
from rostrum.record.outbox import MailState, Outbox
from rostrum.record.sealing import Seal
from rostrum.settings import Settings
from tests.support.server import free_port

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@dataclass
class Receiver:
    """A mail server that answers as it is told and keeps what it takes."""

    answers: list[str] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("250") and isinstance(envelope.content, bytes):
            self.taken.append(envelope.content)
        return answer


@dataclass
class Post:
    """An outbox with a mail in it, and a clock that the test moves."""

    outbox: Outbox
    database: Database
    now: datetime = NOW

    def mailer(self, transport: Smtp | Files) -> Mailer:
        return Mailer(self.outbox, transport, "rostrum@example.org", lambda: self.now)

    async def state(self) -> MailState:
        return (await self.outbox.recent("s"))[0].state


@pytest_asyncio.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    database = await Database.open(Settings(data=tmp_path).database)
    outbox = Outbox(database, Seal.from_folder(tmp_path / "keys"))
    queue = outbox.queue(
        "mail1",
        session_id="s",
        recipient="awa@example.org",
        subject="تم اعتمادكم: é",
        body="Grüße\nأهلا",
        language="ar",
        now=NOW,
    )
    async with database.session() as session:
        await queue(session)
    yield Post(outbox, database)
    await database.close()


def serve(receiver: Receiver, port: int) -> Controller:
    controller = Controller(receiver, hostname="127.0.0.1", port=port)
    controller.start()
    return controller


async def test_a_mail_arrives_whole(post: Post) -> None:
    receiver, port = Receiver(), free_port()
    controller = serve(receiver, port)
    try:
        assert await post.mailer(Smtp(f"smtp://127.0.0.1:{port}")).deliver_due() == 1
    finally:
        controller.stop()
    message = message_from_bytes(receiver.taken[0], policy=policy.default)
    assert message["Subject"] == "تم اعتمادكم: é"
    assert message["To"] == "awa@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == "Grüße\nأهلا"
    assert await post.state() is MailState.SENT


async def test_refused_for_now_it_is_sent_later_and_once(post: Post) -> None:
    receiver, port = Receiver(["451 later"]), free_port()
    controller = serve(receiver, port)
    mailer = post.mailer(Smtp(f"smtp://127.0.0.1:{port}"))
    try:
        assert await mailer.deliver_due() == 0
        assert await mailer.deliver_due() == 0, "not before its time"
        post.now += timedelta(minutes=2)
        assert await mailer.deliver_due() == 1
        post.now += timedelta(days=1)
        assert await mailer.deliver_due() == 0
    finally:
        controller.stop()
    assert len(receiver.taken) == 1


async def test_refused_for_good_it_is_shown_as_failed(post: Post) -> None:
    receiver, port = Receiver(["550 5.1.1 <awa@example.org> is no such person"]), free_port()
    controller = serve(receiver, port)
    try:
        await post.mailer(Smtp(f"smtp://127.0.0.1:{port}")).deliver_due()
    finally:
        controller.stop()
    assert await post.state() is MailState.FAILED
    last_error = str((await post.outbox.recent("s"))[0].last_error)
    assert "550" in last_error
    assert "awa" not in last_error, "a server's words may name the recipient"


async def test_a_server_that_is_away_is_tried_again(post: Post) -> None:
    port = free_port()
    mailer = post.mailer(Smtp(f"smtp://127.0.0.1:{port}"))
    assert await mailer.deliver_due() == 0
    assert await post.state() is MailState.WAITING
    receiver = Receiver()
    controller = serve(receiver, port)
    try:
        post.now += timedelta(minutes=2)
        assert await mailer.deliver_due() == 1
    finally:
        controller.stop()


async def test_without_a_server_mails_are_files(post: Post, tmp_path: Path) -> None:
    assert await post.mailer(Files(tmp_path / "outbox")).deliver_due() == 1
    assert await post.state() is MailState.WRITTEN
    (file,) = await asyncio.to_thread(lambda: list((tmp_path / "outbox").iterdir()))
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == "awa@example.org"


@pytest.mark.parametrize("recipient", ["a@b.c\nBcc: everyone@example.org", "a@b.c\r\n\r\nhello"])
async def test_no_header_can_be_smuggled_in(post: Post, tmp_path: Path, recipient: str) -> None:
    queue = post.outbox.queue(
        "evil", session_id="s", recipient=recipient, subject="x", body="y", language="en", now=NOW
    )
    async with post.database.session() as session:
        await queue(session)
    await post.mailer(Files(tmp_path / "outbox")).deliver_due()
    for file in await asyncio.to_thread(lambda: list((tmp_path / "outbox").iterdir())):
        assert b"everyone@example.org" not in file.read_bytes()

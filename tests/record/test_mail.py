"""Mails against a real SMTP server on a socket: delivered, refused for now, refused for good, server away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import pytest_asyncio
from aiosmtpd.smtp import AuthResult

from rostrum.mail.transport import Files, Smtp
from rostrum.mailer import LINES_MAX
from rostrum.record.outbox import CLAIM, GIVEN_UP_AFTER, MailState
from tests.support.mails import Post, Receiver, new, opened, plain_letter, serving
from tests.support.server import free_port

AWA = "awa@example.org"


@pytest_asyncio.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    """An outbox with one mail in it."""
    async with opened(tmp_path) as post:
        await post.put(new(AWA, plain_letter("تم اعتمادكم: é", "Grüße\nأهلا"), "ar"))
        yield post


async def test_a_mail_arrives_whole(post: Post) -> None:
    receiver = Receiver()
    with serving(receiver) as url:
        assert await post.mailer(Smtp(url)).deliver_due() == 1
    (message,) = receiver.messages
    assert message["Subject"] == "تم اعتمادكم: é"
    assert message["From"] == "Secretariat <rostrum@example.org>"
    assert message["To"] == AWA
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{(await post.mails())[0].mail_id}@example.org>"
    assert message["Date"] is not None
    assert message["List-Unsubscribe"] is None
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").strip() == "Grüße\nأهلا"
    assert '<html lang="ar" dir="rtl"' in html.get_content()
    assert await post.state() is MailState.SENT


async def test_refused_for_now_it_is_sent_later_and_once(post: Post) -> None:
    receiver = Receiver(["451 later"])
    with serving(receiver) as url:
        mailer = post.mailer(Smtp(url))
        assert await mailer.deliver_due() == 0
        assert await mailer.deliver_due() == 0, "not before its time"
        post.now += timedelta(minutes=2)
        assert await mailer.deliver_due() == 1
        post.now += timedelta(days=1)
        assert await mailer.deliver_due() == 0
    assert len(receiver.taken) == 1


async def test_refused_for_good_it_is_shown_as_failed(post: Post) -> None:
    with serving(Receiver(["550 5.1.1 <awa@example.org> is no such person"])) as url:
        await post.mailer(Smtp(url)).deliver_due()
    assert await post.state() is MailState.FAILED
    last_error = str((await post.mails())[0].last_error)
    assert "550" in last_error
    assert "awa" not in last_error, "a server's words may name the recipient"


async def test_a_server_that_is_away_is_waited_for_and_at_last_given_up(post: Post) -> None:
    port = free_port()
    mailer = post.mailer(Smtp(f"smtp://127.0.0.1:{port}"))
    for _ in range(30):
        assert await mailer.deliver_due() == 0
        post.now += timedelta(minutes=15)
    (mail,) = await post.mails()
    assert (mail.state, mail.attempts) == (MailState.WAITING, 0), "no mail's fault"
    with serving(Receiver(), port):
        assert await mailer.deliver_due() == 1
    await post.put(new("late@example.org", plain_letter("Late")))
    await mailer.deliver_due()
    post.now += GIVEN_UP_AFTER
    await mailer.deliver_due()
    assert (await post.outbox.count("s"))[MailState.FAILED] == 1


async def test_a_wrong_password_is_no_mails_fault(post: Post) -> None:

    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    receiver = Receiver()
    with serving(receiver, authenticator=refuse, auth_require_tls=False) as url:
        mailer = post.mailer(Smtp(url.replace("//", "//rostrum:wrong@") + "?starttls=never"))
        assert await mailer.deliver_due() == 0
    (mail,) = await post.mails()
    assert mail.state is MailState.WAITING
    assert "535" in str(mail.last_error)


async def test_a_password_is_never_sent_without_tls_unless_that_is_said(post: Post) -> None:
    names: list[str] = []

    def authenticator(_server: object, _session: object, _envelope: object, _way: str, data: object) -> AuthResult:
        names.append(str(data))
        return AuthResult(success=True)

    with serving(Receiver(), authenticator=authenticator, auth_require_tls=False) as url:
        known = url.replace("//", "//rostrum:secret@")
        assert await post.mailer(Smtp(known)).deliver_due() == 0
        assert names == []
        post.now += timedelta(minutes=2)
        assert await post.mailer(Smtp(f"{known}?starttls=never")).deliver_due() == 1
        assert len(names) == 1


async def test_a_burst_goes_by_few_lines_and_none_twice(post: Post) -> None:
    receiver = Receiver()
    await post.put(*(new(f"p{number}@example.org", plain_letter(f"{number}")) for number in range(250)))
    with serving(receiver) as url:
        node, other = post.mailer(Smtp(url)), post.mailer(Smtp(url))
        assert sum(await asyncio.gather(node.deliver_due(), other.deliver_due())) == 251
    assert len({message["Message-ID"] for message in receiver.messages}) == len(receiver.taken) == 251
    # each of the two nodes: its lines, once more after the first 200
    assert len(receiver.sessions) <= 4 * LINES_MAX


async def test_what_a_dead_process_had_taken_is_sent_by_another(post: Post) -> None:
    (taken,) = await post.outbox.claim(post.now, 10)
    receiver = Receiver()
    with serving(receiver) as url:
        mailer = post.mailer(Smtp(url))
        assert await mailer.deliver_due() == 0
        post.now += CLAIM
        assert await mailer.deliver_due() == 1
    assert receiver.messages[0]["Message-ID"].startswith(f"<{taken.mail_id}@")


async def test_the_envelope_leads_back_to_the_mail_and_asks_for_reports(post: Post) -> None:
    receiver = Receiver()
    with serving(receiver) as url:
        assert await post.mailer(Smtp(url), post.return_path).deliver_due() == 1
    (mail,) = await post.mails()
    (sender,) = receiver.senders
    assert post.return_path.mail_of(sender) == mail.mail_id
    assert "awa" not in sender
    assert receiver.asked == ["RET=HDRS", f"ENVID={mail.mail_id}", "NOTIFY=FAILURE,DELAY"]


@pytest.mark.parametrize("international", [True, False])
async def test_an_address_in_other_letters_goes_where_the_server_can_and_holds_up_nobody(
    post: Post, international: bool
) -> None:
    receiver = Receiver()
    await post.put(new("пошта@example.org", plain_letter("ж")), new("plain@example.org", plain_letter("p")))
    with serving(receiver, enable_SMTPUTF8=international) as url:
        await post.mailer(Smtp(url), post.return_path).deliver_due()
    to = {str(message["To"]) for message in receiver.messages}
    assert to == ({AWA, "plain@example.org"} | ({"пошта@example.org"} if international else set()))
    assert (await post.outbox.count("s")).get(MailState.FAILED, 0) == (0 if international else 1)


async def test_who_asked_for_protection_is_written_to_by_the_sender_that_says_nothing(post: Post) -> None:
    receiver = Receiver()
    await post.put(new("k@example.org", plain_letter("A message is waiting for you"), discreet=True))
    with serving(receiver) as url:
        await post.mailer(Smtp(url)).deliver_due()
    (message,) = [each for each in receiver.messages if each["To"] == "k@example.org"]
    assert message["From"] == "post@example.net"
    assert message["Message-ID"].endswith("@example.net>")


async def test_without_a_server_mails_are_files(post: Post, tmp_path: Path) -> None:
    assert await post.mailer(Files(tmp_path / "outbox")).deliver_due() == 1
    assert await post.state() is MailState.WRITTEN
    (file,) = await asyncio.to_thread(lambda: list((tmp_path / "outbox").iterdir()))
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == AWA


@pytest.mark.parametrize("recipient", ["a@b.c\nBcc: everyone@example.org", "a@b.c\r\n\r\nhello"])
async def test_no_header_can_be_smuggled_in(post: Post, tmp_path: Path, recipient: str) -> None:
    await post.put(new(recipient, plain_letter("x")))
    await post.mailer(Files(tmp_path / "outbox")).deliver_due()
    files = await asyncio.to_thread(lambda: list((tmp_path / "outbox").iterdir()))
    assert len(files) == 1
    assert b"everyone@example.org" not in files[0].read_bytes()

"""Mails that come back: by an address that only we can make, through the command that a mail server pipes into."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import pytest_asyncio

from rostrum.identity.secrets import new_id
from rostrum.mail.bounces import BYTES_MAX, Bounce, ReturnPath, read
from rostrum.mail.transport import Smtp
from rostrum.record.outbox import MailState
from tests.support.mails import Post, Receiver, new, opened, plain_letter, serving

BOUNCES = "bounces@example.org"


def report(to: str, action: str = "failed", status: str = "5.1.1", kind: str = "delivery-status") -> bytes:
    """A report as Postfix writes it (RFC 3464, appendix E)."""
    return f"""From: MAILER-DAEMON@mx.example.com
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="B"

--B
Content-Type: text/plain

The mail system: <awa@example.org>: user unknown

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Tue, 24 Nov 2026 10:00:00 +0000

Final-Recipient: rfc822; awa@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--B
Content-Type: text/rfc822-headers

Subject: Your new personal link

--B--
""".replace("\n", "\r\n").encode()


@pytest_asyncio.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    """An outbox whose one mail was sent, with its return path."""
    async with opened(tmp_path / "var") as post:
        await post.put(new("Awa@example.org", plain_letter("Your new personal link")))
        receiver = Receiver()
        with serving(receiver) as url:
            await post.mailer(Smtp(url), post.return_path).deliver_due()
        assert await post.state() is MailState.SENT
        yield post


async def piped(tmp_path: Path, raw: bytes, *arguments: str) -> str:
    """What `rostrum bounce` says to a message."""
    environment = {**os.environ, "ROSTRUM_DATA": str(tmp_path / "var"), "ROSTRUM_MAIL_BOUNCES": BOUNCES}
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "rostrum", "bounce", *arguments],
        input=raw,
        env=environment,
        capture_output=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.decode()


async def test_a_mail_that_came_back_is_shown_as_such_and_its_address_as_out_of_reach(
    post: Post, tmp_path: Path
) -> None:
    (mail,) = await post.mails()
    address = post.return_path.of(mail.mail_id)
    assert await post.outbox.unreachable("s") == {}
    assert "Noted" in await piped(tmp_path, report("whoever@example.org"), address)
    (mail,) = await post.mails()
    assert (mail.state, mail.last_error, mail.unreachable) == (MailState.BOUNCED, "5.1.1", True)
    assert list(await post.outbox.unreachable("s")) == ["awa@example.org"]
    # something sent there later that does not come back: the address is good again
    await post.put(new("awa@example.org", plain_letter("Later")))
    with serving(Receiver()) as url:
        post.now = post.now.replace(hour=12)
        await post.mailer(Smtp(url), post.return_path).deliver_due()
    assert await post.outbox.unreachable("s") == {}


async def test_the_address_is_found_in_the_message_in_any_case_of_letters(post: Post, tmp_path: Path) -> None:
    (mail,) = await post.mails()
    assert "Noted" in await piped(tmp_path, report(post.return_path.of(mail.mail_id).upper()))


@pytest.mark.parametrize(
    ("action", "status", "state", "unreachable"),
    [
        ("failed", "5.1.1", MailState.BOUNCED, True),
        ("failed", "4.4.7", MailState.BOUNCED, False),
        ("delayed", "4.4.1", MailState.SENT, False),
        ("delivered", "2.0.0", MailState.SENT, False),
        ("relayed", "2.0.0", MailState.SENT, False),
    ],
)
async def test_what_a_report_says_decides(
    post: Post, action: str, status: str, state: MailState, unreachable: bool
) -> None:
    (mail,) = await post.mails()
    found = read(report(post.return_path.of(mail.mail_id), action, status), post.return_path)
    if found is not None:
        assert await post.outbox.came_back(found.mail_id, found.status, gave_up=found.gave_up)
    (mail,) = await post.mails()
    assert (mail.state, mail.unreachable) == (state, unreachable)


async def test_a_forged_report_changes_nothing(post: Post, tmp_path: Path) -> None:
    (mail,) = await post.mails()
    own = post.return_path.of(mail.mail_id)
    other_key = ReturnPath(BOUNCES, lambda mail_id: "00" * 32).of(mail.mail_id)
    start = own.index("+") + 1
    # a letter of the mail's identifier, and one of what proves it
    touched = [own[:at] + ("a" if own[at] != "a" else "b") + own[at + 1 :] for at in (start + 3, start + 33)]
    for forged in (BOUNCES, other_key, f"bounces+{mail.mail_id}@example.org", *touched):
        assert forged != own
        assert read(report(forged), post.return_path) is None
    assert "nothing was changed" in await piped(tmp_path, report(other_key), other_key)
    vacation = EmailMessage()
    vacation["To"], vacation["Auto-Submitted"] = own, "auto-replied"
    vacation.set_content("I am away: 5.1.1 failed")
    assert read(vacation.as_bytes(), post.return_path) is None, "an answer is no report"
    assert read(report(own, kind="disposition-notification"), post.return_path) is None
    assert await post.state() is MailState.SENT
    unknown = post.return_path.of(new_id())
    assert read(report(unknown), post.return_path) is not None
    assert "nothing was changed" in await piped(tmp_path, report(unknown), unknown), "a mail that there is not"


def nested(depth: int, to: str) -> bytes:
    lines = [f"To: {to}", "Content-Type: multipart/report; report-type=delivery-status; boundary=b0", ""]
    for level in range(depth):
        lines += [f"--b{level}", f"Content-Type: multipart/mixed; boundary=b{level + 1}", ""]
    return "\r\n".join(lines).encode()


async def test_hostile_messages_are_no_reports_and_cost_little(post: Post, tmp_path: Path) -> None:
    (mail,) = await post.mails()
    to = post.return_path.of(mail.mail_id)
    whole = report(to)
    hostile = [
        b"",
        b"\x00\xff" * 5000,
        b"To: " + to.encode() + b"\r\n" * 200_000,
        b"To: " + b"a" * 10_000_000,
        nested(200, to),
        nested(5000, to),
        b"To: " + to.encode() + b"\r\nContent-Type: multipart/report; report-type*=%FF''x; boundary*0*=x\r\n\r\n--",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\nTo: =?x?q?" + b"=" * 99,
        whole.replace(b"Status: 5.1.1", b"Status: " + b"9" * 400_000),
        whole.replace(b"Status: 5.1.1", b"Status: 5.1.1; DROP"[:3]),
        whole.replace(b"Action: failed", b"Action: \xff\xfe"),
        whole.replace(b"message/delivery-status", b"message/rfc822"),
        *(whole[:cut] for cut in range(0, len(whole) - 200, 37)),
    ]
    start = time.monotonic()
    for number, raw in enumerate(hostile):
        found = read(raw, post.return_path)
        assert found is None or found == Bounce(mail.mail_id, "5.1.1", True), number
    assert time.monotonic() - start < 10
    # one that is larger than what is looked at is read to its end, and the report before it counts
    assert len(whole) < BYTES_MAX
    assert "Noted" in await piped(tmp_path, whole + b"x" * 20_000_000, to)


def test_the_token_is_short_enough_and_names_nobody() -> None:
    path = ReturnPath("b" * 21 + "@example.org", lambda mail_id: "ab" * 32)
    local = path.of(new_id()).partition("@")[0]
    assert len(local) == 64, "RFC 5321, 4.5.3.1.1"

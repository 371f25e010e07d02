"""A mail as RFC 5322 wants it: plain text, no tracking, marked as automatic (RFC 3834)."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Protocol


class Sendable(Protocol):
    """What of a queued mail its message is made of."""

    @property
    def mail_id(self) -> str: ...  # noqa: D102
    @property
    def recipient(self) -> str: ...  # noqa: D102
    @property
    def subject(self) -> str: ...  # noqa: D102
    @property
    def body(self) -> str: ...  # noqa: D102
    @property
    def language(self) -> str: ...  # noqa: D102
    @property
    def created_at(self) -> datetime: ...  # noqa: D102


def message(mail: Sendable, sender: str) -> EmailMessage:
    """The message. Raises ValueError where an address holds a line break: a header can't be smuggled in."""
    built = EmailMessage(policy=SMTP)
    built["From"] = sender
    built["To"] = mail.recipient
    built["Subject"] = mail.subject
    built["Date"] = format_datetime(mail.created_at)
    # The same mail sent twice, after a crash between sending and noting it, is seen as one by its identifier.
    built["Message-ID"] = f"<{mail.mail_id}@{sender.rpartition('@')[2] or 'rostrum.invalid'}>"
    built["Auto-Submitted"] = "auto-generated"
    built["Content-Language"] = mail.language
    built.set_content(mail.body, charset="utf-8")
    return built

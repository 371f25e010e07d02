"""A mail as RFC 5322 wants it: plain text and HTML of the same words, no tracking, marked as automatic (RFC 3834)."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from typing import Protocol

from rostrum.letter import Letter
from rostrum.mail.invitation import calendar, method_of


class Sendable(Protocol):
    """What of a queued mail its message is made of."""

    @property
    def mail_id(self) -> str: ...  # noqa: D102
    @property
    def recipient(self) -> str: ...  # noqa: D102
    @property
    def letter(self) -> Letter: ...  # noqa: D102
    @property
    def language(self) -> str: ...  # noqa: D102
    @property
    def discreet(self) -> bool: ...  # noqa: D102
    @property
    def created_at(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True)
class Senders:
    """Whom mails are from, `address` or `Name <address>`. `discreet`: to people who asked for protection; empty: the
    bare address of the other."""

    usual: str
    discreet: str = ""

    def of(self, mail: Sendable) -> tuple[str, str]:
        """(name, address) that a mail is from."""
        name, address = parseaddr(self.usual)
        if mail.discreet:
            name, address = parseaddr(self.discreet) if self.discreet else ("", address)
        return name, address


def message(mail: Sendable, senders: Senders, html: str) -> EmailMessage:
    """The message. Raises ValueError where an address holds a line break: a header can't be smuggled in."""
    name, address = senders.of(mail)
    built = EmailMessage(policy=SMTP)
    built["From"] = formataddr((name, address))
    built["To"] = mail.recipient
    built["Subject"] = mail.letter.subject
    built["Date"] = format_datetime(mail.created_at)
    # The same mail sent twice, after a crash between sending and noting it, is seen as one by its identifier.
    built["Message-ID"] = f"<{mail.mail_id}@{address.rpartition('@')[2] or 'rostrum.invalid'}>"
    built["Auto-Submitted"] = "auto-generated"
    built["Content-Language"] = mail.language
    built.set_content(mail.letter.plain, charset="utf-8")
    built.add_alternative(html, subtype="html", charset="utf-8")
    _invite(built, mail, address)
    return built


def _invite(built: EmailMessage, mail: Sendable, organiser: str) -> None:
    """Add the meetings: a single one as calendars look for it, several each as a file of its own (RFC 5546, 3.2.2)."""
    invitations = mail.letter.invitations
    for number, one in enumerate(invitations, 1):
        made = calendar(one, organiser, mail.recipient, mail.created_at)
        method = {"method": method_of(one), "charset": "utf-8"}
        if len(invitations) == 1:
            built.add_alternative(made, "text", "calendar", cte="base64", params=method)
        else:
            name = f"meeting-{number}.ics"
            built.add_attachment(made, "text", "calendar", cte="base64", params=method, filename=name)

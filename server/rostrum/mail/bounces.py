"""Mails that came back (RFC 3464): whose they were, by an address that only we can make, and whether for good."""

import base64
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

BYTES_MAX = 256 * 1024
"""What is looked at of a message that came back; the report stands before the mail that it is about."""
MAC_BYTES = 10
ID_BYTES = 16
TOKEN = re.compile(r"\+([a-z2-7]{42})@", re.IGNORECASE)
STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
"""Where the address that a message came to stands, for servers that say it in no other way."""


@dataclass(frozen=True)
class Bounce:
    """A report on a mail. `status` as RFC 3463 has it; `gave_up`: it will not be tried again."""

    mail_id: str
    status: str
    gave_up: bool


class ReturnPath:
    """The addresses that mails come back to: one a mail, with a token in it that cannot be guessed.

    `address`: where they are received, without the tokens; empty: mails come back to their sender. `digest`: 64 hex
    digits for a text, which nobody can make without the key.
    """

    def __init__(self, address: str, digest: Callable[[str], str]) -> None:
        self._local, _, self._domain = address.partition("@")
        self._digest = digest

    def of(self, mail_id: str) -> str:
        """The address for a mail (its identifier: 32 hex digits); empty where none is set."""
        if not self._domain:
            return ""
        token = bytes.fromhex(mail_id) + self._mac(mail_id)
        return f"{self._local}+{base64.b32encode(token).decode().rstrip('=').lower()}@{self._domain}"

    def mail_of(self, address: str) -> str | None:
        """The mail whose address this is; None where we did not make it."""
        found = TOKEN.search(address)
        if found is None:
            return None
        token = base64.b32decode(found[1].upper() + "=" * 6)
        mail_id = token[:ID_BYTES].hex()
        return mail_id if hmac.compare_digest(token[ID_BYTES:], self._mac(mail_id)) else None

    def _mac(self, mail_id: str) -> bytes:
        return bytes.fromhex(self._digest(mail_id))[:MAC_BYTES]


def read(raw: bytes, return_path: ReturnPath, recipient: str = "") -> Bounce | None:
    """What a message reports on a mail of ours; None where it is no report, or its address was not made by us.

    `recipient`: the address that it came to; empty: as its own lines say.
    """
    try:
        return _read(message_from_bytes(raw[:BYTES_MAX], policy=compat32), return_path, recipient)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        # Python's parser is not made for what is written to break it; what breaks it is no report.
        return None


def _read(message: Message, return_path: ReturnPath, recipient: str) -> Bounce | None:
    addresses = [recipient] if recipient else [str(each) for name in ADDRESSED for each in message.get_all(name, [])]
    mail_id = next((found for each in addresses if (found := return_path.mail_of(each))), None)
    if mail_id is None or message.get_content_type() != "multipart/report":
        return None
    if str(message.get_param("report-type", "")).lower() != "delivery-status":
        return None
    for fields in _recipients(message):
        action, status = str(fields.get("Action", "")).strip().lower(), STATUS.match(str(fields.get("Status", "")))
        if action in {"failed", "delayed"} and status is not None and status[1] != "2":
            return Bounce(mail_id, ".".join(status.groups()), action == "failed")
    return None


def _recipients(message: Message) -> Iterator[Message]:
    """What the report says for each recipient: every group of its lines but the first, which is on the message."""
    parts = message.get_payload()
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, Message) and part.get_content_type() == "message/delivery-status":
            groups = part.get_payload()
            yield from (each for each in groups if isinstance(each, Message)) if isinstance(groups, list) else ()

"""Where mails go: a server by SMTP, or files in a folder."""

from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import aiosmtplib

TIMEOUT_S = 20.0
SUBMISSION_PORT, SUBMISSION_TLS_PORT = 587, 465


class NotSent(Exception):
    """A mail did not go out. `final`: it never will (RFC 5321, 5yz); else it may later."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class Smtp:
    """A mail server, by `smtp://` or `smtps://` as settings describe it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        starttls = dict(parse_qsl(parts.query)).get("starttls", "offered")
        self._host = parts.hostname
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (SUBMISSION_TLS_PORT if self._tls else SUBMISSION_PORT)
        self._username = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._start_tls = {"required": True, "never": False}.get(starttls)

    async def deliver(self, _mail_id: str, message: EmailMessage) -> None:
        """Hand a message to the server. Raises `NotSent`."""
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                username=self._username,
                password=self._password,
                use_tls=self._tls,
                start_tls=self._start_tls,
                timeout=TIMEOUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise NotSent(f"recipient refused ({codes[0]})", final=all(code >= 500 for code in codes)) from error
        except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPSenderRefused) as error:
            # Our own account or address is wrong: no mail's fault, and mended by the operator.
            raise NotSent(f"{type(error).__name__} ({error.code})", final=False) from error
        except aiosmtplib.SMTPResponseException as error:
            # A server's words may name the recipient: they go neither into the log nor beside the sealed mail.
            raise NotSent(f"refused ({error.code})", final=error.code >= 500) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotSent(type(error).__name__, final=False) from error


class Files:
    """A folder that keeps each mail as `<id>.eml`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def deliver(self, mail_id: str, message: EmailMessage) -> None:
        """Write the file whole. Raises `NotSent`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished = self._folder / f"{mail_id}.part"
            unfinished.write_bytes(message.as_bytes())
            unfinished.rename(self._folder / f"{mail_id}.eml")
        except OSError as error:
            raise NotSent(f"{type(error).__name__}: {error.strerror}", final=False) from error


def forget(folder: Path, mail_ids: Iterable[str]) -> None:
    """Delete the files of mails that `Files` kept there; there may be none."""
    for mail_id in mail_ids:
        (folder / f"{mail_id}.eml").unlink(missing_ok=True)

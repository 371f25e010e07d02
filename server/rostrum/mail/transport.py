"""Where mails go: a server by SMTP, or files in a folder. A line is one connection, kept while there are mails."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import aiosmtplib

TIMEOUT_S = 20.0
SUBMISSION_PORT, SUBMISSION_TLS_PORT = 587, 465


class NotSent(Exception):
    """A mail did not go out. `final`: it never will (RFC 5321, 5yz); else it may later. `away`: no mail's fault, the
    server cannot be spoken to."""

    def __init__(self, reason: str, *, final: bool = False, away: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
        self.away = away


@dataclass(frozen=True)
class Parcel:
    """A message and its envelope. `sender`: where it comes back to if it cannot be delivered."""

    mail_id: str
    sender: str
    recipient: str
    message: EmailMessage


class Line(Protocol):
    """One way to hand over mails, one after the other."""

    async def deliver(self, parcel: Parcel) -> None:
        """Hand over a mail. Raises `NotSent`."""


class Smtp:
    """A mail server, by `smtp://` or `smtps://` as settings describe it.

    With a password, STARTTLS is required unless the address says otherwise.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname
        self.tls = parts.scheme == "smtps"
        self.port = parts.port or (SUBMISSION_TLS_PORT if self.tls else SUBMISSION_PORT)
        self.username = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password) if parts.password else None
        usual = "required" if self.password else "offered"
        starttls = dict(parse_qsl(parts.query)).get("starttls", usual)
        self.start_tls = {"required": True, "never": False}.get(starttls) if not self.tls else False

    @asynccontextmanager
    async def line(self) -> AsyncIterator["SmtpLine"]:
        """A line to the server; it connects with the first mail."""
        line = SmtpLine(self)
        try:
            yield line
        finally:
            await line.close()


class SmtpLine:
    """One connection to a mail server, made anew where it was lost."""

    def __init__(self, server: Smtp) -> None:
        self._server = server
        self._client: aiosmtplib.SMTP | None = None

    async def deliver(self, parcel: Parcel) -> None:
        """Hand a message to the server. Raises `NotSent`."""
        client = await self._connected()
        report = client.supports_extension("dsn")
        try:
            await client.send_message(
                parcel.message,
                sender=parcel.sender,
                recipients=[parcel.recipient],
                # RFC 3461: only what tells that a mail did not arrive, and without its text.
                mail_options=["RET=HDRS", f"ENVID={parcel.mail_id}"] if report else None,
                rcpt_options=["NOTIFY=FAILURE,DELAY"] if report else None,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            await self._reset(client)
            codes = [refused.code for refused in error.recipients]
            raise NotSent(f"recipient refused ({codes[0]})", final=all(code >= 500 for code in codes)) from error
        except aiosmtplib.SMTPNotSupported as error:
            # Letters before the @ that this server cannot write (RFC 6531).
            raise NotSent("address not supported", final=True) from error
        except aiosmtplib.SMTPSenderRefused as error:
            # Our own address is wrong: no mail's fault, and mended by the operator.
            await self._reset(client)
            raise NotSent(f"sender refused ({error.code})") from error
        except aiosmtplib.SMTPResponseException as error:
            # A server's words may name the recipient: they go neither into the log nor beside the sealed mail.
            await self._reset(client)
            raise NotSent(f"refused ({error.code})", final=error.code >= 500) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            raise NotSent(type(error).__name__) from error

    async def close(self) -> None:
        """Say goodbye, where somebody still listens."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=2.0)
            client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.tls,
            start_tls=server.start_tls,
            timeout=TIMEOUT_S,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            # Down, full, or our name and password are not taken: the operator mends it, and every mail waits.
            code = f" ({error.code})" if isinstance(error, aiosmtplib.SMTPResponseException) else ""
            raise NotSent(f"{type(error).__name__}{code}", away=True) from error
        self._client = client
        return client

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        """Make the line ready for the next mail; one that is lost is made anew by it."""
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            await self.close()


class Files:
    """A folder that keeps each mail as `<id>.eml`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def line(self) -> AsyncIterator["Files"]:
        """The folder itself."""
        yield self

    async def deliver(self, parcel: Parcel) -> None:
        """Write the file whole. Raises `NotSent`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished = self._folder / f"{parcel.mail_id}.part"
            unfinished.write_bytes(parcel.message.as_bytes())
            unfinished.rename(self._folder / f"{parcel.mail_id}.eml")
        except OSError as error:
            raise NotSent(f"{type(error).__name__}: {error.strerror}") from error


def forget(folder: Path, mail_ids: Iterable[str]) -> None:
    """Delete the files of mails that `Files` kept there; there may be none."""
    for mail_id in mail_ids:
        (folder / f"{mail_id}.eml").unlink(missing_ok=True)

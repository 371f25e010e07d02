"""1,000 mails to a mail server on loopback that thinks over each for 0, then for 20 ms.

Ours is the whole way: taken from the outbox, unsealed, text and HTML built, sent, noted as sent. The peer is smtplib
with messages built before, one after the other on one connection; beside it, a connection for each. `RUNS` can be set.
"""

import asyncio
import smtplib
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from rostrum.letter import Letter
from rostrum.mail.message import Senders, message
from rostrum.mail.transport import Smtp
from rostrum.mailer import LINES_MAX
from rostrum.record.outbox import MailState
from tests.bench.common import RUNS, ratio, say, spread
from tests.support.mails import new, opened, plain_letter
from tests.support.server import free_port

MAILS = 1_000
THINKS_MS = (0, 20)
BODY = "You are accredited to the session. Open this link on the device that you will use for the meeting.\n\n" * 5


@asynccontextmanager
async def receiving(folder: Path, thinks_ms: int) -> AsyncIterator[tuple[int, Path]]:
    """A mail server; its port, and the file that grows by a byte a mail."""
    port, file = free_port(), folder / "taken"
    file.write_bytes(b"")
    command = [sys.executable, "-m", "tests.bench.mail_receiver", str(port), str(file), str(thinks_ms)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield port, file
    finally:
        process.kill()
        await process.wait()


async def ours(thinks_ms: int) -> float:
    """Mails a second, from an outbox that is full to one that is empty."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with opened(folder / "var") as post, receiving(folder, thinks_ms) as (port, file):
            await post.put(*(new(f"p{one}@example.org", plain_letter("Subject", BODY)) for one in range(MAILS)))
            mailer = post.mailer(Smtp(f"smtp://127.0.0.1:{port}"), post.return_path)
            begin = time.perf_counter()
            assert await mailer.deliver_due() == MAILS
            took_s = time.perf_counter() - begin
            assert file.stat().st_size == MAILS
            assert await post.outbox.count("s") == {MailState.SENT: MAILS}
    return MAILS / took_s


@dataclass(frozen=True)
class Written:
    """A mail that was never in an outbox."""

    created_at: datetime
    letter: Letter
    mail_id: str = "mail"
    recipient: str = "p@example.org"
    language: str = "en"
    discreet: bool = False


def built() -> list[EmailMessage]:
    """The same messages, before the clock runs."""
    mail = Written(datetime.now(UTC), plain_letter("Subject", BODY))
    return [message(mail, Senders("rostrum@example.org"), f"<p>{BODY}</p>") for _ in range(MAILS)]


def one_by_one(port: int, messages: Sequence[EmailMessage], *, kept: bool) -> float:
    """Mails a second by smtplib, on one kept connection or on one for each mail."""
    begin = time.perf_counter()
    if kept:
        with smtplib.SMTP("127.0.0.1", port) as client:
            for each in messages:
                client.send_message(each)
    else:
        for each in messages:
            with smtplib.SMTP("127.0.0.1", port) as client:
                client.send_message(each)
    return len(messages) / (time.perf_counter() - begin)


async def peer(thinks_ms: int, *, kept: bool) -> float:
    """The same for a mail server of its own."""
    with tempfile.TemporaryDirectory() as name:
        async with receiving(Path(name), thinks_ms) as (port, file):
            rate = await asyncio.to_thread(one_by_one, port, built(), kept=kept)
            assert file.stat().st_size == MAILS
    return rate


async def main() -> None:
    """All runs, and the line of JSON."""
    figures: dict[str, Any] = {}
    for thinks_ms in THINKS_MS:
        figures[f"{thinks_ms}_ms"] = {
            "ours": spread([await ours(thinks_ms) for _ in range(RUNS)]),
            "peer_one_connection": spread([await peer(thinks_ms, kept=True) for _ in range(RUNS)]),
            "peer_a_connection_each": spread([await peer(thinks_ms, kept=False) for _ in range(RUNS)]),
        }
    thinking = figures[f"{THINKS_MS[-1]}_ms"]
    own, other = thinking["ours"]["median"], thinking["peer_one_connection"]["median"]
    result = {
        "bench": "mail",
        "ours": own,
        "peer": other,
        "ratio": ratio(own, other),
        "unit": f"mails/s to a server that thinks for {THINKS_MS[-1]} ms (peer: smtplib, one connection)",
        "mails": MAILS,
        "lines": LINES_MAX,
        "by_thinking": figures,
        "goals": {"twice_the_peer": own >= 2 * other},
    }
    say(result)


if __name__ == "__main__":
    asyncio.run(main())

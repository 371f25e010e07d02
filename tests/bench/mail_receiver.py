"""A mail server in a process of its own, for `bench_mail`: PORT, FILE that gets a byte a mail, THINKS_MS."""

import asyncio
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Taker:
    """Takes every mail after a while, as servers do that scan and queue it."""

    def __init__(self, file: Path, thinks_ms: float) -> None:
        self._file, self._thinks_s = file, thinks_ms / 1000

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        await asyncio.sleep(self._thinks_s)
        with self._file.open("ab") as counted:
            counted.write(b".")
        return "250 taken"


async def main() -> None:
    """Serve until killed."""
    port, file, thinks_ms = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    taker, loop = Taker(file, thinks_ms), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(taker, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

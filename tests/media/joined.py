"""Two workers joined by mailboxes in the test's own process, with a tap on what crosses."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from rostrum.media.sfu import crossing, mailbox
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.sfu.mailbox import Mailbox
from rostrum.media.sfu.pool import WorkerPool


class Here(EmbeddedEngine):
    """A worker that is no process."""

    pid = None

    def on_restart(self, _listener: Callable[[], None]) -> None:
        """It is never started again."""


class Tap:
    """Reads what goes into a mailbox, notes it, and hands it on."""

    def __init__(self, onwards: socket.socket) -> None:
        self.seen: list[crossing.Message] = []
        self.broken = False
        """Nothing is handed on."""
        self._pair = mailbox.pairs(1)[0]
        self._onwards = onwards
        asyncio.get_running_loop().add_reader(self._pair.reading, self._readable)

    @property
    def writing(self) -> socket.socket:
        """What the sender is given in place of the mailbox."""
        return self._pair.writing

    @property
    def packets(self) -> list[crossing.Carried]:
        """The packets among what was seen."""
        return [one for one in self.seen if isinstance(one, crossing.Carried)]

    def _readable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                datagram = self._pair.reading.recv(1 << 17)
                self.seen += [crossing.read(letter) for letter in mailbox.letters(memoryview(datagram))]
                if not self.broken:
                    self._onwards.send(datagram)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pair.reading)
        for end in self._pair:
            end.close()


def apart(sends: bool, loads: Sequence[int]) -> Sequence[int]:
    """Senders go to the first worker, receivers to the second."""
    assert len(loads) == 2
    return (0, 1) if sends else (1, 0)


@asynccontextmanager
async def joined() -> AsyncIterator[tuple[WorkerPool, Tap, Tap]]:
    """Two workers: senders in the first, receivers in the second; the taps from the first and to it."""
    pairs = mailbox.pairs(2)
    there, back = Tap(pairs[1].writing), Tap(pairs[0].writing)
    first = Here(0, ["127.0.0.1"], Mailbox(0, pairs[0].reading, {1: there.writing}))
    second = Here(0, ["127.0.0.1"], Mailbox(1, pairs[1].reading, {0: back.writing}))
    pool = WorkerPool([first, second], apart)
    await pool.start()
    try:
        yield pool, there, back
    finally:
        await pool.close()
        there.close()
        back.close()
        for end in (end for pair in pairs for end in pair):
            end.close()

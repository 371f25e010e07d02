"""The sockets between workers: each has a mailbox that all others write to, and nobody waits for anybody.

A mailbox is a pair of datagram sockets made by the application, which keeps both ends: a worker that is started in a
dead one's place is given the same, and the others need not be told. A mailbox that is full loses what does not fit.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

_LENGTH = struct.Struct("!H")
_DATAGRAM_BYTES = 32 << 10
"""Letters to one worker leave together in datagrams of about this size."""
_LARGEST_BYTES = _DATAGRAM_BYTES + (64 << 10) + 3
_BUFFER_BYTES = 1 << 20
_READS_AT_ONCE = 32
"""Datagrams taken before the loop may look at anything else."""


class Pair(NamedTuple):
    """The two ends of one worker's mailbox."""

    reading: socket.socket
    writing: socket.socket


def pairs(count: int) -> list[Pair]:
    """Mailboxes for so many workers."""
    made = []
    for _ in range(count):
        reading, writing = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        writing.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        for sock in (reading, writing):
            sock.setblocking(False)
        made.append(Pair(reading, writing))
    return made


class Mailbox:
    """One worker's own mailbox, and the ways to the others'."""

    def __init__(
        self, number: int = 0, ours: socket.socket | None = None, others: Mapping[int, socket.socket] | None = None
    ) -> None:
        """`number` is this worker's, `others` are writing ends by theirs. With none it is the only worker."""
        self.number = number
        self.others = dict(others or {})
        self.dropped = 0
        """Datagrams that others had no room for."""
        self._ours = ours
        self._pending = {other: bytearray() for other in self.others}
        self._buffer = memoryview(bytearray(_LARGEST_BYTES))

    def open(self, on_letter: Callable[[int, bytes], None], on_drained: Callable[[], None]) -> None:
        """Begin to read. `on_letter` is given the sender's number and must not raise; `on_drained` follows when all
        is read."""
        if self._ours is not None:
            asyncio.get_running_loop().add_reader(self._ours, self._readable, self._ours, on_letter, on_drained)

    def close(self) -> None:
        """Read no more. Twice is once; the sockets belong to whoever made them."""
        if self._ours is not None:
            asyncio.get_running_loop().remove_reader(self._ours)
            self._ours = None

    def send(self, to: int, letter: bytes) -> None:
        """Queue a letter for another worker until the next `flush`; at most a datagram's worth waits."""
        pending = self._pending[to]
        pending += _LENGTH.pack(len(letter)) + letter
        if len(pending) >= _DATAGRAM_BYTES:
            self._flush(to, pending)

    def send_all(self, letter: bytes) -> None:
        """The same for every other worker."""
        for other in self.others:
            self.send(other, letter)

    def flush(self) -> None:
        """Send what is queued; what another worker has no room for is lost."""
        for other, pending in self._pending.items():
            if pending:
                self._flush(other, pending)

    def _flush(self, to: int, pending: bytearray) -> None:
        datagram = bytes([self.number]) + pending
        pending.clear()
        try:
            self.others[to].send(datagram, socket.MSG_DONTWAIT)
        except OSError:
            self.dropped += 1

    def _readable(
        self, sock: socket.socket, on_letter: Callable[[int, bytes], None], on_drained: Callable[[], None]
    ) -> None:
        with contextlib.suppress(OSError):
            for _ in range(_READS_AT_ONCE):
                size = sock.recv_into(self._buffer, 0, socket.MSG_DONTWAIT)
                for letter in letters(self._buffer[:size]):
                    on_letter(self._buffer[0], letter)
        on_drained()


def letters(datagram: memoryview) -> Iterator[bytes]:
    """The letters in a datagram; one that is cut off ends the reading without an error."""
    at = 1
    while at + _LENGTH.size <= len(datagram):
        (length,) = _LENGTH.unpack_from(datagram, at)
        at += _LENGTH.size
        if at + length > len(datagram):
            return
        yield bytes(datagram[at : at + length])
        at += length

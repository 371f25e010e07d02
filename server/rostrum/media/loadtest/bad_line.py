"""A bad line between one end and the engine: a UDP relay in this process that loses, delays and reorders. Seeded."""

import asyncio
import contextlib
import random
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Weather:
    """How bad a line is, each way. `loss` and `reordering` are fractions: of packets that are lost, and of those that
    come that may overtake others. Delays are spread evenly from `delay_ms` to `jitter_ms` more."""

    loss: float = 0.0
    jitter_ms: float = 0.0
    reordering: float = 1.0
    delay_ms: float = 0.0

    @property
    def fair(self) -> bool:
        """Whether such a line does nothing to a packet."""
        return not self.loss and not self.jitter_ms and not self.delay_ms


class Fate:
    """What becomes of the packets of one direction, one after another. No sockets, no clock."""

    def __init__(self, weather: Weather, chance: random.Random) -> None:
        self.weather, self._chance = weather, chance
        self._last_s = 0.0

    def arrives_s(self, now_s: float) -> float | None:
        """When a packet that is sent now comes out; None: never."""
        weather, chance = self.weather, self._chance
        if chance.random() < weather.loss:
            return None
        at_s = now_s + weather.delay_ms / 1000 + chance.uniform(0, weather.jitter_ms / 1000)
        if chance.random() >= weather.reordering:
            at_s = max(at_s, self._last_s)
        self._last_s = max(at_s, self._last_s)
        return at_s


class BadLine:
    """Relays both ways. Packets that may overtake are delayed each by its own chance."""

    def __init__(
        self, to: tuple[str, int], *, loss: float, jitter_ms: float, seed: int, reordering: float = 1.0
    ) -> None:
        """See `Weather`; the same seed brings the same bad luck at each run."""
        weather, chance = Weather(loss, jitter_ms, reordering), random.Random(seed)  # noqa: S311 - luck, no secret
        self._near, self._far = _socket(), _socket()
        self._fates = {self._far: Fate(weather, chance), self._near: Fate(weather, chance)}
        self._far.connect(to)
        self._client: tuple[str, int] | None = None
        self.lost = self.carried = 0
        self.dead = False
        """While set, everything is lost: a burst."""

    def turn(self, weather: Weather) -> None:
        """From now on it is as bad as this."""
        for fate in self._fates.values():
            fate.weather = weather

    @property
    def address(self) -> tuple[str, int]:
        """Where the end is to send to."""
        host, port = self._near.getsockname()
        return host, port

    def open(self) -> None:
        """Begin, in the running event loop."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._near, self._from_client)
        loop.add_reader(self._far, self._from_engine)

    def close(self) -> None:
        """End; what is under way is lost."""
        loop = asyncio.get_running_loop()
        for sock in (self._near, self._far):
            loop.remove_reader(sock)
            sock.close()

    def _from_client(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                datagram, self._client = self._near.recvfrom(2048)
                self._carry(self._far, datagram, None)

    def _from_engine(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                datagram = self._far.recv(2048)
                if self._client is not None:
                    self._carry(self._near, datagram, self._client)

    def _carry(self, sock: socket.socket, datagram: bytes, to: tuple[str, int] | None) -> None:
        loop = asyncio.get_running_loop()
        at_s = None if self.dead else self._fates[sock].arrives_s(loop.time())
        if at_s is None:
            self.lost += 1
            return
        self.carried += 1
        loop.call_at(at_s, self._deliver, sock, datagram, to)

    @staticmethod
    def _deliver(sock: socket.socket, datagram: bytes, to: tuple[str, int] | None) -> None:
        with contextlib.suppress(OSError):
            if to is None:
                sock.send(datagram)
            else:
                sock.sendto(datagram, to)


def _socket() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind(("127.0.0.1", 0))
    return sock

"""One worker process for each core, as one engine: who comes is placed in a worker and stays there.

The workers carry each other's sources by themselves (`neighbours.py`); what is here only leads calls to the right one.
A peer's identifier begins with its worker's number, so that nothing need be remembered of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rostrum.assembly.program import Audience, Program
from rostrum.media.engine import Answer, Engine, Listener, NoSuchPeer, PeerHealth, Playback, PlaybackListener, Wish
from rostrum.media.sfu import mailbox
from rostrum.media.sfu.pipe import WorkerGone
from rostrum.media.sfu.worker import WorkerEngine


class Worker(Engine, Protocol):
    """What the pool leads calls to: an engine with a port, and perhaps a process, of its own."""

    @property
    def port(self) -> int:
        """Its UDP port; the bound one once started."""

    @property
    def pid(self) -> int | None:
        """Its process identifier; None: there is none now."""

    def play(self, meeting_id: str, source: str, clip: Path) -> None:
        """See `EmbeddedEngine.play`."""

    def on_restart(self, listener: Callable[[], None]) -> None:
        """See `WorkerEngine.on_restart`."""


Placement = Callable[[bool, Sequence[int]], Sequence[int]]
"""Whether somebody sends, and how many peers each worker has, to the workers' numbers in order of preference."""


def least_loaded(_sends: bool, loads: Sequence[int]) -> Sequence[int]:
    """The worker with the fewest peers first."""
    return sorted(range(len(loads)), key=loads.__getitem__)


class WorkerPool:
    """Fulfils `rostrum.media.engine.Engine` by several workers."""

    def __init__(self, workers: Sequence[Worker], placement: Placement = least_loaded) -> None:
        """`workers`: by their numbers, joined by mailboxes. See `of`."""
        self._workers = tuple(workers)
        self._placement = placement
        self._mailboxes: Sequence[mailbox.Pair] = ()
        self._coming: list[tuple[int, tuple[str, str] | None]] = []
        """Whom a worker is just being asked to take: its number, and the source of those who send."""

    @classmethod
    def of(
        cls, count: int, port: int = 10_000, addresses: Sequence[str] = (), placement: Placement = least_loaded
    ) -> "WorkerPool":
        """So many worker processes on `port` and those that follow; 0: each takes a free one. `addresses` as
        `EmbeddedEngine`."""
        pairs = mailbox.pairs(count) if count > 1 else []
        workers = []
        for number in range(count):
            ends = [pair.reading if other == number else pair.writing for other, pair in enumerate(pairs)]
            workers.append(WorkerEngine(port and port + number, addresses, number, ends))
        pool = cls(workers, placement)
        pool._mailboxes = pairs
        return pool

    @property
    def ports(self) -> Sequence[int]:
        """The workers' UDP ports; the bound ones once started."""
        return [worker.port for worker in self._workers]

    @property
    def pids(self) -> Sequence[int | None]:
        """The workers' process identifiers, for measuring them; None: it is being started again."""
        return [worker.pid for worker in self._workers]

    async def start(self) -> None:
        """Start all workers. Raises OSError where one's port is taken; then none runs."""
        found = await asyncio.gather(*(worker.start() for worker in self._workers), return_exceptions=True)
        failure = next((one for one in found if one is not None), None)
        if failure is not None:
            await self.close()
            raise failure

    async def close(self) -> None:
        """End all workers, which say goodbye to every peer. Twice is once."""
        await asyncio.gather(*(worker.close() for worker in self._workers))
        for sock in (end for pair in self._mailboxes for end in pair):
            sock.close()

    async def publish(
        self, meeting_id: str, source: str, offer_sdp: str, *, place_id: str | None, take_over: bool = False
    ) -> Answer:
        """See `Engine.publish`. While somebody sends a source, or is about to, the next one is led to the same
        worker, which knows what to do."""
        home = self._home(meeting_id, source)

        def publish(worker: Worker) -> Awaitable[Answer]:
            return worker.publish(meeting_id, source, offer_sdp, place_id=place_id, take_over=take_over)

        return await self._placed(self._order(sends=True) if home is None else [home], publish, (meeting_id, source))

    async def subscribe(self, meeting_id: str, audience: Audience, offer_sdp: str, *, place_id: str | None) -> Answer:
        """See `Engine.subscribe`."""

        def subscribe(worker: Worker) -> Awaitable[Answer]:
            return worker.subscribe(meeting_id, audience, offer_sdp, place_id=place_id)

        return await self._placed(self._order(sends=False), subscribe)

    def _home(self, meeting_id: str, source: str) -> int | None:
        """The worker that a source is sent to."""
        for number, coming in self._coming:
            if coming == (meeting_id, source):
                return number
        for number, worker in enumerate(self._workers):
            if any((one.meeting_id, one.source) == (meeting_id, source) for one in worker.peers()):
                return number
        return None

    def _order(self, *, sends: bool) -> Sequence[int]:
        coming = [number for number, _ in self._coming]
        loads = [len(worker.peers()) + coming.count(number) for number, worker in enumerate(self._workers)]
        return self._placement(sends, loads)

    async def _placed(
        self, order: Sequence[int], ask: Callable[[Worker], Awaitable[Answer]], source: tuple[str, str] | None = None
    ) -> Answer:
        """Ask workers in order until one is not being restarted."""
        for number in order:
            try:
                with self._asking(number, source):
                    return await ask(self._workers[number])
            except WorkerGone:
                continue
        raise WorkerGone("no media worker can be asked now")

    @contextmanager
    def _asking(self, number: int, source: tuple[str, str] | None) -> Iterator[None]:
        entry = number, source
        self._coming.append(entry)
        try:
            yield
        finally:
            self._coming.remove(entry)

    def _of(self, peer_id: str) -> Worker:
        number, _, _ = peer_id.partition(".")
        if not number.isdecimal() or int(number) >= len(self._workers):
            raise NoSuchPeer
        return self._workers[int(number)]

    async def restart_ice(self, peer_id: str, fragment: str, etag: str | None) -> tuple[str, str]:
        """See `Engine.restart_ice`."""
        return await self._of(peer_id).restart_ice(peer_id, fragment, etag)

    async def wish(self, peer_id: str, most: Wish) -> None:
        """See `Engine.wish`."""
        await self._of(peer_id).wish(peer_id, most)

    async def tune(self, peer_id: str, audience: Audience) -> None:
        """See `Engine.tune`."""
        await self._of(peer_id).tune(peer_id, audience)

    async def silence(self, peer_id: str, silent: bool) -> None:
        """See `Engine.silence`."""
        await self._of(peer_id).silence(peer_id, silent)

    async def remove(self, peer_id: str) -> None:
        """See `Engine.remove`."""
        await self._of(peer_id).remove(peer_id)

    async def evict(self, place_id: str) -> None:
        """See `Engine.evict`. A worker that is being restarted has no sessions left to end."""
        await self._all(lambda worker: worker.evict(place_id))

    async def apply(self, meeting_id: str, program: Program) -> None:
        """See `Engine.apply`. A worker that is being restarted is told by whoever listens to `on_restart`."""
        await self._all(lambda worker: worker.apply(meeting_id, program))

    async def _all(self, ask: Callable[[Worker], Awaitable[None]]) -> None:
        """Ask every worker. Those that are being restarted are passed over; ConnectionError where all are."""
        found = await asyncio.gather(*(ask(worker) for worker in self._workers), return_exceptions=True)
        failures = [one for one in found if one is not None]
        others = [one for one in failures if not isinstance(one, WorkerGone)]
        if others or len(failures) == len(self._workers):
            raise (others or failures)[0]

    def play(self, meeting_id: str, source: str, clip: Path) -> None:
        """As `WorkerEngine.play`: every worker plays for its own receivers."""
        for worker in self._workers:
            worker.play(meeting_id, source, clip)

    def stop_playing(self, meeting_id: str, source: str) -> None:
        """As `WorkerEngine.stop_playing`."""
        for worker in self._workers:
            worker.stop_playing(meeting_id, source)

    def play_recording(self, meeting_id: str, source: str, playback: Playback) -> None:
        """See `Engine.play_recording`: every worker plays for its own receivers."""
        for worker in self._workers:
            worker.play_recording(meeting_id, source, playback)

    def on_playback_over(self, listener: PlaybackListener) -> None:
        """See `Engine.on_playback_over`."""
        for worker in self._workers:
            worker.on_playback_over(listener)

    @property
    def ready(self) -> bool:
        """See `Engine.ready`: whether any worker runs."""
        return any(worker.ready for worker in self._workers)

    def peers(self) -> Sequence[PeerHealth]:
        """See `Engine.peers`; the figures are at most a second old."""
        return [health for worker in self._workers for health in worker.peers()]

    def listen(self, listener: Listener) -> None:
        """See `Engine.listen`."""
        for worker in self._workers:
            worker.listen(listener)

    def on_restart(self, listener: Callable[[], None]) -> None:
        """Be called whenever a new worker stands in for a dead one: it has to be told the programs (`Reconciler`),
        which changes nothing for the others."""
        for worker in self._workers:
            worker.on_restart(listener)

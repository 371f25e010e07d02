"""The embedded engine in a worker process, so that the application's own work never delays a packet.

A worker that dies is started again on the same port within a second; those who watched come back by themselves.
"""

import asyncio
import itertools
import logging
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from rostrum.assembly.program import Audience, Program
from rostrum.media.engine import (
    Answer,
    Listener,
    PeerHealth,
    PeerState,
    Playback,
    PlaybackListener,
    PlaybackOver,
    Wish,
)
from rostrum.media.sfu.pipe import Admitted, Call, Changed, Pipe, Reply, Snapshot, WorkerGone, raised

RESTART_S = 0.2
LAST_RESTART_S = 5.0
CLOSE_S = 4.0
START_S = 30.0
ANSWER_S = 5.0
"""A worker that does not answer for so long is as good as dead, and keeps others waiting."""
PORT_PATIENCE_S = 4.0
_log = logging.getLogger(__name__)


class WorkerEngine:
    """Fulfils `rostrum.media.engine.Engine` by a process of its own."""

    def __init__(
        self,
        port: int = 10_000,
        addresses: Sequence[str] = (),
        number: int = 0,
        mailboxes: Sequence[socket.socket] = (),
    ) -> None:
        """As `EmbeddedEngine`. One of several workers is told its number, and for each of them the end of its mailbox
        that this one has: to read from its own, to write to the others'."""
        self.port = port
        self._number = number
        self._mailboxes = tuple(mailboxes)
        self._addresses = tuple(addresses)
        self._listeners: list[Listener] = []
        self._restart_listeners: list[Callable[[], None]] = []
        self._peers: dict[str, PeerHealth] = {}
        self._clips: dict[tuple[str, str], Path] = {}
        self._playbacks: dict[tuple[str, str], tuple[Playback, float]] = {}
        """What is played, and when it was last said to be, by our monotonic clock."""
        self._playback_listeners: list[PlaybackListener] = []
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._pipe: Pipe | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._asides: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The worker's process identifier, for measuring it."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Start the worker and bind its port. Raises OSError where it is taken, and stays so for some seconds: a
        worker whose application was killed frees the port when it has said goodbye."""
        patience_ends_s = time.monotonic() + PORT_PATIENCE_S
        while True:
            reading = await self._spawn()
            try:
                self.port = await self._call("start")
                break
            except OSError:
                await self._stop(reading)
                if time.monotonic() > patience_ends_s:
                    raise
            await asyncio.sleep(RESTART_S)
        self._keeper = asyncio.get_running_loop().create_task(self._keep(reading))

    async def close(self) -> None:
        """End the worker, which says goodbye to every peer. Twice is once."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        await self._stop(None)

    async def _spawn(self) -> asyncio.Task[None]:
        ours, theirs = socket.socketpair()
        mailboxes = [sock.fileno() for sock in self._mailboxes]
        arguments = [
            str(theirs.fileno()),
            str(self.port),
            str(self._number),
            ",".join(map(str, mailboxes)) or "-",
            *self._addresses,
        ]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "rostrum.media.sfu.worker_main",
            *arguments,
            pass_fds=[theirs.fileno(), *mailboxes],
        )
        theirs.close()
        self._pipe = await Pipe.over(ours)
        return asyncio.get_running_loop().create_task(self._read(self._pipe))

    async def _stop(self, reading: asyncio.Task[None] | None) -> None:
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        process, self._process = self._process, None
        if process is not None:
            try:
                await asyncio.wait_for(process.wait(), CLOSE_S)
            except TimeoutError:
                process.kill()
                await process.wait()
        if reading is not None:
            await asyncio.wait([reading])
        self._all_closed()

    async def _keep(self, reading: asyncio.Task[None]) -> None:
        """Start the worker again whenever it ends, and tell it what it had been told."""
        delay_s = RESTART_S
        try:
            while True:
                await reading
                await self._stop(None)
                _log.error("media worker %d ended and is started again", self._number)
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, LAST_RESTART_S)
                reading = await self._spawn()
                try:
                    await self._resume()
                except (OSError, RuntimeError) as error:
                    _log.error("media worker %d could not begin again: %s", self._number, error)
                    await self._stop(None)
                else:
                    delay_s = RESTART_S
        finally:
            reading.cancel()

    async def _resume(self) -> None:
        await self._call("start")
        for (meeting_id, source), clip in self._clips.items():
            await self._call("play", meeting_id, source, clip)
        for key, (playback, told_s) in self._playbacks.items():
            gone_ms = round(1000 * (time.monotonic() - told_s)) if playback.running else 0
            await self._call("play_recording", *key, replace(playback, at_ms=playback.at_ms + gone_ms))
        for listener in self._restart_listeners:
            listener()

    async def _read(self, pipe: Pipe) -> None:
        """Take what the worker says until it ends."""
        while (message := await pipe.receive()) is not None:
            match message:
                case Reply(number, value, failure):
                    waiting = self._calls.pop(number, None)
                    if waiting is not None and not waiting.done():
                        if failure is None:
                            waiting.set_result(value)
                        else:
                            waiting.set_exception(raised(failure))
                case Admitted(health):
                    self._peers[health.peer_id] = health
                case Changed(health):
                    self._tell(health)
                case PlaybackOver():
                    self._playbacks.pop((message.meeting_id, message.source), None)
                    for listener in self._playback_listeners:
                        listener(message)
                case Snapshot(peers):
                    self._peers = {health.peer_id: health for health in peers}
                case _:
                    continue
        waiting_calls, self._calls = list(self._calls.values()), {}
        for waiting in waiting_calls:
            if not waiting.done():
                waiting.set_exception(WorkerGone("the media worker ended"))

    def _tell(self, health: PeerHealth) -> None:
        if health.state is PeerState.CLOSED:
            self._peers.pop(health.peer_id, None)
        else:
            self._peers[health.peer_id] = health
        for listener in self._listeners:
            listener(health)

    def _all_closed(self) -> None:
        for health in list(self._peers.values()):
            self._tell(replace(health, state=PeerState.CLOSED))

    async def _call(self, method: str, *arguments: Any, **keywords: Any) -> Any:
        if self._pipe is None:
            raise WorkerGone("the media worker is being restarted")
        number = next(self._numbers)
        waiting = asyncio.get_running_loop().create_future()
        self._calls[number] = waiting
        self._pipe.send(Call(number, method, arguments, keywords))
        limit_s = START_S if method == "start" else ANSWER_S
        try:
            # In two halves: where it was this process that stood still, the answer is read in the second.
            for _ in range(2):
                done, _ = await asyncio.wait([waiting], timeout=limit_s / 2)
                if done:
                    return waiting.result()
        finally:
            self._calls.pop(number, None)
            waiting.cancel()
        self._kill()
        raise WorkerGone("the media worker did not answer")

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            _log.error("media worker %d does not answer and is killed", self._number)
            self._process.kill()

    async def publish(
        self, meeting_id: str, source: str, offer_sdp: str, *, place_id: str | None, take_over: bool = False
    ) -> Answer:
        """See `Engine.publish`."""
        return cast(
            Answer, await self._call("publish", meeting_id, source, offer_sdp, place_id=place_id, take_over=take_over)
        )

    async def subscribe(self, meeting_id: str, audience: Audience, offer_sdp: str, *, place_id: str | None) -> Answer:
        """See `Engine.subscribe`."""
        return cast(Answer, await self._call("subscribe", meeting_id, audience, offer_sdp, place_id=place_id))

    async def restart_ice(self, peer_id: str, fragment: str, etag: str | None) -> tuple[str, str]:
        """See `Engine.restart_ice`."""
        return cast(tuple[str, str], await self._call("restart_ice", peer_id, fragment, etag))

    async def wish(self, peer_id: str, most: Wish) -> None:
        """See `Engine.wish`."""
        await self._call("wish", peer_id, most)

    async def tune(self, peer_id: str, audience: Audience) -> None:
        """See `Engine.tune`."""
        await self._call("tune", peer_id, audience)

    async def silence(self, peer_id: str, silent: bool) -> None:
        """See `Engine.silence`."""
        await self._call("silence", peer_id, silent)

    async def remove(self, peer_id: str) -> None:
        """See `Engine.remove`."""
        await self._call("remove", peer_id)
        self._forget(lambda health: health.peer_id == peer_id)

    async def evict(self, place_id: str) -> None:
        """See `Engine.evict`."""
        await self._call("evict", place_id)
        self._forget(lambda health: health.place_id == place_id)

    def _forget(self, ended: Callable[[PeerHealth], bool]) -> None:
        """Not be told of as if they were there, in the moment before the worker says that they are closed."""
        self._peers = {peer_id: health for peer_id, health in self._peers.items() if not ended(health)}

    async def apply(self, meeting_id: str, program: Program) -> None:
        """See `Engine.apply`."""
        await self._call("apply", meeting_id, program)

    def play(self, meeting_id: str, source: str, clip: Path) -> None:
        """As `EmbeddedEngine.play`, but it does not wait, and what goes wrong is logged."""
        self._clips[meeting_id, source] = clip
        self._aside("play", meeting_id, source, clip)

    def stop_playing(self, meeting_id: str, source: str) -> None:
        """As `EmbeddedEngine.stop_playing`."""
        self._clips.pop((meeting_id, source), None)
        self._playbacks.pop((meeting_id, source), None)
        self._aside("stop_playing", meeting_id, source)

    def play_recording(self, meeting_id: str, source: str, playback: Playback) -> None:
        """See `Engine.play_recording`."""
        self._playbacks[meeting_id, source] = playback, time.monotonic()
        self._aside("play_recording", meeting_id, source, playback)

    def on_playback_over(self, listener: PlaybackListener) -> None:
        """See `Engine.on_playback_over`."""
        self._playback_listeners.append(listener)

    def _aside(self, method: str, *arguments: Any) -> None:
        async def call() -> None:
            try:
                await self._call(method, *arguments)
            except WorkerGone:
                return
            except (OSError, ValueError) as error:
                _log.error("the media worker could not %s: %s", method, error)

        task = asyncio.get_running_loop().create_task(call())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    @property
    def ready(self) -> bool:
        """See `Engine.ready`: whether the worker runs."""
        return self._pipe is not None

    def peers(self) -> Sequence[PeerHealth]:
        """See `Engine.peers`; the figures are at most a second old."""
        return list(self._peers.values())

    def listen(self, listener: Listener) -> None:
        """See `Engine.listen`. A worker's death closes all its peers."""
        self._listeners.append(listener)

    def on_restart(self, listener: Callable[[], None]) -> None:
        """Be called when a new worker stands in for a dead one: it has to be told the programs (`Reconciler`)."""
        self._restart_listeners.append(listener)

"""A crowd of receivers and a few speakers at a server: what arrives, how late, and what is missing.

Every receiver has keys of its own and authenticates every packet. A packet's delay counts from the moment at which it
was due, by a time in its payload on the machine's monotonic clock.
"""

import asyncio
import gc
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from rostrum.media.loadtest.bad_line import Weather
from rostrum.media.loadtest.counting import quantile
from rostrum.media.loadtest.endpoint import NotConnected
from rostrum.media.loadtest.listener import Listener
from rostrum.media.loadtest.servers import Server
from rostrum.media.loadtest.speaker import LAYERS, Speaker
from rostrum.media.sfu.dtls import Identity

TIMED = 16
"""Receivers whose packets' delays are taken, spread evenly over all: a server comes to some sooner than to others. The
others are emptied every `_DRAIN_S`."""
_TRIES = 3
_DRAIN_S = 0.02
_SLICE = 8
_CONNECTING_AT_ONCE = 16
_ASK_EVERY_S = 0.01
REPORT_EVERY_S = 1.0
_GRACE_S = 1.0
"""What is asked for in the last moment of a measurement has so long to come."""
_SETTLE_LIMIT_S = 15.0
_SETTLED_S = 1.0
_ROUNDS_ON_BAD_LINES = 2


@dataclass(frozen=True)
class Counted:
    """What a measurement found. `missing`: after repair, of all `received` and `missing`; `by_kind` likewise."""

    receivers: int
    seconds: float
    sent: int
    received: int
    missing: int
    refused: int
    delay_p50_ms: float
    delay_p99_ms: float
    speaker_late_ms: float
    switches: int
    largest: int
    """Receivers that are given the largest picture at the end."""
    gaps: dict[str, float] = field(default_factory=dict)
    """By kind of stream: the share that is missing."""
    lost_on_lines: int = 0
    not_connected: int = 0
    """Receivers that tried to come in vain since the beginning, and tried again."""
    asked_again: int = 0
    keyframes_asked: int = 0


class Crowd:
    """Receivers that come, are counted for a while, and go."""

    def __init__(
        self,
        server: Server,
        *,
        speakers: int = 1,
        video_bps: int = 1_000_000,
        layers: int = len(LAYERS),
        switch_every_s: float = 0.0,
        weather: Weather | None = None,
        repairs: bool = True,
    ) -> None:
        """`video_bps`: of the largest picture. `switch_every_s`: how long each of several speakers stays on the stage;
        0: the first stays. `weather`: of every receiver's line, none for good ones."""
        self._server = server
        self._identity = Identity.generateCertificate()
        self.speakers = [
            Speaker(self._identity, number, video_bps=video_bps, layers=layers) for number in range(speakers)
        ]
        self.listeners: list[Listener] = []
        self._switch_every_s, self._weather, self._repairs = switch_every_s, weather, repairs
        self._switches = self._not_connected = 0
        self._timed: list[Listener] = []
        self._by_hand: list[Listener] = []
        self._numbers = itertools.count()
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Connect the speakers and put the first on the stage."""
        loop = asyncio.get_running_loop()
        for speaker in self.speakers:
            await self._server.admit_speaker(speaker)
            self._tasks.append(loop.create_task(speaker.speak()))
        await self._server.put_on_air(self.speakers[0])
        self._tasks += [loop.create_task(one()) for one in (self._drain, self._report)]
        if self._weather is not None:
            self._tasks.append(loop.create_task(self._ask()))
        if self._switch_every_s and len(self.speakers) > 1:
            self._tasks.append(loop.create_task(self._switch()))

    async def grow(self, receivers: int) -> None:
        """Let receivers come until there are so many. Raises `NotConnected`."""
        gate = asyncio.Semaphore(_CONNECTING_AT_ONCE)

        async def come() -> None:
            async with gate:
                self.listeners.append(await self._connected())

        await asyncio.gather(*(come() for _ in range(receivers - len(self.listeners))))
        self._choose_timed()
        # Else Python looks through all of them for rubbish now and then, and the speaker is late meanwhile.
        gc.collect()
        gc.freeze()

    async def _connected(self) -> Listener:
        for further in reversed(range(_TRIES)):
            listener = Listener(self._identity, weather=self._weather, seed=next(self._numbers), repairs=self._repairs)
            try:
                await self._server.admit_listener(listener)
                break
            except NotConnected:
                await listener.close()
                self._not_connected += 1
                if not further:
                    raise
        if self._weather is None:
            listener.end.drain_by_hand()
        return listener

    def _choose_timed(self) -> None:
        if self._weather is None:
            for listener in self._timed:
                listener.end.drain_by_hand()
        self._timed = self.listeners[:: max(1, len(self.listeners) // TIMED)][:TIMED]
        self._by_hand = []
        if self._weather is None:
            chosen = set(self._timed)
            self._by_hand = [listener for listener in self.listeners if listener not in chosen]
            for listener in self._timed:
                listener.end.drain_by_event()

    async def settle(self) -> bool:
        """Wait until all are given the largest picture, at most a quarter of a minute; whether it came to that. On bad
        lines that is not waited for."""
        rounds = round(_SETTLE_LIMIT_S / _SETTLED_S) if self._weather is None else _ROUNDS_ON_BAD_LINES
        for _ in range(rounds):
            await asyncio.sleep(_SETTLED_S)
            if self._largest() == len(self.listeners):
                break
        await asyncio.sleep(_SETTLED_S)
        return self._largest() == len(self.listeners)

    def _largest(self) -> int:
        return sum(listener.size == len(LAYERS) - 1 for listener in self.listeners)

    async def count(self, seconds: float) -> Counted:
        """Count for so long."""
        for listener in self.listeners:
            for stream in listener.streams.values():
                stream.begin_anew()
        for listener in self._timed:
            listener.delays_ms = []
        for speaker in self.speakers:
            speaker.latest_s = 0.0
        before, began_s = self._tallied(), time.monotonic()
        await asyncio.sleep(seconds)
        elapsed_s, after = time.monotonic() - began_s, self._tallied()
        streams = [
            (name, stream, stream.highest, stream.received)
            for listener in self.listeners
            for name, stream in listener.streams.items()
        ]
        delays_ms = [delay for listener in self._timed for delay in listener.delays_ms or []]
        for listener in self._timed:
            listener.delays_ms = None
        if self._weather is not None:
            await asyncio.sleep(_GRACE_S)
        expected, missing, received = Counter[str](), Counter[str](), 0
        for name, stream, until, so_far in streams:
            received += so_far
            expected[name] += until - stream.first + 1
            missing[name] += stream.missing(until)
        return Counted(
            receivers=len(self.listeners),
            seconds=elapsed_s,
            received=received,
            missing=missing.total(),
            delay_p50_ms=quantile(delays_ms, 0.50),
            delay_p99_ms=quantile(delays_ms, 0.99),
            speaker_late_ms=1000 * max(speaker.latest_s for speaker in self.speakers),
            largest=self._largest(),
            not_connected=self._not_connected,
            gaps={name: missing[name] / max(1, expected[name]) for name in sorted(expected)},
            **{name: after[name] - before[name] for name in after},
        )

    def _tallied(self) -> dict[str, int]:
        lines = [one.line for one in self.listeners if one.line is not None]
        feedback = [one.feedback for one in self.listeners if one.feedback is not None]
        return {
            "sent": sum(sum(speaker.sent.values()) for speaker in self.speakers),
            "refused": sum(listener.end.refused for listener in self.listeners),
            "switches": self._switches,
            "lost_on_lines": sum(line.lost for line in lines),
            "asked_again": sum(one.asked for one in feedback),
            "keyframes_asked": sum(one.keyframes_asked for one in feedback),
        }

    async def end(self) -> None:
        """All go."""
        for task in self._tasks:
            task.cancel()
        for listener in self.listeners:
            await listener.close()
        for speaker in self.speakers:
            await speaker.end.close()

    async def _switch(self) -> None:
        for speaker in itertools.cycle([*self.speakers[1:], self.speakers[0]]):
            await asyncio.sleep(self._switch_every_s)
            await self._server.put_on_air(speaker)
            self._switches += 1

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(_ASK_EVERY_S)
            now_s = time.monotonic()
            for listener in self.listeners:
                if listener.feedback is not None:
                    listener.feedback.ask(now_s)

    async def _report(self) -> None:
        """Let every receiver report once a second, spread over that second."""
        while True:
            began_s = time.monotonic()
            for share, group in self._groups():
                await asyncio.sleep(max(0.0, began_s + share * REPORT_EVERY_S - time.monotonic()))
                for listener in group:
                    listener.report(time.monotonic(), REPORT_EVERY_S)
            await asyncio.sleep(max(0.0, began_s + REPORT_EVERY_S - time.monotonic()))

    def _groups(self) -> Iterator[tuple[float, list[Listener]]]:
        listeners = list(self.listeners)
        for at in range(0, len(listeners), _SLICE):
            yield at / len(listeners), listeners[at : at + _SLICE]

    async def _drain(self) -> None:
        """Empty the receivers that are not timed, a few at a time, so that no speaker is ever late by much."""
        while True:
            began_s = time.monotonic()
            by_hand = self._by_hand
            for at in range(0, len(by_hand), _SLICE):
                for listener in by_hand[at : at + _SLICE]:
                    listener.end.drain()
                await asyncio.sleep(0)
            await asyncio.sleep(max(0.0, began_s + _DRAIN_S - time.monotonic()))

"""Five packets of a hundred lost both ways and 50 ms of jitter: what is asked for again comes again."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from rostrum.media.loadtest.bad_line import BadLine
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE, Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.wire import rtcp_build, rtp, vp8
from rostrum.media.wire.repair import LossDetector
from tests.media.contract import MEETING, REMOTE, on_air, speaking

LOSS, JITTER_MS = 0.05, 50.0
VOICE_GAPS_LIMIT = 0.005
_identity = Identity.generateCertificate()


class Repairing:
    """A receiver behind a bad line that asks for what it misses, as browsers do."""

    def __init__(self) -> None:
        self.end = Endpoint(_identity)
        self.end.on_rtp = self._take
        self.line: BadLine | None = None
        self.got: dict[int, set[int]] = {AUDIO_PAYLOAD_TYPE: set(), VIDEO_PAYLOAD_TYPE: set()}
        self.keyframes_at_s: list[float] = []
        self._numbers = {kind: rtp.Unwrapper() for kind in self.got}
        self._loss = {kind: LossDetector() for kind in self.got}
        self._ssrcs: dict[int, int] = {}

    def through(self, to: tuple[str, int]) -> tuple[str, int]:
        self.line = BadLine(to, loss=LOSS, jitter_ms=JITTER_MS, seed=5)
        self.line.open()
        return self.line.address

    def _take(self, data: bytes) -> None:
        packet = rtp.parse(data)
        kind = packet.payload_type
        number = self._numbers[kind].unwrap(packet.sequence)
        self._ssrcs[kind] = packet.ssrc
        self.got[kind].add(number)
        self._loss[kind].arrived(number, time.monotonic())
        if kind == VIDEO_PAYLOAD_TYPE and vp8.parse(packet.payload).keyframe:
            self.keyframes_at_s.append(time.monotonic())

    async def ask(self) -> None:
        while True:
            await asyncio.sleep(0.01)
            for kind, loss in self._loss.items():
                missing = loss.due(time.monotonic(), 0.06)
                if missing:
                    self.end.send_rtcp(rtcp_build.nack(1, self._ssrcs[kind], [number & 0xFFFF for number in missing]))
                if loss.hopeless and kind == VIDEO_PAYLOAD_TYPE:
                    loss.hopeless = False
                    self.end.send_rtcp(rtcp_build.picture_loss(1, self._ssrcs[kind]))

    def gaps(self, kind: int) -> float:
        numbers = self.got[kind]
        return 1 - len(numbers) / (max(numbers) - min(numbers) + 1)


@pytest.fixture
async def engine() -> AsyncIterator[EmbeddedEngine]:
    opened = EmbeddedEngine(0, ["127.0.0.1"])
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def weak(engine: EmbeddedEngine) -> AsyncIterator[Repairing]:
    watcher = Repairing()
    await engine.apply(MEETING, on_air("a"))
    answer = await engine.subscribe(MEETING, REMOTE, watcher.end.offer(("video", "audio"), "recvonly"), place_id=None)
    await watcher.end.connect(answer.sdp, line=watcher.through)
    asking = asyncio.create_task(watcher.ask())
    yield watcher
    asking.cancel()
    await watcher.end.close()
    assert watcher.line is not None
    watcher.line.close()


async def test_hardly_a_word_is_missing_after_repair(engine: EmbeddedEngine, weak: Repairing) -> None:
    async with speaking(engine, "a", b"AAAA"):
        await asyncio.sleep(12)
    await asyncio.sleep(0.5)
    assert weak.line is not None
    assert weak.line.lost > 30, "the line was not bad"
    assert len(weak.got[AUDIO_PAYLOAD_TYPE]) > 400
    assert weak.gaps(AUDIO_PAYLOAD_TYPE) <= VOICE_GAPS_LIMIT
    assert weak.gaps(VIDEO_PAYLOAD_TYPE) <= VOICE_GAPS_LIMIT


async def test_the_picture_goes_on_soon_after_a_burst(engine: EmbeddedEngine, weak: Repairing) -> None:
    assert weak.line is not None
    async with speaking(engine, "a", b"AAAA"):
        await asyncio.sleep(1.5)
        weak.line.dead = True
        await asyncio.sleep(1.0)
        weak.line.dead = False
        before, began_s = len(weak.got[VIDEO_PAYLOAD_TYPE]), time.monotonic()
        async with asyncio.timeout(2):
            while len(weak.got[VIDEO_PAYLOAD_TYPE]) < before + 50:  # noqa: ASYNC110 - packets come by themselves
                await asyncio.sleep(0.005)
        assert time.monotonic() - began_s < 0.5, "the burst's packets came again within half a second"

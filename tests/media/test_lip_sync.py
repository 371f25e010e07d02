"""Sound stays in time with its picture: told as a browser tells it, from sender reports (RFC 3550 section 6.4.1).

Every packet says when it was taken up. Two speakers whose clocks have nothing to do with each other take turns."""

import asyncio
import random
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from rostrum.media.engine import Engine
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE, Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.wire import rtcp, rtcp_build, rtp
from tests.media.contract import MEETING, REMOTE, on_air
from tests.media.joined import joined

EARLY_MS, LATE_MS = 45.0, 125.0
"""How far sound may be ahead of its picture, and behind it (ITU-R BT.1359)."""
RATES = {VIDEO_PAYLOAD_TYPE: 90_000, AUDIO_PAYLOAD_TYPE: 48_000}
TICK_S = 0.02
_TAKEN = struct.Struct("!d")
_identity = Identity.generateCertificate()


@pytest.fixture(params=["in one worker", "across workers"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    if request.param == "across workers":
        async with joined() as (pool, _, _):
            yield pool
    else:
        opened = EmbeddedEngine(0, ["127.0.0.1"])
        await opened.start()
        yield opened
        await opened.close()


class Speaker:
    """Sends sound and picture of the same moments. Its wall clock is wrong by `wrong_s`, its two timestamps begin
    anywhere, and it reports both to each other as browsers do."""

    def __init__(self, end: Endpoint, ssrc: int, wrong_s: float, seed: int) -> None:
        chance = random.Random(seed)
        self.end = end
        self.wrong_s = wrong_s
        self.ssrcs = {VIDEO_PAYLOAD_TYPE: ssrc, AUDIO_PAYLOAD_TYPE: ssrc + 1}
        self.starts = {kind: chance.randrange(1 << 32) for kind in RATES}
        self.sequences = {kind: chance.randrange(1 << 16) for kind in RATES}
        self.begun_s = time.monotonic()
        self.keyframe_wanted = True

    def heard(self, packet: bytes) -> None:
        self.keyframe_wanted |= any(isinstance(one, rtcp.KeyframeRequest) for one in rtcp.parse(packet))

    def timestamp(self, kind: int, now_s: float) -> int:
        return (self.starts[kind] + round((now_s - self.begun_s) * RATES[kind])) & 0xFFFFFFFF

    def send(self, kind: int, now_s: float) -> None:
        head = b"\x78"
        if kind == VIDEO_PAYLOAD_TYPE:
            head = b"\x90\x80" + struct.pack("!H", 0x8000 | self.sequences[kind] & 0x7FFF)
            head += b"\x00" if self.keyframe_wanted else b"\x01"
            self.keyframe_wanted = False
        sequence = self.sequences[kind] = (self.sequences[kind] + 1) & 0xFFFF
        header = rtp.header(True, kind, sequence, self.timestamp(kind, now_s), self.ssrcs[kind])
        self.end.send_rtp(header + head + _TAKEN.pack(now_s))

    def report(self) -> None:
        now_s, wall_s = time.monotonic(), time.time() + self.wrong_s
        for kind, ssrc in self.ssrcs.items():
            timestamp = self.timestamp(kind, now_s)
            self.end.send_rtcp(rtcp_build.sender_report(ssrc, rtcp_build.ntp(wall_s), timestamp, 1, 1, "speaker"))

    async def run(self) -> None:
        tick = 0
        while True:
            now_s = time.monotonic()
            self.send(AUDIO_PAYLOAD_TYPE, now_s)
            if tick % 2 == 0:
                self.send(VIDEO_PAYLOAD_TYPE, now_s)
            if tick % 40 == 0:
                self.report()
            tick += 1
            await asyncio.sleep(TICK_S)


@asynccontextmanager
async def speaking(engine: Engine, source: str, ssrc: int, wrong_s: float) -> AsyncIterator[None]:
    end = Endpoint(_identity)
    offer = end.offer(("video", "audio"), "sendonly", (ssrc, ssrc + 1))
    answer = await engine.publish(MEETING, source, offer, place_id=None)
    speaker = Speaker(end, ssrc, wrong_s, ssrc)
    end.on_rtcp = speaker.heard
    await end.connect(answer.sdp)
    task = asyncio.create_task(speaker.run())
    try:
        yield
    finally:
        task.cancel()
        await end.close()


@dataclass
class Player:
    """Plays as a browser would: the newest report of a stream says which moment a timestamp stands for."""

    clocks: dict[int, tuple[float, int]] = field(default_factory=dict)
    kinds: dict[int, int] = field(default_factory=dict)
    lateness_ms: dict[int, list[tuple[float, float]]] = field(default_factory=lambda: {kind: [] for kind in RATES})
    """By payload type: (when it came, how much later than it was taken up it would be played)."""

    def report(self, data: bytes) -> None:
        for message in rtcp.parse(data):
            if isinstance(message, rtcp.SenderReport):
                self.clocks[message.ssrc] = rtcp_build.wall(message.ntp), message.timestamp

    def packet(self, data: bytes) -> None:
        found = rtp.parse(data)
        clock = self.clocks.get(found.ssrc)
        if clock is None:
            return
        wall_s, reported = clock
        ahead = (found.timestamp - reported + (1 << 31)) % (1 << 32) - (1 << 31)
        played_s = wall_s + ahead / RATES[found.payload_type]
        (taken_s,) = _TAKEN.unpack(found.payload[-8:])
        now_s = time.monotonic()
        lateness_ms = 1000 * (played_s - time.time() + now_s - taken_s)
        self.lateness_ms[found.payload_type].append((now_s, lateness_ms))

    def skews_ms(self) -> list[float]:
        """For each picture, how much later than it the sound of its moment is played."""
        sounds = self.lateness_ms[AUDIO_PAYLOAD_TYPE]
        found, at = [], 0
        for now_s, late_ms in self.lateness_ms[VIDEO_PAYLOAD_TYPE]:
            while at + 1 < len(sounds) and sounds[at + 1][0] <= now_s:
                at += 1
            found.append(sounds[at][1] - late_ms)
        return found


async def test_sound_and_picture_stay_together_through_switches(engine: Engine) -> None:
    player = Player()
    end = Endpoint(_identity)
    answer = await engine.subscribe(MEETING, REMOTE, end.offer(("video", "audio"), "recvonly"), place_id=None)
    end.on_rtp, end.on_rtcp = player.packet, player.report
    async with speaking(engine, "a", 100, wrong_s=0.0), speaking(engine, "b", 200, wrong_s=5000.0):
        await engine.apply(MEETING, on_air("a"))
        await end.connect(answer.sdp)
        for turn in range(8):
            await asyncio.sleep(1.3)
            await engine.apply(MEETING, on_air("b" if turn % 2 == 0 else "a"))
        await asyncio.sleep(1.3)
    await end.close()
    skews_ms = player.skews_ms()
    assert len(skews_ms) > 75, "reports come, and pictures with them"
    assert min(skews_ms) > -EARLY_MS, f"sound {-min(skews_ms):.0f} ms early"
    assert max(skews_ms) < LATE_MS, f"sound {max(skews_ms):.0f} ms late"

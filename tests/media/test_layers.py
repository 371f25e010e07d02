"""Simulcast: each receiver is given the layer that its line carries, and every change looks like one sender."""

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from rostrum.media.engine import Engine, NoSuchPeer, Picture, Wish
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE, Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.wire import layers, red, rtcp, rtcp_build, rtp, vp8
from rostrum.media.wire.layers import Level, VideoGate
from tests.media.contract import MEETING, Watching, on_air, watching

SIMULCAST = (
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
)
NAMES = ("l", "m", "h")
BYTES = (100, 300, 900)
PACES = (0, 2, 1, 2)
RED_PAYLOAD_TYPE = 63
_identity = Identity.generateCertificate()


@pytest.fixture
async def engine() -> AsyncIterator[EmbeddedEngine]:
    opened = EmbeddedEngine(0, ["127.0.0.1"])
    await opened.start()
    yield opened
    await opened.close()


def redundant(offer: str) -> str:
    """An offer of one sound, which knows RED as well."""
    opus, both = str(AUDIO_PAYLOAD_TYPE), f"{AUDIO_PAYLOAD_TYPE} {RED_PAYLOAD_TYPE}"
    lines = f"a=rtpmap:{RED_PAYLOAD_TYPE} red/48000/2\r\na=fmtp:{RED_PAYLOAD_TYPE} {opus}/{opus}\r\n"
    return offer.replace(f"SAVPF {opus}", f"SAVPF {both}") + lines


class Camera:
    """Three sizes of one picture, each in three paces, whose packets name size and pace; and a sound."""

    def __init__(self, end: Endpoint) -> None:
        self.end = end
        self.wanted = [True, True, True]
        self.sending = [True, True, True]
        self.requests = [0, 0, 0]
        self.deaf = False
        """Requests are counted, and left out."""

    def heard(self, packet: bytes) -> None:
        for message in rtcp.parse(packet):
            if isinstance(message, rtcp.KeyframeRequest):
                for ssrc in message.media:
                    self.wanted[ssrc - 500] |= not self.deaf
                    self.requests[ssrc - 500] += 1

    async def run(self) -> None:
        number = 60_000
        while True:
            number += 1
            self.end.send_rtp(
                rtp.header(False, AUDIO_PAYLOAD_TYPE, number & 0xFFFF, number * 960, 600) + number.to_bytes(4, "big")
            )
            for size, name in enumerate(NAMES):
                if self.sending[size]:
                    self._picture(size, name, number)
            await asyncio.sleep(0.02)

    def _picture(self, size: int, name: str, number: int) -> None:
        key = self.wanted[size] and number % 4 == 0
        if key:
            self.wanted[size] = False
        pace = PACES[number % 4]
        tl0 = (number // 4) & 0xFF
        descriptor = struct.pack("!BBHBB", 0x90, 0xE0, 0x8000 | number & 0x7FFF, tl0, pace << 6 | (0x20 if pace else 0))
        extension = rtp.one_byte_extension({4: b"0", 10: name.encode()})
        head = rtp.header(True, VIDEO_PAYLOAD_TYPE, number & 0xFFFF, number * 1800, 500 + size, extension=extension)
        body = bytes([0 if key else 1]) + bytes(BYTES[size]) + bytes([size, pace])
        self.end.send_rtp(head + descriptor + body)


@asynccontextmanager
async def camera(engine: Engine, source: str) -> AsyncIterator[Camera]:
    end = Endpoint(_identity)
    offer = end.offer(("video", "audio"), "sendonly")
    rids = "".join(f"a=rid:{name} send\r\n" for name in NAMES) + f"a=simulcast:send {';'.join(NAMES)}\r\n"
    video, audio = offer.split("m=audio")
    answer = await engine.publish(MEETING, source, f"{video}{SIMULCAST}{rids}m=audio{audio}", place_id=None)
    assert f"a=simulcast:recv {';'.join(NAMES)}" in answer.sdp
    sender = Camera(end)
    end.on_rtcp = sender.heard
    await end.connect(answer.sdp)
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        task.cancel()
        await end.close()


def pictures(watcher: Watching) -> list[rtp.RtpPacket]:
    return [packet for packet in watcher.packets if packet.payload_type == VIDEO_PAYLOAD_TYPE]


def given(watcher: Watching) -> set[tuple[int, int]]:
    """The (size, pace) of all pictures."""
    return {(packet.payload[-2], packet.payload[-1]) for packet in pictures(watcher)}


async def until_size(watcher: Watching, size: int, within_s: float = 8.0) -> None:
    async with asyncio.timeout(within_s):
        while not any(packet.payload[-2] == size for packet in pictures(watcher)[-3:]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def in_order(packets: list[rtp.RtpPacket]) -> list[rtp.RtpPacket]:
    numbers = rtp.Unwrapper()
    return sorted(packets, key=lambda packet: numbers.unwrap(packet.sequence))


def one_sender(watcher: Watching) -> None:
    """Numbers without a gap, time and pictures that only grow, and each change of size begins with a keyframe."""
    found = in_order(pictures(watcher))
    for before, after in pairwise(found):
        assert (after.sequence - before.sequence) & 0xFFFF == 1
        assert 0 < (after.timestamp - before.timestamp) & 0xFFFFFFFF < 90_000 * 30
        described, follows = vp8.parse(before.payload), vp8.parse(after.payload)
        assert (follows.picture_id - described.picture_id) & 0x7FFF == 1
        assert (follows.tl0_index - described.tl0_index) & 0xFF in (0, 1)
        if before.payload[-2] != after.payload[-2]:
            assert follows.keyframe, "another size begins with a keyframe"


async def narrow(watcher: Watching, to_bps: int) -> None:
    """Say as a browser does that the line was found to carry no more."""
    watcher.end.send_rtcp(rtcp_build.remb(1, 2_000_000, []))
    watcher.end.send_rtcp(rtcp_build.remb(1, to_bps, []))


async def test_each_is_given_what_its_line_carries(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "_RAISE_AFTER_S", 1.0)
    monkeypatch.setattr(layers, "PAUSE_BELOW_BPS", 0)
    await engine.apply(MEETING, on_air("a"))
    async with camera(engine, "a"), watching(engine) as good, watching(engine) as weak:
        await until_size(weak, 1)
        async with asyncio.timeout(10):
            while not any(size == 0 for size, _ in given(weak)) or pictures(weak)[-1].payload[-2] != 0:
                await narrow(weak, 30_000)
                await asyncio.sleep(0.3)
        await until_size(good, 2)
        weak.packets.clear()
        await narrow(weak, 30_000)
        await asyncio.sleep(0.5)
        assert {size for size, _ in given(weak)} == {0}
        one_sender(good)
        sounds = [packet for packet in weak.packets if packet.payload_type == AUDIO_PAYLOAD_TYPE]
        assert len(sounds) > 15, "the voice goes on"


async def test_a_line_that_recovers_climbs_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "_RAISE_AFTER_S", 0.5)
    await engine.apply(MEETING, on_air("a"))
    async with camera(engine, "a"), watching(engine) as watcher:
        await until_size(watcher, 1)
        await until_size(watcher, 2, 10)
        await asyncio.sleep(1.5)
        one_sender(watcher)
        assert {(2, 0), (2, 1), (2, 2)} <= given(watcher), "at last all of it"


async def test_a_layer_that_is_switched_off_is_replaced(engine: Engine) -> None:
    await engine.apply(MEETING, on_air("a"))
    async with camera(engine, "a") as sender, watching(engine) as watcher:
        await until_size(watcher, 1)
        sender.sending[1] = sender.sending[2] = False
        await until_size(watcher, 0)
        sender.sending[1] = True
        await until_size(watcher, 1)
        one_sender(watcher)


async def test_many_share_one_lane_again_after_parting(engine: EmbeddedEngine) -> None:
    """Someone who was given something else for a while ends up in the lane of the others, not in one of its own."""
    await engine.apply(MEETING, on_air("a", to_itself="b"))
    async with (
        camera(engine, "a"),
        camera(engine, "b"),
        watching(engine) as one,
        watching(engine) as two,
        watching(engine, place_id="p") as own,
    ):
        for watcher in (one, two, own):
            await until_size(watcher, 1)
        await engine.apply(MEETING, on_air("place:p", to_itself="b"))
        await asyncio.sleep(0.2)
        await engine.apply(MEETING, on_air("b"))
        for watcher in (one, two, own):
            watcher.packets.clear()
            await until_size(watcher, 1)
        await asyncio.sleep(2.2)
        lanes = [lane for lane in engine._routers[MEETING].lanes if lane.track is not None]
        assert len({lane.key for lane in lanes}) == len(lanes), "no two lanes are alike"
        assert max(len(lane.members) for lane in lanes) == 3
        for watcher in (one, two, own):
            one_sender(watcher)


async def test_what_moved_lanes_is_repaired_by_its_own_numbers(engine: Engine) -> None:
    await engine.apply(MEETING, on_air("a"))
    async with camera(engine, "a"), watching(engine) as watcher:
        await until_size(watcher, 1)
        await until_size(watcher, 2)
        before = in_order(pictures(watcher))
        watcher.packets.clear()
        asked = [packet.sequence for packet in before[-20:]]
        watcher.end.send_rtcp(rtcp_build.nack(1, before[0].ssrc, asked))
        await asyncio.sleep(0.2)
        # SRTP at the receiver refuses what it has seen: what comes again is refused as a replay, by the same number.
        assert watcher.end.refused >= len(asked)


async def test_a_lossy_line_is_sent_each_sound_twice(engine: Engine) -> None:
    await engine.apply(MEETING, on_air("a"))
    async with camera(engine, "a"):
        end = Endpoint(_identity)
        offer = redundant(end.offer(("audio",), "recvonly"))
        answer = await engine.subscribe(MEETING, next(iter(on_air("a").fills)), offer, place_id=None)
        watcher = Watching(end, answer.peer_id, answer.etag)
        end.on_rtp = lambda data: watcher.packets.append(rtp.parse(data))
        await end.connect(answer.sdp)
        try:
            await asyncio.sleep(0.5)
            assert {packet.payload_type for packet in watcher.packets} == {AUDIO_PAYLOAD_TYPE}
            ssrc = watcher.packets[0].ssrc
            watcher.packets.clear()
            async with asyncio.timeout(5):
                while not any(packet.payload_type == RED_PAYLOAD_TYPE for packet in watcher.packets[-3:]):
                    end.send_rtcp(rtcp_build.receiver_report(2, [rtcp.ReportBlock(ssrc, 20, 9, 1, 0, 0, 0)]))
                    await asyncio.sleep(0.1)
            await asyncio.sleep(0.3)
            doubled = [packet for packet in in_order(watcher.packets) if packet.payload_type == RED_PAYLOAD_TYPE]
            for before, after in pairwise(doubled):
                *earlier, primary = red.parse(after.payload)
                sent_before = red.parse(before.payload)[-1].data
                assert int.from_bytes(primary.data, "big") == int.from_bytes(sent_before, "big") + 1
                assert [(one.behind, one.data) for one in earlier] == [(960, sent_before)]
            numbers = [packet.sequence for packet in in_order(watcher.packets)]
            assert all((after - before) & 0xFFFF == 1 for before, after in pairwise(numbers))
        finally:
            await end.close()


async def test_a_lost_sound_is_taken_from_the_next_packet(engine: Engine) -> None:
    """A publisher that sends RED: what was lost of its sound on the way here is not missing for anyone."""
    await engine.apply(MEETING, on_air("a"))
    end = Endpoint(_identity)
    offer = redundant(end.offer(("audio",), "sendonly", (700,)))
    answer = await engine.publish(MEETING, "a", offer, place_id=None)
    assert f"SAVPF {RED_PAYLOAD_TYPE} {AUDIO_PAYLOAD_TYPE}" in answer.sdp, "asked for before plain Opus"
    await end.connect(answer.sdp)
    try:
        async with watching(engine) as watcher:
            for number in range(1, 60):
                if number % 3:
                    earlier = [(960, (number - 1).to_bytes(4, "big"))]
                    payload = red.build(AUDIO_PAYLOAD_TYPE, number.to_bytes(4, "big"), earlier)
                    end.send_rtp(rtp.header(False, RED_PAYLOAD_TYPE, number, number * 960, 700) + payload)
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)
            sounds = in_order([packet for packet in watcher.packets if packet.payload_type == AUDIO_PAYLOAD_TYPE])
            heard = [int.from_bytes(packet.payload, "big") for packet in sounds]
            assert heard == list(range(heard[0], 60))
            assert all((after.timestamp - before.timestamp) & 0xFFFFFFFF == 960 for before, after in pairwise(sounds))
    finally:
        await end.close()


def steps(gate: VideoGate, figures: Iterator[tuple[float | None, float]], costs: dict[Level, float]) -> list[Level]:
    found = []
    for second, (allowed, loss) in enumerate(figures):
        sent = costs[max(level for level in costs if level <= gate.picture)] + 40_000
        gate.look(float(second), allowed, sent, loss, costs)
        found.append(gate.picture)
    return found


COSTS = {
    Level(0, 0): 60_000.0,
    Level(0, 1): 90_000.0,
    Level(0, 2): 150_000.0,
    Level(1, 1): 300_000.0,
    Level(1, 2): 450_000.0,
    Level(2, 1): 800_000.0,
    Level(2, 2): 1_200_000.0,
}


def test_a_good_line_climbs_step_by_step() -> None:
    climbed = steps(VideoGate(), iter([(None, 0.0)] * 20), COSTS)
    assert [level for before, level in pairwise(climbed) if before != level] == [Level(2, 1), Level(2, 2)]


def test_pace_goes_before_size() -> None:
    gate = VideoGate()
    gate.picture = Level(2, 2)
    assert steps(gate, iter([(1_100_000.0, 0.0)] * 3), COSTS)[-1] == Level(2, 1)


def test_a_line_that_fails_again_and_again_is_tried_less_and_less() -> None:
    gate = VideoGate()
    gate.picture = Level(1, 2)
    tried = []
    for second in range(240):
        standing = gate.picture
        allowed = 500_000.0 if standing > Level(1, 2) else None
        gate.look(float(second), allowed, COSTS[standing] + 40_000, 0.0, COSTS)
        if gate.picture > max(standing, Level(1, 2)):
            tried.append(second)
    assert len(tried) < 9
    assert all(later - sooner > 3 for sooner, later in pairwise(tried))
    assert tried[-1] - tried[-2] > tried[1] - tried[0]


async def test_one_who_wishes_for_less_is_given_no_more(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "_RAISE_AFTER_S", 0.5)

    def picture(watcher: Watching) -> Picture | None:
        return next(peer.picture for peer in engine.peers() if peer.peer_id == watcher.peer_id)

    await engine.apply(MEETING, on_air("a"))
    async with camera(engine, "a"), watching(engine) as watcher, watching(engine) as other:
        await until_size(watcher, 2)
        await until_size(other, 2)
        await engine.wish(watcher.peer_id, Wish.SMALL)
        await until_size(watcher, 0)
        await asyncio.sleep(1.2)
        assert picture(watcher) is Picture.SMALL
        assert picture(other) is Picture.FULL
        assert not any(peer.held_back for peer in engine.peers()), "its own wish, not its line"
        one_sender(watcher)
        await engine.wish(watcher.peer_id, Wish.NONE)
        await asyncio.sleep(0.1)
        watcher.packets.clear()
        await asyncio.sleep(1.2)
        assert not pictures(watcher)
        assert picture(watcher) is Picture.NONE
        assert len(watcher.packets) > 20, "the sound goes on"
        await engine.wish(watcher.peer_id, Wish.FULL)
        await until_size(watcher, 2)
        assert vp8.parse(in_order(pictures(watcher))[0].payload).keyframe
    with pytest.raises(NoSuchPeer):
        await engine.wish("nobody", Wish.FULL)


def test_a_second_without_loss_does_not_end_the_doubling_of_sounds() -> None:
    gate = VideoGate()
    sounds = []
    for second, loss in enumerate([0.0, 0.06, 0.0, 0.0, 0.05, *[0.0] * 30]):
        gate.look(float(second), None, 100_000, loss)
        sounds.append(gate.sound)
    assert sounds[0] is layers.PLAIN
    assert set(sounds[1:24]) == {layers.REDUNDANT}
    assert sounds[-1] is layers.PLAIN, "a line that has recovered is sent each sound once"

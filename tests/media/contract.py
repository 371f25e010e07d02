"""What every engine must do: a suite that any engine is run through, by ends without codecs.

A test module gives a fixture `engine` (started) and imports the tests from here.
"""

import asyncio
import itertools
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from rostrum.assembly.program import HALL, Audience, AudienceRole, Fill, Program, Slot, place_source
from rostrum.media.engine import Engine, EtagMismatch, NoSuchPeer, OfferRejected, PeerState, SourceInUse
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE, Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import rtcp, rtcp_build, rtp, vp8

REMOTE = Audience(AudienceRole.REMOTE)
IN_HALL = Audience(AudienceRole.HALL)
ALL = ("video", "video", "audio", "audio")
MEETING = "meeting"
_identity = Identity.generateCertificate()


@dataclass
class Watching:
    """A receiver and what it got: (sequence, timestamp, payload) by payload type, packet after packet."""

    end: Endpoint
    peer_id: str
    etag: str
    packets: list[rtp.RtpPacket] = field(default_factory=list)

    def marks(self, payload_type: int) -> set[bytes]:
        """Which sources' marks are in what came."""
        return {packet.payload[-4:] for packet in self.packets if packet.payload_type == payload_type}

    async def until_seen(self, mark: bytes, payload_type: int, within_s: float = 2.0) -> None:
        """Wait for a packet with a source's mark."""
        async with asyncio.timeout(within_s):
            while not any(  # noqa: ASYNC110 - packets come by themselves
                packet.payload_type == payload_type and packet.payload.endswith(mark) for packet in self.packets[-50:]
            ):
                await asyncio.sleep(0.01)


@dataclass
class Speaking:
    """A sender of marked packets, fifty sounds and thirty pictures a second, with keyframes when asked."""

    end: Endpoint
    peer_id: str
    mark: bytes
    keyframes: int = 0
    keyframe_wanted: bool = True

    def heard(self, packet: bytes) -> None:
        for message in rtcp.parse(packet):
            if isinstance(message, rtcp.KeyframeRequest):
                self.keyframe_wanted = True

    async def run(self, video_ssrc: int, audio_ssrc: int) -> None:
        number = 60_000
        while True:
            number += 1
            sound = b"\x78" * 40 + self.mark
            sequence = number & 0xFFFF
            self.end.send_rtp(rtp.header(False, AUDIO_PAYLOAD_TYPE, sequence, number * 960, audio_ssrc) + sound)
            key = self.keyframe_wanted
            self.keyframe_wanted = False
            self.keyframes += key
            descriptor = b"\x90\x80" + struct.pack("!H", 0x8000 | number & 0x7FFF) + (b"\x00" if key else b"\x01")
            picture = descriptor + b"p" * 100 + self.mark
            self.end.send_rtp(
                rtp.header(True, VIDEO_PAYLOAD_TYPE, number & 0xFFFF, number * 1800, video_ssrc) + picture
            )
            await asyncio.sleep(0.02)


@asynccontextmanager
async def watching(
    engine: Engine, audience: Audience = REMOTE, place_id: str | None = None, kinds: Sequence[str] = ALL
) -> AsyncIterator[Watching]:
    end = Endpoint(_identity)
    answer = await engine.subscribe(MEETING, audience, end.offer(kinds, "recvonly"), place_id=place_id)
    watcher = Watching(end, answer.peer_id, answer.etag)
    end.on_rtp = lambda data: watcher.packets.append(rtp.parse(data))
    await end.connect(answer.sdp)
    try:
        yield watcher
    finally:
        await end.close()


@asynccontextmanager
async def speaking(
    engine: Engine, source: str, mark: bytes, place_id: str | None = None, *, take_over: bool = False
) -> AsyncIterator[Speaking]:
    end = Endpoint(_identity)
    video_ssrc, audio_ssrc = int.from_bytes(mark, "big"), int.from_bytes(mark, "big") + 1
    offer = end.offer(("video", "audio"), "sendonly", (video_ssrc, audio_ssrc))
    answer = await engine.publish(MEETING, source, offer, place_id=place_id, take_over=take_over)
    speaker = Speaking(end, answer.peer_id, mark)
    end.on_rtcp = speaker.heard
    await end.connect(answer.sdp)
    task = asyncio.create_task(speaker.run(video_ssrc, audio_ssrc))
    try:
        yield speaker
    finally:
        task.cancel()
        await end.close()


def on_air(source: str | None, to_itself: str | None = None) -> Program:
    fill = Fill(source, to_itself)
    return Program({REMOTE: {Slot.STAGE: fill, Slot.FLOOR: fill}})


async def test_only_what_the_program_names_is_forwarded(engine: Engine) -> None:
    async with (
        speaking(engine, "a", b"AAAA"),
        speaking(engine, "b", b"BBBB"),
        watching(engine) as watcher,
        watching(engine, IN_HALL) as hall,
    ):
        await asyncio.sleep(0.3)
        assert not watcher.packets
        await engine.apply(MEETING, on_air("a"))
        await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        await engine.apply(MEETING, on_air("b"))
        await watcher.until_seen(b"BBBB", VIDEO_PAYLOAD_TYPE)
        watcher.packets.clear()
        await asyncio.sleep(0.3)
        assert watcher.marks(VIDEO_PAYLOAD_TYPE) == watcher.marks(AUDIO_PAYLOAD_TYPE) == {b"BBBB"}
        await engine.apply(MEETING, Program({}))
        await asyncio.sleep(0.1)
        watcher.packets.clear()
        await asyncio.sleep(0.3)
        assert not watcher.packets
        assert not hall.packets, "the program gave the hall nothing"


async def test_fifty_switches_look_like_one_sender(engine: Engine) -> None:
    async with speaking(engine, "a", b"AAAA"), speaking(engine, "b", b"BBBB"), watching(engine) as watcher:
        for number in range(50):
            mark = (b"AAAA", b"BBBB")[number % 2]
            await engine.apply(MEETING, on_air("ab"[number % 2]))
            await watcher.until_seen(mark, VIDEO_PAYLOAD_TYPE)
        for payload_type in (VIDEO_PAYLOAD_TYPE, AUDIO_PAYLOAD_TYPE):
            stream = [packet for packet in watcher.packets if packet.payload_type == payload_type]
            assert len({packet.ssrc for packet in stream}) == 1
            for before, after in itertools.pairwise(stream):
                assert (after.sequence - before.sequence) & 0xFFFF == 1
                assert 0 < (after.timestamp - before.timestamp) & 0xFFFFFFFF < 90_000
        pictures = [vp8.parse(one.payload) for one in watcher.packets if one.payload_type == VIDEO_PAYLOAD_TYPE]
        for one, next_one in itertools.pairwise(pictures):
            assert (next_one.picture_id - one.picture_id) & 0x7FFF == 1
        assert pictures[0].keyframe


async def test_nobody_is_given_themselves(engine: Engine) -> None:
    source = place_source("p")
    async with (
        speaking(engine, source, b"PPPP", "p"),
        speaking(engine, HALL, b"HHHH"),
        watching(engine) as other,
        watching(engine, place_id="p") as own,
    ):
        await engine.apply(MEETING, on_air(source, to_itself=HALL))
        await other.until_seen(b"PPPP", AUDIO_PAYLOAD_TYPE)
        await own.until_seen(b"HHHH", AUDIO_PAYLOAD_TYPE)
        await own.until_seen(b"HHHH", VIDEO_PAYLOAD_TYPE)
        assert own.marks(AUDIO_PAYLOAD_TYPE) == own.marks(VIDEO_PAYLOAD_TYPE) == {b"HHHH"}


async def test_slots_follow_the_order_of_the_m_lines(engine: Engine) -> None:
    fills = {Slot.STAGE: Fill("a"), Slot.PODIUM: Fill("b"), Slot.CHANNEL: Fill("a")}
    async with speaking(engine, "a", b"AAAA"), speaking(engine, "b", b"BBBB"), watching(engine) as watcher:
        await engine.apply(MEETING, Program({REMOTE: fills}))
        await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        await watcher.until_seen(b"BBBB", VIDEO_PAYLOAD_TYPE)
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        streams = Counter((one.payload_type, one.payload[-4:], one.ssrc) for one in watcher.packets)
        assert len({ssrc for _, _, ssrc in streams}) == 3


async def test_a_late_watcher_begins_with_a_keyframe(engine: Engine) -> None:
    async with speaking(engine, "a", b"AAAA") as speaker, watching(engine) as first:
        await engine.apply(MEETING, on_air("a"))
        await first.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        await asyncio.sleep(0.6)
        before = speaker.keyframes
        async with watching(engine) as late:
            await late.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
            pictures = [one for one in late.packets if one.payload_type == VIDEO_PAYLOAD_TYPE]
            assert vp8.parse(pictures[0].payload).keyframe
            assert speaker.keyframes == before + 1


async def test_what_is_asked_for_again_comes_again(engine: Engine) -> None:
    async with speaking(engine, "a", b"AAAA"), watching(engine) as watcher:
        await engine.apply(MEETING, on_air("a"))
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        await asyncio.sleep(0.3)
        watcher.end.lose_next()
        await asyncio.sleep(0.3)
        (lost,) = watcher.end.lost
        watcher.packets.clear()
        watcher.end.send_rtcp(rtcp_build.nack(7, lost.ssrc, [lost.sequence]))
        await asyncio.sleep(0.2)
        again = [one for one in watcher.packets if one.ssrc == lost.ssrc and one.sequence == lost.sequence]
        assert [one.payload[-4:] for one in again] == [b"AAAA"]


async def test_a_source_has_one_sender_unless_it_is_taken_over(engine: Engine) -> None:
    await engine.apply(MEETING, on_air("a"))
    async with watching(engine) as watcher, speaking(engine, "a", b"AAAA") as first:
        with pytest.raises(SourceInUse):
            async with speaking(engine, "a", b"BBBB"):
                pass
        await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        async with speaking(engine, "a", b"CCCC", take_over=True):
            await watcher.until_seen(b"CCCC", VIDEO_PAYLOAD_TYPE)
            async with asyncio.timeout(2):
                await first.end.closed.wait()


async def test_an_evicted_place_is_cut_off_at_once(engine: Engine) -> None:
    source = place_source("p")
    await engine.apply(MEETING, on_air(source))
    async with (
        watching(engine) as other,
        speaking(engine, source, b"PPPP", "p") as speaker,
        watching(engine, place_id="p") as own,
    ):
        await other.until_seen(b"PPPP", AUDIO_PAYLOAD_TYPE)
        await engine.evict("p")
        assert {peer.place_id for peer in engine.peers()} == {None}
        async with asyncio.timeout(2):
            await speaker.end.closed.wait()
            await own.end.closed.wait()
        other.packets.clear()
        await asyncio.sleep(0.2)
        assert not other.packets
        await engine.evict("p")


async def test_one_place_cannot_fill_the_engine(engine: Engine) -> None:
    ends = [Endpoint(_identity) for _ in range(30)]
    for end in ends:
        await engine.subscribe(MEETING, REMOTE, end.offer(ALL, "recvonly"), place_id="p")
    idle = len(engine.peers())
    assert idle < len(ends), "what never connected goes for what comes"
    async with watching(engine, place_id="q") as other:
        await asyncio.sleep(0)
        assert other.peer_id in {peer.peer_id for peer in engine.peers()}
    for end in ends:
        await end.close()


async def test_removing_ends_and_twice_is_an_error(engine: Engine) -> None:
    async with watching(engine) as watcher:
        await engine.remove(watcher.peer_id)
        with pytest.raises(NoSuchPeer):
            await engine.remove(watcher.peer_id)


async def test_states_are_told(engine: Engine) -> None:
    told: list[tuple[str, PeerState]] = []
    engine.listen(lambda health: told.append((health.peer_id, health.state)))
    async with watching(engine) as watcher:
        await asyncio.sleep(0.1)
        assert told == [(watcher.peer_id, PeerState.CONNECTED)]
        assert [peer.state for peer in engine.peers()] == [PeerState.CONNECTED]
    await asyncio.sleep(0.2)
    assert told[-1] == (watcher.peer_id, PeerState.CLOSED)
    assert not engine.peers()


async def test_a_peer_that_moves_keeps_its_session(engine: Engine) -> None:
    await engine.apply(MEETING, on_air("a"))
    async with speaking(engine, "a", b"AAAA") as speaker, watching(engine) as watcher:
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        watcher.end.move()
        await asyncio.sleep(0.1)
        watcher.packets.clear()
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        speaker.end.move()
        await asyncio.sleep(0.1)
        watcher.packets.clear()
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)


async def test_ice_is_restarted_by_a_fragment(engine: Engine) -> None:
    async with watching(engine) as watcher:
        assert await engine.restart_ice(watcher.peer_id, "a=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\n", None) == (
            "",
            watcher.etag,
        )
        with pytest.raises(EtagMismatch):
            await engine.restart_ice(watcher.peer_id, "a=ice-ufrag:x\r\n", "another")
        fragment, etag = await engine.restart_ice(
            watcher.peer_id, "a=ice-ufrag:fresh\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaa\r\n", None
        )
        assert etag != watcher.etag
        assert "a=ice-ufrag:" in fragment
        assert "a=candidate:" in fragment
        with pytest.raises(NoSuchPeer):
            await engine.restart_ice("nobody", "", None)


@pytest.mark.parametrize(
    "offer", ["", "v=0\r\n", "no description at all", "m=audio\r\n", "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"]
)
async def test_what_is_no_offer_is_rejected(engine: Engine, offer: str) -> None:
    with pytest.raises(OfferRejected):
        await engine.subscribe(MEETING, REMOTE, offer, place_id=None)
    with pytest.raises(OfferRejected):
        await engine.publish(MEETING, "a", offer, place_id=None)
    assert not engine.peers()


async def test_the_same_program_again_changes_nothing(engine: Engine) -> None:
    async with speaking(engine, "a", b"AAAA") as speaker, watching(engine) as watcher:
        await engine.apply(MEETING, on_air("a"))
        await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        await asyncio.sleep(0.6)
        keyframes, began_s = speaker.keyframes, time.monotonic()
        for _ in range(20):
            await engine.apply(MEETING, on_air("a"))
        await asyncio.sleep(0.3)
        assert speaker.keyframes == keyframes
        assert time.monotonic() - began_s < 2

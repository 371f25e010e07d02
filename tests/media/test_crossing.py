"""What crosses between workers: once a packet, all layers, nothing that nobody wants, and never more than there is room
for."""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostrum.assembly.program import HALL, Program
from rostrum.media.clip import Clip, Frame
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE
from rostrum.media.sfu import crossing, mailbox
from rostrum.media.sfu.mailbox import Mailbox
from rostrum.media.sfu.pool import WorkerPool
from rostrum.media.wire import rtcp_build, rtp
from tests.media.contract import MEETING, on_air, speaking, watching
from tests.media.joined import Tap, joined
from tests.media.test_layers import (  # the simulcast suite, run again with senders and receivers apart
    camera,
    pictures,
    test_a_layer_that_is_switched_off_is_replaced,
    test_a_line_that_recovers_climbs_again,
    test_a_lossy_line_is_sent_each_sound_twice,
    test_a_lost_sound_is_taken_from_the_next_packet,
    test_each_is_given_what_its_line_carries,
    test_one_who_wishes_for_less_is_given_no_more,
    test_what_moved_lanes_is_repaired_by_its_own_numbers,
    until_size,
)

__all__ = [
    "test_a_layer_that_is_switched_off_is_replaced",
    "test_a_line_that_recovers_climbs_again",
    "test_a_lossy_line_is_sent_each_sound_twice",
    "test_a_lost_sound_is_taken_from_the_next_packet",
    "test_each_is_given_what_its_line_carries",
    "test_one_who_wishes_for_less_is_given_no_more",
    "test_what_moved_lanes_is_repaired_by_its_own_numbers",
]


@pytest.fixture
async def workers() -> AsyncIterator[tuple[WorkerPool, Tap, Tap]]:
    async with joined() as both:
        yield both


@pytest.fixture
async def engine(workers: tuple[WorkerPool, Tap, Tap]) -> WorkerPool:
    return workers[0]


@pytest.fixture
async def tap(workers: tuple[WorkerPool, Tap, Tap]) -> Tap:
    return workers[1]


@pytest.fixture
async def back(workers: tuple[WorkerPool, Tap, Tap]) -> Tap:
    return workers[2]


async def test_a_packet_crosses_once_however_many_watch(engine: WorkerPool, tap: Tap) -> None:
    async with (
        speaking(engine, "a", b"AAAA") as speaker,
        watching(engine) as one,
        watching(engine) as two,
        watching(engine) as three,
    ):
        assert speaker.peer_id.startswith("0.")
        assert {watcher.peer_id[:2] for watcher in (one, two, three)} == {"1."}
        await engine.apply(MEETING, on_air("a"))
        for watcher in (one, two, three):
            await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        await asyncio.sleep(1)
        await engine.apply(MEETING, Program({}))
        await asyncio.sleep(0.5)
    each = Counter((carried.feed_id, carried.number, carried.packet.sequence) for carried in tap.packets)
    assert set(each.values()) == {1}
    sounds = [carried for carried in tap.packets if carried.packet.payload[:1] == b"\x78"]
    for watcher in (one, two, three):
        heard = [packet for packet in watcher.packets if packet.payload_type == AUDIO_PAYLOAD_TYPE]
        assert len(heard) > 10
        assert len(sounds) - 2 <= len(heard) <= len(sounds), "what crosses is what each of them gets"


async def test_what_nobody_there_is_given_does_not_cross(engine: WorkerPool, tap: Tap) -> None:
    async with speaking(engine, "a", b"AAAA"), speaking(engine, "b", b"BBBB"), watching(engine) as watcher:
        await asyncio.sleep(0.3)
        assert not tap.packets
        await engine.apply(MEETING, on_air("a"))
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        await asyncio.sleep(0.2)
        assert {packet.packet.payload[-4:] for packet in tap.packets} == {b"AAAA"}
        await engine.apply(MEETING, on_air("b"))
        await watcher.until_seen(b"BBBB", AUDIO_PAYLOAD_TYPE)
        tap.seen.clear()
        await asyncio.sleep(0.3)
        assert {packet.packet.payload[-4:] for packet in tap.packets} == {b"BBBB"}
        await engine.apply(MEETING, Program({}))
        await asyncio.sleep(0.1)
        tap.seen.clear()
        await asyncio.sleep(0.3)
        assert not tap.packets
    await asyncio.sleep(0.1)
    async with speaking(engine, "b", b"BBBB"):
        await engine.apply(MEETING, on_air("b"))
        await asyncio.sleep(0.3)
        assert not tap.packets, "nobody watches there any more"


async def test_what_is_not_said_again_is_forgotten_and_comes_back(engine: WorkerPool, tap: Tap, back: Tap) -> None:
    await engine.apply(MEETING, on_air("a"))
    async with speaking(engine, "a", b"AAAA"), watching(engine) as watcher:
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        back.broken = True
        await asyncio.sleep(crossing.FORGOTTEN_S + 0.5)
        tap.seen.clear()
        await asyncio.sleep(0.3)
        assert not tap.packets
        back.broken = False
        watcher.packets.clear()
        await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)


async def test_a_source_that_is_not_told_of_any_more_leaves_the_player_in_its_place(
    engine: WorkerPool, tap: Tap, tmp_path: Path
) -> None:
    Clip(1000, tuple(Frame("audio", 960 * number, b"CLIP") for number in range(50))).write(tmp_path / "hall.clip")
    engine.play(MEETING, HALL, tmp_path / "hall.clip")
    await engine.apply(MEETING, on_air(HALL))
    async with speaking(engine, HALL, b"HHHH"), watching(engine) as watcher:
        await watcher.until_seen(b"HHHH", VIDEO_PAYLOAD_TYPE)
        tap.broken = True
        await watcher.until_seen(b"CLIP", AUDIO_PAYLOAD_TYPE, crossing.FORGOTTEN_S + 1)
        tap.broken = False
        watcher.packets.clear()
        await watcher.until_seen(b"HHHH", VIDEO_PAYLOAD_TYPE)


async def test_one_is_seen_by_those_in_the_same_worker_and_in_the_other(tap: Tap, engine: WorkerPool) -> None:
    """The speaker's own page, which is in another worker than the camera, is given the hall's sound instead."""
    await engine.apply(MEETING, on_air("place:p", to_itself=HALL))
    async with (
        speaking(engine, "place:p", b"PPPP", "p"),
        speaking(engine, HALL, b"HHHH"),
        watching(engine) as other,
        watching(engine, place_id="p") as own,
    ):
        await other.until_seen(b"PPPP", VIDEO_PAYLOAD_TYPE)
        await own.until_seen(b"HHHH", VIDEO_PAYLOAD_TYPE)
        assert own.marks(AUDIO_PAYLOAD_TYPE) == {b"HHHH"}
        assert {packet.packet.payload[-4:] for packet in tap.packets} == {b"PPPP", b"HHHH"}


async def test_a_layer_that_is_gone_is_asked_for_no_more(engine: WorkerPool) -> None:
    await engine.apply(MEETING, on_air("a"))
    async with camera(engine, "a") as sender, watching(engine) as watcher:
        await until_size(watcher, 1)
        await asyncio.sleep(0.6)
        sender.sending[1] = sender.sending[2] = False
        watcher.end.send_rtcp(rtcp_build.picture_loss(1, pictures(watcher)[0].ssrc))
        await asyncio.sleep(0.3)
        assert sender.wanted[1], "what nothing comes of any more was asked for"
        await until_size(watcher, 0)
        await asyncio.sleep(1.2)
        before = sender.requests.copy()
        await asyncio.sleep(2)
        assert sender.requests == before


async def test_a_keyframe_is_asked_for_until_it_comes(engine: WorkerPool) -> None:
    """A camera that leaves requests out is asked again, by way of the other worker."""
    await engine.apply(MEETING, on_air("a"))
    async with camera(engine, "a") as sender, watching(engine) as first:
        await until_size(first, 1)
        await asyncio.sleep(0.6)
        before = sender.requests[1]
        sender.deaf = True
        async with watching(engine) as late:
            await asyncio.sleep(1.7)
            assert not pictures(late)
            assert 2 <= sender.requests[1] - before <= 5
            sender.deaf = False
            await until_size(late, 1, 2)
            await asyncio.sleep(0.6)
            answered = sender.requests[1]
            await asyncio.sleep(1.5)
            assert sender.requests[1] == answered


def test_a_mailbox_that_is_not_emptied_loses_what_does_not_fit() -> None:
    (pair,) = mailbox.pairs(1)
    sender = Mailbox(0, None, {1: pair.writing})
    number = 0
    for number in range(20_000):
        sender.send(1, number.to_bytes(4, "big") + bytes(1000))
        if number % 10 == 0:
            sender.flush()
    sender.flush()
    assert sender.dropped > 0
    found: list[int] = []
    with contextlib.suppress(BlockingIOError):
        while True:
            datagram = memoryview(pair.reading.recv(1 << 17, socket.MSG_DONTWAIT))
            assert datagram[0] == 0
            found += [int.from_bytes(letter[:4], "big") for letter in mailbox.letters(datagram)]
    assert 100 < len(found) < 4_000, "what waits is bounded"
    assert found == list(range(len(found))), "those that fitted, in order"
    sender.send(1, b"again")
    sender.flush()
    assert list(mailbox.letters(memoryview(pair.reading.recv(100)))) == [b"again"]
    for end in pair:
        end.close()


@given(
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 0xFFFF),
    st.booleans(),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.binary(max_size=1500),
)
def test_a_packet_comes_out_as_it_went_in(
    feed_id: int, number: int, marker: bool, sequence: int, timestamp: int, payload: bytes
) -> None:
    extension = rtp.one_byte_extension({4: b"0", 10: b"h"})
    packet = rtp.parse(rtp.header(marker, 96, sequence, timestamp, 7, extension=extension) + payload)
    found = crossing.read(crossing.packed(feed_id, number, packet))
    assert isinstance(found, crossing.Carried)
    assert (found.feed_id, found.number) == (feed_id, number)
    carried = found.packet
    assert (carried.marker, carried.sequence, carried.timestamp, carried.payload) == (
        marker,
        sequence,
        timestamp,
        payload,
    )


@given(st.binary(max_size=20).filter(lambda data: data[:1] != b"\1"))
def test_what_is_no_message_is_said_so(data: bytes) -> None:
    try:
        assert isinstance(crossing.read(data), crossing.Carried)
    except rtp.Malformed:
        assert data[:1] != b"\0" or len(data) < 14


@given(st.binary(max_size=200))
def test_a_datagram_of_any_bytes_is_read_to_its_end(data: bytes) -> None:
    assert sum(len(letter) + 2 for letter in mailbox.letters(memoryview(data))) <= len(data)

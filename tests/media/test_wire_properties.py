"""Packet code against every order of events: what decoders need holds whatever is lost, late or switched."""

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostrum.media.wire import rtcp, rtcp_build, rtp, vp8
from rostrum.media.wire.demux import Kind, kind
from rostrum.media.wire.feedback import KEYFRAME_INTERVAL_S, KeyframeGate
from rostrum.media.wire.history import History
from rostrum.media.wire.outgoing import Outgoing
from rostrum.media.wire.reception import Reception
from rostrum.media.wire.repair import LossDetector
from rostrum.media.wire.sequence import Numbers, Rewriter

UINT16 = st.integers(0, 0xFFFF)
UINT32 = st.integers(0, 0xFFFFFFFF)

# A stretch of one source: where its numbers begin, and for each packet whether it is lost and how late it comes.
STRETCH = st.tuples(
    UINT16,
    UINT32,
    st.integers(0, 0x7FFF),
    st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1, max_size=40),
)


def arrivals(start: int, timestamp: int, picture: int, plan: list[tuple[bool, int]]) -> list[Numbers]:
    """Packets as they arrive: those marked lost are left out, the others are late by up to three places."""
    keyed = [
        (
            index + late,
            index,
            Numbers(start + index, (timestamp + index * 3000) & 0xFFFFFFFF, picture + index, index & 0xFF),
        )
        for index, (lost, late) in enumerate(plan)
        if not lost
    ]
    return [numbers for _, _, numbers in sorted(keyed)]


@given(st.lists(STRETCH, min_size=1, max_size=8), st.integers(1, 0x7FFF), UINT32)
def test_any_interleaving_gives_one_continuous_stream(
    stretches: list[tuple[int, int, int, list[tuple[bool, int]]]], first_sequence: int, first_timestamp: int
) -> None:
    rewriter = Rewriter(90_000, first_sequence=first_sequence, first_timestamp=first_timestamp)
    sequences, timestamps, pictures = rtp.Unwrapper(16), rtp.Unwrapper(32), rtp.Unwrapper(15)
    seen: set[int] = set()
    highest = highest_time = highest_picture = -1
    now_s = 100.0
    for start, timestamp, picture, plan in stretches:
        packets = arrivals(start + (1 << 16), timestamp, picture + (1 << 15), plan)
        if not packets:
            continue
        rewriter.switch(packets[0], now_s)
        floor = highest
        for packet in packets:
            now_s += 0.01
            out = rewriter.rewrite(packet, now_s)
            if out is None:
                assert packet.sequence < packets[0].sequence, "only what was sent before the switch is left out"
                continue
            sequence = sequences.unwrap(out.sequence & 0xFFFF)
            assert sequence not in seen
            assert sequence > floor, "nothing of a new source falls among the former one's packets"
            seen.add(sequence)
            if sequence > highest:
                time, shown = timestamps.unwrap(out.timestamp), pictures.unwrap(out.picture_id & 0x7FFF)
                assert time > highest_time
                assert shown > highest_picture
                highest, highest_time, highest_picture = sequence, time, shown


@given(
    st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 3)), min_size=1, max_size=200),
    st.integers(0, 2),
)
def test_what_is_left_out_leaves_no_gap(plan: list[tuple[int, bool, int]], pace: int) -> None:
    """Pictures of one packet, each of a pace; some come late. Those that are faster than `pace` are left out."""
    rewriter = Rewriter(90_000, first_sequence=1, first_timestamp=0)
    keyed = sorted(
        (index + (late if is_late else 0), index, paced) for index, (paced, is_late, late) in enumerate(plan)
    )
    numbers = {index: Numbers(1000 + index, 3000 * index, 500 + index, 0) for _, index, _ in keyed}
    first = next((index for _, index, paced in keyed if paced == 0), None)
    if first is None or any(index > first for _, index, _ in keyed[: [index for _, index, _ in keyed].index(first)]):
        return
    rewriter.switch(numbers[first], 0.0)
    sent: dict[int, tuple[int, int]] = {}
    begun = False
    for _, index, paced in keyed:
        begun = begun or index == first
        if not begun or (paced > pace and index > first and rewriter.skip(numbers[index])):
            continue
        out = rewriter.rewrite(numbers[index], 0.0)
        if out is not None:
            assert out.sequence not in sent
            sent[out.sequence] = (index, out.picture_id)
    assert sorted(sent) == list(range(min(sent), max(sent) + 1)), "no number is missing"
    in_order = [sent[sequence] for sequence in sorted(sent)]
    assert in_order == sorted(in_order), "pictures stay in order"
    assert [picture for _, picture in in_order] == list(range(in_order[0][1], in_order[0][1] + len(in_order)))


def test_it_forgets_what_was_left_out_long_ago() -> None:
    rewriter = Rewriter(90_000, first_sequence=1, first_timestamp=0)
    rewriter.switch(Numbers(0, 0, 0), 0.0)
    sent = []
    for index in range(5000):
        numbers = Numbers(index, index, index)
        if index % 4 and rewriter.skip(numbers):
            continue
        out = rewriter.rewrite(numbers, 0.0)
        assert out is not None
        sent.append((out.sequence, out.picture_id))
    assert sent == [(1 + number, number) for number in range(1250)]
    assert rewriter.rewrite(Numbers(4, 4, 4), 0.0) is None, "too late by far"


@given(st.binary(max_size=200))
def test_no_bytes_upset_the_parsers(data: bytes) -> None:
    kind(data)
    for parse in (rtp.parse, rtcp.parse, vp8.parse):
        try:
            parsed = parse(data)
        except rtp.Malformed:
            continue
        if isinstance(parsed, rtp.RtpPacket):
            assert rtp.HEADER_LENGTH <= parsed.payload_start <= parsed.payload_end <= len(data)
            rtp.extensions(parsed)


@given(
    st.integers(0, 3),
    st.sampled_from([200, 201, 202, 203, 204, 205, 206, 207]),
    st.integers(0, 31),
    st.integers(0, 0xFFFF),
    st.binary(max_size=120),
)
def test_rtcp_lengths_are_not_believed(version: int, packet_type: int, count: int, words: int, body: bytes) -> None:
    for length in (words, len(body) // 4):
        data = struct.pack("!BBH", version << 6 | count, packet_type, length) + body
        try:
            messages = rtcp.parse(data)
        except rtp.Malformed:
            continue
        for message in messages:
            if isinstance(message, rtcp.Nack):
                assert len(message.sequences) <= len(body) // 4 * 17


@given(UINT32, UINT32, st.lists(UINT16, min_size=1, max_size=60, unique=True))
def test_nacks_come_back_as_they_were(sender: int, media: int, sequences: list[int]) -> None:
    (message,) = rtcp.parse(rtcp_build.nack(sender, media, sequences))
    assert isinstance(message, rtcp.Nack)
    assert set(message.sequences) == set(sequences)
    assert (message.sender, message.media) == (sender, media)


@given(UINT32, st.integers(0, 100_000_000), st.lists(UINT32, max_size=5))
def test_remb_comes_back_rounded_down(sender: int, bitrate_bps: int, ssrcs: list[int]) -> None:
    (message,) = rtcp.parse(rtcp_build.remb(sender, bitrate_bps, ssrcs))
    assert isinstance(message, rtcp.Remb)
    assert bitrate_bps * 0.9999 - 1 <= message.bitrate_bps <= bitrate_bps
    assert message.ssrcs == tuple(ssrcs)


@given(st.integers(-(1 << 23), (1 << 23) - 1), st.integers(0, 255), UINT32)
def test_reports_come_back(lost: int, fraction: int, number: int) -> None:
    block = rtcp.ReportBlock(1, fraction, lost, number, number, number, number)
    (message,) = rtcp.parse(rtcp_build.receiver_report(2, [block]))
    assert message == rtcp.ReceiverReport(2, (block,))
    report, *_ = rtcp.parse(rtcp_build.sender_report(1, number << 32, number, number, number, "n"))
    assert report == rtcp.SenderReport(1, number << 32, number, number, number)


@given(st.binary(min_size=1, max_size=5000), st.integers(0, 0x7FFF), st.integers(0, 0x7FFF))
def test_frames_are_cut_and_put_together(frame: bytes, picture_id: int, other_id: int) -> None:
    pieces = list(vp8.packetise(frame, picture_id))
    read = [vp8.parse(payload) for payload, _ in pieces]
    joined = b"".join(payload[one.length :] for (payload, _), one in zip(pieces, read, strict=True))
    assert joined == frame
    assert [one.starts_frame for one in read] == [True] + [False] * (len(read) - 1)
    assert [last for _, last in pieces] == [False] * (len(read) - 1) + [True]
    assert max(len(payload) for payload, _ in pieces) <= vp8.MAX_PAYLOAD + 4
    for (payload, _), one in zip(pieces, read, strict=True):
        assert one.picture_id == picture_id
        renumbered = vp8.renumber(payload, one, other_id, 0)
        assert vp8.parse(renumbered).picture_id == other_id
        assert renumbered[one.length :] == payload[one.length :]


@pytest.mark.parametrize(
    ("payload", "picture_id", "bits", "tl0", "layer", "keyframe"),
    [
        (bytes([0x10, 0x00]), -1, 0, -1, 0, True),
        (bytes([0x90, 0x80, 0x05, 0x01]), 5, 7, -1, 0, False),
        (bytes([0x90, 0xE0, 0x81, 0x02, 0x07, 0x60, 0x00]), 258, 15, 7, 1, True),
        (bytes([0x80, 0x10, 0x1F, 0xAA]), -1, 0, -1, 0, False),
    ],
)
def test_vp8_descriptors(payload: bytes, picture_id: int, bits: int, tl0: int, layer: int, keyframe: bool) -> None:
    read = vp8.parse(payload)
    assert (read.picture_id, read.picture_id_bits, read.tl0_index) == (picture_id, bits, tl0)
    assert (read.temporal_layer, read.keyframe) == (layer, keyframe)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=300), UINT16)
def test_unwrapped_numbers_keep_their_distances(steps: list[int], start: int) -> None:
    unwrapper = rtp.Unwrapper(16)
    true = start
    first = unwrapper.unwrap(start)
    for step in steps:
        true += step
        assert unwrapper.unwrap(true & 0xFFFF) - first == true - start


@given(st.binary(max_size=40), st.dictionaries(st.integers(1, 14), st.binary(min_size=1, max_size=16), max_size=6))
def test_header_extensions_come_back(payload: bytes, values: dict[int, bytes]) -> None:
    block = rtp.one_byte_extension(values) if values else b""
    packet = rtp.parse(rtp.header(True, 96, 7, 8, 9, extension=block) + payload)
    assert rtp.extensions(packet) == values
    assert packet.payload == payload
    assert (packet.marker, packet.payload_type, packet.sequence, packet.timestamp, packet.ssrc) == (True, 96, 7, 8, 9)


@given(st.lists(st.booleans(), min_size=2, max_size=120))
def test_what_is_lost_is_asked_for_and_what_came_is_not(received: list[bool]) -> None:
    received[0] = received[-1] = True
    detector = LossDetector()
    for sequence, came in enumerate(received):
        if came:
            detector.arrived(sequence, sequence * 0.001)
    lost = [sequence for sequence, came in enumerate(received) if not came]
    assert detector.due(0.2, 0.05) == lost
    assert detector.due(0.21, 0.05) == [], "again only after a round trip"
    assert detector.due(0.3, 0.05) == lost
    for sequence in lost:
        detector.arrived(sequence, 0.3)
    assert detector.due(0.9, 0.05) == []
    assert not detector.hopeless


def test_a_gap_too_wide_asks_for_a_keyframe_instead() -> None:
    detector = LossDetector()
    detector.arrived(1, 0.0)
    detector.arrived(2000, 0.0)
    assert detector.hopeless
    assert detector.due(1.0, 0.05) == []


@given(st.lists(UINT16, min_size=1, max_size=300))
def test_history_gives_back_what_it_has_and_nothing_else(sequences: list[int]) -> None:
    history = History(64)
    for number, sequence in enumerate(sequences):
        history.keep(Outgoing(number.to_bytes(4, "big"), Numbers(sequence, 0)))
    latest = {sequence: number for number, sequence in enumerate(sequences)}
    for sequence in latest:
        found = history.find(sequence)
        assert found is None or int.from_bytes(found.data, "big") == latest[sequence]
    assert history.find(sequences[-1]) is not None


@given(st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=100))
def test_keyframe_requests_are_merged(moments: list[float]) -> None:
    gate = KeyframeGate()
    sent = [moment for moment in sorted(moments) if gate.ask(moment)]
    assert all(after - before >= KEYFRAME_INTERVAL_S for before, after in itertools.pairwise(sent))
    assert sent[0] == min(moments)


def test_a_keyframe_is_asked_for_until_it_comes() -> None:
    gate = KeyframeGate()
    assert gate.ask(0.0)
    assert not gate.due(0.4, 0.05)
    assert gate.due(0.5, 0.05), "the request was lost, or the browser left it out"
    assert not gate.due(1.0, 0.8), "the answer may be on its way"
    assert gate.due(1.3, 0.8)
    gate.answered()
    assert not gate.due(9.0, 0.05)


def test_reports_tell_loss_and_jitter() -> None:
    reception = Reception(48_000)
    assert reception.report(1, 0.0) is None
    for number in range(100):
        if number % 4:
            reception.packet(number, number * 960, 80, number * 0.02)
    block = reception.report(1, 2.0)
    assert block is not None
    assert block.packets_lost == 24
    assert block.fraction_lost == (24 << 8) // 99
    assert block.jitter == 0
    reception.packet(100, 100 * 960, 80, 100 * 0.02 + 0.016)
    assert reception.jitter_ms == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Kind.OTHER),
        (b"\x80", Kind.OTHER),
        (b"\x00\x01", Kind.STUN),
        (b"\x16\xfe", Kind.DTLS),
        (b"\x80\xc8", Kind.RTCP),
        (b"\x80\x60", Kind.RTP),
        (b"\x80\xe0", Kind.RTP),
        (b"\x40\x00", Kind.OTHER),
    ],
)
def test_datagrams_are_told_apart(data: bytes, expected: Kind) -> None:
    assert kind(data) is expected

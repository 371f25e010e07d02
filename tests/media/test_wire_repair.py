"""What repairs and measures: RED, RTX, arrival reports, H.264's beginnings; read back, and against any bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostrum.media.wire import h264, red, rtp, rtx
from rostrum.media.wire.outgoing import Outgoing
from rostrum.media.wire.sequence import Numbers, Shift
from rostrum.media.wire.transport_cc import Arrivals

UINT16, UINT32 = st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)


@given(st.binary(min_size=1, max_size=300), st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=1100))))
def test_red_brings_what_it_can_carry(primary: bytes, earlier: list[tuple[int, bytes]]) -> None:
    *brought, last = red.parse(red.build(111, primary, earlier))
    assert (last.behind, last.payload_type, last.data) == (0, 111, primary)
    carried = [(behind, frame) for behind, frame in earlier if 0 < behind < 1 << 14 and 0 < len(frame) < 1 << 10]
    assert [(one.behind, one.data) for one in brought] == carried


@given(st.binary(max_size=60))
def test_no_bytes_upset_red_and_h264(payload: bytes) -> None:
    h264.opens(payload)
    try:
        blocks = red.parse(payload)
    except rtp.Malformed:
        return
    assert sum(len(block.data) for block in blocks) < len(payload)


@given(UINT16, UINT32, st.binary(min_size=1, max_size=200), UINT16, UINT32, st.booleans())
def test_a_retransmission_is_the_packet_itself(
    sequence: int, timestamp: int, payload: bytes, number: int, ssrc: int, extended: bool
) -> None:
    extension = rtp.one_byte_extension({3: b"abc"}) if extended else b""
    original = rtp.header(True, 96, sequence, timestamp, 7, extension=extension) + payload
    wrapped = rtp.parse(rtx.wrap(original, 97, number, ssrc))
    assert (wrapped.payload_type, wrapped.sequence, wrapped.ssrc) == (97, number, ssrc)
    again = rtx.unwrap(wrapped, 96, 7)
    assert again is not None
    assert (again.sequence, again.timestamp, again.marker, again.payload) == (sequence, timestamp, True, payload)
    assert (again.payload_type, again.ssrc) == (96, 7)


def test_padding_is_no_retransmission() -> None:
    assert rtx.unwrap(rtp.parse(rtp.header(False, 97, 1, 1, 1) + b"\0\1"), 96, 7) is None


def arrivals_in(packet: bytes) -> tuple[int, dict[int, float]]:
    """An arrival report as the draft lays it out, read by other code than ours: (reference in s, number to seconds)."""
    assert packet[0] & 0x1F == 15
    assert packet[1] == 205
    assert 4 * (struct.unpack_from("!H", packet, 2)[0] + 1) == len(packet)
    base, count, reference = struct.unpack_from("!HHI", packet, 12)
    at = 20
    symbols: list[int] = []
    while len(symbols) < count:
        (chunk,) = struct.unpack_from("!H", packet, at)
        at += 2
        if chunk >> 15:
            width = 2 if chunk >> 14 & 1 else 1
            symbols += [chunk >> shift & (1 << width) - 1 for shift in range(14 - width, -1, -width)]
        else:
            symbols += [chunk >> 13] * (chunk & 0x1FFF)
    now = (reference >> 8) * 256
    found = {}
    for index, symbol in enumerate(symbols[:count]):
        if symbol == 1:
            now += packet[at]
            at += 1
        elif symbol == 2:
            now += struct.unpack_from("!h", packet, at)[0]
            at += 2
        if symbol:
            found[(base + index) & 0xFFFF] = now * 250e-6
    return reference & 0xFF, found


@given(
    st.integers(1 << 16, 1 << 17),
    st.lists(st.tuples(st.integers(1, 30), st.floats(0, 3.0)), min_size=1, max_size=120),
)
def test_an_arrival_report_says_what_came_and_when(first: int, steps: list[tuple[int, float]]) -> None:
    arrivals = Arrivals()
    number, now_s, came = first, 1000.0, {}
    for step, wait_s in steps:
        arrivals.packet(number, now_s)
        came[number & 0xFFFF] = now_s
        number += step
        now_s += wait_s
    packet = arrivals.report(1, 2)
    assert packet is not None
    count, found = arrivals_in(packet)
    assert count == 0
    assert found.keys() == came.keys()
    for one, at_s in found.items():
        assert at_s == pytest.approx(came[one], abs=0.001)
    assert arrivals.report(1, 2) is None, "each packet is told of once"


def test_arrival_reports_follow_on_each_other() -> None:
    arrivals = Arrivals()
    arrivals.packet(70_000, 5.0)
    arrivals.report(1, 2)
    arrivals.packet(69_999, 5.1)
    assert arrivals.report(1, 2) is None, "it was reported as missing"
    arrivals.packet(70_003, 5.2)
    packet = arrivals.report(1, 2)
    assert packet is not None
    count, found = arrivals_in(packet)
    assert count == 1
    assert found == {70_003 & 0xFFFF: pytest.approx(5.2, abs=0.001)}
    assert struct.unpack_from("!HH", packet, 12) == (70_001 & 0xFFFF, 3)


@pytest.mark.parametrize(
    ("payload", "opens"),
    [
        (b"", False),
        (b"\x67\x42", True),
        (b"\x65\x88", True),
        (b"\x41\x9a", False),
        (b"\x68\xce", False),
        (b"\x78\x00\x02\x67\x42\x00\x02\x68\xce", True),
        (b"\x78\x00\x02\x09\x10\x00\x02\x41\x9a", False),
        (b"\x7c\x85\x88", True),
        (b"\x7c\x05\x88", False),
        (b"\x7c\x81\x88", False),
    ],
)
def test_where_an_h264_decoder_can_begin(payload: bytes, opens: bool) -> None:
    assert h264.opens(payload) is opens


@given(UINT16, UINT32, st.integers(0, 0x7FFF), st.integers(0, 255), st.integers(-70_000, 70_000), UINT32)
def test_a_receivers_own_numbers_stand_in_its_copy(
    sequence: int, timestamp: int, picture: int, tl0: int, sequences: int, ticks: int
) -> None:
    descriptor = struct.pack("!BBHBB", 0x90, 0xE0, 0x8000 | picture, tl0, 0)
    head = rtp.header(True, 96, sequence, timestamp, 9)
    out = Outgoing(
        head + descriptor + b"rest", Numbers(sequence, timestamp, picture, tl0), len(head) + 2, 15, len(head) + 4
    )
    shift = Shift(sequences, ticks, 5, 7)
    packet = rtp.parse(out.shifted(shift))
    assert packet.sequence == (sequence + sequences) & 0xFFFF
    assert packet.timestamp == (timestamp + ticks) & 0xFFFFFFFF
    assert packet.payload[2:] == struct.pack("!HBB", 0x8000 | picture + 5 & 0x7FFF, tl0 + 7 & 0xFF, 0) + b"rest"
    assert out.shifted(Shift()) == out.data

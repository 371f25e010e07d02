"""Every receiver's copy of a packet carries its own numbers, whether it moved alone or with others."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from rostrum.media.sfu.shifts import Shifts
from rostrum.media.wire.outgoing import Outgoing
from rostrum.media.wire.sequence import STAY, Numbers, Shift

SHIFTS = st.builds(
    Shift, st.integers(-70_000, 70_000), st.integers(0, 1 << 32), st.integers(-9, 9), st.integers(0, 255)
)
PACKET = Outgoing(bytes(20), Numbers(70_000, 4_000_000_000, 40_000, 250), 14, 15, 17)


def written(shifts: list[Shift]) -> list[bytes]:
    """The packet's copies, as a batch has them."""
    found = Shifts.of(shifts)
    copies = [bytearray(PACKET.data) for _ in shifts]

    def put(at: int, column: bytes) -> None:
        assert len(column) == len(shifts)
        for copy, byte in zip(copies, column, strict=True):
            copy[at] = byte

    if found is not None:
        found.write(PACKET, put)
    return [bytes(one) for one in copies]


@given(st.lists(SHIFTS, min_size=1, max_size=64), st.integers(1, 8))
def test_a_batch_is_written_as_each_would_be_alone(shifts: list[Shift], alike: int) -> None:
    for batch in (shifts, shifts[:1] * alike):
        copies = written(batch)
        for shift, copy in zip(batch, copies, strict=True):
            if any(one != STAY for one in batch):
                place = PACKET.place
                sequence, timestamp = struct.unpack_from("!HI", copy, 2)
                assert sequence == (place.sequence + shift.sequence) & 0xFFFF
                assert timestamp == (place.timestamp + shift.timestamp) & 0xFFFFFFFF
                assert struct.unpack_from("!H", copy, 14)[0] == 0x8000 | (place.picture_id + shift.picture_id) & 0x7FFF
                assert copy[17] == (place.tl0_index + shift.tl0_index) & 0xFF


def test_where_nobody_differs_nothing_is_written() -> None:
    assert Shifts.of([STAY, STAY]) is None

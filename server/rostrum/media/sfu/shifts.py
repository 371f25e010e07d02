"""The numbers of receivers that came from another lane, written into their copies of a packet, a column at a time."""

import sys
from array import array
from collections.abc import Callable, Sequence

from rostrum.media.wire.outgoing import SEQUENCE_AT, TIMESTAMP_AT, Outgoing
from rostrum.media.wire.sequence import STAY, Shift

_SWAPPED = sys.byteorder == "little"


class Shifts:
    """The shifts of one batch of receivers, in the order of their buffers."""

    def __init__(self, shifts: Sequence[Shift]) -> None:
        # Those who moved together differ by the same: one of them is reckoned, and written to all.
        self._times = len(shifts) if len(set(shifts)) == 1 else 1
        shifts = shifts[:1] if self._times > 1 else shifts
        self._sequences = [one.sequence for one in shifts]
        self._timestamps = [one.timestamp for one in shifts]
        self._pictures = [one.picture_id for one in shifts]
        self._tl0s = [one.tl0_index for one in shifts]

    @classmethod
    def of(cls, shifts: Sequence[Shift]) -> "Shifts | None":
        """None where nobody's numbers differ, so that nothing need be written."""
        return None if all(one == STAY for one in shifts) else cls(shifts)

    def write(self, packet: Outgoing, put: Callable[[int, bytes], None]) -> None:
        """Hand each column of bytes that differs to `put`, with its offset in the packet."""
        place = packet.place
        _columns(SEQUENCE_AT, array("H", [place.sequence + one & 0xFFFF for one in self._sequences]) * self._times, put)
        timestamps = array("I", [place.timestamp + one & 0xFFFFFFFF for one in self._timestamps]) * self._times
        _columns(TIMESTAMP_AT, timestamps, put)
        if packet.picture_at >= 0:
            pictures = [place.picture_id + one for one in self._pictures]
            if packet.picture_bits == 15:
                _columns(packet.picture_at, array("H", [0x8000 | one & 0x7FFF for one in pictures]) * self._times, put)
            else:
                put(packet.picture_at, bytes([one & 0x7F for one in pictures]) * self._times)
        if packet.tl0_at >= 0:
            put(packet.tl0_at, bytes([place.tl0_index + one & 0xFF for one in self._tl0s]) * self._times)

    def write_clock(self, timestamp: int, at: int, put: Callable[[int, bytes], None]) -> None:
        """The same for a sender report, whose RTP time stands at an offset."""
        timestamps = array("I", [timestamp + one & 0xFFFFFFFF for one in self._timestamps]) * self._times
        _columns(at, timestamps, put)


def _columns(at: int, values: "array[int]", put: Callable[[int, bytes], None]) -> None:
    if _SWAPPED:
        values.byteswap()
    raw = values.tobytes()
    width = values.itemsize
    for index in range(width):
        put(at + index, raw[index::width])

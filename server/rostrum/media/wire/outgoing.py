"""A packet as a lane sends it, and as a receiver gets it whose numbers differ from the lane's."""

import struct
from dataclasses import dataclass

from rostrum.media.wire.sequence import STAY, Numbers, Shift

_SHORT, _WORD = struct.Struct("!H"), struct.Struct("!I")
SEQUENCE_AT, TIMESTAMP_AT = 2, 4


@dataclass(slots=True, frozen=True)
class Outgoing:
    """`place` are the lane's numbers, as they stand in `data`. The offsets count from the packet's start; -1: there is
    no such field."""

    data: bytes
    place: Numbers
    picture_at: int = -1
    picture_bits: int = 0
    tl0_at: int = -1

    def shifted(self, shift: Shift) -> bytes:
        """The packet with a receiver's numbers."""
        if shift == STAY:
            return self.data
        place = self.place.moved(shift)
        patched = bytearray(self.data)
        _SHORT.pack_into(patched, SEQUENCE_AT, place.sequence & 0xFFFF)
        _WORD.pack_into(patched, TIMESTAMP_AT, place.timestamp)
        if self.picture_at >= 0:
            if self.picture_bits == 15:
                _SHORT.pack_into(patched, self.picture_at, 0x8000 | place.picture_id & 0x7FFF)
            else:
                patched[self.picture_at] = place.picture_id & 0x7F
        if self.tl0_at >= 0:
            patched[self.tl0_at] = place.tl0_index
        return bytes(patched)

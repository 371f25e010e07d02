"""A receiver and its seats: what it negotiated for each slot, which lane serves each, and where its packets go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rostrum.assembly.program import Audience, Program, Slot, place_source
from rostrum.media.engine import Picture, Wish
from rostrum.media.wire import rtp, rtx
from rostrum.media.wire.layers import BEST, PLAIN, Level, VideoGate
from rostrum.media.wire.sequence import STAY, Numbers, Shift

if TYPE_CHECKING:
    from rostrum.media.sfu.fanout import Egress
    from rostrum.media.sfu.lane import Lane
    from rostrum.media.sfu.track import Track

_ERAS_KEPT = 3
_SIGNING = Level(1, BEST.time)
"""How much of the picture of an interpreter of International Sign is given, on every line that carries pictures."""
_SIZES = {Wish.SMALL: 0, Wish.MEDIUM: 1, Wish.FULL: 2}


@dataclass(frozen=True)
class Shape:
    """What a receiver negotiated for a slot; receivers of different shapes cannot share packets.

    `abs_send_time_id` is the identifier of that header extension; it and the further payload types are 0 where they
    were not negotiated."""

    slot: Slot
    kind: str
    clock_rate: int
    payload_type: int
    abs_send_time_id: int = 0
    rtx_payload_type: int = 0
    red_payload_type: int = 0
    h264_payload_type: int = 0

    def type_for(self, codec: str) -> int:
        """The payload type of a track's codec, 0 where the receiver does not have it."""
        return self.h264_payload_type if codec == "h264" else self.payload_type


class Seat:
    """A receiver's place in the lanes of one slot: where it is served, where it is going, and how its numbers differ
    from the lane's."""

    __slots__ = (
        "_eras",
        "_repairs",
        "clock",
        "lane",
        "last",
        "last_at_s",
        "receiver",
        "repair_ssrc",
        "shape",
        "shift",
        "ssrc",
        "waits_in",
    )

    def __init__(self, receiver: Receiver, shape: Shape, ssrc: int, repair_ssrc: int) -> None:
        self.receiver = receiver
        self.shape = shape
        self.ssrc, self.repair_ssrc = ssrc, repair_ssrc
        self.lane: Lane | None = None
        """Whose packets it gets."""
        self.waits_in: Lane | None = None
        """Which it enters as soon as that lane comes to something that a decoder can go on with."""
        self.shift = STAY
        """From the lane's numbers to the receiver's."""
        self.last: Numbers | None = None
        """The receiver's newest numbers when it left its former lane; None: nothing was sent yet."""
        self.last_at_s: float | None = None
        self.clock: tuple[Track | None, int, int] | None = None
        """The track that it was given there, and what was added to that track's timestamps and TL0PICIDX for it."""
        self._eras: list[tuple[int, Lane, Shift]] = []
        self._repairs = 0

    def entered(self, lane: Lane, first: int, shift: Shift) -> None:
        """From the lane's number `first` (unwrapped) on it is served there."""
        self.lane, self.waits_in, self.shift = lane, None, shift
        self._eras.insert(0, (first + shift.sequence, lane, shift))
        del self._eras[_ERAS_KEPT:]

    def again(self, sequence: int) -> bytes | None:
        """A packet that the receiver misses, by the number that it knows: as a retransmission where it negotiated
        those for its codec, else as it was. None where it is gone."""
        newest = self.last if self.lane is None else self.lane.last.moved(self.shift)
        if newest is None:
            return None
        number = newest.sequence - ((newest.sequence - sequence) & 0xFFFF)
        for first, lane, shift in self._eras:
            if number >= first:
                kept = lane.again(number - shift.sequence)
                if kept is None:
                    return None
                packet = kept.shifted(shift)
                # A retransmission format is one codec's (RFC 4588 section 8.1), and it is VP8's that was negotiated.
                if self.shape.rtx_payload_type and rtp.parse(packet).payload_type == self.shape.payload_type:
                    self._repairs += 1
                    return rtx.wrap(packet, self.shape.rtx_payload_type, self._repairs, self.repair_ssrc)
                return packet
        return None

    def request_keyframe(self, now_s: float) -> None:
        """The receiver cannot go on without a keyframe."""
        for lane in (self.lane, self.waits_in):
            if lane is not None:
                lane.request_keyframe(now_s)


class Receiver:
    """Someone who watches."""

    def __init__(
        self,
        audience: Audience,
        place_id: str | None,
        shapes: Mapping[Slot, Shape],
        ssrcs: Mapping[Slot, int],
        repair_ssrcs: Mapping[Slot, int],
    ) -> None:
        self.audience = audience
        self.own_source = None if place_id is None else place_source(place_id)
        self.seats = {slot: Seat(self, shape, ssrcs[slot], repair_ssrcs[slot]) for slot, shape in shapes.items()}
        self.gate = VideoGate()
        self.wishes: dict[Slot, Level | None] = {Slot.PODIUM: Level(0, 2), Slot.SIGN: _SIGNING}
        """The most that the receiver wants of a picture; None: no picture. Not there: all that its line carries."""
        self.egress: Egress | None = None
        """Where its packets go and with what keys; None while it is not connected."""

    @property
    def bitrate_bps(self) -> float:
        """What it is sent, all slots together."""
        return sum(seat.lane.bitrate_bps for seat in self.seats.values() if seat.lane is not None)

    @property
    def picture_bps(self) -> float:
        """What it is sent of pictures. Browsers' estimates (REMB) are of these alone: they go by abs-send-time."""
        seats = (seat for seat in self.seats.values() if seat.shape.kind == "video")
        return sum(seat.lane.bitrate_bps for seat in seats if seat.lane is not None)

    def wish(self, most: Wish) -> None:
        """No more of pictures than this from now on. The podium is small on every page; hands must be seen."""
        size = _SIZES.get(most)
        self.wishes = {
            Slot.STAGE: None if size is None else Level(size, BEST.time),
            Slot.PODIUM: None if size is None else Level(0, BEST.time),
            Slot.SIGN: None if size is None else _SIGNING,
        }

    def standing(self, costs: Mapping[Level, float]) -> tuple[Picture | None, bool]:
        """What it is given of the stage, whose levels these are, and whether its line keeps it from more."""
        seat = self.seats.get(Slot.STAGE)
        if seat is None or not costs:
            return None, False
        wish = self.wishes.get(Slot.STAGE, BEST)
        if wish is None:
            return Picture.NONE, False
        if self.gate.paused:
            return Picture.PAUSED, True
        level = self.level(Slot.STAGE)
        given = max((one for one in costs if level is not None and one <= level), default=min(costs))
        wished = max((one for one in costs if one <= wish), default=min(costs))
        return _named(given.size, max(costs).size), self.gate.lowered and given < wished

    def wants(self, program: Program, slot: Slot) -> str | None:
        """The source that the program gives this receiver in a slot. A voice that may go on only masked does not: this
        engine forwards, and changes nothing."""
        fill = program.fill(self.audience, slot)
        return None if fill.masked else fill.for_place(self.own_source)

    def level(self, slot: Slot) -> Level | None:
        """What it is to be given of a slot's source: no more than its line carries, nor than it wishes."""
        shape = self.seats[slot].shape
        if shape.kind == "audio":
            return self.gate.sound if shape.red_payload_type else PLAIN
        wish = self.wishes.get(slot, BEST)
        if slot is Slot.SIGN and wish is not None:
            # Never dropped before the stage: what a tight line has to give up is given up there.
            return Level(0, wish.time) if self.gate.paused else wish
        if self.gate.paused or wish is None:
            return None
        return min(self.gate.picture, wish)


def _named(size: int, largest: int) -> Picture:
    """What a layer is called, given the largest that there is: a picture that comes in one size is full."""
    if size == largest:
        return Picture.FULL
    return Picture.MEDIUM if size else Picture.SMALL

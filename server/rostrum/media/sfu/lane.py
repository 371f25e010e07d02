"""A lane: one outgoing stream and all the receivers that get the very same packets, but for where their numbers begin.

Every receiver's seat is in one lane. Receivers who want the same of the same source share a lane, so that a packet is
rewritten once and only encrypted for each. A receiver that comes from another lane keeps its own numbers going: the
distance between its numbers and the lane's is its shift (`shifts.py` writes it), and its decoder notices nothing.
"""

import random

from rostrum.media.sfu.fanout import Roster
from rostrum.media.sfu.slot import Seat, Shape
from rostrum.media.sfu.track import Inbound, Track
from rostrum.media.wire import red, rtcp_build, rtp, vp8
from rostrum.media.wire.history import History
from rostrum.media.wire.layers import REDUNDANT, Level
from rostrum.media.wire.outgoing import Outgoing
from rostrum.media.wire.sequence import STAY, Numbers, Rewriter, Shift, following

_HISTORY = {"video": 512, "audio": 128}
_ROLLOVER_NEAR = 0xF000
_FILLER = b"\0\0\0\4"


def _fresh(clock_rate: int) -> Rewriter:
    return Rewriter(
        clock_rate,
        first_sequence=random.randrange(1, 1 << 15),  # noqa: S311 - a starting point, not a secret
        first_timestamp=random.randrange(1 << 32),  # noqa: S311
        first_picture_id=random.randrange(1 << 15),  # noqa: S311
    )


class Lane:
    """One outgoing stream. See the module.

    Lanes with something to send put themselves into `outbox`, which is emptied once all that had arrived is read."""

    def __init__(self, shape: Shape, ssrc: int, wanted: str | None, level: Level, outbox: "list[Lane]") -> None:
        self.shape = shape
        self.ssrc = ssrc
        self.wanted = wanted
        """The name of the source that the lane is to carry."""
        self.level = level
        """How much of it."""
        self.members: dict[Seat, None] = {}
        self.waiting: dict[Seat, None] = {}
        """Those who come in with the next packet that they can begin with."""
        self.track: Track | None = None
        self.packets = self.octets = self.dropped = 0
        self.bitrate_bps = 0.0
        """What a receiver is sent, over the last second or so."""
        self._measured = (0, 0.0)
        self._outbox = outbox
        self._pending: list[Outgoing] = []
        self._entering: list[Seat] = []
        self._roster: Roster | None = None
        self._history = History(_HISTORY[shape.kind])
        self._held = True
        self._begun = False
        self._next: Track | None = None
        self._frame_before: tuple[int, bytes] | None = None
        self._rewriter = _fresh(shape.clock_rate)

    @property
    def key(self) -> tuple[Shape, str | None, Level]:
        """What makes it one lane: nobody needs two that are alike."""
        return self.shape, self.wanted, self.level

    @property
    def empty(self) -> bool:
        """Whether nobody is in it nor waits to be."""
        return not self.members and not self.waiting

    @property
    def last(self) -> Numbers:
        """The newest packet's numbers."""
        return self._rewriter.last

    def await_entry(self, seat: Seat, now_s: float) -> None:
        """Let a seat in as soon as its decoder can go on with what comes: a sound at once, a picture with the next
        keyframe. Until then it is served where it was."""
        if seat.waits_in is not None:
            seat.waits_in.give_up(seat)
        seat.waits_in = self
        self.waiting[seat] = None
        self._look_out()
        if self.shape.kind == "video" and not self._same_picture(seat):
            self.request_keyframe(now_s)

    def give_up(self, seat: Seat) -> None:
        """A seat waits here no longer."""
        self.waiting.pop(seat, None)
        seat.waits_in = None
        self._look_out()

    def leave(self, seat: Seat) -> None:
        """Let a seat go, which remembers how far it came."""
        if seat not in self.members:
            return
        self.flush()
        del self.members[seat]
        if self._rewriter.last_at_s is not None:
            seat.last, seat.last_at_s = self.last.moved(seat.shift), self._rewriter.last_at_s
            if self._held:
                seat.clock = None
            else:
                ours, own = self._rewriter.shift, seat.shift
                seat.clock = (self.track, ours.timestamp + own.timestamp, ours.tl0_index + own.tl0_index)
        seat.lane = None
        self._roster = None

    def refresh(self) -> None:
        """A member's address or keys changed."""
        self._roster = None

    def carry(self, track: Track | None, now_s: float, *, at_once: bool = True) -> None:
        """Carry this track from its next keyframe on (sound: at once); None: fall silent.

        `at_once`: what is carried now stops now. Else it goes on until that keyframe: another layer of the same."""
        if track is not None and not self.shape.type_for(track.codec):
            track = None
        if track is self.track or (track is self._next and track is not None and not at_once):
            if track is self.track:
                self._succeed(None)
            return
        if track is not None and self.track is not None and not at_once and not self._held:
            self._succeed(track)
            track.request_keyframe(now_s)
            return
        self._succeed(None)
        self._cut_to(track)
        self._held = True
        if track is not None:
            track.request_keyframe(now_s)

    def _cut_to(self, track: Track | None) -> None:
        self.flush()
        if self.track is not None:
            self.track.lanes.remove(self)
            self.track.expecting.pop(self, None)
        self.track = track
        self._frame_before = None
        if track is not None:
            track.lanes.append(self)
        self._look_out()

    def _succeed(self, track: Track | None) -> None:
        if self._next is not None and self._next is not self.track:
            self._next.expecting.pop(self, None)
        self._next = track
        if track is not None:
            track.expecting[self] = None

    def _look_out(self) -> None:
        if self.track is not None:
            if self.waiting:
                self.track.expecting[self] = None
            else:
                self.track.expecting.pop(self, None)

    def welcome(self, track: Track, inbound: Inbound) -> None:
        """See `Carrier`: go over to the next layer, and let in those who can begin with this packet."""
        if track is self._next and inbound.opens:
            self._next = None
            track.expecting.pop(self, None)
            self._cut_to(track)
            self._held = True
        if track is not self.track:
            return
        if self._held and not inbound.opens:
            return
        ready = [seat for seat in self.waiting if inbound.opens or self._can_change_pace(seat, inbound)]
        for seat in ready:
            if seat.lane is not None:
                seat.lane.leave(seat)
            del self.waiting[seat]
            self._entering.append(seat)
        if ready:
            self._look_out()

    def _same_picture(self, seat: Seat) -> bool:
        """Whether a seat is given the same track where it is, so that no keyframe is needed to bring it here."""
        former = seat.lane
        return former is not None and former.track is self.track and self.track is not None and not former.held

    @property
    def held(self) -> bool:
        """Whether nothing is sent until something comes that a decoder can begin with."""
        return self._held

    def _can_change_pace(self, seat: Seat, inbound: Inbound) -> bool:
        """Whether a seat that is given the same track at another pace can go on here with this packet: it slows down
        between pictures, and goes faster with one that needs no other of its pace (RFC 7741, the Y bit)."""
        descriptor, former = inbound.descriptor, seat.lane
        if descriptor is None or former is None or not self._same_picture(seat) or not descriptor.starts_frame:
            return False
        pace = descriptor.temporal_layer
        if pace > self.level.time:
            return False
        return former.level.time >= self.level.time or (descriptor.layer_sync and pace > former.level.time)

    def request_keyframe(self, now_s: float) -> None:
        """A receiver cannot go on without a keyframe."""
        if self.track is not None:
            self.track.request_keyframe(now_s)

    def measure(self, now_s: float) -> None:
        """Take the bitrate since the last time."""
        octets, at_s = self._measured
        if now_s > at_s:
            self.bitrate_bps = 8 * (self.octets - octets) / (now_s - at_s) if at_s else 0.0
            self._measured = (self.octets, now_s)

    def forward(self, inbound: Inbound, now_s: float) -> None:
        """Rewrite a packet of the current track; it is sent to all when the outbox is emptied, in a moment."""
        if self._held:
            if not inbound.opens:
                return
            self._continue_for_newcomers(now_s)
            self._rewriter.switch(inbound.numbers, now_s)
            self._held, self._begun = False, True
        if inbound.pace > self.level.time and self._rewriter.skip(inbound.numbers):
            return
        place = self._rewriter.rewrite(inbound.numbers, now_s)
        if place is None:
            return
        if self._entering:
            self._let_in(place, now_s)
        out = self._built(inbound, place, now_s)
        self._history.keep(out)
        self.packets += 1
        self.octets += inbound.packet.payload_end - inbound.packet.payload_start
        if not self._pending:
            self._outbox.append(self)
        self._pending.append(out)

    def _continue_for_newcomers(self, now_s: float) -> None:
        """A lane that has sent nothing yet takes up the numbers of those who come in, so that few need a shift."""
        if self._begun or self.members or not self._entering:
            return
        first = self._entering[0]
        if first.last is not None:
            self._rewriter.resume(first.last, now_s if first.last_at_s is None else first.last_at_s)

    def _let_in(self, place: Numbers, now_s: float) -> None:
        self.flush()
        for seat in self._entering:
            shift = STAY
            if seat.last is not None:
                shift = self._going_on(seat, seat.last, place, now_s)
            elif place.sequence & 0xFFFF >= _ROLLOVER_NEAR:
                # One who misses the first packets could not tell SRTP's rollover (RFC 3711 section 3.3.1).
                shift = Shift(sequence=random.randrange(1, 1 << 15) - place.sequence)  # noqa: S311
            seat.entered(self, place.sequence, shift)
            self.members[seat] = None
        self._entering.clear()
        self._roster = None

    def _going_on(self, seat: Seat, last: Numbers, place: Numbers, now_s: float) -> Shift:
        """The shift with which a seat's numbers follow on its last ones: by the track's own clock where it is given
        the same track as before, else by the one on the wall."""
        shift = following(last, place, now_s - (seat.last_at_s or now_s), self.shape.clock_rate)
        if seat.clock is None or seat.clock[0] is not self.track:
            return shift
        _, timestamp, tl0_index = seat.clock
        ours = self._rewriter.shift
        return Shift(
            shift.sequence,
            (timestamp - ours.timestamp) & 0xFFFFFFFF,
            shift.picture_id,
            (tl0_index - ours.tl0_index) & 0xFF,
        )

    def _built(self, inbound: Inbound, place: Numbers, now_s: float) -> Outgoing:
        packet, shape, descriptor = inbound.packet, self.shape, inbound.descriptor
        payload, payload_type = packet.payload, shape.type_for("" if self.track is None else self.track.codec)
        extension = b""
        if shape.abs_send_time_id:
            sent_at = int(now_s * (1 << 18)) & 0xFFFFFF
            extension = rtp.one_byte_extension({shape.abs_send_time_id: sent_at.to_bytes(3, "big")})
        skipped = inbound.pace > self.level.time
        if skipped:
            payload = _FILLER
        elif descriptor is not None:
            payload = vp8.renumber(payload, descriptor, place.picture_id & 0x7FFF, place.tl0_index)
        elif self.level == REDUNDANT and shape.red_payload_type:
            payload, payload_type = self._with_frame_before(inbound, payload), shape.red_payload_type
        head = rtp.header(
            packet.marker and not skipped,
            payload_type,
            place.sequence & 0xFFFF,
            place.timestamp,
            self.ssrc,
            extension=extension,
            padded=skipped,
        )
        at = len(head)
        if descriptor is None or skipped:
            return Outgoing(head + payload, place)
        return Outgoing(
            head + payload,
            place,
            at + descriptor.picture_id_at if descriptor.picture_id_at >= 0 else -1,
            descriptor.picture_id_bits,
            at + descriptor.tl0_at if descriptor.tl0_at >= 0 else -1,
        )

    def _with_frame_before(self, inbound: Inbound, payload: bytes) -> bytes:
        timestamp = inbound.packet.timestamp
        earlier = []
        if self._frame_before is not None:
            earlier = [((timestamp - self._frame_before[0]) & 0xFFFFFFFF, self._frame_before[1])]
        if not inbound.late:
            self._frame_before = (timestamp, payload)
        return red.build(self.shape.payload_type, payload, earlier)

    def flush(self) -> None:
        """Send what was forwarded since the last time."""
        pending, self._pending = self._pending, []
        if pending:
            _, dropped = self._ready().send_all(pending)
            self.dropped += dropped

    def _ready(self) -> Roster:
        if self._roster is None:
            # Those whose numbers are the lane's come first, so that their batches need no writing; then those together
            # whose numbers differ by the same, whose batches need little.
            seats = sorted(
                self.members, key=lambda seat: (seat.shift != STAY, seat.shift.sequence, seat.shift.timestamp)
            )
            present = [(seat.receiver.egress, seat.shift) for seat in seats]
            self._roster = Roster([(egress, shift) for egress, shift in present if egress is not None])
        return self._roster

    def again(self, sequence: int) -> Outgoing | None:
        """A packet sent lately, by the lane's own number, for repair."""
        return self._history.find(sequence)

    def report(self, offset_s: float, wall_s: float, cname: str) -> None:
        """Send all receivers a sender report. `offset_s`: our wall clock less the source's."""
        track = self.track
        clocks = None if track is None else track.reception.clocks
        if track is None or clocks is None or self._held:
            return
        source_wall_s, timestamp, _ = clocks
        elapsed = round((wall_s - offset_s - source_wall_s) * track.clock_rate)
        shifted = (timestamp + elapsed + self._rewriter.shift.timestamp) & 0xFFFFFFFF
        packet = rtcp_build.sender_report(self.ssrc, rtcp_build.ntp(wall_s), shifted, self.packets, self.octets, cname)
        self._ready().send_report(packet, shifted)

"""A published stream as it comes in: understood once, repaired upstream, handed to every lane that carries it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rostrum.media.wire import h264, rtcp, rtcp_build, vp8
from rostrum.media.wire.feedback import KeyframeGate
from rostrum.media.wire.reception import Reception
from rostrum.media.wire.repair import LossDetector
from rostrum.media.wire.rtp import Malformed, RtpPacket, Unwrapper
from rostrum.media.wire.sequence import Numbers

_PACES = 3
"""Layers of time that are told apart."""
ACTIVE_S = 1.5
"""A layer of which nothing came for so long is switched off: by a browser that has too little line or power for it."""


@dataclass(slots=True)
class Inbound:
    """A packet with what every lane needs to know of it."""

    packet: RtpPacket
    numbers: Numbers
    descriptor: vp8.Descriptor | None = None
    opens: bool = True
    """Whether a decoder can begin here."""
    late: bool = False
    """Whether a later packet was here before it."""

    @property
    def pace(self) -> int:
        """The layer of time."""
        return 0 if self.descriptor is None else self.descriptor.temporal_layer


class Carrier(Protocol):
    """What a track hands its packets to."""

    def welcome(self, track: "Track", inbound: Inbound) -> None:
        """Called before `forward`, where the carrier asked for it by `Track.expecting`."""

    def forward(self, inbound: Inbound, now_s: float) -> None:
        """Take one packet."""


class Track:
    """One incoming stream: a sound, or one layer of a picture."""

    def __init__(
        self,
        kind: str,
        clock_rate: int,
        ssrc: int,
        *,
        send_rtcp: Callable[[bytes], None] | None,
        our_ssrc: int = 1,
        codec: str = "",
        asks_by_fir: bool = False,
    ) -> None:
        """`kind` is "video" or "audio"; `codec` its name in lower case, by default VP8 or Opus. `send_rtcp` goes to
        the publisher; None for a local player."""
        self.kind = kind
        self.codec = codec or ("vp8" if kind == "video" else "opus")
        self.clock_rate = clock_rate
        self.ssrc = ssrc
        self.lanes: list[Carrier] = []
        self.crossers: list[Carrier] = []
        """Those that carry it to other workers, where it is asked for keyframes as long as someone waits for one."""
        self.expecting: dict[Carrier, None] = {}
        """Carriers that look at each packet before it is forwarded: someone waits there to come in."""
        self.reception = Reception(clock_rate)
        self.on_first: Callable[[], None] | None = None
        """Called once, with the first packet: from then on the source is there."""
        self.last_at_s = 0.0
        """When the last packet came."""
        self._loss = LossDetector()
        self._gate = KeyframeGate()
        self._send_rtcp = send_rtcp
        self._our_ssrc = our_ssrc
        self._asks_by_fir = asks_by_fir
        self._requests = 0
        self._sequences = Unwrapper(16)
        self._pictures = Unwrapper(15)
        self._newest = -1
        self._octets = [0] * _PACES
        self._octets_before, self._measured_s = [0] * _PACES, 0.0
        self.paces_bps: tuple[float, ...] = ()
        """The bitrate up to each layer of time that there is, at the last measuring."""

    @property
    def started(self) -> bool:
        """Whether anything came yet."""
        return self.reception.received > 0

    def active(self, now_s: float) -> bool:
        """Whether packets come now."""
        return self.started and now_s - self.last_at_s < ACTIVE_S

    def receive(self, packet: RtpPacket, now_s: float) -> None:
        """Take a packet of this stream. Broken descriptors are dropped without a word."""
        try:
            inbound = self._understood(packet)
        except Malformed:
            return
        first = not self.started
        numbers = inbound.numbers
        if not self._loss.arrived(numbers.sequence, now_s):
            return
        self.reception.packet(numbers.sequence, packet.timestamp, len(packet.data), now_s)
        self.last_at_s = now_s
        self._octets[min(inbound.pace, _PACES - 1)] += len(packet.data)
        if self.expecting and (inbound.opens or not inbound.late):
            for carrier in tuple(self.expecting):
                carrier.welcome(self, inbound)
        for lane in self.lanes:
            lane.forward(inbound, now_s)
        for crosser in self.crossers:
            crosser.forward(inbound, now_s)
        if first and self.on_first is not None:
            self.on_first()

    def _understood(self, packet: RtpPacket) -> Inbound:
        descriptor, opens = None, self.kind == "audio"
        picture_id = tl0_index = 0
        if self.kind == "video" and packet.payload_end > packet.payload_start:
            if self.codec == "h264":
                opens = h264.opens(packet.payload)
            else:
                descriptor = vp8.parse(packet.payload)
                opens = descriptor.keyframe
                tl0_index = max(descriptor.tl0_index, 0)
                if descriptor.picture_id >= 0:
                    picture_id = self._pictures.unwrap(descriptor.picture_id)
            if opens:
                self._gate.answered()
        sequence = self._sequences.unwrap(packet.sequence)
        late = sequence <= self._newest
        self._newest = max(self._newest, sequence)
        return Inbound(packet, Numbers(sequence, packet.timestamp, picture_id, tl0_index), descriptor, opens, late)

    def lacks(self, sequence: int) -> bool:
        """Whether the packet of this 16-bit number is not here, and would be of use."""
        if self._newest < 0:
            return False
        ahead = (sequence - self._newest) & 0xFFFF
        return 0 < ahead < 1 << 15 or self._loss.misses(self._newest - (-ahead & 0xFFFF))

    def measure(self, now_s: float) -> None:
        """Take the bitrates since the last time."""
        elapsed_s = now_s - self._measured_s
        if elapsed_s <= 0:
            return
        if self._measured_s:
            total = 0.0
            found: list[float] = []
            for after, before in zip(self._octets, self._octets_before, strict=True):
                total += 8 * (after - before) / elapsed_s
                if after > before or not found:
                    found.append(total)
            self.paces_bps = tuple(found)
        self._octets_before, self._measured_s = self._octets.copy(), now_s

    def request_keyframe(self, now_s: float) -> None:
        """Ask the publisher for a keyframe; requests within half a second become one."""
        if self.kind == "video" and self._send_rtcp is not None and self._gate.ask(now_s):
            self._ask_for_keyframe()

    def _ask_for_keyframe(self) -> None:
        if self._send_rtcp is None:
            return
        if self._asks_by_fir:
            self._requests += 1
            self._send_rtcp(rtcp_build.full_intra(self._our_ssrc, self.ssrc, self._requests))
        else:
            self._send_rtcp(rtcp_build.picture_loss(self._our_ssrc, self.ssrc))

    def repair(self, now_s: float, round_trip_s: float) -> None:
        """Ask for what is missing. To be called some fifty times a second."""
        if self._send_rtcp is None:
            return
        missing = self._loss.due(now_s, round_trip_s)
        if missing:
            self._send_rtcp(rtcp_build.nack(self._our_ssrc, self.ssrc, [number & 0xFFFF for number in missing]))
        if self._loss.hopeless:
            self._loss.hopeless = False
            if self.lanes:
                self.request_keyframe(now_s)
        if not self.lanes and not self.expecting:
            self._gate.answered()
        if self._gate.due(now_s, round_trip_s):
            self._ask_for_keyframe()

    def report(self, now_s: float) -> rtcp.ReportBlock | None:
        """A report block for the publisher, or None before the first packet."""
        return self.reception.report(self.ssrc, now_s)

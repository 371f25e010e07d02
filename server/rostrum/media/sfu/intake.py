"""A publisher's packets, sorted into its tracks by SSRC, and the SSRCs learned where the offer did not tell."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rostrum.media.sfu.line import Line
from rostrum.media.sfu.negotiate import (
    LAYER_URI,
    MID_URI,
    REPAIRED_LAYER_URI,
    TRANSPORT_CC_URI,
    Expected,
    Publication,
)
from rostrum.media.sfu.source import Feed, layer_key
from rostrum.media.sfu.track import Track
from rostrum.media.wire import red, rtcp, rtcp_build, rtp, rtx
from rostrum.media.wire.rtp import Malformed, RtpPacket
from rostrum.media.wire.transport_cc import Arrivals

_SSRC_LIMIT = 16
UPSTREAM_BPS = 2_500_000
"""What a publisher is allowed to send that does not find out for itself what its line carries."""
OUR_SSRC = 1
"""Who asks for repair and keyframes; we send no media to publishers."""
_ARRIVALS_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class _Bound:
    """What an SSRC carries: a track's packets, or its retransmissions."""

    track: Track
    stream: Expected
    repairs: bool = False


class Intake:
    """The incoming side of one publisher."""

    def __init__(
        self, publication: Publication, send_rtcp: Callable[[bytes], None], on_started: Callable[[], None]
    ) -> None:
        """`on_started` is called with the first packet of each stream."""
        self.feed = Feed()
        self._publication = publication
        self._send_rtcp = send_rtcp
        self._on_started = on_started
        self._by_ssrc: dict[int, _Bound] = {}
        self._silent = False
        self._octets = 0
        self._measured = (0, 0.0)
        self._mid_id = publication.extensions.get(MID_URI, 0)
        self._layer_id = publication.extensions.get(LAYER_URI, 0)
        self._repaired_layer_id = publication.extensions.get(REPAIRED_LAYER_URI, 0)
        self._transport_cc_id = publication.extensions.get(TRANSPORT_CC_URI, 0)
        self._arrivals = Arrivals()
        self._arrival_numbers = rtp.Unwrapper(16)
        self._arrivals_told_s = 0.0
        for stream in publication.streams:
            if stream.layers:
                continue
            for ssrc in stream.ssrcs[:1]:
                self._bind(stream, ssrc, 0)
            for repairing, repaired in stream.repairs.items():
                bound = self._by_ssrc.get(repaired)
                if bound is not None and stream.rtx_payload_type:
                    self._by_ssrc[repairing] = replace(bound, repairs=True)

    def _bind(self, stream: Expected, ssrc: int, size: int) -> _Bound:
        """A stream's packets come with this SSRC from now on; a former one of the same layer is forgotten."""
        key = layer_key(size) if stream.kind == "video" else "audio"
        track = Track(
            stream.kind,
            stream.clock_rate,
            ssrc,
            send_rtcp=self._send_rtcp,
            our_ssrc=OUR_SSRC,
            codec=stream.codec,
            asks_by_fir=stream.asks_by_fir,
        )
        track.on_first = self._on_started
        former = self.feed.tracks.get(key)
        self._by_ssrc = {number: one for number, one in self._by_ssrc.items() if one.track is not former}
        bound = self._by_ssrc[ssrc] = _Bound(track, stream)
        self.feed.tracks[key] = track
        return bound

    def receive(self, data: bytes, now_s: float) -> None:
        """Take one RTP packet, decrypted. Malformed and unknown ones are dropped."""
        try:
            packet = rtp.parse(data)
            self._octets += len(data)
            if self._transport_cc_id:
                self._note_arrival(packet, now_s)
            bound = self._by_ssrc.get(packet.ssrc) or self._learn(packet)
            if bound is not None and not (self._silent and bound.stream.kind == "audio"):
                self._take(bound, packet, now_s)
        except Malformed:
            return

    def silence(self, *, silent: bool) -> None:
        """Drop the sound as it comes, or let it through again.

        What comes then is a track of its own, in which nothing is missing: else what was said in between would be asked
        for again as if it had been lost."""
        if silent == self._silent:
            return
        self._silent = silent
        if silent:
            self.feed.tracks.pop("audio", None)
            return
        for ssrc, bound in list(self._by_ssrc.items()):
            if bound.stream.kind == "audio" and not bound.repairs:
                self._bind(bound.stream, ssrc, 0)

    def _note_arrival(self, packet: RtpPacket, now_s: float) -> None:
        number = rtp.extensions(packet).get(self._transport_cc_id, b"")
        if len(number) == 2:
            self._arrivals.packet(self._arrival_numbers.unwrap(int.from_bytes(number, "big")), now_s)

    def _take(self, bound: _Bound, packet: RtpPacket, now_s: float) -> None:
        stream, track = bound.stream, bound.track
        if bound.repairs:
            repaired = rtx.unwrap(packet, stream.payload_type, track.ssrc)
            if repaired is not None:
                track.receive(repaired, now_s)
        elif stream.red_payload_type and packet.payload_type == stream.red_payload_type:
            self._take_redundant(track, stream, packet, now_s)
        elif packet.payload_type == stream.payload_type:
            track.receive(packet, now_s)

    def _take_redundant(self, track: Track, stream: Expected, packet: RtpPacket, now_s: float) -> None:
        """Unpack a sound with the frame before it, which is taken where it was lost."""
        *earlier, primary = red.parse(packet.payload)
        for back, block in enumerate(reversed(earlier), start=1):
            sequence = (packet.sequence - back) & 0xFFFF
            if block.payload_type == stream.payload_type and track.lacks(sequence):
                timestamp = (packet.timestamp - block.behind) & 0xFFFFFFFF
                track.receive(_plain(stream, packet, block.data, sequence, timestamp), now_s)
        track.receive(_plain(stream, packet, primary.data, packet.sequence, packet.timestamp), now_s)

    def _learn(self, packet: RtpPacket) -> _Bound | None:
        """Bind an SSRC that the offer did not name: by its MID and layer (RFC 8843 section 9.2, RFC 8852), else by its
        payload type."""
        if len(self._by_ssrc) >= _SSRC_LIMIT:
            return None
        extensions = rtp.extensions(packet)
        mid = extensions.get(self._mid_id, b"") if self._mid_id else b""
        for stream in self._publication.streams:
            told = bool(stream.ssrcs) and not stream.layers
            if told or (mid and stream.mid.encode() != mid):
                continue
            repairs = bool(stream.rtx_payload_type) and packet.payload_type == stream.rtx_payload_type
            if not repairs and packet.payload_type not in (stream.payload_type, stream.red_payload_type or -1):
                continue
            name = extensions.get(self._repaired_layer_id if repairs else self._layer_id, b"").decode(
                "ascii", "replace"
            )
            if stream.layers and name not in stream.layers:
                continue
            size = stream.layers.index(name) if stream.layers else 0
            if not repairs:
                return self._bind(stream, packet.ssrc, size)
            repaired = self.feed.tracks.get(layer_key(size) if stream.kind == "video" else "audio")
            if repaired is not None:
                return self._by_ssrc.setdefault(packet.ssrc, _Bound(repaired, stream, repairs=True))
        return None

    def receive_rtcp(self, data: bytes, now_s: float, wall_s: float) -> None:
        """Take one RTCP packet, decrypted."""
        try:
            messages = rtcp.parse(data)
        except Malformed:
            return
        for message in messages:
            if isinstance(message, rtcp.SenderReport):
                bound = self._by_ssrc.get(message.ssrc)
                if bound is not None and not bound.repairs:
                    bound.track.reception.sender_report(message.ntp, message.timestamp, now_s)
                    self.feed.heard_clock(rtcp_build.wall(message.ntp), wall_s)

    def measure(self, line: Line, now_s: float) -> None:
        """Put into the line's figures what came since the last time: bitrate, loss, and the worst jitter."""
        tracks = self.feed.tracks.values()
        received, (before, before_s) = self._octets, self._measured
        if now_s > before_s:
            line.bitrate_bps = 8 * (received - before) / (now_s - before_s) if before_s else None
            self._measured = received, now_s
        started = [track.reception for track in tracks if track.active(now_s)]
        if started:
            line.loss = max(reception.last_loss for reception in started)
            line.jitter_ms = max(reception.jitter_ms for reception in started)

    def report(self, now_s: float) -> None:
        """Send the publisher a receiver report; and where it does not find out by itself, what it may send."""
        blocks = [block for track in self.feed.tracks.values() if (block := track.report(now_s)) is not None]
        if blocks:
            video = [track.ssrc for track in self.feed.tracks.values() if track.kind == "video"]
            packet = rtcp_build.receiver_report(OUR_SSRC, blocks)
            if video and not self._transport_cc_id:
                packet += rtcp_build.remb(OUR_SSRC, UPSTREAM_BPS, video)
            self._send_rtcp(packet)

    def tell_arrivals(self, now_s: float) -> None:
        """Tell the publisher when its packets came. To be called some fifty times a second."""
        if now_s - self._arrivals_told_s < _ARRIVALS_EVERY_S:
            return
        self._arrivals_told_s = now_s
        media = next((track.ssrc for track in self.feed.tracks.values()), 0)
        packet = self._arrivals.report(OUR_SSRC, media)
        if packet is not None:
            self._send_rtcp(packet)

    def repair(self, now_s: float, round_trip_s: float) -> None:
        """Ask for what is missing."""
        for track in self.feed.tracks.values():
            track.repair(now_s, round_trip_s)


def _plain(stream: Expected, packet: RtpPacket, payload: bytes, sequence: int, timestamp: int) -> RtpPacket:
    """A packet of one frame, as if the publisher had sent it by itself."""
    return RtpPacket(payload, packet.marker, stream.payload_type, sequence, timestamp, packet.ssrc, 0, len(payload))

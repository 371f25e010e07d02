"""What a receiver tells the server, as browsers do: reports, requests for what is missing, an estimate of its line."""

from collections.abc import Callable, Mapping, Sequence

from rostrum.media.loadtest.counting import Stream
from rostrum.media.wire import rtcp, rtcp_build, rtp
from rostrum.media.wire.reception import Reception
from rostrum.media.wire.repair import LossDetector

OUR_SSRC = 7
CLOCK_RATES = {"video": 90_000, "audio": 48_000}
_FIRST_ESTIMATE_BPS, _ESTIMATE_LIMIT_BPS = 3_000_000, 10_000_000
_HEAVY_LOSS, _LIGHT_LOSS = 0.10, 0.02
_HEADROOM = 1.5
PATIENCE_S = 0.5
"""A picture that has not come so long after it was asked for is asked for again."""


def short_report(streams: Mapping[int, Stream]) -> bytes:
    """A receiver report of a line on which nothing is amiss, by SSRC; without jitter and round trip."""
    blocks = [
        rtcp.ReportBlock(ssrc, 0, stream.missing(), stream.highest & 0xFFFFFFFF, 0, 0, 0)
        for ssrc, stream in streams.items()
    ]
    return rtcp_build.receiver_report(OUR_SSRC, blocks) + rtcp_build.remb(OUR_SSRC, _ESTIMATE_LIMIT_BPS, list(streams))


class Feedback:
    """One receiver's bookkeeping of its streams, and the packets that follow from it."""

    def __init__(self, send: Callable[[bytes], None], *, asks_for: Sequence[str]) -> None:
        """`asks_for`: the kinds of streams of which lost packets are asked for. For a picture that is given up a
        keyframe is asked for in any case."""
        self._send = send
        self._asks_for = asks_for
        self._ssrcs: dict[str, int] = {}
        self._receptions = {kind: Reception(rate) for kind, rate in CLOCK_RATES.items()}
        self._losses = {kind: LossDetector() for kind in ("video", *asks_for)}
        self._estimate_bps: float = _FIRST_ESTIMATE_BPS
        self._bytes_before = 0
        self._picture_wanted_s: float | None = None
        self.round_trip_s = 0.1
        self.asked = self.keyframes_asked = 0
        """Packets that were asked for, again counted again; and requests for a keyframe."""

    def packet(self, kind: str, ssrc: int, number: int, timestamp: int, size: int, now_s: float) -> None:
        """Take note of a packet of a stream itself."""
        self._ssrcs[kind] = ssrc
        self._receptions[kind].packet(number, timestamp, size, now_s)
        if kind in self._losses:
            self._losses[kind].arrived(number, now_s)

    def repaired(self, kind: str, number: int, now_s: float) -> None:
        """Take note of a packet that came as a retransmission: reports do not count it (RFC 4588 section 6.3)."""
        if kind in self._losses:
            self._losses[kind].arrived(number, now_s)

    def heard(self, data: bytes, now_s: float) -> None:
        """Take an RTCP packet of the server's."""
        for message in rtcp.parse(data):
            if isinstance(message, rtcp.SenderReport):
                for kind, ssrc in self._ssrcs.items():
                    if ssrc == message.ssrc:
                        self._receptions[kind].sender_report(message.ntp, message.timestamp, now_s)

    def shown(self) -> None:
        """A picture could be shown: what was asked for has come."""
        self._picture_wanted_s = None

    def ask(self, now_s: float) -> None:
        """Ask for what is missing. To be called some hundred times a second."""
        for kind, loss in self._losses.items():
            missing = loss.due(now_s, self.round_trip_s)
            if missing and kind in self._asks_for:
                self.asked += len(missing)
                numbers = [number & 0xFFFF for number in missing]
                self._send(rtcp_build.nack(OUR_SSRC, self._ssrcs[kind], numbers))
            if loss.hopeless:
                loss.hopeless = False
                if kind == "video" and self._picture_wanted_s is None:
                    self._picture_wanted_s = now_s
        if self._picture_wanted_s is not None and now_s >= self._picture_wanted_s:
            self._picture_wanted_s = now_s + PATIENCE_S
            self.keyframes_asked += 1
            self._send(rtcp_build.picture_loss(OUR_SSRC, self._ssrcs["video"]))

    def report(self, now_s: float, since_s: float) -> None:
        """Send a receiver report with an estimate, so many seconds after the last one. The estimate follows loss as
        the sender's side of browsers' congestion control does, and goes no higher than what came allows."""
        blocks = []
        for kind, ssrc in self._ssrcs.items():
            block = self._receptions[kind].report(ssrc, now_s)
            if block is not None:
                blocks.append(block)
        if not blocks or "video" not in self._ssrcs:
            return
        loss = self._receptions["video"].last_loss
        if loss > _HEAVY_LOSS:
            self._estimate_bps *= 1 - loss / 2
        elif loss < _LIGHT_LOSS:
            received = sum(one.bytes for one in self._receptions.values())
            came_bps = 8 * (received - self._bytes_before) / since_s
            self._estimate_bps = min(max(self._estimate_bps, _HEADROOM * came_bps), _ESTIMATE_LIMIT_BPS)
        self._bytes_before = sum(one.bytes for one in self._receptions.values())
        remb = rtcp_build.remb(OUR_SSRC, round(self._estimate_bps), [self._ssrcs["video"]])
        self._send(rtcp_build.receiver_report(OUR_SSRC, blocks) + remb)


def original(packet: rtp.RtpPacket) -> int:
    """The number that a retransmission stands for (RFC 4588)."""
    return int.from_bytes(packet.payload[:2], "big")

"""What a receiver keeps about one incoming stream (RFC 3550 sections 6.4 and A.3 to A.8)."""

from rostrum.media.wire.rtcp import ReportBlock
from rostrum.media.wire.rtcp_build import middle, wall


class Reception:
    """Counts, jitter and the last sender report of one SSRC. Sequence numbers are unwrapped."""

    __slots__ = (
        "_base",
        "_clock_rate",
        "_expected_before",
        "_highest",
        "_jitter",
        "_last_transit",
        "_received_before",
        "_report_at_s",
        "_report_ntp",
        "_report_timestamp",
        "bytes",
        "last_loss",
        "received",
    )

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._base: int | None = None
        self._highest = 0
        self.received = 0
        self.bytes = 0
        self.last_loss = 0.0
        """The fraction lost between the last two reports."""
        self._jitter = 0.0
        self._last_transit: float | None = None
        self._expected_before = self._received_before = 0
        self._report_at_s: float | None = None
        self._report_ntp = 0
        self._report_timestamp = 0

    def packet(self, sequence: int, timestamp: int, size: int, now_s: float) -> None:
        """Count a packet of `size` bytes."""
        if self._base is None:
            self._base = self._highest = sequence
        self._highest = max(self._highest, sequence)
        self.received += 1
        self.bytes += size
        transit = now_s * self._clock_rate - timestamp
        if self._last_transit is not None:
            difference = abs(transit - self._last_transit)
            if difference < self._clock_rate * 10:
                self._jitter += (difference - self._jitter) / 16
        self._last_transit = transit

    def sender_report(self, ntp_timestamp: int, timestamp: int, now_s: float) -> None:
        """Remember what the sender said about its clocks."""
        self._report_ntp, self._report_timestamp, self._report_at_s = ntp_timestamp, timestamp, now_s

    @property
    def clocks(self) -> tuple[float, int, float] | None:
        """(sender's wall clock in s, its RTP timestamp then, our monotonic time of hearing it), once reported."""
        if self._report_at_s is None:
            return None
        return wall(self._report_ntp), self._report_timestamp, self._report_at_s

    @property
    def jitter_ms(self) -> float:
        """Interarrival jitter."""
        return 1000 * self._jitter / self._clock_rate

    def report(self, ssrc: int, now_s: float) -> ReportBlock | None:
        """A report block about what came since the last one; None before the first packet."""
        if self._base is None:
            return None
        expected = self._highest - self._base + 1
        expected_now = expected - self._expected_before
        lost_now = expected_now - (self.received - self._received_before)
        self._expected_before, self._received_before = expected, self.received
        fraction = 0 if expected_now <= 0 or lost_now <= 0 else min(255, (lost_now << 8) // expected_now)
        self.last_loss = fraction / 256
        delay = 0 if self._report_at_s is None else round((now_s - self._report_at_s) * 65536)
        return ReportBlock(
            ssrc=ssrc,
            fraction_lost=fraction,
            packets_lost=expected - self.received,
            highest_sequence=self._highest & 0xFFFFFFFF,
            jitter=min(round(self._jitter), 0xFFFFFFFF),
            last_report=0 if self._report_at_s is None else middle(self._report_ntp),
            delay=min(max(delay, 0), 0xFFFFFFFF),
        )

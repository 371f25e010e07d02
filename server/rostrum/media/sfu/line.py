"""What is measured of a peer's line, for the technician and for the gate that pauses pictures."""

from dataclasses import dataclass, field

from rostrum.media.engine import Picture
from rostrum.media.wire import rtcp

_LOWERED = 0.97
_LATELY_S = 6.0
_REPORT_LASTS = 10 * 65536
"""How long a report counts, in units of its clock. A stream that is sent no more is reported no more, too."""


@dataclass
class Line:
    """What is measured of a peer's line. Rates in bit/s, times in ms, loss as a fraction."""

    round_trip_ms: float | None = None
    loss: float | None = None
    jitter_ms: float | None = None
    bitrate_bps: float | None = None
    estimate_bps: float | None = None
    lowered_s: float | None = None
    picture: Picture | None = None
    held_back: bool = False
    losses: dict[int, tuple[int, float]] = field(default_factory=dict)
    """When which of its streams was last reported on, and what was lost of it."""


def estimated(line: Line, bitrate_bps: float, now_s: float) -> None:
    """Take the peer's estimate of what its line carries.

    It rises slowly behind what is sent, after a still picture for half a minute: a low one says nothing, but that it
    was lowered says that the line was full."""
    if line.estimate_bps is not None and bitrate_bps < _LOWERED * line.estimate_bps:
        line.lowered_s = now_s
    line.estimate_bps = bitrate_bps


def allowed_bps(line: Line, now_s: float) -> float | None:
    """What the line carries, where the peer had to find out lately."""
    if line.lowered_s is None or now_s - line.lowered_s > _LATELY_S:
        return None
    return line.estimate_bps


def heard(line: Line, ssrc: int, block: rtcp.ReportBlock, clock_rate: int, now_ntp_middle: int) -> None:
    """Take a report block into a line's figures: the worst of the streams that are sent counts."""
    line.losses[ssrc] = now_ntp_middle, block.fraction_lost / 256
    fresh = (lost for at, lost in line.losses.values() if (now_ntp_middle - at) & 0xFFFFFFFF < _REPORT_LASTS)
    line.loss = max(fresh)
    line.jitter_ms = 1000 * block.jitter / clock_rate
    if block.last_report:
        units = (now_ntp_middle - block.last_report - block.delay) & 0xFFFFFFFF
        if units < 10 * 65536:
            line.round_trip_ms = units * 1000 / 65536

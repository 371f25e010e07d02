"""A line's figures from what its receiver reports."""

from rostrum.media.sfu.line import Line, heard
from rostrum.media.wire.rtcp import ReportBlock

SECOND = 65536
STAGE, PODIUM = 1, 2


def report(line: Line, ssrc: int, lost: int, at: int) -> None:
    heard(line, ssrc, ReportBlock(ssrc, lost, 0, 0, 0, 0, 0), 90_000, at & 0xFFFFFFFF)


def test_the_worst_stream_that_is_sent_counts() -> None:
    line = Line()
    report(line, STAGE, 64, 0)
    report(line, PODIUM, 128, SECOND)
    report(line, STAGE, 0, 2 * SECOND)
    assert line.loss == 0.5


def test_a_stream_that_is_sent_no_more_says_nothing_of_the_line() -> None:
    line = Line()
    begun = (1 << 32) - 3 * SECOND
    """The clock turns over meanwhile."""
    report(line, PODIUM, 128, begun)
    for second in range(1, 12):
        report(line, STAGE, 0, begun + second * SECOND)
    assert line.loss == 0

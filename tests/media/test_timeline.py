"""Packets belong to the time that their sender says, whatever the network did to them."""

from hypothesis import given
from hypothesis import strategies as st

from rostrum.media.wire.timeline import TRUSTED_S, Timeline

RATE = 48_000
STARTS = st.integers(0, (1 << 32) - 1)


@given(STARTS, st.floats(-1, 1), st.lists(st.floats(0, 0.3), min_size=1, max_size=50))
def test_a_report_tells_whatever_the_network_did(start: int, network_s: float, delays: list[float]) -> None:
    timeline = Timeline(RATE)
    timeline.report(1_000.0 + network_s, start)
    for number, delay_s in enumerate(delays):
        timestamp = start + number * 960 & 0xFFFFFFFF
        at_s = timeline.at(timestamp, 1_000.0 + number * 0.02 + delay_s)
        assert abs(at_s - (1_000.0 + network_s + number * 0.02)) < 1e-4


@given(STARTS, st.lists(st.floats(0, 0.3), min_size=2, max_size=50))
def test_without_one_the_first_packet_tells(start: int, delays: list[float]) -> None:
    timeline = Timeline(RATE)
    for number, delay_s in enumerate(delays):
        at_s = timeline.at(start + number * 960 & 0xFFFFFFFF, 1_000.0 + number * 0.02 + delay_s)
        assert abs(at_s - (1_000.0 + delays[0] + number * 0.02)) < 1e-4


@given(STARTS, st.floats(TRUSTED_S + 0.1, 1e6))
def test_a_clock_that_is_wrong_is_not_believed_and_a_new_count_begins_anew(start: int, wrong_s: float) -> None:
    timeline = Timeline(RATE)
    timeline.report(1_000.0 + wrong_s, start)
    assert timeline.at(start, 1_000.0) == 1_000.0
    # The stream counts from elsewhere now.
    assert timeline.at(start + 10 * RATE & 0xFFFFFFFF, 1_001.0) == 1_001.0

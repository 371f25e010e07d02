"""The load generator counts what it should: gaps, whole pictures, quantiles, and what becomes of packets on a line."""

import itertools
import math
import random

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from rostrum.cli.loadtest import loadtest
from rostrum.media.loadtest import machine
from rostrum.media.loadtest.bad_line import Fate, Weather
from rostrum.media.loadtest.counting import Picture, Stream, quantile
from rostrum.media.loadtest.feedback import Feedback, short_report
from rostrum.media.wire import rtcp

UDP_TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when uid timeout inode ref pointer drops
  101: 0100007F:2710 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1234 2 0000000000000000 7
  102: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1235 2 0000000000000000 40
"""
SNMP_TABLE = (
    "Ip: Forwarding\nIp: 1\nUdp: InDatagrams NoPorts SndbufErrors\nUdp: 10 20 30\nUdpLite: InDatagrams\nUdpLite: 0\n"
)


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.booleans(), min_size=1, max_size=300),
    st.randoms(use_true_random=False),
)
def test_gaps_are_what_never_came(first: int, comes: list[bool], chance: random.Random) -> None:
    """Whatever is lost, overtaken and sent twice, over the turn of 16 bits as well."""
    numbers = [number for number, one in enumerate(comes, start=1) if one]
    arriving = sorted(numbers + chance.sample(numbers, len(numbers) // 3), key=lambda one: one + chance.uniform(0, 8))
    stream = Stream(first)
    for number in arriving:
        stream.take((first + number) & 0xFFFF)
    highest = max(numbers, default=0)
    assert stream.received == 1 + len(numbers)
    assert stream.missing() == highest - len(numbers)
    assert stream.highest - stream.first == highest


def test_what_was_lost_before_is_not_counted_anew() -> None:
    stream = Stream(10)
    stream.take(15)
    assert stream.missing() == 4
    stream.begin_anew()
    stream.take(12)
    assert (stream.missing(), stream.received) == (0, 0)
    stream.take(18)
    assert (stream.missing(), stream.missing(until=stream.highest - 2), stream.received) == (2, 1, 1)


def frames(*keyframes: bool) -> list[tuple[int, int, bool, bool, bool]]:
    """(number, timestamp, starts, ends, keyframe) of frames of three packets."""
    return [
        (3 * index + part, 3000 * index, part == 0, part == 2, key and part == 0)
        for index, key in enumerate(keyframes)
        for part in range(3)
    ]


def shown(packets: list[tuple[int, int, bool, bool, bool]]) -> list[int]:
    picture = Picture()
    found: list[int] = []
    for number, timestamp, starts, ends, keyframe in packets:
        found += picture.packet(number, timestamp, starts=starts, ends=ends, keyframe=keyframe)
    return [timestamp // 3000 for timestamp in found]


def test_a_picture_begins_with_a_keyframe_and_goes_on_without_gaps() -> None:
    assert shown(frames(False, True, False, False)) == [1, 2, 3]


def test_a_picture_waits_for_what_is_missing() -> None:
    packets = frames(True, False, False, False)
    late = packets.pop(4)
    assert shown(packets) == [0]
    assert shown([*packets, late]) == [0, 1, 2, 3]


def test_a_keyframe_ends_the_wait() -> None:
    packets = frames(True, False, False, True, False)
    del packets[4]
    assert shown(packets) == [0, 3, 4]


@given(st.randoms(use_true_random=False), st.lists(st.booleans(), min_size=1, max_size=30))
def test_order_of_arrival_changes_nothing_in_the_end(chance: random.Random, keyframes: list[bool]) -> None:
    packets = frames(True, *keyframes)
    overtaking = sorted(packets[3:], key=lambda one: one[0] + chance.uniform(0, 5))
    found = shown([*packets[:3], *overtaking])
    assert found == sorted(set(found))
    assert found[-1] == len(keyframes)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_a_value_that_its_share_does_not_exceed(values: list[float], share: float) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(one <= found for one in values) >= share * len(values) - 1e-9
    assert sum(one < found for one in values) < share * len(values)


def test_quantiles_of_known_values() -> None:
    values = [float(one) for one in range(100, 0, -1)]
    assert (quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1)) == (50, 99, 100)
    assert math.isnan(quantile([], 0.5))


def arrivals(weather: Weather, count: int = 20_000) -> list[float | None]:
    fate = Fate(weather, random.Random(3))
    return [fate.arrives_s(number / 1000) for number in range(count)]


def test_a_line_loses_its_share() -> None:
    lost = arrivals(Weather(loss=0.05)).count(None)
    assert lost == pytest.approx(1000, rel=0.1)


def test_a_line_delays_up_to_its_jitter() -> None:
    delays = [at - number / 1000 for number, at in enumerate(arrivals(Weather(jitter_ms=50))) if at is not None]
    assert 0 <= min(delays) < 0.001
    assert 0.049 < max(delays) <= 0.05 + 1e-9
    assert sum(delays) / len(delays) == pytest.approx(0.025, rel=0.05)


def test_a_long_line_keeps_each_packet_for_its_delay() -> None:
    assert arrivals(Weather(delay_ms=25), 3) == pytest.approx([0.025, 0.026, 0.027])
    assert not Weather(delay_ms=25).fair


def overtaken(reordering: float) -> int:
    times = [at for at in arrivals(Weather(jitter_ms=50, reordering=reordering)) if at is not None]
    newest = itertools.accumulate(times, max)
    return sum(at < before for at, before in zip(times[1:], newest, strict=False))


def test_only_the_chosen_share_overtakes() -> None:
    assert overtaken(0.0) == 0
    assert 0 < overtaken(0.1) < 2_000
    assert overtaken(1.0) > 10_000


def test_a_fair_line_does_nothing() -> None:
    assert Weather().fair
    assert arrivals(Weather(), 5) == [0.0, 0.001, 0.002, 0.003, 0.004]


def test_drops_are_told_by_port() -> None:
    assert machine.socket_drops(UDP_TABLE) == [(10_000, 7), (5353, 40)]
    assert machine.udp_counter(SNMP_TABLE, "SndbufErrors") == 30


def test_the_kernels_own_tables_are_understood() -> None:
    assert machine.dropped() >= machine.dropped([1]) == 0
    assert machine.send_refusals() >= 0


def test_what_is_missing_is_asked_for_and_given_up_for_a_keyframe() -> None:
    sent: list[bytes] = []
    feedback = Feedback(sent.append, asks_for=("video",))
    for number in (1, 2, 5):
        feedback.packet("video", 9, number, number * 3000, 1000, 1.0)
        feedback.packet("audio", 8, number, number * 960, 80, 1.0)
    feedback.ask(1.05)
    assert rtcp.parse(sent.pop()) == [rtcp.Nack(7, 9, (3, 4))]
    feedback.ask(1.06)
    assert not sent, "each again only after a round trip"
    feedback.repaired("video", 3, 1.1)
    feedback.ask(2.2)
    feedback.ask(2.21)
    assert [message for one in sent for message in rtcp.parse(one)][-1] == rtcp.KeyframeRequest(7, (9,))
    sent.clear()
    feedback.report(3.0, 1.0)
    report, estimate = rtcp.parse(sent.pop())
    assert isinstance(report, rtcp.ReceiverReport)
    assert {block.ssrc: block.packets_lost for block in report.blocks} == {9: 2, 8: 2}
    assert isinstance(estimate, rtcp.Remb)


def test_a_report_of_a_good_line_is_read_as_one() -> None:
    stream = Stream(5)
    stream.take(6)
    report, estimate = rtcp.parse(short_report({3: stream}))
    assert isinstance(report, rtcp.ReceiverReport)
    assert [(block.ssrc, block.highest_sequence & 0xFFFF, block.packets_lost) for block in report.blocks] == [(3, 6, 0)]
    assert isinstance(estimate, rtcp.Remb)


@pytest.mark.parametrize("steps", ["many", "20,10", "0", ""])
def test_numbers_of_receivers_that_make_no_sense_are_refused(steps: str) -> None:
    found = CliRunner().invoke(loadtest, ["--receivers", steps])
    assert found.exit_code == 2
    assert "--receivers" in found.output

"""When somebody's turn may come: a range, from how this meeting runs. No promise; the later, the wider.

For each who comes before, the share of their time that speakers of this meeting have used (its lower and upper part),
and the time that passed between two statements. Until something is known, what is usual is taken: the range is wide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from rostrum.assembly.entry import Entry
from rostrum.assembly.floor import Floor, Sitting
from rostrum.assembly.refusal import Refused
from rostrum.assembly.speaking import limit_ms

USUAL_SHARES = (0.5, 0.8, 1.0, 1.2)
USUAL_GAPS_MS = (10_000, 25_000, 60_000)
ROUNDED_MS = 60_000


@dataclass(frozen=True)
class Wait:
    """From when to when the turn may come, in ms from now, in whole minutes."""

    least_ms: int
    most_ms: int


def wait(floor: Floor, position: int, sitting: Sitting, now: datetime) -> Wait:
    """How long whoever stands at this position (from 1) will wait."""
    shares, gaps = _shares(floor), _gaps(floor)
    low_share, high_share = _quantile(shares, 0.25), _quantile(shares, 0.9)
    low_gap, high_gap = _quantile(gaps, 0.25), _quantile(gaps, 0.9)
    least = most = 0.0
    if floor.speech is not None:
        left = max(0, floor.speech.remaining_at(now))
        least, most = left * 0.3, left * max(1.0, high_share)
    for entry in floor.waiting[: position - 1]:
        length = _length(floor, entry, sitting)
        least += length * low_share + low_gap
        most += length * high_share + high_gap
    least, most = least + low_gap, most + high_gap
    return Wait(int(least // ROUNDED_MS) * ROUNDED_MS, -int(-most // ROUNDED_MS) * ROUNDED_MS)


def _length(floor: Floor, entry: Entry, sitting: Sitting) -> int:
    try:
        return max(0, limit_ms(floor, entry, sitting) - entry.used_ms)
    except Refused:
        return 0


def _shares(floor: Floor) -> Sequence[float]:
    made = [entry.used_ms / entry.limit_ms for entry in floor.spoken if entry.limit_ms > 0]
    return made if len(made) >= len(USUAL_SHARES) else [*made, *USUAL_SHARES]


def _gaps(floor: Floor) -> Sequence[float]:
    ends = [(entry.began_at, entry.ended_at) for entry in floor.spoken]
    gaps = [
        (began - ended) / timedelta(milliseconds=1)
        for (_, ended), (began, _) in pairwise(ends)
        if ended is not None and began is not None and began > ended
    ]
    # A suspension or a vote between two statements is no usual gap.
    usual = [gap for gap in gaps if gap < 10 * 60_000]
    return usual if len(usual) >= len(USUAL_GAPS_MS) else [*usual, *USUAL_GAPS_MS]


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

"""One worker with more and more receivers: CPU a packet, memory a receiver, delay, and where it ends.

`RUNS`, `SIZES` (the smallest first) and `MORE` (sizes for the search of the maximum) can be set in the environment.
"""

import asyncio
import os
from typing import Any

from rostrum.media.loadtest.crowd import Crowd
from rostrum.media.loadtest.measure import calibrated, measured
from tests.bench.common import RUNS, own_server, ratio, say, settle_down, spread, spread_of

SIZES = tuple(int(one) for one in os.environ.get("SIZES", "50,200,500,1000").split(","))
MORE = tuple(int(one) for one in os.environ.get("MORE", "1200,1400,1600").split(","))
SECONDS = 4.0
GROWTH_LIMIT, DELAY_LIMIT_MS, MEMORY_LIMIT_KIB = 1.2, 10.0, 60.0
_GAPS_LIMIT = 0.01
_DELAY_AT, _FROM = 500, 200


async def run(sizes: tuple[int, ...], *, until_full: bool = False) -> list[dict[str, Any]]:
    """One worker at each size in turn; `until_full`: up to the first that misses 1 % or has a saturated generator."""
    found: list[dict[str, Any]] = []
    async with own_server() as (server, engine):
        crowd = Crowd(server)
        try:
            await crowd.begin()
            for size in sizes:
                await crowd.grow(size)
                found.append(await measured(crowd, engine.pid or 0, SECONDS, port=engine.port))
                if until_full and (gaps(found[-1]) > _GAPS_LIMIT or found[-1]["generator_saturated"]):
                    break
        finally:
            await crowd.end()
    return found


def gaps(figures: dict[str, Any]) -> float:
    """The share that is missing."""
    return float(figures["missing"] / max(1, figures["missing"] + figures["received"]))


def maximum(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The most receivers at under 1 % gaps, and whether that says what the worker can do, or only the generator."""
    good = [one for one in found if gaps(one) <= _GAPS_LIMIT]
    last = found[-1]
    ended = gaps(last) > _GAPS_LIMIT and not last["generator_saturated"]
    return {
        "receivers": good[-1]["receivers"] if good else 0,
        "is": "the worker's end" if ended else "a lower bound: the generator was saturated, or no more was tried",
        "worker_core_share": good[-1]["worker_core_share"] if good else None,
        "generator_core_share": last["generator_core_share"],
    }


def main() -> None:
    """Run all sizes so many times, then once until something is full."""
    said = settle_down()
    alone = asyncio.run(calibrated())
    print(f"generator alone: {alone}", flush=True)
    runs = []
    for number in range(RUNS):
        runs.append(asyncio.run(run(SIZES)))
        for one in runs[-1]:
            print(f"run {number + 1}: {one}", flush=True)
    full = asyncio.run(run(MORE, until_full=True))
    for one in full:
        print(f"more: {one}", flush=True)
    by_size = {size: [one[index] for one in runs] for index, size in enumerate(SIZES)}
    ours, peer = (spread_of(by_size[size], "worker_us_per_packet") for size in (SIZES[-1], _FROM))
    further = [
        (one[-1]["worker_resident_kib"] - one[0]["worker_resident_kib"]) / (SIZES[-1] - SIZES[0]) for one in runs
    ]
    delays = spread_of(by_size[_DELAY_AT], "delay_p99_ms")
    growth = ratio(ours["median"], peer["median"])
    say(
        {
            "bench": "scale",
            "ours": ours["median"],
            "peer": peer["median"],
            "ratio": growth,
            "unit": f"CPU us a forwarded packet at {SIZES[-1]} receivers, against ours at {_FROM}",
            **said,
            "runs": RUNS,
            "generator_alone": alone,
            "us_per_packet": {size: spread_of(found, "worker_us_per_packet") for size, found in by_size.items()},
            "worker_core_share": {size: spread_of(found, "worker_core_share") for size, found in by_size.items()},
            "generator_core_share": {size: spread_of(found, "generator_core_share") for size, found in by_size.items()},
            "delay_p50_ms": {size: spread_of(found, "delay_p50_ms") for size, found in by_size.items()},
            "delay_p99_ms": {size: spread_of(found, "delay_p99_ms") for size, found in by_size.items()},
            "speaker_late_ms": {size: spread_of(found, "speaker_late_ms") for size, found in by_size.items()},
            "missing": {size: sum(one["missing"] for one in found) for size, found in by_size.items()},
            "loss_by_cause": {size: [one["loss_by_cause"] for one in found] for size, found in by_size.items()},
            "kib_a_further_receiver": spread(further),
            "maximum": maximum(full),
            "goals": {
                "cpu_grows_by_at_most_a_fifth": growth is not None and growth <= GROWTH_LIMIT,
                f"delay_p99_at_{_DELAY_AT}_at_most_10_ms": delays["median"] <= DELAY_LIMIT_MS,
                "at_most_60_kib_a_further_receiver": spread(further)["median"] <= MEMORY_LIMIT_KIB,
            },
        }
    )


if __name__ == "__main__":
    main()

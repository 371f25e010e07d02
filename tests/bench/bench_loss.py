"""Bad lines: 5 % lost each way and up to 50 ms of delay that reorders. What is missing of the voice after repair, and
how soon the picture is live again when nothing went through for a while.

Side by side: ours to receivers as Chromium is (RTX, RED, no requests for lost sounds), ours to the same without repair,
and stock aiortc to receivers as Chromium is. `RUNS` and `RECEIVERS` can be set in the environment.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from typing import Any

from rostrum.media.loadtest.bad_line import Weather
from rostrum.media.loadtest.counting import quantile
from rostrum.media.loadtest.crowd import Crowd
from rostrum.media.loadtest.listener import Listener
from rostrum.media.loadtest.measure import measured
from rostrum.media.sfu.dtls import Identity
from tests.bench.aiortc_peer import aiortc_server
from tests.bench.common import RUNS, own_server, ratio, say, settle_down, spread, spread_of

RECEIVERS = int(os.environ.get("RECEIVERS", "16"))
AIORTC_RECEIVERS = 4
WEATHER = Weather(loss=0.05, jitter_ms=50.0, reordering=1.0)
SECONDS = 8.0
BURST_S, BURSTS, AWAITED_AT_MOST_S = 1.0, 2, 4.0
VOICE_LIMIT, RESUME_LIMIT_MS = 0.005, 500.0
_TICK_S = 0.01


async def ours(*, repairs: bool) -> dict[str, Any]:
    """One run of our worker."""
    async with own_server() as (server, engine):
        crowd = Crowd(server, weather=WEATHER, repairs=repairs)
        try:
            await crowd.begin()
            await crowd.grow(RECEIVERS)
            found = await measured(crowd, engine.pid or 0, SECONDS, port=engine.port)
            return found | await bursts(crowd.listeners)
        finally:
            await crowd.end()


async def stock() -> dict[str, Any]:
    """One run of stock aiortc, with as many receivers as its core carries with ease."""
    identity = Identity.generateCertificate()
    listeners = [Listener(identity, weather=WEATHER, seed=number, stamped=False) for number in range(AIORTC_RECEIVERS)]
    async with aiortc_server() as server:
        for listener in listeners:
            await server.admit(listener)
        tending = asyncio.create_task(tend(listeners))
        try:
            await asyncio.sleep(3)
            for listener in listeners:
                for stream in listener.streams.values():
                    stream.begin_anew()
            await asyncio.sleep(SECONDS)
            untils = [(one.streams["audio"], one.streams["audio"].highest) for one in listeners]
            await asyncio.sleep(1)
            missing = sum(stream.missing(until) for stream, until in untils)
            expected = sum(until - stream.first + 1 for stream, until in untils)
            return {"gaps": {"audio": missing / max(1, expected)}} | await bursts(listeners)
        finally:
            tending.cancel()
            for listener in listeners:
                await listener.close()


async def tend(listeners: Sequence[Listener]) -> None:
    """Let receivers ask and report, as the crowd does for its own."""
    reported_s = time.monotonic()
    while True:
        await asyncio.sleep(_TICK_S)
        now_s = time.monotonic()
        for listener in listeners:
            if listener.feedback is not None:
                listener.feedback.ask(now_s)
        if now_s - reported_s >= 1:
            for listener in listeners:
                listener.report(now_s, now_s - reported_s)
            reported_s = now_s


async def bursts(listeners: Sequence[Listener]) -> dict[str, Any]:
    """Cut all lines for a while, some times, and take how long each picture takes to be live again."""
    never = 0
    for _ in range(BURSTS):
        for listener in listeners:
            listener.burst(begins=True)
        await asyncio.sleep(BURST_S)
        for listener in listeners:
            listener.burst(begins=False)
        for _ in range(round(AWAITED_AT_MOST_S / 0.1)):
            await asyncio.sleep(0.1)
            if not any(listener.awaits for listener in listeners):
                break
        never += sum(listener.awaits for listener in listeners)
        await asyncio.sleep(1)
    # One that did not come back in time counts with the time that was waited.
    resumed = [one for listener in listeners for one in listener.resumed_ms] + [AWAITED_AT_MOST_S * 1000] * never
    return {
        "resume_p50_ms": round(quantile(resumed, 0.5), 1),
        "resume_p95_ms": round(quantile(resumed, 0.95), 1),
        "resume_worst_ms": round(max(resumed, default=AWAITED_AT_MOST_S * 1000), 1),
        "not_back_in_time": never,
    }


def main() -> None:
    """Alternate the three."""
    said = settle_down()
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "unrepaired": [], "aiortc": []}
    for number in range(RUNS):
        runs["ours"].append(asyncio.run(ours(repairs=True)))
        runs["unrepaired"].append(asyncio.run(ours(repairs=False)))
        runs["aiortc"].append(asyncio.run(stock()))
        print(f"run {number + 1}: { {name: found[-1] for name, found in runs.items()} }", flush=True)
    voice = {name: spread_fine([one["gaps"]["audio"] for one in found]) for name, found in runs.items()}
    resume = {name: spread_of(found, "resume_p50_ms") for name, found in runs.items()}
    resume_p95 = {name: spread_of(found, "resume_p95_ms") for name, found in runs.items()}
    say(
        {
            "bench": "loss",
            "ours": voice["ours"]["median"],
            "peer": voice["unrepaired"]["median"],
            "ratio": ratio(voice["ours"]["median"], voice["unrepaired"]["median"]),
            "unit": "share of the voice that is missing after repair, against the same without repair",
            **said,
            "loss_each_way": WEATHER.loss,
            "jitter_ms": WEATHER.jitter_ms,
            "receivers": RECEIVERS,
            "aiortc_receivers": AIORTC_RECEIVERS,
            "runs": RUNS,
            "voice_gaps": voice,
            "picture_gaps": {
                name: spread_fine([one["gaps"]["video"] for one in runs[name]]) for name in ("ours", "unrepaired")
            },
            "voice_against_aiortc": ratio(voice["ours"]["median"], voice["aiortc"]["median"]),
            "burst_s": BURST_S,
            "resume_p50_ms": resume,
            "resume_p95_ms": resume_p95,
            "resume_worst_ms": {name: spread_of(found, "resume_worst_ms") for name, found in runs.items()},
            "not_back_in_time": {name: sum(one["not_back_in_time"] for one in found) for name, found in runs.items()},
            "resume_against_aiortc": ratio(resume["ours"]["median"], resume["aiortc"]["median"]),
            "goals": {
                "voice_gaps_at_most_half_a_percent": voice["ours"]["median"] <= VOICE_LIMIT,
                "picture_back_within_500_ms_p95": resume_p95["ours"]["median"] <= RESUME_LIMIT_MS,
            },
        }
    )


def spread_fine(values: Sequence[float]) -> dict[str, float]:
    """Middle and ends of small shares."""
    return {key: round(value / 1000, 6) for key, value in spread([1000 * one for one in values]).items()}


if __name__ == "__main__":
    main()

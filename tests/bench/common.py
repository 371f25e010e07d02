"""What the benches share: processes to their cores, spread over runs, and the last line of JSON."""

import contextlib
import json
import os
import statistics
from collections.abc import AsyncIterator, Sequence
from typing import Any

from rostrum.media.loadtest import machine
from rostrum.media.loadtest.servers import OwnServer
from rostrum.media.sfu.worker import WorkerEngine

RUNS = int(os.environ.get("RUNS", "5"))
SERVER_CORE, GENERATOR_CORE = 0, 1
WHERE = "loopback, no network card"


def settle_down() -> dict[str, Any]:
    """Take the generator's core, and go before other work of the machine where that is allowed. What to say of it."""
    pinned = machine.pin(0, GENERATOR_CORE)
    before_others = True
    try:
        # Inherited by the servers that are started. Without it what is measured is whoever else wants the core.
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        before_others = False
    return {
        "network": WHERE,
        "pinned": pinned,
        "before_other_work": before_others,
        "load_at_begin": round(os.getloadavg()[0], 2),
        "authenticated": "every packet",
    }


@contextlib.asynccontextmanager
async def own_server() -> AsyncIterator[tuple[OwnServer, WorkerEngine]]:
    """A media worker of ours on its core."""
    engine = WorkerEngine(0, ["127.0.0.1"])
    await engine.start()
    machine.pin(engine.pid or 0, SERVER_CORE)
    try:
        yield OwnServer(engine), engine
    finally:
        await engine.close()


def spread(values: Sequence[float]) -> dict[str, float]:
    """Middle and ends."""
    return {"median": round(statistics.median(values), 3), "min": round(min(values), 3), "max": round(max(values), 3)}


def spread_of(runs: Sequence[dict[str, Any]], key: str) -> dict[str, float]:
    """Middle and ends of one figure of all runs."""
    return spread([one[key] for one in runs])


def ratio(ours: float, peer: float) -> float | None:
    """Ours in the peer's units; None where the peer has nothing."""
    return round(ours / peer, 3) if peer else None


def say(result: dict[str, Any]) -> None:
    """The bench's last line."""
    print(json.dumps(result), flush=True)

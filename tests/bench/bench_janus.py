"""Against Debian's Janus VideoRoom: CPU microseconds a forwarded packet, with the same speaker in simulcast and the
same receivers, one server after the other.

Janus is installed by apt where it is missing. It runs with one event loop for all handles, which serves many receivers
for less than half of what its default (a thread for each) takes. `RUNS` and `RECEIVERS` can be set in the environment.
"""

import asyncio
import os
import subprocess
from pathlib import Path
from typing import Any

from rostrum.media.loadtest.crowd import Crowd
from rostrum.media.loadtest.measure import calibrated, measured
from rostrum.media.loadtest.servers import Server
from tests.bench.common import RUNS, own_server, ratio, say, settle_down, spread_of
from tests.bench.janus import PROGRAM, janus_server

RECEIVERS = int(os.environ.get("RECEIVERS", "200"))
SECONDS = 6.0
EVENT_LOOPS = 1
_INSTALL = Path(__file__).parents[2] / "tools" / "system_packages.sh"


async def crowded(server: Server, pid: int) -> dict[str, Any]:
    """The same crowd at either server."""
    crowd = Crowd(server)
    try:
        await crowd.begin()
        await crowd.grow(RECEIVERS)
        found = await measured(crowd, pid, SECONDS)
        return found | {"srtp_tag_bytes": sorted({one.end.tag_bytes for one in crowd.listeners})}
    finally:
        await crowd.end()


async def ours() -> dict[str, Any]:
    """One run of our worker."""
    async with own_server() as (server, engine):
        return await crowded(server, engine.pid or 0)


async def janus() -> dict[str, Any]:
    """One run of Janus."""
    async with janus_server(EVENT_LOOPS) as server:
        return await crowded(server, server.pid)


def version() -> str:
    """Which Janus it is."""
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", "janus"], capture_output=True, text=True, check=True
    )
    return asked.stdout


def main() -> None:
    """Alternate the two."""
    if not Path(PROGRAM).exists():
        subprocess.run([_INSTALL, "janus"], check=True)
    said = settle_down()
    alone = asyncio.run(calibrated())
    own, peer = [], []
    for number in range(RUNS):
        own.append(asyncio.run(ours()))
        peer.append(asyncio.run(janus()))
        print(f"run {number + 1}: ours {own[-1]}, janus {peer[-1]}", flush=True)
    own_us, peer_us = (spread_of(runs, "worker_us_per_packet") for runs in (own, peer))
    say(
        {
            "bench": "janus",
            "ours": own_us["median"],
            "peer": peer_us["median"],
            "ratio": ratio(own_us["median"], peer_us["median"]),
            "unit": "CPU us a forwarded packet, against Janus VideoRoom",
            **said,
            "janus": version(),
            "janus_event_loops": EVENT_LOOPS,
            "receivers": RECEIVERS,
            "runs": RUNS,
            "generator_alone": alone,
            **{
                f"{name}_{key}": spread_of(runs, key)
                for name, runs in (("ours", own), ("janus", peer))
                for key in ("worker_us_per_packet", "worker_core_share", "delay_p50_ms", "delay_p99_ms", "missing")
            },
            "ours_loss_by_cause": [one["loss_by_cause"] for one in own],
            "janus_loss_by_cause": [one["loss_by_cause"] for one in peer],
            "srtp_tag_bytes": {"ours": own[-1]["srtp_tag_bytes"], "janus": peer[-1]["srtp_tag_bytes"]},
            "all_at_the_largest_picture": all(one["all_at_the_largest_picture"] for one in own + peer),
            "generator_saturated": any(one["generator_saturated"] for one in own + peer),
            "goals": {"at_most_janus": own_us["median"] <= peer_us["median"]},
        }
    )


if __name__ == "__main__":
    main()

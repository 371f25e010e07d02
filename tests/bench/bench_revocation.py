"""A revoked link: milliseconds from the console's form to a closed stream and a refused page, on this and another node.

`RUNS` and `LINKS` can be set in the environment. The peer runs side by side and is the usual way without wake-ups: a
node that reads what is new in the same database every `POLL_S` seconds.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from rostrum.assembly.place import LinkRevoked
from rostrum.cli.demo import SESSION_ID
from rostrum.desk import ACCREDITATION
from tests.bench.common import RUNS, ratio, say, settle_down, spread
from tests.support.app import Running
from tests.support.databases import running_cluster
from tests.support.nodes import Felt, revoked, two_nodes

LINKS = int(os.environ.get("LINKS", "5"))
POLL_S = float(os.environ.get("POLL_S", "2"))
GOAL_MS = 2000.0


async def poll(node: Running, seen: dict[str, float]) -> None:
    """Note when this node finds each revocation, by asking again and again."""
    seq = 0
    while True:
        for row in await node.house.journal.read(ACCREDITATION.stream(SESSION_ID), after_seq=seq):
            seq = row.seq
            if isinstance(row.event, LinkRevoked):
                seen.setdefault(row.event.link_id, time.monotonic())
        await asyncio.sleep(POLL_S)


async def main() -> None:
    """Revoke links, half of them felt on another node."""
    about = settle_down()
    felt: dict[str, list[Felt]] = {"same": [], "other": []}
    seen: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, running_cluster(Path(folder)) as cluster:
        async with two_nodes(cluster, "bench", Path(folder) / "data") as (first, second):
            polling = asyncio.create_task(poll(second, seen))
            for _ in range(RUNS * LINKS):
                felt["same"].append(await revoked(first, first, "ngo"))
                felt["other"].append(await revoked(first, second, "ngo"))
            await asyncio.sleep(2 * POLL_S)
            polling.cancel()
    ms = {
        f"{node}_node_{what}": [(getattr(each, what) - each.sent_at) * 1000 for each in all_of]
        for node, all_of in felt.items()
        for what in ("left_at", "refused_at")
    }
    polled = [(seen[each.link_id] - each.sent_at) * 1000 for each in (*felt["same"], *felt["other"])]
    ours, peer = spread(ms["other_node_left_at"]), spread(polled)
    worst = max(max(values) for values in ms.values())
    say(
        {
            "bench": "revocation",
            "ours": ours["median"],
            "peer": peer["median"],
            "ratio": ratio(ours["median"], peer["median"]),
            "unit": "ms to an open stream on the other node",
            "links": 2 * RUNS * LINKS,
            **{name: spread(values) for name, values in ms.items()},
            "polled": peer,
            "goals": {"every_one_within_2_s": worst <= GOAL_MS},
            **about,
        }
    )


if __name__ == "__main__":
    asyncio.run(main())

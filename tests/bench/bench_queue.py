"""The queue of 2,000 applications, sealed, searched in memory: each kind of question asked again and again of a server.

`APPLICATIONS`, `REQUESTS` and `RUNS` can be set in the environment. The peer is what a team would otherwise write: one
unsealed table, SQLAlchemy and Jinja. It searches no accents and finds as duplicates only the same e-mail address.
"""

import asyncio
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from rostrum.identity.doorkeeper import DEVICE_COOKIE
from rostrum.media.loadtest import machine
from tests.bench.common import RUNS, SERVER_CORE, ratio, say, settle_down, spread

APPLICATIONS = int(os.environ.get("APPLICATIONS", "2000"))
REQUESTS = int(os.environ.get("REQUESTS", "60"))
GOAL_MS = 150.0
QUESTIONS: Mapping[str, dict[str, str]] = {
    "none": {},
    "filter": {"state": "submitted", "country": "Грузия"},
    "search": {"search": "centre"},
    "duplicates": {"alike": "yes"},
}
COUNT = re.compile(r"([\d,]+) applications?<")


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[dict[str, Any]]:
    """A server of `queue_server` on its core, and what it says when it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.queue_server", *arguments, stdout=asyncio.subprocess.PIPE
    )
    machine.pin(process.pid, SERVER_CORE)
    try:
        assert process.stdout is not None
        line = b""
        while not line.startswith(b"{"):  # log lines come before
            line = await process.stdout.readline()
            assert line, "it ended before it was ready"
        yield json.loads(line)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def asked(session: aiohttp.ClientSession, url: str) -> dict[str, dict[str, float]]:
    """Each question so many times, one after the other: milliseconds from asking to the whole page."""
    figures = {}
    for name, query in QUESTIONS.items():
        took_ms, found = [], ""
        for _ in range(REQUESTS):
            began_s = time.perf_counter()
            async with session.get(url, params=query) as answer:
                text = await answer.text()
            took_ms.append(1000 * (time.perf_counter() - began_s))
            assert answer.status == 200, text[-500:]
            match = COUNT.search(text)
            assert match is not None, text[:2000]
            found = match[1]
        took_ms.sort()
        figures[name] = {
            "p50_ms": statistics.median(took_ms),
            "p95_ms": took_ms[round(0.95 * len(took_ms)) - 1],
            "found": float(found.replace(",", "")),
        }
    return figures


async def run(folder: str, clerk: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any], float]:
    """Ours and the peer in turn; and the seconds that ours took for its very first page."""
    async with started("ours", folder) as told:
        url = f"{told['url']}/at/{clerk['place']}/console/applications"
        async with aiohttp.ClientSession(cookies={DEVICE_COOKIE: clerk["cookie"]}) as session:
            began_s = time.perf_counter()
            async with session.get(url) as answer:
                assert answer.status == 200, await answer.text()
            first_s = time.perf_counter() - began_s
            own = await asked(session, url)
    with tempfile.TemporaryDirectory() as other_folder:
        async with started("peer", other_folder, str(APPLICATIONS)) as told, aiohttp.ClientSession() as session:
            other = await asked(session, told["url"])
    return own, other, first_s


def main() -> None:
    """All runs, and the line of JSON."""
    said = settle_down()
    runs = []
    with tempfile.TemporaryDirectory() as folder:

        async def prepare() -> Mapping[str, str]:
            async with started("prepare", folder, str(APPLICATIONS)) as told:
                return dict(told["clerk"])

        clerk = asyncio.run(prepare())
        for number in range(RUNS):
            runs.append(asyncio.run(run(folder, clerk)))
            print(f"run {number + 1}: {runs[-1]}", flush=True)

    def figures(which: int) -> dict[str, Any]:
        return {
            name: {key: spread([one[which][name][key] for one in runs]) for key in ("p50_ms", "p95_ms", "found")}  # type: ignore[index]
            for name in QUESTIONS
        }

    own, other = figures(0), figures(1)
    own_ms, other_ms = (max(each[name]["p95_ms"]["median"] for name in QUESTIONS) for each in (own, other))
    say(
        {
            "bench": "queue",
            "ours": own_ms,
            "peer": other_ms,
            "ratio": ratio(own_ms, other_ms),
            "unit": f"p95 ms of a page of {APPLICATIONS} applications, the slowest question (peer: an unsealed table)",
            **{key: value for key, value in said.items() if key != "authenticated"},
            "runs": RUNS,
            "requests": REQUESTS,
            "ours_in_full": own,
            "peer_in_full": other,
            "first_page_s": spread([one[2] for one in runs]),
            "goals": {"p95_under_150_ms": own_ms < GOAL_MS},
        }
    )


if __name__ == "__main__":
    main()

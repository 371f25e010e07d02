"""`kill -9` at random instants: what was acknowledged is there, once, and the chain is whole. On both databases."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostrum.desk import MEETING, Desk
from rostrum.record.database import Database
from rostrum.record.journal import Journal
from rostrum.settings import Settings
from tests.record.test_journal import utc_now
from tests.support.databases import Cluster, running_cluster

KILLS = 10

ACTOR = """
import asyncio, itertools, sys
from rostrum.assembly import rules
from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.meeting import ConveneMeeting
from rostrum.assembly.refusal import Refused
from rostrum.assembly.speakers import OpenList, RequestFloor
from rostrum.app import utc_now
from rostrum.desk import MEETING, Desk
from rostrum.record.database import Database
from rostrum.record.journal import Journal
from rostrum.settings import Settings

async def main(run):
    desk = Desk(Journal(await Database.open(Settings().database)), utc_now)
    for command in (ConveneMeeting("m", "s", {}, utc_now(), (), rules.load("plain")), OpenList()):
        try:
            await desk.act(MEETING, "m", command, SYSTEM)
        except Refused:
            pass
    for n in itertools.count():
        entry = f"{run}-{n}"
        actor = Actor(entry, f"d-{entry}", "member", frozenset({Right.SPEAK}))
        await desk.act(MEETING, "m", RequestFloor(entry), actor)
        print(entry, flush=True)

asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("postgresql")) as cluster:
        yield cluster


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_what_was_acknowledged_outlives_kill_9(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = ""
    if kind == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        url = await cluster.create("killed")
    chance = random.Random(20211119)
    acknowledged: list[str] = []
    for run in range(KILLS):
        acknowledged += await _run_and_kill(tmp_path, url, run, chance.uniform(0.02, 0.5))
    assert len(acknowledged) > KILLS, "the test was too slow to show anything"

    database = await Database.open(Settings(data=tmp_path, database_url=url).database)
    entries = [
        entry.entry_id for entry in (await Desk(Journal(database), utc_now).load(MEETING, "m")).state.floor.waiting
    ]
    assert set(acknowledged) <= set(entries), "something acknowledged is lost"
    assert len(entries) == len(set(entries)), "something is there twice"
    assert len(entries) - len(acknowledged) <= KILLS, "at most one a kill was written and not yet said"
    assert await Journal(database).verify() == []
    await database.close()


async def _run_and_kill(data: Path, url: str, run: int, after_s: float) -> list[str]:
    """Start the child, let it act for so long after its first word, kill it; what it acknowledged."""
    environment = {**os.environ, "ROSTRUM_DATA": str(data), "ROSTRUM_DATABASE_URL": url}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ACTOR, str(run), stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert child.stdout is not None
    lines = [await asyncio.wait_for(child.stdout.readline(), 30)]
    assert lines[0], "the child said nothing"

    async def kill() -> None:
        await asyncio.sleep(after_s)
        child.send_signal(signal.SIGKILL)

    killing = asyncio.create_task(kill())
    while line := await child.stdout.readline():
        lines.append(line)
    await killing
    await child.wait()
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]

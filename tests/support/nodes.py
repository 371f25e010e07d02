"""Two nodes on one PostgreSQL and one data folder, and how long a revocation on one takes to be felt on the other."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rostrum.cli.demo import MEETING_ID
from tests.support.app import Knocker, Running, running_app
from tests.support.databases import Cluster


@asynccontextmanager
async def two_nodes(cluster: Cluster, database: str, data: Path) -> AsyncIterator[tuple[Running, Running]]:
    """The application twice, as two nodes behind one proxy."""
    url = await cluster.create(database)
    async with (
        running_app(data, database_url=url) as first,
        running_app(data, database_url=url) as second,
    ):
        yield first, second


@dataclass(frozen=True)
class Felt:
    """When (monotonic, s) the revocation's form was sent, an open stream was told to leave, and a page was refused."""

    link_id: str
    sent_at: float
    left_at: float
    refused_at: float


async def revoked(on: Running, felt_on: Running, category: str) -> Felt:
    """Open the meeting's stream of a fresh place on one node, revoke its link by the console's form on another."""
    clerk = await on.place("secretariat")
    on.places.pop(category, None)
    person = await on.place(category)
    there = replace(person, base=felt_on.base)
    began = asyncio.Event()
    following = asyncio.create_task(_told_to_leave(there, began))
    await began.wait()
    sent_at = time.monotonic()
    form = f"/at/{clerk.place_id}/console/links/{person.link_id}/revocation"
    async with clerk.request("POST", form) as answer:
        assert answer.status == 303, await answer.text()
    refused = asyncio.create_task(_refused(there))
    return Felt(person.link_id, sent_at, await following, await refused)


async def _told_to_leave(there: Knocker, began: asyncio.Event) -> float:
    async with there.request("GET", f"/at/{there.place_id}/live/{MEETING_ID}?view=room") as answer:
        assert answer.status == 200
        async for line in answer.content:
            began.set()
            if line.startswith(b"event: leave"):
                break
    return time.monotonic()


async def _refused(there: Knocker) -> float:
    while await there.status("GET", f"/at/{there.place_id}/meeting/{MEETING_ID}") == 200:  # noqa: ASYNC110  # another process knows
        await asyncio.sleep(0.005)
    return time.monotonic()

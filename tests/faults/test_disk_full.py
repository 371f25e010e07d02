"""The database's disk is full: nothing is acknowledged that is not kept, and with room again the meeting goes on."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from rostrum.assembly.agenda import ItemOpened
from rostrum.record.database import Database
from rostrum.record.journal import Journal
from rostrum.settings import Settings
from tests.support.by_http import entered, meeting_of, recorded
from tests.support.server import DemoServer

MEETING_ID = "plenary-1"
SIZE_MIB = 64
"""Room for the demonstration with its generated hall, and some."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory."""
    disk = tmp_path / "disk"
    disk.mkdir()
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    options = f"size={SIZE_MIB}m,mode=0777"
    subprocess.run([*as_root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True)
    yield disk
    subprocess.run([*as_root, "umount", "--lazy", disk], check=True)


def fill(disk: Path) -> Path:
    """Take all room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


async def test_a_full_disk_loses_nothing_that_was_acknowledged(small_disk: Path) -> None:
    server = DemoServer(small_disk / "data")
    await server.start()
    async with AsyncExitStack() as stack:
        chair = await stack.enter_async_context(entered(server.links["chair"]))
        delegate = await stack.enter_async_context(entered(server.links["delegate"]))
        at = f"console/meetings/{MEETING_ID}/item"
        assert await chair.post(f"{at}/opening") == 303
        filler = fill(small_disk)

        refused = 0
        acknowledged = 1
        for turn in range(400):
            # A few pages of the database may still be free: it goes on until it can write no more.
            status = await chair.post(f"{at}/{'debate' if turn % 2 == 0 else 'opening'}")
            if status == 303:
                acknowledged += 1
                continue
            refused += 1
            assert status == 500
            page = await chair.get(f"console/meetings/{MEETING_ID}")
            assert "Traceback" not in page
            break
        assert refused, "the disk was never full"
        kept = [type(event) for event in recorded(server.data, MEETING_ID)]
        assert kept.count(ItemOpened) == acknowledged

        filler.unlink()
        assert await chair.post(f"{at}/participation") == 303
        assert await delegate.post(f"meeting/{MEETING_ID}/request") == 303
        assert len(meeting_of(recorded(server.data, MEETING_ID)).floor.waiting) == 1
    await server.stop()
    database = await Database.open(Settings(data=server.data).database)
    assert await Journal(database).verify() == []
    await database.close()

"""The disk is full: nothing is acknowledged that is not kept, meetings go on, and with room again all else does too."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from rostrum.app import play_test_picture
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.agenda import ItemOpened
from rostrum.assembly.taping import StartTaping, StopTaping
from rostrum.desk import MEETING
from rostrum.record.database import Database
from rostrum.record.journal import Journal
from rostrum.settings import Settings
from tests.pages.test_recording import content, files, notes, tell, times, whole
from tests.support.app import Running, running_app
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


def fill(disk: Path, but_for: int = 0) -> Path:
    """Take all room there is, but for so many bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while shutil.disk_usage(disk).free >= but_for + size or not but_for:
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


RESERVE_MB = 4


async def becomes(running: Running, so: Callable[[], bool]) -> None:
    """Wait until something is so of the meeting's recording."""
    async with asyncio.timeout(30):
        while not so():
            await asyncio.sleep(0.1)
            await running.house.desk.load(MEETING, MEETING_ID)


@pytest.mark.timeout(150)
async def test_a_recording_stands_still_while_the_disk_is_full_and_the_meeting_goes_on(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rostrum.recording_keeper.LOOK_S", 0.3)
    async with running_app(small_disk / "data", disk_reserve_megabytes=RESERVE_MB) as running:
        await play_test_picture(running.app, MEETING_ID)
        chair, desk = await running.place("presiding-officer"), running.house.desk
        console = f"/at/{chair.place_id}/console/meetings/{MEETING_ID}"

        def halted() -> bool:
            return any(
                state.meeting_id == MEETING_ID and state.taping.halted_at is not None
                for state in desk.held(MEETING).values()
            )

        await desk.act(MEETING, MEETING_ID, StartTaping(), SYSTEM)
        await recorded_for(running, 9)
        filler = fill(small_disk, but_for=RESERVE_MB * 500_000)
        await becomes(running, halted)
        first = await whole(running)
        async with chair.request("GET", console) as answer:
            text = await answer.text()
        assert "nothing is recorded at the moment" in text
        assert "The recording stood still: the disk was full" in text
        assert await tell(chair, "/item/debate") == 303, "the meeting goes on"
        filler.unlink()
        await becomes(running, lambda: not halted())
        await recorded_for(running, 18)

        # Something else takes the last byte at once: what was being written is mended.
        filler = fill(small_disk)
        await asyncio.sleep(2.5)
        filler.unlink()
        await recorded_for(running, 27)
        await becomes(running, lambda: not halted())
        await desk.act(MEETING, MEETING_ID, StopTaping(), SYSTEM)
        runs = await whole(running, 3)
        assert len(runs) == 3
        assert runs[0] == first[0]
        for run in runs:
            assert times(await content(running, run["floor"]))
        assert [(await notes(running, run))[0]["after_a_gap"] for run in runs] == [False, True, True]
        async with chair.request("GET", console) as answer:
            assert "nothing is recorded at the moment" not in await answer.text()


async def recorded_for(running: Running, number: int) -> None:
    """Wait until there are so many files."""
    async with asyncio.timeout(30):
        while len(await files(running)) < number:  # noqa: ASYNC110 - what another process does is waited for
            await asyncio.sleep(0.1)

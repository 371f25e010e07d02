"""The process that makes a programme: of sealed files, shut in, ended with whoever takes what it makes."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rostrum.media.programme.child import NICE
from rostrum.media.programme.job import NotMade
from rostrum.programme_making import begin_programme
from rostrum.record.database import Database
from rostrum.record.files import FileStore, KeptFile, Owner
from rostrum.record.sealing import Seal
from rostrum.settings import Settings
from tests.support.programmes import FILES, JOB, laid


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[FileStore]:
    database = await Database.open(Settings(data=tmp_path).database)
    yield FileStore(database, Seal.from_folder(tmp_path / "keys"), tmp_path / "files", b"k" * 32)
    await database.close()


NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)


def kept(store: FileStore, name: str, data: bytes, *, whole: bool = True) -> KeptFile:
    """A track on the disk, sealed in parts as they came; not `whole`: its process was killed."""
    writing = store.begin(name, "video/webm")
    for start in range(0, len(data), 50_001):
        writing.append(data[start : start + 50_001])
    if whole:
        writing.finish()
    else:
        writing._sealed.close()
    return KeptFile(name, Owner("s", "m", "recording", name), "", "video/webm", writing.size, 1, "", NOW, NOW)


async def test_its_process_makes_it_of_sealed_files_and_says_first_how_long_it_is(store: FileStore) -> None:
    _, made = laid(FILES)
    tracks = [kept(store, f"track{number}", data, whole=number != 1) for number, data in enumerate(FILES)]
    async with await begin_programme(store, tracks, JOB) as programme:
        assert (programme.size, programme.length_ms) == (len(made), JOB.length_ms)
        assert b"".join([part async for part in programme]) == made
    assert not children()


async def test_no_process_stays_behind(store: FileStore) -> None:
    long = replace(JOB, cuts=JOB.cuts * 400, marks=())
    tracks = [kept(store, f"track{number}", data) for number, data in enumerate(FILES)]
    programme = await begin_programme(store, tracks, long)
    async for _ in programme:
        break
    (child,) = children()
    assert is_confined(child)
    assert os.getpriority(os.PRIO_PROCESS, child) == NICE
    await programme.close()
    assert not children()
    beginning = asyncio.create_task(begin_programme(store, tracks, long))
    await asyncio.sleep(0.3)
    beginning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beginning
    assert not children()


def children() -> list[int]:
    """The processes that make a programme and were started by us."""
    found = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [int(one) for one in found if b"programme" in Path(f"/proc/{one}/cmdline").read_bytes()]


def is_confined(process: int) -> bool:
    """Whether it has given up memory and descriptors, once and for all."""
    limits = Path(f"/proc/{process}/limits").read_text()
    return all(re.search(each, limits) for each in (r"Max open files +3 +3 ", r"Max address space +(\d+) +\1 "))


async def test_files_that_are_gone_or_changed_make_none(store: FileStore) -> None:
    tracks = [kept(store, f"track{number}", data) for number, data in enumerate(FILES)]
    path, _ = store.lies("track2")
    sealed = bytearray(path.read_bytes())
    sealed[len(sealed) // 2] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(NotMade, match="changed"):
        await begin_programme(store, tracks, JOB)
    path.unlink()
    with pytest.raises(NotMade, match="gone"):
        await begin_programme(store, tracks, JOB)
    tracks[2] = kept(store, "track2", b"not a track at all, but something else that somebody put here")
    with pytest.raises(NotMade, match="not a track"):
        await begin_programme(store, tracks, JOB)

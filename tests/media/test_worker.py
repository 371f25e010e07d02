"""The engine in a process of its own: the same contract, and life after its death."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rostrum.assembly.program import recording_source
from rostrum.media.engine import PeerState, Playback, PlaybackOver
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE
from rostrum.media.reconcile import Reconciler
from rostrum.media.sfu import worker
from rostrum.media.sfu.worker import WorkerEngine
from tests.media.contract import *  # noqa: F403 - the suite is what is imported
from tests.media.contract import MEETING, on_air, speaking, watching
from tests.media.test_recital import recording, written


@pytest.fixture
async def engine() -> AsyncIterator[WorkerEngine]:
    opened = WorkerEngine(0, ["127.0.0.1"])
    await opened.start()
    yield opened
    await opened.close()


async def test_a_killed_worker_is_replaced_and_told_everything_again(engine: WorkerEngine) -> None:
    told: list[PeerState] = []
    engine.listen(lambda health: told.append(health.state))
    reconciler = Reconciler(engine)
    reconciler.start()
    engine.on_restart(reconciler.engine_restarted)
    reconciler.wanted("meeting", on_air("a"))
    await reconciler.settled()
    async with watching(engine) as watcher, speaking(engine, "a", b"AAAA"):
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
        assert engine.pid is not None
        killed_s = time.monotonic()
        port, pid = engine.port, engine.pid
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(5):
            while engine.pid in (None, pid) or told.count(PeerState.CLOSED) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert not engine.peers()
        await engine_is_back(engine)
        async with watching(engine) as again, speaking(engine, "a", b"BBBB"):
            await again.until_seen(b"BBBB", AUDIO_PAYLOAD_TYPE)
        assert time.monotonic() - killed_s < 5
        assert engine.port == port
    await reconciler.close()


async def test_a_recording_goes_on_where_the_clock_is_after_its_worker_was_killed(
    engine: WorkerEngine, tmp_path: Path
) -> None:
    over: list[PlaybackOver] = []
    engine.on_playback_over(over.append)
    playback = Playback(recording(tmp_path, written(9)), 0, running=True)
    source = recording_source("entry")
    await engine.apply(MEETING, on_air(source))
    began_s = time.monotonic()
    engine.play_recording(MEETING, source, playback)

    async def heard() -> float:
        """Where in the recording what is heard now lies, in seconds."""
        async with watching(engine) as watcher:
            async with asyncio.timeout(5):
                while not (sounds := [one for one in watcher.packets if one.payload_type == AUDIO_PAYLOAD_TYPE]):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            return int.from_bytes(sounds[-1].payload[-4:], "big") * 0.02

    assert abs(await heard() - (time.monotonic() - began_s)) < 1.5
    assert engine.pid is not None
    pid = engine.pid
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(5):
        while engine.pid in (None, pid):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await engine_is_back(engine)
    await engine.apply(MEETING, on_air(source))
    after_s = await heard()
    assert abs(after_s - (time.monotonic() - began_s)) < 1.5, "neither from its beginning nor from where it broke off"
    engine.stop_playing(MEETING, source)
    assert over == []


async def engine_is_back(engine: WorkerEngine) -> None:
    """Until it takes calls again."""
    async with asyncio.timeout(5):
        while True:
            try:
                return await engine.evict("nobody")
            except ConnectionError:
                await asyncio.sleep(0.05)


async def test_a_worker_is_not_blamed_where_the_application_stood_still(
    engine: WorkerEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "ANSWER_S", 1.0)
    before = engine.pid
    call = asyncio.create_task(engine.evict("nobody"))
    await asyncio.sleep(0)
    time.sleep(1.5)  # noqa: ASYNC251 - what is tested
    await call
    assert engine.pid == before
    async with watching(engine):
        assert len(engine.peers()) == 1


async def test_a_taken_port_is_said_at_the_start(engine: WorkerEngine) -> None:
    second = WorkerEngine(engine.port, ["127.0.0.1"])
    with pytest.raises(OSError, match="in use"):
        await second.start()
    await second.close()

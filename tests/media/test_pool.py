"""Several workers as one engine: the contract with senders and receivers apart, and the death of one of them."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from rostrum.assembly.program import HALL
from rostrum.media.clip import Clip, Frame
from rostrum.media.engine import NoSuchPeer, PeerState, SourceInUse
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE
from rostrum.media.reconcile import Reconciler
from rostrum.media.sfu import worker
from rostrum.media.sfu.pool import WorkerPool, least_loaded
from tests.media.contract import *  # noqa: F403 - the suite is what is imported
from tests.media.contract import MEETING, Watching, on_air, speaking, watching
from tests.media.contract_channels import *  # noqa: F403
from tests.media.joined import apart
from tests.support.server import free_port


@pytest.fixture
async def engine() -> AsyncIterator[WorkerPool]:
    opened = WorkerPool.of(2, 0, ["127.0.0.1"], placement=apart)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def shared() -> AsyncIterator[WorkerPool]:
    """Two workers with everyone placed as in an installation."""
    opened = WorkerPool.of(2, 0, ["127.0.0.1"])
    await opened.start()
    yield opened
    await opened.close()


def worker_of(peer_id: str) -> int:
    return int(peer_id.partition(".")[0])


async def test_senders_and_receivers_are_apart_here(engine: WorkerPool) -> None:
    """What makes the contract above a test of crossing."""
    async with speaking(engine, "a", b"AAAA") as speaker, watching(engine) as watcher:
        assert (worker_of(speaker.peer_id), worker_of(watcher.peer_id)) == (0, 1)
        assert len(set(engine.pids)) == len(set(engine.ports)) == 2


async def test_the_least_loaded_worker_takes_the_next(shared: WorkerPool) -> None:
    async with watching(shared) as one, watching(shared) as two, watching(shared) as three, watching(shared) as four:
        homes = [worker_of(watcher.peer_id) for watcher in (one, two, three, four)]
        assert sorted(homes) == [0, 0, 1, 1]
    assert list(least_loaded(False, [3, 1, 2])) == [1, 2, 0]


async def test_those_who_come_at_once_are_spread_as_well(shared: WorkerPool) -> None:
    entered = [watching(shared) for _ in range(6)]
    try:
        watchers = await asyncio.gather(*(one.__aenter__() for one in entered))
        homes = [worker_of(watcher.peer_id) for watcher in watchers]
        assert homes.count(0) == homes.count(1) == 3
    finally:
        await asyncio.gather(*(one.__aexit__(None, None, None) for one in entered))


async def test_of_two_who_send_the_same_at_once_one_is_refused(shared: WorkerPool) -> None:
    entered = [speaking(shared, "a", mark) for mark in (b"AAAA", b"BBBB")]
    found = await asyncio.gather(*(one.__aenter__() for one in entered), return_exceptions=True)
    assert sorted(isinstance(one, SourceInUse) for one in found) == [False, True]
    winner = next(one for one, result in zip(entered, found, strict=True) if not isinstance(result, BaseException))
    await winner.__aexit__(None, None, None)


@pytest.mark.parametrize("peer_id", ["", "nobody", "0.nobody", "1.nobody", "2.nobody", "-1.nobody", "²"])
async def test_a_peer_that_is_not_there(shared: WorkerPool, peer_id: str) -> None:
    with pytest.raises(NoSuchPeer):
        await shared.remove(peer_id)
    with pytest.raises(NoSuchPeer):
        await shared.restart_ice(peer_id, "", None)


@pytest.fixture
async def told_again(shared: WorkerPool) -> AsyncIterator[list[tuple[str, PeerState]]]:
    """The pool kept at a program as the application does it; what it tells of its peers."""
    told: list[tuple[str, PeerState]] = []
    shared.listen(lambda health: told.append((health.peer_id, health.state)))
    reconciler = Reconciler(shared)
    reconciler.start()
    shared.on_restart(reconciler.engine_restarted)
    reconciler.wanted(MEETING, on_air("a"))
    await reconciler.settled()
    yield told
    await reconciler.close()


def signalled(pool: WorkerPool, worker: int, number: signal.Signals) -> None:
    pid = pool.pids[worker]
    assert pid is not None
    os.kill(pid, number)


async def killed_and_back(pool: WorkerPool, worker: int) -> None:
    """Kill a worker and wait until another one stands in for it."""
    restarted = asyncio.Event()
    pool.on_restart(restarted.set)
    signalled(pool, worker, signal.SIGKILL)
    async with asyncio.timeout(5):
        await restarted.wait()


def times(watcher: Watching) -> list[float]:
    """When sounds arrive, from now on."""
    found: list[float] = []
    take = watcher.end.on_rtp

    def note(data: bytes) -> None:
        take(data)
        if watcher.packets[-1].payload_type == AUDIO_PAYLOAD_TYPE:
            found.append(time.monotonic())

    watcher.end.on_rtp = note
    return found


async def test_one_workers_death_is_nothing_to_the_others_receivers(
    shared: WorkerPool, told_again: list[tuple[str, PeerState]]
) -> None:
    async with speaking(shared, "a", b"AAAA") as speaker, watching(shared) as there, watching(shared) as here:
        home, dying = worker_of(speaker.peer_id), worker_of(there.peer_id)
        assert (dying, worker_of(here.peer_id)) == (1 - home, home), "one watches in each worker"
        for watcher in (here, there):
            await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        ports = shared.ports
        told_again.clear()
        here.packets.clear()
        arrived = times(here)
        killed_s = time.monotonic()
        await killed_and_back(shared, dying)
        async with watching(shared) as again:
            assert worker_of(again.peer_id) == dying, "the one with fewer"
            await again.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
            await again.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)
            back_s = time.monotonic() - killed_s
        print(f"killed to the picture in the new worker: {back_s:.2f} s")
        assert back_s < 5
        assert shared.ports == ports
        closed = [peer_id for peer_id, state in told_again if state is PeerState.CLOSED]
        assert closed[0] == there.peer_id
        assert not {here.peer_id, speaker.peer_id} & set(closed)
        for payload_type in (VIDEO_PAYLOAD_TYPE, AUDIO_PAYLOAD_TYPE):
            numbers = [packet.sequence for packet in here.packets if packet.payload_type == payload_type]
            assert len(numbers) > 20
            assert all((after - before) & 0xFFFF == 1 for before, after in pairwise(numbers))
        assert max(after - before for before, after in pairwise(arrived)) < 0.5


async def test_a_source_whose_worker_died_is_back_for_those_who_watch_elsewhere(
    shared: WorkerPool, told_again: list[tuple[str, PeerState]]
) -> None:
    async with watching(shared) as watcher:
        staying = worker_of(watcher.peer_id)
        async with speaking(shared, "a", b"AAAA") as speaker:
            dying = worker_of(speaker.peer_id)
            assert dying == 1 - staying
            await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
            killed_s = time.monotonic()
            await killed_and_back(shared, dying)
        async with speaking(shared, "a", b"BBBB") as again:
            assert worker_of(again.peer_id) == dying
            await watcher.until_seen(b"BBBB", VIDEO_PAYLOAD_TYPE)
            await watcher.until_seen(b"BBBB", AUDIO_PAYLOAD_TYPE)
            print(f"killed to the new sender's picture: {time.monotonic() - killed_s:.2f} s")
            assert time.monotonic() - killed_s < 5
        assert (watcher.peer_id, PeerState.CLOSED) not in told_again
        assert not watcher.end.closed.is_set()


async def test_a_worker_that_stands_still_delays_nobody(
    shared: WorkerPool, told_again: list[tuple[str, PeerState]]
) -> None:
    async with speaking(shared, "a", b"AAAA") as speaker, watching(shared) as there, watching(shared) as here:
        slow = worker_of(there.peer_id)
        assert slow == 1 - worker_of(speaker.peer_id) == 1 - worker_of(here.peer_id)
        for watcher in (here, there):
            await watcher.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        arrived = times(here)
        signalled(shared, slow, signal.SIGSTOP)
        try:
            await asyncio.sleep(5)
        finally:
            signalled(shared, slow, signal.SIGCONT)
        assert len(arrived) > 100
        assert max(after - before for before, after in pairwise(arrived)) < 0.5
        there.packets.clear()
        await there.until_seen(b"AAAA", VIDEO_PAYLOAD_TYPE)
        assert not [peer_id for peer_id, state in told_again if state is PeerState.CLOSED]


async def test_a_worker_that_never_answers_is_replaced_and_keeps_the_program_from_nobody(
    shared: WorkerPool, told_again: list[tuple[str, PeerState]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "ANSWER_S", 1.0)
    async with speaking(shared, "b", b"BBBB") as speaker, watching(shared) as there, watching(shared) as here:
        stuck = worker_of(there.peer_id)
        assert stuck == 1 - worker_of(speaker.peer_id) == 1 - worker_of(here.peer_id)
        before = shared.pids[stuck]
        signalled(shared, stuck, signal.SIGSTOP)
        changing = asyncio.create_task(shared.apply(MEETING, on_air("b")))
        await here.until_seen(b"BBBB", VIDEO_PAYLOAD_TYPE, 0.9)
        await changing
        async with asyncio.timeout(5):
            while (there.peer_id, PeerState.CLOSED) not in told_again:  # noqa: ASYNC110 - it is told by itself
                await asyncio.sleep(0.02)
            while shared.pids[stuck] in (None, before):  # noqa: ASYNC110 - the process comes by itself
                await asyncio.sleep(0.02)


async def test_while_one_worker_is_away_the_other_takes_who_comes(shared: WorkerPool) -> None:
    signalled(shared, 0, signal.SIGKILL)
    async with watching(shared) as watcher, speaking(shared, "a", b"AAAA"):
        assert worker_of(watcher.peer_id) == 1
        await shared.apply(MEETING, on_air("a"))
        await watcher.until_seen(b"AAAA", AUDIO_PAYLOAD_TYPE)


async def test_the_generated_hall_is_seen_in_every_worker_until_a_camera_comes_to_one(
    shared: WorkerPool, tmp_path: Path
) -> None:
    frames = [Frame("audio", 960 * number, b"\x78" * 20 + b"CLIP") for number in range(50)]
    Clip(1000, tuple(frames)).write(tmp_path / "hall.clip")
    shared.play(MEETING, HALL, tmp_path / "hall.clip")
    await shared.apply(MEETING, on_air(HALL))
    async with watching(shared) as one, watching(shared) as two:
        assert {worker_of(one.peer_id), worker_of(two.peer_id)} == {0, 1}
        for watcher in (one, two):
            await watcher.until_seen(b"CLIP", AUDIO_PAYLOAD_TYPE)
        async with speaking(shared, HALL, b"HHHH"):
            for watcher in (one, two):
                await watcher.until_seen(b"HHHH", AUDIO_PAYLOAD_TYPE)
                watcher.packets.clear()
            await asyncio.sleep(0.3)
            assert one.marks(AUDIO_PAYLOAD_TYPE) == two.marks(AUDIO_PAYLOAD_TYPE) == {b"HHHH"}
        for watcher in (one, two):
            watcher.packets.clear()
            await watcher.until_seen(b"CLIP", AUDIO_PAYLOAD_TYPE)
        shared.stop_playing(MEETING, HALL)
        await asyncio.sleep(0.2)
        one.packets.clear()
        two.packets.clear()
        await asyncio.sleep(0.3)
        assert not one.packets + two.packets


async def test_ports_follow_each_other_and_a_taken_one_is_said() -> None:
    first = free_port(socket.SOCK_DGRAM, 2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", first + 1))
        refused = WorkerPool.of(2, first, ["127.0.0.1"])
        with pytest.raises(OSError, match="in use"):
            await refused.start()
        assert refused.pids == [None, None], "none runs"
    pool = WorkerPool.of(2, first, ["127.0.0.1"])
    await pool.start()
    assert pool.ports == [first, first + 1]
    await pool.close()

"""The reconciler against an engine that fails, and one that was restarted."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rostrum.assembly.program import Audience, AudienceRole, Fill, Program, Slot
from rostrum.media.reconcile import Reconciler
from rostrum.media.sfu.engine import EmbeddedEngine

REMOTE = Audience(AudienceRole.REMOTE)


def showing(source: str) -> Program:
    return Program({REMOTE: {Slot.STAGE: Fill(source)}})


class Recording(EmbeddedEngine):
    """The embedded engine, which fails as often as it is told to and remembers what it took."""

    def __init__(self) -> None:
        super().__init__(0, ["127.0.0.1"])
        self.taken: list[tuple[str, Program]] = []
        self.failures = 0

    async def apply(self, meeting_id: str, program: Program) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the worker is gone")
        await super().apply(meeting_id, program)
        self.taken.append((meeting_id, program))


@pytest.fixture
async def engine() -> AsyncIterator[Recording]:
    opened = Recording()
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def reconciler(engine: Recording) -> AsyncIterator[Reconciler]:
    made = Reconciler(engine)
    made.start()
    yield made
    await made.close()


async def settled(reconciler: Reconciler) -> None:
    async with asyncio.timeout(3):
        await reconciler.settled()


async def test_only_changes_reach_the_engine(engine: Recording, reconciler: Reconciler) -> None:
    reconciler.wanted("a", showing("x"))
    reconciler.wanted("b", showing("y"))
    await settled(reconciler)
    reconciler.wanted("a", showing("x"))
    await settled(reconciler)
    reconciler.wanted("a", showing("z"))
    await settled(reconciler)
    assert engine.taken == [("a", showing("x")), ("b", showing("y")), ("a", showing("z"))]


async def test_failures_are_tried_again_until_they_succeed(engine: Recording, reconciler: Reconciler) -> None:
    engine.failures = 3
    reconciler.wanted("a", showing("x"))
    reconciler.wanted("a", showing("y"))
    await settled(reconciler)
    assert engine.taken == [("a", showing("y"))]


async def test_a_restarted_engine_is_told_everything_again(engine: Recording, reconciler: Reconciler) -> None:
    reconciler.wanted("a", showing("x"))
    await settled(reconciler)
    engine.taken.clear()
    reconciler.engine_restarted()
    await settled(reconciler)
    assert engine.taken == [("a", showing("x"))]

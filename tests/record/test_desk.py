"""The desk's memory of the record: nothing is taken for the newest state before it is read, and nothing piles up."""

import asyncio
from collections.abc import Sized
from datetime import UTC, datetime

import pytest

from rostrum.assembly import rules
from rostrum.assembly.accreditation import OpenSession
from rostrum.assembly.actor import SYSTEM
from rostrum.desk import ACCREDITATION, EMPTY_KEPT, Desk
from rostrum.record.database import Database
from rostrum.record.journal import Journal, Recorded


def utc_now() -> datetime:
    return datetime.now(UTC)


class FailsOnce(Journal):
    """A journal whose database is away at the first question."""

    failed = False

    async def read(self, stream: str, after_seq: int = 0) -> list[Recorded]:
        if not self.failed:
            self.failed = True
            raise OSError("away")
        return await super().read(stream, after_seq)


async def open_session(database: Database) -> None:
    command = OpenSession("s", {"en": "Session"}, rules.load("asp"))
    await Desk(Journal(database), utc_now).act(ACCREDITATION, "s", command, SYSTEM)


async def test_who_comes_while_a_stream_is_read_for_the_first_time_waits_for_it(database: Database) -> None:
    await open_session(database)
    desk = Desk(Journal(database), utc_now)
    held = await asyncio.gather(*(desk.load(ACCREDITATION, "s") for _ in range(3)))
    assert [each.state.session_id for each in held] == ["s"] * 3


async def test_a_read_that_failed_is_done_again(database: Database) -> None:
    await open_session(database)
    desk = Desk(FailsOnce(database), utc_now)
    with pytest.raises(OSError, match="away"):
        await desk.load(ACCREDITATION, "s")
    assert (await desk.load(ACCREDITATION, "s")).state.session_id == "s"


async def test_asking_for_what_is_not_there_is_remembered_within_bounds(database: Database) -> None:
    desk = Desk(Journal(database), utc_now)
    for number in range(EMPTY_KEPT + 20):
        assert (await desk.load(ACCREDITATION, f"none-{number}")).version == 0
    left = {name: len(part) for name, part in vars(desk).items() if isinstance(part, Sized) and len(part)}
    assert list(left.values()) == [EMPTY_KEPT]


async def test_a_stream_that_was_empty_is_read_when_another_node_has_written_to_it(database: Database) -> None:
    desk = Desk(Journal(database), utc_now)
    assert (await desk.load(ACCREDITATION, "s")).version == 0
    await open_session(database)
    await desk.catch_up(ACCREDITATION.stream("s"))
    assert (await desk.load(ACCREDITATION, "s")).state.session_id == "s"

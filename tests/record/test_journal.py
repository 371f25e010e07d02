"""The journal on both databases: one order, one chain, everything or nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rostrum.assembly import rules
from rostrum.assembly.accreditation import OpenSession
from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.entry import FloorRequested
from rostrum.assembly.meeting import ConveneMeeting
from rostrum.assembly.speakers import ListClosed, ListOpened, OpenList, RequestFloor
from rostrum.desk import ACCREDITATION, MEETING, Desk
from rostrum.record.codec import KINDS, Event, decode, encode
from rostrum.record.database import Database
from rostrum.record.journal import Clash, Journal
from rostrum.settings import Settings

NOW = datetime(2026, 11, 24, 10, 0, 0, 123456, tzinfo=UTC)
EVENTS: list[Event] = [ListOpened(NOW), FloorRequested(NOW, "e1", "p1", "d1", "ngo", True), ListClosed(NOW)]


def utc_now() -> datetime:
    return datetime.now(UTC)


async def test_what_is_appended_is_read_in_its_order(database: Database) -> None:
    journal = Journal(database)
    await journal.append("meeting/m", 0, EVENTS[:1], "chair", NOW)
    await journal.append("meeting/other", 0, EVENTS[:1], "chair", NOW)
    await journal.append("meeting/m", 1, EVENTS[1:], "p1", NOW)
    rows = await journal.read("meeting/m")
    assert [row.event for row in rows] == EVENTS
    assert [(row.seq, row.actor, row.at) for row in rows] == [(1, "chair", NOW), (2, "p1", NOW), (3, "p1", NOW)]
    assert [row.seq for row in await journal.read("meeting/m", after_seq=2)] == [3]
    assert await journal.streams("meeting/") == ["meeting/m", "meeting/other"]
    assert await journal.streams("meet_") == [], "a prefix is no pattern"
    assert await journal.verify() == []


async def test_of_two_who_append_at_once_one_is_told(database: Database) -> None:
    one, other = Journal(database), Journal(database)
    results = await asyncio.gather(
        *(journal.append("s", 0, EVENTS[:1], "x", NOW) for journal in (one, other)), return_exceptions=True
    )
    assert sum(isinstance(result, Clash) for result in results) == 1
    assert len(await one.read("s")) == 1


async def test_events_and_what_goes_with_them_are_written_together_or_not_at_all(database: Database) -> None:
    journal = Journal(database)

    def insert(link_id: str, token: bytes) -> Callable[[AsyncSession], Awaitable[None]]:
        async def write(session: AsyncSession) -> None:
            values = {"link": link_id, "token": token}
            await session.execute(text("INSERT INTO link_secret (link_id, token_hash) VALUES (:link, :token)"), values)

        return write

    async def fail(_: AsyncSession) -> None:
        raise RuntimeError("the second write fails")

    with pytest.raises(RuntimeError):
        await journal.append("s", 0, EVENTS[:1], "x", NOW, also=[insert("l1", b"1"), fail])
    assert await journal.read("s") == []
    await journal.append("s", 0, EVENTS[:1], "x", NOW, also=[insert("l1", b"1")])
    async with database.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM link_secret"))).scalar_one() == 1


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE journal SET body = replace(body, 'e1', 'e2') WHERE seq = 2",
        "UPDATE journal SET actor = 'somebody' WHERE seq = 1",
        "UPDATE journal SET at = replace(at, '10:00', '11:00') WHERE seq = 2",
        "UPDATE journal SET version = 2 WHERE seq = 3",
        "DELETE FROM journal WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM journal",
        "DELETE FROM journal_head",
        "UPDATE journal SET digest = replace(digest, substr(digest, 1, 1), 'z') WHERE seq = 3",
    ],
)
async def test_every_change_by_hand_is_found(database: Database, damage: str) -> None:
    journal = Journal(database)
    await journal.append("s", 0, EVENTS, "x", NOW)
    assert await journal.verify() == []
    async with database.session() as session:
        await session.execute(text(damage))
    assert [found.stream for found in await journal.verify()], damage


async def test_a_state_loaded_anew_is_the_one_that_was_decided(database: Database) -> None:
    desk = Desk(Journal(database), utc_now)
    await desk.act(ACCREDITATION, "s", OpenSession("s", {"ar": "دورة", "en": "Session"}, rules.load("asp")), SYSTEM)
    held = await desk.load(ACCREDITATION, "s")
    again = await Desk(Journal(database), utc_now).load(ACCREDITATION, "s")
    assert again == held


async def test_two_nodes_on_one_database_lose_and_double_nothing(settings: Settings) -> None:
    databases = [await Database.open(settings.database) for _ in range(2)]
    desks = [Desk(Journal(database), utc_now) for database in databases]
    convene = ConveneMeeting("m", "s", {"en": "Plenary"}, NOW, (), rules.load("plain"))
    await desks[0].act(MEETING, "m", convene, SYSTEM)
    await desks[1].act(MEETING, "m", OpenList(), SYSTEM)
    speak = frozenset({Right.SPEAK})
    await asyncio.gather(
        *(
            desks[n % 2].act(MEETING, "m", RequestFloor(f"e{n}"), Actor(f"p{n}", f"d{n}", "member", speak))
            for n in range(12)
        )
    )
    fresh = await Desk(Journal(databases[0]), utc_now).load(MEETING, "m")
    assert sorted(entry.entry_id for entry in fresh.state.floor.waiting) == sorted(f"e{n}" for n in range(12))
    assert await Journal(databases[0]).verify() == []
    for database in databases:
        await database.close()


async def test_another_node_hears_of_an_append(settings: Settings) -> None:
    """On PostgreSQL; with SQLite there is one node, which needs not be told."""
    if not settings.database_url:
        alone = await Database.open(settings.database)
        assert not alone.is_postgresql
        await alone.close()
        return
    mine, theirs = await Database.open(settings.database), await Database.open(settings.database)
    listener = Journal(mine)
    heard: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
    listener.subscribe(lambda stream, seq: heard.put_nowait((stream, seq)))
    await listener.follow()
    await Journal(theirs).append("meeting/m", 0, EVENTS, "x", NOW)
    assert await asyncio.wait_for(heard.get(), 5) == ("meeting/m", 3)
    await listener.close()
    await mine.close()
    await theirs.close()


st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(Mapping, lambda kind: st.dictionaries(*map(st.from_type, get_args(kind)), max_size=4))


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.from_type(KINDS[kind])))
def test_every_event_survives_being_written(event: Event) -> None:
    kind, version, body = encode(event)
    assert decode(kind, version, body) == event
    assert encode(decode(kind, version, body)) == (kind, version, body), "the bytes that are digested are stable"

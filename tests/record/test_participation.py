"""Minutes of lines: counted, told by meeting, deleted on their date."""

from datetime import UTC, datetime, timedelta

from rostrum.record.database import Database
from rostrum.record.participation import Participation

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


async def test_minutes_add_up_by_place_and_word(database: Database) -> None:
    kept = Participation(database)
    await kept.add_minute({}, LATER)
    for _ in range(3):
        await kept.add_minute({("m", "p"): "good", ("m", "q"): "poor", ("n", "p"): "good"}, LATER)
    await kept.add_minute({("m", "p"): "away"}, LATER)
    assert await kept.of("m") == {"p": {"good": 3, "away": 1}, "q": {"poor": 3}}
    assert await kept.of("n") == {"p": {"good": 3}}
    assert await kept.of("other") == {}


async def test_counts_go_on_their_date_which_the_last_minute_sets(database: Database) -> None:
    kept = Participation(database)
    await kept.add_minute({("m", "p"): "good", ("m", "q"): "good"}, NOW)
    await kept.add_minute({("m", "p"): "good"}, LATER)
    assert await kept.purge(NOW) == 1
    assert await kept.of("m") == {"p": {"good": 2}}
    assert await kept.purge(LATER) == 1
    assert await kept.of("m") == {}

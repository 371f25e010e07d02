"""Captions at rest: sealed, kept once, corrected without a trace of the former words, deleted on their date."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from rostrum.assembly.captions import CaptionKind, Cue, Voice
from rostrum.record.captions import LOOKED_AT, Captions
from rostrum.record.database import Database
from rostrum.record.sealing import Seal
from rostrum.record.tables import caption_cue

NOW = datetime(2026, 11, 26, 10, 0, 0, 250_000, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def cue(cue_id: str, text: str, *, ago_s: int = 0, language: str = "fr") -> Cue:
    start = NOW - timedelta(seconds=ago_s)
    voice = Voice("Aïcha", "Sénégal", "entry", "place")
    return Cue(cue_id, "m", language, start, start + timedelta(seconds=2), text, CaptionKind.HUMAN, voice)


async def test_cues_are_told_as_they_began_and_kept_once(database: Database) -> None:
    kept = Captions(database, Seal(b"k" * 32))
    second = await kept.add(cue("b", "Merci"), LATER)
    first = await kept.add(cue("a", "Bonjour", ago_s=9), LATER)
    assert await kept.add(cue("b", "Merci encore"), LATER) == second, "sent again since its answer was lost"
    assert await kept.of("m", "fr") == [first, second]
    assert await kept.last("m", "fr", 1) == [first], "closed last, though begun first"
    assert await kept.since("m", "fr", first.position) == [first]
    assert await kept.of("m", "en") == []
    assert await kept.languages("m") == {"fr"}


async def test_one_that_is_wanted_is_found_without_opening_all_others(database: Database) -> None:
    kept, last = Captions(database, Seal(b"k" * 32)), 2 * LOOKED_AT
    for number in range(last + 1):
        await kept.add(cue(f"c{number}", str(number), ago_s=number), LATER)

    async def looked_at(text: str) -> tuple[bool, int]:
        seen = list[str]()

        def wanted(one: Cue) -> bool:
            seen.append(one.cue_id)
            return one.text == text

        found = await kept.has("m", "fr", wanted)
        return found, len(seen)

    assert await looked_at("3") == (True, 4)
    assert await looked_at(str(last)) == (True, last + 1)
    assert await looked_at("nothing of this") == (False, last + 1)
    assert not await kept.has("m", "en", lambda _: True)


async def test_a_correction_leaves_nothing_of_the_former_words(database: Database) -> None:
    kept = Captions(database, Seal(b"k" * 32))
    wrong = await kept.add(cue("a", "secret word"), LATER)
    await kept.change(replace(wrong, text="said word", corrected=True))
    assert await kept.find("a") == replace(wrong, text="said word", corrected=True)
    async with database.reading() as session:
        rows = (await session.execute(select(caption_cue))).all()
    assert len(rows) == 1
    assert not any(word in bytes(rows[0].sealed) for word in (b"secret", b"said", "Aïcha".encode()))


async def test_cues_go_on_their_date(database: Database) -> None:
    kept = Captions(database, Seal(b"k" * 32))
    await kept.add(cue("a", "Bonjour"), NOW)
    await kept.add(cue("b", "Merci"), LATER)
    assert await kept.purge(NOW) == 1
    assert [each.cue_id for each in await kept.of("m", "fr")] == ["b"]

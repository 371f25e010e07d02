"""Recordings as they are given: whole whoever writes at once, and with the names that hold now."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest_asyncio

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.captions import CaptionKind, Cue, Turn, Voice
from rostrum.assembly.speaking import EndSpeech
from rostrum.assembly.taping import PublishTaping, StartTaping, StopTaping
from rostrum.cli.demo import MEETING_ID, SESSION_ID
from rostrum.desk import MEETING
from rostrum.identity.limits import LOOKING_BACK
from rostrum.identity.secrets import new_id
from rostrum.reads.recordings import JOURNAL, RECORDING
from rostrum.record.files import Owner
from rostrum.recording_take import Take
from tests.pages.test_recording import files, on_the_floor
from tests.pages.test_wishes import protect
from tests.support.app import Running, running_app


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_app(tmp_path / "data") as running:
        yield running


async def asked(running: Running, path: str) -> tuple[int, str]:
    """What anybody is answered."""
    async with aiohttp.ClientSession() as session, session.get(running.base + path) as answer:
        return answer.status, await answer.text()


async def published(running: Running) -> None:
    for command in (StartTaping(), StopTaping(), PublishTaping()):
        await running.house.desk.act(MEETING, MEETING_ID, command, SYSTEM)


async def recorded(running: Running, began_ms: int, ended_ms: int) -> None:
    """A run from one moment to another, of which a sound is kept."""
    notes = [{"at": began_ms, "what": "floor"}, {"at": began_ms, "what": "begun"}, {"at": ended_ms, "what": "ended"}]
    now, store = running.house.clock(), running.house.files
    for name, data in ((JOURNAL, "\n".join(map(json.dumps, notes)).encode()), ("floor", b"sound")):
        owner = Owner(SESSION_ID, MEETING_ID, RECORDING, f"{began_ms}.{name}")
        until = now + timedelta(days=1)
        written = await store.keep(
            new_id(), owner, name="", media_type="audio/webm", data=data, pages=1, created_at=now, purge_at=until
        )
        await store.commit(written)


async def test_notes_that_come_at_once_are_whole_and_one_that_comes_after_the_end_harms_nothing(
    running: Running,
) -> None:
    takes = [Take(running.house, SESSION_ID, MEETING_ID) for _ in range(5)]
    for take in takes:
        await asyncio.gather(*(take.note(what="floor", number=number) for number in range(4)))
        await asyncio.gather(take._finish(), *(take.note(what="floor", number=4) for _ in range(4)))
    journals = await files(running)
    assert len(journals) == len(takes)
    for one in journals:
        data = b"".join([piece async for piece in running.house.files.read(one)])
        assert [json.loads(line)["number"] for line in data.splitlines()][:4] == [0, 1, 2, 3]


async def test_a_journal_that_was_changed_takes_nothing_else_along(running: Running) -> None:
    await published(running)
    now_ms = round(running.house.clock().timestamp() * 1000)
    await recorded(running, now_ms + 10_000, now_ms + 20_000)
    await recorded(running, now_ms + 30_000, now_ms + 35_000)
    broken = next(one for one in await files(running) if one.owner.purpose == f"{now_ms + 10_000}.{JOURNAL}")
    path, _ = running.house.files.lies(broken.file_id)
    path.write_bytes(path.read_bytes()[:-1])
    runs = {one.name for one in (await running.house.recordings.of(MEETING_ID)).runs}
    assert str(now_ms + 30_000) in runs
    assert str(now_ms + 10_000) not in runs
    assert (await asked(running, "/recordings"))[0] == 200


async def test_a_track_in_which_nothing_came_to_be_is_not_waited_for(running: Running) -> None:
    store, now = running.house.files, running.house.clock()
    for data in (b"", b"sound"):
        kept = await asyncio.to_thread(store.begin, new_id(), "audio/webm")
        row = store.row(kept, Owner(SESSION_ID, MEETING_ID, RECORDING, f"1.{len(data)}"), now, now + timedelta(days=1))
        await store.commit(row)
        await asyncio.to_thread(kept.append, data)
        await asyncio.to_thread(kept.finish)
        row = store.row(kept, Owner(SESSION_ID, MEETING_ID, RECORDING, f"1.{len(data)}"), now, now + timedelta(days=1))
        await store.closed(kept, row)
    assert [one.size for one in await files(running)] == [5]
    assert not (await running.house.recordings.of(MEETING_ID)).writing


async def test_captions_name_who_is_protected_since_as_everybody_is_shown_them_now(running: Running) -> None:
    house, place = running.house, await running.place("ngo")
    entry_id = await on_the_floor(running, place)
    start = house.clock()
    await house.desk.act(MEETING, MEETING_ID, EndSpeech(entry_id), SYSTEM)
    began_ms = round(start.timestamp() * 1000)
    await recorded(running, began_ms - 5_000, began_ms + 5_000)
    await published(running)
    turns, voice = (Turn(entry_id, place.place_id),), Voice("Aïcha Own-Name", "ngo", entry_id, place.place_id)
    cue = Cue(new_id(), MEETING_ID, "en", start, start, "Thank you", CaptionKind.HUMAN, voice, turns=turns)
    await house.caption_store.add(cue, start + timedelta(days=1))
    track = f"/recordings/{MEETING_ID}/en.vtt"
    assert "<v Aïcha Own-Name · ngo>Thank you" in (await asked(running, track))[1]
    await protect(running, place, alias="Witness K")
    assert "<v Witness K · ngo>Thank you" in (await asked(running, track))[1]
    await protect(running, place, alias="Witness K", unlisted="yes")
    assert "<v ngo>Thank you" in (await asked(running, track))[1]
    own = f"/at/{place.place_id}/captions/{MEETING_ID}/en.vtt"
    async with place.request("GET", own) as answer:
        assert "<v ngo>Thank you" in await answer.text()


async def test_each_clip_has_the_languages_in_which_it_is_captioned(running: Running) -> None:
    house, place = running.house, await running.place("state-party")
    spoken, began_ms = [], round(house.clock().timestamp() * 1000)
    for languages in (("en",), ("en", "fr"), ()):
        entry_id = await on_the_floor(running, place)
        spoken.append((entry_id, languages))
        for language in languages:
            at, turns = house.clock(), (Turn(entry_id, place.place_id),)
            cue = Cue(new_id(), MEETING_ID, language, at, at, "Thank you", CaptionKind.HUMAN, turns=turns)
            await house.caption_store.add(cue, at + timedelta(days=1))
        await asyncio.sleep(0.02)
        await house.desk.act(MEETING, MEETING_ID, EndSpeech(entry_id), SYSTEM)
    await recorded(running, began_ms - 5_000, began_ms + 5_000)
    await published(running)
    async with place.request("GET", f"/at/{place.place_id}/clips") as answer:
        text = await answer.text()
    for entry_id, languages in spoken:
        assert set(re.findall(rf"{entry_id}/(\w+)\.vtt", text)) == set(languages)
        assert f"{entry_id}/floor.webm" in text


async def test_one_address_cannot_have_recordings_worked_out_for_ever(running: Running) -> None:
    async with aiohttp.ClientSession(running.base) as session:
        for number in range(LOOKING_BACK.amount + 1):
            async with session.get("/recordings/none/en.vtt") as answer:
                assert answer.status == (404 if number < LOOKING_BACK.amount else 429)
    assert (await asked(running, "/recordings"))[0] == 429

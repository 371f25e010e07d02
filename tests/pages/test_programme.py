"""What is made of a recording: a file for each language, cut by the record, made anew when something may not be."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import quote

import aiohttp
import av
import pytest_asyncio

from rostrum.app import play_test_picture
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.program import HALL
from rostrum.assembly.sitting import CloseMeeting
from rostrum.assembly.speaking import EndSpeech
from rostrum.assembly.taping import PublishTaping, StartTaping, WithdrawTaping
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from rostrum.reads.names import Name
from rostrum.reads.recordings import PROGRAMME, Recorded
from tests.pages.test_recording import content, kept, on_the_floor
from tests.pages.test_wishes import protect
from tests.support.app import Running, running_app
from tests.support.hall_encoder import HallEncoder
from tests.support.shapes import number_of

HERE = f"/recordings/{MEETING_ID}"


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_app(tmp_path / "data") as running:
        await play_test_picture(running.app, MEETING_ID)
        yield running


async def made(running: Running, but: frozenset[str] = frozenset()) -> Recorded:
    """The recording, once each of its channels has a file that is none of these."""
    async with asyncio.timeout(90):
        while True:
            found = await running.house.recordings.of(MEETING_ID)
            files = [found.current(channel) for channel in found.channels]
            if found.outline.parts and all(one is not None and one.file_id not in but for one in files):
                return found
            await asyncio.sleep(0.2)


async def fetched(running: Running, path: str, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
    """What anybody is answered."""
    async with aiohttp.ClientSession() as session, session.get(f"{running.base}{path}", headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


async def everybody_finds_what_is_published(running: Running, name: Name) -> None:
    for path in (HERE, f"{HERE}/fr.webm", f"{HERE}/en.vtt"):
        assert (await fetched(running, path))[0] == 404, "not published"
    assert "No recording has been published" in (await fetched(running, "/recordings"))[1].decode()
    await running.house.desk.act(MEETING, MEETING_ID, PublishTaping(), SYSTEM)
    status, found, _ = await fetched(running, f"{HERE}?channel=fr&t=3")
    assert status == 200
    assert f"{HERE}/fr.webm#t=3" in found.decode()
    assert name.person in found.decode()
    for path in (HERE, "/recordings"):
        status, found, _ = await fetched(running, f"{path}?q={quote(name.person.upper())}")
        assert (status, found.decode().count("chapter__who")) == (200, 1)
        assert "Nobody and nothing" in (await fetched(running, f"{path}?q=nobody+of+this+name"))[1].decode()
    status, part, headers = await fetched(running, f"{HERE}/fr.webm", Range="bytes=0-3")
    assert (status, part, headers["Content-Type"]) == (206, b"\x1a\x45\xdf\xa3", "video/webm")
    _, whole, headers = await fetched(running, f"{HERE}/fr.webm?download")
    assert len(whole) > 10_000
    assert headers["Content-Disposition"].startswith("attachment")
    assert (await fetched(running, f"{HERE}/xx.webm"))[0] == 404


async def test_a_file_for_each_language_is_made_and_made_again_without_who_may_not_be_given(running: Running) -> None:
    place = await running.place("state-party")
    desk = running.house.desk
    await desk.act(MEETING, MEETING_ID, StartTaping(), SYSTEM)
    await kept(running, 9)
    await asyncio.sleep(1.5)
    entry_id = await on_the_floor(running, place)
    await asyncio.sleep(2)
    await desk.act(MEETING, MEETING_ID, EndSpeech(entry_id), SYSTEM)
    await asyncio.sleep(2.5)
    await desk.act(MEETING, MEETING_ID, CloseMeeting(), SYSTEM)
    whole = await made(running)
    assert {"floor", "en", "fr"} <= set(whole.channels)
    before = set[str]()
    for channel in whole.channels:
        file = whole.current(channel)
        assert file is not None
        before.add(file.file_id)
        data = await content(running, file)
        with av.open(io.BytesIO(data), "r") as container:
            assert abs((container.duration or 0) / 1000 - whole.length_ms) < 100, channel
            chapters = [
                float((each["end"] - each["start"]) * (each["time_base"] or 0)) for each in container.chapters()
            ]
            assert [round(each * 1000) for each in chapters] == [each.to_ms - each.from_ms for each in whole.headings]
            pictures = [frame.time for frame in container.decode(video=0)]
        with av.open(io.BytesIO(data), "r") as container:
            heard = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
        assert len(pictures) > 20
        assert pictures == sorted(pictures)
        assert abs(heard * 1000 - whole.length_ms) < 150, channel
    name = whole.headings[1].name
    await everybody_finds_what_is_published(running, name)
    await protect(running, place, masked="yes")
    assert (await fetched(running, f"{HERE}/fr.webm"))[0] == 404, "at once"
    assert name.person not in (await fetched(running, HERE))[1].decode()
    shown = await running.house.recordings.of(MEETING_ID)
    assert [shown.current(channel) for channel in shown.channels] == [None] * len(shown.channels), "nothing meanwhile"
    again = await made(running, frozenset(before))
    assert entry_id not in [each.entry_id for each in again.headings]
    assert again.length_ms < whole.length_ms - 2_000
    async with asyncio.timeout(30):
        while {one.file_id for one in await running.house.files.files_of(MEETING_ID)} & before:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await running.house.desk.act(MEETING, MEETING_ID, WithdrawTaping(), SYSTEM)
    assert (await fetched(running, f"{HERE}/fr.webm"))[0] == 404
    purged = await running.house.files.purge(running.house.clock() + running.house.lives.programme)
    assert {one.file_id for one in again.made.values() if one.owner.kind == PROGRAMME} <= set(purged)


async def test_what_a_halls_encoder_sends_as_h264_is_in_the_file_beside_what_others_send(running: Running) -> None:
    desk, engine = running.house.desk, running.house.engine
    encoder = HallEncoder(3, h264=True)
    answer = await engine.publish(MEETING_ID, HALL, encoder.offer(), place_id=None)
    await encoder.send(answer.sdp)
    await desk.act(MEETING, MEETING_ID, StartTaping(), SYSTEM)
    await asyncio.sleep(4)
    await encoder.close()
    # The test picture, in VP8, takes the hall's place.
    await asyncio.sleep(5)
    await desk.act(MEETING, MEETING_ID, CloseMeeting(), SYSTEM)
    whole = await made(running)
    file = whole.current("floor")
    assert file is not None
    (run,) = whole.runs
    assert {"stage", "stage-h264", "stage-made"} <= run.files.keys()
    with av.open(io.BytesIO(await content(running, file)), "r") as container:
        seen = [(frame.time or 0.0, number_of(frame, 3)) for frame in container.decode(video=0)]
    numbers = [number for _, number in seen if number is not None]
    assert numbers == sorted(numbers)
    assert len(numbers) > 50
    last_s = max(at_s for at_s, number in seen if number is not None)
    others = [at_s for at_s, number in seen if number is None and at_s > last_s]
    assert len(others) > 20, "what came in VP8 goes on after it"

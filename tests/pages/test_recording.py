"""The recording: nothing before the word, nothing after it, nothing that the public may not be given."""

import asyncio
import contextlib
import io
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest
import pytest_asyncio

from rostrum.app import play_test_picture
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.chapters import MARGIN_MS
from rostrum.assembly.program import is_recorded, place_source
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.sitting import CloseMeeting, MeetingKind
from rostrum.assembly.speakers import InscribeSpeaker
from rostrum.assembly.speaking import CallSpeaker, EndSpeech
from rostrum.assembly.taping import PublishTaping, StartTaping, StopTaping, Taping, WithdrawTaping, decide
from rostrum.cli.demo import MEETING_ID, SESSION_ID
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.identity.secrets import new_id
from rostrum.media.loadtest.speaker import Speaker
from rostrum.media.programme.index import index
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire.webm import VP8
from rostrum.reads.recordings import JOURNAL, RECORDING
from rostrum.record.files import KeptFile
from tests.pages.test_wishes import protect
from tests.support.app import Knocker, Running, running_app


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_app(tmp_path / "data") as running:
        await play_test_picture(running.app, MEETING_ID)
        yield running


def address(place: Knocker, rest: str = "") -> str:
    return f"/at/{place.place_id}/console/meetings/{MEETING_ID}{rest}"


async def tell(place: Knocker, rest: str) -> int:
    async with place.request("POST", address(place, rest)) as answer:
        return answer.status


async def files(running: Running) -> list[KeptFile]:
    return [one for one in await running.house.files.files_of(MEETING_ID) if one.owner.kind == RECORDING]


async def content(running: Running, kept: KeptFile) -> bytes:
    return b"".join([piece async for piece in running.house.files.read(kept)])


async def whole(running: Running, runs: int = 1) -> list[dict[str, KeptFile]]:
    """The files of each run by track, once all are closed."""
    async with asyncio.timeout(30):
        while True:
            by_run: dict[str, dict[str, KeptFile]] = {}
            for one in await files(running):
                run, _, name = one.owner.purpose.partition(".")
                by_run.setdefault(run, {})[name] = one
            if len(by_run) >= runs and all(one.size for run in by_run.values() for one in run.values()):
                return [by_run[run] for run in sorted(by_run)]
            await asyncio.sleep(0.1)


async def notes(running: Running, run: Mapping[str, KeptFile]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await content(running, run[JOURNAL])).splitlines()]


def times(data: bytes) -> list[int]:
    with av.open(io.BytesIO(data), "r") as container:
        return [packet.pts or 0 for packet in container.demux(container.streams[0]) if packet.size]


async def test_what_is_kept_begins_and_ends_with_the_word(running: Running) -> None:
    president, secretariat = await running.place("presiding-officer"), await running.place("secretariat")
    await asyncio.sleep(1)
    assert await files(running) == []
    assert await tell(president, "/recording") == 303
    began_s = time.time()
    assert await tell(secretariat, "/recording") == 409
    async with president.request("GET", address(president)) as answer:
        assert "This meeting is recorded" in await answer.text()
    await asyncio.sleep(6)
    ended_s = time.time()
    assert await tell(secretariat, "/recording/end") == 303
    (run,) = await whole(running)
    assert {"stage", "floor", "channel-fr", JOURNAL} <= run.keys()
    journal = await notes(running, run)
    begun = next(each["at"] for each in journal if each["what"] == "begun") / 1000
    assert begun >= began_s - 0.5
    for name in run.keys() - {JOURNAL}:
        seen = times(await content(running, run[name]))
        assert seen == sorted(seen)
        assert seen[-1] - seen[0] > 2_000, (name, seen)
        assert begun + seen[-1] / 1000 < ended_s + 0.3, name
    with av.open(io.BytesIO(await content(running, run["stage"])), "r") as container:
        assert len(list(container.decode(video=0))) > 20
    before = {one.file_id: one.size for one in run.values()}
    await asyncio.sleep(1)
    assert {one.file_id: one.size for one in await files(running)} == before
    assert await running.house.files.purge(running.house.clock() + running.house.lives.tracks + timedelta(days=1))
    assert await files(running) == []


async def on_the_floor(running: Running, place: Knocker) -> str:
    """Somebody far away has the floor; the entry."""
    entry_id = new_id()
    session = (await running.house.desk.load(ACCREDITATION, SESSION_ID)).state
    one = session.places[place.place_id]
    inscribe = InscribeSpeaker(entry_id, one.place_id, one.delegation_id, one.category, remote=True)
    for command in (inscribe, CallSpeaker(entry_id)):
        await running.house.desk.act(MEETING, MEETING_ID, command, SYSTEM)
    return entry_id


async def speaks(running: Running, place: Knocker) -> asyncio.Task[None]:
    speaker = Speaker(Identity.generateCertificate(), 1, video_bps=300_000, layers=1)
    answer = await running.house.engine.publish(
        MEETING_ID, place_source(place.place_id), speaker.offer(), place_id=place.place_id
    )
    await speaker.end.connect(answer.sdp)
    return asyncio.create_task(speaker.speak())


async def kept(running: Running, number: int) -> None:
    """Wait until there are so many files: a journal, the stage, the floor and six channels for each run."""
    async with asyncio.timeout(20):
        while len(await files(running)) < number:  # noqa: ASYNC110 - what another process does is waited for
            await asyncio.sleep(0.1)


async def test_a_voice_to_be_masked_is_left_out_and_a_killed_process_leaves_a_gap(running: Running) -> None:
    place = await running.place("state-party")
    await protect(running, place, masked="yes")
    sending = await speaks(running, place)
    desk = running.house.desk
    await desk.act(MEETING, MEETING_ID, StartTaping(), SYSTEM)
    await kept(running, 9)
    guarded_s = time.time()
    entry_id = await on_the_floor(running, place)
    await asyncio.sleep(2)
    freed_s = time.time()
    await desk.act(MEETING, MEETING_ID, EndSpeech(entry_id), SYSTEM)
    await asyncio.sleep(1)
    os.kill(only_child(), signal.SIGKILL)
    await kept(running, 18)
    await desk.act(MEETING, MEETING_ID, StopTaping(), SYSTEM)
    sending.cancel()
    first, second = await whole(running, 2)
    journal = await notes(running, first)
    begun_ms = next(each["at"] for each in journal if each["what"] == "begun")
    for name in ("stage", "floor", "channel-fr"):
        seen = [begun_ms / 1000 + at / 1000 for at in times(await content(running, first[name]))]
        assert seen, name
        assert not [at for at in seen if guarded_s + 0.3 < at < freed_s - 0.1], name
    (left,) = [each for each in journal if each.get("left_out")]
    assert (left["left_out"], left["why"], left["entry"]) == (["picture", "voice"], "protection", None)
    text = json.dumps(journal)
    assert entry_id not in text
    assert place.place_id not in text
    assert (await notes(running, second))[0]["after_a_gap"] is True


def only_child() -> int:
    """The process that records."""
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"rostrum.media.recording" in (path / "cmdline").read_bytes():
                return int(path.name)
    raise AssertionError("nothing records")


async def test_a_closed_meeting_is_not_recorded_and_only_those_who_run_it_say_so(running: Running) -> None:
    for category in ("state-party", "interpreter", "technician"):
        assert await tell(await running.place(category), "/recording") in (403, 404), category
    meeting = (await running.house.desk.load(MEETING, MEETING_ID)).state
    for kind in set(MeetingKind) - {MeetingKind.PUBLIC}:
        with pytest.raises(Refused) as refused:
            decide(Taping(), StartTaping(), kind, running.house.clock())
        assert refused.value.why is Why.NOT_RECORDED_CLOSED
    assert not is_recorded(meeting)
    assert await files(running) == []


async def test_a_recording_is_read_with_its_chapters_and_published_after_the_meeting(running: Running) -> None:
    desk, recordings = running.house.desk, running.house.recordings
    place = await running.place("state-party")
    with pytest.raises(Refused) as refused:
        await desk.act(MEETING, MEETING_ID, PublishTaping(), SYSTEM)
    assert refused.value.why is Why.NO_TAPING
    ended = asyncio.Event()
    recordings.listen(lambda _meeting_id: ended.set())
    sending = await speaks(running, place)
    await desk.act(MEETING, MEETING_ID, StartTaping(), SYSTEM)
    await kept(running, 9)
    entry_id = await on_the_floor(running, place)
    await asyncio.sleep(3)
    await desk.act(MEETING, MEETING_ID, EndSpeech(entry_id), SYSTEM)
    await asyncio.sleep(1)
    await desk.act(MEETING, MEETING_ID, CloseMeeting(), SYSTEM)
    async with asyncio.timeout(20):
        await ended.wait()
    found = await recordings.of(MEETING_ID)
    assert [heading.entry_id for heading in found.headings] == [None, entry_id, None]
    speech = found.headings[1]
    assert speech.name.delegation
    assert speech.matches(speech.name.delegation.upper(), "en")
    assert not speech.matches("nobody of this name", "en")
    assert 2_900 < speech.to_ms - speech.from_ms < 5_000
    sending.cancel()
    stage = index(running.house.files.open(found.runs[0].files["stage"]), VP8)
    keyframes = [at_ms for at_ms, size in zip(stage.at_ms, stage.about, strict=True) if size]
    # Were the one before withheld, what is given would begin a margin later, and with a picture before long.
    begins_ms = found.outline.parts[0].from_ms + speech.from_ms + MARGIN_MS
    assert [at_ms for at_ms in keyframes if begins_ms <= at_ms < begins_ms + 1_500], (begins_ms, keyframes)
    only = await recordings.of(MEETING_ID, entry_id)
    assert abs(only.length_ms - (speech.to_ms - speech.from_ms)) < 2
    assert [heading.entry_id for heading in only.headings] == [entry_id]
    assert found.joined_ms(running.house.clock() + timedelta(hours=1)) is None
    await desk.act(MEETING, MEETING_ID, PublishTaping(), SYSTEM)
    assert (await recordings.of(MEETING_ID)).meeting.taping.published_at is not None
    # Asked for afterwards, it holds for what was recorded before.
    before = found.purpose("floor")
    await protect(running, place, masked="yes")
    after = await recordings.of(MEETING_ID)
    assert entry_id not in [heading.entry_id for heading in after.headings]
    assert after.withheld_ms > found.withheld_ms
    assert after.purpose("floor") != before
    await desk.act(MEETING, MEETING_ID, WithdrawTaping(), SYSTEM)
    assert (await recordings.of(MEETING_ID)).meeting.taping.published_at is None

"""A video statement by HTTP: sent in parts, checked, approved, queued, called, played, and its failure told."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
import typst

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.captions import CaptionKind, Cue, Turn, Voice
from rostrum.assembly.entry import EntryState, Kind
from rostrum.assembly.feeds import SetWebcast
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.refusal import Refused
from rostrum.assembly.speakers import RequestFloor
from rostrum.assembly.speaking import CallSpeaker, PauseSpeech, ResumeSpeech
from rostrum.assembly.speech import Delivery
from rostrum.assembly.statement import Check, Statement, StatementState
from rostrum.assembly.statement_acts import SetStatementDeadline
from rostrum.assembly.taping import StartTaping
from rostrum.cli.demo import MEETING_ID, SESSION_ID
from rostrum.desk import MEETING, STATEMENTS
from rostrum.identity.secrets import new_id
from rostrum.media.engine import Playback
from rostrum.pages.files.ranges import range_of
from tests.pages.test_papers import pdf, upload
from tests.pages.test_recordings import recorded
from tests.pages.test_wishes import protect
from tests.support.app import Knocker, Running, running_app
from tests.support.shapes import made
from tests.uploads.test_words import TEXTS

TOLD = {"name": "Amina Diallo", "office": "Minister <of> Justice", "language": "fr", "item": "debate"}


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tmp_path_factory.mktemp("video") / "statement.mp4", 1.5).read_bytes()


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_app(tmp_path / "data", statement_gigabytes=0.001) as running:
        yield running


def path(place: Knocker, rest: str = "") -> str:
    return f"/at/{place.place_id}/meeting/{MEETING_ID}/video{rest}"


async def send(place: Knocker, data: bytes, parts: int = 2, **changes: str) -> int:
    """Send a file by tus; the status of the last answer."""
    told = {**TOLD, **changes}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
    headers = {"Tus-Resumable": "1.0.0", "X-CSRF-Token": place.csrf}
    async with aiohttp.ClientSession(cookies=place.jar, headers=headers) as session:
        begun = {"Upload-Length": str(len(data)), "Upload-Metadata": metadata}
        async with session.post(place.base + path(place, "/uploads"), headers=begun) as answer:
            if answer.status != 201:
                return answer.status
            address = place.base + answer.headers["Location"]
        at, step = 0, -(-len(data) // parts)
        while at < len(data):
            part = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
            async with session.patch(address, headers=part, data=data[at : at + step]) as answer:
                if answer.status != 204:
                    return answer.status
                at = int(answer.headers["Upload-Offset"])
        # Its last answer was lost, and it is asked again: no second statement comes of it.
        part = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
        async with session.patch(address, headers=part, data=b"") as answer:
            return answer.status


async def statements(running: Running) -> list[Statement]:
    return list((await running.house.desk.load(STATEMENTS, SESSION_ID)).state.statements.values())


async def meeting_of(running: Running) -> Meeting:
    return (await running.house.desk.load(MEETING, MEETING_ID)).state


async def until(what: Callable[[], Awaitable[bool]], within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while not await what():  # noqa: ASYNC110 - what other tasks do is waited for
            await asyncio.sleep(0.03)


async def comes_to(running: Running, state: StatementState) -> Statement:
    async def there() -> bool:
        return (await statements(running))[-1].state is state

    try:
        await until(there)
    except TimeoutError:
        pytest.fail(f"{state} was not reached: {(await statements(running))[-1]}")
    return (await statements(running))[-1]


async def text_of(place: Knocker, address: str) -> str:
    async with place.request("GET", address) as answer:
        return await answer.text()


async def approved(running: Running, place: Knocker, data: bytes, when: str = "called") -> Statement:
    assert await send(place, data) == 204
    one = await comes_to(running, StatementState.NEEDS_APPROVAL)
    async with place.request("POST", path(place, f"/{one.statement_id}/approval"), data={"when": when}) as answer:
        assert answer.status == 303
    return (await statements(running))[-1]


async def asks(running: Running, place: Knocker) -> str:
    """The delegation asks for the floor; its entry, once the statement stands at it."""
    entry_id = new_id()
    standing = await running.house.doorkeeper.standing(place.place_id, next(iter(place.jar.values())))
    actor = standing.actor  # type: ignore[union-attr]  # it has a place
    await running.house.desk.act(MEETING, MEETING_ID, RequestFloor(entry_id, Kind.STATEMENT), actor)
    await comes_to(running, StatementState.QUEUED)
    return entry_id


class Engine:
    """Notes what the engine is told to play."""

    def __init__(self, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        self.played: list[Playback] = []
        self.stopped = 0
        engine = running.house.engine
        play, stop = engine.play_recording, engine.stop_playing

        def noted(meeting_id: str, source: str, playback: Playback) -> None:
            self.played.append(playback)
            play(meeting_id, source, playback)

        def stopped(meeting_id: str, source: str) -> None:
            self.stopped += 1
            stop(meeting_id, source)

        monkeypatch.setattr(engine, "play_recording", noted)
        monkeypatch.setattr(engine, "stop_playing", stopped)


async def test_it_is_checked_approved_called_played_and_noted(
    running: Running, video: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, state = Engine(running, monkeypatch), await running.place("state-party")
    assert "No video statement has been sent." in await text_of(state, path(state))
    assert await upload(state, f"meeting/{MEETING_ID}/texts", "en", pdf("English")) == 303
    one = await approved(running, state, video)
    assert len(await statements(running)) == 1
    assert [finding.check for finding in one.findings] == [Check.LANGUAGE_DIFFERS]
    shown = await text_of(state, path(state))
    assert "Amina Diallo" in shown
    assert "Minister &lt;of&gt; Justice" in shown
    assert "Check which language is spoken" in shown
    entry_id = await asks(running, state)
    assert "You are number 1 on the list of speakers." in await text_of(state, path(state, "/standing"))
    await running.house.desk.act(MEETING, MEETING_ID, CallSpeaker(entry_id), SYSTEM)
    speech = (await meeting_of(running)).floor.speech
    assert speech is not None
    assert speech.delivery is Delivery.RECORDING
    for command in (PauseSpeech(entry_id), ResumeSpeech(entry_id)):
        await asyncio.sleep(0.2)
        await running.house.desk.act(MEETING, MEETING_ID, command, SYSTEM)
    await comes_to(running, StatementState.PLAYED)
    floor = (await meeting_of(running)).floor
    assert floor.speech is None, "the end of the file ends the statement"
    entry = floor.entry(entry_id)
    assert entry is not None
    assert (entry.state, entry.used_ms // 1000) in {(EntryState.SPOKEN, 1), (EntryState.SPOKEN, 2)}
    assert [playback.running for playback in engine.played] == [True, False, True]
    assert engine.stopped == 1
    assert await send(state, video) == 409, "what was played stands"


async def test_who_sees_it_ahead_and_who_when_it_was_played(running: Running, video: bytes) -> None:
    state, others = await running.place("state-party"), ["observer-state", "interpreter", "presiding-officer"]
    one = await approved(running, state, video)
    places = {category: await running.place(category) for category in others}

    async def seen() -> set[str]:
        found = set()
        for category, place in {**places, "state-party": state}.items():
            address = f"/at/{place.place_id}/statements/{one.statement_id}"
            statuses = {await place.status("GET", f"{address}/{each}") for each in ("preview", "pictures/0")}
            assert len(statuses) == 1
            if statuses == {200}:
                found.add(category)
        return found

    assert await seen() == {"state-party", "interpreter", "presiding-officer"}
    listed = await text_of(places["interpreter"], f"/at/{places['interpreter'].place_id}/meeting/{MEETING_ID}")
    assert f'statements/{one.statement_id}"' in listed
    entry_id = await asks(running, state)
    await running.house.desk.act(MEETING, MEETING_ID, CallSpeaker(entry_id), SYSTEM)
    await comes_to(running, StatementState.PLAYED)
    assert await seen() == {"state-party", *others}
    await protect(running, state, masked="yes")
    assert await seen() == {"state-party", "interpreter", "presiding-officer"}
    address = f"/at/{state.place_id}/statements/{one.statement_id}/preview"
    async with state.request("GET", address, headers={"Range": "bytes=100-199"}) as answer:
        part = await answer.read()
        assert (answer.status, len(part)) == (206, 100)
        assert answer.headers["Content-Range"].startswith("bytes 100-199/")
    async with state.request("GET", address) as answer:
        assert (await answer.read())[100:200] == part


async def test_what_was_played_is_given_to_everybody_with_captions_and_text(running: Running, video: bytes) -> None:
    state, clerk, ngo = [await running.place(category) for category in ("state-party", "secretariat", "ngo")]
    house, public = running.house, f"/recordings/{MEETING_ID}/statements/"
    assert await upload(state, f"meeting/{MEETING_ID}/texts", "fr", pdf("Monsieur le Président")) == 303
    one = await approved(running, state, video)
    await house.desk.act(MEETING, MEETING_ID, SetWebcast(True), SYSTEM)
    await house.desk.act(MEETING, MEETING_ID, StartTaping(), SYSTEM)
    assert await anybody(running, public + one.statement_id) == 404, "not played yet"
    entry_id = await asks(running, state)
    called_at = house.clock()
    await house.desk.act(MEETING, MEETING_ID, CallSpeaker(entry_id), SYSTEM)
    await comes_to(running, StatementState.PLAYED)
    start, turns = called_at + timedelta(seconds=1), (Turn(entry_id, state.place_id),)
    for text, own in (("Monsieur le Président", turns), ("Merci", ())):
        end = start + timedelta(seconds=3)
        cue = Cue(new_id(), MEETING_ID, "fr", start, end, text, CaptionKind.HUMAN, Voice(), turns=own)
        await house.caption_store.add(cue, end + timedelta(days=1))
    for place in (None, ngo):
        at = f"/at/{ngo.place_id}/statements/{one.statement_id}" if place else public + one.statement_id
        texts_at = f"/at/{ngo.place_id}/texts" if place else f"/recordings/{MEETING_ID}/texts"
        shown = await given(running, place, at)
        (text_id,) = set(re.findall(rf'{texts_at}/(\w+)"', shown))
        assert (await given(running, place, f"{texts_at}/{text_id}")).startswith("%PDF")
        assert f"{at}/fr.vtt" in shown
        track = await given(running, place, f"{at}/fr.vtt")
        (at_s,) = re.findall(r"^00:00:(\d\d\.\d\d\d) --> ", track, re.MULTILINE)
        assert 0.8 < float(at_s) <= 1.0
        assert "Monsieur le Président" in track
        assert "Merci" not in track
        assert len(await given(running, place, f"{at}/preview")) > 1_000
    card = f"/at/{clerk.place_id}/console/meetings/{MEETING_ID}/videos"
    began_ms = round(called_at.timestamp() * 1000)
    await recorded(running, began_ms - 5_000, began_ms + 1_000)
    for word, status in (("no", 404), ("yes", 200)):
        async with clerk.request("POST", f"{card}/{one.statement_id}", data={"given": word}) as answer:
            assert answer.status == 303
        chapters = (await house.recordings.of(MEETING_ID)).headings
        assert (entry_id in {each.entry_id for each in chapters}) == (word == "yes")
        assert {await anybody(running, public + one.statement_id + rest) for rest in ("", "/preview")} == {status}
        assert await ngo.status("GET", f"/at/{ngo.place_id}/statements/{one.statement_id}") == status
    await protect(running, state, masked="yes")
    assert await anybody(running, public + one.statement_id) == 404
    assert await anybody(running, f"/recordings/{MEETING_ID}/texts/{text_id}") == 404


async def anybody(running: Running, address: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(running.base + address) as answer:
        return answer.status


async def given(running: Running, place: Knocker | None, address: str) -> str:
    """What is sent to somebody with a place, or to anybody."""
    jar = None if place is None else place.jar
    async with aiohttp.ClientSession(cookies=jar) as session, session.get(running.base + address) as answer:
        assert answer.status == 200, address
        return (await answer.read()).decode(errors="replace")


async def test_a_file_that_fails_falls_back_to_its_text_and_the_presiding_officer_is_told(
    running: Running, video: bytes
) -> None:
    state, chair = await running.place("state-party"), await running.place("presiding-officer")
    one = await approved(running, state, video)
    entry_id = await asks(running, state)
    assert one.made is not None
    clip, _ = running.house.files.lies(one.made.clip_id)
    clip.write_bytes(clip.read_bytes()[:20_000])
    await running.house.desk.act(MEETING, MEETING_ID, CallSpeaker(entry_id), SYSTEM)

    async def failed() -> bool:
        speech = (await meeting_of(running)).floor.speech
        return speech is not None and speech.recording_failed

    await until(failed)
    speech = (await meeting_of(running)).floor.speech
    assert speech is not None
    assert (speech.delivery, speech.running_since) == (Delivery.READ_OUT, None)
    console = f"/at/{chair.place_id}/console/meetings/{MEETING_ID}"
    assert "The recorded statement broke off." in await text_of(chair, console)
    for rest in ("resumption", "end"):
        async with chair.request("POST", f"{console}/speech/{entry_id}/{rest}") as answer:
            assert answer.status == 303
    await comes_to(running, StatementState.FELL_BACK)


async def test_it_is_replaced_until_the_deadline_and_nothing_is_kept_of_the_former(
    running: Running, video: bytes
) -> None:
    state, secretariat = await running.place("state-party"), await running.place("secretariat")
    first = await approved(running, state, video)
    assert first.made is not None
    assert await send(state, b"#EXTM3U\nhttp://127.0.0.1/\n") == 204
    refused = await comes_to(running, StatementState.REFUSED)
    assert "The file is not a video that we know." in await text_of(state, path(state))
    assert (await statements(running))[0].state is StatementState.APPROVED, "a file that is refused takes nothing away"
    second = await approved(running, state, video, "lost")
    assert [one.state for one in await statements(running)] == [
        StatementState.WITHDRAWN,
        StatementState.WITHDRAWN,
        StatementState.APPROVED,
    ]
    ended = [first.made.clip_id, first.made.preview_id, *first.made.picture_ids]

    async def gone() -> bool:
        kept = [await running.house.files.get(each) for each in ended]
        return not any(kept) and await running.house.dossiers.get(refused.dossier_id) is None

    await until(gone)
    entry_id = await asks(running, state)
    entry = (await meeting_of(running)).floor.entry(entry_id)
    assert entry is not None
    assert (entry.recording_id, entry.instead) == (second.statement_id, False)
    deadline = f"/at/{secretariat.place_id}/console/meetings/{MEETING_ID}/videos"
    async with secretariat.request("POST", deadline, data={"until_on": "2026-01-01", "until_time": ""}) as answer:
        assert answer.status == 422
    async with secretariat.request("POST", deadline, data={"until_on": "2026-01-01", "until_time": "10:00"}) as answer:
        assert answer.status == 303
    assert "Amina Diallo" in await text_of(secretariat, deadline)
    assert await send(state, video) == 409
    assert "The time for video statements of this meeting is over." in await text_of(state, path(state))


async def test_what_is_wrong_is_said_before_anything_is_sent(running: Running, video: bytes) -> None:
    state = await running.place("state-party")
    assert await send(state, video, name=" ") == 422
    assert await send(state, video, language="xx") == 422
    assert await send(state, video, item="none") == 422
    assert await send(state, bytes(1_000_001)) == 413
    assert await send(state, b"") == 422
    form = aiohttp.FormData()
    for name, value in {"csrf": state.csrf, **TOLD}.items():
        form.add_field(name, value)
    form.add_field("file", bytes(1_500_000), filename="large.mp4")
    async with (
        aiohttp.ClientSession(cookies=state.jar) as session,
        session.post(state.base + path(state), data=form, allow_redirects=False) as answer,
    ):
        assert answer.status == 413
        assert "The video is larger than is taken." in await answer.text()
    await protect(running, state, voice_only="yes")
    assert await send(state, video) == 409
    assert "No picture of you is taken in, as you asked." in await text_of(state, path(state))
    assert await statements(running) == []


async def test_a_form_without_script_sends_it_too(running: Running, video: bytes) -> None:
    state = await running.place("state-party")
    english = typst.compile(TEXTS["en"].encode(), format="pdf", ignore_system_fonts=True)
    assert isinstance(english, bytes)
    assert await upload(state, f"meeting/{MEETING_ID}/texts", "fr", english) == 303
    form = aiohttp.FormData()
    for name, value in {"csrf": state.csrf, "purpose": "video", **TOLD}.items():
        form.add_field(name, value)
    form.add_field("file", video, filename="statement.mp4")
    async with (
        aiohttp.ClientSession(cookies=state.jar) as session,
        session.post(state.base + path(state), data=form, allow_redirects=False) as answer,
    ):
        assert answer.status == 303
    one = await comes_to(running, StatementState.NEEDS_APPROVAL)
    assert [finding.check for finding in one.findings] == [Check.LANGUAGE_DIFFERS], (
        "it is called French, and reads English"
    )


async def test_a_check_that_was_interrupted_is_begun_again(tmp_path: Path, video: bytes) -> None:
    async with running_app(tmp_path / "data") as running:
        state = await running.place("state-party")
        running.house.screener.stop()
        assert await send(state, video) == 204
        assert (await statements(running))[-1].state is StatementState.RECEIVED
    async with running_app(tmp_path / "data") as running:
        await comes_to(running, StatementState.NEEDS_APPROVAL)


async def test_anothers_statement_is_not_there(running: Running, video: bytes) -> None:
    state, ngo = await running.place("state-party"), await running.place("ngo")
    one = await approved(running, state, video)
    for rest in ("approval", "removal"):
        assert await ngo.status("POST", path(ngo, f"/{one.statement_id}/{rest}")) == 404
    with pytest.raises(Refused):
        await running.house.desk.act(
            STATEMENTS,
            SESSION_ID,
            SetStatementDeadline(SESSION_ID, MEETING_ID, running.house.clock() + timedelta(days=1)),
            (await running.house.doorkeeper.standing(ngo.place_id, next(iter(ngo.jar.values())))).actor,  # type: ignore[union-attr]  # it has a place
        )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, (0, 100)),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=-0", None),
        ("bytes=100-", None),
        ("bytes=9-5", None),
        ("bytes=-", (0, 100)),
        ("bytes=0-5,7-9", (0, 100)),
        ("lines=0-5", (0, 100)),
    ],
)
def test_ranges(header: str | None, expected: tuple[int, int] | None) -> None:
    assert range_of(header, 100) == expected

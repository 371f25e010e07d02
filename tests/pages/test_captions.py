"""Captions over HTTP: written by those who may, read as they grow, kept, corrected, and left out where held back."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from yarl import URL

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.sitting import CloseMeeting, SuspendMeeting
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from tests.pages.test_live import Stream
from tests.pages.test_papers import called
from tests.pages.test_protection import post
from tests.pages.test_wishes import protect
from tests.support.app import Knocker, Running, Time, running_app


@asynccontextmanager
async def captions(place: Knocker, language: str = "fr") -> AsyncIterator[Stream]:
    path = f"/at/{place.place_id}/live/{MEETING_ID}/captions?language={language}"
    async with place.request("GET", path) as answer:
        assert answer.status == 200
        opened = Stream(answer)
        await opened.event()  # retry
        yield opened


async def until(stream: Stream, name: str) -> Any:
    return json.loads(await stream.until(name))


async def write(place: Knocker, what: str, fields: Mapping[str, str], language: str = "fr", page: str = "page") -> int:
    path = f"/at/{place.place_id}/captions/{MEETING_ID}/{language}/{what}"
    async with place.request("POST", path, data={"page": page, **fields}) as answer:
        return answer.status


async def text_of(place: Knocker, path: str) -> str:
    async with place.request("GET", f"/at/{place.place_id}/captions/{MEETING_ID}{path}") as answer:
        assert answer.status == 200
        return await answer.text()


async def test_a_line_is_read_as_it_grows_shrinks_and_is_closed(running: Running) -> None:
    captioner, reader = await running.place("captioner"), await running.place("ngo")
    async with captions(reader) as french, captions(reader, "en") as english:
        assert (await until(french, "cues"), (await until(french, "line"))["text"]) == ([], "")
        await until(english, "line")
        for typed in ("Mon", "Monsieur le", "Madame la"):
            assert await write(captioner, "line", {"text": typed}) == 204
            assert await until(french, "line") == {
                "text": typed, "kind": "human", "who": {"person": "", "delegation": "", "entry": ""}
            }  # fmt: skip
        hostile = "<img src=x onerror=alert(1)>\u202e --> &amp; \u0000\nMadame la Présidente"
        assert await write(captioner, "cue", {"text": hostile, "nonce": "1"}) == 303
        cue = await until(french, "cue")
        assert cue["text"] == "<img src=x onerror=alert(1)> --> &amp; Madame la Présidente"
        assert (cue["kind"], cue["corrected"]) == ("human", False)
        assert (await until(french, "line"))["text"] == ""
        assert await english.is_quiet(), "another language's captions are not hers"
        assert await write(captioner, f"cue/{cue['id']}", {"text": "Madame la Présidente"}) == 303
        assert await until(french, "cue") == {**cue, "text": "Madame la Présidente", "corrected": True}
    async with captions(reader) as late:
        assert [each["text"] for each in await until(late, "cues")] == ["Madame la Présidente"]
    page = await text_of(captioner, "?language=fr")
    assert 'value="Madame la Présidente"' in page
    assert "onerror" not in page
    file = await text_of(reader, "/fr.vtt")
    assert file.startswith("WEBVTT\n")
    assert "Madame la Présidente" in file
    assert "onerror" not in file, "the words before the correction are not kept"


async def test_a_line_that_is_sent_again_is_there_once(running: Running) -> None:
    captioner = await running.place("captioner")
    again = {"text": "Une fois", "nonce": "same", "began_ago_ms": "4000", "ended_ago_ms": "1000"}
    assert [await write(captioner, "cue", again) for _ in range(3)] == [303] * 3
    kept = await running.house.caption_store.of(MEETING_ID, "fr")
    assert [(cue.text, (cue.end - cue.start).total_seconds()) for cue in kept] == [("Une fois", 3.0)]


async def test_a_language_has_one_writer_and_the_other_takes_over_by_a_press(running: Running) -> None:
    captioner = await running.place("captioner")
    async with captions(captioner) as desk:
        assert await until(desk, "writer") is None
        assert await write(captioner, "line", {"text": "un"}, page="one") == 204
        assert await until(desk, "writer") == {"name": "Test", "page": "one"}
        late = {"text": "held back by a lost line", "nonce": "l", "began_ago_ms": "1", "ended_ago_ms": "0"}
        assert await write(captioner, "line", {"text": "deux"}, page="two") == 409
        assert await write(captioner, "cue", {**late, "text": "deux", "nonce": "2"}, page="two") == 409
        assert await write(captioner, "line", {"text": "deux"}, "en", page="two") == 204, "another language"
        assert await write(captioner, "desk", {"take": "yes"}, page="two") == 303
        assert await until(desk, "writer") == {"name": "Test", "page": "two"}
        assert await write(captioner, "line", {"text": "un"}, page="one") == 409
        await asyncio.sleep(0.05)
        assert await write(captioner, "cue", {**late, "began_ago_ms": "1"}, page="one") == 409
        assert await write(captioner, "cue", {**late, "began_ago_ms": "9000"}, page="one") == 303, "begun before"
        assert await write(captioner, "desk", {"take": "no"}, page="two") == 303
        assert await until(desk, "writer") is None
        assert await write(captioner, "line", {"text": "un"}, page="one") == 204


async def test_who_speaks_is_named_as_everybody_sees_them(running: Running) -> None:
    captioner, delegate = await running.place("captioner"), await running.place("ngo")
    chair = await running.place("presiding-officer")
    async with captions(captioner) as desk:
        assert (await until(desk, "voice"))["person"] == ""
        async with delegate.request("POST", f"/at/{delegate.place_id}/meeting/{MEETING_ID}/request") as answer:
            assert answer.status == 303, await answer.text()
        meeting = (await running.house.desk.load(MEETING, MEETING_ID)).state
        entry = meeting.floor.waiting[0]
        call = f"/at/{chair.place_id}/console/meetings/{MEETING_ID}/call/{entry.entry_id}"
        async with chair.request("POST", call) as answer:
            assert answer.status == 303, await answer.text()
        voice = await until(desk, "voice")
        assert voice == {"person": "Test", "delegation": "ngo", "entry": entry.entry_id}
        assert await write(captioner, "cue", {"text": "Merci", "nonce": "1", "entry": entry.entry_id}) == 303
        assert (await until(desk, "cue"))["who"] == voice
        assert await write(captioner, "cue", {"text": "Ici", "nonce": "2", "entry": "somebody-else"}) == 303
        assert (await until(desk, "cue"))["who"]["person"] == "", "a page names nobody who had no floor"
    assert "<v Test · ngo>Merci" in await text_of(delegate, "/fr.vtt")


async def test_the_presiding_officer_reads_along_at_the_console(running: Running) -> None:
    captioner, chair = await running.place("captioner"), await running.place("presiding-officer")
    async with chair.request("GET", f"/at/{chair.place_id}/console/meetings/{MEETING_ID}") as answer:
        page = await answer.text()
    assert f'data-live="/at/{chair.place_id}/live/{MEETING_ID}/captions"' in page
    async with captions(chair) as stream:
        assert await write(captioner, "line", {"text": "Monsieur"}) == 204
        while (await until(stream, "line"))["text"] != "Monsieur":
            pass


async def test_nothing_is_written_of_what_is_said_outside_the_meeting(running: Running) -> None:
    captioner, desk = await running.place("captioner"), running.house.desk
    await desk.act(MEETING, MEETING_ID, SuspendMeeting(), SYSTEM)
    assert await write(captioner, "line", {"text": "in the pause"}) == 409
    assert await write(captioner, "cue", {"text": "the last words", "nonce": "1"}) == 303, "the writer is behind"
    await desk.act(MEETING, MEETING_ID, CloseMeeting(), SYSTEM)
    assert await write(captioner, "line", {"text": "after it"}) == 409


async def test_wrong_forms_are_refused_in_words(running: Running) -> None:
    captioner = await running.place("captioner")
    assert await write(captioner, "cue", {"text": " ", "nonce": "1"}) == 422
    assert await write(captioner, "cue", {"text": "x" * 401, "nonce": "1"}) == 422
    assert await write(captioner, "line", {"text": "x"}, page="p" * 41) == 422
    assert await write(captioner, "cue/there-is-none", {"text": "x"}) == 404
    assert await write(captioner, "line", {"text": "x"}, "tlh") == 404
    assert await write(captioner, "cue", {"text": "x", "nonce": "2"}) == 303
    cue = (await running.house.caption_store.of(MEETING_ID, "fr"))[0]
    assert await write(captioner, f"cue/{cue.cue_id}", {"text": "y"}, "en") == 404, "of another language"
    reader = await running.place("ngo")
    assert await write(reader, f"cue/{cue.cue_id}", {"text": "y"}) == 403


async def test_a_revoked_place_reads_no_further(running: Running) -> None:
    reader = await running.place("ngo")
    async with captions(reader) as stream:
        await until(stream, "line")
        await running.revoke(reader)
        await stream.until("leave")
        assert await stream.answer.content.read() == b""


async def test_a_page_that_takes_nothing_in_keeps_nobody_waiting_and_then_sees_what_stands(running: Running) -> None:
    stuck, reader = await running.place("observer-state"), await running.place("ngo")
    captioner = await running.place("captioner")
    incoming, outgoing = await asyncio.open_connection("localhost", URL(running.base).port, limit=1024)
    cookies = "; ".join(f"{name}={value}" for name, value in stuck.jar.items())
    path = f"/at/{stuck.place_id}/live/{MEETING_ID}/captions?language=fr"
    outgoing.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n".encode())
    assert b"200 OK" in await incoming.readline()
    captions_now = running.house.captions
    track = await captions_now.track(MEETING_ID, "fr")
    async with captions(reader) as stream:
        await until(stream, "line")
        assert await write(captioner, "line", {"text": "start"}) == 204
        writer, line = track.writer, track.line
        assert writer is not None
        for number in range(4000):
            await captions_now.grow(MEETING_ID, "fr", type(line)(f"{number} " + "m" * 380), writer)
            await asyncio.sleep(0)
        last = ""
        while not last.startswith("3999 "):
            last = (await until(stream, "line"))["text"]
    # What was passed over is made good once the page reads on.
    async with asyncio.timeout(10):
        while b'{"text":"3999 ' not in await incoming.readuntil(b"\n\n"):
            pass
    outgoing.close()


async def test_a_protected_speakers_captions_wait_for_their_time_and_a_reviewer(tmp_path: Path) -> None:
    time = Time()
    async with running_app(tmp_path, time) as running:
        captioner, ngo, clerk = [await running.place(each) for each in ("captioner", "ngo", "secretariat")]
        review = f"/at/{clerk.place_id}/console/publication"
        await protect(running, ngo, alias="Witness K", masked="yes")
        assert (await post(clerk, "console/publication", hours="2"))[0] == 303
        assert await write(captioner, "cue", {"text": "The presiding officer", "nonce": "0"}) == 303
        await called(running, ngo)
        (entry_id,) = (await running.house.desk.load(MEETING, MEETING_ID)).state.floor.called
        async with captions(captioner) as stream:
            assert [each["text"] for each in await until(stream, "cues")] == ["The presiding officer"]
            said = {"text": "What she saw", "nonce": "1", "entry": entry_id}
            assert await write(captioner, "cue", said) == 303
            cue = await until(stream, "cue")
            assert (cue["text"], cue["who"]["person"]) == ("What she saw", "Witness K"), "in the meeting, as she asked"
        assert await ngo.status("POST", f"/at/{ngo.place_id}/meeting/{MEETING_ID}/yield") == 303
        assert await write(captioner, "cue", {"text": "her last words", "nonce": "2"}) == 303, "the writer is behind"
        time.ahead = timedelta(minutes=2)
        assert await write(captioner, "cue", {"text": "Thanked by the chair", "nonce": "3"}) == 303
        late = {"text": "typed without a line", "nonce": "4", "began_ago_ms": "90000", "ended_ago_ms": "80000"}
        assert await write(captioner, "cue", late) == 303

        async def free() -> list[str]:
            file = await text_of(captioner, "/fr.vtt")
            return [block.split("\n")[2].removeprefix("<v Witness K · ngo>") for block in file.split("\n\n")[3:]]

        assert await free() == ["The presiding officer", "Thanked by the chair"]
        time.ahead = timedelta(hours=3)
        assert len(await free()) == 2, "nobody has looked at it"
        async with clerk.request("GET", review) as answer:
            page = await answer.text()
        assert "What she saw" in page
        assert "Thanked by the chair" not in page
        item = f"captions-{MEETING_ID}-{entry_id}"
        assert f"publication/{item}" in page
        assert await clerk.status("POST", f"{review}/captions-{MEETING_ID}-nobody") == 404
        for released, count in (("no", 2), ("yes", 5)):
            async with clerk.request("POST", f"{review}/{item}", data={"released": released}) as answer:
                assert answer.status == 303
            assert len(await free()) == count
        shown = await text_of(captioner, "?language=fr")
        assert "held back" not in shown

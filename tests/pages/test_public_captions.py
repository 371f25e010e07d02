"""Captions of the webcast: what everybody reads as it grows, what goes to nobody without a place, how many may read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.captions import Line
from rostrum.assembly.feeds import SetWebcast
from rostrum.assembly.sitting import SuspendMeeting
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from rostrum.identity.limits import READING
from tests.pages.test_captions import text_of, until, write
from tests.pages.test_live import Stream
from tests.pages.test_papers import called
from tests.pages.test_wishes import protect
from tests.support.app import Knocker, Running, Time, running_app

ADDRESS = f"/watch/{MEETING_ID}/live/captions"


@asynccontextmanager
async def watched(running: Running, language: str = "fr") -> AsyncIterator[Stream]:
    """Somebody without a place reads along."""
    async with running.stranger.request("GET", f"{ADDRESS}?language={language}") as answer:
        assert answer.status == 200
        assert "Set-Cookie" not in answer.headers
        opened = Stream(answer)
        await opened.event()  # retry
        yield opened


async def switched(running: Running, *, on: bool = True) -> None:
    await running.house.desk.act(MEETING, MEETING_ID, SetWebcast(on), SYSTEM)


async def entry_of(running: Running) -> str:
    speech = (await running.house.desk.load(MEETING, MEETING_ID)).state.floor.speech
    assert speech is not None
    return speech.entry_id


async def yielded(place: Knocker) -> None:
    assert await place.status("POST", f"/at/{place.place_id}/meeting/{MEETING_ID}/yield") == 303


def words(cues: list[dict[str, Any]]) -> list[str]:
    return [cue["text"] for cue in cues]


async def test_everybody_reads_a_line_as_it_grows_with_its_moment_and_its_speaker(running: Running) -> None:
    captioner, ngo = await running.place("captioner"), await running.place("ngo")
    assert await running.stranger.status("GET", f"{ADDRESS}?language=fr") == 404, "there is no webcast"
    assert await write(captioner, "cue", {"text": "Before the webcast", "nonce": "0"}) == 303
    await switched(running)
    assert await running.stranger.status("GET", f"{ADDRESS}?language=tlh") == 404
    async with running.stranger.request("GET", f"/watch/{MEETING_ID}/state") as answer:
        assert (await answer.json())["captions"] == ["fr"]
    await called(running, ngo)
    entry = await entry_of(running)
    async with watched(running) as french, watched(running, "en") as english:
        for stream in (french, english):
            assert await until(stream, "cues") == [], "nobody was to read it when it was said"
            await until(stream, "line")
        sent_ms = running.house.clock().timestamp() * 1000
        assert await write(captioner, "line", {"text": "Mon", "entry": entry}) == 204
        assert abs(await until(french, "at") - sent_ms) < 2000
        line = await until(french, "line")
        assert (line["text"], line["who"]["person"]) == ("Mon", "Test")
        assert await write(captioner, "cue", {"text": "Monsieur", "nonce": "1", "entry": entry}) == 303
        cue = await until(french, "cue")
        assert (cue["text"], cue["who"]["delegation"]) == ("Monsieur", "ngo")
        assert (await until(french, "line"))["text"] == ""
        assert await write(captioner, f"cue/{cue['id']}", {"text": "Madame"}) == 303
        assert await until(french, "cue") == {**cue, "text": "Madame", "corrected": True}
        assert await english.is_quiet()
        await running.house.desk.act(MEETING, MEETING_ID, SuspendMeeting(), SYSTEM)
        assert await write(captioner, "cue", {"text": "the last words", "nonce": "2"}) == 303, "the writer is behind"
        assert (await until(french, "cue"))["text"] == "the last words"
        await switched(running, on=False)
        await french.until("leave")
        assert await french.answer.content.read() == b""


async def test_an_open_line_goes_no_further_once_a_protected_speaker_has_the_floor(tmp_path: Path) -> None:
    time = Time()
    async with running_app(tmp_path, time) as running:
        captioner = await running.place("captioner")
        ngo, state, third = [await running.place(each) for each in ("ngo", "state-party", "observer-state")]
        await protect(running, ngo, alias="Witness K", masked="yes")
        await switched(running)
        await called(running, state)
        entry = await entry_of(running)
        async with watched(running) as public:
            assert await write(captioner, "line", {"text": "What he says", "entry": entry}) == 204
            while (await until(public, "line"))["text"] != "What he says":
                pass
            await yielded(state)
            await called(running, ngo)
            assert (await until(public, "line"))["text"] == "", "with the floor, not with the next word"
            assert await write(captioner, "line", {"text": "What he says and what she saw", "entry": entry}) == 204
            await yielded(ngo)
            # More than a captioner is ever behind: the line that was open all the while is still hers as well.
            time.ahead = timedelta(minutes=3)
            assert await write(captioner, "line", {"text": "What she saw was this", "entry": entry}) == 204
            closed = {"text": "What she saw was this", "nonce": "1", "entry": entry}
            assert await write(captioner, "cue", closed | {"began_ago_ms": "200000"}) == 303
            assert await write(captioner, "line", {"text": "Thanked"}) == 204
            while (await until(public, "line"))["text"] != "Thanked":
                pass
            assert await write(captioner, "cue", {"text": "Thanked by the chair", "nonce": "2"}) == 303
            assert (await until(public, "cue"))["text"] == "Thanked by the chair"
            async with watched(running) as late:
                assert words(await until(late, "cues")) == ["Thanked by the chair"]
            assert "saw" not in await text_of(captioner, "/fr.vtt"), "nor is it in the file"
            # Who asks for protection afterwards is read by nobody who comes later.
            await called(running, third)
            again = {"text": "Said too much", "nonce": "3", "entry": await entry_of(running)}
            time.ahead = timedelta(minutes=9)
            assert await write(captioner, "cue", again) == 303
            assert (await until(public, "cue"))["text"] == "Said too much"
            await protect(running, third, masked="yes")
            async with watched(running) as late:
                assert words(await until(late, "cues")) == ["Thanked by the chair"]


async def test_another_nodes_line_is_held_back_though_this_one_knows_nothing_of_the_floor_yet(
    running: Running,
) -> None:
    captioner, ngo = await running.place("captioner"), await running.place("ngo")
    await protect(running, ngo, masked="yes")
    await switched(running)
    await called(running, ngo)
    assert await write(captioner, "line", {"text": "what she saw"}) == 204
    line = (await running.house.captions.track(MEETING_ID, "fr")).line
    assert [turn.place_id for turn in line.turns] == [ngo.place_id], "it says so itself, wherever it goes"
    await yielded(ngo)
    board_line = replace(line, text="what she saw, told by another node")
    source = await running.house.captions.track(MEETING_ID, "es")
    running.house.desk._held[MEETING.stream(MEETING_ID)] = await before_the_floor(running)
    source.grow(board_line)
    public = running.house.public_captions.track(MEETING_ID, "es", source)
    assert public.line == Line()
    source.grow(Line())
    source.grow(Line("the next line"))
    assert public.line.text == "the next line"


async def before_the_floor(running: Running) -> Any:
    """The meeting as a node has it that has not read the last events."""
    held = await running.house.desk.load(MEETING, MEETING_ID)
    floor = replace(held.state.floor, speech=None, called=(), ended=None)
    return replace(held, state=replace(held.state, floor=floor))


async def test_so_many_read_and_no_more_and_each_address_so_often(tmp_path: Path) -> None:
    async with running_app(tmp_path, webcast_readers=2) as running:
        await switched(running)
        async with watched(running), watched(running):
            assert await running.stranger.status("GET", f"{ADDRESS}?language=fr") == 503
        async with asyncio.timeout(10):
            while await running.stranger.status("GET", f"{ADDRESS}?language=fr") == 503:  # noqa: ASYNC110
                await asyncio.sleep(0.5)
        for _ in range(READING.amount):
            await running.house.rates.hit(READING, "127.0.0.1")
        assert await running.stranger.status("GET", f"{ADDRESS}?language=fr") == 429


@pytest.mark.timeout(90)
async def test_a_player_reads_captions_in_the_stream_beside_its_sound(running: Running) -> None:
    base, streams = f"/hls/{MEETING_ID}", running.house.streams
    captioner, ngo = await running.place("captioner"), await running.place("ngo")

    async def got(path: str, status: int = 200) -> str:
        async with running.stranger.request("GET", base + path) as answer:
            assert answer.status == status, path
            return (await answer.read()).decode() if status == 200 else ""

    await got("/captions/fr/playlist.m3u8", 404)
    await switched(running)
    await called(running, ngo)
    assert await write(captioner, "line", {"text": "Mon <b>", "entry": await entry_of(running)}) == 204
    async with asyncio.timeout(20):
        while (newest := streams.newest(MEETING_ID, "video")) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    first = newest[0]
    master = await got("/master.m3u8")
    assert 'URI="captions/fr/playlist.m3u8"' in master
    assert 'SUBTITLES="captions"' in master
    assert 'LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED' not in master, "nobody writes in English"
    assert await write(captioner, "line", {"text": "Mon <b>sieur", "entry": await entry_of(running)}) == 204
    waited = await got(f"/captions/fr/playlist.m3u8?_HLS_msn={first + 1}")
    assert waited.rstrip().endswith(f"{first + 1}.vtt")
    video = await got("/video/playlist.m3u8")
    for number in (first, first + 1):
        begins = waited.partition(f"\n{number}.vtt")[0].rpartition("#EXT-X-PROGRAM-DATE-TIME:")[2].split("\n")[0]
        assert f"#EXT-X-PROGRAM-DATE-TIME:{begins}" in video, "cut where the picture is"
    piece = await got(f"/captions/fr/{first + 1}.vtt")
    assert piece.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n")
    assert "Test · ngo\u2069: Mon &lt;b&gt;sieur" in piece
    async with running.stranger.request("GET", f"{base}/captions/fr/{first + 1}.vtt") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=3600, immutable"
        assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    refused = (
        f"/captions/fr/{first + 99}.vtt",
        f"/captions/fr/{first - 99}.vtt",
        "/captions/fr/x",
        "/captions/xx/1.vtt",
    )
    for path in refused:
        await got(path, 404)
    await got("/captions/fr/playlist.m3u8?_HLS_msn=9999999999", 400)

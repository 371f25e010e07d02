"""A programme of recorded tracks: every picture and sound at its time, nothing of what was cut, an index in front."""

import array
import asyncio
import io
import json
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import av
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from playwright.async_api import Page

from rostrum.media.programme.index import Track
from rostrum.media.programme.job import Cut, Job, Mark, NotMade, Source, job_of
from rostrum.media.programme.layout import CLUSTER_MS, CUE_MS, PICTURE, SOUND
from rostrum.media.programme.plan import OFF_MS_MAX, PLATE_EVERY_MS, placed
from rostrum.media.programme.plan import sounds as sounds_of
from rostrum.media.programme.plate import DARK
from rostrum.media.wire import ebml, webm
from rostrum.media.wire.opus import SILENCE_SAMPLES, STEREO, opus_duration
from tests.support.browser import READ_STRIP, Frame, frame_of, person, read_frame
from tests.support.programmes import FILES, FLOOR, JOB, KEYFRAME_EVERY, SECOND_RUN, STAGE, laid
from tests.support.programs import program
from tests.support.shapes import NUMBER, number_of
from tests.support.tracks import FPS, PICTURE_MS, STEP_MS, file_of

PLATE = None


@pytest.fixture(scope="module")
def made() -> bytes:
    """The programme of `JOB`."""
    layout, data = laid(FILES)
    assert (layout.size, layout.length_ms) == (len(data), JOB.length_ms)
    return data


def wanted_pictures(job: Job, stages: Sequence[int | None]) -> list[tuple[int, int | None]]:
    """(ms, number or the plate) as they are to be seen, said in another way. `stages`: the runs' first numbers."""
    found, begins_ms = list[tuple[int, int | None]](), 0
    for cut in job.cuts:
        first = stages[cut.run]
        count = 0 if first is None or not cut.picture else (4 if first else 8) * FPS
        shown = [n for n in range(count) if cut.from_ms <= PICTURE_MS + n * STEP_MS < cut.to_ms]
        while shown and shown[0] % KEYFRAME_EVERY:
            shown.pop(0)
        begin = PICTURE_MS + shown[0] * STEP_MS - cut.from_ms if shown else cut.to_ms - cut.from_ms
        found += [(begins_ms + at_ms, PLATE) for at_ms in range(0, begin, PLATE_EVERY_MS)]
        found += [(begins_ms + PICTURE_MS + n * STEP_MS - cut.from_ms, (first or 0) + n) for n in shown]
        begins_ms += cut.to_ms - cut.from_ms
    return found


def seen(data: bytes) -> list[tuple[int, int | None]]:
    """(ms, number or the plate) of all pictures, decoded."""
    found = list[tuple[int, int | None]]()
    with av.open(io.BytesIO(data), "r") as container:
        for frame in container.decode(video=0):
            number = number_of(frame)
            if number is None:
                planes = [set(bytes(plane)[: frame.width >> bool(at)]) for at, plane in enumerate(frame.planes)]
                assert all(abs(one - dark) <= 2 for plane, dark in zip(planes, DARK, strict=True) for one in plane)
            assert frame.pts is not None
            found.append((frame.pts, number))
    return found


def loudness(data: bytes) -> list[float]:
    """Of every 100 ms, decoded one after the other, as players do that know no gap."""
    heard = array.array("f")
    with av.open(io.BytesIO(data), "r") as container:
        resampler = av.AudioResampler("flt", "mono", 48_000)
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                heard.frombytes(bytes(part.planes[0])[: part.samples * 4])
    return [sum(abs(one) for one in heard[at : at + 4_800]) / 4_800 for at in range(0, len(heard), 4_800)]


def test_pictures_are_those_wanted_each_at_its_time_and_plates_between(made: bytes) -> None:
    found = seen(made)
    assert found == wanted_pictures(JOB, [0, SECOND_RUN, None])
    assert {number is PLATE for _, number in found} == {True, False}
    assert all(before < after for (before, _), (after, _) in pairwise(found))


def test_sounds_are_heard_at_their_times_and_nothing_where_nothing_is_given(made: bytes) -> None:
    levels, wanted = loudness(made), list[bool | None]()
    for cut in JOB.cuts:
        ends_ms = (8_000, 4_000, 0)[cut.run]
        for at_ms in range(cut.from_ms, cut.to_ms, 10):
            # Near a change it may be either.
            edge = min(at_ms % 1_000, 1_000 - at_ms % 1_000, at_ms - cut.from_ms, cut.to_ms - at_ms) < 150
            wanted.append(None if edge else at_ms < ends_ms and at_ms // 1_000 % 2 == 0)
    assert abs(len(levels) - JOB.length_ms / 100) <= 1
    told = [(levels[at], wanted[10 * at : 10 * at + 10]) for at in range(min(len(levels), len(wanted) // 10))]
    assert all(level > 0.05 for level, each in told if set(each) == {True})
    assert all(level < 0.01 for level, each in told if set(each) == {False})
    assert sum(set(each) == {True} for _, each in told) > 20


def test_sounds_follow_each_other_without_a_gap(made: bytes) -> None:
    with av.open(io.BytesIO(made), "r") as container:
        packets = [(packet.pts or 0, bytes(packet)) for packet in container.demux(audio=0) if packet.size]
    samples = 0
    for at_ms, data in packets:
        assert at_ms == samples // 48
        samples += opus_duration(data)
    assert abs(samples / 48 - JOB.length_ms) <= OFF_MS_MAX


def test_other_programs_read_it_and_its_chapters(made: bytes, tmp_path: Path) -> None:
    path = tmp_path / "programme.webm"
    path.write_bytes(made)
    command = [program("ffprobe"), "-v", "warning", "-show_chapters", "-show_format", "-show_streams", "-count_frames"]
    ran = subprocess.run([*command, "-of", "json", str(path)], check=True, capture_output=True, text=True)
    assert not ran.stderr
    found = json.loads(ran.stdout)
    assert [stream["codec_name"] for stream in found["streams"]] == ["vp8", "opus"]
    assert (found["streams"][0]["width"], found["streams"][0]["height"]) == (320, 180)
    assert float(found["format"]["duration"]) * 1000 == JOB.length_ms
    assert found["format"]["tags"]["title"] == JOB.title
    chapters = [(float(one["start_time"]), float(one["end_time"]), one["tags"]["title"]) for one in found["chapters"]]
    assert chapters == [(mark.from_ms / 1000, mark.to_ms / 1000, mark.title) for mark in JOB.marks]


def elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(identifier, where its content begins and ends) of the elements that lie there."""
    while start < end:
        head = ebml.read_head(data[start : start + ebml.HEAD_BYTES_MAX])
        assert head is not None
        identifier, length, head_bytes = head
        assert length is not None
        yield identifier, start + head_bytes, start + head_bytes + length
        start += head_bytes + length
    assert start == end


def test_the_index_stands_in_front_and_points_at_what_can_be_begun_with(made: bytes) -> None:
    segment = list(elements(made, 0, len(made)))[-1]
    assert (segment[0], segment[2]) == (webm.SEGMENT, len(made))
    children = list(elements(made, segment[1], segment[2]))
    names = [identifier for identifier, _, _ in children]
    first_cluster = names.index(webm.CLUSTER)
    assert set(names[first_cluster:]) == {webm.CLUSTER}
    heads = {at - len(ebml.head(one, end - at)): one for one, at, end in children}
    for _, at, end in elements(made, children[0][1], children[0][2]):
        (_, a, b), (_, c, d) = elements(made, at, end)
        assert heads[segment[1] + int.from_bytes(made[c:d], "big")] == int.from_bytes(made[a:b], "big")
    cued = list[tuple[int, int]]()
    for _, at, end in elements(made, *children[first_cluster - 1][1:]):
        (_, a, b), (_, c, d) = elements(made, at, end)
        (_, e, f), (_, g, h) = elements(made, c, d)
        at_ms, track = int.from_bytes(made[a:b], "big"), int.from_bytes(made[e:f], "big")
        where = segment[1] + int.from_bytes(made[g:h], "big")
        assert heads[where] == webm.CLUSTER
        inside = next((at, end) for one, at, end in children if one == webm.CLUSTER and at > where)
        (_, i, j), *blocks = elements(made, *inside)
        begins_ms = int.from_bytes(made[i:j], "big")
        _, after_ms, flags = next(
            one for _, at, _ in blocks if (one := webm.BLOCK_HEAD.unpack_from(made, at))[0] == 0x80 | track
        )
        assert (begins_ms + after_ms, flags & webm.KEYFRAME) == (at_ms, webm.KEYFRAME)
        cued.append((at_ms, track))
    keyframes = {at_ms for at_ms, number in wanted_pictures(JOB, [0, SECOND_RUN, None]) if number is PLATE}
    assert {at_ms for at_ms, track in cued if track == PICTURE} >= keyframes
    assert SOUND in {track for _, track in cued}, "where no picture can be begun with for long"
    assert all(after - before <= CUE_MS + CLUSTER_MS for (before, _), (after, _) in pairwise(cued))


def test_one_that_is_sought_in_goes_on_from_a_keyframe(made: bytes) -> None:
    wanted = wanted_pictures(JOB, [0, SECOND_RUN, None])
    for target_ms in range(0, JOB.length_ms, 700):
        with av.open(io.BytesIO(made), "r") as container:
            container.seek(target_ms * 1000)
            packet = next(one for one in container.demux(video=0))
            assert packet.is_keyframe
            container.seek(target_ms * 1000)
            shown = [(frame.pts, number_of(frame)) for frame in container.decode(video=0)]
        assert shown == wanted[-len(shown) :]
        assert (shown[0][0] or 0) <= target_ms


def test_what_broke_off_gives_what_is_whole_in_it() -> None:
    job = replace(JOB, cuts=(Cut(0, 0, 8_000, picture=True),), marks=())
    for cut_off in (1, 50, 3_000):
        layout, data = laid([FILES[0][:-cut_off], FILES[1][: -cut_off // 10], *FILES[2:]], job)
        assert layout.size == len(data)
        found = seen(data)
        assert 0 < len(found) <= len(STAGE)
        assert found == wanted_pictures(job, [0])[: len(found)]
        assert len(loudness(data)) == 80


def test_where_there_is_no_sound_there_is_silence_and_no_picture_a_plate() -> None:
    job = Job((Source(None, 1), Source(0, None)), (Cut(0, 0, 3_000, True), Cut(1, 0, 3_000, True)), (), "", "floor")
    _, data = laid(FILES, job)
    assert [number for at_ms, number in seen(data) if at_ms < 3_000] == [PLATE, PLATE]
    assert max(loudness(data)[31:]) < 0.001
    with pytest.raises(NotMade, match="nothing"):
        laid(FILES, replace(job, cuts=(Cut(1, 20_000, 30_000, True),)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"cuts": ()},
        {"cuts": (Cut(0, 5, 5, True),)},
        {"cuts": (Cut(0, 9, 5, True),)},
        {"cuts": (Cut(7, 0, 5, True),)},
        {"cuts": (Cut(0, 0, 10**15, True),)},
        {"sources": (Source(0, 9), Source(2, 3), Source(None, None))},
        {"sources": (Source(0, 0), Source(2, 3), Source(None, None))},
        {"sources": (Source(1, 0), Source(2, 3), Source(None, None))},
        {"marks": (Mark(-1, 5, ""),)},
    ],
)
def test_a_job_that_cannot_be_done_is_said_to_be_so(wrong: dict[str, object]) -> None:
    with pytest.raises(NotMade):
        laid(FILES, replace(JOB, **wrong))  # type: ignore[arg-type]


SMALL = [file_of(STAGE[:12]), file_of(FLOOR[:12])]
EDITS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2_000), st.binary(max_size=12)), min_size=1, max_size=5)


@given(EDITS, st.integers(0, 60), st.integers(1, 900))
@tried(max_examples=200)
def test_whatever_is_in_the_files_nothing_else_comes_of_it(
    edits: list[tuple[int, int, bytes]], from_ms: int, length_ms: int
) -> None:
    files = [bytearray(each) for each in SMALL]
    for file, at, data in edits:
        files[file][at : at + len(data)] = data
    job = Job((Source(0, 1),), (Cut(0, from_ms, from_ms + length_ms, True), Cut(0, 0, 50, True)), (), "", "floor")
    try:
        layout, data = laid([bytes(each) for each in files], job)
    except NotMade:
        return
    assert layout.size == len(data)
    with av.open(io.BytesIO(data), "r") as container:
        times = {0: [-1], 1: [-1]}
        for packet in container.demux():
            if packet.size:
                times[packet.stream_index].append(packet.pts or 0)
    assert all(before < after for each in times.values() for before, after in pairwise(each))


PACKETS = st.lists(
    st.tuples(st.integers(0, 150), st.sampled_from([120, 480, 960, 1_920, 2_880]), st.booleans()), max_size=60
)


@given(PACKETS, st.integers(0, 3_000), st.integers(1, 5_000))
def test_sounds_stay_near_their_times_whatever_comes(
    packets: list[tuple[int, int, bool]], from_ms: int, length_ms: int
) -> None:
    track, at_ms = Track(), 0
    for after_ms, samples, stereo in packets:
        at_ms += after_ms
        track.add(at_ms, len(track.at_ms), 1, samples | STEREO * stereo)
    cuts = (Cut(0, from_ms, from_ms + length_ms, True), Cut(1, 500, 1_500, True))
    found, samples = sounds_of(list(placed(cuts, [(None, 0), (None, 1)], {0: track, 1: track}))), 0
    for written_ms, file, of in zip(found.at_ms, found.file, found.start, strict=True):
        assert written_ms == samples // 48
        if file < 0:
            samples += SILENCE_SAMPLES
            continue
        cut, begins_ms, ends_ms = (cuts[0], 0, length_ms) if file == 0 else (cuts[1], length_ms, length_ms + 1_000)
        due_ms, lasts = begins_ms + track.at_ms[of] - cut.from_ms, track.about[of] & ~STEREO
        assert begins_ms <= due_ms <= ends_ms - lasts // 48
        assert abs(written_ms - due_ms) <= OFF_MS_MAX
        samples += lasts
    assert abs(samples / 48 - length_ms - 1_000) <= OFF_MS_MAX


TIMES = 150
NUMBER_AT_9_S = 562
RATE = 4
LATE_MS = 100 * RATE
"""A page that is busy is told of a picture when a later one is on it already."""
WATCH_TO_THE_END = f"""
(video) => new Promise(async (resolve) => {{
  const read = {READ_STRIP}, seen = [];
  const note = (_, {{ mediaTime }}) => {{
    seen.push([mediaTime, read(video)]);
    video.requestVideoFrameCallback(note);
  }};
  video.onended = () => resolve(seen);
  video.currentTime = 0;
  video.playbackRate = {RATE};
  video.requestVideoFrameCallback(note);
  await video.play();
}})
"""


@asynccontextmanager
async def page_of(programme: Path) -> AsyncIterator[tuple[Page, list[int]]]:
    """A browser's page with a programme, and from which bytes on it was asked for."""
    asked = list[int]()

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text='<video src="/programme.webm" muted></video>', content_type="text/html")

    async def file(request: web.Request) -> web.FileResponse:
        asked.append(int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0]))
        return web.FileResponse(programme)

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/programme.webm", file)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with person() as browser:
            await browser.goto(f"http://127.0.0.1:{runner.addresses[0][1]}/")
            yield browser, asked
    finally:
        await runner.cleanup()


async def shows(browser: Page, at_ms: int, number: int | None) -> None:
    """Go there and wait for a picture, which may be painted after the page is told."""
    await browser.locator("video").evaluate("(video, at) => { video.currentTime = at; }", at_ms / 1000)
    wanted = None if number is PLATE else Frame(NUMBER, number)
    async with asyncio.timeout(20):
        while True:
            is_there = await browser.locator("video").evaluate("video => !video.seeking && video.readyState > 1")
            if is_there and await read_frame(browser, "video") == wanted:
                return
            await asyncio.sleep(0.02)


async def test_a_browser_shows_each_picture_at_its_time(made: bytes, tmp_path: Path) -> None:
    path = tmp_path / "programme.webm"
    path.write_bytes(made)
    wanted = wanted_pictures(JOB, [0, SECOND_RUN, None])
    async with page_of(path) as (browser, _):
        for target_ms in (9_000, 3_960, 500, 5_500, 1_999):
            await shows(browser, target_ms, [number for at_ms, number in wanted if at_ms <= target_ms][-1])
        video = browser.locator("video")
        assert abs(float(await video.evaluate("video => video.duration")) * 1000 - JOB.length_ms) < 1
        shown_at = [(1000 * at_s, frame_of(levels)) for at_s, levels in await video.evaluate(WATCH_TO_THE_END)]
    assert len(shown_at) > 30
    for at_ms, frame in shown_at:
        first = max(wanted_ms for wanted_ms, _ in wanted if wanted_ms <= at_ms + 1)
        near = {number for wanted_ms, number in wanted if first <= wanted_ms <= at_ms + LATE_MS}
        assert (None if frame is None else frame.number) in near, at_ms


async def test_a_browser_seeks_in_a_long_one_without_reading_what_lies_between(tmp_path: Path) -> None:
    _, data = laid(FILES, replace(JOB, cuts=JOB.cuts * TIMES, marks=()))
    path = tmp_path / "programme.webm"
    path.write_bytes(data)
    async with page_of(path) as (browser, asked):
        for turn in (TIMES - 1, TIMES // 2):
            await shows(browser, turn * JOB.length_ms + 9_000, NUMBER_AT_9_S)
            assert any(0.9 * turn < at * TIMES / len(data) < 1.1 * (turn + 1) for at in asked), (asked, len(data))


def test_a_job_is_the_same_after_its_way_to_the_process() -> None:
    assert job_of(json.loads(json.dumps(asdict(JOB)))) == JOB

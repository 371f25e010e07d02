"""Captions by machine: a program at the end of a pipe hears the channel, is begun again, and ends with the server."""

import asyncio
import io
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from rostrum.app import ENGINE
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.captions import TEXT_MAX, CaptionKind, Cue, Line
from rostrum.assembly.interpretation import HALL_SPEAKER, SayLanguage
from rostrum.assembly.program import HALL
from rostrum.assembly.sitting import SuspendMeeting
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import INTERPRETATION, MEETING
from rostrum.media.clip import Clip, Frame
from rostrum.media.listening_in import LATE_S, RATE_HZ, Ear
from rostrum.media.wire import rtp
from rostrum.recognise.protocol import CUES_MAX, pieces, read
from tests.pages.test_captions import captions, until, write
from tests.pages.test_live import Stream
from tests.support.app import Running, running_app

ROOT = Path(__file__).parents[2]
PATIENCE_S = 40.0


def speech(words: str, rate: int) -> bytes:
    """Words as signed 16-bit mono."""
    said = subprocess.run(
        ["espeak-ng", "-v", "en-us+f3", "-s", "140", "--stdout", words], check=True, capture_output=True
    ).stdout
    resampler, sound = av.AudioResampler(format="s16", layout="mono", rate=rate), b""
    with av.open(io.BytesIO(said), "r") as file:
        for frame in [*file.decode(audio=0), None]:
            for part in resampler.resample(frame):
                sound += bytes(part.planes[0])[: part.samples * 2]
    return sound


def opus(sound: bytes) -> list[bytes]:
    """Sound of 48 kHz as packets of 20 ms."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.format, encoder.layout = 48_000, av.AudioFormat("s16"), av.AudioLayout("mono")
    encoder.options = {"application": "voip", "frame_duration": "20"}
    packets = []
    for at in range(0, len(sound) - 1920, 1920):
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.sample_rate, frame.pts = 48_000, at // 2
        frame.planes[0].update(sound[at : at + 1920])
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


@pytest_asyncio.fixture
async def recognising(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Running]:
    """A meeting whose hall speaks for ever, with a recogniser."""
    packets = opus(speech("Order, order. The meeting is open, and the floor is yours.", 48_000))
    clip = Clip(len(packets) * 20, tuple(Frame("audio", n * 960, data) for n, data in enumerate(packets)))
    clip.write(tmp_path / "speech.clip")
    program = tmp_path / "recogniser"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        f"from tests.support.fake_recogniser import main\nmain(dies={request.param})\n"
    )
    program.chmod(0o755)
    os.environ["ROSTRUM_TURN_SECRET"] = "not for programs"
    try:
        async with running_app(tmp_path / "data", recognisers=(f"en={program}",)) as running:
            running.app[ENGINE].play(MEETING_ID, HALL, tmp_path / "speech.clip")
            english = SayLanguage(HALL_SPEAKER, "en")
            await running.house.desk.act(INTERPRETATION, MEETING_ID, english, SYSTEM)
            yield running
    finally:
        del os.environ["ROSTRUM_TURN_SECRET"]


async def loud(running: Running, count: int) -> list[Cue]:
    """The cues of what was loud, once there are so many."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            cues = [
                cue for cue in await running.house.caption_store.of(MEETING_ID, "en") if cue.text.startswith("loud")
            ]
            if len(cues) >= count:
                return cues
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("recognising", [False], indirect=True)
async def test_the_channels_sound_becomes_captions_that_say_that_a_machine_wrote_them(recognising: Running) -> None:
    captioner = await recognising.place("captioner")
    cue = (await loud(recognising, 1))[0]
    assert cue.kind is CaptionKind.AUTOMATIC
    assert cue.text.startswith("loud <b> ")
    assert cue.text.endswith(" None"), "nothing of the server's settings is a program's business"
    assert 0.9 < (cue.end - cue.start).total_seconds() <= 1.0
    assert abs((recognising.house.clock() - cue.end).total_seconds()) < 10
    # While a person writes they are read, and the machine is not.
    async with captions(captioner, "en") as stream:
        await until(stream, "cues")
        assert await write(captioner, "line", {"text": "a person"}, "en") == 204
        while (await until(stream, "line"))["text"] != "a person":
            pass
        assert await _other_news(stream, 2.5) == set()
        track = await recognising.house.captions.track(MEETING_ID, "en")
        assert track.line == Line("a person")
    before = len(await recognising.house.caption_store.of(MEETING_ID, "en"))
    await recognising.house.desk.act(MEETING, MEETING_ID, SuspendMeeting(), SYSTEM)
    pid = int(cue.text.split()[2])
    async with asyncio.timeout(10):
        while _lives(pid):  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.1)
    assert len(await recognising.house.caption_store.of(MEETING_ID, "en")) == before


@pytest.mark.parametrize("recognising", [True], indirect=True)
async def test_a_recogniser_that_dies_is_begun_again(recognising: Running) -> None:
    cues = await loud(recognising, 2)
    assert cues[0].text != cues[1].text, "another process"
    assert not _lives(int(cues[0].text.split()[2]))


async def _other_news(stream: Stream, for_s: float) -> set[str]:
    """Of what a captioner's stream tells for so long, what is about captions themselves."""
    names = set()
    try:
        async with asyncio.timeout(for_s):
            while True:
                names.add((await stream.event(60))[0])
    except TimeoutError:
        return names - {"writer", "voice"}


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_program_ends_with_the_server_however_that_ends() -> None:
    cage = [sys.executable, "-m", "rostrum.recognise.cage", sys.executable, "-c", "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)"]  # fmt: skip  # noqa: E501
    starter = f"import subprocess\nsubprocess.run({cage!r})"
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert _lives(pid)
        server.send_signal(signal.SIGKILL)
        server.wait()
        # Its end of the pipe is closed when it has gone.
        assert server.stdout.read() == b""


def test_there_is_no_file_that_a_program_could_write(tmp_path: Path) -> None:
    code = f"import os\nos.write(os.open({str(tmp_path / 'kept')!r}, os.O_CREAT | os.O_WRONLY), b'x')"
    done = subprocess.run([sys.executable, "-m", "rostrum.recognise.cage", sys.executable, "-c", code], check=False)
    assert done.returncode != 0
    assert (tmp_path / "kept").stat().st_size == 0
    missing = subprocess.run([sys.executable, "-m", "rostrum.recognise.cage", "there-is-none"], check=False)
    assert missing.returncode == 127


def test_silence_stands_for_what_does_not_come() -> None:
    written: list[bytes] = []
    ear = Ear(written.append, now_s=100.0)
    ear.fill(100.2)
    assert written == []
    ear.fill(101.0)
    assert sum(map(len, written)) == round((1.0 - LATE_S) * RATE_HZ) * 2
    assert not any(b"".join(written))
    packets = opus(speech("Order", 48_000))
    before = len(b"".join(written))
    for number, payload in enumerate((*packets, b"", b"\xff" * 30)):
        head = bytes([0x80, 111]) + number.to_bytes(2, "big") + (number * 960).to_bytes(4, "big") + bytes(4)
        ear.take(rtp.parse(head + payload))
    decoded = b"".join(written)[before:]
    assert len(decoded) / 2 / RATE_HZ == pytest.approx(len(packets) * 0.02, abs=0.1)
    assert any(decoded)
    ear.fill(101.0 + LATE_S)
    assert len(b"".join(written)) == before + len(decoded), "what was heard is not silence as well"


@given(st.text(max_size=3000), st.integers(0, 10**9), st.integers(0, 10**9))
def test_what_was_said_at_length_becomes_lines_that_can_be_read(text: str, start_ms: int, end_ms: int) -> None:
    found = pieces(text, start_ms, end_ms)
    assert len(found) <= CUES_MAX
    assert all(0 < len(text) <= TEXT_MAX for text, _, _ in found)
    times = [time for _, *times in found for time in times]
    assert times == sorted(times)


@given(st.binary())
def test_whatever_a_program_writes_is_read_or_passed_over(line: bytes) -> None:
    heard = read(line)
    assert heard is None or heard.text is not None

"""Captions by a machine: the pipe that a recogniser works on, a real one, and what becomes of what it says."""

import asyncio
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from rostrum.app import play_test_picture
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.captions import CaptionKind
from rostrum.assembly.interpretation import HALL_SPEAKER, SayLanguage
from rostrum.cli.demo import MEETING_ID
from rostrum.cli.recognise import RATE_HZ, recognise
from rostrum.desk import INTERPRETATION
from rostrum.settings import Misconfigured, Settings, load
from tests.support.app import Running, running_app

PROGRAM = """#!{python}
import json, sys
heard = sys.stdin.buffer.read({enough})
print(json.dumps({{"text": "so far", "final": False}}), flush=True)
how = "loud" if any(heard) else "still"
print(json.dumps({{"text": f"<b>{{len(heard)}}</b> of sound, {{how}}", "final": True}}), flush=True)
sys.stdin.buffer.read()
"""


def test_words_that_were_spoken_are_written() -> None:
    words = "we want peace and justice for all people"
    speak = ["espeak-ng", "-v", "en-gb", "-s", "150", "-g", "3", "--stdout", words]
    spoken = subprocess.run(speak, check=True, capture_output=True).stdout
    convert = ["ffmpeg", "-v", "error", "-i", "-", "-af", "apad=pad_dur=1", "-ar", str(RATE_HZ), "-ac", "1"]
    pcm = subprocess.run([*convert, "-f", "s16le", "-"], check=True, capture_output=True, input=spoken).stdout
    out = io.StringIO()
    recognise(io.BytesIO(pcm), out)
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    assert said[-1]["final"]
    assert any(not one["final"] for one in said), "nothing was told while it was spoken"
    assert all(0 <= one["start_ms"] < one["end_ms"] <= len(pcm) / RATE_HZ * 500 + 100 for one in said if one["final"])
    written = " ".join(one["text"] for one in said if one["final"]).split()
    assert len(set(written) & set(words.split())) >= 3, written


def program(folder: Path, enough: int = RATE_HZ) -> Path:
    path = folder / "recogniser"
    path.write_text(PROGRAM.format(python=sys.executable, enough=enough), "utf-8")
    path.chmod(0o755)
    return path


async def cue_texts(running: Running, language: str) -> list[str]:
    track = await running.house.captions.track(MEETING_ID, language)
    assert all(cue.kind is CaptionKind.AUTOMATIC for cue in track.cues)
    return [cue.text for cue in track.cues]


async def test_what_a_program_hears_becomes_captions_once_the_language_is_known(
    tmp_path: Path,
) -> None:
    programs = f"en={program(tmp_path)}", f"fr={program(tmp_path)}"
    async with running_app(tmp_path / "data", recognisers=programs) as running:
        await play_test_picture(running.app, MEETING_ID)
        english = SayLanguage(HALL_SPEAKER, "en")
        await running.house.desk.act(INTERPRETATION, MEETING_ID, english, SYSTEM)
        async with asyncio.timeout(40):
            while not await cue_texts(running, "en"):  # noqa: ASYNC110 - it is heard by itself
                await asyncio.sleep(0.2)
        assert await cue_texts(running, "en") == [f"<b>{RATE_HZ}</b> of sound, loud"], "as text, not as a page"
        assert await cue_texts(running, "fr") == [], "the floor does not speak it, and nobody interprets"


def test_a_setting_that_names_no_program_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Settings(recognisers=("en=/x",)).recogniser_programs == {"en": "/x"}
    monkeypatch.setenv("ROSTRUM_RECOGNISERS", "xx=program")
    monkeypatch.setenv("ROSTRUM_DATA", str(tmp_path))
    with pytest.raises(Misconfigured, match="ROSTRUM_RECOGNISERS"):
        load()

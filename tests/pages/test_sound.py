"""What a page reports of its owner's microphone: who may, what is taken, and who is told."""

from rostrum.assembly.sound_check import SoundVerdict
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import INTERPRETATION
from tests.support.app import Knocker, Running

FIGURES = {"verdict": "fails", "bandwidth_hz": "3500", "level_lufs": "-31.5", "snr_db": "27.1", "clipped": "no"}


async def report(who: Knocker, **changed: str) -> int:
    address = f"/at/{who.place_id}/check/{MEETING_ID}/sound"
    async with who.request("POST", address, data={**FIGURES, **changed}) as answer:
        return answer.status


async def test_a_speaker_and_an_interpreter_report_their_sound(running: Running) -> None:
    for role in ("ngo", "interpreter"):
        who = await running.place(role)
        async with who.request("GET", f"/at/{who.place_id}/check/{MEETING_ID}") as answer:
            assert answer.status == 200
            assert 'id="try-sound"' in await answer.text()
        assert await report(who) == 303
        sound = (await running.house.desk.load(INTERPRETATION, MEETING_ID)).state.sounds[who.place_id]
        assert (sound.verdict, sound.bandwidth_hz, sound.level_lufs) == (SoundVerdict.FAILS, 3500, -31.5)
        assert sound.fails


async def test_figures_of_no_microphone_are_refused(running: Running) -> None:
    who = await running.place("ngo")
    for wrong in (
        {"verdict": "splendid"},
        {"bandwidth_hz": "48000"},
        {"bandwidth_hz": "1e3"},
        {"level_lufs": "nan"},
        {"level_lufs": "-inf"},
        {"snr_db": "101"},
        {"snr_db": ""},
    ):
        assert await report(who, **wrong) == 409, wrong
    sounds = (await running.house.desk.load(INTERPRETATION, MEETING_ID)).state.sounds
    assert who.place_id not in sounds

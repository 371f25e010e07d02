"""A listener chooses channels: what comes out of the page is told by its tones, also while it is switched.

The French interpreter is far away; the English one sits in the hall, where a technician sends a sound input for them.
"""

import asyncio
import math
import struct
import wave
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.booth_acts import AssignAir, EquipBooth, SeatInterpreter
from rostrum.assembly.interpretation import HALL_SPEAKER, SayLanguage, SetSilence
from rostrum.assembly.place import RevokeLink
from rostrum.assembly.program import place_source
from rostrum.assembly.speaking import CallSpeaker
from rostrum.cli.demo import MEETING_ID, SESSION_ID
from rostrum.desk import ACCREDITATION, INTERPRETATION, MEETING
from tests.journeys.test_whole_story import enter, soon
from tests.support.app import Running, running_app
from tests.support.browser import person
from tests.support.fake_media import SAMPLE_RATE_HZ, FakeDevice

FLOOR_HZ, FRENCH_HZ, ENGLISH_HZ = 500, 1100, 1900
TONES = {FLOOR_HZ: "floor", FRENCH_HZ: "fr", ENGLISH_HZ: "en"}
BLOCK_S = 512 / 48_000
AMPLITUDE = 0.2

SEND = """
async ([hz, amplitude, meeting]) => {
  const { publish } = await import('/static/js/media/whip.js');
  const { passFrom } = await import('/static/js/attend/pass.js');
  const token = passFrom(`${location.pathname.split('/').slice(0, 3).join('/')}/media-pass/${meeting}`);
  const context = new AudioContext({ sampleRate: 48000 });
  const into = context.createMediaStreamDestination();
  const [tone, gain] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = hz;
  gain.gain.value = amplitude;
  tone.connect(gain).connect(into);
  tone.start();
  window.level = gain.gain;
  await new Promise((resolve) => void publish({
    url: `/whip/${meeting}`, token, stream: into.stream, take: true,
    onstate: (state) => state === 'connected' && resolve(state),
  }));
}
"""

SIGN = """
async ([meeting]) => {
  const { publish } = await import('/static/js/media/whip.js');
  const { passFrom } = await import('/static/js/attend/pass.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  let n = 0;
  setInterval(() => { context.fillStyle = `hsl(${n++ % 360} 80% 50%)`; context.fillRect(0, 0, 300, 150); }, 50);
  const token = passFrom(`${location.pathname.split('/').slice(0, 3).join('/')}/media-pass/${meeting}`);
  await new Promise((resolve) => void publish({
    url: `/whip/${meeting}`, token, stream: canvas.captureStream(20), take: true,
    onstate: (state) => state === 'connected' && resolve(state),
  }));
}
"""

HEAR = """
([tones]) => {
  const context = new AudioContext({ sampleRate: 48000 });
  window.blocks = [];
  const merge = context.createChannelMerger(2);
  const listen = context.createScriptProcessor(512, 2, 1);
  const players = ['floor', 'channel'].map((id) => document.getElementById(id));
  players.forEach((player, n) => context.createMediaStreamSource(player.srcObject).connect(merge, 0, n));
  merge.connect(listen).connect(context.destination);
  listen.onaudioprocess = ({ inputBuffer }) => {
    window.blocks.push(tones.map((hz) => Math.max(...players.map((player, n) => {
      const samples = inputBuffer.getChannelData(n);
      let [re, im] = [0, 0];
      samples.forEach((sample, at) => {
        const window = 1 - Math.cos(2 * Math.PI * at / samples.length);
        re += window * sample * Math.cos(2 * Math.PI * hz * at / 48000);
        im += window * sample * Math.sin(2 * Math.PI * hz * at / 48000);
      });
      return (player.muted ? 0 : player.volume) * 2 * Math.hypot(re, im) / samples.length;
    }))));
  };
  return context.resume();
}
"""


async def heard(page: Page) -> list[dict[str, float]]:
    """The amplitude of each source's tone as the listener hears it, block by block, since it was last asked for."""
    blocks: list[list[float]] = await page.evaluate("window.blocks.splice(0)")
    return [dict(zip(TONES.values(), block, strict=True)) for block in blocks]


def loudest(blocks: Sequence[dict[str, float]]) -> dict[str, float]:
    """The middle amplitude of each tone."""
    return {name: sorted(block[name] for block in blocks)[len(blocks) // 2] for name in TONES.values()}


def gap_ms(blocks: Sequence[dict[str, float]]) -> float:
    """The longest time for which nothing was heard as loud as a voice is."""
    assert len(blocks) * BLOCK_S > 0.8, "the page was not listened to"
    quiet = (max(block.values()) < AMPLITUDE / 4 for block in blocks)
    return 1000 * BLOCK_S * max((len(list(run)) for is_quiet, run in groupby(quiet) if is_quiet), default=0)


async def hears(page: Page, name: str) -> dict[str, float] | None:
    """The tones, once this source is the loudest."""
    await heard(page)
    await asyncio.sleep(0.3)
    tones = loudest(await heard(page))
    return tones if tones[name] > AMPLITUDE / 2 and max(tones, key=lambda each: tones[each]) == name else None


async def send(page: Page, running: Running, category: str, hz: int) -> str:
    """Somebody of a category sends a tone from a page of theirs; their place."""
    place_id, _, token = await running.appoint(category, {"given_name": category})
    await enter(page, f"{running.base}/l/{token}")
    await page.evaluate(SEND, [hz, AMPLITUDE, MEETING_ID])
    return place_id


def microphone(folder: Path, hz: int) -> FakeDevice:
    """A sound input that gives a steady tone, a whole number of whose periods is in its file."""
    path = folder / "tone.wav"
    samples = (
        round(32767 * AMPLITUDE * math.sin(2 * math.pi * hz * n / SAMPLE_RATE_HZ)) for n in range(SAMPLE_RATE_HZ)
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return FakeDevice(0, folder / "no-camera", path)


async def feed(page: Page, running: Running, interpreter_id: str) -> str:
    """A technician sends the sound of an interpreter in the hall, and puts them on air; the technician's link."""
    _, link_id, token = await running.appoint("technician", {"given_name": "Tea"}, remote=False)
    await enter(page, f"{running.base}/l/{token}")
    await page.goto(page.url.replace("/check/", "/hall-sound/"))
    await page.get_by_role("button", name="Find the sound inputs").click()
    await page.get_by_role("button", name="Sits at the console").click()
    await page.get_by_role("button", name="Send this input").click()
    await expect(page.locator(f"#feed-state-{interpreter_id}")).to_have_text("The input is sent.", timeout=15_000)
    await page.get_by_role("button", name="Put on air").click()
    await expect(page.locator(f"#feed-{interpreter_id} .tag")).to_have_text("on air")
    return link_id


async def goes_out(page: Page, running: Running) -> None:
    """The hall's screen gives the French channel to a sound device."""
    _, _, token = await running.appoint("hall-screen", {"organisation": "Hall"}, remote=False)
    await enter(page, f"{running.base}/l/{token}")
    await page.locator(".hall__buttons").hover()
    await page.get_by_text("Sound outputs", exact=True).click()
    await page.get_by_role("button", name="Find the sound outputs").click()
    device = page.locator("#output-device-fr")
    await device.select_option(index=1)
    await expect(page.locator("#output-state-fr")).to_have_text("The channel goes out.", timeout=15_000)
    sink = await page.locator("#output-sound-fr").evaluate("player => player.sinkId")
    assert sink == await device.input_value()

    async def level() -> float | None:
        value: float = await page.locator("#output-level-fr").evaluate("meter => meter.value")
        return value if value > 0.5 else None

    await soon(level, 10, "the channel's level")


async def act(running: Running, *commands: Any) -> None:
    for command in commands:
        await running.house.desk.act(INTERPRETATION, MEETING_ID, command, SYSTEM)


async def choose(page: Page, channel: str) -> None:
    await page.locator(f"#channel-{channel}").check(force=True)


@pytest.mark.timeout(180)
async def test_each_channel_is_heard_when_it_is_chosen_without_a_gap(tmp_path: Path) -> None:
    async with running_app(tmp_path / "data") as running, person(microphone(tmp_path, ENGLISH_HZ)) as listener:
        browser = listener.context.browser
        assert browser is not None
        pages = [await (await browser.new_context()).new_page() for _ in range(4)]
        teams = [
            await running.appoint("interpreter", {"given_name": name}, remote=name == "Ana") for name in ("Ana", "Bo")
        ]
        for language, (place_id, _, _) in zip(("fr", "en"), teams, strict=True):
            await act(running, EquipBooth(language, None, (place_id,)))
        await act(running, SetSilence(5))
        await send(pages[0], running, "secretariat", FLOOR_HZ)
        (french_id, _, token), (english_id, _, _) = teams
        await enter(pages[1], f"{running.base}/l/{token}")
        await pages[1].evaluate(SEND, [FRENCH_HZ, AMPLITUDE, MEETING_ID])
        await act(running, SeatInterpreter("fr", french_id, is_there=True), AssignAir("fr", french_id))
        link_id, _ = await asyncio.gather(feed(pages[2], running, english_id), goes_out(pages[3], running))
        await pages[3].close()

        _, _, token = await running.appoint("ngo", {"given_name": "Lu", "interpretation": "floor"})
        await enter(listener, f"{running.base}/l/{token}")
        await listener.goto(listener.url.replace("/check/", "/meeting/"))
        await expect(listener.locator("#line")).to_have_text("Connected", timeout=20_000)
        await listener.evaluate(HEAR, [list(TONES)])
        tones, _ = await soon(partial(hears, listener, "floor"), 15, "the floor")
        assert max(tones["fr"], tones["en"]) < AMPLITUDE / 50
        gaps = {}
        for channel in ("fr", "en"):
            await heard(listener)
            await choose(listener, channel)
            await asyncio.sleep(1.5)
            gaps[channel] = gap_ms(await heard(listener))
            tones, _ = await soon(partial(hears, listener, channel), 10, f"the channel {channel}")
            other = "en" if channel == "fr" else "fr"
            assert tones[other] < AMPLITUDE / 50
            # Fifteen of a hundred on the slider.
            assert tones["floor"] == pytest.approx(AMPLITUDE * 0.15**2, rel=0.5)
        await expect(listener.locator("#heard")).to_have_text("You hear the interpretation: English.")
        await listener.locator("#under-level").fill("50")
        await soon(partial(hears, listener, "en"), 5, "the English channel still")
        tones = loudest(await heard(listener) or [await _next(listener)])
        assert tones["floor"] == pytest.approx(AMPLITUDE * 0.25, rel=0.3)
        # The floor speaks English: its channel is the floor by itself, and is no interpreter's.
        await act(running, SayLanguage(HALL_SPEAKER, "en"))
        tones, _ = await soon(partial(hears, listener, "floor"), 5, "the floor in the English channel")
        assert tones["en"] < AMPLITUDE / 50
        await expect(listener.locator("#heard")).to_contain_text("since it speaks this language")
        await heard(listener)
        await choose(listener, "fr")
        await asyncio.sleep(1.5)
        gaps["fr again"] = gap_ms(await heard(listener))
        await soon(partial(hears, listener, "fr"), 5, "French again")
        await choose(listener, "floor")
        await asyncio.sleep(1)
        gaps["floor"] = gap_ms(await heard(listener))
        await soon(partial(hears, listener, "floor"), 5, "the floor again")
        print("gaps in ms while switching:", {name: round(gap) for name, gap in gaps.items()})
        assert max(gaps.values()) <= 100, gaps

        await is_told_of_silence(listener, pages[1])
        await speaks_and_is_spared(listener, running)
        await sees_signs(listener, pages[1], running)
        await listener.reload()
        await expect(listener.locator("#channel-en")).to_be_checked()
        await expect(listener.locator("#sign-on")).to_be_checked()
        await ends_with_its_link(running, link_id, english_id)


async def ends_with_its_link(running: Running, link_id: str, english_id: str) -> None:
    """A technician whose link is revoked sends for nobody any more."""
    source = place_source(english_id)
    assert any(peer.source == source for peer in running.house.engine.peers())
    await running.house.desk.act(ACCREDITATION, SESSION_ID, RevokeLink(link_id), SYSTEM)

    async def gone() -> bool | None:
        return None if any(peer.source == source for peer in running.house.engine.peers()) else True

    async def silent() -> bool | None:
        return True if running.house.desk.held(INTERPRETATION)[MEETING_ID].booths["en"].heard is None else None

    await soon(gone, 5, "the feed's end")
    await soon(silent, 10, "the booth off air")


async def is_told_of_silence(listener: Page, french: Page) -> None:
    """An interpreter whose microphone is open and gives nothing: the listener is told, and offered the floor."""
    await choose(listener, "fr")
    await soon(partial(hears, listener, "fr"), 5, "French once more")
    await french.evaluate("window.level.value = 0")
    await expect(listener.locator("#silent-words")).to_be_visible(timeout=15_000)
    await listener.get_by_role("button", name="Listen to the floor").click()
    await soon(partial(hears, listener, "floor"), 5, "the floor instead of silence")
    await expect(listener.locator("#silent-words")).to_be_hidden()


async def speaks_and_is_spared(listener: Page, running: Running) -> None:
    """Whoever has the floor does not hear themselves interpreted, unless they want to."""
    await choose(listener, "en")
    await listener.get_by_label("You will speak in").select_option("fr")
    await listener.get_by_role("button", name="Request the floor").click()
    await expect(listener.locator("#own")).to_have_attribute("data-state", "connected", timeout=15_000)
    meeting = (await running.house.desk.load(MEETING, MEETING_ID)).state
    assert meeting.floor.next_up is not None
    place_id = meeting.floor.next_up.place_id
    assert running.house.desk.held(INTERPRETATION)[MEETING_ID].spoken[place_id] == "fr"
    await running.house.desk.act(MEETING, MEETING_ID, CallSpeaker(meeting.floor.next_up.entry_id), SYSTEM)
    await expect(listener.locator("#own-words")).to_be_visible()
    tones, _ = await soon(partial(hears, listener, "floor"), 5, "the hall, while one speaks")
    assert tones["en"] < AMPLITUDE / 50
    await listener.get_by_role("button", name="Hear it all the same").click()
    await soon(partial(hears, listener, "en"), 5, "one's own words interpreted")


async def sees_signs(listener: Page, signer: Page, running: Running) -> None:
    """The picture of an interpreter of International Sign is there once it is asked for."""
    place_id, _, token = await running.appoint("interpreter", {"given_name": "Sil"})
    await act(running, EquipBooth("ils", None, (place_id,)))
    await expect(listener.locator("#signing")).to_be_visible()
    await listener.get_by_label("International Sign", exact=True).check()
    await expect(listener.locator("#signer-none")).to_be_visible()
    await enter(signer, f"{running.base}/l/{token}")
    await signer.evaluate(SIGN, [MEETING_ID])
    await act(running, SeatInterpreter("ils", place_id, is_there=True), AssignAir("ils", place_id))
    await expect(listener.locator("#signer-none")).to_be_hidden()
    await expect(listener.locator("#sign[data-showing]")).to_be_visible(timeout=15_000)


async def _next(page: Page) -> dict[str, float]:
    await asyncio.sleep(0.2)
    return loudest(await heard(page))

"""A listener chooses channels: what comes out of the page is told by its tones, also while it is switched."""

import asyncio
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
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import INTERPRETATION
from tests.journeys.test_whole_story import enter, soon
from tests.support.app import Running, running_app
from tests.support.browser import person

FLOOR_HZ, FRENCH_HZ, ENGLISH_HZ = 500, 1100, 1900
TONES = {FLOOR_HZ: "floor", FRENCH_HZ: "fr", ENGLISH_HZ: "en"}
BLOCK_S = 512 / 48_000
AMPLITUDE = 0.2

SEND = """
async ([hz, amplitude, meeting]) => {
  const { publish } = await import('/static/js/media/whip.js');
  const csrf = document.querySelector('meta[name=csrf]').content;
  const at = location.pathname.split('/').slice(0, 3).join('/');
  const token = async () => {
    const answer = await fetch(`${at}/media-pass/${meeting}`, { method: 'POST', headers: { 'X-CSRF-Token': csrf } });
    return (await answer.json()).token;
  };
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


async def act(running: Running, *commands: Any) -> None:
    for command in commands:
        await running.house.desk.act(INTERPRETATION, MEETING_ID, command, SYSTEM)


async def choose(page: Page, channel: str) -> None:
    await page.locator(f"#channel-{channel}").check(force=True)


@pytest.mark.timeout(180)
async def test_each_channel_is_heard_when_it_is_chosen_without_a_gap(tmp_path: Path) -> None:
    async with running_app(tmp_path / "data") as running, person() as listener:
        browser = listener.context.browser
        assert browser is not None
        pages = [await (await browser.new_context()).new_page() for _ in range(3)]
        teams = [await running.appoint("interpreter", {"given_name": name}) for name in ("Ana", "Bo")]
        for language, (place_id, _, _) in zip(("fr", "en"), teams, strict=True):
            await act(running, EquipBooth(language, None, (place_id,)))
        await act(running, SetSilence(5))
        await send(pages[0], running, "secretariat", FLOOR_HZ)
        for page, (place_id, _, token), language, hz in zip(
            pages[1:], teams, ("fr", "en"), (FRENCH_HZ, ENGLISH_HZ), strict=True
        ):
            await enter(page, f"{running.base}/l/{token}")
            await page.evaluate(SEND, [hz, AMPLITUDE, MEETING_ID])
            await act(running, SeatInterpreter(language, place_id, is_there=True), AssignAir(language, place_id))

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

        await choose(listener, "fr")
        await soon(partial(hears, listener, "fr"), 5, "French once more")
        await pages[1].evaluate("window.level.value = 0")
        await expect(listener.locator("#silent-words")).to_be_visible(timeout=15_000)
        await listener.get_by_role("button", name="Listen to the floor").click()
        await soon(partial(hears, listener, "floor"), 5, "the floor instead of silence")
        await expect(listener.locator("#silent-words")).to_be_hidden()
        await listener.reload()
        await expect(listener.locator("#channel-floor")).to_be_checked()


async def _next(page: Page) -> dict[str, float]:
    await asyncio.sleep(0.2)
    return loudest(await heard(page))

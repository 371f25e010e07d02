"""Firefox watches what Chromium sends and sends what Chromium watches, told from the decoded picture and sound.

On a machine without a sound card Firefox's AudioContext stands still; its MediaRecorder does not.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from rostrum.media.sfu.engine import EmbeddedEngine
from tests.media.firefox import firefox
from tests.media.site import MEETING, Person, arrive, chromium, on_stage, serve
from tests.media.test_browser_forwarding import GREEN, GREEN_HZ, RED, RED_HZ, Watcher, hears, sees, silent
from tests.support.browser import bursts, person
from tests.support.fake_media import BURST_S, SILENCE_S, make

FIREFOX_HZ = 1000
QUIET = 0.001


@pytest.fixture
async def engine() -> EmbeddedEngine:
    # Firefox pairs no candidate of its own with a loopback one: this machine's other addresses serve, which stay on it.
    return EmbeddedEngine(0)


@pytest.fixture
async def url(engine: EmbeddedEngine) -> AsyncIterator[str]:
    async with serve(engine) as address:
        yield address


async def test_firefox_and_chromium_watch_each_other(engine: EmbeddedEngine, url: str, tmp_path: Path) -> None:
    async with chromium() as one, firefox(tmp_path) as other:
        chrome, fox = await arrive(one, url), await other.arrive(url)
        await fox.call("receive", MEETING, "place-green")
        await chrome.call("receive", MEETING, "place-red")
        await chrome.call("send", MEETING, "place-red", "#ff0000", RED_HZ)
        await fox.call("send", MEETING, "place-green", "#00c000", GREEN_HZ)
        await engine.apply(MEETING, on_stage(RED))
        await sees(fox, "red", 15)
        await engine.apply(MEETING, on_stage(GREEN))
        await sees(chrome, "green", 10)
        for _ in range(2):
            await engine.apply(MEETING, on_stage(RED))
            await sees(fox, "red", 5)
            await engine.apply(MEETING, on_stage(GREEN))
            await sees(chrome, "green", 5)
        assert await fox.evaluate("window.test.told.descriptions") == 2, "one for sending, one for watching"


async def recorded(watcher: Watcher, seconds: float) -> tuple[list[float], float]:
    """The level of every 20 ms of what comes from the floor, and its frequency in Hz."""
    sound = await watcher.call("record", "floor", seconds)
    return sound["levels"], sound["frequency"]


async def come(page: Page, url: str) -> Person:
    """A browser of its own with the test page."""
    await page.goto(url)
    await page.wait_for_function("window.test")
    return Person(page)


async def test_firefox_and_chromium_hear_each_other(engine: EmbeddedEngine, url: str, tmp_path: Path) -> None:
    device = make(tmp_path, 3, "The voice of one who is far away comes in bursts with silence between them")
    profile = tmp_path / "profile"
    profile.mkdir()
    async with person(device) as page, firefox(profile) as other:
        chrome, fox = await come(page, url), await other.arrive(url)
        await fox.call("receive", MEETING, "place-green")
        await chrome.call("receive", MEETING, "place-red")
        await chrome.call("sendDevices", MEETING, "place-red")
        await fox.call("sendDevices", MEETING, "place-green")
        for _ in range(2):
            await engine.apply(MEETING, on_stage(GREEN))
            await hears(chrome, FIREFOX_HZ, 10, at_least=0.05)
            await engine.apply(MEETING, on_stage(RED))
            await silent(chrome)
            levels, _ = await recorded(fox, 2 * (BURST_S + SILENCE_S))
            loud, changes = bursts(levels)
            print(f"Firefox hears speech {loud:.0%} of the time, {changes:.1f} changes a second")
            assert 0.25 < loud < 0.85
            assert 0.3 < changes < 4
        levels, _ = await recorded(chrome, 1)
        assert max(levels) < QUIET, "nobody is given their own voice"
        await engine.apply(MEETING, on_stage(GREEN))
        await hears(chrome, FIREFOX_HZ, 10, at_least=0.05)
        levels, frequency = await recorded(chrome, 1)
        print(f"Chromium hears {frequency:.0f} Hz, at levels from {min(levels[5:-5]):.3f} to {max(levels):.3f}")
        assert abs(frequency - FIREFOX_HZ) < 50
        assert min(levels[5:-5]) > 0.05, "the tone has gaps"
        levels, _ = await recorded(fox, 1)
        assert max(levels[15:]) < QUIET, "nobody is given their own voice"

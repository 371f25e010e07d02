"""Real Chromium sends and watches: what is seen and heard is told from the decoded picture and sound."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.async_api import Browser

from rostrum.assembly.program import HALL, Program, place_source
from rostrum.media.playout import make_clip
from rostrum.media.sfu.engine import EmbeddedEngine
from tests.media.site import MEETING, Person, arrive, chromium, on_stage, serve

RED, GREEN = place_source("red"), place_source("green")
RED_HZ, GREEN_HZ = 440, 1760


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.fixture
async def engine() -> EmbeddedEngine:
    return EmbeddedEngine(0, ["127.0.0.1"])


@pytest.fixture
async def url(engine: EmbeddedEngine) -> AsyncIterator[str]:
    async with serve(engine) as address:
        yield address


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hall") / "hall.clip"
    make_clip(4).write(path)
    return path


class Watcher(Protocol):
    """A page in any browser."""

    async def call(self, name: str, *arguments: object) -> Any:
        """Call one of its test functions."""


async def until(what: Callable[[], Awaitable[bool]], within_s: float) -> float:
    """Wait until something holds; returns how many seconds it took."""
    began_s = time.monotonic()
    while not await what():
        if time.monotonic() - began_s > within_s:
            raise AssertionError(f"not within {within_s} s")
        await asyncio.sleep(0.05)
    return time.monotonic() - began_s


async def colour(person: Watcher, slot: str = "stage") -> str:
    seen = await person.call("see", slot)
    if seen is None:
        return "none"
    red, green, blue = seen
    if red > 120 and green < 90:
        return "red"
    return "green" if green > 120 and red < 90 else f"{red},{green},{blue}"


async def sees(person: Watcher, wanted: str, within_s: float = 3.0) -> float:
    async def holds() -> bool:
        return await colour(person) == wanted

    return await until(holds, within_s)


async def hears(person: Watcher, frequency_hz: float, within_s: float = 3.0, at_least: float = 0.1) -> None:
    async def holds() -> bool:
        heard = await person.call("hear", "floor")
        return bool(heard["level"] > at_least and abs(heard["frequency"] - frequency_hz) < 40)

    await until(holds, within_s)


async def silent(person: Watcher, within_s: float = 2.0) -> None:
    async def holds() -> bool:
        return bool((await person.call("hear", "floor"))["level"] < 0.001)

    await until(holds, within_s)


async def sees_hall(person: Watcher, slot: str = "stage", within_s: float = 4.0) -> int:
    found: list[int] = []

    async def holds() -> bool:
        number = await person.call("hallFrame", slot)
        if number is not None:
            found.append(number)
        return number is not None

    await until(holds, within_s)
    return found[-1]


async def two_speakers(browser: Browser, url: str) -> tuple[Person, Person]:
    red, green = await arrive(browser, url), await arrive(browser, url)
    await red.call("send", MEETING, "place-red", "#ff0000", RED_HZ)
    await green.call("send", MEETING, "place-green", "#00c000", GREEN_HZ)
    return red, green


async def test_a_change_of_program_changes_picture_and_sound_without_renegotiation(
    browser: Browser, engine: EmbeddedEngine, url: str
) -> None:
    await two_speakers(browser, url)
    watcher = await arrive(browser, url)
    await watcher.call("receive", MEETING, "watcher")
    await engine.apply(MEETING, on_stage(RED))
    await sees(watcher, "red", 6)
    await hears(watcher, RED_HZ)
    for _ in range(5):
        await engine.apply(MEETING, on_stage(GREEN))
        assert await sees(watcher, "green") < 2
        await hears(watcher, GREEN_HZ)
        await engine.apply(MEETING, on_stage(RED))
        assert await sees(watcher, "red") < 2
        await hears(watcher, RED_HZ)
    assert await watcher.page.evaluate("window.test.told.descriptions") == 1
    inbound = await watcher.call("inbound")
    assert sum(stream["packetsLost"] for stream in inbound.values()) == 0
    assert sum(stream["nackCount"] for stream in inbound.values()) == 0, "a switch looks like a loss"


async def test_nothing_is_received_after_the_program_empties(
    browser: Browser, engine: EmbeddedEngine, url: str
) -> None:
    await two_speakers(browser, url)
    watcher = await arrive(browser, url)
    await watcher.call("receive", MEETING, "watcher")
    await engine.apply(MEETING, on_stage(RED))
    await sees(watcher, "red", 6)
    await hears(watcher, RED_HZ)
    await engine.apply(MEETING, Program({}))
    await silent(watcher)
    before = await watcher.call("inbound")
    await asyncio.sleep(1)
    after = await watcher.call("inbound")
    assert {mid: stream["packetsReceived"] for mid, stream in after.items()} == {
        mid: stream["packetsReceived"] for mid, stream in before.items()
    }
    assert await colour(watcher) == "red", "the last picture stays"


async def test_speakers_are_not_given_their_own_voice(
    browser: Browser, engine: EmbeddedEngine, url: str, clip: Path
) -> None:
    engine.play(MEETING, HALL, clip)
    red, _ = await two_speakers(browser, url)
    watcher = await arrive(browser, url)
    await watcher.call("receive", MEETING, "watcher")
    await red.call("receive", MEETING, "place-red")
    await engine.apply(MEETING, on_stage(HALL))
    await sees_hall(watcher)
    await sees_hall(red)
    await engine.apply(MEETING, on_stage(RED, to_itself=HALL))
    await sees(watcher, "red")
    await hears(watcher, RED_HZ)
    first = await sees_hall(red)
    await asyncio.sleep(0.5)
    assert await sees_hall(red) != first, "the hall's picture stands still for the speaker"
    heard = [await red.call("hear", "floor") for _ in range(20)]
    assert not any(abs(one["frequency"] - RED_HZ) < 40 and one["level"] > 0.1 for one in heard)
    await sees_hall(watcher, "podium")
    await engine.apply(MEETING, on_stage(GREEN, to_itself=HALL))
    await sees(red, "green")
    await hears(red, GREEN_HZ)


async def test_a_camera_takes_the_generated_halls_place_and_gives_it_back(
    browser: Browser, engine: EmbeddedEngine, url: str, clip: Path
) -> None:
    engine.play(MEETING, HALL, clip)
    await engine.apply(MEETING, on_stage(HALL))
    watcher, camera = await arrive(browser, url), await arrive(browser, url)
    await watcher.call("receive", MEETING, "watcher")
    await sees_hall(watcher)
    await camera.call("send", MEETING, "hall", "#ff0000", RED_HZ)
    await sees(watcher, "red")
    await hears(watcher, RED_HZ)
    await camera.page.close()
    await sees_hall(watcher)


async def test_a_second_sender_is_refused_until_it_takes_over(
    browser: Browser, engine: EmbeddedEngine, url: str
) -> None:
    await engine.apply(MEETING, on_stage(RED))
    first, second, watcher = [await arrive(browser, url) for _ in range(3)]
    await watcher.call("receive", MEETING, "watcher")
    await first.call("send", MEETING, "place-red", "#ff0000", RED_HZ)
    await sees(watcher, "red", 6)
    await second.call("send", MEETING, "place-red", "#00c000", GREEN_HZ)
    assert (await second.page.evaluate("window.test.told.states"))[-1] == "inuse"
    await second.call("send", MEETING, "place-red", "#00c000", GREEN_HZ, True)
    await sees(watcher, "green")

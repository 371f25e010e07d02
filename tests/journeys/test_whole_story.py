"""The whole story in three real browsers: call, speak, be seen and heard by everyone, yield; proved by content."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import TypeVar

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import bursts, listen, person, read_frame
from tests.support.fake_media import BURST_S, SILENCE_S, FakeDevice, make
from tests.support.server import DemoServer

T = TypeVar("T")

DELEGATE, NGO, CHAIR = 3, 5, 9


@pytest.fixture(scope="module")
def devices(tmp_path_factory: pytest.TempPathFactory) -> dict[int, FakeDevice]:
    """Cameras and microphones of the three people."""
    folder = tmp_path_factory.mktemp("devices")
    return {
        DELEGATE: make(folder, DELEGATE, "The delegation of Senegal thanks the presiding officer for the floor"),
        NGO: make(folder, NGO, "Civil society asks that every session be open to those who are far away"),
        CHAIR: make(folder, CHAIR, "I give the floor to the next speaker on the list, please proceed now"),
    }


async def soon(what: Callable[[], Awaitable[T | None]], limit_s: float, why: str) -> tuple[T, float]:
    """The first answer that is not None, and after how many seconds it came. Fails with `why` past the limit."""
    started = time.monotonic()
    while time.monotonic() - started < limit_s:
        answer = await what()
        if answer is not None:
            return answer, time.monotonic() - started
        await asyncio.sleep(0.05)
    pytest.fail(f"not within {limit_s} s: {why}")


async def enter(page: Page, url: str) -> None:
    """Open a personal link and go on, as the mail says."""
    await page.goto(url)
    await page.get_by_role("button", name="Continue on this device").click()
    await page.wait_for_url("**/at/**")


async def tries_everything(page: Page) -> None:
    """The check: camera, microphone, how the voice sounds, and the line."""
    await page.get_by_role("button", name="Try camera and microphone").click()
    await expect(page.locator("#verdict-camera")).to_have_attribute("data-verdict", "good")
    await expect(page.locator("#verdict-microphone")).to_have_attribute("data-verdict", "good", timeout=15_000)
    await page.get_by_role("button", name="Try how your voice sounds").click()
    # The words that this microphone says stand at full scale: wide enough, and clipped.
    await expect(page.locator("#verdict-sound")).to_have_attribute("data-verdict", "poor", timeout=20_000)
    await expect(page.locator("#verdict-sound")).to_contain_text("too loud and distorted")
    await expect(page.locator("#verdict-sound")).not_to_contain_text("could not be told")
    await expect(page.locator("#verdict-line")).to_have_attribute("data-verdict", "good", timeout=15_000)


async def go_in(page: Page) -> None:
    """From the check to the meeting, until its picture is there: by then the page's scripts run."""
    await page.get_by_role("link", name="Go to the meeting").click()
    await expect(page.locator("#line")).to_have_text("Connected", timeout=15_000)


async def shows(page: Page, selector: str, source: int) -> bool | None:
    """True where the player shows this source now; None otherwise."""
    frame = await read_frame(page, selector)
    return True if frame is not None and frame.source == source else None


async def shows_none_of_ours(page: Page, selector: str) -> bool | None:
    """True where the player shows a picture that none of our cameras sends."""
    ready = await page.eval_on_selector(selector, "video => video.readyState >= 2 && video.videoWidth > 0")
    return True if ready and await read_frame(page, selector) is None else None


@pytest.mark.timeout(240)
async def test_a_delegate_is_called_speaks_and_yields(demo_server: DemoServer, devices: dict[int, FakeDevice]) -> None:
    async with AsyncExitStack() as stack:
        chair, ngo, delegate = [
            await stack.enter_async_context(person(devices[number])) for number in (CHAIR, NGO, DELEGATE)
        ]
        await enter(chair, demo_server.links["chair"])
        await expect(chair.locator("#desk")).to_be_visible()

        await enter(ngo, demo_server.links["ngo"])
        await tries_everything(ngo)
        await go_in(ngo)

        await enter(delegate, demo_server.links["delegate"])
        await go_in(delegate)

        watchers = {"chair": chair, "delegate": delegate}
        for name, page in {**watchers, "ngo": ngo}.items():
            await soon(partial(shows_none_of_ours, page, "#stage"), 20, f"{name} sees the hall")

        # The NGO asks; everybody sees it on the list; its line becomes ready; nobody sees or hears it yet.
        await ngo.get_by_role("button", name="Request the floor").click()
        await expect(ngo.locator("#mine")).to_have_attribute("data-standing", "next")
        await expect(delegate.locator("#list")).to_contain_text("Justicia Andina")
        await expect(chair.locator("#list")).to_contain_text("line ready", timeout=15_000)
        for page in watchers.values():
            assert await shows_none_of_ours(page, "#stage"), "nobody is shown before being called"

        await expect(chair.locator("#list")).to_contain_text("microphone may do")

        # Called: within 2 s every other browser decodes the NGO's picture.
        called = time.monotonic()
        await chair.get_by_role("button", name="Call the next speaker").click()
        for name, page in watchers.items():
            await soon(partial(shows, page, "#stage", NGO), 2, f"{name} sees the NGO's picture")
        took_s = time.monotonic() - called
        print(f"called to seen by all: {took_s:.2f} s")
        await expect(ngo.locator("#mine")).to_have_attribute("data-standing", "speaking")

        # The picture moves, and is the speaker's own frame numbers.
        first = await read_frame(delegate, "#stage")
        await asyncio.sleep(0.5)
        second = await read_frame(delegate, "#stage")
        assert first is not None
        assert second is not None
        assert first.source == second.source == NGO
        assert first.number != second.number, "the picture stands still"

        # The sound follows the speaker's speech: loud and quiet in its rhythm, in every other browser.
        period_s = BURST_S + SILENCE_S
        heard = await asyncio.gather(*(listen(page, "#floor", 3 * period_s) for page in watchers.values()))
        for name, levels in zip(watchers, heard, strict=True):
            loud, changes = bursts(levels)
            assert 0.25 < loud < 0.85, f"{name} hears speech {loud:.0%} of the time"
            assert 0.3 < changes < 4, f"{name} hears {changes:.1f} changes a second"

        # The speaker does not see or hear themselves come back.
        assert await shows(ngo, "#stage", NGO) is None

        await ngo.get_by_role("button", name="I have finished").click()
        for name, page in watchers.items():
            await soon(partial(shows_none_of_ours, page, "#stage"), 4, f"{name} sees the hall again")
        await expect(ngo.locator("#mine")).to_have_attribute("data-standing", "listening")
        await expect(chair.locator(".spoken")).to_contain_text("1 has spoken")
        assert not await shows(delegate, "#podium", NGO)
        tracks = await ngo.evaluate("document.getElementById('selfview').srcObject")
        assert tracks is None, "after the statement the camera is off"


@pytest.mark.timeout(240)
async def test_killed_in_mid_speech_the_meeting_goes_on(
    demo_server: DemoServer, devices: dict[int, FakeDevice]
) -> None:
    async with AsyncExitStack() as stack:
        chair = await stack.enter_async_context(person(devices[CHAIR]))
        delegate = await stack.enter_async_context(person(devices[DELEGATE]))
        await enter(chair, demo_server.links["chair"])
        await enter(delegate, demo_server.links["delegate"])
        await go_in(delegate)
        await delegate.get_by_role("button", name="Request the floor").click()
        await expect(chair.locator("#list")).to_contain_text("line ready", timeout=15_000)
        await chair.get_by_role("button", name="Call the next speaker").click()
        called = time.monotonic()
        await soon(lambda: shows(chair, "#stage", DELEGATE), 3, "the delegate is seen")

        await demo_server.kill()
        await expect(chair.locator("#offline")).to_be_visible()
        await demo_server.start()

        await expect(chair.locator("#offline")).to_be_hidden(timeout=20_000)
        await expect(chair.locator("#now")).to_contain_text("Ndiaye")
        await soon(lambda: shows(chair, "#stage", DELEGATE), 20, "the delegate is seen again, without a reload")
        # The clock ran on: what is left is the limit less the time since the call, to the second.
        words = await chair.locator("#now [data-clock-time]").inner_text()
        minutes, seconds = (int(part) for part in words.split(":"))
        left_s = 300 - (time.monotonic() - called)
        assert abs(minutes * 60 + seconds - left_s) < 3, (words, left_s)
        await delegate.get_by_role("button", name="I have finished").click()
        await expect(chair.locator("#now")).to_contain_text("The floor is with the presiding officer.")

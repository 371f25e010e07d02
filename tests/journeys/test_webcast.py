"""Somebody without a place watches a meeting: with a low delay, as a stream or by sound alone, as it comes through."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from rostrum.app import play_test_picture
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.feeds import SetWebcast
from rostrum.assembly.sitting import SuspendMeeting
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from tests.support.app import running_app
from tests.support.browser import person

ARRIVES_MS = 20_000


async def comes(page: Page, way: str, player: str) -> None:
    """Wait for a way to come through, and for its player to go on."""
    await expect(page.locator("#watch")).to_have_attribute("data-way", way, timeout=ARRIVES_MS)
    await page.wait_for_function(
        "([id]) => { const it = document.getElementById(id); window.was ??= it.currentTime;"
        " const goes = it.currentTime > window.was + 0.5; if (goes) delete window.was; return goes; }",
        arg=[player],
        timeout=ARRIVES_MS,
    )


@pytest.mark.timeout(120)
async def test_the_webcast_comes_one_way_or_another(tmp_path: Path) -> None:
    async with running_app(tmp_path / "data") as running, person() as page:
        await play_test_picture(running.app, MEETING_ID)
        await running.house.desk.act(MEETING, MEETING_ID, SetWebcast(True), SYSTEM)
        await page.goto(f"{running.base}/watch/{MEETING_ID}")
        await comes(page, "live", "stage")
        await page.locator("#delivery").select_option("stream")
        await comes(page, "stream", "stage")
        assert await page.eval_on_selector("#stage", "(it) => it.webkitAudioDecodedByteCount") > 0
        assert await page.eval_on_selector("#stage", "(it) => [it.videoWidth, it.videoHeight]") == [640, 360]
        await page.locator("#listen").select_option("fr")
        await comes(page, "stream", "stage")
        # Without WebRTC, as through Tor, and where no picture comes through.
        await page.add_init_script("delete window.RTCPeerConnection")
        await page.reload()
        await comes(page, "stream", "stage")
        await page.route("**/hls/*/video/*", lambda route: route.abort())
        await page.reload()
        await comes(page, "sound", "channel")
        assert await page.eval_on_selector("#channel", "(it) => it.webkitAudioDecodedByteCount") > 0
        await expect(page.locator("#way")).to_contain_text("sound only")
        await running.house.desk.act(MEETING, MEETING_ID, SuspendMeeting(), SYSTEM)
        await expect(page.locator("#way")).to_contain_text("does not sit", timeout=ARRIVES_MS)

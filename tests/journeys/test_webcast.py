"""Somebody without a place watches a meeting: with a low delay, as a stream or by sound alone, as it comes through."""

import asyncio
import time
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from rostrum.app import play_test_picture
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.feeds import SetWebcast
from rostrum.assembly.sitting import SuspendMeeting
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from tests.journeys.test_accessibility import violations
from tests.pages.test_captions import write
from tests.support.app import Knocker, running_app
from tests.support.browser import person

ARRIVES_MS = 20_000
LIVE_S = 3.0
"""Words of a live page, on a machine that has much else to do."""
HELD_BACK_S, BEHIND_S = 1.0, 15.0
"""A stream is at least so far behind, and no farther than that."""
NEAR_MS = 1_500

PLAY = """
async ([address]) => {
  const { default: Hls } = await import("/vendor/hls.js");
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  const hls = new Hls({ enableWorker: false, lowLatencyMode: true, liveSyncDurationCount: 2 });
  window.read = [];
  hls.on(Hls.Events.MANIFEST_PARSED, () => void video.play());
  video.addEventListener("playing", () => {
    hls.subtitleDisplay = true;
    hls.subtitleTrack = 0;
  });
  video.textTracks.addEventListener("addtrack", ({ track }) => {
    track.addEventListener("cuechange", () => {
      for (const cue of track.activeCues) window.read.push([hls.playingDate.getTime(), cue.text]);
    });
  });
  hls.loadSource(address);
  hls.attachMedia(video);
}
"""
"""Another page's player of the stream. Notes what its captions say, and at which moment of the meeting."""


async def captioned(page: Page, captioner: Knocker, words: str) -> float:
    """Somebody writes a line; how long it took until it was read."""
    begun_s = time.monotonic()
    assert await write(captioner, "line", {"text": words[:5]}) == 204
    await expect(page.locator(".caption--growing")).to_have_text(words[:5], timeout=ARRIVES_MS)
    took_s = time.monotonic() - begun_s
    assert await write(captioner, "cue", {"text": words, "nonce": words}) == 303
    await expect(page.locator(".caption").last).to_have_text(words, timeout=ARRIVES_MS)
    return took_s


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
    async with running_app(tmp_path / "data") as running, person(bypass_csp=True) as page:
        captioner = await running.place("captioner")
        await play_test_picture(running.app, MEETING_ID)
        await running.house.desk.act(MEETING, MEETING_ID, SetWebcast(True), SYSTEM)
        await page.goto(f"{running.base}/watch/{MEETING_ID}")
        await comes(page, "live", "stage")
        await expect(page.locator("#captions-none")).to_be_visible()
        assert await write(captioner, "cue", {"text": "Bonjour", "nonce": "0"}) == 303
        await page.locator("#captions-language").select_option("fr", timeout=ARRIVES_MS)
        await page.locator("#captions-looks summary").click()
        await page.locator("#captions-colours").select_option("yellow")
        await expect(page.locator(".caption")).to_have_text("Bonjour")
        assert await captioned(page, captioner, "Mesdames et messieurs") < LIVE_S
        assert await violations(page) == []
        await page.locator("#delivery").select_option("stream")
        await comes(page, "stream", "stage")
        assert await page.eval_on_selector("#stage", "(it) => it.webkitAudioDecodedByteCount") > 0
        assert await page.eval_on_selector("#stage", "(it) => [it.videoWidth, it.videoHeight]") == [640, 360]
        assert HELD_BACK_S < await captioned(page, captioner, "Je donne la parole") < BEHIND_S, (
            "with the sound, not before it"
        )
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
        assert HELD_BACK_S < await captioned(page, captioner, "Merci à vous") < BEHIND_S, "remembered in this tab"
        assert await page.locator("#captions-colours").input_value() == "yellow"
        assert await page.context.cookies() == []
        await running.house.desk.act(MEETING, MEETING_ID, SuspendMeeting(), SYSTEM)
        await expect(page.locator("#way")).to_contain_text("does not sit", timeout=ARRIVES_MS)


@pytest.mark.timeout(120)
async def test_any_player_reads_captions_with_the_sound_that_they_belong_to(tmp_path: Path) -> None:
    async with running_app(tmp_path / "data") as running, person(bypass_csp=True) as page:
        captioner = await running.place("captioner")
        await running.house.desk.act(MEETING, MEETING_ID, SetWebcast(True), SYSTEM)
        assert await write(captioner, "cue", {"text": "Bonjour", "nonce": "0"}) == 303
        async with asyncio.timeout(20):
            while (running.house.streams.newest(MEETING_ID, "video") or (0, 0))[1] < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await page.goto(f"{running.base}/privacy")
        await page.evaluate(PLAY, [f"{running.base}/hls/{MEETING_ID}/master.m3u8"])
        await page.wait_for_function("window.read.length > 0", timeout=ARRIVES_MS)
        said_ms = time.time() * 1000
        assert await write(captioner, "line", {"text": "Mesdames"}) == 204
        await page.wait_for_function("window.read.some(([, text]) => text.includes('Mesdames'))", timeout=ARRIVES_MS)
        (read_ms,) = [at for at, text in await page.evaluate("window.read") if text.endswith("Mesdames")][:1]
        assert abs(read_ms - said_ms) < NEAR_MS

"""Real Chromium, one process a person, each with its own fake camera and microphone, and what it sees and hears."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]

READ_STRIP = """
(video) => {
  if (!video || video.readyState < 2 || !video.videoWidth) return null;
  const canvas = document.createElement('canvas');
  canvas.width = 320; canvas.height = 180;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0, 320, 180);
  const bits = [];
  for (let n = 0; n < 16; n += 1) {
    const { data } = context.getImageData(n * 20 + 6, 6, 8, 10);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += data[i] * 0.3 + data[i + 1] * 0.59 + data[i + 2] * 0.11;
    bits.push(sum / (data.length / 4));
  }
  return bits;
}
"""

NOTE_FRAMES = f"""
(video) => {{
  const read = {READ_STRIP};
  window.notedFrames = [];
  const note = (_, shown) => {{
    window.notedFrames.push([performance.timeOrigin + shown.presentationTime, read(video)]);
    video.requestVideoFrameCallback(note);
  }};
  video.requestVideoFrameCallback(note);
}}
"""

LISTEN = """
(element, [seconds]) => new Promise(async (resolve) => {
  const stream = element && element.srcObject;
  if (!stream || !stream.getAudioTracks().length) return resolve([]);
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const levels = [];
  const started = performance.now();
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    levels.push(Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length));
    if (performance.now() - started > seconds * 1000) { clearInterval(timer); context.close(); resolve(levels); }
  }, 20);
})
"""


@dataclass(frozen=True)
class Frame:
    """What a strip of blocks says: which source, which frame."""

    source: int
    number: int


async def read_frame(page: Page, selector: str) -> Frame | None:
    """The source and frame number that a video element shows; None where it shows no strip (or nothing)."""
    return frame_of(await page.eval_on_selector(selector, READ_STRIP))


async def note_frames(page: Page, selector: str) -> None:
    """From now on the page notes every picture that a video element shows, for `noted_frames`."""
    await page.eval_on_selector(selector, NOTE_FRAMES)


async def noted_frames(page: Page) -> list[tuple[float, Frame | None]]:
    """When (s since the epoch) which picture was shown. Raises where the page has been loaded anew since."""
    noted = await page.evaluate("window.notedFrames")
    return [(at_ms / 1000, frame_of(levels)) for at_ms, levels in noted]


def frame_of(levels: list[float] | None) -> Frame | None:
    """What `READ_STRIP` found; None where that is no strip."""
    if levels is None or any(80 < level < 170 for level in levels):
        return None
    bits = [int(level > 125) for level in levels]
    if bits[:2] != [1, 0]:
        return None
    return Frame(int("".join(map(str, bits[2:6])), 2), int("".join(map(str, bits[6:])), 2))


async def listen(page: Page, selector: str, seconds: float) -> list[float]:
    """Root mean square of the sound of a media element, every 20 ms for so many seconds."""
    levels: list[float] = await page.eval_on_selector(selector, LISTEN, [seconds])
    return levels


def bursts(levels: list[float], threshold: float = 0.01) -> tuple[float, float]:
    """(share of loud samples, number of changes between loud and quiet a second), smoothed over 200 ms."""
    window = 10
    loud = [max(levels[max(0, n - window) : n + 1]) > threshold for n in range(len(levels))]
    changes = sum(a != b for a, b in pairwise(loud))
    return sum(loud) / max(1, len(loud)), changes / max(0.02, len(levels) * 0.02)


class Devices(Protocol):
    """A camera and a microphone that a browser is made to have."""

    @property
    def chromium_flags(self) -> list[str]:
        """The flags that give a browser these."""


@asynccontextmanager
async def person(device: Devices | None = None, *, lets_use: bool = True, **context: object) -> AsyncIterator[Page]:
    """A person's browser: a process of its own, with the devices given, or none.

    `lets_use` False: whoever sits there refuses when the browser asks for camera and microphone.
    """
    flags = [*FLAGS, *(["--use-fake-ui-for-media-stream"] if lets_use else ["--deny-permission-prompts"])]
    if device is not None:
        flags += device.chromium_flags
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            opened: BrowserContext = await browser.new_context(**context)  # type: ignore[arg-type]
            yield await opened.new_page()
        finally:
            await browser.close()

"""Whether sound and picture of a numbered video whose sound ticks at each second are in time, its pictures in order.

A tick begins with the picture whose number is a multiple of the pace; how far the two are apart is told from all of
them, so that one that came late says little.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import av
from playwright.async_api import Page

from tests.support.shapes import FPS, made, number_of

EARLY_MS, LATE_MS = 45.0, 125.0
"""How far sound may be ahead of its picture, and behind it, and nobody sees it (ITU-R BT.1359)."""
LIVE_EARLY_MS, LIVE_LATE_MS = 90.0, 185.0
"""And nobody minds it. What listens in a page hears some tens of ms after those in front of it."""
TICK_S = 0.06
SOUND = rf"aevalsrc=if(lt(mod(t\,1)\,{TICK_S})\,0.5*sin(2*PI*1000*t)\,0):s=48000"
QUIET_S = 0.4
"""A tick begins where it was quiet for so long."""
WINDOW_S = 0.005

NOTE_TICKS = """
async () => {
  window.notedTicks = [];
  const context = new AudioContext();
  await context.resume();
  for (const element of document.querySelectorAll("audio")) {
    let joined = null, quiet = 0;
    const join = () => {
      const stream = element.srcObject;
      if (stream === joined || !stream || !stream.getAudioTracks().length) return;
      joined = stream;
      const listener = context.createScriptProcessor(256, 1, 1);
      listener.onaudioprocess = (event) => {
        const samples = event.inputBuffer.getChannelData(0);
        const loud = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length) > 0.02;
        if (loud && quiet > 0.4) {
          // When it was to be heard, however late the page came to look at it.
          const { contextTime, performanceTime } = context.getOutputTimestamp();
          const heard = performanceTime + (event.playbackTime - contextTime) * 1000;
          window.notedTicks.push(performance.timeOrigin + heard);
        }
        quiet = loud ? 0 : quiet + samples.length / context.sampleRate;
      };
      context.createMediaStreamSource(stream).connect(listener);
      listener.connect(context.destination);
    };
    setInterval(join, 200);
  }
}
"""


@dataclass(frozen=True)
class Seen:
    """What somebody saw and heard: (s, number) of each picture, s of each tick; by one clock."""

    pictures: Sequence[tuple[float, int]]
    ticks: Sequence[float]

    @property
    def numbers(self) -> list[int]:
        """The pictures' numbers, a picture that stands once."""
        found = [number for _, number in self.pictures]
        return found[:1] + [after for before, after in pairwise(found) if after != before]

    @property
    def late_ms(self) -> list[float]:
        """How far sound is behind its picture at each tick, least first; negative: ahead of it."""
        began_s = median(at - number / FPS for at, number in self.pictures)
        last_s = max(number for _, number in self.pictures) / FPS
        after = [at - began_s - round(at - began_s) for at in self.ticks if 0.5 < at - began_s < last_s + 0.2]
        assert len(after) >= 3, f"too few ticks were heard: {self.ticks}, from {began_s}"
        return sorted(late_s * 1000 for late_s in after)

    def assert_right(self, where: str, *, at_least: int, live: bool = False) -> None:
        """In order, nearly all of them, and in time. Prints how far sound and picture are apart.

        `live`: what a browser played. A busy machine hears late what was sounded in time, so its least tick counts.
        """
        numbers, late_ms = self.numbers, self.late_ms
        middle_ms = median(late_ms)
        print(f"{where}: {len(numbers)} pictures, sound {middle_ms:+.0f} ms after them (least {late_ms[0]:+.0f})")
        assert numbers == sorted(numbers), f"{where}: {numbers}"
        assert len(numbers) >= at_least, f"{where}: {numbers}"
        if live:
            assert -LIVE_EARLY_MS < late_ms[0] < LIVE_LATE_MS, f"{where}: {late_ms}"
        else:
            assert -EARLY_MS < middle_ms < LATE_MS, f"{where}: {late_ms}"


def ticking(path: Path, seconds: float) -> Path:
    """Make such a video."""
    return made(path, seconds, sound=SOUND)


async def note_ticks(page: Page) -> None:
    """From now on the page notes every tick in the streams that it plays, for `noted_ticks`."""
    await page.evaluate(NOTE_TICKS)


async def noted_ticks(page: Page) -> list[float]:
    """When they were heard, in s since the epoch."""
    noted: list[float] = await page.evaluate("window.notedTicks")
    return [at_ms / 1000 for at_ms in noted]


def seen_in(*files: bytes) -> Seen:
    """What is in a file, or in one of its picture and one of its sound."""
    pictures, heard = list[tuple[float, int]](), list[tuple[float, float]]()
    for data in files:
        with av.open(io.BytesIO(data), "r") as container:
            resampler = av.AudioResampler("flt", "mono", 48_000)
            for frame in container.decode():
                if isinstance(frame, av.VideoFrame):
                    number = number_of(frame)
                    if number is not None:
                        pictures.append((frame.time or 0.0, number))
                elif isinstance(frame, av.AudioFrame):
                    at_s = frame.time or 0.0
                    for each in resampler.resample(frame):
                        heard.extend(_levels(at_s, memoryview(bytes(each.planes[0])[: each.samples * 4]).cast("f")))
    return Seen(pictures, list(_ticks(heard)))


def _levels(at_s: float, samples: memoryview) -> Iterable[tuple[float, float]]:
    step = round(WINDOW_S * 48_000)
    for start in range(0, len(samples), step):
        part = samples[start : start + step]
        yield at_s + start / 48_000, (sum(x * x for x in part) / len(part)) ** 0.5


def _ticks(heard: Iterable[tuple[float, float]]) -> Iterable[float]:
    loud_s = 0.0
    for at_s, level in heard:
        if level > 0.02:
            if at_s - loud_s > QUIET_S:
                yield at_s
            loud_s = at_s

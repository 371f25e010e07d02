"""Voices that can be told apart at the far end: real speech in a language, with a faint steady tone of its own.

The tone says whose sound it is at every instant, also between words: which voices are in a sound, and for how long none
was, is read off it.
"""

import base64
import subprocess
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from playwright.async_api import Page

Samples = npt.NDArray[np.float64]

SAMPLE_RATE_HZ = 48_000
HOP_S = 0.005
WINDOW_S = 0.02
TONE = 0.08
SPEECH = 0.5
BAND_HZ = 3_000
"""Speech is kept below this, so that no voice is taken for another's tone."""

RECORD = """
() => {
  const made = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends made {
    constructor(...given) { super(...given); window.peers.push(this); }
  };
}
"""

HEAR = """
async (line) => {
  const pc = window.peers.filter((one) => one.connectionState === 'connected' && one.getReceivers().length > 2).at(-1);
  const track = pc.getTransceivers()[line].receiver.track;
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  window.heard ??= {};
  const parts = window.heard[line] = [];
  (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      parts.push([value.sampleRate, samples]);
      value.close();
    }
  })();
}
"""

HEARD = """
(line) => {
  const parts = window.heard[line].splice(0);
  const all = new Int16Array(parts.reduce((sum, [, samples]) => sum + samples.length, 0));
  let at = 0;
  for (const [, samples] of parts) {
    for (const sample of samples) all[at++] = Math.max(-1, Math.min(1, sample)) * 32767;
  }
  let text = '';
  const bytes = new Uint8Array(all.buffer);
  for (let n = 0; n < bytes.length; n += 8192) text += String.fromCharCode(...bytes.subarray(n, n + 8192));
  return [parts.length ? parts[0][0] : 48000, btoa(text)];
}
"""


@dataclass(frozen=True)
class Voice:
    """A microphone that speaks a language, and the tone in it. Fits where a `FakeDevice` does."""

    tone_hz: int
    audio: Path

    @property
    def chromium_flags(self) -> list[str]:
        """The flags that give a browser this microphone, and Chromium's own camera."""
        return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={self.audio}"]


def make_voice(folder: Path, name: str, language: str, words: str, tone_hz: int) -> Voice:
    """Write what a microphone hears: espeak-ng's voice of a language, again and again, and a tone."""
    speech = folder / f"speech-{name}.wav"
    subprocess.run(["espeak-ng", "-v", language, "-s", "170", "-w", str(speech), words], check=True)
    filters = f"lowpass=f={BAND_HZ},lowpass=f={BAND_HZ},dynaudnorm"
    raw = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-i", str(speech), "-af", filters),
            *("-ar", str(SAMPLE_RATE_HZ), "-ac", "1", "-f", "s16le", "-"),
        ],
        check=True,
        capture_output=True,
    ).stdout
    voice = np.frombuffer(raw, "<i2") / 32768
    # A whole number of the tone's periods, so that it goes on without a click where the file begins again.
    voice = voice[: len(voice) // SAMPLE_RATE_HZ * SAMPLE_RATE_HZ]
    time_s = np.arange(len(voice)) / SAMPLE_RATE_HZ
    sound = SPEECH * voice + TONE * np.sin(2 * np.pi * tone_hz * time_s)
    path = folder / f"voice-{name}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return Voice(tone_hz, path)


@dataclass(frozen=True)
class Heard:
    """A sound, of samples from −1 to 1 at `rate_hz`."""

    rate_hz: int
    samples: Samples

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate_hz

    def tones(self, tones_hz: Sequence[int]) -> Mapping[int, Samples]:
        """The amplitude of each tone, every `HOP_S`."""
        window, hop = int(WINDOW_S * self.rate_hz), int(HOP_S * self.rate_hz)
        starts = np.arange(0, max(0, len(self.samples) - window), hop)
        frames = self.samples[starts[:, None] + np.arange(window)] * np.hanning(window)
        time_s = np.arange(window) / self.rate_hz
        gain = 2 / np.hanning(window).sum()
        return {hz: np.abs(frames @ np.exp(-2j * np.pi * hz * time_s)) * gain for hz in tones_hz}


async def prepare(page: Page) -> None:
    """Before the page is opened: let its connections be found."""
    await page.add_init_script(f"({RECORD})()")


async def hear(page: Page, line: int) -> None:
    """From now on note what comes on the m-line of this index."""
    await page.evaluate(HEAR, line)


async def heard(page: Page, line: int) -> Heard:
    """What has come since it was last asked for."""
    rate, text = await page.evaluate(HEARD, line)
    return Heard(rate, np.frombuffer(base64.b64decode(text), "<i2") / 32768)

"""Files for Chromium's fake camera and microphone whose content can be told apart at the far end.

The picture carries sixteen black or white blocks along its top: `1 0`, four bits of the source's number,
ten bits of the frame's. The sound is espeak-ng's speech in bursts with silence between.
"""

import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT, FPS = 640, 360, 20
BLOCKS = 16
STRIP_HEIGHT = 48
FRAMES = 100
SAMPLE_RATE_HZ = 48_000
BURST_S, SILENCE_S = 1.6, 1.4

CHROMA = ((90, 240), (54, 34), (240, 110), (128, 128))
"""(U, V) by source number, so that a person who looks at a screenshot can tell them apart too."""


@dataclass(frozen=True)
class FakeDevice:
    """One person's fake camera and microphone."""

    number: int
    video: Path
    audio: Path

    @property
    def chromium_flags(self) -> list[str]:
        """The flags that give a browser this camera and this microphone."""
        return [
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={self.video}",
            f"--use-file-for-fake-audio-capture={self.audio}",
        ]


def make(folder: Path, number: int, words: str) -> FakeDevice:
    """Write the files of source `number` (0 to 15), whose microphone says `words` in bursts."""
    video, audio = folder / f"camera-{number}.y4m", folder / f"microphone-{number}.wav"
    _write_video(video, number)
    _write_audio(audio, folder / f"speech-{number}.wav", words)
    return FakeDevice(number, video, audio)


def bits(number: int, frame: int) -> list[int]:
    """The strip's blocks, left to right."""
    return [1, 0, *(number >> n & 1 for n in (3, 2, 1, 0)), *(frame >> n & 1 for n in range(9, -1, -1))]


def _write_video(path: Path, number: int) -> None:
    u, v = CHROMA[number % len(CHROMA)]
    chroma = bytes([u]) * (WIDTH * HEIGHT // 4) + bytes([v]) * (WIDTH * HEIGHT // 4)
    block = WIDTH // BLOCKS
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in range(FRAMES):
            strip = b"".join(bytes([235 if bit else 16]) * block for bit in bits(number, frame))
            # A bar that moves, so that the encoder has something to do and a freeze can be seen.
            at = frame * (WIDTH - 40) // FRAMES
            row = bytes([110]) * at + bytes([200]) * 40 + bytes([110]) * (WIDTH - 40 - at)
            file.write(b"FRAME\n" + strip * STRIP_HEIGHT + row * (HEIGHT - STRIP_HEIGHT) + chroma)


def _write_audio(path: Path, speech: Path, words: str) -> None:
    subprocess.run(["espeak-ng", "-v", "en", "-s", "170", "-a", "180", "-w", str(speech), words], check=True)
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(speech), "-ar", str(SAMPLE_RATE_HZ), "-ac", "1", "-f", "s16le", "-"],
        check=True,
        capture_output=True,
    ).stdout
    burst_bytes = int(BURST_S * SAMPLE_RATE_HZ) * 2
    if len(raw) < burst_bytes:
        raise ValueError(f"{words!r} is spoken in less than {BURST_S} s")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(raw[:burst_bytes] + bytes(int(SILENCE_S * SAMPLE_RATE_HZ) * 2))

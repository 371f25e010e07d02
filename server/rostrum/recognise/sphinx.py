"""A recogniser of English by PocketSphinx, whose package brings its model: `rostrum-recognise-pocketsphinx`.

It runs on any machine and without a network, and it is a poor listener: clear words of one speaker, no names.
"""

import json
import sys
from collections.abc import Iterator
from typing import BinaryIO

from pocketsphinx import Decoder, Endpointer

from rostrum.recognise.protocol import SAMPLE_BYTES, SAMPLE_RATE, Heard

FRAMES_A_GUESS = 10
"""How often, in frames of 30 ms, it says what it thinks as yet."""
LONG_S = 15.0
"""After so long without a pause what was said is told, and the next thing begins."""


def main() -> None:
    """From the standard input to the standard output."""
    for heard in recognise(sys.stdin.buffer):
        sys.stdout.write(json.dumps(heard.model_dump(), ensure_ascii=False) + "\n")
        sys.stdout.flush()


def recognise(sound: BinaryIO) -> Iterator[Heard]:
    """What is said in a stream of sound, as it is heard."""
    endpointer = Endpointer(sample_rate=SAMPLE_RATE)
    decoder = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")
    start_s, frames, speaks, last = 0.0, 0, False, ""
    for frame in _frames(sound, endpointer.frame_bytes):
        speech = endpointer.process(frame)
        if speech is None:
            continue
        if not speaks:
            speaks, start_s, frames, last = True, endpointer.speech_start, 0, ""
            decoder.start_utt()
        decoder.process_raw(speech)
        frames += 1
        now_s = start_s + frames * endpointer.frame_length
        if not endpointer.in_speech or now_s - start_s >= LONG_S:
            decoder.end_utt()
            yield from _heard(decoder, start_s, now_s, final=True)
            speaks = endpointer.in_speech
            if speaks:
                start_s, frames = now_s, 0
                decoder.start_utt()
        elif frames % FRAMES_A_GUESS == 0:
            for guess in _heard(decoder, start_s, now_s, final=False):
                if guess.text != last:
                    last = guess.text
                    yield guess
    if speaks:
        decoder.end_utt()
        yield from _heard(decoder, start_s, start_s + frames * endpointer.frame_length, final=True)


def _frames(sound: BinaryIO, size: int) -> Iterator[bytes]:
    while len(frame := sound.read(size)) == size:
        yield frame
    if frame:
        yield frame[: len(frame) // SAMPLE_BYTES * SAMPLE_BYTES].ljust(size, b"\0")


def _heard(decoder: Decoder, start_s: float, end_s: float, *, final: bool) -> Iterator[Heard]:
    found = decoder.hyp()
    if found is not None and found.hypstr.strip():
        times = round(start_s * 1000), round(end_s * 1000)
        yield Heard(text=found.hypstr, final=final, start_ms=times[0], end_ms=times[1])

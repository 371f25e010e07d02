"""A recogniser of English that runs on this machine: PocketSphinx, whose model comes with it. `rostrum-recognise`.

Reads PCM on its standard input (16 kHz, mono, signed 16 bit, little endian) and writes a line of JSON for each thing
that it hears: {"text": …, "final": false} while it listens, and at the end of what was said
{"text": …, "final": true, "start_ms": …, "end_ms": …}.
"""

import json
import sys
from typing import BinaryIO, TextIO

RATE_HZ = 16_000


def recognise(sound: BinaryIO, words: TextIO) -> None:
    """Until the sound ends. Raises ImportError where the extra `captions` is not installed."""
    from pocketsphinx import Decoder, Endpointer

    endpointer, decoder = Endpointer(sample_rate=RATE_HZ), Decoder(samprate=RATE_HZ)
    told = ""
    while frame := sound.read(endpointer.frame_bytes):
        spoke = endpointer.in_speech
        whole = len(frame) == endpointer.frame_bytes
        speech = endpointer.process(frame) if whole else endpointer.end_stream(frame)
        if speech is None:
            continue
        if not spoke:
            decoder.start_utt()
        decoder.process_raw(speech)
        found = decoder.hyp()
        ends = not endpointer.in_speech or not whole
        if ends:
            decoder.end_utt()
            found = decoder.hyp()
        text = "" if found is None else found.hypstr
        if text and (ends or text != told):
            spans = {"start_ms": endpointer.speech_start, "end_ms": endpointer.speech_end} if ends else {}
            times = {name: round(seconds * 1000) for name, seconds in spans.items()}
            words.write(json.dumps({"text": text, "final": ends, **times}) + "\n")
            words.flush()
        told = "" if ends else text


def main() -> None:
    """The program."""
    try:
        recognise(sys.stdin.buffer, sys.stdout)
    except ImportError:
        sys.exit("PocketSphinx is missing: install rostrum[captions]")


if __name__ == "__main__":
    main()

"""The process that cleans one file: bytes in, bytes out, and nothing else that it could reach.

Started by `cleaner.py` with limits on memory and time. Before it reads a byte of the file it gives up every further
descriptor: it can open no file and no socket. Its answer is one line of JSON, then what is kept.
"""

import json
import sys

from PIL import Image

from rostrum.assembly.refusal import Refused, Why
from rostrum.confinement import confine
from rostrum.uploads.cleaning import PICTURES, clean
from rostrum.uploads.limits import Limits
from rostrum.uploads.words import words_of


def main() -> None:
    """Read the limits from the command line and the file from the standard input; answer on the standard output."""
    limits = Limits(**json.loads(sys.argv[1]))
    mode = sys.argv[2]
    # Every decoder is loaded before the doors close.
    Image.preinit()
    Image.init()
    if not set(PICTURES.values()) <= set(Image.OPEN):
        raise SystemExit("Pillow lacks a decoder")
    confine(limits.memory_bytes, limits.cpu_s)
    data = sys.stdin.buffer.read(limits.bytes_max + 1)
    kept = b""
    try:
        answer: dict[str, object]
        if mode == "words":
            answer = {"words": words_of(data)}
        else:
            cleaned = clean(data, limits, picture_only=mode == "picture")
            answer, kept = {"media_type": cleaned.media_type, "pages": cleaned.pages}, cleaned.data
    except Refused as refused:
        answer = {"why": refused.why, "params": refused.params}
    except (MemoryError, RecursionError):
        answer = {"why": Why.FILE_SWELLS, "params": {}}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + kept)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

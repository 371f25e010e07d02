"""The process that makes one programme: it reads sealed tracks and writes to one pipe, and opens nothing.

Started by `programme_making.py`, which hands it the files as descriptors, and each file's own key with the job on the
standard input. Before it reads a byte of them it gives up every further descriptor. It writes messages: kind, length,
content (`HEAD`): first what it will make, or why nothing, then parts of the file.
"""

import json
import os
import struct
import sys
from collections.abc import Sequence
from typing import IO

import av

from rostrum.confinement import confine
from rostrum.media.programme.job import NotMade, job_of
from rostrum.media.programme.layout import Layout
from rostrum.media.programme.plan import PLATE_SIZE
from rostrum.media.programme.plate import plate
from rostrum.media.programme.work import lay_out
from rostrum.sealed_file import SealedReader, WrongKey

HEAD = struct.Struct("!BI")
REPORT, PART = range(2)
PART_BYTES = 256 * 1024
NICE = 10
"""What is being said in meetings goes first."""
MEMORY_BYTES = 1024 * 1024 * 1024
"""Address space, most of it of libraries."""


def main() -> None:
    """Read the job from the standard input and the files from the descriptors on the command line."""
    said = json.loads(sys.stdin.buffer.readline())
    files = [os.fdopen(int(number), "rb") for number in sys.argv[1:]]
    av.logging.set_level(None)
    # What is loaded at its first use is there before the doors close.
    plate(PLATE_SIZE)
    confine(MEMORY_BYTES, said["cpu_s"])
    os.nice(NICE)
    try:
        readers = opened(files, said["keys"])
        layout = lay_out(job_of(said["job"]), readers, plate)
    except WrongKey:
        _tell({"why": "a file that was changed"})
    except NotMade as error:
        _tell({"why": str(error)})
    else:
        _tell({"size": layout.size, "length_ms": layout.length_ms})
        _write(layout, readers)


def opened(files: Sequence[IO[bytes]], keys: Sequence[tuple[str, str]]) -> list[SealedReader]:
    """The files, by (own key in hex, identifier) of each."""
    both = zip(files, keys, strict=True)
    return [SealedReader(file, bytes.fromhex(key), identifier) for file, (key, identifier) in both]


def _write(layout: Layout, readers: Sequence[SealedReader]) -> None:
    def read(file: int, start: int, length: int) -> bytes:
        readers[file].seek(start)
        return readers[file].read(length)

    waiting, size = list[bytes](), 0
    for part in layout.parts(read):
        waiting.append(part)
        size += len(part)
        if size >= PART_BYTES:
            put(PART, b"".join(waiting))
            waiting, size = [], 0
    put(PART, b"".join(waiting))


def _tell(report: dict[str, object]) -> None:
    put(REPORT, json.dumps(report).encode())


def put(kind: int, data: bytes) -> None:
    """Write a message, a long one in several of its kind."""
    out = sys.stdout.buffer
    for start in range(0, len(data), PART_BYTES):
        part = data[start : start + PART_BYTES]
        out.write(HEAD.pack(kind, len(part)) + part)
    out.flush()


if __name__ == "__main__":
    main()

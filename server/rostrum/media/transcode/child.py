"""The process that looks at one video statement: it reads one sealed file and writes to one pipe, and opens nothing.

Started by `uploads/screening.py`, which hands it the file as a descriptor, and that file's own key with the job on the
standard input. Before it reads a byte of the file it gives up every further descriptor: no shape of a file makes it
open another or a socket. What it makes goes out as it is made, and is sealed at the other end.
"""

import importlib
import json
import os
import struct
import sys
from dataclasses import asdict
from io import BytesIO

import av

from rostrum.assembly.statement import Check, Finding
from rostrum.confinement import confine
from rostrum.media.transcode.limits import Limits
from rostrum.media.transcode.sound import RATE
from rostrum.media.transcode.work import CLIP, PICTURE, PREVIEW, PROGRESS, REPORT, Report, look
from rostrum.sealed_file import SealedReader, WrongKey

HEAD = struct.Struct("!BI")
KINDS = (CLIP, PREVIEW, PICTURE, PROGRESS, REPORT)
PART_BYTES = 1024 * 1024
NICE = 10
"""What is being said in meetings goes first."""


def main() -> None:
    """Read the job from the standard input and the file from the descriptor on the command line."""
    job = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**job["limits"])
    file = os.fdopen(int(sys.argv[1]), "rb")
    av.logging.set_level(None)
    rehearse()
    confine(limits.memory_bytes, limits.cpu_s)
    os.nice(NICE)
    try:
        report = look(SealedReader(file, bytes.fromhex(job["key"]), job["identifier"]), limits, put)
    except WrongKey:
        report = Report([Finding(Check.BREAKS_OFF, 0)])
    except (MemoryError, RecursionError):
        report = Report([Finding(Check.TOO_MUCH_WORK)])
    put(REPORT, json.dumps(asdict(report)).encode())


def rehearse() -> None:
    """Do all of it once with a file of our own: what is loaded at its first use is there before the doors close."""
    for name in ("codeccontext", "stream", "subtitle"):
        importlib.import_module(f"av.subtitles.{name}")
    report = look(BytesIO(own_file()), Limits(1000), lambda _kind, _data: None)
    if [finding.check for finding in report.findings if finding.check.refuses] != [Check.TOO_SHORT]:
        raise SystemExit("PyAV lacks a coder")


def own_file() -> bytes:
    """A picture and a sound of a moment."""
    file = BytesIO()
    with av.open(file, "w", format="webm") as container:
        picture, sound = container.add_stream("libvpx", rate=10), container.add_stream("libopus", rate=RATE)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        frame, heard = av.VideoFrame(64, 64, "yuv420p"), av.AudioFrame("s16", "mono", RATE // 2)
        for plane in (*frame.planes, *heard.planes):
            plane.update(bytes(range(255, 191, -1)) * (plane.buffer_size // 64) + bytes(plane.buffer_size % 64))
        heard.sample_rate = RATE
        for number in range(3):
            frame.pts = number
            container.mux(picture.encode(frame))
        container.mux([*picture.encode(None), *sound.encode(heard), *sound.encode(None)])
    return file.getvalue()


def put(kind: str, data: bytes) -> None:
    """Write a part of what is made."""
    out = sys.stdout.buffer
    for start in range(0, len(data), PART_BYTES):
        part = data[start : start + PART_BYTES]
        out.write(HEAD.pack(KINDS.index(kind), len(part)) + part)
    out.flush()


if __name__ == "__main__":
    main()

"""The process that brings a stage to one codec: it reads sealed tracks and writes to one pipe, and opens nothing.

Started by `programme_making.py` as `child.py` is, and confined as that is. It writes parts of the file, then a report.
"""

import json
import os
import sys
from io import BytesIO

import av

from rostrum.confinement import confine
from rostrum.media.programme.child import MEMORY_BYTES, NICE, PART, REPORT, opened, put
from rostrum.media.programme.index import Track, index
from rostrum.media.programme.job import NotMade
from rostrum.media.programme.one_codec import one_codec
from rostrum.media.wire import webm
from rostrum.sealed_file import WrongKey


def main() -> None:
    """Read the keys from the standard input and the files from the descriptors on the command line, H.264 last."""
    said = json.loads(sys.stdin.buffer.readline())
    files = [os.fdopen(int(number), "rb") for number in sys.argv[1:]]
    av.logging.set_level(None)
    # What is loaded at its first use is there before the doors close.
    list(one_codec(None, rehearsal()))
    confine(MEMORY_BYTES, said["cpu_s"])
    os.nice(NICE)
    try:
        *vp8, h264 = opened(files, said["keys"])
        first = (vp8[0], index(vp8[0], webm.VP8)) if vp8 else None
        for part in one_codec(first, (h264, index(h264, webm.H264))):
            put(PART, part)
    except WrongKey:
        put(REPORT, json.dumps({"why": "a file that was changed"}).encode())
    except NotMade as error:
        put(REPORT, json.dumps({"why": str(error)}).encode())
    else:
        put(REPORT, b"{}")


def rehearsal() -> tuple[BytesIO, Track]:
    """One picture of our own, coded as H.264."""
    encoder = av.CodecContext.create("libx264", "w")
    if not isinstance(encoder, av.VideoCodecContext):
        raise TypeError("libx264 is not a video encoder")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.thread_count = 64, 64, "yuv420p", 1
    encoder.options = {"tune": "zerolatency"}
    picture = av.VideoFrame(64, 64, "yuv420p")
    for plane in picture.planes:
        plane.update(bytes([128]) * plane.buffer_size)
    data, track = b"".join(bytes(one) for one in [*encoder.encode(picture), *encoder.encode(None)]), Track()
    track.add(0, 0, len(data), 0)
    return BytesIO(data), track


if __name__ == "__main__":
    main()

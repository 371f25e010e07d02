"""What stands where no picture may be shown: a dark picture, coded once for each size."""

from fractions import Fraction
from functools import cache

import av

from rostrum.media.programme.plan import PLATE_SIZE

PIXELS_MAX = 3840 * 2160
DARK = (24, 128, 128)
"""Its brightness and colours."""


@cache
def plate(size: tuple[int, int]) -> bytes:
    """A VP8 keyframe of a size; of our own where that is one that nobody sends."""
    width, height = size if size[0] * size[1] <= PIXELS_MAX else PLATE_SIZE
    encoder = av.CodecContext.create("libvpx", "w")
    if not isinstance(encoder, av.VideoCodecContext):
        raise TypeError("libvpx is not a video encoder")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, "yuv420p", Fraction(1, 1)
    encoder.thread_count = 1
    encoder.options = {"deadline": "realtime", "cpu-used": "5", "lag-in-frames": "0"}
    picture = av.VideoFrame(width, height, "yuv420p")
    for plane, value in zip(picture.planes, DARK, strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    picture.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])

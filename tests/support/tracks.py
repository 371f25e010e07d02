"""Tracks of a recording as its process writes them: pictures carry their numbers, a tone sounds every other second."""

import math
from array import array
from fractions import Fraction

import av

from rostrum.media.wire.frames import Frame
from rostrum.media.wire.rtp import Malformed
from rostrum.media.wire.webm import Timed, cluster, picture_head, picture_size, sound_head
from tests.support.fake_media import BLOCKS, bits
from tests.support.shapes import NUMBER

WIDTH, HEIGHT, FPS = 320, 180, 20
STRIP_HEIGHT = 24
STEP_MS = 1000 // FPS
PICTURE_MS, SOUND_MS = 70, 35
"""When the first ones come: a recording begins before anything is heard."""
RATE, PACKET_MS = 48_000, 20
PER_CLUSTER = 20


def pictures(first: int, count: int, keyframe_every: int) -> list[Timed]:
    """VP8 with the numbers from `first` on."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = WIDTH, HEIGHT, "yuv420p", Fraction(1, FPS)
    encoder.gop_size, encoder.bit_rate = keyframe_every, 300_000
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    found = []
    for number in range(count):
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        block = WIDTH // BLOCKS
        strip = b"".join(bytes([235 if bit else 16]) * block for bit in bits(NUMBER, first + number))
        plane = frame.planes[0]
        rows = [strip.ljust(plane.line_size, b"\0")] * STRIP_HEIGHT + [bytes([110]) * plane.line_size] * HEIGHT
        plane.update(b"".join(rows[:HEIGHT]))
        for colour in frame.planes[1:]:
            colour.update(bytes([128]) * colour.buffer_size)
        frame.pts = number
        found += [bytes(packet) for packet in encoder.encode(frame)]
    assert len(found) == count
    return [
        Timed(PICTURE_MS + number * STEP_MS, Frame(number, data, not data[0] & 1)) for number, data in enumerate(found)
    ]


def sounds(seconds: int, channels: int = 1) -> list[Timed]:
    """Opus: a tone in each second of the file whose number is even, nothing in the others."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    layout = "mono" if channels == 1 else "stereo"
    encoder.sample_rate, encoder.format, encoder.layout = RATE, av.AudioFormat("s16"), av.AudioLayout(layout)
    encoder.bit_rate = 48_000
    found, size = list[bytes](), RATE * PACKET_MS // 1000
    for number in range(seconds * 1000 // PACKET_MS):
        frame = av.AudioFrame("s16", layout, size)
        frame.sample_rate, frame.pts = RATE, number * size
        begin = number * size + SOUND_MS * RATE // 1000
        tone = array("h", (_level(sample) for sample in range(begin, begin + size) for _ in range(channels)))
        frame.planes[0].update(tone.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return [Timed(SOUND_MS + number * PACKET_MS, Frame(number, data)) for number, data in enumerate(found)]


def _level(sample: int) -> int:
    return round(12_000 * math.sin(2 * math.pi * 440 * sample / RATE)) if sample // RATE % 2 == 0 else 0


def file_of(frames: list[Timed]) -> bytes:
    """A track's file."""
    try:
        head = picture_head(picture_size(frames[0].frame.data))
    except Malformed:
        head = sound_head()
    starts = range(0, len(frames), PER_CLUSTER)
    return head + b"".join(cluster(frames[start : start + PER_CLUSTER]) for start in starts)

"""The generated hall: a clip encoded once, kept under the data folder, and played to every meeting without a camera."""

import array
import fractions
import logging
from collections.abc import Iterator
from pathlib import Path

import av

from rostrum.media import hall_picture, hall_sound
from rostrum.media.clip import BrokenClip, Clip, Frame

LOOP_S = 20
VIDEO_BPS = 600_000
AUDIO_BPS = 32_000
_VERSION = 1
"""Part of the file's name: another one makes every installation encode again."""

_OPUS_FRAME = 960
_log = logging.getLogger(__name__)


def hall_clip(folder: Path) -> Path:
    """The path of the hall's clip in this folder; made now (some seconds of one core) where it is not there yet.

    Blocks: call it in a thread. Raises OSError where the folder cannot be written to."""
    path = folder / f"hall-{_VERSION}.clip"
    try:
        Clip.read(path)
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
    except BrokenClip:
        _log.warning("%s is damaged and is made anew", path)
    else:
        return path
    make_clip(LOOP_S).write(path)
    return path


def make_clip(seconds: int) -> Clip:
    """Draw and encode: VP8 with a keyframe each second, Opus in frames of 20 ms with in-band error correction."""
    frames = [*_video(seconds), *_audio(seconds)]
    return Clip(seconds * 1000, tuple(sorted(frames, key=lambda frame: frame.at_s)))


def _video(seconds: int) -> Iterator[Frame]:
    rate = hall_picture.FRAME_RATE
    encoder = av.CodecContext.create("libvpx", "w")
    if not isinstance(encoder, av.VideoCodecContext):
        raise TypeError("libvpx is not a video encoder")
    encoder.width, encoder.height, encoder.pix_fmt = hall_picture.WIDTH, hall_picture.HEIGHT, "yuv420p"
    encoder.time_base = fractions.Fraction(1, rate)
    encoder.framerate = fractions.Fraction(rate, 1)
    encoder.bit_rate = VIDEO_BPS
    encoder.gop_size = rate
    encoder.options = {"deadline": "realtime", "cpu-used": "5", "lag-in-frames": "0", "error-resilient": "1"}
    wall = hall_picture.background()
    blue, red = hall_picture.chroma()
    for number in range(seconds * rate):
        picture = av.VideoFrame(hall_picture.WIDTH, hall_picture.HEIGHT, "yuv420p")
        for plane, content in zip(picture.planes, (hall_picture.luma(number, wall), blue, red), strict=True):
            plane.update(_strided(content, plane.width, plane.height, plane.line_size))
        picture.pts = number
        for packet in encoder.encode(picture):
            yield Frame("video", number * 90_000 // rate, bytes(packet))


def _strided(content: bytes, width: int, height: int, line_size: int) -> bytes:
    if line_size == width:
        return content
    return b"".join(content[row * width : (row + 1) * width].ljust(line_size, b"\0") for row in range(height))


def _audio(seconds: int) -> Iterator[Frame]:
    encoder = av.CodecContext.create("libopus", "w")
    if not isinstance(encoder, av.AudioCodecContext):
        raise TypeError("libopus is not an audio encoder")
    encoder.sample_rate, encoder.format, encoder.layout = 48_000, av.AudioFormat("s16"), av.AudioLayout("mono")
    encoder.bit_rate = AUDIO_BPS
    encoder.options = {"application": "voip", "frame_duration": "20", "fec": "1", "packet_loss": "10"}
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000, frame_size=_OPUS_FRAME)
    number = 0
    for chunk in [*_sound(hall_sound.voice(seconds)), None]:
        for frame in resampler.resample(chunk):
            for packet in encoder.encode(frame):
                if number < seconds * 50:
                    yield Frame("audio", number * _OPUS_FRAME, bytes(packet))
                number += 1


def _sound(samples: "array.array[int]") -> Iterator[av.AudioFrame]:
    size = hall_sound.SAMPLE_RATE // 50
    for at in range(0, len(samples), size):
        frame = av.AudioFrame(format="s16", layout="mono", samples=size)
        frame.sample_rate = hall_sound.SAMPLE_RATE
        frame.planes[0].update(samples[at : at + size].tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.pts = at
        yield frame

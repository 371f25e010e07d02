"""A stage in one codec: pictures of VP8 as they are, those of H.264 coded again, since no WebM holds both."""

from collections.abc import Iterator
from fractions import Fraction
from heapq import merge

import av
from av.video.frame import PictureType

from rostrum.media.programme.index import File, Track
from rostrum.media.wire.frames import Frame
from rostrum.media.wire.rtp import Malformed
from rostrum.media.wire.webm import Timed, cluster, picture_head, picture_size

WIDTH, HEIGHT = 1280, 720
BPS = 1_200_000
KEYFRAME_MS = 10_000
CLUSTER_MS = 1_000
_OPTIONS = {"deadline": "realtime", "cpu-used": "6", "lag-in-frames": "0", "error-resilient": "1"}


class _Again:
    """Codes pictures of H.264 as VP8, no larger than is shown."""

    def __init__(self) -> None:
        self._decoder = av.CodecContext.create("h264", "r")
        self._encoder: av.VideoCodecContext | None = None
        self._keyframe_ms = -KEYFRAME_MS

    def begin(self) -> None:
        """The next picture has to stand for itself."""
        self._keyframe_ms = -KEYFRAME_MS

    def coded(self, at_ms: int, data: bytes) -> Iterator[Timed]:
        """What comes of a picture; nothing where it cannot be decoded."""
        try:
            for picture in self._decoder.decode(av.Packet(data)):
                if isinstance(picture, av.VideoFrame):
                    yield from self._encoded(at_ms, picture)
        except av.FFmpegError:
            return

    def _encoded(self, at_ms: int, picture: av.VideoFrame) -> Iterator[Timed]:
        scale = min(1.0, WIDTH / picture.width, HEIGHT / picture.height)
        size = tuple(max(16, round(side * scale / 2) * 2) for side in (picture.width, picture.height))
        if self._encoder is None or (self._encoder.width, self._encoder.height) != size:
            self._encoder = _encoder(*size)
            self.begin()
        frame = picture.reformat(width=size[0], height=size[1], format="yuv420p")
        frame.pts, frame.time_base = at_ms, Fraction(1, 1000)
        begins = at_ms - self._keyframe_ms >= KEYFRAME_MS
        frame.pict_type = PictureType.I if begins else PictureType.NONE
        if begins:
            self._keyframe_ms = at_ms
        for packet in self._encoder.encode(frame):
            yield Timed(at_ms, Frame(at_ms, bytes(packet), packet.is_keyframe))


def _encoder(width: int, height: int) -> av.VideoCodecContext:
    encoder = av.CodecContext.create("libvpx", "w")
    if not isinstance(encoder, av.VideoCodecContext):
        raise TypeError("libvpx is not a video encoder")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 1000), Fraction(25)
    encoder.bit_rate, encoder.gop_size, encoder.thread_count = BPS, 1_000_000, 1
    encoder.options = _OPTIONS
    return encoder


def one_codec(vp8: tuple[File, Track] | None, h264: tuple[File, Track]) -> Iterator[bytes]:
    """The file of a stage, part by part, at the times of both tracks. Raises what reading raises."""
    again, waiting = _Again(), list[Timed]()
    headed = False
    for timed in _pictures(vp8, h264, again):
        if not headed:
            try:
                yield picture_head(picture_size(timed.frame.data))
            except Malformed:
                continue
            headed = True
        if waiting and timed.at_ms - waiting[0].at_ms >= CLUSTER_MS:
            yield cluster(waiting)
            waiting = []
        waiting.append(timed)
    if waiting:
        yield cluster(waiting)


def _pictures(vp8: tuple[File, Track] | None, h264: tuple[File, Track], again: _Again) -> Iterator[Timed]:
    """In the order of their times. Where one track follows the other, its first picture stands for itself."""
    order = merge([] if vp8 is None else _numbered(vp8[1], of_h264=False), _numbered(h264[1], of_h264=True))
    of_h264, needs_keyframe = True, True
    for at_ms, is_h264, number in order:
        file, track = h264 if is_h264 or vp8 is None else vp8
        if is_h264 != of_h264:
            of_h264, needs_keyframe = is_h264, True
            again.begin()
        file.seek(track.start[number])
        data = file.read(track.length[number])
        if is_h264:
            yield from again.coded(at_ms, data)
        elif not needs_keyframe or track.about[number]:
            needs_keyframe = False
            yield Timed(at_ms, Frame(at_ms, data, track.about[number] > 0))


def _numbered(track: Track, *, of_h264: bool) -> Iterator[tuple[int, bool, int]]:
    return ((at_ms, of_h264, number) for number, at_ms in enumerate(track.at_ms))

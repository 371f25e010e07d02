"""A stage of H.264 and VP8 becomes one of VP8; nothing that came from the network makes it fail."""

import io
from collections.abc import Sequence

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from rostrum.media.playout import make_clip
from rostrum.media.programme.index import Track, index
from rostrum.media.programme.one_codec import one_codec
from rostrum.media.wire import webm
from rostrum.media.wire.frames import Frame
from rostrum.media.wire.webm import Timed, cluster, h264_head, picture_head, picture_size
from tests.media.test_hls import h264_frames

H264_FRAMES = h264_frames(10)
VP8_FRAMES = [one.data for one in make_clip(1).frames if one.kind == "video"][:10]


def file(head: bytes, frames: Sequence[bytes], from_ms: int) -> io.BytesIO:
    timed = [Timed(from_ms + 40 * number, Frame(0, data, number == 0)) for number, data in enumerate(frames)]
    return io.BytesIO(head + cluster(timed))


def test_pictures_of_both_stand_in_one_file_at_their_times() -> None:
    vp8 = file(picture_head(picture_size(VP8_FRAMES[0])), VP8_FRAMES, 400)
    h264 = file(h264_head(), H264_FRAMES, 0)
    made = b"".join(one_codec((vp8, index(vp8, webm.VP8)), (h264, index(h264, webm.H264))))
    with av.open(io.BytesIO(made), "r") as container:
        times = [round((frame.time or 0) * 1000) for frame in container.decode(video=0)]
    assert times == [40 * number for number in range(20)]


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=200) | st.sampled_from(H264_FRAMES), max_size=8))
def test_whatever_came_as_h264_it_is_left_out_or_given(frames: list[bytes]) -> None:
    data, track = b"".join(frames), Track()
    at = 0
    for number, one in enumerate(frames):
        track.add(number * 40, at, len(one), 0)
        at += len(one)
    made = b"".join(one_codec(None, (io.BytesIO(data), track)))
    assert made == b"" or made.startswith(b"\x1a\x45\xdf\xa3")

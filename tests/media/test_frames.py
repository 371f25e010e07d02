"""Frames from packets in any order and with losses, and WebM of them that others can read."""

import io

import av
from hypothesis import given
from hypothesis import strategies as st

from rostrum.media.playout import make_clip
from rostrum.media.wire import rtp, vp8
from rostrum.media.wire.frames import PATIENCE_S, Frame, Frames
from rostrum.media.wire.webm import Timed, cluster, picture_head, picture_size, sound_head

FIRST_SEQUENCE, FIRST_TIMESTAMP = 65_530, 2**32 - 6_000


def picture(number: int, size: int, *, key: bool) -> bytes:
    """Bytes that say in the first one whether they are a keyframe, as VP8 does."""
    return bytes([0 if key else 1]) + number.to_bytes(4, "big") + bytes(size)


def packets(pictures: list[tuple[int, bool]]) -> list[list[rtp.RtpPacket]]:
    """By picture, what it is sent as; numbers go over their circles' ends."""
    sent, sequence = [], FIRST_SEQUENCE
    for number, (size, key) in enumerate(pictures):
        own = []
        for payload, last in vp8.packetise(picture(number, size, key=key), number):
            timestamp = (FIRST_TIMESTAMP + number * 3_000) % 2**32
            own.append(rtp.parse(rtp.header(last, 96, sequence % 65_536, timestamp, 7) + payload))
            sequence += 1
        sent.append(own)
    return sent


PICTURES = st.lists(st.tuples(st.integers(0, 4_000), st.booleans()), min_size=1, max_size=20).map(
    lambda some: [(some[0][0], True), *some[1:]]
)


@given(PICTURES, st.randoms(use_true_random=False))
def test_any_order_within_reach_gives_every_picture(pictures: list[tuple[int, bool]], chance: object) -> None:
    frames, found = Frames("video"), list[Frame]()
    sent = [one for own in packets(pictures) for one in own]
    order = sorted(range(1, len(sent)), key=lambda n: n + chance.uniform(0, 8))  # type: ignore[attr-defined]
    for n in [0, *order, *order[:3]]:
        found += frames.take(sent[n], 0.0)
    assert [one.data for one in found] == [picture(n, size, key=key) for n, (size, key) in enumerate(pictures)]
    assert [one.timestamp - found[0].timestamp for one in found] == [3_000 * n for n in range(len(pictures))]
    assert (frames.lost, frames.dropped, frames.needs_keyframe) == (0, 0, False)


@given(PICTURES, st.data())
def test_a_loss_takes_pictures_until_the_next_keyframe_and_no_other(
    pictures: list[tuple[int, bool]], data: st.DataObject
) -> None:
    sent = packets(pictures)
    gone = data.draw(st.sets(st.tuples(st.integers(0, len(sent) - 1), st.integers(0, 3)), max_size=4))
    gone = {(n, at) for n, at in gone if at < len(sent[n]) and (n, at) != (0, 0)}
    frames, found = Frames("video"), list[Frame]()
    for n, own in enumerate(sent):
        for at, packet in enumerate(own):
            if (n, at) not in gone:
                found += frames.take(packet, n * 2 * PATIENCE_S)
    found += frames.due(len(sent) * 2 * PATIENCE_S)
    shows, wanted = False, []
    for n, (size, key) in enumerate(pictures):
        whole = not any(of == n for of, _ in gone)
        shows = whole and (shows or key)
        if shows:
            wanted.append(picture(n, size, key=key))
    assert [one.data for one in found] == wanted


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_whatever_comes_is_no_error(payloads: list[bytes]) -> None:
    for kind in ("video", "audio"):
        frames = Frames(kind)
        for n, payload in enumerate(payloads):
            frames.take(rtp.parse(rtp.header(bool(n % 3), 96, n, n, 7) + payload), n / 10)


def read(file: bytes) -> tuple[str, list[tuple[int, bytes, bool]]]:
    with av.open(io.BytesIO(file), "r") as container:
        stream = container.streams[0]
        seen = [(packet.pts, bytes(packet), packet.is_keyframe) for packet in container.demux(stream) if packet.size]
        return stream.codec_context.name, [(at or 0, data, key) for at, data, key in seen]


def test_others_read_what_is_written_and_where_it_breaks_off() -> None:
    clip = make_clip(2)
    for kind, rate in (("video", 90_000), ("audio", 48_000)):
        all_of = [one for one in clip.frames if one.kind == kind]
        timed = [
            Timed(round(one.at_s * 1000 / rate), Frame(0, one.data, kind == "audio" or not one.data[0] & 1))
            for one in all_of
        ]
        head = sound_head() if kind == "audio" else picture_head(picture_size(timed[0].frame.data))
        first, second = cluster(timed[:20]), cluster(timed[20:])
        codec, seen = read(head + first + second)
        assert codec in ("vp8", "opus", "libopus", "libvpx")
        assert seen == [(one.at_ms, one.frame.data, one.frame.keyframe) for one in timed]
        assert len(read(head + first + second[: len(second) // 2])[1]) > 20
        if kind == "video":
            with av.open(io.BytesIO(head + first), "r") as container:
                assert len(list(container.decode(video=0))) == 20

"""A camera that has no VP8: its H.264 goes through to those who have it, in one worker and across two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rostrum.media.engine import Engine
from rostrum.media.loadtest.endpoint import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE, Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.wire import rtcp, rtcp_build, rtp
from tests.media.contract import MEETING, REMOTE, Watching, on_air, watching
from tests.media.joined import joined

RTX_PAYLOAD_TYPE, H264_PAYLOAD_TYPE = 97, 102
VIDEO_SSRC, AUDIO_SSRC = 800, 801
H264 = f"a=rtpmap:{H264_PAYLOAD_TYPE} H264/90000\r\na=fmtp:{H264_PAYLOAD_TYPE} packetization-mode=1\r\n"
IDR, OTHER = b"\x65", b"\x41"
"""The first byte of a picture that a decoder can begin with, and of one that it cannot (RFC 6184 section 5.2)."""
_identity = Identity.generateCertificate()


@pytest.fixture(params=["in one worker", "across workers"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    if request.param == "across workers":
        async with joined() as (pool, _, _):
            yield pool
    else:
        opened = EmbeddedEngine(0, ["127.0.0.1"])
        await opened.start()
        yield opened
        await opened.close()


@asynccontextmanager
async def camera(engine: Engine, source: str) -> AsyncIterator[None]:
    """Sends H.264, with a beginning when asked, and a sound."""
    end = Endpoint(_identity)
    offer = end.offer(("video", "audio"), "sendonly", (VIDEO_SSRC, AUDIO_SSRC))
    vp8 = f"a=rtpmap:{VIDEO_PAYLOAD_TYPE} VP8/90000\r\n"
    assert vp8 in offer
    offer = offer.replace(vp8, H264).replace(f"SAVPF {VIDEO_PAYLOAD_TYPE}", f"SAVPF {H264_PAYLOAD_TYPE}")
    answer = await engine.publish(MEETING, source, offer.replace("rtcp-fb:96", "rtcp-fb:102"), place_id=None)
    wanted = asyncio.Event()
    end.on_rtcp = lambda packet: (
        wanted.set() if any(isinstance(one, rtcp.KeyframeRequest) for one in rtcp.parse(packet)) else None
    )
    await end.connect(answer.sdp)

    async def send() -> None:
        for number in range(1, 1 << 16):
            head = rtp.header(True, H264_PAYLOAD_TYPE, number, number * 1800, VIDEO_SSRC)
            end.send_rtp(head + (IDR if wanted.is_set() else OTHER) + number.to_bytes(2, "big") + bytes(60))
            wanted.clear()
            end.send_rtp(rtp.header(False, AUDIO_PAYLOAD_TYPE, number, number * 960, AUDIO_SSRC) + b"\x78" * 30)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(send())
    try:
        yield
    finally:
        task.cancel()
        await end.close()


@asynccontextmanager
async def able(engine: Engine) -> AsyncIterator[Watching]:
    """A receiver of VP8, with retransmissions, and of H.264."""
    end = Endpoint(_identity)
    offer = end.offer(("video", "audio"), "recvonly")
    video, audio = offer.split("m=audio")
    formats = f"SAVPF {VIDEO_PAYLOAD_TYPE} {RTX_PAYLOAD_TYPE} {H264_PAYLOAD_TYPE}"
    repair = f"a=rtpmap:{RTX_PAYLOAD_TYPE} rtx/90000\r\na=fmtp:{RTX_PAYLOAD_TYPE} apt={VIDEO_PAYLOAD_TYPE}\r\n"
    video = video.replace(f"SAVPF {VIDEO_PAYLOAD_TYPE}", formats) + repair + H264
    answer = await engine.subscribe(MEETING, REMOTE, f"{video}m=audio{audio}", place_id=None)
    watcher = Watching(end, answer.peer_id, answer.etag)
    end.on_rtp = lambda data: watcher.packets.append(rtp.parse(data))
    await end.connect(answer.sdp)
    try:
        yield watcher
    finally:
        await end.close()


async def test_h264_goes_through_to_those_who_have_it(engine: Engine) -> None:
    await engine.apply(MEETING, on_air("a"))
    async with camera(engine, "a"), able(engine) as watcher, watching(engine) as plain:
        await asyncio.sleep(1.5)
        pictures = [packet for packet in watcher.packets if packet.payload_type == H264_PAYLOAD_TYPE]
        assert len(pictures) > 20
        assert pictures[0].payload[:1] == IDR
        assert {packet.payload_type for packet in plain.packets} == {AUDIO_PAYLOAD_TYPE}, "the others have the sound"
        watcher.end.lose_next(4)
        await asyncio.sleep(0.3)
        lost = next(packet for packet in watcher.end.lost if packet.payload_type == H264_PAYLOAD_TYPE)
        watcher.packets.clear()
        watcher.end.send_rtcp(rtcp_build.nack(7, lost.ssrc, [lost.sequence]))
        await asyncio.sleep(0.3)
        assert RTX_PAYLOAD_TYPE not in {packet.payload_type for packet in watcher.packets}, "those are VP8's"
        again = [one for one in watcher.packets if one.ssrc == lost.ssrc and one.sequence == lost.sequence]
        assert [one.payload_type for one in again] == [H264_PAYLOAD_TYPE]

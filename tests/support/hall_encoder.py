"""An encoder of the hall, by WHIP: its pictures carry its number and their own, as those of `fake_media` do.

It codes VP8, or H.264 as most encoders in halls do.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from fractions import Fraction

import aiohttp
import av
from av.video.frame import PictureType

from rostrum.media.hls.tracks import nal_units
from rostrum.media.loadtest.descriptions import (
    AUDIO_PAYLOAD_TYPE,
    H264_PAYLOAD_TYPE,
    VIDEO_PAYLOAD_TYPE,
    with_h264,
)
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import rtcp, rtcp_build, rtp, vp8
from rostrum.media.wire.opus import SILENCE
from tests.support.fake_media import BLOCKS, STRIP_HEIGHT, bits
from tests.support.fake_media import HEIGHT as FULL_HEIGHT

WIDTH, HEIGHT, FPS = 320, 180, 20
PAYLOAD_BYTES = 1_100
_PICTURE, _SOUND = 1, 2
"""SSRCs."""


class HallEncoder:
    """Sends until it is pulled."""

    def __init__(self, number: int, *, h264: bool = False) -> None:
        self._number, self._h264 = number, h264
        self._end = Endpoint(Identity.generateCertificate())
        self._end.on_rtcp = self._heard
        self._coder = _h264_coder() if h264 else _coder()
        self._wanted = True
        self._sequences = {_PICTURE: 0, _SOUND: 0}
        self._sending: asyncio.Task[None] | None = None

    async def begin(self, url: str, token: str) -> None:
        """Connect, and send from now on."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
        async with aiohttp.ClientSession() as session, session.post(url, data=self.offer(), headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            await self.send(await answer.text())

    def offer(self) -> str:
        """What it sends."""
        offer = self._end.offer(("video", "audio"), "sendonly", (_PICTURE, _SOUND))
        if not self._h264:
            return offer
        # H.264 and nothing else.
        offer = with_h264(offer)
        both = f"SAVPF {VIDEO_PAYLOAD_TYPE} {H264_PAYLOAD_TYPE}"
        assert both in offer
        kept = offer.replace(both, f"SAVPF {H264_PAYLOAD_TYPE}").splitlines(keepends=True)
        of_vp8 = tuple(f"a={name}:{VIDEO_PAYLOAD_TYPE} " for name in ("rtpmap", "rtcp-fb"))
        return "".join(line for line in kept if not line.startswith(of_vp8))

    async def send(self, answer: str) -> None:
        """Connect by what was answered, and send from now on."""
        await self._end.connect(answer)
        self._sending = asyncio.create_task(self._send())

    def pull(self) -> float:
        """Its cable is pulled out; when that was, in s since the epoch."""
        if self._sending is not None:
            self._sending.cancel()
        return time.time()

    async def close(self) -> None:
        """Say goodbye."""
        self.pull()
        await self._end.close()

    def _heard(self, data: bytes) -> None:
        self._wanted |= any(isinstance(one, rtcp.KeyframeRequest) for one in rtcp.parse(data))

    async def _send(self) -> None:
        began_s = time.monotonic()
        frame = sound = 0
        while True:
            if sound * FPS <= frame * 50:
                self._packet(AUDIO_PAYLOAD_TYPE, _SOUND, sound * 960, SILENCE, marker=False)
                sound += 1
                continue
            await asyncio.sleep(began_s + frame / FPS - time.monotonic())
            self._picture(frame)
            frame += 1
            if frame % FPS == 1:
                self._report(time.monotonic() - began_s)

    def _picture(self, number: int) -> None:
        picture = _drawn(self._number, number)
        picture.pict_type = PictureType.I if self._wanted else PictureType.NONE
        self._wanted = False
        kind = H264_PAYLOAD_TYPE if self._h264 else VIDEO_PAYLOAD_TYPE
        for packet in self._coder.encode(picture):
            parts = _in_packets(bytes(packet)) if self._h264 else vp8.packetise(bytes(packet), number)
            for payload, last in parts:
                self._packet(kind, _PICTURE, number * (90_000 // FPS), payload, marker=last)

    def _packet(self, payload_type: int, ssrc: int, timestamp: int, payload: bytes, *, marker: bool) -> None:
        self._sequences[ssrc] = self._sequences[ssrc] + 1 & 0xFFFF
        header = rtp.header(marker, payload_type, self._sequences[ssrc], timestamp & 0xFFFFFFFF, ssrc)
        self._end.send_rtp(header + payload)

    def _report(self, elapsed_s: float) -> None:
        for ssrc, rate in ((_PICTURE, 90_000), (_SOUND, 48_000)):
            timestamp = round(elapsed_s * rate) & 0xFFFFFFFF
            report = rtcp_build.sender_report(
                ssrc, rtcp_build.ntp(time.time()), timestamp, 1, 1, f"hall-{self._number}"
            )
            self._end.send_rtcp(report)


def _coder() -> av.VideoCodecContext:
    coder = av.CodecContext.create("libvpx", "w")
    assert isinstance(coder, av.VideoCodecContext)
    coder.width, coder.height, coder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    coder.time_base, coder.framerate = Fraction(1, FPS), Fraction(FPS)
    coder.bit_rate, coder.gop_size = 400_000, 10_000
    coder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "error-resilient": "1"}
    return coder


def _h264_coder() -> av.VideoCodecContext:
    coder = av.CodecContext.create("libx264", "w")
    assert isinstance(coder, av.VideoCodecContext)
    coder.width, coder.height, coder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    coder.time_base, coder.framerate, coder.thread_count = Fraction(1, FPS), Fraction(FPS), 1
    coder.bit_rate, coder.gop_size = 400_000, 10_000
    coder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "forced-idr": "1"}
    return coder


def _in_packets(picture: bytes) -> Iterator[tuple[bytes, bool]]:
    """The units of a picture of H.264 in payloads (RFC 6184 section 5.8); yields (payload, is the last)."""
    units = nal_units(picture)
    for number, unit in enumerate(units):
        is_last = number == len(units) - 1
        if len(unit) <= PAYLOAD_BYTES:
            yield unit, is_last
            continue
        head, body = unit[0], unit[1:]
        for at in range(0, len(body), PAYLOAD_BYTES):
            ends = at + PAYLOAD_BYTES >= len(body)
            marks = (0x80 if at == 0 else 0) | (0x40 if ends else 0) | head & 0x1F
            yield bytes([head & 0xE0 | 28, marks]) + body[at : at + PAYLOAD_BYTES], is_last and ends


def _drawn(source: int, number: int) -> av.VideoFrame:
    picture = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    strip = b"".join(bytes([235 if bit else 16]) * (WIDTH // BLOCKS) for bit in bits(source, number % 1024))
    high = HEIGHT * STRIP_HEIGHT // FULL_HEIGHT
    for index, plane in enumerate(picture.planes):
        rows = [bytes([128]) * plane.width] * plane.height
        if index == 0:
            rows = [strip] * high + [bytes([110]) * plane.width] * (plane.height - high)
        plane.update(b"".join(row.ljust(plane.line_size, b"\0") for row in rows))
    picture.pts, picture.time_base = number, Fraction(1, FPS)
    return picture


@asynccontextmanager
async def encoding(url: str, token: str, number: int) -> AsyncIterator[HallEncoder]:
    """An encoder that sends, closed at the block's end."""
    encoder = HallEncoder(number)
    await encoder.begin(url, token)
    try:
        yield encoder
    finally:
        await encoder.close()

"""An encoder of the hall, by WHIP: its pictures carry its number and their own, as those of `fake_media` do."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction

import aiohttp
import av
from av.video.frame import PictureType

from rostrum.media.loadtest.descriptions import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import rtcp, rtcp_build, rtp, vp8
from rostrum.media.wire.opus import SILENCE
from tests.support.fake_media import BLOCKS, STRIP_HEIGHT, bits
from tests.support.fake_media import HEIGHT as FULL_HEIGHT

WIDTH, HEIGHT, FPS = 320, 180, 20
_PICTURE, _SOUND = 1, 2
"""SSRCs."""


class HallEncoder:
    """Sends until it is pulled."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._end = Endpoint(Identity.generateCertificate())
        self._end.on_rtcp = self._heard
        self._coder = _coder()
        self._wanted = True
        self._sequences = {_PICTURE: 0, _SOUND: 0}
        self._sending: asyncio.Task[None] | None = None

    async def begin(self, url: str, token: str) -> None:
        """Connect, and send from now on."""
        offer = self._end.offer(("video", "audio"), "sendonly", (_PICTURE, _SOUND))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
        async with aiohttp.ClientSession() as session, session.post(url, data=offer, headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            await self._end.connect(await answer.text())
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
        for packet in self._coder.encode(picture):
            for payload, last in vp8.packetise(bytes(packet), number):
                self._packet(VIDEO_PAYLOAD_TYPE, _PICTURE, number * (90_000 // FPS), payload, marker=last)

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

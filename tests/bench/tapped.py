"""A picture that carries its number, when each of its frames came to a receiver beside the server, and ffmpeg's HLS."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path

import av
from aiohttp import web

from rostrum.assembly.interpretation import FLOOR
from rostrum.assembly.program import Audience, AudienceRole
from rostrum.media.clip import Clip, Frame
from rostrum.media.engine import Engine
from rostrum.media.loadtest.descriptions import KINDS
from rostrum.media.playout import make_clip
from rostrum.media.recording import Channel
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import rtp
from rostrum.media.wire.webm import Timed, cluster, picture_head, picture_size
from tests.support.fake_media import BLOCKS, STRIP_HEIGHT, bits
from tests.support.shapes import FPS, HEIGHT, NUMBER, WIDTH, number_of

NUMBERS = 1024
"""Frames after which the numbers begin again: 51 s, longer than any delay here."""
SEGMENT_S = 6


def numbered_clip(path: Path) -> Path:
    """A picture whose frames carry their numbers, with the hall's sound, to be played over and over."""
    coder = av.CodecContext.create("libvpx", "w")
    assert isinstance(coder, av.VideoCodecContext)
    coder.width, coder.height, coder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    coder.time_base, coder.framerate, coder.bit_rate, coder.gop_size = Fraction(1, FPS), Fraction(FPS), 600_000, FPS
    coder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "error-resilient": "1"}
    frames, block = [], WIDTH // BLOCKS
    for number in range(NUMBERS):
        picture = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        strip = b"".join(bytes([235 if bit else 16]) * block for bit in bits(NUMBER, number))
        grey = bytes([110]) * (WIDTH * (HEIGHT - STRIP_HEIGHT))
        for plane, content in zip(
            picture.planes, (strip * STRIP_HEIGHT + grey, *2 * [bytes([128]) * (WIDTH * HEIGHT // 4)]), strict=True
        ):
            assert plane.line_size == plane.width
            plane.update(content)
        picture.pts = number
        frames += [Frame("video", number * 90_000 // FPS, bytes(packet)) for packet in coder.encode(picture)]
    loop_ms = NUMBERS * 1000 // FPS
    sounds = [one for one in make_clip(1 + loop_ms // 1000).frames if one.kind == "audio" and one.at_s * 1000 < loop_ms]
    Clip(loop_ms, tuple(sorted([*frames, *sounds], key=lambda one: one.at_s))).write(path)
    return path


class Tap:
    """A receiver beside the server. `arrived_s`: when the frame of each number came last; `ffmpeg` gets all of them."""

    def __init__(self) -> None:
        self.arrived_s: dict[int, float] = {}
        self.ffmpeg: asyncio.StreamWriter | None = None
        self._channel = Channel(FLOOR, Identity.generateCertificate(), time.time(), lambda *_, **__: None)
        self._channel.end.on_rtp = self._take
        self._track = self._channel.tracks["video"]
        decoder = av.CodecContext.create("vp8", "r")
        assert isinstance(decoder, av.VideoCodecContext)
        self._decoder = decoder
        self._first: int | None = None

    async def connect(self, engine: Engine, meeting_id: str) -> None:
        """As anybody may receive."""
        audience = Audience(AudienceRole.WEBCAST, FLOOR)
        answer = await engine.subscribe(meeting_id, audience, self._channel.offer, place_id=None)
        await self._channel.connect(answer.sdp)

    async def keep(self) -> None:
        """Report, and ask for a first picture."""
        while True:
            self._channel.ask(time.time())
            self._channel.report()
            await asyncio.sleep(0.5)

    def _take(self, data: bytes) -> None:
        packet, now_s = rtp.parse(data), time.time()
        if KINDS.get(packet.payload_type) != "video":
            return
        self._track.ssrc = packet.ssrc
        for frame in self._track.frames.take(packet, now_s):
            for picture in self._decoder.decode(av.Packet(frame.data)):
                number = number_of(picture)
                if number is not None:
                    self.arrived_s[number] = now_s
            if self.ffmpeg is not None and (self._first is not None or frame.keyframe):
                head = b""
                if self._first is None:
                    self._first, head = frame.timestamp, picture_head(picture_size(frame.data))
                self.ffmpeg.write(head + cluster([Timed((frame.timestamp - self._first) // 90, frame)]))

    async def close(self) -> None:
        """Leave."""
        await self._channel.end.close()


@asynccontextmanager
async def by_ffmpeg(tap: Tap, folder: Path) -> AsyncIterator[str]:
    """The address of the stream that ffmpeg's own muxer makes of what the tap receives, in segments of six seconds."""
    coded = "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-b:v", "800k", "-g", str(2 * FPS)
    listed = "-hls_time", str(SEGMENT_S), "-hls_list_size", "6", "-hls_flags", "delete_segments"
    process = await asyncio.create_subprocess_exec(
        "ffmpeg", "-v", "fatal", "-fflags", "nobuffer", "-analyzeduration", "500000", "-f", "webm", "-i", "pipe:0",
        *coded, "-f", "hls", *listed, str(folder / "stream.m3u8"), stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip

    async def allow(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update({"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"})

    app = web.Application()
    app.on_response_prepare.append(allow)
    app.router.add_static("/", folder)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "localhost", 0)
    await site.start()
    tap.ffmpeg = process.stdin
    try:
        yield f"http://localhost:{runner.addresses[0][1]}/stream.m3u8"
    finally:
        tap.ffmpeg = None
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await runner.cleanup()

"""The process that packages one meeting's webcast: it listens as anybody may, and writes files.

Started by `webcast_keeper.py` with the job on its standard input. It asks for what it receives by lines of JSON on its
standard output, {"offer": rendition, "sdp": …}, is answered {"answer": rendition, "sdp": …}, and tells when it began,
{"begun": [segment, time]}, and of each part that it wrote, {"made": [rendition, segment, part]}. It ends when its input
does.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rostrum.media.hls.rendition import Rendition
from rostrum.media.hls.tracks import BPS, FPS, HEIGHT, WIDTH, Picture, Sound
from rostrum.media.loadtest.descriptions import (
    AUDIO_PAYLOAD_TYPE,
    H264_PAYLOAD_TYPE,
    VIDEO_PAYLOAD_TYPE,
    with_h264,
)
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import rtcp, rtcp_build, rtp, sdp
from rostrum.media.wire.opus import OPUS_RATE
from rostrum.media.wire.timeline import Timeline

VIDEO, FLOOR = "video", "floor"
VIDEO_RATE = 90_000
MASTER = "master.m3u8"
CODECS = {VIDEO_PAYLOAD_TYPE: "vp8", H264_PAYLOAD_TYPE: "h264"}
"""Of pictures: most encoders in halls have H.264 alone."""
TICK_S = 0.02
NICE = 5
"""What is being said in meetings goes first."""


class Packager:
    """All renditions of one webcast."""

    def __init__(self, folder: Path, channels: Mapping[str, str], first: int) -> None:
        """`channels`: languages' names by code. `first`: the number of the first segment."""
        self._folder, self._channels = folder, channels
        now_s, begun = time.monotonic(), datetime.now(UTC)
        self._first, self._begun = first, begun
        self._picture = Picture(now_s)
        self._sounds = {code: Sound(now_s) for code in channels}
        self._renditions = {
            name: Rendition(folder / name, track.timescale, first, begun, partial(self._made, name))
            for name, track in self._tracks.items()
        }
        self._identity = Identity.generateCertificate()
        self._ends: dict[str, Endpoint] = {}
        self._wall_s = time.time() - now_s
        """What wall time is ahead of ours."""
        self._timelines: dict[int, Timeline] = {}
        self._wanted: dict[str, int] = {}

    @property
    def _tracks(self) -> Mapping[str, Picture | Sound]:
        return {VIDEO: self._picture, **self._sounds}

    def begin(self) -> None:
        """Write what does not change, and ask for everything."""
        for name, track in self._tracks.items():
            self._renditions[name].begin(track.init)
        (self._folder / MASTER).write_text(self._master())
        tell({"begun": [self._first, self._begun.isoformat()]})
        for code in self._channels:
            end = self._ends[code] = Endpoint(self._identity)
            kinds = ("video", "audio") if code == FLOOR else ("audio", "audio")
            tell({"offer": code, "sdp": with_h264(end.offer(kinds, "recvonly"))})

    @staticmethod
    def _made(name: str, segment: int, part: int) -> None:
        tell({"made": [name, segment, part]})

    async def answered(self, code: str, answer_sdp: str) -> None:
        """Connect to what was offered."""
        end, sections = self._ends[code], sdp.parse(answer_sdp).sections
        # The slot of a language's channel is the second sound.
        self._wanted[code] = sections[1].ssrcs[0]
        end.on_rtp = lambda data: self._take(code, rtp.parse(data))
        end.on_rtcp = self._heard
        await end.connect(answer_sdp)

    def _take(self, code: str, packet: rtp.RtpPacket) -> None:
        codec = CODECS.get(packet.payload_type)
        if codec is not None:
            self._picture.packet(packet, codec, self._at_s(packet, VIDEO_RATE))
            if self._picture.lost:
                self._picture.lost = False
                self._ends[code].send_rtcp(rtcp_build.picture_loss(1, packet.ssrc))
        elif packet.payload_type == AUDIO_PAYLOAD_TYPE and packet.ssrc == self._wanted[code]:
            self._sounds[code].packet(packet, self._at_s(packet, OPUS_RATE))

    def _at_s(self, packet: rtp.RtpPacket, clock_rate: int) -> float:
        """The time to which a packet belongs, by our clock: sound and picture are told theirs by one."""
        timeline = self._timelines.setdefault(packet.ssrc, Timeline(clock_rate))
        return timeline.at(packet.timestamp, time.time()) - self._wall_s

    def _heard(self, data: bytes) -> None:
        for message in rtcp.parse(data):
            if isinstance(message, rtcp.SenderReport) and message.ssrc in self._timelines:
                self._timelines[message.ssrc].report(rtcp_build.wall(message.ntp), message.timestamp)

    async def run(self) -> None:
        """Write what is due, for ever."""
        while True:
            await asyncio.sleep(TICK_S)
            now_s = time.monotonic()
            for name, track in self._tracks.items():
                for sample in track.samples(now_s):
                    self._renditions[name].add(sample)

    def _master(self) -> str:
        lines = ["#EXTM3U", "#EXT-X-VERSION:9", "#EXT-X-INDEPENDENT-SEGMENTS"]
        for code, name in self._channels.items():
            language = "" if code == FLOOR else f',LANGUAGE="{code}"'
            default = "YES" if code == FLOOR else "NO"
            lines.append(
                f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="{name}"{language},DEFAULT={default},AUTOSELECT=YES,'
                f'URI="{code}/playlist.m3u8"'
            )
        lines += [
            f'#EXT-X-STREAM-INF:BANDWIDTH={BPS + 200_000},CODECS="{self._picture.codec},opus",'
            f'RESOLUTION={WIDTH}x{HEIGHT},FRAME-RATE={FPS}.000,AUDIO="sound"',
            f"{VIDEO}/playlist.m3u8",
        ]
        return "\n".join(lines) + "\n"


def tell(message: object) -> None:
    """A line to whoever started us."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def package() -> None:
    """Do the job on the standard input, until that ends."""
    reader = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    job = json.loads(await reader.readline())
    packager = Packager(Path(job["folder"]), job["channels"], job["first"])
    packager.begin()
    running = loop.create_task(packager.run())
    running.add_done_callback(lambda _: reader.feed_eof())
    while line := await reader.readline():
        message = json.loads(line)
        await packager.answered(message["answer"], message["sdp"])
    running.cancel()


if __name__ == "__main__":
    os.nice(NICE)
    asyncio.run(package())

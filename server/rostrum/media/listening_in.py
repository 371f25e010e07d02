"""The process that hears one channel of a meeting for a recogniser: a receiver like any other, whose sound becomes PCM.

Started by `recogniser_keeper.py` as `python -m rostrum.media.listening_in DESCRIPTOR`, which is where PCM goes (16 kHz,
mono, signed 16 bit, little endian), in real time: silence stands for what does not come. It writes its offer as a line
of JSON, reads the answer as another, and ends with its standard input.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable

import av
from av.audio.codeccontext import AudioCodecContext

from rostrum.media.loadtest.descriptions import AUDIO_PAYLOAD_TYPE
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import rtcp_build, rtp, sdp

RATE_HZ = 16_000
LATE_S = 0.3
"""Sound that has not come after so long is silence."""
ATOMIC_BYTES = 4096
"""So much goes into a pipe whole or not at all."""
_FILL_S = 0.1
_REPORT_S = 1.0
_OUR_SSRC = 1


class Ear:
    """Opus packets of one stream to PCM."""

    def __init__(self, write: Callable[[bytes], None], now_s: float) -> None:
        """The sound begins now."""
        self._write = write
        self._began_s = now_s
        self._samples = 0
        decoder = av.CodecContext.create("opus", "r")
        if not isinstance(decoder, AudioCodecContext):
            raise TypeError("opus is no sound")
        decoder.sample_rate, decoder.layout = 48_000, "mono"
        self._decoder = decoder
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)

    def take(self, packet: rtp.RtpPacket) -> None:
        """Decode one packet; one that cannot be is left out."""
        try:
            frames = self._decoder.decode(av.Packet(bytes(packet.payload)))
        except av.FFmpegError:
            return
        for frame in frames:
            for ready in self._resampler.resample(frame):
                self._put(bytes(ready.planes[0])[: ready.samples * 2])

    def fill(self, now_s: float) -> None:
        """Put silence in place of what should have come by now: a recogniser hears pauses as it hears words."""
        missing = round((now_s - self._began_s - LATE_S) * RATE_HZ) - self._samples
        if missing > 0:
            self._put(bytes(missing * 2))

    def _put(self, pcm: bytes) -> None:
        self._samples += len(pcm) // 2
        for at in range(0, len(pcm), ATOMIC_BYTES):
            self._write(pcm[at : at + ATOMIC_BYTES])


async def hear(lines: asyncio.StreamReader, write: Callable[[bytes], None]) -> None:
    """Until there are no more lines, or the connection ends. Raises `NotConnected`."""
    end, ear = Endpoint(Identity.generateCertificate()), Ear(write, time.monotonic())
    wanted: set[int] = set()

    def take(data: bytes) -> None:
        packet = rtp.parse(data)
        if packet.payload_type == AUDIO_PAYLOAD_TYPE and packet.ssrc in wanted:
            ear.take(packet)

    end.on_rtp = take
    print(json.dumps({"sdp": end.offer(("audio", "audio"), "recvonly")}), flush=True)  # noqa: T201 - the pipe
    answer = json.loads(await lines.readline())["sdp"]
    # A language's channel is the second sound of a receiver, after the floor's.
    wanted |= set([section for section in sdp.parse(answer).sections if section.kind == "audio"][-1].ssrcs[:1])
    # The engine is on this machine, whatever address it tells others.
    await end.connect(answer, line=lambda to: ("127.0.0.1", to[1]))
    gone = [asyncio.create_task(lines.read()), asyncio.create_task(end.closed.wait())]
    reported_s = 0.0
    while not any(task.done() for task in gone):
        await asyncio.wait(gone, timeout=_FILL_S, return_when=asyncio.FIRST_COMPLETED)
        now_s = time.monotonic()
        ear.fill(now_s)
        if now_s - reported_s >= _REPORT_S:
            reported_s = now_s
            end.send_rtcp(rtcp_build.receiver_report(_OUR_SSRC, []))
    for task in gone:
        task.cancel()
    await end.close()


async def _main(descriptor: int) -> None:
    lines = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    os.set_blocking(descriptor, False)

    def write(pcm: bytes) -> None:
        # A recogniser that is slower than speech loses some: what is heard must not pile up.
        try:
            os.write(descriptor, pcm)
        except BlockingIOError:
            return
        except BrokenPipeError:
            loop.stop()

    await hear(lines, write)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))

"""The process that hears one channel of a meeting for a recogniser: a receiver like any other, its sound decoded.

Started by `recogniser_keeper.py` as `python -m rostrum.recognise.hearing PIPE`: PIPE is a descriptor that the sound
goes to. It offers to receive by a line of JSON on its standard output, {"offer": sdp}, reads the answer,
{"answer": sdp}, and says {"began": true} when the sound begins. It ends when its standard input does, or nobody reads
its sound any more.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable

import av

from rostrum.media.loadtest.descriptions import AUDIO_PAYLOAD_TYPE
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import rtp, sdp
from rostrum.recognise.protocol import SAMPLE_BYTES, SAMPLE_RATE

ATOMIC_BYTES = 4096
"""So much goes into a pipe whole or not at all."""
LATE_S = 0.3
"""Sound that has not come after so long is silence."""
TICK_S = 0.1


class Pcm:
    """Opus packets to a recogniser's sound, in real time whatever comes."""

    def __init__(self, write: Callable[[bytes], None], now_s: float) -> None:
        self._write = write
        self._began_s = now_s
        self._samples = 0
        self._decoder = av.CodecContext.create("opus", "r")
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)

    def take(self, opus: bytes) -> None:
        """A packet's payload. One that is no Opus is left out."""
        try:
            for frame in self._decoder.decode(av.Packet(opus)):
                if isinstance(frame, av.AudioFrame):
                    for heard in self._resampler.resample(frame):
                        self._put(bytes(heard.planes[0])[: heard.samples * SAMPLE_BYTES])
        except av.FFmpegError:
            return

    def fill(self, now_s: float) -> None:
        """Put silence in place of what should have come by now."""
        missing = round((now_s - self._began_s - LATE_S) * SAMPLE_RATE) - self._samples
        if missing > 0:
            self._put(bytes(missing * SAMPLE_BYTES))

    def _put(self, sound: bytes) -> None:
        self._samples += len(sound) // SAMPLE_BYTES
        for at in range(0, len(sound), ATOMIC_BYTES):
            self._write(sound[at : at + ATOMIC_BYTES])


async def hear(lines: asyncio.StreamReader, pipe: int) -> None:
    """Until there are no more lines, the engine says goodbye, or nobody listens."""
    end, deaf = Endpoint(Identity.generateCertificate()), asyncio.Event()
    # A language's channel is the second sound of a receiver, after the floor's.
    _tell({"offer": end.offer(("audio", "audio"), "recvonly")})
    answer = str(json.loads(await lines.readline())["answer"])
    wanted = [section.ssrcs[0] for section in sdp.parse(answer).sections if section.ssrcs][1:]

    def write(sound: bytes) -> None:
        try:
            os.write(pipe, sound)
        except BlockingIOError:
            return  # A recogniser that is slower than speech misses some of it.
        except BrokenPipeError:
            deaf.set()

    pcm = Pcm(write, time.monotonic())
    _tell({"began": True})

    def take(data: bytes) -> None:
        packet = rtp.parse(data)
        if packet.payload_type == AUDIO_PAYLOAD_TYPE and packet.ssrc in wanted:
            pcm.take(packet.payload)

    end.on_rtp = take
    await end.connect(answer, line=lambda to: ("127.0.0.1", to[1]))

    async def fill() -> None:
        while True:
            await asyncio.sleep(TICK_S)
            pcm.fill(time.monotonic())

    work = [asyncio.ensure_future(one) for one in (fill(), lines.read(1), end.closed.wait(), deaf.wait())]
    await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
    for task in work:
        task.cancel()
    await end.close()


def _tell(message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def _main() -> None:
    pipe = int(sys.argv[1])
    os.set_blocking(pipe, False)
    lines = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    await hear(lines, pipe)


if __name__ == "__main__":
    asyncio.run(_main())

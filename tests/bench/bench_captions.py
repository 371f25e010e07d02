"""From a captioner's word to the last of those who read along on the webcast's page, and the share of a core it takes.

`READERS` and `SECONDS` can be set in the environment. There is no peer: nobody else's captions are sieved as they grow.
`ours` is the 99th of a hundred readers' delays.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from limits import RateLimitItemPerMinute

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.captions import CaptionKind, Line
from rostrum.assembly.feeds import SetWebcast
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from rostrum.pages.public import captions
from tests.support.app import running_app

READERS = int(os.environ.get("READERS", "2000"))
SECONDS = int(os.environ.get("SECONDS", "20"))
EVERY_S = 0.3
COMING_AT_ONCE = 50
HELLO = f"GET /watch/{MEETING_ID}/live/captions?language=fr HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Reader(asyncio.Protocol):
    """One open page: notes how long each word was on its way."""

    def __init__(self, delays_ms: list[float]) -> None:
        self.delays_ms = delays_ms
        self.tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(HELLO)

    def data_received(self, data: bytes) -> None:
        now_ms = time.time() * 1000
        *whole, self.tail = (self.tail + data).split(b"\n\n")
        for event in whole:
            if b"event: line" in event and b'"text":"said ' in event:
                said_ms = float(event.partition(b'"text":"said ')[2].partition(b" ")[0])
                self.delays_ms.append(now_ms - said_ms)


async def serve(folder: Path) -> None:
    """The server, and somebody who writes on and on, a word every `EVERY_S`, once a line comes on the input."""
    # All readers have one address here.
    vars(captions)["READING"] = RateLimitItemPerMinute(1_000_000, namespace="reading")
    async with running_app(folder, webcast_readers=READERS) as running:
        house = running.house
        await house.desk.act(MEETING, MEETING_ID, SetWebcast(True), SYSTEM)
        track = await house.captions.track(MEETING_ID, "fr")
        print(json.dumps({"port": int(running.base.rpartition(":")[2])}), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for number in range(round(SECONDS / EVERY_S)):
            words = f"said {time.time() * 1000:.1f} and some more words of a line that grows {number}"
            track.grow(Line(words, CaptionKind.HUMAN))
            await asyncio.sleep(EVERY_S)
        await asyncio.to_thread(sys.stdin.readline)


async def main() -> None:
    """Measure and print one line of JSON."""
    loop, pipe, delays_ms = asyncio.get_running_loop(), asyncio.subprocess.PIPE, list[float]()
    with tempfile.TemporaryDirectory() as folder:
        command = (sys.executable, "-m", "tests.bench.bench_captions", folder)
        server = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        assert server.stdin is not None
        assert server.stdout is not None
        line = b""
        while not line.startswith(b'{"port"'):
            line = await server.stdout.readline()
        port = json.loads(line)["port"]
        opened = []
        for _ in range(0, READERS, COMING_AT_ONCE):
            opened += await asyncio.gather(
                *(loop.create_connection(lambda: Reader(delays_ms), "localhost", port) for _ in range(COMING_AT_ONCE))
            )
        await asyncio.sleep(3)
        before = psutil.Process(server.pid).cpu_times()
        server.stdin.write(b"\n")
        await asyncio.sleep(SECONDS + 2)
        after = psutil.Process(server.pid).cpu_times()
        for transport, _ in opened:
            transport.close()
        server.stdin.write(b"\n")
        await server.wait()
    core = (after.user + after.system - before.user - before.system) / SECONDS
    ours = round(statistics.quantiles(delays_ms, n=100)[-1], 1)
    result = {"bench": "captions", "ours": ours, "peer": None, "ratio": None, "unit": "ms to the last reader, p99"}
    read = len(delays_ms) / (READERS * round(SECONDS / EVERY_S))
    print(json.dumps(result | {"readers": READERS, "words_read": round(read, 3), "core": round(core, 3)}))


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])) if sys.argv[1:] else main())

"""The peer of `bench_recording`: the same connections as a recording has, whose packets are opened and thrown away.

It reads and writes lines of JSON: an offer for each channel out, an answer for each in; it ends with its input.
"""

import asyncio
import contextlib
import json
import sys
import time

from rostrum.media.recording import Channel
from rostrum.media.sfu.dtls import Identity

REPORT_S = 2.0


async def main() -> None:
    """Until there are no more lines."""
    lines = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    names = json.loads(await lines.readline())
    identity, seen = Identity.generateCertificate(), [0]
    channels = {name: Channel(name, identity, time.time(), lambda *_, **__: None) for name in names}

    def thrown_away(_data: bytes) -> None:
        seen[0] += 1

    for name, channel in channels.items():
        channel.end.on_rtp = thrown_away
        print(json.dumps({"channel": name, "sdp": channel.offer}), flush=True)
    for _ in channels:
        answer = json.loads(await lines.readline())
        await channels[answer["channel"]].connect(answer["sdp"])

    async def report() -> None:
        while True:
            for channel in channels.values():
                channel.report()
            await asyncio.sleep(REPORT_S)

    reporting = asyncio.create_task(report())
    await lines.read()
    reporting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reporting
    for channel in channels.values():
        await channel.end.close()
    print(json.dumps({"packets": seen[0]}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())

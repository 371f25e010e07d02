"""Fan-out against stock aiortc and against the kernel's floor, on this machine, in turns.

`RUNS` and `RECEIVERS` can be set in the environment.
"""

import asyncio
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from rostrum.media.loadtest import machine
from rostrum.media.loadtest.crowd import Crowd
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.loadtest.measure import calibrated, measured
from rostrum.media.sfu.dtls import Identity
from tests.bench.aiortc_peer import aiortc_server
from tests.bench.common import RUNS, SERVER_CORE, own_server, ratio, say, settle_down, spread, spread_of

HERE = Path(__file__).parent
RECEIVERS = int(os.environ.get("RECEIVERS", "500"))
SECONDS = 4.0
AIORTC_RECEIVERS = 4


async def ours() -> dict[str, Any]:
    """One run of the embedded engine's worker."""
    async with own_server() as (server, engine):
        crowd = Crowd(server)
        try:
            await crowd.begin()
            await crowd.grow(RECEIVERS)
            return await measured(crowd, engine.pid or 0, SECONDS, port=engine.port)
        finally:
            await crowd.end()


def kernel(program: Path) -> float:
    """CPU microseconds a packet of the bare loop, with its receivers drained from this process."""
    sockets = []
    for _ in range(RECEIVERS):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        sockets.append(sock)
    ports = [str(sock.getsockname()[1]) for sock in sockets]
    with subprocess.Popen([program, str(SECONDS), *ports], stdout=subprocess.PIPE, text=True) as process:
        machine.pin(process.pid, SERVER_CORE)
        while process.poll() is None:
            for sock in sockets:
                try:
                    while True:
                        sock.recv(2048)
                except BlockingIOError:
                    continue
            time.sleep(0.01)
        output, _ = process.communicate()
    for sock in sockets:
        sock.close()
    return float(output.split()[0])


async def stock() -> dict[str, float]:
    """What stock aiortc spends on a few receivers, and how many of them one core would therefore carry."""
    identity = Identity.generateCertificate()
    received = [0]

    def count(_: bytes) -> None:
        received[0] += 1

    ends = []
    async with aiortc_server() as server:
        for _ in range(AIORTC_RECEIVERS):
            end = Endpoint(identity)
            end.on_rtp = count
            await end.connect(await server.answer(end.offer(("video", "audio"), "recvonly")))
            ends.append(end)
        await asyncio.sleep(2)
        before, packets, began_s = machine.cpu_s(server.pid), received[0], time.monotonic()
        await asyncio.sleep(SECONDS)
        elapsed_s = time.monotonic() - began_s
        share = (machine.cpu_s(server.pid) - before) / elapsed_s
        packets = received[0] - packets
    for end in ends:
        await end.close()
    return {
        "core_share": share,
        "receivers_per_core": AIORTC_RECEIVERS / share,
        "us_per_packet": 1e6 * share * elapsed_s / max(1, packets),
    }


def main() -> None:
    """Alternate the three, and print one line of JSON last."""
    said = settle_down()
    alone = asyncio.run(calibrated())
    with tempfile.TemporaryDirectory() as folder:
        floor = Path(folder) / "kernel_floor"
        subprocess.run(["cc", "-O2", "-o", floor, HERE / "kernel_floor.c"], check=True)
        runs, floors, stocks = [], [], []
        for number in range(RUNS):
            runs.append(asyncio.run(ours()))
            floors.append(kernel(floor))
            stocks.append(asyncio.run(stock()))
            print(f"run {number + 1}: ours {runs[-1]}, kernel {floors[-1]:.3f}, aiortc {stocks[-1]}", flush=True)
    ours_us, kernel_us = spread_of(runs, "worker_us_per_packet"), spread(floors)
    per_core = spread([RECEIVERS / one["worker_core_share"] for one in runs])
    stock_per_core = spread_of(stocks, "receivers_per_core")
    times = ratio(per_core["median"], stock_per_core["median"])
    against_kernel = ratio(ours_us["median"], kernel_us["median"])
    say(
        {
            "bench": "fanout",
            "ours": ours_us["median"],
            "peer": kernel_us["median"],
            "ratio": against_kernel,
            "unit": "CPU us a forwarded packet, against bare sendmmsg",
            **said,
            "receivers": RECEIVERS,
            "runs": RUNS,
            "generator_alone": alone,
            "ours_us": ours_us,
            "kernel_us": kernel_us,
            "receivers_per_core": per_core,
            "aiortc_receivers_per_core": stock_per_core,
            "times_aiortc": times,
            "per_core_is": "receivers divided by the share of the core that they took",
            "missing": sum(one["missing"] for one in runs),
            "refused": sum(one["refused"] for one in runs),
            "loss_by_cause": [one["loss_by_cause"] for one in runs],
            "delay_p99_ms": spread_of(runs, "delay_p99_ms"),
            "generator_core_share": spread_of(runs, "generator_core_share"),
            "goals": {
                "at_most_twice_the_kernel": against_kernel is not None and against_kernel <= 2,
                "a_hundred_times_aiortc": times is not None and times >= 100,
            },
        }
    )


if __name__ == "__main__":
    main()

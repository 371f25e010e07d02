"""From a POST to the last browser: decide, append and fan out to thousands of open pages, and the memory of each.

`CLIENTS`, `CHANGES` and `RUNS` can be set in the environment. The peer is python-socketio's server, which sends as many
bytes to each page but decides, records and renders nothing.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import psutil

from rostrum.cli.demo import MEETING_ID
from rostrum.identity.doorkeeper import DEVICE_COOKIE
from rostrum.media.loadtest import machine
from tests.bench.common import SERVER_CORE, ratio, say, settle_down, spread

CLIENTS = int(os.environ.get("CLIENTS", "2000"))
CHANGES = int(os.environ.get("CHANGES", "60"))
RUNS = int(os.environ.get("RUNS", "3"))
EVERY_S = 1.0
COMING_AT_ONCE = 50
GOAL_MS = 500.0
PATIENCE_S = 30.0


class Page(asyncio.Protocol):
    """One open page: counts what comes, and calls `arrived` with the time of each whole piece of news."""

    def __init__(self, hello: bytes, mark: bytes, arrived: Callable[["Page", float], None]) -> None:
        self.hello, self.mark, self.arrived = hello, mark, arrived
        self.news = 0
        self.octets = 0
        self.tail = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.hello)

    def data_received(self, data: bytes) -> None:
        self.octets += len(data)
        window = self.tail + data
        found = window.count(self.mark)
        # A mark cut in two by the network is found with what comes next, and none is found twice.
        self.tail = window[-(len(self.mark) - 1) :]
        if found:
            self.news += found
            self.arrived(self, time.perf_counter())


class SocketPage(Page):
    """The same over a WebSocket: answers the server's pings, as a browser does."""

    def data_received(self, data: bytes) -> None:
        if b"\r\n\r\n" in data and data.startswith(b"HTTP/1.1 101"):
            self.text(b"40")
        elif data[-3:] == b"\x81\x012":
            self.text(b"3")
        super().data_received(data)

    def text(self, words: bytes) -> None:
        """Send a short masked text frame (RFC 6455 section 5.2); the mask is all zero."""
        if self.transport is not None:
            self.transport.write(b"\x81" + bytes([0x80 | len(words)]) + b"\0\0\0\0" + words)


class Crowd:
    """All pages, and when the last one had a piece of news."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self._wanted = 0
        self._times: dict[Page, float] = {}
        self._all = asyncio.Event()

    def arrived(self, page: Page, at_s: float) -> None:
        if page.news >= self._wanted and page not in self._times:
            self._times[page] = at_s
            if len(self._times) == len(self.pages):
                self._all.set()

    async def news(self, number: int, act: Callable[[], Any]) -> tuple[float, float]:
        """Milliseconds from the POST to the last and to the middle page's having news of this number."""
        self._wanted, self._times = number, {}
        self._all.clear()
        began_s = time.perf_counter()
        await act()
        async with asyncio.timeout(PATIENCE_S):
            await self._all.wait()
        took = sorted(1000 * (at_s - began_s) for at_s in self._times.values())
        return took[-1], statistics.median(took)


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[tuple[dict[str, Any], psutil.Process]]:
    """A server of `live_server` on its core."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.live_server", *arguments, stdout=asyncio.subprocess.PIPE, limit=1 << 24
    )
    machine.pin(process.pid, SERVER_CORE)
    try:
        assert process.stdout is not None
        line = b""
        while not line.startswith(b"{"):  # log lines come before
            line = await process.stdout.readline()
        yield json.loads(line), psutil.Process(process.pid)
    finally:
        process.terminate()
        await process.wait()


async def measured(
    crowd: Crowd, server: psutil.Process, url: str, hellos: Sequence[bytes], make: type[Page], mark: bytes,
    act: Callable[[], Any],
) -> dict[str, Any]:  # fmt: skip
    """Bring the pages, then make changes one after the other."""
    port = urlsplit(url).port or 80
    loop = asyncio.get_running_loop()
    before = server.memory_info().rss
    for start in range(0, len(hellos), COMING_AT_ONCE):
        some = hellos[start : start + COMING_AT_ONCE]
        made = await asyncio.gather(
            *(loop.create_connection(partial(make, hello, mark, crowd.arrived), "127.0.0.1", port) for hello in some)
        )
        crowd.pages.extend(page for _, page in made)
        await asyncio.sleep(0.05)
    first = 1 if make is Page else 0
    async with asyncio.timeout(PATIENCE_S):
        while any(page.news < first for page in crowd.pages):  # noqa: ASYNC110 - two thousand events would be dearer
            await asyncio.sleep(0.1)
    await asyncio.sleep(2)
    for page in crowd.pages:
        page.news = page.octets = 0
    resident = server.memory_info().rss
    cpu = server.cpu_times()
    last, middle = [], []
    for number in range(1, CHANGES + 1):
        due_s = time.perf_counter() + EVERY_S
        took = await crowd.news(number, act)
        last.append(took[0])
        middle.append(took[1])
        await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
    spent = server.cpu_times()
    used_s = spent.user + spent.system - cpu.user - cpu.system
    for page in crowd.pages:
        if page.transport is not None:
            page.transport.abort()
    return {
        "last_p50_ms": round(statistics.median(last), 1),
        "last_p99_ms": round(sorted(last)[max(0, round(0.99 * len(last)) - 1)], 1),
        "last_max_ms": round(max(last), 1),
        "middle_p50_ms": round(statistics.median(middle), 1),
        "cpu_us_a_page": round(1e6 * used_s / CHANGES / len(hellos), 1),
        "kib_a_connection": round((resident - before) / 1024 / len(hellos), 1),
        "bytes_a_change": round(sum(page.octets for page in crowd.pages) / CHANGES / len(hellos)),
    }


async def ours() -> dict[str, Any]:
    """A presiding officer takes up one item after the other while so many delegates follow."""
    with tempfile.TemporaryDirectory() as folder:
        async with started("prepare", folder, str(CLIENTS)) as (people, _):
            pass
        async with started("ours", folder) as (told, server):
            hellos = [_hello(told["url"], one) for one in people["places"]]
            chair = people["chair"]
            cookies = {DEVICE_COOKIE: chair["cookie"]}
            headers = {"Rostrum-Fetch": "1", "X-CSRF-Token": chair["csrf"], "Origin": told["url"]}
            base = f"{told['url']}/at/{chair['place']}/console/meetings/{MEETING_ID}/item"
            goes_on = True
            async with aiohttp.ClientSession(cookies=cookies, headers=headers) as session:

                async def act() -> None:
                    nonlocal goes_on
                    async with session.post(f"{base}/{'debate' if goes_on else 'opening'}") as answer:
                        assert answer.status == 204, await answer.text()
                    goes_on = not goes_on

                return await measured(Crowd(), server, told["url"], hellos, Page, b"event: version", act)


def _hello(url: str, place: Mapping[str, str]) -> bytes:
    host = urlsplit(url).netloc
    path = f"/at/{place['place']}/live/{MEETING_ID}?view=room"
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {DEVICE_COOKIE}={place['cookie']}\r\n\r\n".encode()


async def peer(payload_bytes: int) -> dict[str, Any]:
    """python-socketio's server emits as many bytes to as many."""
    async with started("socketio", str(payload_bytes)) as (told, server):
        host = urlsplit(told["url"]).netloc
        hello = (
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        async with aiohttp.ClientSession() as session:

            async def act() -> None:
                async with session.post(f"{told['url']}/act") as answer:
                    assert answer.status == 204

            return await measured(Crowd(), server, told["url"], [hello] * CLIENTS, SocketPage, b'42["fragment"', act)


def main() -> None:
    """Ours and the peer in turn."""
    said = settle_down()
    runs: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for number in range(RUNS):
        own = asyncio.run(ours())
        other = asyncio.run(peer(own["bytes_a_change"]))
        runs.append((own, other))
        print(f"run {number + 1}: ours {own}", flush=True)
        print(f"run {number + 1}: python-socketio {other}", flush=True)
    figures = [{key: spread([one[which][key] for one in runs]) for key in runs[0][which]} for which in (0, 1)]
    own_ms, other_ms = (one["last_p99_ms"]["median"] for one in figures)
    say(
        {
            "bench": "live",
            "ours": own_ms,
            "peer": other_ms,
            "ratio": ratio(own_ms, other_ms),
            "unit": f"p99 ms from a POST to the last of {CLIENTS} pages; the peer (python-socketio) records nothing",
            **{key: value for key, value in said.items() if key != "authenticated"},
            "runs": RUNS,
            "changes": CHANGES,
            "ours_in_full": figures[0],
            "peer_in_full": figures[1],
            "goals": {"p99_at_most_500_ms": own_ms <= GOAL_MS},
        }
    )


if __name__ == "__main__":
    main()

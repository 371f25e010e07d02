"""Caddy hands every event of a stream on at once, as docker/Caddyfile has it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.support.server import free_port
from tests.topology.site import caddy

AT_ONCE_S = 1.0
STREAM = "/at/a/live/b"


@dataclass(frozen=True)
class Front:
    """A running Caddy: its port, the port it hands on to, and the certificate to trust."""

    https: int
    app: int
    authority: Path


@pytest.fixture
def front(folder: Path) -> Iterator[Front]:
    home = folder / "streams"
    home.mkdir()
    https, app = free_port(), free_port()
    with caddy(home, http=free_port(), https=https, app=app):
        yield Front(https, app, home / "caddy/caddy/pki/authorities/local/root.crt")


@asynccontextmanager
async def two_events(port: int, go_on: asyncio.Event) -> AsyncIterator[None]:
    """A server whose stream sends one event at once, and a second one when told to go on."""

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"event: time\ndata: 1\n\n")
        await go_on.wait()
        await response.write(b"event: time\ndata: 2\n\n")
        return response

    app = web.Application()
    app.router.add_get(STREAM, stream)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        go_on.set()
        await runner.cleanup()


async def test_an_event_arrives_while_the_stream_is_open(front: Front) -> None:
    go_on = asyncio.Event()
    trust = ssl.create_default_context(cafile=front.authority)
    async with (
        two_events(front.app, go_on),
        aiohttp.ClientSession(headers={"Accept-Encoding": "gzip"}) as session,
        session.get(f"https://localhost:{front.https}{STREAM}", ssl=trust) as answer,
    ):
        assert "Content-Encoding" not in answer.headers
        for number in (b"1", b"2"):
            lines = [await asyncio.wait_for(answer.content.readline(), AT_ONCE_S) for _ in range(3)]
            assert lines == [b"event: time\n", b"data: " + number + b"\n", b"\n"]
            go_on.set()

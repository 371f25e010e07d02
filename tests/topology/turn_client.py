"""A browser's part of TURN, by aioice, with credentials for a limited time."""

import asyncio
import base64
import hashlib
import hmac
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from aioice import turn
from aioice.stun import TransactionFailed

PATIENCE_S = 5.0


class Line(asyncio.DatagramProtocol):
    """A relayed line: what came, and what the relay refused."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        self.closed = asyncio.Event()
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        self.news.put_nowait(data)

    def error_received(self, error: Exception) -> None:
        self.news.put_nowait(error)

    def connection_lost(self, _error: Exception | None) -> None:
        self.closed.set()

    async def ask(self, data: bytes, peer: tuple[str, int]) -> bytes | int:
        """Send through the relay and return what comes back: the peer's answer, or the code of TURN's refusal."""
        assert self.transport is not None
        self.transport.sendto(data, peer)
        news = await asyncio.wait_for(self.news.get(), PATIENCE_S)
        if isinstance(news, TransactionFailed):
            return int(news.response.attributes["ERROR-CODE"][0])
        if isinstance(news, Exception):
            raise news
        return news


class Echo(asyncio.DatagramProtocol):
    """Stands where the media port is, and sends everything back."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


def credentials(secret: str, *, lifetime_s: int, name: str = "place") -> tuple[str, str]:
    """A name and password by TURN's REST convention, as coturn's `use-auth-secret` checks them."""
    username = f"{int(time.time()) + lifetime_s}:{name}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


@asynccontextmanager
async def relayed(
    port: int, username: str, password: str, *, transport: str = "udp", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Line]:
    """An allocation, given back at the end. Raises `aioice.stun.TransactionFailed` where it is refused."""
    made, line = await turn.create_turn_endpoint(
        Line,
        server_addr=("127.0.0.1", port),
        username=username,
        password=password,
        transport=transport,
        ssl=tls,
    )
    try:
        yield line
    finally:
        made.close()
        await asyncio.wait_for(line.closed.wait(), PATIENCE_S)


@asynccontextmanager
async def echo() -> AsyncIterator[tuple[str, int]]:
    """The address of a peer that answers."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")
    finally:
        transport.close()

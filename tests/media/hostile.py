"""What speaks as strangers do: an engine to speak to, those who know a password, and real packets spoiled.

`corpus/` is what Chromium, Firefox and GStreamer (Debian 12) sent to this engine: NAME-send.sdp and NAME-receive.sdp
are their offers; NAME.datagrams has, in hexadecimal, a connectivity check and then the flights of a DTLS handshake.
"""

import asyncio
import gc
import logging
import socket
import struct
import zlib
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hmac import digest
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from rostrum.assembly.program import Audience, AudienceRole
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu import ice
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.sfu.ice import Credentials
from rostrum.media.wire import sdp

CORPUS = Path(__file__).parent / "corpus"
BROWSERS = ("chromium", "firefox", "gstreamer")
REMOTE = Audience(AudienceRole.REMOTE)
SETTINGS = settings(deadline=None, max_examples=300)
LIMIT_S = 20.0
USERNAME, INTEGRITY, PRIORITY, FINGERPRINT = 0x0006, 0x0008, 0x0024, 0x8028
IDENTITY = Identity.generateCertificate()
T = TypeVar("T")

Edit = tuple[str, int, bytes]
EDITS: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(
        st.sampled_from(["set", "insert", "delete", "repeat", "cut", "swap"]),
        st.integers(0, 1 << 14),
        st.binary(min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=5,
)
"""Ways to spoil a packet or a text, for `spoiled`."""


def spoiled(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The bytes after a few accidents."""
    found = bytearray(data)
    for what, place, new in edits:
        at, size = place % (len(found) + 1), new[0]
        if what == "set":
            found[at : at + len(new)] = new
        elif what == "insert":
            found[at:at] = new
        elif what == "delete":
            del found[at : at + size]
        elif what == "repeat":
            found[at:at] = found[at : at + size]
        elif what == "cut":
            del found[at:]
        else:
            found = found[at:] + found[:at]
    return bytes(found)


def datagrams(browser: str) -> list[bytes]:
    """Of one browser: its check, then its handshake."""
    return [bytes.fromhex(line) for line in (CORPUS / f"{browser}.datagrams").read_text().split()]


def attribute(kind: int, value: bytes) -> bytes:
    """One STUN attribute, padded (RFC 8489 section 14)."""
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def signed_check(username: str, key: str, attributes: Mapping[int, bytes]) -> bytes:
    """A binding request with attributes of any kind, with integrity and fingerprint as they should be."""
    body = b"".join(attribute(kind, value) for kind, value in attributes.items())
    body += attribute(USERNAME, username.encode())

    def headed(further: int) -> bytes:
        return struct.pack("!HHI12s", 1, len(body) + further, 0x2112A442, b"transaction.") + body

    body += attribute(INTEGRITY, digest(key.encode(), headed(24), "sha1"))
    body += attribute(FINGERPRINT, struct.pack("!I", zlib.crc32(headed(8)) ^ 0x5354554E))
    return headed(0)


def received(sock: socket.socket) -> list[bytes]:
    """All that has come to a socket by now."""
    found = []
    while True:
        try:
            found.append(sock.recv(4096))
        except BlockingIOError:
            return found


class Known:
    """One who has a session and so its password, at a socket of its own."""

    def __init__(self, host: str, port: int, ours: Credentials, theirs: Credentials, peer_id: str) -> None:
        self.ours, self.theirs, self.peer_id = ours, theirs, peer_id
        self.sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.connect((host, port))

    @property
    def username(self) -> str:
        """As its checks carry it."""
        return f"{self.theirs.ufrag}:{self.ours.ufrag}"

    async def prove(self) -> list[bytes]:
        """Check, and wait for the answer. Returns what else came before it."""
        loop, before = asyncio.get_running_loop(), []
        self.sock.send(ice.request(self.ours, self.theirs, 1))
        async with asyncio.timeout(LIMIT_S):
            while not ice.confirms(answer := await loop.sock_recv(self.sock, 4096), self.theirs):
                before.append(answer)
        return before


class Stand:
    """A running engine, and one who is known to it and by whose checks is told that all was read that came before."""

    def __init__(self, runner: asyncio.Runner, host: str) -> None:
        self.host = host
        self.engine = EmbeddedEngine(0, [host])
        self._runner = runner

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        """Run something in the engine's loop."""
        return self._runner.run(what)

    async def open(self) -> None:
        await self.engine.start()
        self.witness = await self.known()

    async def known(self) -> Known:
        """Somebody new with a session."""
        end = Endpoint(IDENTITY)
        offer = end.offer(("video", "audio"), "recvonly")
        await end.close()
        answer = await self.engine.subscribe("m", REMOTE, offer, place_id=None)
        offered, answered = sdp.parse(offer).sections[0], sdp.parse(answer.sdp).sections[0]
        ours, theirs = [
            Credentials(section.first("ice-ufrag") or "", section.first("ice-pwd") or "")
            for section in (offered, answered)
        ]
        return Known(self.host, self.engine.port, ours, theirs, answer.peer_id)

    async def forget(self, known: Known) -> None:
        """Its session ends."""
        known.sock.close()
        if known.peer_id in {peer.peer_id for peer in self.engine.peers()}:
            await self.engine.remove(known.peer_id)

    async def read(self) -> None:
        """Return when the engine has read all that was sent to it before, and its tasks had their turn."""
        await self.witness.prove()
        for _ in range(10):
            await asyncio.sleep(0)

    async def close(self) -> None:
        self.witness.sock.close()
        await self.engine.close()


@contextmanager
def nothing_escapes(runner: asyncio.Runner) -> Iterator[None]:
    """At the block's end there was no exception that nobody took, and no warning was logged."""
    trouble: list[dict[str, Any]] = []
    logged: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = logged.append  # type: ignore[assignment]
    logging.getLogger().addHandler(handler)
    runner.get_loop().set_exception_handler(lambda _, context: trouble.append(context))
    try:
        yield
        gc.collect()
        runner.run(asyncio.sleep(0))
        assert not trouble, trouble
        assert not logged, [record.getMessage() for record in logged]
    finally:
        logging.getLogger().removeHandler(handler)


@contextmanager
def stand(host: str = "127.0.0.1") -> Iterator[Stand]:
    """An engine that nobody upsets."""
    with asyncio.Runner() as runner, nothing_escapes(runner):
        found = Stand(runner, host)
        runner.run(found.open())
        try:
            yield found
        finally:
            runner.run(found.close())


def stranger(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket of somebody unknown."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.connect((host, port))
    return sock

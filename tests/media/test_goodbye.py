"""Goodbye is said and heard although OpenSSL's connection was let go after the handshake."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.wire import rtcp_build
from rostrum.media.wire.dtls_close import SUITE, VERSION, Farewell
from tests.media.contract import MEETING, REMOTE, on_air

_identity = Identity.generateCertificate()


def shaken_hands(ciphers: bytes = SUITE.encode()) -> tuple[SSL.Connection, SSL.Connection]:
    """A client and a server of DTLS in memory, ready."""
    ends = []
    for _ in range(2):
        context = SSL.Context(SSL.DTLS_METHOD)
        context.use_certificate(_identity._cert)
        context.use_privatekey(_identity._key)
        context.set_cipher_list(ciphers)
        ends.append(SSL.Connection(context))
    client, server = ends
    client.set_connect_state()
    server.set_accept_state()
    for _ in range(6):
        for end, other in ((client, server), (server, client)):
            with contextlib.suppress(SSL.WantReadError):
                end.do_handshake()
            carry(end, other)
    assert client.get_protocol_version_name() == VERSION
    return client, server


def carry(end: SSL.Connection, other: SSL.Connection) -> None:
    while True:
        try:
            other.bio_write(end.bio_read(1500))
        except SSL.WantReadError:
            return


def farewell(end: SSL.Connection, *, peer_is_client: bool) -> Farewell:
    secret, theirs, ours = end.master_key(), end.client_random(), end.server_random()
    assert secret is not None
    assert theirs is not None
    assert ours is not None
    return Farewell(secret, theirs, ours, peer_is_client=peer_is_client)


def goodbye(end: SSL.Connection) -> bytes:
    end.shutdown()
    return end.bio_read(1500)


def test_both_ends_goodbye_is_understood() -> None:
    client, server = shaken_hands()
    from_client, from_server = goodbye(client), goodbye(server)
    at_server, at_client = farewell(server, peer_is_client=True), farewell(client, peer_is_client=False)
    assert at_server.said_in(from_client)
    assert at_client.said_in(from_server)
    assert not at_server.said_in(from_server), "with its own keys nobody says goodbye to itself"


def test_what_was_changed_or_comes_from_strangers_is_no_goodbye() -> None:
    client, server = shaken_hands()
    said, knows = goodbye(client), farewell(server, peer_is_client=True)
    for at in range(len(said)):
        assert not knows.said_in(said[:at] + bytes([said[at] ^ 1]) + said[at + 1 :])
        assert not knows.said_in(said[:at])
    stranger, _ = shaken_hands()
    assert not knows.said_in(goodbye(stranger))


def test_goodbye_is_found_behind_another_record() -> None:
    client, server = shaken_hands()
    client.send(b"data")
    data = client.bio_read(1500)
    knows = farewell(server, peer_is_client=True)
    assert not knows.said_in(data)
    assert knows.said_in(data + goodbye(client))


@given(st.binary(max_size=120))
def test_noise_is_no_goodbye(noise: bytes) -> None:
    knows = Farewell(b"s" * 48, b"c" * 32, b"r" * 32, peer_is_client=True)
    assert not knows.said_in(noise)
    assert not knows.said_in(b"\x15\xfe\xfd" + secrets.token_bytes(8) + b"\0\x1a" + noise)


@pytest.fixture
async def engine() -> AsyncIterator[EmbeddedEngine]:
    opened = EmbeddedEngine(0, ["127.0.0.1"])
    await opened.start()
    yield opened
    await opened.close()


async def settled(engine: EmbeddedEngine) -> tuple[Endpoint, str]:
    """A receiver that has shown that it has its keys."""
    end = Endpoint(_identity)
    answer = await engine.subscribe(MEETING, REMOTE, end.offer(("video", "audio"), "recvonly"), place_id=None)
    await end.connect(answer.sdp)
    end.send_rtcp(rtcp_build.receiver_report(7, []))
    async with asyncio.timeout(2):
        while engine._peer(answer.peer_id).dtls._transport is not None:  # noqa: ASYNC110 - a packet brings it about
            await asyncio.sleep(0.01)
    return end, answer.peer_id


async def test_one_who_says_goodbye_is_gone_at_once(engine: EmbeddedEngine) -> None:
    await engine.apply(MEETING, on_air("a"))
    end, _ = await settled(engine)
    await end.close()
    async with asyncio.timeout(2):
        while engine.peers():  # noqa: ASYNC110 - the engine's state changes by what it receives
            await asyncio.sleep(0.01)


async def test_one_who_is_removed_is_told(engine: EmbeddedEngine) -> None:
    await engine.apply(MEETING, on_air("a"))
    end, peer_id = await settled(engine)
    try:
        await engine.remove(peer_id)
        async with asyncio.timeout(2):
            await end.closed.wait()
    finally:
        await end.close()

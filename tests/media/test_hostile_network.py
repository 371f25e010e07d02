"""What comes from those who have proved nothing: no exception, no memory of it, no reply larger than the request."""

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from rostrum.assembly.program import Audience, AudienceRole
from rostrum.media.engine import PeerState
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu import ice, peer
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.sfu.ice import Credentials
from rostrum.media.wire import rtcp_build, rtp, sdp
from rostrum.media.wire.demux import Kind, kind

REMOTE = Audience(AudienceRole.REMOTE)
_identity = Identity.generateCertificate()
# A ClientHello's first bytes: handshake record, DTLS 1.0, epoch 0.
CLIENT_HELLO = bytes.fromhex("16feff00000000000000000040010000340000000000000034fefd") + bytes(40)


@pytest.fixture
async def engine() -> AsyncIterator[EmbeddedEngine]:
    opened = EmbeddedEngine(0, ["127.0.0.1"])
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
def stranger(engine: EmbeddedEngine) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", engine.port))
        sock.setblocking(False)
        yield sock


def answers(sock: socket.socket) -> list[bytes]:
    found = []
    while True:
        try:
            found.append(sock.recv(4096))
        except BlockingIOError:
            return found


async def subscribed(engine: EmbeddedEngine) -> tuple[Endpoint, str]:
    end = Endpoint(_identity)
    answer = await engine.subscribe("m", REMOTE, end.offer(("video", "audio"), "recvonly"), place_id=None)
    return end, answer.sdp


async def test_strangers_get_no_answer(engine: EmbeddedEngine, stranger: socket.socket) -> None:
    end, answer = await subscribed(engine)
    section = sdp.parse(answer).sections[0]
    theirs = Credentials(section.first("ice-ufrag") or "", "not the password, but as long")
    forged = ice.request(Credentials("abcd", "x" * 24), theirs, 1)
    chance = random.Random(7)
    for _ in range(300):
        stranger.send(chance.randbytes(chance.randint(0, 1500)))
    for datagram in (CLIENT_HELLO, forged, forged[:-5], b"", rtp.header(True, 96, 1, 1, 1) + b"x" * 50):
        stranger.send(datagram)
    for length in range(0, len(forged), 3):
        stranger.send(forged[:length])
        changed = bytearray(forged)
        changed[length] ^= 0xFF
        stranger.send(bytes(changed))
    await asyncio.sleep(0.2)
    assert answers(stranger) == []
    await end.connect(answer)
    await end.close()


async def test_an_answer_to_a_check_is_no_larger_than_the_check(engine: EmbeddedEngine) -> None:
    end, answer = await subscribed(engine)
    section = sdp.parse(answer).sections[0]
    offered = sdp.parse(end.offer(("video",), "recvonly")).sections[0]
    ours = Credentials(offered.first("ice-ufrag") or "", offered.first("ice-pwd") or "")
    theirs = Credentials(section.first("ice-ufrag") or "", section.first("ice-pwd") or "")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.connect(("127.0.0.1", engine.port))
        check = ice.request(ours, theirs, 1)
        sock.send(check)
        await asyncio.sleep(0.1)
        (response,) = answers(sock)
    assert len(response) <= len(check)
    await end.close()


async def test_a_restart_that_was_never_proved_is_given_up_for_the_next(engine: EmbeddedEngine) -> None:
    end = Endpoint(_identity)
    offer = end.offer(("video", "audio"), "recvonly")
    answer = await engine.subscribe("m", REMOTE, offer, place_id=None)

    def credentials(text: str) -> Credentials:
        section = sdp.parse(text).sections[0]
        return Credentials(section.first("ice-ufrag") or "", section.first("ice-pwd") or "")

    sessions = [(credentials(offer), credentials(answer.sdp))]
    for name in ("first", "second"):
        ours = Credentials(name, "p" * 22)
        fragment, _ = await engine.restart_ice(
            answer.peer_id, f"a=ice-ufrag:{ours.ufrag}\r\na=ice-pwd:{ours.password}\r\n", None
        )
        sessions.append((ours, credentials(fragment)))
    answered = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.connect(("127.0.0.1", engine.port))
        for ours, theirs in sessions:
            sock.send(ice.request(ours, theirs, 1))
            await asyncio.sleep(0.1)
            answered.append(len(answers(sock)))
        sock.send(ice.request(*sessions[0], 1))
        await asyncio.sleep(0.1)
        assert answers(sock) == [], "the second is proved: the time before the restarts is over"
    assert answered == [1, 0, 1]
    await end.close()


async def test_a_foreign_client_hello_does_not_disturb_a_session(
    engine: EmbeddedEngine, stranger: socket.socket
) -> None:
    end, answer = await subscribed(engine)
    await end.connect(answer)
    stranger.send(CLIENT_HELLO)
    end.send_raw(CLIENT_HELLO)
    end.send_raw(b"\x80\x60" + bytes(60))
    end.send_raw(b"\x80\xc8" + bytes(60))
    await asyncio.sleep(0.2)
    assert answers(stranger) == []
    assert not end.closed.is_set()
    assert [one.state for one in engine.peers()] == [PeerState.CONNECTED]
    await end.close()


class Recorded(Endpoint):
    """Remembers what it sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        super().__init__(_identity)

    def _send(self, datagram: bytes) -> None:
        self.sent.append(datagram)
        super()._send(datagram)


async def test_a_session_played_again_changes_nothing(engine: EmbeddedEngine, stranger: socket.socket) -> None:
    end = Recorded()
    answer = await engine.publish("m", "a", end.offer(("audio",), "sendonly", (7,)), place_id=None)
    await end.connect(answer.sdp)
    for number in range(20):
        end.send_rtp(rtp.header(False, 111, number, number * 960, 7) + bytes(40))
        end.send_rtcp(rtcp_build.sender_report(7, number, number, number, number, "n"))
    await asyncio.sleep(0.1)
    sent = list(end.sent)
    assert {kind(datagram) for datagram in sent} == {Kind.STUN, Kind.DTLS, Kind.RTP, Kind.RTCP}
    for _ in range(3):
        for datagram in sent:
            end.send_raw(datagram)
            if kind(datagram) is not Kind.STUN:
                stranger.send(datagram)
        await asyncio.sleep(0.1)
    assert answers(stranger) == []
    assert not end.closed.is_set()
    assert [one.state for one in engine.peers()] == [PeerState.CONNECTED]
    await end.close()


async def test_a_peer_connects_in_a_flood_of_strangers_hellos(engine: EmbeddedEngine, stranger: socket.socket) -> None:
    async def flood() -> None:
        for _ in range(20_000):
            for _ in range(20):
                with contextlib.suppress(BlockingIOError):
                    stranger.send(CLIENT_HELLO)
            await asyncio.sleep(0)

    flooding = asyncio.create_task(flood())
    end, answer = await subscribed(engine)
    await end.connect(answer)
    assert not flooding.done()
    flooding.cancel()
    assert answers(stranger) == []
    assert [one.state for one in engine.peers()] == [PeerState.CONNECTED]
    await end.close()


async def test_another_certificate_than_the_offers_is_refused(engine: EmbeddedEngine) -> None:
    end = Endpoint(_identity)
    offer = end.offer(("audio",), "recvonly").replace(_identity.fingerprint, Identity.generateCertificate().fingerprint)
    answer = await engine.subscribe("m", REMOTE, offer, place_id=None)
    connecting = asyncio.create_task(end.connect(answer.sdp))
    async with asyncio.timeout(3):
        while engine.peers():  # noqa: ASYNC110 - the engine says nothing of it to the peer
            await asyncio.sleep(0.02)
    connecting.cancel()
    await asyncio.wait([connecting])
    await end.close()


async def test_those_who_fall_silent_are_away_and_then_gone(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "AWAY_AFTER_S", 0.5)
    monkeypatch.setattr(peer, "CLOSED_AFTER_S", 3.0)
    told: list[PeerState] = []
    engine.listen(lambda health: told.append(health.state))
    end, answer = await subscribed(engine)
    await end.connect(answer)
    end.fall_silent()
    await asyncio.sleep(1.7)
    assert told == [PeerState.CONNECTED, PeerState.AWAY]
    end.check()
    await asyncio.sleep(0.2)
    assert told[-1] is PeerState.CONNECTED
    await asyncio.sleep(4.2)
    assert told[2:] == [PeerState.CONNECTED, PeerState.AWAY, PeerState.CLOSED]
    assert not engine.peers()
    await end.close()


async def test_the_port_is_free_after_closing_and_taken_before(tmp_path: Path) -> None:
    first = EmbeddedEngine(0, ["127.0.0.1"])
    await first.start()
    second = EmbeddedEngine(first.port, ["127.0.0.1"])
    with pytest.raises(OSError, match="in use"):
        await second.start()
    await first.close()
    await second.start()
    await second.close()

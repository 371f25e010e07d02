"""STUN, DTLS, RTP and RTCP of every badness: nobody's exception, nobody's memory, no more back than was sent."""

import asyncio
import gc
import itertools
import random
import struct
import tracemalloc
from collections.abc import Iterator
from tempfile import NamedTemporaryFile

import pytest
from aiortc.rtcdtlstransport import SRTPProtectionProfile
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL, crypto

from rostrum.assembly.program import Fill, Program, Slot
from rostrum.media.engine import PeerState
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu import handshakes, ice
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.ice import Credentials
from rostrum.media.wire import rtp
from tests.media.hostile import (
    BROWSERS,
    EDITS,
    FINGERPRINT,
    IDENTITY,
    LIMIT_S,
    PRIORITY,
    REMOTE,
    SETTINGS,
    Edit,
    Known,
    Stand,
    datagrams,
    received,
    signed_check,
    spoiled,
    stand,
    stranger,
)

HANDSHAKES = [datagram for browser in BROWSERS for datagram in datagrams(browser)[1:]]
REAL = [*HANDSHAKES, *(datagrams(browser)[0] for browser in BROWSERS)]
DATAGRAM = st.one_of(
    st.binary(max_size=1500),
    st.builds(lambda first, rest: bytes([first]) + rest, st.integers(0, 255), st.binary(max_size=200)),
    st.builds(spoiled, st.sampled_from(REAL), EDITS),
    st.sampled_from(REAL),
)
RECORD = struct.Struct("!BHHIHH")
"""DTLS: type, version, epoch, 48 bits of sequence, length (RFC 6347 section 4.1)."""


@pytest.fixture(scope="module")
def site() -> Iterator[Stand]:
    with stand() as opened:
        yield opened


def record(kind: int, body: bytes, *, epoch: int = 0, sequence: int = 0, claimed: int | None = None) -> bytes:
    length = len(body) if claimed is None else claimed
    return RECORD.pack(kind, 0xFEFF, epoch, 0, sequence & 0xFFFF, length & 0xFFFF) + body


def handshake(kind: int, whole: bytes, start: int, end: int, number: int = 0) -> bytes:
    """A fragment of a handshake message (RFC 6347 section 4.2.2)."""
    return (
        struct.pack("!I", kind << 24 | len(whole))
        + struct.pack("!HHBHB", number, start >> 8, start & 0xFF, (end - start) >> 8, (end - start) & 0xFF)
        + whole[start:end]
    )


def client_hello(browser: str) -> bytes:
    """The body of a browser's ClientHello, put together from its fragments."""
    return b"".join(one[25:] for one in datagrams(browser)[1:] if one[13] == 1)


def hello_with_cookie(cookie: bytes, claimed: int) -> bytes:
    """A ClientHello with an empty session and this cookie, which says of itself to be so long."""
    return b"\xfe\xfd" + bytes(32) + b"\0" + bytes([claimed]) + cookie + bytes.fromhex("0002c02b0100")


async def told(site: Stand, sent: list[bytes]) -> list[bytes]:
    """What a stranger hears who sends this."""
    with stranger(site.engine.port) as sock:
        for one in sent:
            sock.send(one)
        await site.read()
        return received(sock)


@SETTINGS
@given(st.lists(DATAGRAM, min_size=1, max_size=12))
def test_a_stranger_hears_nothing(site: Stand, sent: list[bytes]) -> None:
    assert site.run(told(site, sent)) == []


@SETTINGS
@given(EDITS)
def test_a_real_check_spoiled_is_not_answered_unless_it_still_proves_itself(site: Stand, edits: list[Edit]) -> None:
    witness = site.witness
    check = spoiled(ice.request(witness.ours, witness.theirs, 1), edits)
    heard = site.run(told(site, [check]))
    assert sum(map(len, heard)) <= len(check)
    if heard:
        assert ice.confirms(heard[0], witness.theirs)


@SETTINGS
@given(
    st.sampled_from(["ours:theirs", "ours:other", "other:theirs", "ours", "ours:", ":theirs", ":", "", "é:ours"]),
    st.sampled_from(["right", "wrong", ""]),
    st.dictionaries(
        st.integers(0, 0xFFFF).filter(lambda kind: kind not in (6, 8, FINGERPRINT)), st.binary(max_size=40)
    ),
    st.booleans(),
)
def test_only_the_right_name_and_password_are_answered(
    site: Stand, form: str, key: str, attributes: dict[int, bytes], priority: bool
) -> None:
    witness = site.witness
    names = {"ours": witness.theirs.ufrag, "theirs": witness.ours.ufrag, "other": "other", "": "", "é": "é"}
    username = ":".join(names[part] for part in form.split(":"))
    password = witness.theirs.password if key == "right" else key
    if priority:
        attributes = {**attributes, PRIORITY: b"\x6e\x00\x1e\xff"}
    check = signed_check(username, password, attributes)
    heard = site.run(told(site, [check]))
    assert sum(map(len, heard)) <= len(check)
    if (form, key) != ("ours:theirs", "right"):
        assert heard == []


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("unknown", [(), (0x7FFF,), (0x0030, 0xC057)])
def test_an_answer_is_never_larger_than_its_check(host: str, unknown: tuple[int, ...]) -> None:
    """The least that is a check (RFC 8445 section 7.1) is answered, whatever it carries besides; less is not."""

    async def ask(known: Known, attributes: dict[int, bytes]) -> tuple[int, int]:
        check = signed_check(known.username, known.theirs.password, attributes)
        known.sock.send(check)
        await own.read()
        return sum(map(len, received(known.sock))), len(check)

    with stand(host) as own:
        known = own.run(own.known())
        further = dict.fromkeys(unknown, b"")
        heard, sent = own.run(ask(known, {PRIORITY: bytes(4), 0x802A: bytes(8), **further}))
        assert 0 < heard <= sent
        heard, _ = own.run(ask(known, further))
        assert heard == 0
        known.sock.close()


async def on_a_proved_path(site: Stand, sent: list[bytes]) -> list[bytes]:
    """What one hears who has proved the address and then sends this in place of a handshake."""
    known = await site.known()
    await known.prove()
    for one in sent:
        known.sock.send(one)
    await site.read()
    heard = received(known.sock)
    await site.forget(known)
    return heard


@SETTINGS
@given(st.lists(DATAGRAM, min_size=1, max_size=12))
def test_a_proved_path_takes_everything(site: Stand, sent: list[bytes]) -> None:
    site.run(on_a_proved_path(site, sent))


@SETTINGS
@given(
    st.lists(
        st.one_of(
            st.builds(
                record,
                st.integers(0, 255),
                st.binary(max_size=300),
                epoch=st.integers(0, 3),
                sequence=st.integers(0, 0xFFFF),
                claimed=st.one_of(st.none(), st.integers(0, 0xFFFF)),
            ),
            st.builds(
                lambda kind, body, claimed, number, start: record(
                    22,
                    struct.pack("!I", kind << 24 | claimed)
                    + struct.pack("!HBHBH", number, 0, start, 0, len(body))
                    + body,
                ),
                st.integers(0, 255).filter(lambda kind: kind != 1),
                st.binary(max_size=300),
                st.sampled_from([0, 1, 300, 0xFFFF, 0xFFFFFF]),
                st.integers(0, 20),
                st.integers(0, 0xFFFF),
            ),
            st.builds(
                lambda cookie, claimed: record(
                    22, handshake(1, hello := hello_with_cookie(cookie, claimed), 0, len(hello))
                ),
                st.binary(max_size=255),
                st.integers(0, 255),
            ),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_records_that_are_no_handshake_are_borne(site: Stand, sent: list[bytes]) -> None:
    site.run(on_a_proved_path(site, sent))


@SETTINGS
@given(st.binary(max_size=255), st.integers(0, 255))
def test_a_hello_that_lies_of_its_cookie_gets_no_more_than_an_alert(site: Stand, cookie: bytes, claimed: int) -> None:
    if claimed == len(cookie):
        claimed ^= 1
    hello = hello_with_cookie(cookie, claimed)
    heard = site.run(on_a_proved_path(site, [record(22, handshake(1, hello, 0, len(hello)))]))
    assert sum(map(len, heard)) <= len(hello)


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_hello_is_understood_in_pieces_of_any_order(site: Stand, browser: str) -> None:
    hello, chance = client_hello(browser), random.Random(7)
    for _ in range(8):
        cuts = [0, *sorted(chance.sample(range(1, len(hello)), 5)), len(hello)]
        pieces = [handshake(1, hello, start, end) for start, end in itertools.pairwise(cuts)]
        chance.shuffle(pieces)
        sent = [record(22, piece, sequence=number) for number, piece in enumerate([*pieces, *pieces[:2]])]
        heard = site.run(on_a_proved_path(site, sent))
        assert heard, "a ServerHello"
        assert heard[0][13] in (2, 3)
        assert len(heard) == 1, "what was sent twice is answered once"


@SETTINGS
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20), st.booleans())
def test_media_before_keys_is_dropped(site: Stand, bodies: list[bytes], control: bool) -> None:
    head = b"\x80\xc8" if control else b"\x80\x60"
    assert site.run(on_a_proved_path(site, [head + body for body in bodies])) == []


RTCP = st.builds(
    lambda version, kind, count, words, body: struct.pack("!BBH", version << 6 | count, kind, words) + body,
    st.sampled_from([2, 2, 2, 1]),
    st.integers(192, 223),
    st.integers(0, 31),
    st.integers(0, 40),
    st.binary(min_size=8, max_size=160),
)
RTP = st.builds(
    lambda first, kind, sequence, timestamp, ssrc, body: (
        struct.pack("!BBHII", first, kind, sequence, timestamp, ssrc) + body
    ),
    st.integers(0x80, 0xBF),
    st.sampled_from([96, 224, 111, 5]),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.sampled_from([1000, 1001, 7]),
    st.binary(max_size=80),
)


def test_what_a_connected_peer_sends_is_no_more_believed(site: Stand) -> None:
    """Sealed with its keys, and then sent as it is: a publisher, and a receiver that is given what that sends."""

    async def connected() -> list[Endpoint]:
        sender, receiver = Endpoint(IDENTITY), Endpoint(IDENTITY)
        offer = sender.offer(("video", "audio"), "sendonly", (1000, 1001))
        await sender.connect((await site.engine.publish("m", "a", offer, place_id=None)).sdp)
        offer = receiver.offer(("video", "audio"), "recvonly")
        await receiver.connect((await site.engine.subscribe("m", REMOTE, offer, place_id=None)).sdp)
        await site.engine.apply("m", Program({REMOTE: {Slot.STAGE: Fill("a"), Slot.FLOOR: Fill("a")}}))
        return [sender, receiver]

    ends = site.run(connected())
    heard: list[bytes] = []
    ends[1].on_rtp = heard.append

    async def sounds() -> None:
        for number in range(1, 6):
            head = struct.pack("!BBHII", 0x80, 111, number, number * 960, 1001)
            ends[0].send_rtp(head + b"sound")
            await site.read()

    site.run(sounds())
    assert heard, "the way from one to the other is open"

    async def after(packets: list[tuple[int, bytes, bool]], raw: list[tuple[int, bytes]]) -> None:
        for who, packet, control in packets:
            ends[who].send_rtcp(packet) if control else ends[who].send_rtp(packet)
        for who, datagram in raw:
            ends[who].send_raw(datagram)
        await site.read()
        assert not any(end.closed.is_set() for end in ends)

    @SETTINGS
    @given(
        st.lists(
            st.one_of(
                st.tuples(st.integers(0, 1), RTP, st.just(False)), st.tuples(st.integers(0, 1), RTCP, st.just(True))
            ),
            max_size=8,
        ),
        st.lists(st.tuples(st.integers(0, 1), DATAGRAM), max_size=4),
    )
    def any_of_it(packets: list[tuple[int, bytes, bool]], raw: list[tuple[int, bytes]]) -> None:
        site.run(after(packets, raw))

    any_of_it()
    assert [peer.state for peer in site.engine.peers()].count(PeerState.CONNECTED) == 2
    for end in ends:
        site.run(end.close())


def test_strangers_leave_no_trace_in_memory(site: Stand) -> None:
    async def flood(count: int) -> None:
        theirs = Credentials(site.witness.theirs.ufrag, "not the password, but as long")
        forged = ice.request(Credentials("abcd", "x" * 24), theirs, 1)
        kinds = [*REAL, forged, rtp.header(True, 96, 1, 1, 1) + bytes(900), b"\x80\xc8" + bytes(60), bytes(1400)]
        for _ in range(count // 100):
            with stranger(site.engine.port) as sock:
                for number in range(100):
                    sock.send(kinds[number % len(kinds)])
                await site.read()
                assert received(sock) == []

    site.run(flood(1_000))
    tracemalloc.start()
    try:
        site.run(flood(1_000))
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        site.run(flood(8_000))
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 64 * 1024, f"{after - before} bytes more after 8,000 datagrams of 80 strangers"


def test_a_peer_connects_while_handshakes_are_begun_and_left_to_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshakes, "PATIENCE_S", 0.5)

    async def scenario(site: Stand) -> None:
        idle = []
        for _ in range(100):
            known = await site.known()
            await known.prove()
            for datagram in datagrams("chromium")[1:3]:
                known.sock.send(datagram)
            idle.append(known)
        await site.read()
        end = Endpoint(IDENTITY)
        answer = await site.engine.subscribe("m", REMOTE, end.offer(("video", "audio"), "recvonly"), place_id=None)
        await end.connect(answer.sdp)
        states = {peer.peer_id: peer.state for peer in site.engine.peers()}
        assert states[answer.peer_id] is PeerState.CONNECTED
        await end.close()
        for known in idle:
            await site.forget(known)

    with stand() as own:
        own.run(asyncio.wait_for(scenario(own), 60))


class _OddCertificate(Identity):
    """A certificate that OpenSSL takes and a stricter reader does not: its version is no version."""

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        der = self._cert.public_bytes(Encoding.DER)
        odd = der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)
        with NamedTemporaryFile() as file:
            file.write(odd)
            file.flush()
            context.use_certificate_file(file.name, crypto.FILETYPE_ASN1)
        return context


def test_a_certificate_that_cannot_be_read_is_refused() -> None:
    async def scenario(site: Stand) -> None:
        end = Endpoint(_OddCertificate.generateCertificate())
        answer = await site.engine.subscribe("m", REMOTE, end.offer(("audio",), "recvonly"), place_id=None)
        connecting = asyncio.create_task(end.connect(answer.sdp))
        async with asyncio.timeout(LIMIT_S):
            while answer.peer_id in {peer.peer_id for peer in site.engine.peers()}:  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.02)
        connecting.cancel()
        await asyncio.wait([connecting])
        await end.close()

    with stand() as own:
        own.run(scenario(own))

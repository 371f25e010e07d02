"""Offers and trickle fragments of every badness, by HTTP: each is answered as the texts say, none upsets the server."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostrum.media.sfu.engine import EmbeddedEngine
from tests.media.hostile import CORPUS, EDITS, SETTINGS, Edit, nothing_escapes, spoiled
from tests.media.site import MEETING, serve

SEND, RECEIVE = [sorted(CORPUS.glob(f"*-{way}.sdp")) for way in ("send", "receive")]
FRAGMENT = (CORPUS / "gstreamer.sdpfrag").read_bytes()
RESTART = b"a=ice-ufrag:another\r\na=ice-pwd:of-two-and-twenty-signs-at-least\r\n"
REFUSALS = {400, 409, 413, 422}

VALUE = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "96",
            "VP8/90000",
            "96 VP8/90000",
            "111 opus/48000/2",
            "96 vp8/0",
            "-1",
            "99999999999999999999",
            "a\rb",
            "a\0b",
            'a"b',
            "x" * 300,
            "é" * 30,
            "audio video",
            "BUNDLE 0 1",
            "sha-256 " + ":".join(["AB"] * 32),
            "sha-256 ",
            "1 1 udp 1 192.0.2.9 9 typ host",
            "FID 1 2",
            "7 cname:x",
            "3 urn:ietf:params:rtp-hdrext:sdes:mid",
            "* nack",
        ]
    ),
    st.text(st.characters(codec="utf-8"), max_size=40),
)
NAME = st.one_of(
    st.sampled_from(
        [
            "mid",
            "ice-ufrag",
            "ice-pwd",
            "fingerprint",
            "setup",
            "rtcp-mux",
            "bundle-only",
            "group",
            "rtpmap",
            "fmtp",
            "rtcp-fb",
            "extmap",
            "ssrc",
            "ssrc-group",
            "rid",
            "simulcast",
            "sendonly",
            "recvonly",
            "sendrecv",
            "inactive",
            "candidate",
            "end-of-candidates",
            "msid",
        ]
    ),
    st.text(max_size=8),
)
ATTRIBUTE = st.one_of(st.builds("a={}:{}".format, NAME, VALUE), st.builds("a={}".format, NAME))
SECTION = st.builds(
    lambda kind, port, protocol, formats, attributes: [f"m={kind} {port} {protocol} {formats}", *attributes],
    st.sampled_from(["audio", "video", "application", "text", ""]),
    st.sampled_from(["9", "0", "65536", "9/2", "-1", "x"]),
    st.sampled_from(["UDP/TLS/RTP/SAVPF", "RTP/AVP", "UDP/DTLS/SCTP", "RTP/SAVPF" * 9]),
    st.sampled_from(["96", "96 111", "0", "", "webrtc-datachannel", "96 " * 500]),
    st.lists(ATTRIBUTE, max_size=20),
)
OFFER = st.builds(
    lambda head, attributes, sections, end: end.join([*head, *attributes, *itertools.chain(*sections)]).encode(),
    st.sampled_from([["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"], [], ["v=1"]]),
    st.lists(ATTRIBUTE, max_size=8),
    st.lists(SECTION, max_size=5),
    st.sampled_from(["\r\n", "\n"]),
)
"""Made by the grammar of RFC 8866 from what is almost right, and what is not."""


class Door:
    """WHIP and WHEP of a running engine, and one who holds a token."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._stack = AsyncExitStack()
        self.engine = EmbeddedEngine(0, ["127.0.0.1"])

    async def open(self) -> None:
        url = await self._stack.enter_async_context(serve(self.engine))
        self._http = await self._stack.enter_async_context(
            aiohttp.ClientSession(url, headers={"Authorization": "Bearer place-p"})
        )

    async def close(self) -> None:
        await self._stack.aclose()

    def offer(self, path: str, body: bytes) -> int:
        """Offer, and take back what came of it. Returns the status."""
        return self._runner.run(self._offer(path, body))

    def patch(self, body: bytes, changed: list[bytes]) -> list[int]:
        """Offer, then patch. Returns the statuses of the patches."""
        return self._runner.run(self._patch(body, changed))

    async def _offer(self, path: str, body: bytes) -> int:
        async with self._http.post(f"{path}/{MEETING}", data=body, headers={"Content-Type": "application/sdp"}) as made:
            text = await made.text()
        assert (made.status == 201) == text.startswith("v=0\r\n")
        assert len(self.engine.peers()) == (made.status == 201)
        if made.status == 201:
            assert made.headers["ETag"].isascii()
            assert "\r" not in text.replace("\r\n", "")
            async with self._http.delete(made.headers["Location"]) as ended:
                assert ended.status == 200
        return made.status

    async def _patch(self, body: bytes, fragments: list[bytes]) -> list[int]:
        statuses = []
        async with self._http.post(f"/whep/{MEETING}", data=body, headers={"Content-Type": "application/sdp"}) as made:
            location = made.headers["Location"]
        for fragment in fragments:
            headers = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"}
            async with self._http.patch(location, data=fragment, headers=headers) as patched:
                statuses.append(patched.status)
                assert patched.headers.get("ETag", "").isascii()
        async with self._http.delete(location) as ended:
            assert ended.status == 200
        return statuses


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with asyncio.Runner() as runner, nothing_escapes(runner):
        opened = Door(runner)
        runner.run(opened.open())
        try:
            yield opened
        finally:
            runner.run(opened.close())


@pytest.mark.parametrize("path", [*SEND, *RECEIVE], ids=lambda path: path.stem)
def test_real_offers_are_taken(door: Door, path: Path) -> None:
    assert door.offer("/whip" if path in SEND else "/whep", path.read_bytes()) == 201


@SETTINGS
@given(st.sampled_from(["/whip", "/whep"]), st.sampled_from([*SEND, *RECEIVE]), EDITS)
def test_real_offers_spoiled_are_taken_or_refused(door: Door, kind: str, path: Path, edits: list[Edit]) -> None:
    assert door.offer(kind, spoiled(path.read_bytes(), edits)) in {201, *REFUSALS}


@SETTINGS
@given(st.sampled_from(["/whip", "/whep"]), OFFER)
def test_offers_by_the_grammar_are_taken_or_refused(door: Door, kind: str, offer: bytes) -> None:
    assert door.offer(kind, offer) in {201, *REFUSALS}


@SETTINGS
@given(
    st.sampled_from(["mid", "ice-ufrag", "ice-pwd", "fingerprint", "setup", "rtpmap", "extmap", "rtcp-fb", "ssrc"]),
    st.sampled_from([*SEND, *RECEIVE]),
    VALUE,
)
def test_a_real_offer_with_one_attribute_changed(door: Door, name: str, path: Path, value: str) -> None:
    lines = path.read_bytes().decode().split("\r\n")
    changed = [f"a={name}:{value}" if line.startswith(f"a={name}:") else line for line in lines]
    offer = "\r\n".join(changed).encode()
    assert door.offer("/whip" if path in SEND else "/whep", offer) in {201, *REFUSALS}


@SETTINGS
@given(
    st.lists(
        st.one_of(
            st.builds(spoiled, st.sampled_from([FRAGMENT, RESTART]), EDITS),
            st.builds(lambda lines: "\r\n".join(lines).encode(), st.lists(ATTRIBUTE, max_size=12)),
            st.builds(lambda user, key: f"a=ice-ufrag:{user}\r\na=ice-pwd:{key}".encode(), VALUE, VALUE),
            st.just(RESTART),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_fragments_are_taken_or_refused(door: Door, fragments: list[bytes]) -> None:
    statuses = door.patch(RECEIVE[0].read_bytes(), fragments)
    assert {*statuses} <= {200, 204, *REFUSALS}

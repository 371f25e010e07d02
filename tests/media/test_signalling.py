"""WHIP (RFC 9725) and WHEP by HTTP: every status, header and problem document."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator

import aiohttp
import pytest

from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.signalling.problem import TITLES
from rostrum.signalling.relay import Relay
from tests.media.site import MEETING, serve

SDP = {"Content-Type": "application/sdp"}
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}
_identity = Identity.generateCertificate()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
async def engine() -> EmbeddedEngine:
    return EmbeddedEngine(0, ["127.0.0.1"])


@pytest.fixture
async def http(engine: EmbeddedEngine) -> AsyncIterator[aiohttp.ClientSession]:
    relay = Relay(["turn:relay.example:3478?transport=udp", "stun:relay.example"], "shared")
    async with serve(engine, relay) as url, aiohttp.ClientSession(url) as session:
        yield session


@pytest.fixture
async def watch_offer() -> AsyncIterator[str]:
    end = Endpoint(_identity)
    yield end.offer(("video", "audio"), "recvonly")
    await end.close()


@pytest.fixture
async def send_offer() -> AsyncIterator[str]:
    end = Endpoint(_identity)
    yield end.offer(("video", "audio"), "sendonly", (1000, 1001))
    await end.close()


async def problem(response: aiohttp.ClientResponse, status: int, code: str) -> None:
    assert response.status == status
    assert response.content_type == "application/problem+json"
    assert await response.json(content_type=None) == {
        "type": f"urn:rostrum:media:{code}",
        "title": TITLES[code][1],
        "status": status,
        "code": code,
    }


async def test_a_session_from_offer_to_delete(
    http: aiohttp.ClientSession, engine: EmbeddedEngine, watch_offer: str
) -> None:
    async with http.post(f"/whep/{MEETING}", data=watch_offer, headers=SDP | bearer("watcher")) as response:
        assert response.status == 201
        assert response.content_type == "application/sdp"
        assert (await response.text()).startswith("v=0\r\n")
        location, etag = response.headers["Location"], response.headers["ETag"]
        assert response.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"
        turn, stun = response.headers.getall("Link")
    assert location.startswith("/media/")
    assert etag.startswith('"')
    assert stun == '<stun:relay.example>; rel="ice-server"'
    username = turn.split('username="')[1].split('"')[0]
    expected = base64.b64encode(hmac.new(b"shared", username.encode(), hashlib.sha1).digest()).decode()
    assert f'credential="{expected}"' in turn
    async with http.delete(location, headers=bearer("place-other")) as response:
        await problem(response, 404, "no-such-resource")
    assert len(engine.peers()) == 1
    async with http.delete(location, headers=bearer("watcher")) as response:
        assert response.status == 200
    async with http.delete(location, headers=bearer("watcher")) as response:
        await problem(response, 404, "no-such-resource")
    assert not engine.peers()


async def test_trickle_and_restart(http: aiohttp.ClientSession, watch_offer: str) -> None:
    async with http.post(f"/whep/{MEETING}", data=watch_offer, headers=SDP | bearer("watcher")) as response:
        location, etag = response.headers["Location"], response.headers["ETag"]
    ours = bearer("watcher")
    candidate = "a=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\n"
    async with http.patch(location, data=candidate, headers=ours | FRAGMENT | {"If-Match": etag}) as response:
        assert response.status == 204
    async with http.patch(location, data=candidate, headers=ours | FRAGMENT) as response:
        await problem(response, 428, "precondition-required")
    async with http.patch(location, data=candidate, headers=ours | FRAGMENT | {"If-Match": '"old"'}) as response:
        await problem(response, 412, "etag-mismatch")
    async with http.patch(location, data=candidate, headers=ours | SDP | {"If-Match": etag}) as response:
        await problem(response, 415, "unsupported-type")
        assert response.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"
    restart = "a=ice-ufrag:abcd\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\n"
    async with http.patch(location, data=restart, headers=ours | FRAGMENT | {"If-Match": "*"}) as response:
        assert response.status == 200
        assert response.headers["ETag"] != etag
        assert "a=ice-pwd:" in await response.text()
    async with http.patch("/media/none", data=restart, headers=ours | FRAGMENT | {"If-Match": "*"}) as response:
        await problem(response, 404, "no-such-resource")


async def test_what_a_token_does_not_allow(http: aiohttp.ClientSession, watch_offer: str, send_offer: str) -> None:
    for headers in ({}, bearer("bad"), {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "}):
        async with http.post(f"/whep/{MEETING}", data=watch_offer, headers=SDP | headers) as response:
            await problem(response, 401, "unauthorised")
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
    for path, token in ((f"/whip/{MEETING}", "watcher"), (f"/whep/{MEETING}", "hall"), ("/whep/other", "watcher")):
        async with http.post(path, data=send_offer, headers=SDP | bearer(token)) as response:
            await problem(response, 403, "forbidden")
            assert "insufficient_scope" in response.headers["WWW-Authenticate"]


async def test_what_is_not_an_offer(http: aiohttp.ClientSession, engine: EmbeddedEngine, watch_offer: str) -> None:
    path, ours = f"/whep/{MEETING}", bearer("watcher")
    async with http.post(path, data=watch_offer, headers=ours | {"Content-Type": "text/plain"}) as response:
        await problem(response, 415, "unsupported-type")
        assert response.headers["Accept-Post"] == "application/sdp"
    async with http.post(path, data=watch_offer, headers=ours | SDP | {"Accept": "text/html"}) as response:
        await problem(response, 406, "not-acceptable")
    async with http.post(path, data=b"v=0\r\n" + b"x" * 70_000, headers=ours | SDP) as response:
        await problem(response, 413, "too-large")
    async with http.post(path, data=b"\xff\xfe", headers=ours | SDP) as response:
        await problem(response, 400, "malformed-sdp")
    async with http.post(path, data=watch_offer.replace("a=rtcp-mux", "a=x"), headers=ours | SDP) as response:
        await problem(response, 422, "rtcp-mux-required")
    assert not engine.peers()


async def test_a_source_is_taken_over_only_when_asked(http: aiohttp.ClientSession, send_offer: str) -> None:
    path, ours = f"/whip/{MEETING}", SDP | bearer("place-p")
    async with http.post(path, data=send_offer, headers=ours) as response:
        assert response.status == 201
        first = response.headers["Location"]
    async with http.post(path, data=send_offer, headers=ours) as response:
        await problem(response, 409, "source-in-use")
    async with http.post(path + "?take=yes", data=send_offer, headers=ours) as response:
        assert response.status == 201
    async with http.delete(first, headers=bearer("place-p")) as response:
        await problem(response, 404, "no-such-resource")


async def test_options_tell_what_is_accepted(http: aiohttp.ClientSession) -> None:
    for path in (f"/whip/{MEETING}", f"/whep/{MEETING}"):
        async with http.options(path) as response:
            assert response.status == 204
            assert response.headers["Accept-Post"] == "application/sdp"
            assert "Link" not in response.headers, "credentials are for holders of a token"
        async with http.options(path, headers=bearer("watcher")) as response:
            assert len(response.headers.getall("Link")) == 2
        async with http.options(path, headers=bearer("bad")) as response:
            await problem(response, 401, "unauthorised")
    async with http.options("/media/x") as response:
        assert response.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"
    async with http.get("/media/x") as response:
        assert response.status == 405


async def test_a_page_wishes_for_less_and_tells_what_it_sees(
    http: aiohttp.ClientSession, engine: EmbeddedEngine
) -> None:
    end = Endpoint(_identity)
    offer = end.offer(("video", "audio"), "recvonly")
    async with http.post(f"/whep/{MEETING}", data=offer, headers=SDP | bearer("watcher")) as response:
        location, sdp = response.headers["Location"], await response.text()
    ours = bearer("watcher")
    async with http.post(f"{location}/report", json={"frozen": 0}, headers=ours) as response:
        await problem(response, 404, "no-such-resource")
    await end.connect(sdp)
    await asyncio.sleep(1.1)
    async with http.post(f"{location}/wish", json={"most": "none"}, headers=ours) as response:
        assert response.status == 204
    async with http.post(f"{location}/report", json={"frozen": 0.5, "height": 360}, headers=ours) as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert await response.json() == {"word": "good", "reason": "", "picture": None}
    async with http.post(f"{location}/tune", json={"channel": "fr"}, headers=ours) as response:
        assert response.status == 204
    async with http.post(f"{location}/silence", json={"silent": True}, headers=ours) as response:
        await problem(response, 404, "no-such-resource")
    for token in ("place-other", "bad"):
        for what in ("wish", "report", "tune", "silence"):
            async with http.post(f"{location}/{what}", json={"most": "full"}, headers=bearer(token)) as response:
                assert response.status in (401, 404)
    wishes: list[object] = [{}, [], {"most": "huge"}, {"most": ["none"]}, {"most": None}, 7]
    reports: list[object] = [[], {"frozen": 2}, {"frozen": -1}, {"frozen": True}, {"height": "x"}, "x"]
    tunings: list[object] = [{}, {"channel": "xx"}, {"channel": None}, {"channel": ["fr"]}, "fr"]
    silences: list[object] = [{}, {"silent": 1}, {"silent": "yes"}, True]
    everything = (("wish", wishes), ("report", reports), ("tune", tunings), ("silence", silences))
    for what, wrong in everything:
        for said in wrong:
            async with http.post(f"{location}/{what}", json=said, headers=ours) as response:
                await problem(response, 400, "malformed-json")
        async with http.post(f"{location}/{what}", data=b"{", headers=ours | SDP) as response:
            await problem(response, 415, "unsupported-json")
    json_type = ours | {"Content-Type": "application/json"}
    for body in (b"{", b'{"frozen": NaN}', b'{"frozen": 1e999}', b"[" * 10_000, b"\xff"):
        async with http.post(f"{location}/report", data=body, headers=json_type) as response:
            await problem(response, 400, "malformed-json")
    async with http.post(f"{location}/report", data=b"x" * 70_000, headers=json_type) as response:
        await problem(response, 413, "too-large")
    assert len(engine.peers()) == 1
    await end.close()


async def test_one_who_sends_has_nothing_to_wish_for(http: aiohttp.ClientSession, send_offer: str) -> None:
    async with http.post(f"/whip/{MEETING}", data=send_offer, headers=SDP | bearer("place-p")) as response:
        location = response.headers["Location"]
    async with http.post(f"{location}/wish", json={"most": "none"}, headers=bearer("place-p")) as response:
        await problem(response, 404, "no-such-resource")
    async with http.post(f"{location}/silence", json={"silent": True}, headers=bearer("place-p")) as response:
        assert response.status == 204


async def test_a_channel_is_chosen_from_the_beginning_and_only_one_that_there_is(http: aiohttp.ClientSession) -> None:
    offer = Endpoint(_identity).offer(("video", "audio"), "recvonly")
    for channel, status in (("fr", 201), ("floor", 201), ("xx", 404), ("", 404)):
        path = f"/whep/{MEETING}?channel={channel}"
        async with http.post(path, data=offer, headers=SDP | bearer("watcher")) as response:
            assert response.status == status, channel

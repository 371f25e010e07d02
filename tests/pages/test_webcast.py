"""Those without a place: who watches a public meeting, and what an encoder may send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.feeds import Choice, ChooseFeed, Feed, FeedChosen, Feeds, LinkEncoder, SetWebcast, decide
from rostrum.assembly.program import HALL, HALL_BACKUP
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.sitting import MeetingKind, SuspendMeeting
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from tests.support.app import Knocker, Running, running_app

WATCH = f"/watch/{MEETING_ID}"
FEEDS = f"/console/feeds/{MEETING_ID}"
SDP = {"Content-Type": "application/sdp"}
_identity = Identity.generateCertificate()


async def switched(running: Running, *, on: bool = True) -> None:
    await running.house.desk.act(MEETING, MEETING_ID, SetWebcast(on), SYSTEM)


async def offered(running: Running, path: str, token: str, kind: str) -> tuple[int, str]:
    """The status of an offer with a token, and where its session is."""
    end = Endpoint(_identity)
    direction = "recvonly" if path.startswith("/whep") else "sendonly"
    ssrcs = (1, 2) if direction == "sendonly" else ()
    headers = SDP | {"Authorization": f"Bearer {token}"}
    try:
        async with (
            aiohttp.ClientSession(running.base) as session,
            session.post(path, data=end.offer((kind, "audio"), direction, ssrcs), headers=headers) as answer,
        ):
            return answer.status, answer.headers.get("Location", "")
    finally:
        await end.close()


@asynccontextmanager
async def guest(running: Running) -> AsyncIterator[Knocker]:
    yield Knocker(running.base, csrf=running.house.signer.form_token("guest"))


async def passed(one: Knocker) -> tuple[int, str]:
    async with one.request("POST", f"{WATCH}/pass") as answer:
        return answer.status, (await answer.json())["token"] if answer.status == 200 else ""


async def test_nobody_watches_until_the_secretariat_says_so_nor_when_it_does_no_longer(running: Running) -> None:
    async with guest(running) as one:
        for path in (WATCH, f"{WATCH}/state"):
            assert await one.status("GET", path) == 404
        assert (await passed(one))[0] == 404
        await switched(running)
        async with one.request("GET", WATCH) as answer:
            assert answer.status == 200
            assert "no-store" in answer.headers["Cache-Control"]
        async with one.request("GET", f"{WATCH}/state") as answer:
            stands = await answer.json()
            assert (stands["sits"], stands["masked"], stands["hidden"]) == (True, [], False)
            assert answer.headers["Cache-Control"] == "public, max-age=1"
        status, token = await passed(one)
        assert status == 200
        assert (await offered(running, f"/whep/{MEETING_ID}", token, "video"))[0] == 201
        assert (await offered(running, f"/whip/{MEETING_ID}", token, "video"))[0] == 403
        assert (await offered(running, "/whep/another", token, "video"))[0] == 403
        await running.house.desk.act(MEETING, MEETING_ID, SuspendMeeting(), SYSTEM)
        assert (await passed(one))[0] == 409
        assert (await offered(running, f"/whep/{MEETING_ID}", token, "video"))[0] == 401
        await switched(running, on=False)
        assert await one.status("GET", WATCH) == 404


async def test_watchers_are_few_and_each_has_two_connections_at_most(tmp_path: Path) -> None:
    async with running_app(tmp_path / "data", webcast_viewers=3) as running, guest(running) as one:
        await switched(running)
        _, first = await passed(one)
        _, second = await passed(one)
        way = f"/whep/{MEETING_ID}"
        assert [(await offered(running, way, first, "video"))[0] for _ in range(3)] == [201, 201, 503]
        assert [(await offered(running, way, second, "audio"))[0] for _ in range(2)] == [201, 503]
        async with asyncio.timeout(5):
            while (await passed(one))[0] != 503:  # noqa: ASYNC110 - the engine tells how many there are
                await asyncio.sleep(0.1)


async def test_one_viewer_cannot_touch_what_is_anothers(running: Running) -> None:
    await switched(running)
    async with guest(running) as one, aiohttp.ClientSession(running.base) as session:
        (_, first), (_, second) = await passed(one), await passed(one)
        _, location = await offered(running, f"/whep/{MEETING_ID}", first, "video")
        for token, status in ((second, 404), (first, 200)):
            async with session.delete(location, headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == status


async def test_an_address_is_given_so_many_passes_a_minute(running: Running) -> None:
    await switched(running)
    async with guest(running) as one:
        found = [(await passed(one))[0] for _ in range(32)]
    assert found[:30] == [200] * 30
    assert 429 in found


async def test_an_encoder_sends_by_its_token_until_that_is_revoked(running: Running) -> None:
    technician = await running.place("technician")
    at = f"/at/{technician.place_id}"
    for feed, source in ((Feed.MAIN, HALL), (Feed.BACKUP, HALL_BACKUP)):
        async with technician.request("POST", f"{at}{FEEDS}/{feed}/encoder") as answer:
            assert answer.status == 303
        meeting = (await running.house.desk.load(MEETING, MEETING_ID)).state
        token = running.house.signer.encoder_token(MEETING_ID, feed, meeting.feeds.encoders[feed])
        async with technician.request("GET", f"{at}{FEEDS}") as answer:
            assert token in await answer.text()
        assert (await offered(running, f"/whip/{MEETING_ID}", token, "video"))[0] == 201
        assert (await offered(running, f"/whep/{MEETING_ID}", token, "video"))[0] == 403
        assert any(peer.source == source for peer in running.house.engine.peers())
        assert await technician.status("POST", f"{at}{FEEDS}/{feed}/encoder/end") == 303
        assert (await offered(running, f"/whip/{MEETING_ID}", token, "video"))[0] == 401
        async with asyncio.timeout(5):
            while any(peer.source == source for peer in running.house.engine.peers()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_the_technician_patches_the_hall_by_hand_and_the_record_says_so(running: Running) -> None:
    technician = await running.place("technician")
    at = f"/at/{technician.place_id}"
    async with technician.request("POST", f"{at}{FEEDS}/choice", data={"choice": "backup"}) as answer:
        assert answer.status == 303
    async with technician.request("POST", f"{at}{FEEDS}/choice", data={"choice": "all"}) as answer:
        assert answer.status == 422
    rows = await running.house.journal.read(MEETING.stream(MEETING_ID))
    assert isinstance(rows[-1].event, FeedChosen)
    assert (rows[-1].event.choice, rows[-1].actor) == (Choice.BACKUP, technician.place_id)
    async with technician.request("GET", f"{at}{FEEDS}/tables") as answer:
        assert answer.status == 200


def test_what_changes_nothing_is_no_event_and_a_closed_meeting_has_no_webcast(running: Running) -> None:
    now, feeds = running.house.clock(), Feeds()
    with pytest.raises(Refused) as refused:
        decide(feeds, SetWebcast(True), MeetingKind.CLOSED, now)
    assert refused.value.why is Why.NO_WEBCAST
    assert decide(feeds, SetWebcast(False), MeetingKind.CLOSED, now) == []
    assert decide(feeds, ChooseFeed(Choice.AUTO), MeetingKind.PUBLIC, now) == []


async def test_only_who_feeds_the_hall_makes_tokens_and_only_the_secretariat_opens_the_webcast(
    running: Running,
) -> None:
    technician = Actor("t", "d", "technician", frozenset({Right.ATTEND, Right.FEED_HALL}))
    delegate = Actor("p", "d", "state", frozenset({Right.ATTEND, Right.SPEAK}))
    for actor, command in ((technician, SetWebcast(True)), (delegate, LinkEncoder(Feed.MAIN, "x"))):
        with pytest.raises(Refused) as refused:
            await running.house.desk.act(MEETING, MEETING_ID, command, actor)
        assert refused.value.why is Why.NOT_ENTITLED


async def test_the_stream_waits_for_what_is_asked_for_and_ends_with_the_webcast(running: Running) -> None:
    base = f"/hls/{MEETING_ID}"
    async with aiohttp.ClientSession(running.base) as session:

        async def got(path: str) -> tuple[int, str, str]:
            async with session.get(base + path) as answer:
                if answer.status == 200:
                    assert answer.headers["Access-Control-Allow-Origin"] == "*"
                return answer.status, answer.headers["Cache-Control"], (await answer.read()).decode("latin-1")

        assert (await got("/master.m3u8"))[0] == 404
        await switched(running)
        async with asyncio.timeout(15):
            while (newest := running.house.streams.newest(MEETING_ID, "fr")) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        status, caching, master = await got("/master.m3u8")
        assert (status, caching) == (200, "public, max-age=1")
        assert 'URI="fr/playlist.m3u8"' in master
        assert 'CODECS="avc1.42c01e,opus"' in master
        segment, part = running.house.streams.newest(MEETING_ID, "fr") or newest
        nxt = (segment, part + 1) if part < 5 else (segment + 1, 0)
        status, caching, playlist = await got(f"/fr/playlist.m3u8?_HLS_msn={nxt[0]}&_HLS_part={nxt[1]}")
        assert (status, caching) == (200, "public, max-age=12")
        assert f'URI="{nxt[0]}.{nxt[1]}.m4s"' in playlist.rpartition("#EXT-X-PRELOAD-HINT")[0]
        hinted = playlist.rpartition('URI="')[2].partition('"')[0]
        status, caching, body = await got(f"/fr/{hinted}")
        assert (status, caching, body[4:8]) == (200, "public, max-age=3600, immutable", "moof")
        assert (await got("/fr/init.mp4"))[2][4:8] == "ftyp"
        refused = {
            "/fr/playlist.m3u8?_HLS_msn=9999999999": 400,
            "/fr/playlist.m3u8?_HLS_msn=x": 400,
            f"/fr/playlist.m3u8?_HLS_msn={'9' * 5000}": 400,
            "/xx/init.mp4": 404,
        }
        for path, expected in (refused | {"/fr/other": 404, "/fr/1.m4s": 404, "/fr/..%2finit.mp4": 404}).items():
            assert (await got(path))[0] == expected, path
        await switched(running, on=False)
        assert (await got("/master.m3u8"))[0] == 404
        folder = running.house.streams.folder(MEETING_ID)
        async with asyncio.timeout(10):
            while folder.exists():  # noqa: ASYNC110
                await asyncio.sleep(0.1)

"""What somebody asked for to be protected is heeded: no picture is taken from them, and lists show their delegation."""

from pathlib import Path

import aiohttp
import pytest

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.place import PlaceRevised
from rostrum.assembly.speakers import RequestFloor
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.identity.secrets import new_id
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.reads.wishes import UNREADABLE, Wishes, wishes_of
from tests.support.app import Knocker, Running, running_app

SDP = {"Content-Type": "application/sdp"}


async def protect(app: Running, one: Knocker, **wishes: str) -> None:
    """Give an accredited place wishes, as the acceptance of a changed application does."""
    house, now = app.house, app.house.clock()
    wishes_id = new_id()
    session = (await house.desk.load(ACCREDITATION, demo.SESSION_ID)).state
    place = session.places[one.place_id]
    seal = house.dossiers.seal(
        wishes_id,
        session_id=demo.SESSION_ID,
        subject=one.place_id,
        kind="protection",
        fields=wishes,
        created_at=now,
        purge_at=now.replace(year=now.year + 1),
    )
    revised = PlaceRevised(now, place.place_id, place.remote, place.dossier_id, None, wishes_id)
    stream = ACCREDITATION.stream(demo.SESSION_ID)
    held = await house.desk.load(ACCREDITATION, demo.SESSION_ID)
    await house.journal.append(stream, held.version, [revised], SYSTEM.place_id, now, also=[seal])
    await house.desk.catch_up(stream)


async def publish(app: Running, one: Knocker, offer: str) -> tuple[int, str]:
    async with one.request("POST", f"/at/{one.place_id}/media-pass/{demo.MEETING_ID}") as answer:
        token = (await answer.json())["token"]
    async with (
        aiohttp.ClientSession(app.base) as session,
        session.post(
            f"/whip/{demo.MEETING_ID}", data=offer, headers={**SDP, "Authorization": f"Bearer {token}"}
        ) as got,
    ):
        return got.status, await got.text()


async def test_no_picture_is_taken_from_who_asked_for_voice_only(tmp_path: Path) -> None:
    identity = Identity.generateCertificate()
    async with running_app(tmp_path) as app:
        one = await app.place("ngo")
        whole, sound = Endpoint(identity), Endpoint(identity)
        picture = whole.offer(("video", "audio"), "sendonly", (1000, 1001))
        voice = sound.offer(("audio",), "sendonly", (1002,))
        await protect(app, one, voice_only="yes")
        async with one.request("GET", f"/at/{one.place_id}/meeting/{demo.MEETING_ID}") as answer:
            assert 'data-picture="none"' in await answer.text()
        for offer in (picture, picture.replace("m=video", "m= video"), picture.replace("m=video", "m=VIDEO")):
            status, problem = await publish(app, one, offer)
            assert status == 403
            assert "picture-not-wanted" in problem
        assert (await publish(app, one, voice))[0] == 201
        await whole.close()
        await sound.close()


@pytest.mark.parametrize("alias", ["", "Witness K"])
async def test_who_is_unlisted_is_shown_by_delegation(tmp_path: Path, alias: str) -> None:
    async with running_app(tmp_path) as app:
        one, officer = await app.place("ngo"), await app.place("secretariat")
        await protect(app, one, alias=alias, unlisted="yes")
        session = (await app.house.desk.load(ACCREDITATION, demo.SESSION_ID)).state
        actor = session.places[one.place_id].actor()
        await app.house.desk.act(MEETING, demo.MEETING_ID, RequestFloor("entry"), actor)
        person = alias or "Test"
        for category, path, shown in (
            ("state-party", f"meeting/{demo.MEETING_ID}", False),
            ("hall-screen", f"hall/{demo.MEETING_ID}", False),
            ("secretariat", f"console/meetings/{demo.MEETING_ID}", True),
        ):
            visitor = officer if category == "secretariat" else await app.place(category)
            async with visitor.request("GET", f"/at/{visitor.place_id}/{path}") as answer:
                text = await answer.text()
            assert answer.status == 200
            assert '<bdi class="name">ngo</bdi>' in text or shown
            assert (f'<bdi class="name">{person}</bdi>' in text) is shown, category


async def test_wishes_that_are_no_longer_kept_are_taken_for_all_of_them(tmp_path: Path) -> None:
    async with running_app(tmp_path) as app:
        one = await app.place("ngo")
        await protect(app, one, masked="yes")

        async def wishes() -> Wishes:
            session = (await app.house.desk.load(ACCREDITATION, demo.SESSION_ID)).state
            return await wishes_of(session.places[one.place_id], app.house.dossiers)

        assert await wishes() == Wishes(masked=True)
        now = app.house.clock()
        await app.house.dossiers.purge(now.replace(year=now.year + 2))
        assert await wishes() == UNREADABLE

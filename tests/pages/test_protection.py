"""Protection that the secretariat sets holds at once in every open browser; only the person lifts it."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from rostrum.assembly.place import Ground
from rostrum.assembly.protection import SetProtection
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.speakers import RequestFloor
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.reads.wishes import Wishes, wishes_of
from tests.pages.test_delegation import state_of
from tests.pages.test_wishes import protect, publish
from tests.support.app import Knocker, Running, running_app

NAME, ALIAS = "Test", "Witness K"


async def wishes(app: Running, one: Knocker) -> Wishes:
    return await wishes_of((await state_of(app)).places[one.place_id], app.house.dossiers)


async def post(one: Knocker, path: str, **data: str) -> tuple[int, str]:
    async with one.request("POST", f"/at/{one.place_id}/{path}", data=data) as answer:
        return answer.status, await answer.text()


async def test_it_holds_at_once_in_every_open_browser(tmp_path: Path) -> None:
    async with running_app(tmp_path) as app:
        one, other, clerk = [await app.place(each) for each in ("ngo", "state-party", "secretariat")]
        identity = Identity.generateCertificate()
        whole = Endpoint(identity)
        picture = whole.offer(("video", "audio"), "sendonly", (1000, 1001))
        assert (await publish(app, one, picture))[0] == 201
        actor = (await state_of(app)).places[one.place_id].actor()
        await app.house.desk.act(MEETING, demo.MEETING_ID, RequestFloor("entry"), actor)
        path = f"{app.base}/at/{other.place_id}/live/{demo.MEETING_ID}?view=room"
        form = f"console/places/{one.place_id}/protection"
        async with aiohttp.ClientSession(cookies=other.jar) as session, session.get(URL(path)) as stream:
            heard = b""
            async with asyncio.timeout(5):
                while f'class="name">{NAME}'.encode() not in heard:
                    heard += await stream.content.readany()
            status, text = await post(clerk, form, alias=ALIAS)
            assert (status, 'id="error-summary"' in text) == (422, True), "why is not said"
            status, text = await post(clerk, form, alias=ALIAS, voice_only="yes", ground="asked")
            assert status == 303
            heard = b""
            async with asyncio.timeout(5):
                while ALIAS.encode() not in heard:
                    heard += await stream.content.readany()
            assert f'class="name">{NAME}'.encode() not in heard
        async with asyncio.timeout(5):
            while any(peer.place_id == one.place_id for peer in app.house.engine.peers()):  # noqa: ASYNC110  # nothing to wait on
                await asyncio.sleep(0.05)
        status, problem = await publish(app, one, Endpoint(identity).offer(("video", "audio"), "sendonly", (1, 2)))
        assert (status, "picture-not-wanted" in problem) == (403, True)
        await whole.close()
        async with one.request("GET", f"/at/{one.place_id}/protection") as answer:
            text = await answer.text()
        assert "because you asked for it." in text
        assert ALIAS in text


async def test_nobody_but_the_person_lifts_it(tmp_path: Path) -> None:
    async with running_app(tmp_path) as app:
        one, clerk = await app.place("ngo"), await app.place("secretariat")
        form, own = f"console/places/{one.place_id}/protection", "protection"
        await protect(app, one, alias=ALIAS, masked="yes")
        assert (await post(clerk, form, unlisted="yes", ground="emergency"))[0] == 303
        assert await wishes(app, one) == Wishes(unlisted=True, masked=True), "it only adds"
        place = (await state_of(app)).places[one.place_id]
        assert (await app.house.names.of([place]))[one.place_id].person == ALIAS

        async def refused(*args: object) -> Why:
            command = SetProtection(one.place_id, "less", Ground.EMERGENCY, *args)  # type: ignore[arg-type]  # of its shape
            actor = (await state_of(app)).places[clerk.place_id].actor()
            with pytest.raises(Refused) as refusal:
                await app.house.desk.act(ACCREDITATION, demo.SESSION_ID, command, actor)
            return refusal.value.why

        assert await refused(place.protected_id, True) is Why.PROTECTION_THEIRS
        assert await refused("what stood before", False) is Why.PROTECTION_CHANGED

        # No answer without a question; a no leaves it; a yes brings back what they had asked for themselves.
        assert (await post(one, f"{own}/lifting", lift="yes"))[0] == 409
        assert (await post(clerk, f"{form}/lifting"))[0] == 303
        async with one.request("GET", f"/at/{one.place_id}/protection") as answer:
            assert "asks whether you need this no longer" in await answer.text()
        assert (await post(one, f"{own}/lifting", lift="no"))[0] == 303
        assert (await wishes(app, one)).unlisted
        assert (await post(clerk, f"{form}/lifting"))[0] == 303
        assert (await post(one, f"{own}/lifting", lift="yes"))[0] == 303
        assert await wishes(app, one) == Wishes(masked=True)
        assert (await post(clerk, f"{form}/lifting"))[0] == 409, "nothing of the secretariat's is left"

        # Their own wish: more, then none at all.
        assert (await post(one, own, no_photograph="yes"))[0] == 303
        assert await wishes(app, one) == Wishes(no_photograph=True)
        assert (await post(one, own))[0] == 303
        assert (await state_of(app)).places[one.place_id].protected_id is None
        # What is no longer kept counts as everything: another name has to be given anew.
        await protect(app, one, alias=ALIAS)
        now = app.house.clock()
        await app.house.dossiers.purge(now.replace(year=now.year + 2))
        app.house.names.forget()
        assert (await post(clerk, form, masked="yes", ground="emergency"))[0] == 422
        assert (await post(clerk, form, alias="Delegate", ground="emergency"))[0] == 303
        assert await wishes(app, one) == Wishes(True, True, True, True)
        assert await app.house.journal.verify() == []

"""Devices of a personal link: bound by a key, let in by one another, removed at once; a forged try changes nothing."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from rostrum.assembly.devices import DEVICES_MAX
from rostrum.assembly.place import Link
from rostrum.desk import ACCREDITATION
from rostrum.identity.doorkeeper import DEVICE_COOKIE, PROOF_LIFE
from rostrum.identity.gate import ARRIVAL_COOKIE
from tests.support.app import Running, Time, running_app
from tests.support.devices import Holder, SoftKey, asks, challenge, guest, holder, inside, text_of


@pytest.fixture
def time() -> Time:
    return Time()


@pytest_asyncio.fixture
async def running(tmp_path: Path, time: Time) -> AsyncIterator[Running]:
    async with running_app(tmp_path / "data", clock=time) as running:
        yield running


async def link_of(running: Running, who: Holder) -> Link:
    return (await running.house.desk.load(ACCREDITATION, "demo")).state.links[who.link_id]


async def let_in(running: Running, who: Holder) -> str:
    """A second device, let in by the first; the secret that it keeps."""
    waiting = await asks(running, who)
    page = await text_of(who.device, f"{who.at}/devices")
    found = re.search(r"/devices/(\w+)/entry", page)
    assert found
    assert await who.device.status("POST", f"{who.at}/devices/{found[1]}/entry") == 303
    async with waiting.request("POST", f"/l/{who.token}/device/entry") as answer:
        assert answer.headers["Location"] == f"{who.at}/"
        return answer.cookies[DEVICE_COOKIE].value


async def prove(who: Holder, key: SoftKey) -> tuple[int, str]:
    fields = key.shown("proof", await challenge(who.device, f"{who.at}/proof/challenge"))
    async with who.device.request("POST", f"{who.at}/proof", data=fields) as answer:
        cookie = answer.cookies.get(DEVICE_COOKIE)
        return answer.status, cookie.value if cookie else ""


async def test_a_stolen_cookie_does_not_last_without_the_key(running: Running, time: Time) -> None:
    who = await holder(running)
    stolen = await inside(running, who.place_id, who.link_id, who.device.jar[DEVICE_COOKIE])
    time.ahead += PROOF_LIFE + timedelta(minutes=1)
    async with stolen.request("GET", f"{who.at}/check/plenary-1") as answer:
        assert answer.status == 303
        assert answer.headers["Location"].startswith(f"{who.at}/proof?next=")
    assert await stolen.status("POST", f"{who.at}/meeting/plenary-1/request") == 401
    assert (await prove(who, SoftKey()))[0] == 422, "another key proves nothing"
    status, renewed = await prove(who, who.key)
    assert status == 200
    # The former secret stays good until the new one is used, since an answer may be lost; then it ends.
    assert await stolen.status("GET", f"{who.at}/check/plenary-1") == 200
    owner = await inside(running, who.place_id, who.link_id, renewed)
    assert await owner.status("GET", f"{who.at}/check/plenary-1") == 200
    time.ahead += timedelta(minutes=2)
    assert await stolen.status("GET", f"{who.at}/check/plenary-1") == 401
    assert await owner.status("GET", f"{who.at}/check/plenary-1") == 200


async def test_a_challenge_is_good_once_for_one_purpose_and_not_for_long(running: Running, time: Time) -> None:
    who = await holder(running)
    asked = await challenge(who.device, f"{who.at}/proof/challenge")
    fields = who.key.shown("proof", asked)
    assert await who.device.status("GET", f"{who.at}/devices") == 200
    async with who.device.request("POST", f"{who.at}/proof", data=fields) as answer:
        assert answer.status == 200
    async with who.device.request("POST", f"{who.at}/proof", data=fields) as answer:
        assert answer.status == 422, "a second time"
    asked = await challenge(who.device, f"{who.at}/proof/challenge")
    async with who.device.request("POST", f"{who.at}/proof", data=who.key.shown("link", asked)) as answer:
        assert answer.status == 422, "signed for something else"
    asked = await challenge(who.device, f"{who.at}/proof/challenge")
    time.ahead += timedelta(minutes=6)
    async with who.device.request("POST", f"{who.at}/proof", data=who.key.shown("proof", asked)) as answer:
        assert answer.status == 422, "too late"


@pytest.mark.parametrize("broken", ["key", "challenge", "signature"])
async def test_a_key_that_is_not_proved_binds_nothing(running: Running, broken: str) -> None:
    _, link_id, token = await running.appoint("ngo", {"organisation": "Somebody"})
    coming = guest(running)
    fields = SoftKey().shown("link", await challenge(coming, f"/l/{token}/challenge"))
    fields[broken] = {"key": SoftKey().public}.get(broken, "A" * 86)
    async with coming.request("POST", f"/l/{token}", data=fields) as answer:
        assert answer.status == 422
    state = (await running.house.desk.load(ACCREDITATION, "demo")).state
    assert state.links[link_id].devices == ()


async def test_a_second_device_is_let_in_by_the_first(running: Running) -> None:
    who = await holder(running)
    waiting = await asks(running, who)
    page = await text_of(waiting, f"/l/{who.token}/device")
    number = re.search(r'pairing-number"><bdi>(\d\d \d\d)<', page)
    assert number
    own = await text_of(who.device, f"{who.at}/devices")
    assert number[1] in own
    # Every page of the first says it; the second is not in, and can't let itself in.
    assert "Another device asks" in await text_of(who.device, f"{who.at}/check/plenary-1")
    assert await waiting.status("POST", f"/l/{who.token}/device/entry") == 404
    async with waiting.request("GET", f"/l/{who.token}/device/answer") as answer:
        assert (await answer.json()) == {"standing": "waiting"}
    found = re.search(r"/devices/(\w+)/entry", own)
    assert found
    somebody = await running.place("press")
    theirs = f"/at/{somebody.place_id}/devices/{found[1]}"
    for act in ("entry", "refusal", "removal"):
        assert await somebody.status("POST", f"{theirs}/{act}") == 404, "another's device is none to them"
    assert await who.device.status("POST", f"{who.at}/devices/{found[1]}/entry") == 303
    async with waiting.request("GET", f"/l/{who.token}/device/answer") as answer:
        assert (await answer.json()) == {"standing": "in"}
    async with waiting.request("POST", f"/l/{who.token}/device/entry") as answer:
        second = await inside(running, who.place_id, who.link_id, answer.cookies[DEVICE_COOKIE].value)
    assert await second.status("GET", f"{who.at}/check/plenary-1") == 200
    assert await who.device.status("GET", f"{who.at}/check/plenary-1") == 200


async def test_a_device_that_is_turned_away_changes_nothing(running: Running) -> None:
    who = await holder(running)
    waiting = await asks(running, who)
    found = re.search(r"/devices/(\w+)/refusal", await text_of(who.device, f"{who.at}/devices"))
    assert found
    assert await who.device.status("POST", f"{who.at}/devices/{found[1]}/refusal") == 303
    assert "was not let in" in await text_of(waiting, f"/l/{who.token}/device")
    assert await waiting.status("POST", f"/l/{who.token}/device/entry") == 404
    assert len((await link_of(running, who)).devices) == 1


async def test_forged_tries_with_somebodys_identifiers_change_nothing_for_them(running: Running) -> None:
    """A bad token with another's identifier threw that other out of the room (CVE-2022-41960)."""
    who = await holder(running)
    before = await link_of(running, who)
    forged = guest(running, **{DEVICE_COOKIE: "A" * 43, ARRIVAL_COOKIE: "B" * 43})
    for path in (
        f"/l/{who.token}/device/entry",
        f"/l/{who.token}/code",
        f"/l/{who.token}",
        f"{who.at}/proof",
        f"{who.at}/devices/{before.devices[0]}/removal",
        f"{who.at}/media-pass/plenary-1",
    ):
        for _ in range(3):
            assert await forged.status("POST", path) in {401, 404, 409, 422}, path
    assert await link_of(running, who) == before
    assert await who.device.status("GET", f"{who.at}/check/plenary-1") == 200


async def test_a_removed_device_is_out_at_once_and_the_last_one_stays(running: Running) -> None:
    who = await holder(running)
    secret = await let_in(running, who)
    second = await inside(running, who.place_id, who.link_id, secret)
    async with second.request("POST", f"{who.at}/media-pass/plenary-1") as answer:
        bearer = {"Authorization": f"Bearer {(await answer.json())['token']}"}
    assert await running.stranger.status("OPTIONS", "/whip/plenary-1", headers=bearer) == 204
    gone = (await link_of(running, who)).devices[1]
    assert await who.device.status("POST", f"{who.at}/devices/{gone}/removal") == 303
    assert await second.status("GET", f"{who.at}/check/plenary-1") == 403
    assert await running.stranger.status("OPTIONS", "/whip/plenary-1", headers=bearer) == 401
    first = (await link_of(running, who)).devices[0]
    assert await who.device.status("POST", f"{who.at}/devices/{first}/removal") == 409
    assert await who.device.status("GET", f"{who.at}/check/plenary-1") == 200


async def test_devices_and_those_that_ask_are_limited(running: Running) -> None:
    who = await holder(running)
    for _ in range(DEVICES_MAX - 1):
        await let_in(running, who)
    async with guest(running).request("POST", f"/l/{who.token}/device") as answer:
        assert answer.status == 409
        assert "as many devices" in await answer.text()


async def test_revoking_the_link_closes_every_device(running: Running) -> None:
    who = await holder(running)
    second = await inside(running, who.place_id, who.link_id, await let_in(running, who))
    await running.revoke(who.device)
    for device in (who.device, second):
        assert await device.status("GET", f"{who.at}/check/plenary-1") == 403
        assert await device.status("GET", f"{who.at}/standing") == 403

"""Passkeys: made once in, good on another device, asked for again; a wrong answer opens and closes nothing."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from rostrum.identity.doorkeeper import DEVICE_COOKIE, PASSKEY_LIFE
from tests.pages.test_live import stream
from tests.support.app import Knocker, Running, Time, running_app
from tests.support.authenticator import PRESENT, Authenticator
from tests.support.devices import Holder, guest, holder, inside, text_of


@pytest.fixture
def time() -> Time:
    return Time()


@pytest_asyncio.fixture
async def running(tmp_path: Path, time: Time) -> AsyncIterator[Running]:
    """Where passkeys are required."""
    async with running_app(tmp_path / "data", clock=time, passkeys="required") as running:
        yield running


async def send(who: Knocker, path: str, body: object = None) -> tuple[int, Any, str]:
    """A script's request: status, what came back, and the device's new secret if there is one."""
    headers = {"X-CSRF-Token": who.csrf, "Accept": "application/json, application/problem+json"}
    async with (
        aiohttp.ClientSession(cookies=who.jar) as session,
        session.post(who.base + path, data=json.dumps(body), headers=headers) as answer,
    ):
        cookie = answer.cookies.get(DEVICE_COOKIE)
        return answer.status, await answer.json(content_type=None), cookie.value if cookie else ""


async def make(running: Running, who: Knocker, at: str, **how: Any) -> tuple[int, Authenticator]:
    key = Authenticator(running.house.settings.external_url, **how)
    status, options, _ = await send(who, f"{at}/passkeys/making")
    if status != 200:
        return status, key
    assert options["authenticatorSelection"]["userVerification"] == "required"
    return (await send(who, f"{at}/passkeys", key.make(options)))[0], key


async def test_the_secretariat_gets_nowhere_without_and_everywhere_with_a_passkey(running: Running) -> None:
    clerk = await holder(running, "secretariat")
    async with clerk.device.request("GET", f"{clerk.at}/console") as answer:
        assert answer.headers["Location"] == f"{clerk.at}/passkeys?next={clerk.at}/console"
    assert await clerk.device.status("POST", f"{clerk.at}/console/places") == 401
    assert (await make(running, clerk.device, clerk.at))[0] == 200
    assert await clerk.device.status("GET", f"{clerk.at}/console") == 200
    delegate = await holder(running, "ngo")
    assert await delegate.device.status("GET", f"{delegate.at}/check/plenary-1") == 200, "offered to all others"


async def test_the_secretariat_shows_it_again_each_day_and_the_chair_is_not_sent_away(
    running: Running, time: Time
) -> None:
    people = {category: await holder(running, category) for category in ("secretariat", "presiding-officer")}
    keys = {category: (await make(running, who.device, who.at))[1] for category, who in people.items()}
    time.ahead += PASSKEY_LIFE + timedelta(minutes=1)
    clerk, chair = people.values()
    for who in people.values():
        fields = who.key.shown("proof", (await send(who.device, f"{who.at}/proof/challenge"))[1]["challenge"])
        async with who.device.request("POST", f"{who.at}/proof", data=fields) as answer:
            assert answer.status == 200
    assert await chair.device.status("GET", f"{chair.at}/console/meetings/plenary-1") == 200
    assert await clerk.device.status("GET", f"{clerk.at}/console") == 303
    assert (await make(running, clerk.device, clerk.at))[0] == 401, "a cookie and key alone make no further passkey"
    _, options, _ = await send(clerk.device, f"{clerk.at}/passkeys/showing")
    assert (await send(clerk.device, f"{clerk.at}/passkeys/shown", keys["presiding-officer"].show(options)))[0] == 404
    _, options, _ = await send(clerk.device, f"{clerk.at}/passkeys/showing")
    assert (await send(clerk.device, f"{clerk.at}/passkeys/shown", keys["secretariat"].show(options)))[0] == 200
    assert await clerk.device.status("GET", f"{clerk.at}/console") == 200


async def test_a_passkey_lets_another_device_in_until_the_link_is_revoked(running: Running) -> None:
    who = await holder(running, "ngo")
    _, key = await make(running, who.device, who.at)
    assert (await make(running, who.device, who.at))[0] == 200, "several are good"
    _, options, _ = await send(guest(running), "/passkey/showing")
    status, answer, secret = await send(guest(running), "/passkey", key.show(options))
    assert (status, answer) == (200, {"next": f"{who.at}/"})
    second = await inside(running, who.place_id, who.link_id, secret)
    assert await second.status("GET", f"{who.at}/check/plenary-1") == 200
    page = await text_of(second, f"{who.at}/passkeys")
    assert page.count("/removal") == 2
    await running.revoke(who.device)
    _, options, _ = await send(guest(running), "/passkey/showing")
    assert (await send(guest(running), "/passkey", key.show(options)))[0] == 410


async def test_a_removed_passkey_opens_nothing(running: Running) -> None:
    who, other = await holder(running, "ngo"), await holder(running, "press")
    _, key = await make(running, who.device, who.at)
    name = key.show({"rpId": "x", "challenge": "x"})["id"]
    assert await other.device.status("POST", f"{other.at}/passkeys/{name}/removal") == 404, "another's"
    assert await who.device.status("POST", f"{who.at}/passkeys/{name}/removal") == 303
    _, options, _ = await send(guest(running), "/passkey/showing")
    assert (await send(guest(running), "/passkey", key.show(options)))[0] == 404


async def entered(running: Running, who: Holder, key: Authenticator) -> Knocker:
    """A further browser that came in by a passkey."""
    _, options, _ = await send(guest(running), "/passkey/showing")
    status, _, secret = await send(guest(running), "/passkey", key.show(options))
    assert status == 200
    return await inside(running, who.place_id, who.link_id, secret)


async def test_with_a_passkey_ends_at_once_whatever_was_begun_with_it(running: Running) -> None:
    chair = await holder(running, "presiding-officer")
    console = f"{chair.at}/console/meetings/plenary-1"
    (_, lost), (_, kept) = [await make(running, chair.device, chair.at) for _ in range(2)]
    by_lost = [await entered(running, chair, lost) for _ in range(2)]
    by_kept = await entered(running, chair, kept)
    name = lost.show({"rpId": "x", "challenge": "x"})["id"]
    async with stream(by_lost[0], "console") as first, stream(by_lost[1], "room") as second:
        for each in (first, second):
            await each.until("version")
        assert await by_kept.status("POST", f"{chair.at}/passkeys/{name}/removal") == 303
        for each in (first, second):
            await each.until("leave")
    for gone in by_lost:
        assert await gone.status("GET", console) == 403
    assert await by_kept.status("GET", console) == 200
    assert await chair.device.status("GET", console) == 200, "came by the link, and the other passkey was made on it"


async def test_a_page_is_left_where_the_passkey_that_was_shown_there_is_removed(running: Running) -> None:
    chair = await holder(running, "presiding-officer")
    _, key = await make(running, chair.device, chair.at)
    by_key = await entered(running, chair, key)
    name = key.show({"rpId": "x", "challenge": "x"})["id"]
    async with stream(chair.device, "console") as page:
        await page.until("version")
        assert await by_key.status("POST", f"{chair.at}/passkeys/{name}/removal") == 303
        await page.until("leave")
    assert await by_key.status("GET", f"{chair.at}/passkeys") == 403, "the page on which it was removed, too"
    assert await chair.device.status("GET", f"{chair.at}/console/meetings/plenary-1") == 303, "makes another first"
    assert (await make(running, chair.device, chair.at))[0] == 200
    assert await chair.device.status("GET", f"{chair.at}/console/meetings/plenary-1") == 200


async def test_the_last_device_stays_and_shows_another_passkey(running: Running) -> None:
    clerk = await holder(running, "secretariat")
    _, key = await make(running, clerk.device, clerk.at)
    second = await entered(running, clerk, key)
    device = await running.house.links.find_device(clerk.place_id, clerk.device.jar[DEVICE_COOKIE])
    assert device is not None
    assert await second.status("POST", f"{clerk.at}/devices/{device.device_id}/removal") == 303
    name = key.show({"rpId": "x", "challenge": "x"})["id"]
    assert await second.status("POST", f"{clerk.at}/passkeys/{name}/removal") == 303
    assert await second.status("GET", f"{clerk.at}/console") == 303
    assert await second.status("GET", f"{clerk.at}/passkeys") == 200


WRONG = ("origin", "unverified", "twice", "another's challenge", "shape", "signature", "late")


async def test_a_wrong_answer_opens_nothing_and_closes_nothing(running: Running, time: Time) -> None:
    for wrong in WRONG:
        await try_wrongly(running, time, wrong)


async def try_wrongly(running: Running, time: Time, wrong: str) -> None:
    who = await holder(running, "ngo")
    _, key = await make(running, who.device, who.at)
    _, options, _ = await send(guest(running), "/passkey/showing")
    if wrong == "another's challenge":
        _, options, _ = await send(who.device, f"{who.at}/passkeys/showing")
    if wrong == "origin":
        key.origin = "https://rostrum.example"
    if wrong == "unverified":
        key.flags = PRESENT
    answer: Any = key.show(options)
    if wrong == "late":
        time.ahead += timedelta(minutes=6)
    if wrong == "shape":
        answer = {"response": {"clientDataJSON": answer["response"]["clientDataJSON"]}, "rawId": answer["rawId"]}
    if wrong == "signature":
        answer["response"]["signature"] = answer["response"]["signature"][::-1]
    if wrong == "twice":
        assert (await send(guest(running), "/passkey", answer))[0] == 200
    status, _, secret = await send(guest(running), "/passkey", answer)
    assert (status, secret) == (422, ""), wrong
    assert await who.device.status("GET", f"{who.at}/check/plenary-1") == 200


async def test_a_passkey_that_is_wrongly_made_is_not_kept(running: Running) -> None:
    who, origin = await holder(running, "ngo"), running.house.settings.external_url
    for key in (Authenticator(origin, flags=PRESENT), Authenticator("https://rostrum.example")):
        _, options, _ = await send(who.device, f"{who.at}/passkeys/making")
        assert (await send(who.device, f"{who.at}/passkeys", key.make(options)))[0] == 422
    shapes: tuple[object, ...] = (None, [], "x", {"response": "x"}, {"response": {"clientDataJSON": "!"}})
    for junk in shapes:
        assert (await send(who.device, f"{who.at}/passkeys", junk))[0] == 422
    assert "/removal" not in await text_of(who.device, f"{who.at}/passkeys")

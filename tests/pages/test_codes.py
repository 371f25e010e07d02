"""A link's first use confirmed by a code in mail: from a real mail server to the page, and no other way in."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import pytest_asyncio

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.devices import SetMailCodes
from rostrum.desk import ACCREDITATION
from rostrum.identity.gate import ARRIVAL_COOKIE, CODE_TRIES
from tests.support.app import Knocker, Running, Time, running_app
from tests.support.devices import SoftKey, challenge, guest, text_of
from tests.support.mails import Receiver, serving

PERSON = {"given_name": "Awa", "organisation": "Somebody", "email": "awa@example.org", "language": "fr"}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest_asyncio.fixture
async def running(tmp_path: Path, time: Time, receiver: Receiver) -> AsyncIterator[Running]:
    """With a mail server."""
    with serving(receiver) as url:
        async with running_app(tmp_path / "data", clock=time, smtp_url=f"{url}?starttls=never") as running:
            yield running


async def begin(running: Running, token: str) -> Knocker:
    """Press the button of a link; what the browser holds while it waits for the code."""
    coming = guest(running)
    fields = SoftKey().shown("link", await challenge(coming, f"/l/{token}/challenge"))
    async with coming.request("POST", f"/l/{token}", data=fields) as answer:
        assert answer.headers["Location"] == f"/l/{token}/code", await answer.text()
        assert "rostrum_device" not in answer.cookies
        return guest(running, **{ARRIVAL_COOKIE: answer.cookies[ARRIVAL_COOKIE].value})


async def mailed(receiver: Receiver, number: int) -> str:
    """The code in the newest of so many mails."""
    async with asyncio.timeout(20):
        while len(receiver.taken) < number:  # noqa: ASYNC110  # the receiver has a thread of its own
            await asyncio.sleep(0.05)
    message = message_from_bytes(receiver.taken[-1], policy=policy.default)
    assert message["To"] == "awa@example.org"
    assert message["Subject"] == "Votre code"
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Somebody" not in text
    found = re.search(r"^(\d{4} \d{4})\s*$", text, re.MULTILINE)
    assert found, text
    return found[1]


async def type_code(who: Knocker, token: str, code: str) -> tuple[int, str]:
    async with who.request("POST", f"/l/{token}/code", data={"code": code}) as answer:
        return answer.status, (await answer.text()).partition("<main")[2]


async def devices_of(running: Running, link_id: str) -> int:
    return len((await running.house.desk.load(ACCREDITATION, "demo")).state.links[link_id].devices)


async def test_the_right_code_lets_the_browser_in_that_asked_for_it(running: Running, receiver: Receiver) -> None:
    _, link_id, token = await running.appoint("ngo", PERSON)
    first = await begin(running, token)
    code = await mailed(receiver, 1)
    other = await begin(running, token)
    assert "Code of eight digits" in await text_of(first, f"/l/{token}/code")
    assert (await type_code(other, token, code))[0] == 422, "a code is good in its own browser alone"
    assert (await type_code(first, token, code))[0] == 303
    assert await devices_of(running, link_id) == 1


async def test_wrong_late_and_too_many_are_answered_alike(running: Running, receiver: Receiver, time: Time) -> None:
    _, link_id, token = await running.appoint("ngo", PERSON)
    pages = set()
    who = await begin(running, token)
    code = await mailed(receiver, 1)
    for _ in range(CODE_TRIES):
        status, page = await type_code(who, token, "0000 0000" if code != "0000 0000" else "1111 1111")
        assert status == 422
        pages.add(page)
    pages.add((await type_code(who, token, code))[1])
    late = await begin(running, token)
    code = await mailed(receiver, 2)
    time.ahead += timedelta(minutes=11)
    pages.add((await type_code(late, token, code))[1])
    pages.add((await type_code(guest(running), token, code))[1])
    assert len(pages) == 1
    assert await devices_of(running, link_id) == 0


async def test_who_waits_for_a_code_cannot_come_in_as_a_further_device(running: Running) -> None:
    _, link_id, token = await running.appoint("ngo", PERSON)
    who = await begin(running, token)
    assert await who.status("POST", f"/l/{token}/device/entry") == 404
    assert await who.status("POST", f"/l/{token}/device") == 404
    assert await devices_of(running, link_id) == 0


async def test_mails_for_one_link_are_not_many(running: Running) -> None:
    _, _, token = await running.appoint("ngo", PERSON)
    for _ in range(6):
        await begin(running, token)
    assert await guest(running).status("POST", f"/l/{token}") == 429


async def test_no_code_without_an_address_or_where_the_secretariat_wants_none(running: Running) -> None:
    _, _, token = await running.appoint("ngo", {"organisation": "Somebody"})
    assert await guest(running).status("POST", f"/l/{token}") == 303
    await running.house.desk.act(ACCREDITATION, "demo", SetMailCodes(asked=False), SYSTEM)
    _, link_id, token = await running.appoint("ngo", PERSON)
    async with guest(running).request("POST", f"/l/{token}") as answer:
        assert answer.headers["Location"].startswith("/at/")
    assert await devices_of(running, link_id) == 1

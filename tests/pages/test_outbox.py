"""The secretariat's page of mails: found by address, tried again, taken back, mended; and where it warns elsewhere."""

from datetime import timedelta

import pytest

from rostrum.record.outbox import MailState, NewMail
from tests.support.app import Knocker, Running
from tests.support.mails import new, plain_letter

AWA = "awa@example.org"


async def text(clerk: Knocker, path: str, **form: str) -> str:
    method = "POST" if form else "GET"
    async with clerk.request(method, f"/at/{clerk.place_id}/console/{path}", data=form or None) as answer:
        return answer.headers.get("Location", "") + await answer.text()


async def put(running: Running, mail: NewMail) -> str:
    await running.house.outbox.add(NewMail(**{**vars(mail), "session_id": "demo"}), running.house.clock())
    return mail.mail_id


async def state(running: Running, mail_id: str) -> MailState:
    mail = await running.house.outbox.find("demo", mail_id)
    assert mail is not None
    return mail.state


async def test_a_mail_is_found_by_its_address_which_stands_in_no_address_of_a_page(running: Running) -> None:
    clerk = await running.place("secretariat")
    await put(running, new(AWA, plain_letter("For Awa"), held_for=timedelta(hours=1)))
    await put(running, new("other@example.org", plain_letter("For another"), held_for=timedelta(hours=1)))
    found = await text(clerk, "outbox", address=" AWA@example.org")
    assert "For Awa" in found
    assert "For another" not in found
    assert f"address={AWA}" not in found
    assert "For another" in await text(clerk, "outbox?state=held")
    assert "For another" not in await text(clerk, "outbox?state=bounced")


async def test_a_held_mail_is_sent_now_or_taken_back_once(running: Running) -> None:
    clerk = await running.place("secretariat")
    first, second = [await put(running, new(AWA, plain_letter("S"), held_for=timedelta(hours=1))) for _ in range(2)]
    await text(clerk, f"outbox/{first}/cancellation", x="y")
    assert await state(running, first) is MailState.CANCELLED
    assert "late=yes" in await text(clerk, f"outbox/{first}/attempt", x="y")
    assert "meanwhile" in await text(clerk, "outbox?late=yes")
    assert await state(running, first) is MailState.CANCELLED
    await text(clerk, f"outbox/{second}/attempt", x="y")
    assert await state(running, second) in {MailState.WAITING, MailState.WRITTEN}


@pytest.mark.parametrize("typed", ["awa at example", "", "a@b\nBcc: c@d.org"])
async def test_an_address_that_came_back_is_shown_where_it_is_used_and_is_mended(running: Running, typed: str) -> None:
    clerk = await running.place("secretariat")
    place_id, _, _ = await running.appoint(
        "ngo", {"given_name": "Awa", "organisation": "O", "email": "Awa@example.org"}
    )
    assert "mails do not arrive" not in await text(clerk, "places")
    mail_id = await put(running, new(AWA, plain_letter("Your link"), held_for=timedelta(hours=1)))
    await running.house.outbox.mark_sent([mail_id], running.house.clock())
    assert await running.house.outbox.came_back(mail_id, "5.1.1", gave_up=True)
    places = await text(clerk, "places")
    row = places.partition(f'id="place-{place_id}"')[2].partition("</tr>")[0]
    assert "mails do not arrive" in row
    assert f"outbox?state=bounced#mail-{mail_id}" in row
    assert places.count("mails do not arrive") == 1
    wrong = await text(clerk, f"outbox/{mail_id}/copy", address=typed)
    assert 'aria-invalid="true"' in wrong
    await text(clerk, f"outbox/{mail_id}/copy", address="awa@example.net")
    (copy,) = await running.house.outbox.search("demo", "awa@example.net")
    assert copy.subject == "Your link"
    assert await state(running, mail_id) is MailState.BOUNCED

"""A lost link: replaced by the focal point for their own delegation or by the secretariat; once, for all presses."""

import re

from rostrum.desk import ACCREDITATION
from tests.pages.test_delegation import Applicant, accept, only
from tests.support.app import Running


def once_in(page: str) -> str:
    found = re.search(r'name="once" value="(\w+)"', page)
    assert found
    return found[1]


async def mails_to(running: Running, address: str) -> list[str]:
    """Links in the mails to an address, newest first."""
    mails = [mail for mail in await running.house.outbox.recent("demo") if mail.recipient == address]
    return [found for mail in mails for found in re.findall(r"/l/([\w-]{43})", mail.body)]


async def test_a_focal_point_replaces_a_members_link_and_never_sees_it(running: Running) -> None:
    focal = Applicant(running)
    own = await focal.begin()
    await focal.add(own, email="member@example.org")
    (member_id,) = set(re.findall(r"/members/([0-9a-f]{32})", await focal.read(f"{own}/members")))
    person = f"{own}/members/{member_id}"
    await focal.post(f"{own}/submission", {})
    (old,) = await accept(running, await only(running))
    assert f"{person}/link" in await focal.read(person)
    page = await focal.read(f"{person}/link")
    form = {"once": once_in(page)}
    before = await mails_to(running, "member@example.org")
    for _ in range(2):
        where = await focal.post(f"{person}/link", form)
    said = await focal.read(where)
    after = await mails_to(running, "member@example.org")
    assert len(after) == len(before) + 1, "pressed twice, sent once"
    assert "is on its way" in said
    (new,) = set(after) - set(before)
    assert new not in said
    assert await running.stranger.status("GET", f"/l/{old}") == 410
    assert await running.stranger.status("GET", f"/l/{new}") == 200


async def test_a_focal_point_replaces_nobody_elses_link(running: Running) -> None:
    focal, stranger = Applicant(running), Applicant(running)
    own = await focal.begin()
    await focal.add(own)
    (member_id,) = set(re.findall(r"/members/([0-9a-f]{32})", await focal.read(f"{own}/members")))
    await focal.post(f"{own}/submission", {})
    (link,) = await accept(running, await only(running))
    another = await stranger.begin()
    await stranger.post(f"{another}/members/{member_id}/link", {"once": "x"}, 404)
    state = (await running.house.desk.load(ACCREDITATION, "demo")).state
    for place_id in ("demo-ngo", "demo-secretariat"):
        await focal.post(f"{own}/members/{place_id}/link", {"once": "x"}, 404)
        assert state.link_of(place_id) == (await running.house.desk.load(ACCREDITATION, "demo")).state.link_of(place_id)
    assert await running.stranger.status("GET", f"/l/{link}") == 200


async def test_the_secretariats_form_sent_twice_makes_and_mails_one_link(running: Running) -> None:
    clerk = await running.place("secretariat")
    fields = {"given_name": "Awa", "organisation": "Somebody", "email": "awa@example.org"}
    place_id, _, _ = await running.appoint("ngo", fields)
    at = f"/at/{clerk.place_id}/console/places"
    async with clerk.request("GET", at) as answer:
        form = {"once": once_in(await answer.text())}
    texts = []
    for _ in range(2):
        async with clerk.request("POST", f"{at}/{place_id}/link", data=form) as answer:
            assert answer.status == 200
            texts.append(await answer.text())
    assert len(await mails_to(running, "awa@example.org")) == 1
    assert "It is shown once" in texts[0]
    assert "sent before" in texts[1]
    assert "/l/" not in texts[1]

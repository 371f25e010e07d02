"""A delegation through the real pages: named, joined, approved, accredited, changed, late; protection kept apart."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.application import Application, ApplicationState
from rostrum.assembly.deadlines import SetDeadlines
from rostrum.assembly.delegation import MemberState
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION
from rostrum.record.codec import encode
from tests.support.app import Running
from tests.support.applying import MEMBER, SECTIONS

PERSONAL = frozenset(MEMBER["person"])


class Applicant:
    """Somebody with a browser and no place."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.csrf = running.house.signer.form_token("guest")

    async def post(self, path: str, data: Mapping[str, str], status: int = 303) -> str:
        """Send a form; where it leads, or the page that it brings."""
        async with self.running.stranger.request("POST", path, csrf=self.csrf, data=data) as answer:
            text = await answer.text()
            assert answer.status == status, (path, answer.status, text[-2000:])
            return answer.headers.get("Location", text)

    async def read(self, path: str) -> str:
        """A page's text."""
        async with self.running.stranger.request("GET", path) as answer:
            assert answer.status == 200, path
            return await answer.text()

    async def begin(self) -> str:
        """An application with everything but people; its address."""
        own = (await self.post("/apply/demo", {"category": "ngo"})).partition("?")[0]
        for name, answers in {**SECTIONS, "consent": {"consent": "yes"}}.items():
            await self.post(f"{own}/{name}", answers)
        return own

    async def add(self, own: str, **differing: str) -> str:
        """Name a person; their address."""
        address = f"{own}/members/new"
        for page, answers in MEMBER.items():
            more = {name: text for name, text in differing.items() if (name in PERSONAL) == (page == "person")}
            address = await self.post(address, answers | more)
        return address

    async def join(self, invitation: str, name: str) -> str:
        """Join by a link, with one's own data, up to sending it; one's own address."""
        address = await self.post(invitation, {})
        own = address.rpartition("/")[0]
        for page, answers in MEMBER.items():
            more = {"given_name": name, "email": f"{name.lower()}@example.org"} if page == "person" else {}
            address = await self.post(f"{own}/{page}", {**answers, **more})
        assert address == own
        assert "consent" in await self.post(own, {}, 422)
        await self.post(own, {"consent": "yes"})
        return own


async def state_of(running: Running) -> Accreditation:
    """Accreditation as it stands."""
    return (await running.house.desk.load(ACCREDITATION, demo.SESSION_ID)).state


async def only(running: Running) -> Application:
    """The only application."""
    (application,) = (await state_of(running)).applications.values()
    return application


async def accept(running: Running, application: Application, status: int = 200) -> list[str]:
    """Accredit as the console does; the links that it shows."""
    clerk = await running.place("secretariat")
    path = f"/at/{clerk.place_id}/console/applications/{application.application_id}/acceptance"
    async with clerk.request("POST", path) as answer:
        text = await answer.text()
        assert answer.status == status, text
        return re.findall(r"/l/([\w-]{43})", text.partition('<h2 id="written"')[0])


async def test_only_whom_the_focal_point_approves_reaches_the_secretariat(running: Running) -> None:
    focal = Applicant(running)
    own = await focal.begin()
    await focal.add(own)
    made = await focal.post(f"{own}/members/join-link", {"do": "make"}, 200)
    invitation = re.search(r"/j/[\w-]{43}", made)[0]  # type: ignore[index]
    assert "Défense des droits" in await focal.read(invitation)
    yes, no = [await Applicant(running).join(invitation, name) for name in ("Yes", "No")]
    assert "looks at it first" in await focal.read(yes)
    mails = [mail for mail in await running.house.outbox.recent(demo.SESSION_ID) if "waits for your" in mail.subject]
    assert len(mails) == 1, "one mail, not one for each"
    assert f"{own}/members" in mails[0].body

    # One is approved before it is sent, one waits and is declined after it.
    ids = {name: await row_of(focal, own, name) for name in ("Yes", "No")}
    await focal.post(f"{own}/members/{ids['Yes']}", {"do": "endorse"})
    await focal.post(f"{own}/submission", {})
    application = await only(running)
    assert application.members[ids["No"]].state is MemberState.WAITING
    clerk = await running.place("secretariat")
    seen = f"/at/{clerk.place_id}/console/applications/{application.application_id}"
    async with clerk.request("GET", seen) as answer:
        text = await answer.text()
    assert "Yes Sarr" in text
    assert "No Sarr" not in text, "who waits for the focal point is not for the secretariat"
    assert await clerk.status("GET", f"{seen}/members/{ids['No']}") == 404
    await focal.post(f"{own}/members/{ids['No']}", {"do": "decline"})
    assert "has declined" in await focal.read(no)

    # Two places and links, one for each who was approved.
    assert len(await accept(running, application)) == 2
    application = await only(running)
    assert len(application.place_ids) == 2
    assert "You are accredited." in await focal.read(yes)

    # Who joins later opens nothing again until the focal point approves.
    later = await Applicant(running).join(invitation, "Later")
    assert (await only(running)).state is ApplicationState.ACCEPTED
    await focal.post(f"{own}/members/{await row_of(focal, own, 'Later')}", {"do": "endorse"})
    assert (await only(running)).reopened
    assert "The secretariat decides next" in await focal.read(later)
    await focal.post(f"{own}/members/join-link", {"do": "close"})
    assert await running.stranger.status("GET", invitation) == 404


async def row_of(focal: Applicant, own: str, name: str) -> str:
    """The identifier of somebody on the focal point's list."""
    text = await focal.read(f"{own}/members")
    return re.search(rf'/members/([0-9a-f]{{32}})"><bdi>{name} ', text)[1]  # type: ignore[index]


async def test_a_change_after_the_accreditation_is_decided_on_again(running: Running) -> None:
    focal = Applicant(running)
    own = await focal.begin()
    person = await focal.add(own)
    await focal.post(f"{own}/submission", {})
    (old_link,) = await accept(running, await only(running))
    (place_id,) = (await only(running)).place_ids
    assert await running.stranger.status("GET", f"/l/{old_link}") == 200

    # A function is not a person: reopened, the link stays, no new one.
    clerk = await running.place("secretariat")
    await focal.post(f"{person}/person", {**MEMBER["person"], "function": "Counsel"})
    assert (await only(running)).reopened
    async with clerk.request("GET", f"/at/{clerk.place_id}/console/applications") as answer:
        assert "changed after the accreditation" in await answer.text()
    assert await accept(running, await only(running)) == []
    assert await running.stranger.status("GET", f"/l/{old_link}") == 200

    # Another name may be another person: until it is decided the old one stands, then the old link ends.
    await focal.post(f"{person}/person", {**MEMBER["person"], "given_name": "Fatou", "email": "fatou@example.org"})
    place = (await state_of(running)).places[place_id]
    assert (await running.house.names.of([place]))[place_id].person == "Awa Sarr"
    assert await running.stranger.status("GET", f"/l/{old_link}") == 200
    (new_link,) = await accept(running, await only(running))
    assert await running.stranger.status("GET", f"/l/{old_link}") == 410
    assert await running.stranger.status("GET", f"/l/{new_link}") == 200
    place = (await state_of(running)).places[place_id]
    name = (await running.house.names.of([place]))[place_id]
    assert (name.person, name.delegation) == ("Fatou Sarr", SECTIONS["organisation"]["organisation"])

    # Another name of the organisation stands when it is decided.
    await focal.post(f"{own}/organisation", {**SECTIONS["organisation"], "organisation": "Droits et dignité"})
    assert await accept(running, await only(running)) == []
    place = (await state_of(running)).places[place_id]
    assert (await running.house.names.of([place]))[place_id].delegation == "Droits et dignité"

    # The history says what from and what to; the journal holds no word of it.
    history = await focal.read(f"{own}/history")
    for words in ("Counsel", "Fatou", "awa@example.org", "fatou@example.org"):
        assert words in history
    journal = await running.house.journal.read(ACCREDITATION.stream(demo.SESSION_ID))
    written = json.dumps([encode(row.event) for row in journal])
    assert "given_name" in written
    assert not [word for word in ("Fatou", "Awa", "Counsel", "example.org", "Dakar") if word in written]

    # The secretariat sees it, too.
    seen = f"/at/{clerk.place_id}/console/applications/{(await only(running)).application_id}"
    async with clerk.request("GET", f"{seen}/changes") as answer:
        assert "Droits et dignité" in await answer.text()
    async with clerk.request("GET", f"{seen.rpartition('/')[0]}?search={(await only(running)).reference}") as answer:
        assert "Droits et dignité" in await answer.text(), "found by its reference"

    # A change that the secretariat does not want: the person stays as they were, and the applicant is told.
    await focal.post(f"{person}/person", {**MEMBER["person"], "given_name": "Somebody"})
    application = await only(running)
    refusal = f"/at/{clerk.place_id}/console/applications/{application.application_id}{person.removeprefix(own)}"
    async with clerk.request("POST", refusal, data={"words": ""}) as answer:
        assert answer.status == 422
    async with clerk.request("POST", refusal, data={"words": "Not without a letter."}) as answer:
        assert answer.status == 303
    assert await accept(running, await only(running)) == []
    assert (await only(running)).state is ApplicationState.ACCEPTED
    assert "Fatou" in await focal.read(person)
    mails = await running.house.outbox.recent(demo.SESSION_ID)
    assert [mail for mail in mails if "Not without a letter." in mail.body]

    # Taken off: the place closes, the link opens nothing.
    await focal.post(person, {"do": "remove"})
    assert await running.stranger.status("GET", f"/l/{new_link}") == 410
    assert (await state_of(running)).places[place_id].closed


async def test_people_added_later_are_sent_when_they_are_complete(running: Running) -> None:
    focal = Applicant(running)
    own = await focal.begin()
    await focal.add(own)
    await focal.post(f"{own}/submission", {})
    await accept(running, await only(running))
    begun = await focal.post(f"{own}/members/new", {**MEMBER["person"], "given_name": "Half"})
    await focal.post(f"{own}/members/sending", {}, 409)
    await focal.add(own, given_name="Whole", email="whole@example.org")
    assert (await only(running)).state is ApplicationState.ACCEPTED, "the secretariat does not know yet"
    await focal.post(f"{own}/members/sending", {})
    application = await only(running)
    assert application.reopened
    assert len(application.members) == 2
    assert "something is missing" in await focal.read(f"{own}/members")
    assert "Half" in await focal.read(begun.rpartition("/")[0])
    assert len(await accept(running, application)) == 1


async def test_late_is_marked_for_both_and_never_refused(running: Running) -> None:
    now = running.house.clock()
    command = SetDeadlines(now - timedelta(days=2), now - timedelta(days=1))
    await running.house.desk.act(ACCREDITATION, demo.SESSION_ID, command, SYSTEM)
    focal = Applicant(running)
    assert "You can still apply" in await focal.read("/apply/demo")
    own = await focal.begin()
    await focal.add(own)
    await focal.post(f"{own}/submission", {})
    assert "tag--bad" in await focal.read(f"{own}/sent")
    assert ">late</span>" in await focal.read(own)
    clerk = await running.place("secretariat")
    async with clerk.request(
        "GET", f"/at/{clerk.place_id}/console/applications/{(await only(running)).application_id}"
    ) as answer:
        assert ">late</span>" in await answer.text()


async def test_the_secretariat_sets_deadlines_by_a_form(running: Running) -> None:
    clerk = await running.place("secretariat")
    path = f"/at/{clerk.place_id}/console/deadlines"
    day = {"closes_on": "2030-01-31", "closes_time": "18:00"}
    for wrong in ({"closes_on": "2030-01-31"}, {**day, "grace_on": "2030-01-30", "grace_time": "12:00"}):
        async with clerk.request("POST", path, data=wrong) as answer:
            text = await answer.text()
            assert answer.status == 422
            assert 'value="2030-01-31"' in text
    async with clerk.request("POST", path, data={**day, "grace_on": "2030-02-02", "grace_time": "18:00"}) as answer:
        assert answer.status == 303
    deadlines = (await state_of(running)).deadlines
    assert (deadlines.closes_at, deadlines.grace_until) != (None, None)
    assert "Apply until" in await Applicant(running).read("/apply/demo")


async def test_wishes_for_protection_lie_apart_from_everything_else(running: Running) -> None:
    focal = Applicant(running)
    own = await focal.begin()
    person = await focal.add(own, alias="Delegate seven", voice_only="yes", masked="yes")
    await focal.post(f"{own}/submission", {})
    application = await only(running)
    (member,) = application.members.values()
    assert member.protected_id is not None
    ordinary = await running.house.dossiers.get(member.dossier_id)
    wishes = await running.house.dossiers.get(member.protected_id)
    assert ordinary is not None
    assert not {"alias", "voice_only", "masked"} & ordinary.keys()
    assert wishes is not None
    assert (wishes["alias"], wishes["masked"], wishes["unlisted"]) == ("Delegate seven", "yes", "")
    clerk = await running.place("secretariat")
    seen = f"/at/{clerk.place_id}/console/applications/{application.application_id}"
    for path in (seen, f"{seen}{person.removeprefix(own)}"):
        async with clerk.request("GET", path) as answer:
            text = await answer.text()
        assert "Delegate seven" not in text
        assert "protection" in text

    # A look at them is recorded, with who looked, and shown to the applicant.
    assert "looked at the wishes" not in await focal.read(person)
    async with clerk.request("POST", f"{seen}{person.removeprefix(own)}/protection") as answer:
        assert "Delegate seven" in await answer.text()
    assert [look.by for look in (await only(running)).members[member.member_id].looks] == [clerk.place_id]
    assert "looked at the wishes" in await focal.read(person)


async def test_who_asked_for_another_name_is_shown_by_it_or_by_none(running: Running) -> None:
    focal = Applicant(running)
    own = await focal.begin()
    await focal.add(own, alias="Delegate seven")
    await focal.post(f"{own}/submission", {})
    await accept(running, await only(running))
    (place_id,) = (await only(running)).place_ids
    place = (await state_of(running)).places[place_id]
    name = (await running.house.names.of([place]))[place_id]
    assert (name.person, name.delegation) == ("Delegate seven", SECTIONS["organisation"]["organisation"])
    running.house.names.forget()
    unreadable = replace(place, protected_id="purged")
    assert (await running.house.names.of([unreadable]))[place_id].person == "", "never by the name that is protected"


async def test_one_applicant_opens_nothing_of_anothers(running: Running) -> None:
    focal = Applicant(running)
    mine, theirs = await focal.begin(), await focal.begin()
    person = (await focal.add(theirs)).removeprefix(theirs)
    for path in (person, f"{person}/person", f"{person}/removal"):
        assert await running.stranger.status("GET", f"{mine}{path}") == 404
    for path in (person, f"{person}/person"):
        assert await running.stranger.status("POST", f"{mine}{path}", csrf=focal.csrf) == 404
    assert "Awa Sarr" in await focal.read(f"{theirs}/members")

"""Decisions through the real pages: two people, own organisation, questions and answers, appeals; and their mails."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.application import ApplicationState
from rostrum.assembly.evidence import AddEvidence
from rostrum.assembly.review import Review, SetReview
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION
from rostrum.identity.doorkeeper import DEVICE_COOKIE
from tests.pages.test_delegation import Applicant, only, state_of
from tests.support.app import Knocker, Running, Time, running_app


async def staff(running: Running, **fields: str) -> Knocker:
    """Somebody of the secretariat with a browser of their own."""
    place_id, link_id, token = await running.appoint("secretariat", fields)
    knocker = Knocker(running.base, place_id, link_id, running.house.signer.form_token("guest"))
    async with knocker.request("POST", f"/l/{token}") as answer:
        assert answer.status == 303, await answer.text()
        secret = answer.cookies[DEVICE_COOKIE].value
    device = await running.house.links.find_device(place_id, secret)
    assert device is not None
    return replace(knocker, csrf=running.house.signer.form_token(device.device_id), jar={DEVICE_COOKIE: secret})


class Clerk:
    """Somebody of the secretariat at the only application's page."""

    def __init__(self, running: Running, knocker: Knocker) -> None:
        self.running, self.knocker = running, knocker

    async def page(self) -> str:
        """The application's page."""
        at = f"/at/{self.knocker.place_id}/console/applications/{(await only(self.running)).application_id}"
        async with self.knocker.request("GET", at) as answer:
            assert answer.status == 200
            return await answer.text()

    async def post(self, act: str, data: Mapping[str, str] | None = None, status: int = 303) -> str:
        """Send one of its forms; the page that comes."""
        at = f"/at/{self.knocker.place_id}/console/applications/{(await only(self.running)).application_id}"
        async with self.knocker.request("POST", f"{at}/{act}", data=data) as answer:
            text = await answer.text()
            assert answer.status == status, (act, answer.status, text[-1500:])
            return text

    async def confirm(self, status: int) -> None:
        """Confirm what the page shows as proposed; what was proposed is on it for whoever proposed it, too."""
        proposal = (await only(self.running)).proposal
        assert proposal is not None
        await self.post("confirmation", {"proposed": proposal.at.isoformat()}, status)


async def clerks(running: Running) -> tuple[Clerk, Clerk, Clerk]:
    """Three of the secretariat; the third is of the organisation that applies, as their address says."""
    first = await staff(running, given_name="Ana", family_name="First", organisation="Secretariat")
    second = await staff(running, given_name="Ben", family_name="Second", organisation="Secretariat")
    own = await staff(running, given_name="Cy", organisation="Secretariat", email="cy@example.org")
    return Clerk(running, first), Clerk(running, second), Clerk(running, own)


async def applied(running: Running) -> tuple[Applicant, str]:
    """An application of Awa Sarr, awa@example.org; and its own address."""
    focal = Applicant(running)
    own = await focal.begin()
    await focal.add(own)
    await focal.post(f"{own}/submission", {})
    return focal, own


async def mailed(running: Running, part: str) -> list[str]:
    """The bodies of the mails whose subject has this part, newest first."""
    return [mail.body for mail in await running.house.outbox.recent(demo.SESSION_ID) if part in mail.subject]


async def test_two_decide_and_nobody_on_their_own_organisation(running: Running) -> None:
    focal, own_page = await applied(running)
    first, second, own = await clerks(running)
    settings = f"/at/{first.knocker.place_id}/console/review"
    for values, status in (({"deciders": "3"}, 422), ({"deciders": "2"}, 303)):
        sent = {"appeal_days": "14", "undo_minutes": "10", **values}
        async with first.knocker.request("POST", settings, data=sent) as answer:
            assert answer.status == status
    assert (await state_of(running)).review.deciders == 2

    assert "your own organisation" in await own.page()
    assert "Propose to accredit" not in await own.page()
    await own.post("acceptance", status=409)
    assert (await only(running)).proposal is None

    await first.post("acceptance")
    assert not (await state_of(running)).applications[(await only(running)).application_id].place_ids
    assert "You have proposed this" in await first.page()
    assert "Ana First" in await second.page()
    await first.confirm(409)
    await own.confirm(409)

    await second.post("return", {"back": " "}, 422)
    await second.post("return", {"back": "The mandate is not signed."})
    assert "The mandate is not signed." in await first.page()

    # A change in between makes what was proposed void; nobody can confirm it.
    await first.post("acceptance")
    await focal.post(f"{own_page}/reason", {"reason": "We follow it closely."})
    assert "no longer stands" in await second.page()
    await second.confirm(409)
    await second.post("acceptance")
    await running.house.desk.act(ACCREDITATION, demo.SESSION_ID, SetReview(Review(1)), SYSTEM)
    assert (await only(running)).state is ApplicationState.SUBMITTED, "a lone proposal decides nothing"
    await running.house.desk.act(ACCREDITATION, demo.SESSION_ID, SetReview(Review(2)), SYSTEM)
    await first.confirm(200)
    assert (await only(running)).state is ApplicationState.ACCEPTED
    assert len(await mailed(running, "personal link")) == 1
    await first.post("conflict", {}, 422)


async def test_who_declares_to_be_concerned_decides_no_more_and_a_stale_page_decides_nothing(running: Running) -> None:
    focal, own_page = await applied(running)
    first, second, _ = await clerks(running)
    seen = re.search(r'name="turn" value="(\d+)"', await second.page())
    assert seen is not None
    await first.post("conflict", {"concerned": "yes"})
    assert "You have declared" in await first.page()
    assert "Ana First" in await second.page()
    await first.post("acceptance", status=409)
    await focal.post(f"{own_page}/reason", {"reason": "Something else."})
    await second.post("acceptance", {"turn": seen[1]}, 409)
    assert (await only(running)).state is ApplicationState.SUBMITTED
    await second.post("acceptance", {}, 200)
    # The category, too, is a change like any other: it opens the decision again, and the place follows.
    await focal.post(f"{own_page}/category", {"category": "press"})
    application = await only(running)
    assert application.reopened
    (place_id,) = application.place_ids
    assert (await state_of(running)).places[place_id].category == "ngo"
    await second.post("acceptance", {}, 200)
    assert (await state_of(running)).places[place_id].category == "press"


async def test_questions_and_answers_are_a_thread_with_the_files_at_their_place(running: Running) -> None:
    focal, own_page = await applied(running)
    first, second, _ = await clerks(running)
    await first.post("question", {"question": "", "evidence": "press-card"}, 422)
    await first.post("question", {"question": "Which countries?", "evidence": "press-card"})
    await second.post("question", {"question": "And since when?"})
    (asked,) = {body for body in await mailed(running, "A question") if "Which countries?" in body}
    assert "- Press card" in asked
    status = await focal.read(own_page)
    assert "Ana First" not in status, "the applicant reads 'the secretariat'"
    assert "The secretariat" in status
    assert "Press card" in await focal.read(f"{own_page}/evidence")
    application = await only(running)
    await running.house.desk.act(
        ACCREDITATION, demo.SESSION_ID, AddEvidence(application.application_id, "gone", "press-card"),
        replace(SYSTEM, place_id=f"applicant:{application.application_id}"),
    )  # fmt: skip
    await focal.post(own_page, {"do": "answer", "answer": "Senegal, since 2011."})
    await first.post("question", {"question": "Thank you. Who signs?"})
    page = await second.page()
    said = ["Which countries?", "And since when?", "sent a file", "Senegal, since 2011.", "Who signs?"]
    places = [page.index(each) for each in said]
    assert places == sorted(places)
    assert "Ana First" in page[: places[0]]
    assert (await only(running)).state is ApplicationState.QUESTIONED


async def test_a_refusal_is_appealed_against_within_its_period_and_decided_by_another(tmp_path: Path) -> None:
    clock = Time()
    async with running_app(tmp_path / "data", clock=clock) as running:
        focal, own_page = await applied(running)
        first, second, _ = await clerks(running)
        await first.post("refusal", {"reason": "not-invited", "words": "Please see the invitation."})
        assert "within 14 days" in (await mailed(running, "has been decided"))[0]
        clock.ahead += timedelta(days=15)
        await focal.post(f"{own_page}/appeal", {"why": "Too late."}, 409)
        clock.ahead -= timedelta(days=15)
        await focal.post(f"{own_page}/appeal", {"why": ""}, 422)
        await focal.post(f"{own_page}/appeal", {"why": "We were invited in May."})
        assert len(await mailed(running, "We have your appeal")) == 1
        assert "Somebody else of the secretariat decides on the appeal" in await first.page()
        decision = {"outcome": "overturn", "appeal_words": "You are right."}
        await first.post("appeal", decision, 409)
        await second.post("appeal", {"outcome": "overturn"}, 422)
        await second.post("appeal", decision)
        assert "You are right." in (await mailed(running, "Your appeal has been decided"))[0]
        assert (await only(running)).state is ApplicationState.SUBMITTED
        await second.post("refusal", {"reason": "other", "words": "Not after all."})
        assert "You can appeal" not in (await mailed(running, "has been decided"))[0]
        await focal.post(f"{own_page}/appeal", {"why": "Again."}, 409)
        assert "does not stand" in await focal.read(own_page)


async def test_an_appeal_is_withdrawn_and_the_refusal_stands(running: Running) -> None:
    focal, own_page = await applied(running)
    first, second, _ = await clerks(running)
    await first.post("refusal", {"reason": "other", "words": "No."})
    await focal.post(f"{own_page}/appeal", {"why": "Please."})
    assert "Withdraw the appeal" in await focal.read(own_page)
    await focal.post(own_page, {"do": "withdraw-appeal"})
    assert (await only(running)).state is ApplicationState.REFUSED
    await second.post("appeal", {"outcome": "overturn", "appeal_words": "Late."}, 409)
    await focal.post(f"{own_page}/appeal", {"why": "Once more."}, 409)

"""The whole way to a personal link with nothing but curl: no JavaScript, forms as a text browser sends them."""

import asyncio
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from tests.support.applying import MEMBER, SECTIONS
from tests.support.server import DemoServer


@dataclass
class Page:
    """What curl brought."""

    status: int
    location: str
    text: str

    def value(self, field: str) -> str:
        """The value that an input holds."""
        found = re.search(rf'<input[^>]*id="{field}"[^>]*value="([^"]*)"', self.text)
        assert found is not None, f"no input {field}"
        return unescape(found[1])


@dataclass
class Curl:
    """One person with a cookie jar."""

    base: str
    jar: Path

    async def get(self, path: str) -> Page:
        """GET, without following."""
        return await self._run(path)

    async def post(self, path: str, form_page: Page, fields: dict[str, str]) -> Page:
        """POST a form as the page that holds it would."""
        token = re.search(r'name="csrf" value="([^"]+)"', form_page.text)
        assert token is not None, "the page has no form"
        data = [
            part
            for name, value in {**fields, "csrf": token[1]}.items()
            for part in ("--data-urlencode", f"{name}={value}")
        ]
        return await self._run(path, "-H", f"Origin: {self.base}", *data)

    async def _run(self, path: str, *more: str) -> Page:
        url = path if path.startswith("http") else self.base + path
        show = "\n%{http_code} %header{location}"
        command = ["curl", "-sS", "-b", str(self.jar), "-c", str(self.jar), "-w", show, *more, url]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        assert process.returncode == 0
        text, _, last = out.decode().rpartition("\n")
        status, _, location = last.partition(" ")
        return Page(int(status), location.removeprefix(self.base), text)


async def test_an_application_from_the_first_form_to_the_meeting(demo_server: DemoServer, tmp_path: Path) -> None:
    applicant = Curl(demo_server.url, tmp_path / "applicant")
    clerk = Curl(demo_server.url, tmp_path / "clerk")

    # The first question begins it: from then on it has an address of its own.
    blank = await applicant.get("/apply/demo")
    assert blank.status == 200
    assert (await applicant.post("/apply/demo", blank, {})).status == 422
    begun = await applicant.post("/apply/demo", blank, {"category": "ngo"})
    own = begun.location.partition("?")[0]
    assert re.search(r"1 of \d parts are done", (await applicant.get(own)).text)

    # A page with errors: what is wrong is said first, what was typed is kept.
    contact = await applicant.get(f"{own}/contact")
    wrong = await applicant.post(
        f"{own}/contact", contact, {**SECTIONS["contact"], "email": "awa at example", "family_name": ""}
    )
    assert wrong.status == 422
    assert wrong.text.index("error-summary") < wrong.text.index("<form method")
    assert 'href="#email"' in wrong.text
    assert 'href="#family_name"' in wrong.text
    assert wrong.value("given_name") == "Awa"
    assert wrong.value("email") == "awa at example"

    # Left half done, and come back to by its own address from another browser.
    left = await applicant.post(f"{own}/contact", wrong, {"given_name": "Awa", "do": "later"})
    assert left.location == f"{own}?saved=yes"
    later = await Curl(demo_server.url, tmp_path / "another browser").get(f"{own}/contact")
    assert later.value("given_name") == "Awa"

    # Sent too early: what is missing is said. Then the rest, page after page.
    early = await applicant.get(f"{own}/check")
    assert (await applicant.post(f"{own}/submission", early, {})).status == 422
    await answer_all(applicant, own)

    # Checked, sent; sent again by a double click: one application, with a reference.
    check_page = await applicant.get(f"{own}/check")
    assert "Check your answers" in check_page.text
    assert "Sarr" in check_page.text
    assert f"{own}/contact?from=check" in check_page.text
    for _ in range(2):
        assert (await applicant.post(f"{own}/submission", check_page, {})).location == f"{own}/sent"
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", (await applicant.get(f"{own}/sent")).text)
    assert "We have it." in (await applicant.get(own)).text

    # The secretariat asks, the applicant answers, the secretariat accredits.
    console = await follow_link(clerk, demo_server.links["secretariat"])
    accepted = await decide(clerk, console, applicant, own)

    # The mail has the link, the link leads to the meeting, and a second browser is told why not.
    mails = await clerk.get(f"{console}/outbox")
    link = re.search(rf"{re.escape(demo_server.url)}/l/[\w-]{{43}}", mails.text)
    assert link is not None
    assert link[0] in accepted.text
    home = await follow_link(applicant, link[0])
    assert home.endswith("/check/plenary-1")
    assert "Before the meeting" in (await applicant.get(home)).text
    place = home.removesuffix("/check/plenary-1")
    assert (await applicant.get(link[0])).location == f"{place}/"
    assert (await applicant.get(f"{place}/")).location == home
    thief = Curl(demo_server.url, tmp_path / "thief")
    elsewhere = await thief.get(link[0])
    assert (elsewhere.status, elsewhere.location) == (200, ""), "told to ask for approval, and let in nowhere"
    assert (await thief.get(f"{place}/")).status == 401
    assert (await thief.get(f"{place}/meeting/plenary-1")).status == 401

    await ask_for_the_floor(applicant, f"{place}/meeting/plenary-1")


async def ask_for_the_floor(applicant: Curl, room_url: str) -> None:
    """Even the floor can be asked for without a script."""
    room = await applicant.get(room_url)
    assert (await applicant.post(f"{room_url}/request", room, {})).status == 303
    assert "You are next on the list." in (await applicant.get(room_url)).text


async def answer_all(applicant: Curl, own: str) -> None:
    """The pages on the organisation, one person, and the agreement; each leads to the next."""
    address = f"{own}/organisation"
    for name, answers in SECTIONS.items():
        assert address == f"{own}/{name}"
        address = (await applicant.post(address, await applicant.get(address), answers)).location
    assert address == f"{own}/members"
    address = f"{own}/members/new"
    for name, answers in MEMBER.items():
        assert address.endswith(f"/{'new' if name == 'person' else name}")
        address = (await applicant.post(address, await applicant.get(address), answers)).location
    assert re.fullmatch(rf"{own}/members/[0-9a-f]{{32}}", address)
    assert "visa" in (await applicant.get(address)).text
    agreed = await applicant.post(f"{own}/consent", await applicant.get(f"{own}/consent"), {"consent": "yes"})
    assert agreed.location == f"{own}/check"


async def decide(clerk: Curl, console: str, applicant: Curl, own: str) -> Page:
    """A question, its answer, accreditation; and a second decision that comes too late."""
    queue = await clerk.get(f"{console}/applications")
    assert queue.text.count("Défense des droits") == 1
    detail_url = unescape(re.search(r'href="([^"]*/applications/[0-9a-f]{32})"', queue.text)[1])  # type: ignore[index]
    detail = await clerk.get(detail_url)
    assert (await clerk.post(f"{detail_url}/question", detail, {"question": "Which countries?"})).status == 303
    asked = await applicant.get(own)
    assert "Which countries?" in asked.text
    assert (await applicant.post(own, asked, {"do": "answer", "answer": "Senegal and Mali."})).status == 303
    assert "Senegal and Mali." in (await clerk.get(detail_url)).text
    accepted = await clerk.post(f"{detail_url}/acceptance", detail, {})
    assert accepted.status == 200
    again = await clerk.post(f"{detail_url}/acceptance", detail, {})
    assert again.status == 409
    assert "has been decided" in again.text
    return accepted


async def follow_link(person: Curl, url: str) -> str:
    """Open a personal link, continue, and return where it leads."""
    landing = await person.get(url)
    assert landing.status == 200
    bound = await person.post(url, landing, {})
    assert bound.status == 303, bound.text
    home = await person.get(bound.location)
    assert home.status == 303
    return home.location

"""A protected person's true name is searched for in all that others can open: pages, streams, PDFs, mails, record, log.

The routes come from the table, so that a new page is looked at from its first day.
"""

import re
from dataclasses import dataclass, field

import pypdfium2
import pytest

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.speakers import RequestFloor
from rostrum.assembly.speaking import CallSpeaker, EndSpeech
from rostrum.cli import demo
from rostrum.desk import AGGREGATES, MEETING, PAPERS
from rostrum.pages.following import VIEWS
from rostrum.pages.route import PublicRoute, Route
from rostrum.pages.table import ALL_ROUTES
from rostrum.reads.files import photographs_of
from rostrum.record.codec import encode
from tests.pages.test_badges import send_photograph
from tests.pages.test_delegation import only
from tests.pages.test_held import NAMES, accredited
from tests.pages.test_live import stream
from tests.pages.test_papers import pdf, upload
from tests.support.app import Knocker, Running
from tests.uploads import hostile

GIVEN, FAMILY, ADDRESS, ALIAS = NAMES
MARKS = (GIVEN, FAMILY, ADDRESS)
OTHERS = ("state-party", "presiding-officer", "hall-screen", "interpreter", "door-staff")
ITS_WORK = re.compile(r"/console/(applications|outbox|review|appeals|files)\b")
"""Where the secretariat reads what was applied for, and whom it writes to."""


@dataclass
class Search:
    """What was looked through, and where something was found: (who, address, mark)."""

    found: set[tuple[str, str, str]] = field(default_factory=set)
    opened: int = 0
    alias: set[str] = field(default_factory=set)
    """Who was shown the other name."""
    photograph: str = ""
    """A piece of the photograph's bytes, each a character."""

    def look(self, who: str, where: str, text: str) -> None:
        """Search a text."""
        self.opened += 1
        self.found |= {(who, where, mark) for mark in MARKS if mark.lower() in text.lower()}
        if self.photograph and self.photograph in text:
            self.found.add((who, where, "photograph"))
        if ALIAS in text:
            self.alias.add(who)


def addresses(route: Route | PublicRoute, known: dict[str, list[str]]) -> list[str]:
    """A route's addresses with everything in them that there is."""
    path = route.full_path if isinstance(route, Route) else route.path
    made = [re.sub(r"\{(\w+):[^}]*\}", r"{\1}", path)]
    for name in re.findall(r"\{(\w+)\}", made[0]):
        made = [each.replace(f"{{{name}}}", value) for each in made for value in known.get(name, ["unknown"])]
    return made


async def text_of(visitor: Knocker, path: str) -> tuple[int, str]:
    """Everything that an answer says: its headers, and its words, of a PDF those on its pages."""
    async with visitor.request("GET", path) as answer:
        body = await answer.read()
        head = f"{answer.headers}"
    pages = []
    if body[:5] == b"%PDF-":
        pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(body)]
    return answer.status, "\n".join([head, *pages, body.decode("utf-8", "replace"), body.decode("latin-1")])


async def speaking(running: Running) -> tuple[Knocker, dict[str, list[str]]]:
    """The person has the floor, with a photograph and a text that bears their name; everything that is known of it."""
    one, _, _ = await accredited(running)
    desk, house = running.house.desk, running.house
    await send_photograph(one, hostile.picture())
    assert await upload(one, f"meeting/{demo.MEETING_ID}/texts", "es", pdf(GIVEN), f"{FAMILY}.pdf") == 303
    found = await house.doorkeeper.find_place(one.place_id)
    assert found is not None
    await desk.act(MEETING, demo.MEETING_ID, RequestFloor("theirs"), found[1].actor())
    await desk.act(MEETING, demo.MEETING_ID, CallSpeaker("theirs"), SYSTEM)
    application, papers = await only(running), (await desk.load(PAPERS, demo.SESSION_ID)).state
    (member_id,) = application.members
    kept = await house.files.files_of(one.place_id)
    known = {
        "meeting_id": [demo.MEETING_ID],
        "session_id": [demo.SESSION_ID],
        "of": [one.place_id],
        "application_id": [application.application_id],
        "member_id": [member_id],
        "text_id": list(papers.texts),
        "file_id": [*(each.file_id for each in kept), *(text.file_id for text in papers.texts.values())],
        "entry_id": ["theirs"],
        "number": ["1"],
        "language": ["en"],
        "code": ["ngo"],
    }
    return one, known


async def searched(running: Running, search: Search, who: str, known: dict[str, list[str]]) -> None:
    """Every page and every stream as somebody opens it."""
    public = who == "public"
    visitor = running.stranger if public else await running.place(who)
    mine = {**known, "place_id": [visitor.place_id]}
    for route in ALL_ROUTES:
        if route.method != "GET" or (isinstance(route, Route) and (public or route.path.startswith("/live/"))):
            continue
        for address in addresses(route, mine):
            status, text = await text_of(visitor, address)
            assert status != 500, address
            search.look(who, address.replace(visitor.place_id or "-", "{me}"), text)
    if public:
        return
    for view in VIEWS:
        path = f"/at/{visitor.place_id}/live/{demo.MEETING_ID}?view={view}"
        if await visitor.status("GET", path) == 200:
            async with stream(visitor, view) as followed:
                while (event := await followed.event())[0] != "version":
                    search.look(who, f"live {view}", event[1])


async def test_the_true_name_is_nowhere_that_others_can_open(
    running: Running, capfd: pytest.CaptureFixture[str]
) -> None:
    one, known = await speaking(running)
    (kept,) = await photographs_of(running.house.files, one.place_id)
    data = b"".join([piece async for piece in running.house.files.read(kept)])
    search = Search(photograph=data[300:360].decode("latin-1"))
    search.look("self", "photograph", (await text_of(one, f"/at/{one.place_id}/photograph/picture"))[1])
    assert search.found == {("self", "photograph", "photograph")}, "the search finds it where it is"
    search.found.clear()
    for who in ("public", *OTHERS, "secretariat"):
        await searched(running, search, who, known)
    await running.house.desk.act(MEETING, demo.MEETING_ID, EndSpeech("theirs"), SYSTEM)
    for who in ("state-party", "secretariat"):
        await searched(running, search, who, known)
    assert search.opened > 250
    found = sorted(each for each in search.found if not (each[0] == "secretariat" and ITS_WORK.search(each[1])))
    assert found == []
    # The search finds what is there: the secretariat reads of whom it decides; others see the other name.
    assert {mark for who, _, mark in search.found if who == "secretariat"} >= set(MARKS)
    assert {"state-party", "presiding-officer", "hall-screen", "secretariat"} <= search.alias

    # The record, the log and other people's mails have no name.
    for aggregate in AGGREGATES:
        for identifier in await running.house.desk.identifiers(aggregate):
            for row in await running.house.journal.read(aggregate.stream(identifier)):
                search.look("record", aggregate.prefix, f"{row.actor} {encode(row.event)}")
    for mail in await running.house.outbox.recent(demo.SESSION_ID):
        if mail.recipient not in {ADDRESS, "awa@example.org"}:
            search.look("mail", mail.subject, f"{mail.recipient} {mail.subject} {mail.body}")
    said = capfd.readouterr()
    search.look("log", "", said.out + said.err)
    assert not [each for each in search.found if each[0] in {"record", "mail", "log"}]

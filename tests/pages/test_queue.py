"""The queue: found in every script, narrowed, sorted, turned with the filter kept, saved as views; doubles; looks."""

import html
import re
from datetime import timedelta
from urllib.parse import quote

from rostrum.assembly.actor import SYSTEM, applicant
from rostrum.assembly.application import WithdrawApplication
from rostrum.assembly.deadlines import SetDeadlines
from rostrum.assembly.reading import FileSeen
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION
from rostrum.purge import chores_of
from tests.pages.test_evidence import Applicant
from tests.support.app import Knocker, Running
from tests.support.applications import submitted
from tests.uploads import hostile

ROW = re.compile(r'<td data-label="Organisation"><a href="[^"]+"><bdi>([^<]*)</bdi>')


class Clerk:
    """Somebody of the secretariat at the queue."""

    def __init__(self, knocker: Knocker) -> None:
        self.knocker = knocker
        self.at = f"/at/{knocker.place_id}/console"

    async def read(self, path: str, status: int = 200) -> str:
        async with self.knocker.request("GET", self.at + path) as answer:
            text = await answer.text()
            assert answer.status == status, text[-2000:]
            return text

    async def rows(self, query: str) -> list[str]:
        return [html.unescape(name) for name in ROW.findall(await self.read(f"/applications?{query}"))]

    async def post(self, path: str, status: int = 303, **data: str) -> str:
        async with self.knocker.request("POST", self.at + path, data=data) as answer:
            text = await answer.text()
            assert answer.status == status, text[-2000:]
            return answer.headers.get("Location", text)


async def clerk_of(running: Running) -> Clerk:
    return Clerk(await running.place("secretariat"))


async def test_applications_are_found_narrowed_and_sorted(running: Running) -> None:
    clerk, house = await clerk_of(running), running.house
    assert "Nobody has applied yet." in await clerk.read("/applications")
    await submitted(house, "Défense des droits", [("Awa", "Sarr", "awa@example.org")], country="Senegal")
    await submitted(house, "Мемориал", [("Сергей", "Иванов", "s@example.ru")], country="Грузия", remote=False)
    await submitted(house, "مركز القاهرة", [("محمد", "حداد", "m@example.eg"), ("Zoë", "Núñez", "zoe@example.eg")])
    gone = await submitted(house, "Gone", [("Left", "Already", "l@example.org")], category="press")
    await house.desk.act(ACCREDITATION, demo.SESSION_ID, WithdrawApplication(gone), applicant(gone))
    for search, found in {
        "DEFENSE": ["Défense des droits"],
        "droits défense": ["Défense des droits"],
        "иванов": ["Мемориал"],
        "ivanov": ["Мемориал"],
        "nunez": ["مركز القاهرة"],
        "zoe@EXAMPLE.eg": ["مركز القاهرة"],
        "حداد": ["مركز القاهرة"],
        "nobody at all": [],
    }.items():
        assert await clerk.rows(f"search={quote(search)}") == found, search
    reference = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", await clerk.read("/applications?search=memorial"))
    assert reference is not None
    assert await clerk.rows(f"search={reference[0].lower()}") == ["Мемориал"]
    assert await clerk.rows("state=withdrawn") == await clerk.rows("category=press") == ["Gone"]
    assert await clerk.rows("seat=hall") == await clerk.rows(f"country={quote('Грузия')}") == ["Мемориал"]
    assert len(await clerk.rows("waits=secretariat")) == 3
    assert await clerk.rows("waits=nobody") == ["Gone"]
    assert await clerk.rows("sort=organisation") == ["Défense des droits", "Gone", "Мемориал", "مركز القاهرة"]
    assert (await clerk.rows("sort=-people"))[0] == "مركز القاهرة"
    assert (await clerk.rows(""))[-1] == "Gone", "what waits for nobody comes last"
    assert "Nothing matches." in await clerk.read("/applications?search=nowhere")
    assert await clerk.rows("state=%00&sort=evil&page=9999&timeliness=x&category=") == await clerk.rows("")
    past = house.clock() - timedelta(hours=1)
    await house.desk.act(ACCREDITATION, demo.SESSION_ID, SetDeadlines(past, None), SYSTEM)
    await submitted(house, "Too late", [("A", "B", "b@example.org")])
    assert await clerk.rows("timeliness=late") == ["Too late"]
    assert len(await clerk.rows("timeliness=on-time")) == 4


async def test_pages_keep_the_filter(running: Running) -> None:
    clerk = await clerk_of(running)
    for number in range(60):
        await submitted(running.house, f"Body {number:02}", [("Person", f"Number{number}", f"p{number}@example.org")])
    first = await clerk.read("/applications?search=body&sort=-organisation")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    assert ROW.findall(first)[0] == "Body 59"
    second = await clerk.read(f"/applications{html.unescape(following[1])}")
    assert ROW.findall(second) == [f"Body {number:02}" for number in range(9, -1, -1)]
    assert "Page 2 of 2" in second


async def test_what_was_purged_is_found_no_more(running: Running) -> None:
    clerk, house = await clerk_of(running), running.house
    await submitted(house, "Short-lived", [("Awa", "Sarr", "awa@example.org")])
    assert await clerk.rows("search=sarr") == ["Short-lived"]
    await house.dossiers.purge(house.clock() + timedelta(days=400))
    await house.purge.once(chores_of(house))
    assert await clerk.rows("search=sarr") == []
    assert "no longer kept" in await clerk.read("/applications")
    kept = (await house.register.entries((await house.desk.load(ACCREDITATION, demo.SESSION_ID)).state)).values()
    assert not [entry for entry in kept if "sarr" in repr(entry).casefold()]


async def test_views_are_saved_renamed_shared_and_deleted(running: Running) -> None:
    clerk, house = await clerk_of(running), running.house
    await submitted(house, "Défense", [("Awa", "Sarr", "awa@example.org")])
    assert "Save this view" in await clerk.read("/applications?search=sarr&page=1")
    where = await clerk.post("/views", name=" Mine ", query="search=sarr&sort=-people&state=no-state&page=7")
    assert where.endswith("/console/applications?search=sarr&sort=-people"), "only what there is to choose"
    await clerk.post("/views", name="<b>All", query="timeliness=late", shared="yes")
    await clerk.post("/views", name="Mine", query="search=awa")
    page = await clerk.read("/applications?search=awa")
    assert page.count('<a href="' + clerk.at + "/applications?search=") == 1, "saved again, it is replaced"
    assert "&lt;b&gt;All" in page
    assert "Save this view" not in page
    assert 'id="error-summary"' in await clerk.post("/views", 422, name="", query="search=kept-query")
    assert "kept-query" in await clerk.post("/views", 422, name="x" * 81, query="search=kept-query")
    views = re.findall(r'action="[^"]+/views/(\w+)/removal"', await clerk.read("/views"))
    assert len(views) == 2
    assert 'aria-invalid="true"' in await clerk.post(f"/views/{views[0]}", 422, name="")
    await clerk.post(f"/views/{views[0]}", name="Renamed")
    assert "Renamed" in await clerk.read("/applications")
    await clerk.post(f"/views/{views[0]}/removal")
    assert "Renamed" not in await clerk.read("/views")
    await clerk.post(f"/views/{views[0]}/removal", 404)
    kept = [each for each in await house.dossiers.about([demo.SESSION_ID]) if each.kind == "view"]
    assert [each.fields["name"] for each in kept] == ["<b>All"]
    assert kept[0].purge_at > house.clock()


async def test_one_does_not_see_or_touch_anothers_view(running: Running) -> None:
    clerk = await clerk_of(running)
    await clerk.post("/views", name="Mine alone", query="search=sarr")
    (view,) = re.findall(r'action="[^"]+/views/(\w+)/removal"', await clerk.read("/views"))
    running.places.clear()
    other = await clerk_of(running)
    assert other.at != clerk.at
    assert "Mine alone" not in await other.read("/views")
    await other.post(f"/views/{view}/removal", 404)
    await other.post(f"/views/{view}", 404, name="Taken")
    assert "Mine alone" in await clerk.read("/views")


async def test_possible_duplicates_are_shown_until_somebody_says_no(running: Running) -> None:
    clerk, house = await clerk_of(running), running.house
    one = await submitted(house, "Memorial", [("Sergei", "Ivanov", "s+asp@example.org")])
    other = await submitted(house, "Мемориал", [("Сергей", "Иванов", "s@example.org")])
    await submitted(house, "Elsewhere", [("Awa", "Sarr", "awa@example.org")])
    assert sorted(await clerk.rows("alike=yes")) == ["Memorial", "Мемориал"]
    page = await clerk.read(f"/applications/{one}")
    for words in ("Possible duplicates", "likely the same mailbox", "the same organisation", "another spelling"):
        assert words in page
    beside = await clerk.read(f"/applications/{one}/beside/{other}")
    assert "Иванов" in beside
    assert "s+asp@example.org" in beside
    assert (await clerk.post(f"/applications/{one}/beside/{other}", alike="")).endswith(f"/{one}#doubles")
    assert await clerk.rows("alike=yes") == []
    assert "not a duplicate" in await clerk.read(f"/applications/{other}"), "it holds for both"
    await clerk.post(f"/applications/{other}/beside/{one}", alike="yes")
    assert len(await clerk.rows("alike=yes")) == 2
    await clerk.read(f"/applications/{one}/beside/{one}", 404)
    await clerk.post(f"/applications/{one}/beside/nobody", 404)
    rows = await house.journal.read(ACCREDITATION.stream(demo.SESSION_ID))
    assert [type(row.event).__name__ for row in rows[-2:]] == ["LikenessJudged"] * 2
    assert "Ivanov" not in repr(rows)


async def test_each_look_at_a_file_is_recorded_once_a_day_and_shown_to_whose_it_is(running: Running) -> None:
    clerk, house = await clerk_of(running), running.house
    someone = await Applicant(running).begin()
    await someone.send(hostile.saved(hostile.plain_pdf(2)), "letter.pdf")
    await someone.submit()
    (file_id,) = await someone.files()
    page = await clerk.read(f"/applications/{someone.application_id}")
    assert f'href="#file-{file_id}"' in page
    assert f"/files/{file_id}/pages/2" in page
    assert "When the secretariat looked" not in await someone.page()
    for number in (1, 2, 1):
        async with clerk.knocker.request("GET", f"{clerk.at}/files/{file_id}/pages/{number}") as answer:
            assert answer.status == 200
    rows = await house.journal.read(ACCREDITATION.stream(demo.SESSION_ID))
    seen = [row.event for row in rows if isinstance(row.event, FileSeen)]
    assert [(look.subject, look.file_id, look.by) for look in seen] == [
        (someone.application_id, file_id, clerk.knocker.place_id)
    ]
    shown = (await someone.page()).partition("When the secretariat looked at files")[2]
    assert shown.count("letter.pdf") == 1
    async with clerk.knocker.request("GET", f"{clerk.at}/files/unknown") as answer:
        assert answer.status == 404

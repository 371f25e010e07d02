"""People by a list: 2,000 lines, heads of any language, faulty lines mended in the file and on the page."""

import io
import re

import aiohttp
from openpyxl import load_workbook

from rostrum.cli import demo
from rostrum.identity.secrets import new_id, new_token
from rostrum.pages.apply.importing import COLUMNS, Vocabulary
from rostrum.pages.apply.words import label
from rostrum.record.draft_members import DraftState
from rostrum.sheets.reading import read
from rostrum.sheets.writing import xlsx_bytes
from tests.support.app import Running
from tests.support.lists import HEADS, faulty, lines, person, xlsx


async def begun(running: Running, category: str = "state-party") -> tuple[str, str]:
    """(application, its address) of a draft."""
    application_id, token, now = new_id(), new_token(), running.house.clock()
    fields = {"category": category, "language": "fr"}
    await running.house.drafts.create(application_id, token, demo.SESSION_ID, fields, now, now.replace(year=2099))
    return application_id, f"/a/{token}"


async def send(running: Running, path: str, data: bytes, name: str = "list.xlsx") -> tuple[int, str]:
    """Send a list as a browser does."""
    form = aiohttp.FormData()
    form.add_field("csrf", running.house.signer.form_token("guest"))
    form.add_field("list", data, filename=name, content_type="application/octet-stream")
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{running.base}{path}/members/import", data=form, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.text()


async def test_two_thousand_lines_come_in_and_the_faulty_ones_are_listed(running: Running) -> None:
    application_id, path = await begun(running)
    status, text = await send(running, path, xlsx([HEADS, *lines(2000, faulty_every=100)]))
    assert status == 200
    assert "1,980 people have been added" in text or "1980 people have been added" in text
    assert "20 lines are to be mended" in text
    assert text.count("Enter the family name.") == 20
    assert re.search(r"<td[^>]*>101</td>", text), "the number is that of the line in the file"
    drafted = await running.house.draft_members.of(application_id)
    people = [one for one in drafted if one.state is DraftState.NAMED]
    assert len(people) == 1980
    assert people[0].fields["given_name"] == "Given 1"
    assert people[0].fields["language"] == "fr", "an empty cell takes the applicant's language"
    assert (people[0].fields["interpretation"], people[0].fields["captions"]) == ("fr", "yes")

    # Sent again, nobody is there twice; the lines to be mended are those of the newest list.
    status, text = await send(running, path, xlsx([HEADS, person(1), person(1), person(5000), faulty(7)]))
    assert "1 person has been added" in text
    assert "2 lines name people who are there already" in text
    drafted = await running.house.draft_members.of(application_id)
    assert sum(one.state is DraftState.NAMED for one in drafted) == 1981
    (line,) = [one for one in drafted if one.state is DraftState.MENDING]

    # Mended on its page: wrong first, then whole.
    csrf = running.house.signer.form_token("guest")
    address = f"{path}/members/import/{line.member_id}"
    form = {"given_name": "Given 7", "family_name": "Now", "email": "p7 at example", "mode": "hall"}
    form |= {"interpretation": "floor", "language": "en", "time_zone": "UTC"}
    stranger = running.stranger
    async with stranger.request("POST", address, csrf=csrf, data=form) as answer:
        assert answer.status == 422
        assert "name@example.org" in await answer.text()
    async with stranger.request("POST", address, csrf=csrf, data={**form, "email": "p7@example.org"}) as answer:
        assert answer.status == 303
    assert (await running.house.draft_members.find(line.member_id)).state is DraftState.NAMED  # type: ignore[union-attr]


async def test_templates_are_read_back_whatever_language_they_are_in(running: Running) -> None:
    _, path = await begun(running)
    vocabulary = Vocabulary(running.house.templates.locales)
    for language in ("ar", "en", "es", "fr", "ru", "zh"):
        for ending in ("csv", "xlsx"):
            async with running.stranger.request("GET", f"{path}/members/template.{ending}?lang={language}") as answer:
                assert answer.status == 200
                data = await answer.read()
            heads = read(data, vocabulary.knows).head
            assert [vocabulary.column(head) for head in heads] == list(COLUMNS), language
    book = load_workbook(io.BytesIO(data))
    assert len(book.sheetnames) == 2, "the second sheet says how to fill in the first"
    assert book.worksheets[0].data_validations.count > 5


async def test_faulty_lines_go_out_as_a_file_and_come_back_mended(running: Running) -> None:
    application_id, path = await begun(running)
    hostile = ("=cmd|' /C calc'!A0", "", "h@example.org", "@SUM(1)", "In the hall", "", "", "")
    await send(running, path, xlsx([HEADS, hostile]))
    async with running.stranger.request("GET", f"{path}/members/to-mend.xlsx?lang=es") as answer:
        book = load_workbook(io.BytesIO(await answer.read()))
    rows = [[str(cell or "") for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert all(cell.data_type != "f" for row in book.worksheets[0].iter_rows() for cell in row)
    family = COLUMNS.index("family_name")
    rows[1][family] = "Now"
    status, text = await send(running, path, xlsx_bytes("x", rows))
    assert (status, "1 person has been added" in text) == (200, True), text
    (only,) = await running.house.draft_members.of(application_id)
    assert only.fields["given_name"] == "=cmd|' /C calc'!A0", "text it was, and text it is"
    async with running.stranger.request("GET", f"{path}/members") as answer:
        assert "=cmd|&#39; /C calc&#39;!A0" in await answer.text()


async def test_what_is_no_list_is_said_in_words_and_leaves_nothing(running: Running) -> None:
    application_id, path = await begun(running)
    for data, words in (
        (b"", "The file is empty."),
        (b"%PDF-1.7\n\x01\x02", "This is no list."),
        (b"Name,Age\nA,1\n", "does not name these columns"),
    ):
        status, text = await send(running, path, data)
        assert (status, words in text) == (422, True), words
    assert await running.house.draft_members.of(application_id) == []
    status, _ = await send(running, path, b"x" * (6 * 1024 * 1024))
    assert status == 413


async def test_an_organisation_names_no_more_than_its_category_may(running: Running) -> None:
    application_id, path = await begun(running, "ngo")
    _, text = await send(running, path, xlsx([HEADS, *lines(25, faulty_every=1000)]))
    assert "20 people have been added" in text
    assert "An organisation of this category may name 20 people at most." in text
    drafted = await running.house.draft_members.of(application_id)
    assert sum(one.state is DraftState.NAMED for one in drafted) == 20


def test_no_two_fields_share_a_head_in_any_language(running: Running) -> None:
    for code in ("ar", "en", "es", "fr", "ru", "zh"):
        heads = [label(name, running.house.templates.locales[code]) for name in COLUMNS]
        assert len(set(heads)) == len(heads), code

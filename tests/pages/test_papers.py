"""Documents of the item in the reader's language, and texts of statements that are released with the statement."""

import asyncio
import io
from datetime import timedelta
from pathlib import Path

import aiohttp
import pikepdf

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.agenda import OpenItem
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.papers import Papers
from rostrum.assembly.speakers import RequestFloor
from rostrum.assembly.speaking import CallSpeaker
from rostrum.cli.demo import MEETING_ID, SESSION_ID
from rostrum.desk import MEETING, PAPERS
from tests.pages.test_live import stream
from tests.pages.test_protection import post
from tests.pages.test_wishes import protect
from tests.support.app import Knocker, Running, Time, running_app

HOLDS = ("Not spoken yet", "Held back for its time", "Waits for you", "Kept back", "Published")
ISSUED = {
    "symbol": "ICC-ASP/25/4",
    "title-en": "Report of the Bureau <draft>",
    "title-fr": "Rapport du Bureau",
    "under": f"{MEETING_ID}/debate",
    "access": "general",
    "corrects": "",
}


def pdf(words: str = "") -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    document.docinfo["/Title"] = words
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


async def upload(place: Knocker, path: str, language: str, data: bytes, name: str = "text.pdf") -> int:
    form = aiohttp.FormData()
    form.add_field("csrf", place.csrf)
    form.add_field("language", language)
    form.add_field("file", data, filename=name, content_type="application/pdf")
    async with (
        aiohttp.ClientSession(cookies=place.jar) as session,
        session.post(f"{place.base}/at/{place.place_id}/{path}", data=form, allow_redirects=False) as answer,
    ):
        return answer.status


async def papers(running: Running) -> Papers:
    return (await running.house.desk.load(PAPERS, SESSION_ID)).state


async def issued(running: Running, **changes: str) -> str:
    """The identifier of a document that the secretariat has issued by the form, with an English file."""
    secretariat = await running.place("secretariat")
    path = f"/at/{secretariat.place_id}/console/documents"
    async with secretariat.request("POST", path, data={**ISSUED, **changes}) as answer:
        assert answer.status == 303, await answer.text()
        document_id = answer.headers["Location"].rpartition("/")[2]
    assert await upload(secretariat, f"console/documents/{document_id}", "en", pdf("English")) == 303
    return document_id


async def room(place: Knocker, language: str = "en") -> str:
    async with place.request("GET", f"/at/{place.place_id}/meeting/{MEETING_ID}?lang={language}") as answer:
        return await answer.text()


async def take_up(running: Running, item_id: str) -> None:
    await running.house.desk.act(MEETING, MEETING_ID, OpenItem(item_id), SYSTEM)


async def test_documents_appear_with_their_item_in_open_pages(running: Running) -> None:
    document_id = await issued(running)
    ngo = await running.place("ngo")
    assert "ICC-ASP/25/4" not in await room(ngo)
    async with stream(ngo) as followed:
        await followed.until("version")
        await take_up(running, "debate")
        await followed.says("personal", "ICC-ASP/25/4")
    assert f"../documents/{document_id}/en" in await room(ngo)
    assert "Report of the Bureau &lt;draft&gt;" in await room(ngo)
    async with ngo.request("GET", f"/at/{ngo.place_id}/documents/{document_id}/en") as answer:
        assert (answer.status, (await answer.read())[:5]) == (200, b"%PDF-")
        assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_a_reader_gets_their_language_or_is_told_which_one_it_is(running: Running) -> None:
    document_id = await issued(running)
    await take_up(running, "debate")
    delegate = await running.place("state-party")
    before = await room(delegate, "fr")
    assert f"../documents/{document_id}/en" in before
    assert "Rapport du Bureau" in before
    secretariat = await running.place("secretariat")
    assert await upload(secretariat, f"console/documents/{document_id}", "fr", pdf("French")) == 303
    after = await room(delegate, "fr")
    assert f'href="../documents/{document_id}/fr"' in after
    assert await upload(secretariat, f"console/documents/{document_id}", "fr", pdf("French, mended")) == 303
    assert (await papers(running)).documents[document_id].versions["fr"].number == 2


async def test_a_restricted_document_is_neither_shown_nor_given_to_others(running: Running) -> None:
    document_id = await issued(running, access="restricted")
    await take_up(running, "debate")
    ngo, delegate = await running.place("ngo"), await running.place("state-party")
    path = f"documents/{document_id}/en"
    assert "ICC-ASP/25/4" not in await room(ngo)
    assert await ngo.status("GET", f"/at/{ngo.place_id}/{path}") == 404
    assert "ICC-ASP/25/4" in await room(delegate)
    assert await delegate.status("GET", f"/at/{delegate.place_id}/{path}") == 200


async def test_a_corrigendum_follows_what_it_corrects_and_a_withdrawn_document_is_gone(running: Running) -> None:
    first = await issued(running)
    second = await issued(running, **{"symbol": "ICC-ASP/25/4/Corr.1", "corrects": first})
    await issued(running, symbol="ICC-ASP/25/1")
    await take_up(running, "debate")
    secretariat, delegate = await running.place("secretariat"), await running.place("state-party")
    text = await room(delegate)
    assert text.index("ICC-ASP/25/1<") < text.index("ICC-ASP/25/4<") < text.index("ICC-ASP/25/4/Corr.1<")
    path = f"/at/{secretariat.place_id}/console/documents/{second}/withdrawal"
    assert await secretariat.status("POST", path) == 303
    assert "Corr.1" not in await room(delegate)
    assert await delegate.status("GET", f"/at/{delegate.place_id}/documents/{second}/en") == 404


async def test_a_symbol_is_given_once_and_mistakes_keep_what_was_typed(running: Running) -> None:
    await issued(running)
    secretariat = await running.place("secretariat")
    path = f"/at/{secretariat.place_id}/console/documents"
    for wrong, field in (({}, "symbol"), ({"symbol": "X/1", "title-en": ""}, "title-en"), ({"under": "?"}, "under")):
        async with secretariat.request("POST", path, data={**ISSUED, **wrong}) as answer:
            text = await answer.text()
            assert answer.status == 422
            assert f'href="#{field}"' in text
            assert "Rapport du Bureau" in text


async def called(running: Running, place: Knocker) -> None:
    found = await running.house.doorkeeper.find_place(place.place_id)
    assert found is not None
    desk, entry_id = running.house.desk, f"entry-{place.place_id}"
    meeting: Meeting = (await desk.load(MEETING, MEETING_ID)).state
    assert meeting.floor.list_open
    await desk.act(MEETING, MEETING_ID, RequestFloor(entry_id), found[1].actor())
    await desk.act(MEETING, MEETING_ID, CallSpeaker(entry_id), SYSTEM)


async def test_a_text_is_for_those_who_run_the_meeting_until_it_is_delivered(running: Running) -> None:
    ngo, delegate, chair = [await running.place(each) for each in ("ngo", "state-party", "presiding-officer")]
    assert await upload(ngo, f"meeting/{MEETING_ID}/texts", "es", pdf("Texto")) == 303
    (text_id,) = (await papers(running)).texts
    path = f"texts/{text_id}"
    statuses = {
        each.place_id: await each.status("GET", f"/at/{each.place_id}/{path}") for each in (ngo, delegate, chair)
    }
    assert list(statuses.values()) == [200, 404, 200]
    assert path not in await room(delegate)
    async with stream(delegate) as followed:
        await followed.until("version")
        await called(running, ngo)
        await followed.says("personal", path)
    assert await delegate.status("GET", f"/at/{delegate.place_id}/{path}") == 200
    # What everybody has read stays.
    removal = f"/at/{ngo.place_id}/meeting/{MEETING_ID}/texts/{text_id}/removal"
    assert await ngo.status("POST", removal) == 409


async def test_a_protected_speakers_text_waits_for_its_time_and_a_reviewer(tmp_path: Path) -> None:
    time = Time()
    async with running_app(tmp_path, time) as running:
        ngo, delegate, clerk = [await running.place(each) for each in ("ngo", "state-party", "secretariat")]
        await protect(running, ngo, alias="Witness K", masked="yes")
        assert await upload(ngo, f"meeting/{MEETING_ID}/texts", "es", pdf("Texto")) == 303
        (text_id,) = (await papers(running)).texts
        path, review = f"/at/{delegate.place_id}/texts/{text_id}", f"/at/{clerk.place_id}/console/publication"

        async def seen() -> tuple[int, bool, str]:
            async with clerk.request("GET", review) as answer:
                (stands,) = [each for each in HOLDS if f">{each}" in await answer.text()]
            return await delegate.status("GET", path), f"texts/{text_id}" in await room(delegate), stands

        for hours, status in (("-1", 422), ("many", 422), ("100000", 422), ("2", 303)):
            assert (await post(clerk, "console/publication", hours=hours))[0] == status

        assert await seen() == (404, False, "Not spoken yet")
        await called(running, ngo)
        assert await seen() == (404, False, "Held back for its time")
        time.ahead = timedelta(hours=3)
        assert await seen() == (404, False, "Waits for you")
        await post(clerk, f"console/publication/{text_id}", released="no")
        assert await seen() == (404, False, "Kept back")
        await post(clerk, f"console/publication/{text_id}", released="yes")
        assert await seen() == (200, True, "Published")
        async with delegate.request("GET", path) as answer:
            assert "text.pdf" not in answer.headers["Content-Disposition"], "a file's name may be a person's"
        assert "Witness K" in await room(delegate)
        # A longer time holds for what is there, too; without the mask nothing is held back.
        assert (await post(clerk, "console/publication", hours="48"))[0] == 303
        assert (await seen())[0] == 404
        await protect(running, ngo, alias="Witness K")
        await asyncio.sleep(0.2)
        assert await delegate.status("GET", path) == 200


async def test_a_text_is_replaced_or_taken_back_by_its_delegation_alone(running: Running) -> None:
    ngo, delegate = await running.place("ngo"), await running.place("state-party")
    for words in ("first", "second"):
        assert await upload(ngo, f"meeting/{MEETING_ID}/texts", "fr", pdf(words) + b"%" + words.encode()) == 303
    (text_id,) = (await papers(running)).texts
    path = f"meeting/{MEETING_ID}/texts/{text_id}/removal"
    assert await delegate.status("POST", f"/at/{delegate.place_id}/{path}") == 404
    assert await ngo.status("POST", f"/at/{ngo.place_id}/{path}") == 303
    assert not (await papers(running)).texts


async def test_a_file_that_is_none_is_refused_in_words(running: Running) -> None:
    ngo = await running.place("ngo")
    assert await upload(ngo, f"meeting/{MEETING_ID}/texts", "fr", b"MZ not a document") == 422
    assert not (await papers(running)).texts

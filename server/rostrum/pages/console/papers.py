"""The secretariat's documents: issued under an item, put language by language, corrected, withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from rostrum.assembly.meeting import Meeting, MeetingState
from rostrum.assembly.papers import Access, Document, IssueDocument, PutVersion, WithdrawDocument
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import PAPERS
from rostrum.i18n import LANGUAGES
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.attend.papers import papers_of
from rostrum.pages.attend.programme import meetings_of
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.files.arrival import FILE_REFUSALS, Arrival
from rostrum.pages.files.form import receive
from rostrum.pages.render import language_of, locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import STATUS, Trouble
from rostrum.record.files import Owner
from rostrum.uploads.intake import Ready

DOCUMENT = "document"
"""The kind of files that are official documents."""
LINE_MAX = 300
SYMBOL_MAX = 60


@dataclass(frozen=True)
class Place:
    """Where a document can stand: an item of a meeting."""

    value: str
    meeting: Meeting
    number: str
    titles: Mapping[str, str]


async def documents(visit: Visit) -> web.StreamResponse:
    """All documents of the session, and the form for another."""
    return await _page(visit, {"access": Access.GENERAL}, {})


async def issue(visit: Visit) -> web.StreamResponse:
    """Announce a document."""
    _ = locale_of(visit).gettext
    post = await visit.request.post()
    names = ("symbol", "under", "access", "corrects", *(f"title-{code}" for code in LANGUAGES))
    values = {name: " ".join(str(tidy(post.get(name, ""))).split())[:LINE_MAX] for name in names}
    place = next((one for one in await _places(visit) if one.value == values["under"]), None)
    papers = await papers_of(visit)
    errors: dict[str, str] = {}
    if not values["symbol"] or len(values["symbol"]) > SYMBOL_MAX:
        errors["symbol"] = _("Enter the document's symbol.")
    if not values["title-en"]:
        errors["title-en"] = _("Enter the title in English.")
    if place is None:
        errors["under"] = _("Choose the item under which the document is issued.")
    if values["access"] not in [str(one) for one in Access]:
        errors["access"] = _("Choose who receives the document.")
    if values["corrects"] and values["corrects"] not in papers.documents:
        errors["corrects"] = _("Choose one of the documents that are there.")
    if errors or place is None:
        return await _page(visit, values, errors)
    document_id = new_id()
    titles = {code: title for code in LANGUAGES if (title := values[f"title-{code}"])}
    item_id = place.value.partition("/")[2]
    command = IssueDocument(
        visit.session_id,
        document_id,
        values["symbol"],
        titles,
        place.meeting.meeting_id,
        item_id,
        Access(values["access"]),
        values["corrects"] or None,
    )
    try:
        await visit.house.desk.act(PAPERS, visit.session_id, command, visit.actor)
    except Refused as refused:
        if refused.why is not Why.SYMBOL_TAKEN:
            raise
        return await _page(visit, values, {"symbol": _("Another document has this symbol.")})
    raise web.HTTPSeeOther(f"{_here(visit)}/{document_id}")


async def one(visit: Visit) -> web.StreamResponse:
    """One document: its languages, and the form that puts another."""
    return await _document_page(visit, await _document(visit))


async def put(visit: Visit) -> web.StreamResponse:
    """Put the document in a language."""
    document = await _document(visit)
    try:
        ready, _ = await receive(_arrival(visit, document))
        if ready is None:
            raise Refused(Why.FILE_EMPTY)
    except Refused as refused:
        if refused.why not in FILE_REFUSALS:
            raise
        return await _document_page(visit, document, wrong=refused.why)
    raise web.HTTPSeeOther(f"{_here(visit)}/{document.document_id}")


async def withdraw(visit: Visit) -> web.StreamResponse:
    """Take a document back."""
    command = WithdrawDocument((await _document(visit)).document_id)
    await visit.house.desk.act(PAPERS, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(_here(visit))


def _arrival(visit: Visit, document: Document) -> Arrival:
    async def owner(fields: Mapping[str, str]) -> Owner:
        language = fields.get("language", "")
        if language not in LANGUAGES:
            raise Trouble(Why.FORM_NOT_OURS, status=400)
        # Each version is a subject of its own: none is refused since there were others before it.
        number = document.versions[language].number + 1 if language in document.versions else 1
        return Owner(visit.session_id, f"{document.document_id}-{language}-{number}", DOCUMENT, language)

    async def keep(ready: Ready) -> None:
        command = PutVersion(document.document_id, ready.file.owner.purpose, ready.file.file_id)
        await visit.house.desk.act(PAPERS, visit.session_id, command, visit.actor, also=ready.writes)

    return Arrival(visit.request, visit.house, owner, keep, visit.house.lives.written)


async def _document(visit: Visit) -> Document:
    document = (await papers_of(visit)).documents.get(visit.request.match_info["document_id"])
    if document is None or document.withdrawn:
        raise Trouble(Why.NO_SUCH_DOCUMENT)
    return document


async def _places(visit: Visit) -> list[Place]:
    return [
        Place(f"{meeting.meeting_id}/{item.item_id}", meeting, item.number, item.titles)
        for meeting in await meetings_of(visit)
        if meeting.state not in (MeetingState.CANCELLED, MeetingState.ABSENT)
        for item in meeting.agenda
    ]


def _here(visit: Visit) -> str:
    return f"/at/{visit.place_id}/console/documents"


async def _page(visit: Visit, values: Mapping[str, str], errors: Mapping[str, str]) -> web.StreamResponse:
    papers, locale = await papers_of(visit), locale_of(visit)
    places = await _places(visit)
    under = [
        (one.value, f"{locale.localised(one.meeting.titles)} · {one.number} {locale.localised(one.titles)}")
        for one in places
    ]
    there = sorted((each for each in papers.documents.values() if not each.withdrawn), key=lambda each: each.symbol)
    return page(
        visit,
        "console/documents.html",
        status=422 if errors else 200,
        shown_at=_here(visit),
        at=f"/at/{visit.place_id}/console",
        here="documents",
        session=await session_of(visit),
        documents=there,
        where=dict(under),
        under=under,
        corrects=[
            ("", locale.gettext("No: a document of its own")),
            *((each.document_id, each.symbol) for each in there),
        ],
        values=values,
        errors=errors,
    )


async def _document_page(visit: Visit, document: Document, *, wrong: Why | None = None) -> web.StreamResponse:
    return page(
        visit,
        "console/document.html",
        status=200 if wrong is None else STATUS.get(wrong, 422),
        shown_at=f"{_here(visit)}/{document.document_id}",
        at=f"/at/{visit.place_id}/console",
        here="documents",
        document=document,
        read_at=f"/at/{visit.place_id}/documents/{document.document_id}",
        intake=visit.house.intake,
        chosen=next((code for code in LANGUAGES if code not in document.versions), language_of(visit.request)),
        wrong=wrong,
    )


ROUTES = (
    Route("GET", "/console/documents", documents, ADMINISTER),
    Route("POST", "/console/documents", issue, ADMINISTER),
    Route("GET", "/console/documents/{document_id}", one, ADMINISTER),
    Route("POST", "/console/documents/{document_id}", put, ADMINISTER, streams=True),
    Route("POST", "/console/documents/{document_id}/withdrawal", withdraw, ADMINISTER),
)

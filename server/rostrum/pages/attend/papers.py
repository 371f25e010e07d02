"""Documents and texts of statements: read by whoever receives them, texts handed in by whoever speaks."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.papers import Access, HandInText, Papers, StatementText, TakeTextBack
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION, MEETING, PAPERS
from rostrum.i18n import LANGUAGES
from rostrum.identity.secrets import new_id
from rostrum.pages.addressed import admits, meeting_of
from rostrum.pages.attend.statements import videos_of
from rostrum.pages.files.arrival import FILE_REFUSALS, Arrival
from rostrum.pages.files.form import receive
from rostrum.pages.files.serving import send_file
from rostrum.pages.render import fragment, language_of, page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import STATUS, Trouble
from rostrum.reads.papers import papers_model, publication_of
from rostrum.record.files import Owner
from rostrum.uploads.intake import Ready

WATCH = frozenset({Right.ATTEND, Right.ADMINISTER})
SPEAK = frozenset({Right.SPEAK})
TEXT = "statement-text"
"""The kind of files that are texts of statements."""
READS_AHEAD = frozenset({"interpreter"})
"""Categories that are shown texts before they are spoken, beside those who run the meeting."""


async def papers_of(visit: Visit) -> Papers:
    """All papers of the visitor's session."""
    return (await visit.house.desk.load(PAPERS, visit.session_id)).state


async def _there(visit: Visit, meeting: Meeting) -> frozenset[str]:
    """The texts of a meeting that everybody may read. A delay runs out without any event: looked at each minute."""
    minute = visit.house.clock().replace(second=0, microsecond=0)

    async def made() -> frozenset[str]:
        texts = (await papers_of(visit)).texts.values()
        return frozenset([text.text_id for text in texts if await may_read(visit, text, meeting)])

    return await visit.house.hub.kept(meeting.meeting_id, (_there, minute), made)


async def may_read(visit: Visit, text: StatementText, meeting: Meeting) -> bool:
    """Whether everybody may read a text now."""
    if text.meeting_id != meeting.meeting_id:
        return False
    house = visit.house
    session = (await house.desk.load(ACCREDITATION, visit.session_id)).state
    papers = await papers_of(visit)
    return publication_of(text, papers, meeting, session, house.guards, house.clock()).allowed


async def _receives_restricted(visit: Visit) -> bool:
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    return session.rules.receives(visit.standing.place.category, Access.RESTRICTED)


def _reads_ahead(visit: Visit) -> bool:
    runs = visit.actor.rights & {Right.PRESIDE, Right.ADMINISTER}
    return bool(runs) or visit.standing.place.category in READS_AHEAD


async def papers_fragment(visit: Visit, meeting: Meeting) -> str:
    """The papers of the item that the meeting is on, as a part of the page: made once for all who read the same."""
    language, restricted, ahead = language_of(visit.request), await _receives_restricted(visit), _reads_ahead(visit)
    may_speak = Right.SPEAK in visit.actor.rights
    there, videos = await _there(visit, meeting), await videos_of(visit, meeting)

    async def made() -> str:
        # Read in here, once for all: papers that nobody has handed in yet are asked of the database at each load.
        session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
        model = await papers_model(
            await papers_of(visit),
            meeting,
            session,
            visit.house.names,
            language=language,
            restricted=restricted,
            ahead=ahead,
            may_read=lambda text: text.text_id in there,
            videos=videos,
        )
        return fragment(
            visit.house, language, "attend/_papers.html", meeting=meeting, papers=model, may_speak=may_speak
        )

    key = papers_fragment, language, restricted, ahead, may_speak, there, videos
    return await visit.house.hub.kept(meeting.meeting_id, key, made)


async def document(visit: Visit) -> web.StreamResponse:
    """A document in one language, to whoever receives it and attends its meeting."""
    found = (await papers_of(visit)).documents.get(visit.request.match_info["document_id"])
    if found is None or found.withdrawn:
        raise Trouble(Why.NO_SUCH_DOCUMENT)
    meeting = (await visit.house.desk.load(MEETING, found.meeting_id)).state
    if not await admits(visit, meeting):
        raise Trouble(Why.NO_SUCH_DOCUMENT)
    if found.access is Access.RESTRICTED and not await _receives_restricted(visit):
        raise Trouble(Why.NO_SUCH_DOCUMENT)
    version = found.versions.get(visit.request.match_info["language"])
    return await _sent(visit, None if version is None else version.file_id)


async def text(visit: Visit) -> web.StreamResponse:
    """The text of a statement: one's own, one that is released, or ahead to those who run and interpret the meeting."""
    found = (await papers_of(visit)).texts.get(visit.request.match_info["text_id"])
    if found is None:
        raise Trouble(Why.NO_SUCH_FILE)
    meeting = (await visit.house.desk.load(MEETING, found.meeting_id)).state
    own = found in (await papers_of(visit)).texts_of(found.meeting_id, visit.place_id, visit.actor.delegation_id)
    if not own and not (_reads_ahead(visit) or await may_read(visit, found, meeting)):
        raise Trouble(Why.NO_SUCH_FILE)
    if not await admits(visit, meeting):
        raise Trouble(Why.NO_SUCH_FILE)
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    speaker = session.places.get(found.place_id)
    # What somebody called their file may be their name.
    nameless = not own and speaker is not None and speaker.protected_id is not None
    return await _sent(visit, found.file_id, nameless=nameless)


async def _sent(visit: Visit, file_id: str | None, *, nameless: bool = False) -> web.StreamResponse:
    kept = None if file_id is None else await visit.house.files.get(file_id)
    if kept is None:
        raise Trouble(Why.NO_SUCH_FILE)
    return await send_file(visit.request, visit.house, replace(kept, name="") if nameless else kept)


async def texts(visit: Visit) -> web.StreamResponse:
    """The texts that one's delegation has handed in, and the form for another."""
    return await _texts_page(visit, await meeting_of(visit))


async def hand_in(visit: Visit) -> web.StreamResponse:
    """Take a text from the form."""
    meeting = await meeting_of(visit)
    try:
        ready, _ = await receive(_arrival(visit, meeting))
        if ready is None:
            raise Refused(Why.FILE_EMPTY)
    except Refused as refused:
        if refused.why not in FILE_REFUSALS:
            raise
        return await _texts_page(visit, meeting, wrong=refused.why)
    raise web.HTTPSeeOther(_texts_url(visit, meeting))


async def take_back(visit: Visit) -> web.StreamResponse:
    """Take a text back that has not been released."""
    meeting = await meeting_of(visit)
    found = (await papers_of(visit)).texts.get(visit.request.match_info["text_id"])
    if found is None:
        raise Trouble(Why.NO_SUCH_FILE)
    files = visit.house.files
    command = TakeTextBack(found.text_id, await may_read(visit, found, meeting))
    await visit.house.desk.act(PAPERS, visit.session_id, command, visit.actor, also=[files.gone(found.file_id)])
    await files.forget([found.file_id])
    raise web.HTTPSeeOther(_texts_url(visit, meeting))


def _arrival(visit: Visit, meeting: Meeting) -> Arrival:
    async def owner(fields: Mapping[str, str]) -> Owner:
        language = fields.get("language", "")
        if language not in LANGUAGES:
            raise Trouble(Why.FORM_NOT_OURS, status=400)
        subject = f"{TEXT}-{visit.actor.delegation_id or visit.place_id}-{meeting.meeting_id}"
        return Owner(visit.session_id, subject, TEXT, language)

    return Arrival(visit.request, visit.house, owner, partial(_keep, visit, meeting), visit.house.lives.written)


async def _keep(visit: Visit, meeting: Meeting, ready: Ready) -> None:
    language, files = ready.file.owner.purpose, visit.house.files
    before = [one for one in await _own_texts(visit, meeting) if one.language == language]
    if any(one.file_id == ready.file.file_id for one in before):
        return
    command = HandInText(visit.session_id, new_id(), meeting.meeting_id, language, ready.file.file_id)
    replaced = [files.gone(one.file_id) for one in before]
    await visit.house.desk.act(PAPERS, visit.session_id, command, visit.actor, also=[*ready.writes, *replaced])
    await files.forget([one.file_id for one in before])


async def _own_texts(visit: Visit, meeting: Meeting) -> tuple[StatementText, ...]:
    papers = await papers_of(visit)
    return papers.texts_of(meeting.meeting_id, visit.place_id, visit.actor.delegation_id)


def _texts_url(visit: Visit, meeting: Meeting) -> str:
    return f"/at/{visit.place_id}/meeting/{meeting.meeting_id}/texts"


async def _texts_page(visit: Visit, meeting: Meeting, *, wrong: Why | None = None) -> web.StreamResponse:
    return page(
        visit,
        "attend/texts.html",
        status=200 if wrong is None else STATUS.get(wrong, 422),
        shown_at=_texts_url(visit, meeting),
        meeting=meeting,
        own=[(one, await may_read(visit, one, meeting)) for one in await _own_texts(visit, meeting)],
        at=f"/at/{visit.place_id}",
        here=_texts_url(visit, meeting),
        intake=visit.house.intake,
        chosen=language_of(visit.request),
        wrong=wrong,
    )


ROUTES = (
    Route("GET", "/documents/{document_id}/{language}", document, WATCH),
    Route("GET", "/texts/{text_id}", text, WATCH),
    Route("GET", "/meeting/{meeting_id}/texts", texts, SPEAK),
    Route("POST", "/meeting/{meeting_id}/texts", hand_in, SPEAK, streams=True),
    Route("POST", "/meeting/{meeting_id}/texts/{text_id}/removal", take_back, SPEAK),
)

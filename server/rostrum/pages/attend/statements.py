"""Video statements: sent, looked at and approved by their delegation; shown ahead to those who run and interpret."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Right
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.statement import DELIVERED, Check, Finding, Statement, Statements
from rostrum.assembly.statement_acts import ApproveStatement, ReceiveStatement, TakeStatementBack
from rostrum.assembly.statement_queue import playing
from rostrum.desk import ACCREDITATION, MEETING, STATEMENTS
from rostrum.i18n import LANGUAGES, Locale
from rostrum.i18n.checks import CHECKS
from rostrum.identity.secrets import new_id
from rostrum.media.transcode.sound import TARGET_LUFS
from rostrum.pages.addressed import admits, meeting_of
from rostrum.pages.files import tus
from rostrum.pages.files.arrival import FILE_REFUSALS, Arrival
from rostrum.pages.files.form import receive
from rostrum.pages.render import language_of, locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.pages.statement import delivered, given, send_made, send_statement_captions
from rostrum.pages.trouble import STATUS, Trouble
from rostrum.reads.statements import is_given
from rostrum.reads.wishes import wishes_of
from rostrum.record.files import Owner
from rostrum.record.uploads import Upload
from rostrum.statement_keeper import VIDEO

SPEAK = frozenset({Right.SPEAK})
LOOK = frozenset({Right.SPEAK, Right.ATTEND, Right.PRESIDE, Right.ADMINISTER, Right.INTERPRET, Right.CAPTION})
AHEAD = frozenset({Right.PRESIDE, Right.ADMINISTER, Right.INTERPRET, Right.CAPTION})
"""Who is shown an approved statement before it is played."""
TOLD = ("name", "office", "language", "item")
WORDS_MAX = 200
LENGTHS = frozenset({Check.TOO_LONG, Check.SILENCE, Check.BLACK})
"""Findings whose figure is a time."""


@dataclass(frozen=True)
class Card:
    """A statement as its delegation sees it. `findings`: (whether it refuses, what is so, what to do)."""

    statement: Statement
    name: str
    office: str
    findings: tuple[tuple[bool, str, str], ...]
    percent: int | None
    length: str


async def statements_of(visit: Visit) -> Statements:
    """All video statements of the visitor's session."""
    return (await visit.house.desk.load(STATEMENTS, visit.session_id)).state


def words_of(locale: Locale, finding: Finding) -> tuple[bool, str, str]:
    """A finding in words: (whether it refuses, what is so, what to do)."""
    what, remedy = CHECKS[finding.check]
    figure = finding.figure or 0
    told = {
        "at": locale.duration(finding.at_ms or 0),
        "figure": locale.duration(figure) if finding.check in LENGTHS else _signed(locale, figure),
        "target": _signed(locale, round(TARGET_LUFS)),
    }
    return finding.check.refuses, locale.gettext(what) % told, locale.gettext(remedy)


def _signed(locale: Locale, figure: int) -> str:
    """A number whose minus stays before it in a text that is written from right to left."""
    text = locale.number(abs(figure))
    return f"\u2066−{text}\u2069" if figure < 0 else text


async def card(visit: Visit, one: Statement) -> Card:
    """A statement with its words."""
    locale, house = locale_of(visit), visit.house
    fields = await house.dossiers.get(one.dossier_id) or {}
    return Card(
        one,
        str(fields.get("name", "")),
        str(fields.get("office", "")),
        tuple(words_of(locale, finding) for finding in one.findings),
        house.screener.progress.get(one.statement_id),
        "" if one.made is None else locale.duration(one.made.length_ms),
    )


async def video(visit: Visit) -> web.StreamResponse:
    """The delegation's video statement for a meeting: how it stands, and the form for one."""
    return await _page(visit, await meeting_of(visit))


async def standing(visit: Visit) -> web.StreamResponse:
    """How it stands, as a part of the page."""
    meeting = await meeting_of(visit)
    text = visit.house.templates.render(
        language_of(visit.request), "attend/_video.html", {"csrf": visit.csrf, **await _model(visit, meeting)}
    )
    return web.Response(text=text, content_type="text/html", charset="utf-8")


async def send(visit: Visit) -> web.StreamResponse:
    """Take a file from the form."""
    meeting = await meeting_of(visit)
    try:
        came, _ = await receive(_arrival(visit, meeting))
        if came is None:
            raise Refused(Why.FILE_EMPTY)
    except Refused as refused:
        if refused.why not in FILE_REFUSALS:
            raise
        return await _page(visit, meeting, wrong=refused.why)
    raise web.HTTPSeeOther(_url(visit, meeting))


async def approve(visit: Visit) -> web.StreamResponse:
    """The delegation has looked at it."""
    meeting = await meeting_of(visit)
    instead = (await visit.request.post()).get("when") == "called"
    command = ApproveStatement(visit.request.match_info["statement_id"], instead, _on_air(visit, meeting))
    await visit.house.desk.act(STATEMENTS, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(_url(visit, meeting))


async def take_back(visit: Visit) -> web.StreamResponse:
    """Take it back. Nothing is kept of it."""
    meeting = await meeting_of(visit)
    command = TakeStatementBack(visit.request.match_info["statement_id"], _on_air(visit, meeting))
    await visit.house.desk.act(STATEMENTS, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(_url(visit, meeting))


def _on_air(visit: Visit, meeting: Meeting) -> frozenset[str]:
    return frozenset(plays.entry_id for plays in playing(meeting.floor, visit.house.clock()))


async def preview(visit: Visit) -> web.StreamResponse:
    """The preview, from anywhere in it: one's own, ahead to those who run and interpret, to all once delivered."""
    made = (await _shown(visit)).made
    return await send_made(visit.request, visit.house, None if made is None else made.preview_id)


async def picture(visit: Visit) -> web.StreamResponse:
    """One of its small pictures."""
    made, number = (await _shown(visit)).made, visit.request.match_info["number"]
    there = () if made is None else made.picture_ids
    chosen = int(number) if number.isdecimal() and len(number) < 3 else len(there)
    return await send_made(visit.request, visit.house, there[chosen] if chosen < len(there) else None)


async def shown_statement(visit: Visit) -> web.StreamResponse:
    """A statement that was delivered, with its captions and its text; one that was not yet, without them."""
    found = await _shown(visit)
    meeting = (await visit.house.desk.load(MEETING, found.meeting_id)).state
    return page(
        visit,
        "attend/statement.html",
        delivered=await delivered(visit.house, meeting, found),
        at=f"/at/{visit.place_id}/statements/{found.statement_id}",
        texts_at=f"/at/{visit.place_id}/texts",
        meeting_at=f"/at/{visit.place_id}/meeting/{meeting.meeting_id}",
    )


async def captions(visit: Visit) -> web.StreamResponse:
    """The captions of one that was delivered."""
    found = await _shown(visit)
    meeting = (await visit.house.desk.load(MEETING, found.meeting_id)).state
    one = await given(visit.house, meeting, found.statement_id)
    return await send_statement_captions(visit.house, meeting, one, visit.request.match_info["language"])


async def _shown(visit: Visit) -> Statement:
    """The statement in the address, where the visitor may see it. Raises `Trouble(NO_SUCH_STATEMENT)`."""
    found = (await statements_of(visit)).statements.get(visit.request.match_info["statement_id"])
    if found is None or not await may_see(visit, found):
        raise Trouble(Why.NO_SUCH_STATEMENT)
    return found


async def may_see(visit: Visit, one: Statement) -> bool:
    """Whether the visitor may see what will be, or was, played."""
    own = Right.SPEAK in visit.actor.rights and one.is_of(visit.place_id, visit.actor.delegation_id)
    if own:
        return True
    meeting = (await visit.house.desk.load(MEETING, one.meeting_id)).state
    if not one.is_ready or not await admits(visit, meeting):
        return False
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    return bool(visit.actor.rights & AHEAD) or _released(visit, session, one)


async def videos_of(visit: Visit, meeting: Meeting) -> tuple[Statement, ...]:
    """The statements of a meeting that stand among its papers: for all once they were played, ahead for some."""
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    ahead = bool(visit.actor.rights & AHEAD)
    return tuple(
        one
        for one in (await statements_of(visit)).statements.values()
        if one.meeting_id == meeting.meeting_id and one.is_ready and (ahead or _released(visit, session, one))
    )


def _released(visit: Visit, session: Accreditation, one: Statement) -> bool:
    return is_given(one, session, visit.house.guards)


def _arrival(visit: Visit, meeting: Meeting | None) -> Arrival:
    async def owner(fields: Mapping[str, str]) -> Owner:
        asked = meeting or await meeting_of(visit)
        if (await wishes_of(visit.standing.place, visit.house.dossiers)).voice_only:
            raise Trouble(Why.VOICE_ONLY)
        if fields:
            await _require_sound(visit, asked, fields)
        subject = f"{VIDEO}-{visit.actor.delegation_id or visit.place_id}-{asked.meeting_id}"
        return Owner(visit.session_id, subject, VIDEO, "")

    house = visit.house
    whole = partial(_received, visit, meeting)
    return Arrival(
        visit.request, house, owner, _keeps_nothing, house.lives.video, house.video_intake, TOLD, whole
    )  # fmt: skip


async def _keeps_nothing(_ready: object) -> None:
    """What is handed on whole is kept by nobody here."""


async def _require_sound(visit: Visit, meeting: Meeting, fields: Mapping[str, str]) -> None:
    named = all(0 < len(fields.get(name, "").strip()) <= WORDS_MAX for name in ("name", "office"))
    known = fields.get("language") in LANGUAGES and fields.get("item") in {item.item_id for item in meeting.agenda}
    if not (named and known):
        raise Trouble(Why.TEXT_MISSING, status=422)
    deadline = (await statements_of(visit)).deadline(meeting.meeting_id, meeting.scheduled_at)
    if deadline is not None and visit.house.clock() >= deadline:
        raise Trouble(Why.STATEMENT_LATE)


async def _received(visit: Visit, meeting: Meeting | None, upload: Upload) -> None:
    """The whole file is there: the Assembly hears of it, and it is looked at."""
    house, told = visit.house, upload.told
    asked = meeting or await meeting_of(visit)
    dossier_id, now = new_id(), house.clock()
    slate = house.dossiers.seal(
        dossier_id,
        session_id=visit.session_id,
        subject=visit.place_id,
        kind=VIDEO,
        fields={"name": told.get("name", ""), "office": told.get("office", "")},
        created_at=now,
        purge_at=now + house.lives.video,
    )
    # Named by its upload: an answer that was lost on its way makes no second statement of the same file.
    statement_id = upload.upload_id
    command = ReceiveStatement(
        visit.session_id, statement_id, asked.meeting_id, told.get("item", ""), told.get("language", ""),
        dossier_id, upload.upload_id, asked.scheduled_at,
    )  # fmt: skip
    try:
        await house.desk.act(STATEMENTS, visit.session_id, command, visit.actor, also=[slate])
    except Refused as refused:
        if refused.why is not Why.ALREADY_EXISTS:
            raise
    else:
        house.screener.ask(visit.session_id, statement_id)


def _url(visit: Visit, meeting: Meeting) -> str:
    return f"/at/{visit.place_id}/meeting/{meeting.meeting_id}/video"


async def _model(visit: Visit, meeting: Meeting) -> dict[str, object]:
    statements = await statements_of(visit)
    own = statements.of(meeting.meeting_id, visit.place_id, visit.actor.delegation_id)
    deadline = statements.deadline(meeting.meeting_id, meeting.scheduled_at)
    late = deadline is not None and visit.house.clock() >= deadline
    delegation_id = visit.actor.delegation_id
    entry = meeting.floor.waiting_of(visit.place_id, delegation_id)
    return {
        "cards": [await card(visit, one) for one in reversed(own)],
        "at": f"/at/{visit.place_id}",
        "here": _url(visit, meeting),
        "meeting": meeting,
        "items": {item.item_id: item for item in meeting.agenda},
        "deadline": deadline,
        "late": late,
        "position": None if entry is None else meeting.floor.position(entry.entry_id),
        "delivered": any(one.state in DELIVERED for one in own),
    }


async def _page(visit: Visit, meeting: Meeting, *, wrong: Why | None = None) -> web.StreamResponse:
    wishes = await wishes_of(visit.standing.place, visit.house.dossiers)
    return page(
        visit,
        "attend/video.html",
        status=200 if wrong is None else STATUS.get(wrong, 422),
        shown_at=_url(visit, meeting),
        intake=visit.house.video_intake,
        chosen=language_of(visit.request),
        voice_only=wishes.voice_only,
        wrong=wrong,
        **await _model(visit, meeting),
    )


ROUTES = (
    Route("GET", "/meeting/{meeting_id}/video", video, SPEAK),
    Route("GET", "/meeting/{meeting_id}/video/standing", standing, SPEAK),
    Route("POST", "/meeting/{meeting_id}/video", send, SPEAK, streams=True),
    *tus.place_routes("/meeting/{meeting_id}/video/uploads", partial(_arrival, meeting=None), SPEAK),
    Route("POST", "/meeting/{meeting_id}/video/{statement_id}/approval", approve, SPEAK),
    Route("POST", "/meeting/{meeting_id}/video/{statement_id}/removal", take_back, SPEAK),
    Route("GET", "/statements/{statement_id}", shown_statement, LOOK),
    Route("GET", "/statements/{statement_id}/preview", preview, LOOK),
    Route("GET", "/statements/{statement_id}/{language}.vtt", captions, LOOK),
    Route("GET", "/statements/{statement_id}/pictures/{number}", picture, LOOK),
)

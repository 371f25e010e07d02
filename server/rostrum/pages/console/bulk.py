"""Decisions in bulk: chosen in the queue, looked at before they are made, undone within a window."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from aiohttp import web

from rostrum.assembly.batches import BATCH_MAX, Becoming, Item, ScheduleDecisions, UndoBatch
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.review import Outcome, RefusalReason, Verdict
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id, once
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.narrowing import filter_of
from rostrum.pages.console.routes import ADMINISTER, NOTE_MAX, session_of
from rostrum.pages.new_links import ONCE_MAX
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.batches import BatchRow, batch_model, preview
from rostrum.reads.queue import in_order, narrowed
from rostrum.reads.thread import Staff
from rostrum.record.journal import Write

OUTCOMES = {Outcome.ACCEPT, Outcome.REFUSE}
CHANGED_MEANWHILE = {Why.APPLICATION_CHANGED, Why.DECISION_WAITS, Why.APPLICATION_DECIDED, Why.APPLICATION_WITHDRAWN}


async def look(visit: Visit) -> web.StreamResponse:
    """What each chosen application would become. Nothing has been decided yet."""
    post = await visit.request.post()
    if post.get("which") == "all":
        session, register = await session_of(visit), visit.house.register
        wanted = filter_of(dict(parse_qsl(str(post.get("query", "")))))
        entries, alike = await register.entries(session), await register.likenesses(session)
        found = in_order(narrowed(entries.values(), alike, session.reading, wanted), wanted.sort)
        ids = [entry.application.application_id for entry in found]
    else:
        ids = [str(each) for each in post.getall("application", [])]
    return await _preview(visit, ids)


async def schedule(visit: Visit) -> web.StreamResponse:
    """Schedule what was looked at, exactly as it was looked at."""
    post = await visit.request.post()
    seen = [item for item in map(_item, post.getall("item", [])) if item is not None]
    ids = [item.application_id for item in seen]
    outcome, reason, words = await _outcome(visit), str(post.get("reason", "")), str(tidy(post.get("words", "")))
    if outcome is Outcome.REFUSE and (reason not in set(RefusalReason) or not 0 < len(words) <= NOTE_MAX):
        return await _preview(visit, ids, wrong=True, words=words, reason=reason)
    batch_id, verdict, notes = once(str(post.get("once", ""))[:ONCE_MAX], "batch"), Verdict(outcome), list[Write]()
    if outcome is Outcome.REFUSE:
        verdict = Verdict(outcome, RefusalReason(reason), new_id())
        notes.append(_note(visit, batch_id, verdict.note_id or "", words))
    now, session = visit.house.clock(), await session_of(visit)
    rows = await preview(session, visit.house.dossiers, visit.standing.place, ids, verdict, now)
    related = frozenset(row.application_id for row in rows if row.why is Why.OWN_ORGANISATION)
    command = ScheduleDecisions(batch_id, verdict, tuple(seen), related)
    try:
        await visit.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor, also=notes)
    except Refused as refused:
        if refused.why is Why.ALREADY_EXISTS:
            raise web.HTTPSeeOther(_at(visit, batch_id)) from refused
        if not ids or refused.why not in {*CHANGED_MEANWHILE, *(row.why for row in rows)}:
            raise
        # Something changed since: what did is left out, and the rest is looked at once more.
        turns = {item.application_id: item.turn for item in seen}
        return await _preview(visit, ids, turns=turns, words=words, reason=reason)
    raise web.HTTPSeeOther(_at(visit, batch_id))


async def batches(visit: Visit) -> web.StreamResponse:
    """All decisions in bulk, the newest first."""
    session, now = await session_of(visit), visit.house.clock()
    staff = Staff(session.places, visit.house.names)
    return page(
        visit,
        "console/batches.html",
        at=f"/at/{visit.place_id}/console",
        batches=[
            await batch_model(session, batch, visit.house.dossiers, staff, now)
            for batch in reversed(list(session.batches.values()))
        ],
    )


async def batch(visit: Visit) -> web.StreamResponse:
    """One of them: what it makes of whom, and until when it can be undone."""
    session = await session_of(visit)
    found = session.batches.get(visit.request.match_info["batch_id"])
    if found is None:
        raise Trouble(Why.NO_SUCH_BATCH)
    staff = Staff(session.places, visit.house.names)
    return page(
        visit,
        "console/batch.html",
        at=f"/at/{visit.place_id}/console",
        batch=await batch_model(session, found, visit.house.dossiers, staff, visit.house.clock()),
    )


async def undo(visit: Visit) -> web.StreamResponse:
    """Within the window: nothing of it comes to pass."""
    batch_id = visit.request.match_info["batch_id"]
    await visit.house.desk.act(ACCREDITATION, visit.session_id, UndoBatch(batch_id), visit.actor)
    raise web.HTTPSeeOther(_at(visit, batch_id))


async def _preview(
    visit: Visit,
    ids: Sequence[str],
    *,
    turns: dict[str, int] | None = None,
    wrong: bool = False,
    words: str = "",
    reason: str = "",
) -> web.StreamResponse:
    """The page before the decision. `turns`: what was seen before, where something has changed since."""
    outcome, session = await _outcome(visit), await session_of(visit)
    if not ids:
        raise Refused(Why.NOTHING_CHOSEN)
    verdict = Verdict(outcome) if outcome is Outcome.ACCEPT else Verdict(outcome, RefusalReason.OTHER, "preview")
    place, now = visit.standing.place, visit.house.clock()
    rows = await preview(session, visit.house.dossiers, place, ids[:BATCH_MAX], verdict, now)
    rows = [_as_seen(row, turns) for row in rows]
    return page(
        visit,
        "console/bulk.html",
        status=422 if wrong else 200 if turns is None else 409,
        shown_at=f"/at/{visit.place_id}/console/applications",
        at=f"/at/{visit.place_id}/console",
        outcome=outcome,
        rows=[row for row in rows if row.becoming is not None],
        left_out=[row for row in rows if row.becoming is None],
        beyond=max(0, len(ids) - BATCH_MAX),
        undo_minutes=session.review.undo_s // 60,
        changed=turns is not None,
        once=new_id(),
        reasons=list(RefusalReason),
        wrong=wrong,
        words=words,
        reason=reason,
    )


def _as_seen(row: BatchRow, turns: dict[str, int] | None) -> BatchRow:
    if turns is None or row.becoming is None or turns.get(row.application_id) == row.turn:
        return row
    return replace(row, becoming=None, why=Why.APPLICATION_CHANGED)


async def _outcome(visit: Visit) -> Outcome:
    outcome = str((await visit.request.post()).get("outcome", ""))
    if outcome not in OUTCOMES:
        raise Refused(Why.NOTHING_CHOSEN)
    return Outcome(outcome)


def _item(typed: object) -> Item | None:
    """An application as the preview showed it; None for what no preview has written."""
    application_id, _, rest = str(typed).partition(":")
    turn, _, become = rest.partition(":")
    if not turn.isdecimal() or len(turn) > 8 or become not in set(Becoming):
        return None
    return Item(application_id, int(turn), Becoming(become))


def _note(visit: Visit, batch_id: str, note_id: str, words: str) -> Write:
    now = visit.house.clock()
    return visit.house.dossiers.seal(
        note_id,
        session_id=visit.session_id,
        subject=batch_id,
        kind="decision",
        fields={"text": words},
        created_at=now,
        purge_at=now + visit.house.lives.written,
    )


def _at(visit: Visit, batch_id: str) -> str:
    return f"/at/{visit.place_id}/console/batches/{batch_id}"


ROUTES = (
    Route("GET", "/console/batches", batches, ADMINISTER),
    Route("POST", "/console/batches", schedule, ADMINISTER),
    Route("POST", "/console/batches/preview", look, ADMINISTER),
    Route("GET", "/console/batches/{batch_id}", batch, ADMINISTER),
    Route("POST", "/console/batches/{batch_id}/undo", undo, ADMINISTER),
)

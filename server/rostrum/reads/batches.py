"""Decisions in bulk as the secretariat sees them: before they are scheduled, while they wait, and what they did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.application import Application, ApplicationState
from rostrum.assembly.batches import Batch, Becoming, becoming, waiting_in
from rostrum.assembly.place import Place
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.review import Verdict
from rostrum.reads.relation import related
from rostrum.reads.thread import Staff
from rostrum.record.dossiers import Dossiers


class BatchState(StrEnum):
    """How a batch stands."""

    WAITING = "waiting"
    """It can be undone."""
    UNDONE = "undone"
    UNDER_WAY = "under-way"
    DONE = "done"


@dataclass(frozen=True)
class BatchRow:
    """One application. `becoming` is None, and `why` says why, where it is left out."""

    application_id: str
    reference: str
    organisation: str
    category: str
    state: ApplicationState
    turn: int
    becoming: Becoming | None
    why: Why | None = None
    done: bool = False


@dataclass(frozen=True)
class BatchModel:
    """A batch. `left_s`: seconds for which it can still be undone."""

    batch_id: str
    at: datetime
    due_at: datetime
    left_s: int
    who: str
    verdict: Verdict
    words: str
    state: BatchState
    rows: Sequence[BatchRow]


async def preview(
    session: Accreditation, dossiers: Dossiers, place: Place, ids: Iterable[str], verdict: Verdict, now: datetime
) -> Sequence[BatchRow]:
    """What each of these applications would become, or why it would be left out."""
    chosen = [session.applications[each] for each in dict.fromkeys(ids) if each in session.applications]
    names = await _organisations(chosen, dossiers)
    rows = []
    for application in chosen:
        become, why = None, None
        try:
            if waiting_in(session.batches, application.application_id) is not None:
                raise Refused(Why.DECISION_WAITS)
            own = await related(place, application, dossiers)
            become = becoming(session.bench, application, verdict, place.actor(), now, related=own)
        except Refused as refused:
            why = refused.why
        rows.append(_row(application, names, application.turn, become, why))
    return rows


async def batch_model(
    session: Accreditation, batch: Batch, dossiers: Dossiers, staff: Staff, now: datetime
) -> BatchModel:
    """A batch with names and words."""
    applications = [session.applications[item.application_id] for item in batch.items]
    names = await _organisations(applications, dossiers)
    words = await dossiers.get(batch.verdict.note_id or "") or {}
    rows = []
    for item, application in zip(batch.items, applications, strict=True):
        why = batch.done.get(item.application_id)
        done = item.application_id in batch.done and why is None
        row = _row(application, names, item.turn, item.becoming if why is None else None, why)
        rows.append(replace(row, done=done))
    return BatchModel(
        batch.batch_id,
        batch.at,
        batch.due_at,
        max(0, int((batch.due_at - now).total_seconds())),
        (await staff.called({batch.by})).get(batch.by, ""),
        batch.verdict,
        str(words.get("text", "")),
        state_of(batch, now),
        rows,
    )


def state_of(batch: Batch, now: datetime) -> BatchState:
    """How a batch stands."""
    if batch.undone_at is not None:
        return BatchState.UNDONE
    if now < batch.due_at:
        return BatchState.WAITING
    return BatchState.UNDER_WAY if batch.left else BatchState.DONE


async def _organisations(applications: Iterable[Application], dossiers: Dossiers) -> Mapping[str, str]:
    ids = {each.application_id: each.dossier_id for each in applications}
    found = await dossiers.get_many(ids.values())
    return {each: str(found.get(dossier_id, {}).get("organisation", "")) for each, dossier_id in ids.items()}


def _row(
    application: Application, names: Mapping[str, str], turn: int, become: Becoming | None, why: Why | None
) -> BatchRow:
    return BatchRow(
        application.application_id,
        application.reference,
        names[application.application_id],
        application.category,
        application.state,
        turn,
        become,
        why,
    )

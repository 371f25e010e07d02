"""Decisions in bulk: scheduled together, undone within a window, then carried out one by one by the server.

Each is decided by the rules for a single one, twice: when it is scheduled and when it is carried out. What has changed
in between is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly import application as applications
from rostrum.assembly import delegation
from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.application import AcceptApplication, Application, RefuseApplication
from rostrum.assembly.deciding import Bench, require_turn
from rostrum.assembly.delegation import Granting
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.review import DecisionProposed, Outcome, ProposeDecision, Verdict

BATCH_MAX = 500
"""How many applications one batch may hold: its events stay of a size that is read at once."""

Decision = AcceptApplication | RefuseApplication | ProposeDecision


class Becoming(StrEnum):
    """What an application becomes by a decision in bulk."""

    ACCREDITED = "accredited"
    REFUSED = "refused"
    PROPOSED = "proposed"
    """Where two decide and nothing is proposed yet: it waits for the second."""


@dataclass(frozen=True)
class Item:
    """One application of a batch, as it was seen (`turn`), and what it becomes."""

    application_id: str
    turn: int
    becoming: Becoming


@dataclass(frozen=True)
class Batch:
    """Decisions that were scheduled together by somebody (`by`: their place).

    `done`: what has been dealt with, None where it was carried out, else why it was left out.
    """

    batch_id: str
    at: datetime
    by: str
    due_at: datetime
    verdict: Verdict
    items: tuple[Item, ...]
    done: Mapping[str, Why | None] = field(default_factory=dict)
    undone_at: datetime | None = None
    undone_by: str = ""

    @property
    def left(self) -> tuple[Item, ...]:
        """What still has to be carried out."""
        return () if self.undone_at is not None else tuple(i for i in self.items if i.application_id not in self.done)


# Commands


@dataclass(frozen=True)
class ScheduleDecisions:
    """Decide on all of these at the end of the window. `related`: those of the organisation of the one who decides."""

    batch_id: str
    verdict: Verdict
    items: tuple[Item, ...]
    related: frozenset[str] = frozenset()
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class UndoBatch:
    """Within the window: nothing of it comes to pass."""

    batch_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class CarryOut:
    """At its end the server carries one out, in the name of whoever scheduled it."""

    batch_id: str
    decision: Decision
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class LeaveOut:
    """Or it says why not."""

    batch_id: str
    application_id: str
    why: Why
    needs: ClassVar = (Right.ADMINISTER,)


BatchCommand = ScheduleDecisions | UndoBatch | LeaveOut


# Events


@dataclass(frozen=True)
class DecisionsScheduled:
    """These are decided at `due_at`, unless they are undone."""

    at: datetime
    batch_id: str
    by: str
    due_at: datetime
    verdict: Verdict
    items: tuple[Item, ...]


@dataclass(frozen=True)
class BatchUndone:
    """Nothing of it comes to pass."""

    at: datetime
    batch_id: str
    by: str


@dataclass(frozen=True)
class ItemCarriedOut:
    """One has been carried out, in the same transaction."""

    at: datetime
    batch_id: str
    application_id: str


@dataclass(frozen=True)
class ItemLeftOut:
    """One was left out."""

    at: datetime
    batch_id: str
    application_id: str
    why: Why


BatchEvent = DecisionsScheduled | BatchUndone | ItemCarriedOut | ItemLeftOut

Batches = Mapping[str, Batch]


def waiting_in(batches: Batches, application_id: str) -> Batch | None:
    """The batch in which an application waits for its decision."""
    for batch in batches.values():
        if any(item.application_id == application_id for item in batch.left):
            return batch
    return None


def becoming(
    bench: Bench, application: Application | None, verdict: Verdict, actor: Actor, now: datetime, *, related: bool
) -> Becoming:
    """What an application would become now: a dry run. Raises `Refused` for why it would be left out."""
    application = applications.step(application, DecisionProposed)
    bench.require_impartial(application, actor, related=related)
    if verdict.outcome is Outcome.ACCEPT:
        delegation.require_room(application.members, 0, bench.rules.members_max(application.category))
    if bench.review.deciders > 1 and application.standing_proposal is None:
        propose = ProposeDecision(application.application_id, application.turn, verdict, related)
        bench.consider(application, propose, actor, now)
        return Becoming.PROPOSED
    if verdict.outcome is Outcome.ACCEPT:
        granted = tuple(
            Granting(each.member_id, each.place_id or f"dry/{each.member_id}", f"dry/{each.member_id}")
            if each.needs_link
            else Granting(each.member_id, each.place_id or "", None)
            for each in delegation.before_secretariat(application.members)
        )
        until = now + timedelta(days=1)
        accept = AcceptApplication(application.application_id, application.turn, "dry", granted, until, related)
        bench.accept(application, accept, actor, now)
        return Becoming.ACCREDITED
    bench.refuse(application, refusal_of(application, verdict, related=related), actor, now)
    return Becoming.REFUSED


def refusal_of(application: Application, verdict: Verdict, *, related: bool) -> RefuseApplication:
    """The refusal that a batch means: what another has proposed already, with that reason and those words."""
    proposal = application.standing_proposal
    if proposal is not None and proposal.verdict.outcome is Outcome.REFUSE:
        verdict = proposal.verdict
    if verdict.reason is None or verdict.note_id is None:
        raise Refused(Why.REASON_MISSING)
    return RefuseApplication(application.application_id, application.turn, verdict.reason, verdict.note_id, related)


def decide(
    batches: Batches,
    bench: Bench,
    known: Mapping[str, Application],
    command: BatchCommand,
    actor: Actor,
    now: datetime,
) -> list[BatchEvent]:
    """The events of a command but `CarryOut`. Raises `Refused`."""
    match command:
        case ScheduleDecisions():
            return [_schedule(batches, bench, known, command, actor, now)]
        case UndoBatch():
            batch = batches.get(command.batch_id)
            if batch is None:
                raise Refused(Why.NO_SUCH_BATCH)
            if now >= batch.due_at or batch.undone_at is not None:
                raise Refused(Why.TOO_LATE_TO_UNDO)
            return [BatchUndone(now, batch.batch_id, actor.place_id)]
        case LeaveOut():
            require_due(batches, command.batch_id, command.application_id, now)
            return [ItemLeftOut(now, command.batch_id, command.application_id, command.why)]


def _schedule(
    batches: Batches,
    bench: Bench,
    known: Mapping[str, Application],
    command: ScheduleDecisions,
    actor: Actor,
    now: datetime,
) -> DecisionsScheduled:
    if command.batch_id in batches:
        raise Refused(Why.ALREADY_EXISTS)
    ids = [item.application_id for item in command.items]
    if not 0 < len(set(ids)) == len(ids) <= BATCH_MAX:
        raise Refused(Why.NOTHING_CHOSEN)
    for item in command.items:
        if waiting_in(batches, item.application_id) is not None:
            raise Refused(Why.DECISION_WAITS)
        application = applications.step(known.get(item.application_id), DecisionProposed)
        require_turn(application, item.turn)
        own = item.application_id in command.related
        if becoming(bench, application, command.verdict, actor, now, related=own) is not item.becoming:
            raise Refused(Why.APPLICATION_CHANGED)
    due_at = now + timedelta(seconds=bench.review.undo_s)
    return DecisionsScheduled(now, command.batch_id, actor.place_id, due_at, command.verdict, command.items)


def require_due(batches: Batches, batch_id: str, application_id: str, now: datetime) -> tuple[Batch, Item]:
    """The batch and the item that is to be carried out now. Raises `Refused` where it is not, or has been."""
    batch = batches.get(batch_id)
    item = next((each for each in batch.left if each.application_id == application_id), None) if batch else None
    if batch is None or item is None or now < batch.due_at:
        raise Refused(Why.NO_SUCH_BATCH)
    return batch, item


def carried_out(batches: Batches, command: CarryOut, actor: Actor, now: datetime) -> ItemCarriedOut:
    """The event that goes with a decision of a batch, which itself is decided as any other. Raises `Refused`."""
    decision = command.decision
    batch, item = require_due(batches, command.batch_id, decision.application_id, now)
    kinds = {
        Becoming.ACCREDITED: AcceptApplication,
        Becoming.REFUSED: RefuseApplication,
        Becoming.PROPOSED: ProposeDecision,
    }
    if not isinstance(decision, kinds[item.becoming]) or actor.place_id != batch.by:
        raise Refused(Why.NOT_ENTITLED)
    if decision.turn != item.turn:
        raise Refused(Why.APPLICATION_CHANGED)
    return ItemCarriedOut(now, batch.batch_id, item.application_id)


def apply(batches: Batches, event: BatchEvent) -> Batches:
    """The batches after an event."""
    if isinstance(event, DecisionsScheduled):
        made = Batch(event.batch_id, event.at, event.by, event.due_at, event.verdict, event.items)
        return {**batches, event.batch_id: made}
    batch = batches[event.batch_id]
    match event:
        case BatchUndone():
            batch = replace(batch, undone_at=event.at, undone_by=event.by)
        case ItemCarriedOut():
            batch = replace(batch, done={**batch.done, event.application_id: None})
        case ItemLeftOut():
            batch = replace(batch, done={**batch.done, event.application_id: event.why})
    return {**batches, event.batch_id: batch}

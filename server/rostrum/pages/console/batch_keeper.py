"""Carries out decisions in bulk at the end of their window, in the name of whoever scheduled them.

What is due is in the record: a restart goes on where it stopped, and what was carried out is said in its transaction.
"""

import asyncio
import contextlib
from collections.abc import Sequence

import structlog

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.batches import Batch, Becoming, CarryOut, Decision, Item, LeaveOut, refusal_of
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.review import Outcome, ProposeDecision, Verdict
from rostrum.desk import ACCREDITATION
from rostrum.house import House
from rostrum.pages.console.acceptance import acceptance
from rostrum.pages.console.case import Case
from rostrum.pages.console.judging import refusal
from rostrum.reads.relation import related
from rostrum.record.journal import Write

LOOK_EVERY_S = 1.0

_log = structlog.get_logger(__name__)


async def keep_batches(house: House, stop: asyncio.Event) -> None:
    """Until told to stop."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
        now = house.clock()
        for session in house.desk.held(ACCREDITATION).values():
            due = [(batch, item) for batch in session.batches.values() if batch.due_at <= now for item in batch.left]
            for batch, item in due:
                if stop.is_set():
                    return
                try:
                    await _carry_out(house, session.session_id, batch, item)
                except Exception:
                    _log.exception("a decision in bulk could not be carried out", batch=batch.batch_id)


async def _carry_out(house: House, session_id: str, batch: Batch, item: Item) -> None:
    session = (await house.desk.load(ACCREDITATION, session_id)).state
    place, application = session.places.get(batch.by), session.applications.get(item.application_id)
    try:
        if place is None or application is None:
            raise Refused(Why.NOT_ENTITLED)
        own = await related(place, application, house.dossiers)
        case = Case(house, session, application, place.actor(), own)
        decision, writes = await _decision(case, batch, item)
        command = CarryOut(batch.batch_id, decision)
        await house.desk.act(ACCREDITATION, session_id, command, case.actor, also=writes)
    except Refused as refused:
        # Another node may have been quicker: then there is nothing left to leave out.
        with contextlib.suppress(Refused):
            left_out = LeaveOut(batch.batch_id, item.application_id, refused.why)
            await house.desk.act(ACCREDITATION, session_id, left_out, SYSTEM)


async def _decision(case: Case, batch: Batch, item: Item) -> tuple[Decision, Sequence[Write]]:
    """The command that an item means, and what belongs into its transaction. Raises `Refused`."""
    match item.becoming:
        case Becoming.ACCREDITED:
            ready = await acceptance(case.house, case.session, case.application, turn=item.turn, related=case.related)
            return ready.command, ready.writes
        case Becoming.REFUSED:
            meant = refusal_of(case.application, batch.verdict, related=case.related)
            verdict = Verdict(Outcome.REFUSE, meant.reason, meant.note_id)
            return await refusal(case, item.turn, verdict, await case.words_of(meant.note_id))
        case Becoming.PROPOSED:
            return ProposeDecision(case.application_id, item.turn, batch.verdict, case.related), ()

"""How a decision on an application stands, as the secretariat sees it: who may decide, what is proposed, an appeal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rostrum.assembly.actor import Actor
from rostrum.assembly.appeal import Appeal, AppealState
from rostrum.assembly.application import Application
from rostrum.assembly.deciding import Bench
from rostrum.assembly.refusal import Refused
from rostrum.assembly.review import Outcome, Proposal, RefusalReason
from rostrum.reads.thread import Staff
from rostrum.record.dossiers import Dossiers


class Concern(StrEnum):
    """Why somebody takes no part in deciding."""

    NONE = "none"
    OWN = "own"
    """The application is of their own organisation."""
    DECLARED = "declared"


@dataclass(frozen=True)
class ProposalModel:
    """A proposal in words. `member`: the name of the one person that it is about; `own`: of who looks at it."""

    at: datetime
    who: str
    own: bool
    outcome: Outcome
    reason: RefusalReason | None
    words: str
    member: str


@dataclass(frozen=True)
class AppealModel:
    """An appeal in words. `words`: those of the decision."""

    at: datetime
    state: AppealState
    why: str
    ended_at: datetime | None
    words: str


@dataclass(frozen=True)
class ReviewModel:
    """How the decision stands for who looks at it. `void`: a proposal that no longer stands; `returned`: its words."""

    turn: int
    two: bool
    concern: Concern
    declared: Sequence[str]
    proposal: ProposalModel | None
    void: ProposalModel | None
    returned: str
    refused_it: bool
    """Whether who looks took part in the refusal: somebody else decides on the appeal."""


async def review_model(
    bench: Bench, application: Application, actor: Actor, dossiers: Dossiers, staff: Staff, *, related: bool
) -> ReviewModel:
    """The model for somebody of the secretariat."""
    concern = Concern.NONE
    if actor.place_id in application.conflicts:
        concern = Concern.DECLARED
    else:
        try:
            bench.require_impartial(application, actor, related=related)
        except Refused:
            concern = Concern.OWN
    shown = None
    if application.proposal is not None:
        shown = await _proposal(application, application.proposal, actor, dossiers, staff)
    stands = application.standing_proposal is not None
    returned = await dossiers.get(application.returned_note_id) if application.returned_note_id else None
    declared = await staff.called(set(application.conflicts))
    return ReviewModel(
        application.turn,
        bench.review.deciders > 1,
        concern,
        sorted(declared.values()),
        shown if stands else None,
        None if stands else shown,
        str((returned or {}).get("text", "")),
        actor.place_id in application.refused_by,
    )


async def _proposal(
    application: Application, proposal: Proposal, actor: Actor, dossiers: Dossiers, staff: Staff
) -> ProposalModel:
    verdict = proposal.verdict
    member = application.members.get(verdict.member_id or "")
    found = await dossiers.get_many(
        each for each in (verdict.note_id, None if member is None else member.dossier_id) if each
    )
    person = {} if member is None else found.get(member.dossier_id, {})
    return ProposalModel(
        proposal.at,
        (await staff.called({proposal.by})).get(proposal.by, ""),
        proposal.by == actor.place_id,
        verdict.outcome,
        verdict.reason,
        str(found.get(verdict.note_id or "", {}).get("text", "")),
        f"{person.get('given_name', '')} {person.get('family_name', '')}".strip(),
    )


async def appeal_model(appeal: Appeal | None, dossiers: Dossiers) -> AppealModel | None:
    """An appeal with its words."""
    if appeal is None:
        return None
    found = await dossiers.get_many(each for each in (appeal.note_id, appeal.decision_note_id) if each)
    why, words = (str(found.get(each or "", {}).get("text", "")) for each in (appeal.note_id, appeal.decision_note_id))
    return AppealModel(appeal.at, appeal.state, why, appeal.ended_at, words)

"""How decisions on applications are made: by one or by two people, and never by somebody who is concerned."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why

APPEAL_DAYS_MAX = 365
UNDO_MAX_S = 24 * 3600


class RefusalReason(StrEnum):
    """Reasons from the list; the words of the decision add to them."""

    NOT_ELIGIBLE = "not-eligible"
    WRONG_CATEGORY = "wrong-category"
    NOT_COMMUNICATED = "not-communicated"
    """A state or organisation has not said, through its own channel, that these people come for it."""
    NOT_INVITED = "not-invited"
    NO_CONSULTATIVE_STATUS = "no-consultative-status"
    NO_PRESS_ASSIGNMENT = "no-press-assignment"
    EVIDENCE_MISSING = "evidence-missing"
    NO_ANSWER = "no-answer"
    LATE = "late"
    NO_ROOM = "no-room"
    DUPLICATE = "duplicate"
    OTHER = "other"


class Outcome(StrEnum):
    """What can be decided on an application."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    REFUSE_MEMBER = "refuse-member"
    """One person, or one change to somebody who is accredited; the rest stays to be decided."""


@dataclass(frozen=True)
class Review:
    """How a session decides. `appeal_days`: how long a refusal can be appealed against, 0 for never.

    `undo_s`: how long decisions in bulk wait before they are carried out.
    """

    deciders: int = 1
    appeal_days: int = 14
    undo_s: int = 600


@dataclass(frozen=True)
class Verdict:
    """What is decided or proposed. `note_id`: the dossier with the words; `member_id`: whom alone it is about."""

    outcome: Outcome
    reason: RefusalReason | None = None
    note_id: str | None = None
    member_id: str | None = None


@dataclass(frozen=True)
class Proposal:
    """What one member of staff (`by`: their place) proposes on an application as it was at its turn `turn`."""

    at: datetime
    by: str
    turn: int
    verdict: Verdict


# Commands


@dataclass(frozen=True)
class SetReview:
    """Say how decisions are made from now on. Proposals stay what they are: proposals."""

    review: Review
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ProposeDecision:
    """The first of two: proposes on the application as it was at `turn`.

    `related`, here as in every decision: whether the one who acts was found to belong to the applicant's organisation
    (by address); facts from outside the record, looked up by whoever sends the command.
    """

    application_id: str
    turn: int
    verdict: Verdict
    related: bool = False
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ReturnProposal:
    """The second sends a proposal back with words, or the first takes it back."""

    application_id: str
    note_id: str
    related: bool = False
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class DeclareConflict:
    """Somebody of the secretariat declares that they are concerned: they take no part in deciding any more."""

    application_id: str
    needs: ClassVar = (Right.ADMINISTER,)


ReviewCommand = ProposeDecision | ReturnProposal | DeclareConflict


# Events


@dataclass(frozen=True)
class ReviewSet:
    """From now on decisions are made so."""

    at: datetime
    review: Review


@dataclass(frozen=True)
class DecisionProposed:
    """One of two has proposed."""

    at: datetime
    application_id: str
    by: str
    turn: int
    verdict: Verdict


@dataclass(frozen=True)
class ProposalReturned:
    """A proposal was sent back, or taken back by the one who made it."""

    at: datetime
    application_id: str
    by: str
    note_id: str


@dataclass(frozen=True)
class ConflictDeclared:
    """This member of staff (`by`: their place) is concerned."""

    at: datetime
    application_id: str
    by: str


ReviewEvent = DecisionProposed | ProposalReturned | ConflictDeclared


def set_review(current: Review, command: SetReview, now: datetime) -> list[ReviewSet]:
    """The event, none where nothing changes. Raises `Refused` for figures that cannot be."""
    wanted = command.review
    sound = (
        wanted.deciders in {1, 2} and 0 <= wanted.appeal_days <= APPEAL_DAYS_MAX and 0 <= wanted.undo_s <= UNDO_MAX_S
    )
    if not sound:
        raise Refused(Why.REVIEW_WRONG)
    return [] if wanted == current else [ReviewSet(now, wanted)]

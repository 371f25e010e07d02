"""Votes: the roll is frozen when the vote opens, each entitled delegation counts once, majorities are data.

Rome Statute, article 112(7): one vote each; on matters of substance two thirds of those present and voting, with an
absolute majority of States Parties as the quorum for voting; on matters of procedure a simple majority of those present
and voting. Those who abstain are not voting; a tie is no majority. Methods beside the show of hands find their place in
`Method`: what differs is how a choice is made known, not how it is counted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.presence import Electorate, Presence, quorum
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules.procedure import Procedure


class Subject(StrEnum):
    """What a vote is on, as far as its majority depends on it."""

    SUBSTANCE = "substance"
    PROCEDURE = "procedure"


class Method(StrEnum):
    """How the choices are made known."""

    SHOW_OF_HANDS = "show-of-hands"


class Choice(StrEnum):
    """What a delegation says."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class VoteState(StrEnum):
    """Where a vote stands."""

    ABSENT = "absent"
    OPEN = "open"
    CLOSED = "closed"
    ANNULLED = "annulled"
    """Begun and not finished, after a point of order on its conduct."""


@dataclass(frozen=True)
class Vote:
    """One vote. `roll` are the delegations entitled when it opened, `cast` what each has said."""

    vote_id: str = ""
    subject: Subject = Subject.PROCEDURE
    method: Method = Method.SHOW_OF_HANDS
    roll: frozenset[str] = frozenset()
    present: int = 0
    opened_at: datetime | None = None
    text_id: str | None = None
    motion_id: str | None = None
    item_id: str | None = None
    cast: Mapping[str, Choice] = field(default_factory=dict)
    state: VoteState = VoteState.ABSENT
    adopted: bool | None = None

    def count(self, choice: Choice) -> int:
        """How many said so."""
        return Counter(self.cast.values())[choice]


@dataclass(frozen=True)
class Votes:
    """All votes of a meeting; `open_id` the one that is under way."""

    votes: Mapping[str, Vote] = field(default_factory=dict)
    open_id: str | None = None

    @property
    def current(self) -> Vote | None:
        """The vote that is under way."""
        return None if self.open_id is None else self.votes[self.open_id]


# Commands


@dataclass(frozen=True)
class OpenVote:
    """Open a vote. `roll`: who is entitled now, as accreditation and credentials say; it stays so to the end.
    `members`: how many states are parties, for the quorum; 0: as many as are on the roll."""

    vote_id: str
    subject: Subject
    roll: frozenset[str]
    text_id: str | None = None
    motion_id: str | None = None
    method: Method = Method.SHOW_OF_HANDS
    members: int = 0
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class CastVote:
    """Say yes, no or abstain, for one's delegation."""

    vote_id: str
    choice: Choice
    needs: ClassVar = (Right.VOTE,)


@dataclass(frozen=True)
class CountHand:
    """The secretariat counts the hand of a delegation in the hall."""

    vote_id: str
    delegation_id: str
    choice: Choice
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class CloseVote:
    """End the vote and declare its result."""

    vote_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class AnnulVote:
    """Break a vote off, after a point of order on its conduct was agreed to."""

    vote_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


VoteCommand = OpenVote | CastVote | CountHand | CloseVote | AnnulVote


# Events


@dataclass(frozen=True)
class VoteOpened:
    """The vote is under way. `present`: how many of the roll are here."""

    at: datetime
    vote_id: str
    subject: Subject
    method: Method
    roll: tuple[str, ...]
    present: int
    text_id: str | None = None
    motion_id: str | None = None
    item_id: str | None = None


@dataclass(frozen=True)
class VoteCast:
    """A delegation has said its choice. `by_hand`: counted by the secretariat in the hall."""

    at: datetime
    vote_id: str
    delegation_id: str
    choice: Choice
    by_hand: bool = False


@dataclass(frozen=True)
class VoteClosed:
    """The vote is over, with its count and result."""

    at: datetime
    vote_id: str
    yes: int
    no: int
    abstained: int
    adopted: bool


@dataclass(frozen=True)
class VoteAnnulled:
    """The vote was broken off and counts for nothing."""

    at: datetime
    vote_id: str


VoteEvent = VoteOpened | VoteCast | VoteClosed | VoteAnnulled

VOTE_MACHINE: Mapping[VoteState, Mapping[type[VoteEvent], VoteState]] = {
    VoteState.ABSENT: {VoteOpened: VoteState.OPEN},
    VoteState.OPEN: {VoteCast: VoteState.OPEN, VoteClosed: VoteState.CLOSED, VoteAnnulled: VoteState.ANNULLED},
    VoteState.CLOSED: {},
    VoteState.ANNULLED: {},
}
"""How a vote moves. Nothing else changes its state."""


def decide(
    votes: Votes, command: VoteCommand, actor: Actor, now: datetime, presence: Presence, procedure: Procedure,
    item_id: str | None, may_annul: bool,
) -> list[VoteEvent]:  # fmt: skip
    """What a command on votes brings about in an open meeting.

    `may_annul`: a point of order on the conduct of this vote was agreed to. Raises `Refused`.
    """
    match command:
        case OpenVote():
            return [_open(votes, command, now, presence, procedure, item_id)]
        case CastVote():
            vote = _current(votes, command.vote_id)
            return [_cast(vote, actor.delegation_id, command.choice, now, by_hand=False)]
        case CountHand():
            vote = _current(votes, command.vote_id)
            return [_cast(vote, command.delegation_id, command.choice, now, by_hand=True)]
        case CloseVote():
            vote = _current(votes, command.vote_id)
            yes, no = vote.count(Choice.YES), vote.count(Choice.NO)
            adopted = is_adopted(vote.subject, yes, no, procedure)
            return [VoteClosed(now, vote.vote_id, yes, no, vote.count(Choice.ABSTAIN), adopted)]
        case AnnulVote():
            vote = _current(votes, command.vote_id)
            if not may_annul:
                raise Refused(Why.VOTE_UNDER_WAY)
            return [VoteAnnulled(now, vote.vote_id)]


def is_adopted(subject: Subject, yes: int, no: int, procedure: Procedure) -> bool:
    """Whether the majority that the subject needs is reached among those who say yes or no."""
    rules = procedure.vote
    threshold = rules.substance if subject is Subject.SUBSTANCE else rules.procedure
    return threshold.is_met(yes, yes + no)


def _open(
    votes: Votes, command: OpenVote, now: datetime, presence: Presence, procedure: Procedure, item_id: str | None
) -> VoteOpened:
    if command.vote_id in votes.votes:
        raise Refused(Why.ALREADY_EXISTS)
    if not command.roll:
        raise Refused(Why.NOBODY_ENTITLED)
    rules = procedure.quorum
    threshold = rules.substance if command.subject is Subject.SUBSTANCE else rules.procedure
    here = quorum(presence, Electorate(command.roll, command.members), rules, threshold)
    if not here.is_met:
        raise Refused(Why.NO_QUORUM, present=here.present, needed=here.needed)
    return VoteOpened(
        now, command.vote_id, command.subject, command.method, tuple(sorted(command.roll)), here.present,
        command.text_id, command.motion_id, item_id,
    )  # fmt: skip


def _cast(vote: Vote, delegation_id: str, choice: Choice, now: datetime, *, by_hand: bool) -> VoteCast:
    if delegation_id not in vote.roll:
        raise Refused(Why.NOT_ON_ROLL)
    if delegation_id in vote.cast:
        raise Refused(Why.ALREADY_VOTED)
    return VoteCast(now, vote.vote_id, delegation_id, choice, by_hand)


def _current(votes: Votes, vote_id: str) -> Vote:
    current = votes.current
    if current is None or current.vote_id != vote_id:
        raise Refused(Why.NO_VOTE)
    return current


def apply(votes: Votes, event: VoteEvent) -> Votes:
    """The votes after an event."""
    known = votes.votes.get(event.vote_id, Vote(event.vote_id))
    vote = replace(known, state=VOTE_MACHINE[known.state][type(event)])
    open_id = votes.open_id
    match event:
        case VoteOpened():
            open_id = event.vote_id
            vote = replace(
                vote, subject=event.subject, method=event.method, roll=frozenset(event.roll), present=event.present,
                opened_at=event.at, text_id=event.text_id, motion_id=event.motion_id, item_id=event.item_id,
            )  # fmt: skip
        case VoteCast():
            vote = replace(vote, cast={**vote.cast, event.delegation_id: event.choice})
        case VoteClosed():
            vote, open_id = replace(vote, adopted=event.adopted), None
        case VoteAnnulled():
            open_id = None
    return Votes({**votes.votes, event.vote_id: vote}, open_id)

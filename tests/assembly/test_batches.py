"""Decisions in bulk by the rules alone: never before their time, never twice, never more than was looked at."""

from datetime import UTC, datetime, timedelta

import pytest

from rostrum.assembly.accreditation import Accreditation, AccreditationCommand, OpenSession, apply, decide
from rostrum.assembly.actor import SYSTEM, Actor, Right, applicant
from rostrum.assembly.application import AcceptApplication, ApplicationState, ChangeApplication, SubmitApplication
from rostrum.assembly.batches import Becoming, CarryOut, Item, LeaveOut, ScheduleDecisions, UndoBatch
from rostrum.assembly.delegation import Granting, NamedMember
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.review import Outcome, ProposeDecision, Review, SetReview, Verdict
from rostrum.assembly.rules import load

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
DUE = NOW + timedelta(minutes=10)
CLERK, SECOND = (
    Actor(name, "", "secretariat", frozenset({Right.ADMINISTER}), remote=False) for name in ("clerk", "second")
)
ACCEPTING = Verdict(Outcome.ACCEPT)


class Session:
    """A session with two applications."""

    def __init__(self) -> None:
        self.state = Accreditation()
        self.act(OpenSession("s", {"en": "Session"}, load("asp")), SYSTEM)
        for each in ("a0", "a1"):
            member = NamedMember(f"m-{each}", "d", True)
            self.act(SubmitApplication(each, "ngo", "d", (member,)), applicant(each))

    def act(self, command: AccreditationCommand, actor: Actor, now: datetime = NOW) -> None:
        """Do it, or raise `Refused`."""
        for event in decide(self.state, command, actor, now):
            self.state = apply(self.state, event)

    def why_not(self, command: AccreditationCommand, actor: Actor, now: datetime = NOW) -> Why:
        """Why it is refused; nothing has changed."""
        before = self.state
        with pytest.raises(Refused) as refused:
            self.act(command, actor, now)
        assert self.state == before
        return refused.value.why

    def schedule(self, become: Becoming, *ids: str) -> None:
        """Schedule these as the batch "b"."""
        self.act(ScheduleDecisions("b", ACCEPTING, tuple(Item(each, 0, become) for each in ids)), CLERK)


def accepting(application_id: str) -> CarryOut:
    """What the server sends for one of them."""
    granted = (Granting(f"m-{application_id}", f"p-{application_id}", f"l-{application_id}"),)
    return CarryOut("b", AcceptApplication(application_id, 0, "del", granted, DUE + timedelta(days=1)))


def test_nothing_leaves_before_its_time_and_each_is_carried_out_once() -> None:
    session = Session()
    session.schedule(Becoming.ACCREDITED, "a0", "a1")
    assert session.why_not(accepting("a0"), CLERK) is Why.NO_SUCH_BATCH
    assert session.why_not(LeaveOut("b", "a0", Why.BROKEN), SYSTEM) is Why.NO_SUCH_BATCH
    assert not session.state.places
    assert session.why_not(accepting("a0"), SECOND, DUE) is Why.NOT_ENTITLED, "in the name of who scheduled it"
    session.act(accepting("a0"), CLERK, DUE)
    assert session.why_not(accepting("a0"), CLERK, DUE) is Why.NO_SUCH_BATCH, "once"
    session.act(ChangeApplication("a1", "ngo", "e", ("reason",)), applicant("a1"))
    assert session.why_not(accepting("a1"), CLERK, DUE) is Why.APPLICATION_CHANGED
    session.act(LeaveOut("b", "a1", Why.APPLICATION_CHANGED), SYSTEM, DUE)
    assert session.state.batches["b"].left == ()
    assert session.state.applications["a1"].state is ApplicationState.SUBMITTED
    assert set(session.state.places) == {"p-a0"}


def test_what_was_undone_never_comes_to_pass_and_what_is_due_is_not_undone() -> None:
    session = Session()
    session.schedule(Becoming.ACCREDITED, "a0")
    again = ScheduleDecisions("c", ACCEPTING, (Item("a0", 0, Becoming.ACCREDITED),))
    assert session.why_not(again, SECOND) is Why.DECISION_WAITS
    assert session.why_not(UndoBatch("b"), CLERK, DUE) is Why.TOO_LATE_TO_UNDO
    session.act(UndoBatch("b"), SECOND)
    assert session.why_not(accepting("a0"), CLERK, DUE) is Why.NO_SUCH_BATCH
    session.act(again, SECOND)


def test_nothing_becomes_more_than_was_looked_at() -> None:
    session = Session()
    session.act(SetReview(Review(2)), CLERK)
    wrong = ScheduleDecisions("b", ACCEPTING, (Item("a0", 0, Becoming.ACCREDITED),))
    assert session.why_not(wrong, CLERK) is Why.APPLICATION_CHANGED, "it would only be proposed"
    session.schedule(Becoming.PROPOSED, "a0", "a1")
    proposing = CarryOut("b", ProposeDecision("a1", 0, ACCEPTING))
    session.act(proposing, CLERK, DUE)
    session.act(SetReview(Review(1)), CLERK)
    assert session.why_not(accepting("a0"), CLERK, DUE) is Why.NOT_ENTITLED, "a proposal is not made a decision"
    assert session.why_not(CarryOut("b", ProposeDecision("a0", 0, ACCEPTING)), CLERK, DUE) is Why.ONE_DECIDES
    assert not session.state.places


def test_nobody_decides_in_bulk_on_their_own_organisation_or_on_nothing() -> None:
    session = Session()
    items = (Item("a0", 0, Becoming.ACCREDITED),)
    own = ScheduleDecisions("b", ACCEPTING, items, frozenset({"a0"}))
    assert session.why_not(own, CLERK) is Why.OWN_ORGANISATION
    assert session.why_not(ScheduleDecisions("b", ACCEPTING, items * 2), CLERK) is Why.NOTHING_CHOSEN
    assert session.why_not(ScheduleDecisions("b", ACCEPTING, ()), CLERK) is Why.NOTHING_CHOSEN

"""Video statements by random commands: one for a delegation and item is ready, and what was delivered stands."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.statement import (
    DELIVERED,
    READY,
    Check,
    Finding,
    Made,
    StatementEvent,
    Statements,
    StatementState,
    apply,
    fold,
)
from rostrum.assembly.statement_acts import (
    ApproveStatement,
    BeginCheck,
    NoteDelivery,
    QueueStatement,
    ReceiveStatement,
    ReportCheck,
    SetStatementDeadline,
    StatementCommand,
    TakeStatementBack,
    decide,
)
from rostrum.i18n.checks import CHECKS
from rostrum.record.codec import decode, encode

NOW = datetime(2026, 11, 26, tzinfo=UTC)
BEGINS = NOW + timedelta(minutes=60)
PEOPLE = [Actor(f"p{n}", f"d{n % 2}", "state-party", frozenset({Right.SPEAK})) for n in range(3)]
MADE = Made("clip", "preview", ("one",), 60_000)


class StatementMachine(RuleBasedStateMachine):
    """Commands go to a session's statements; what they decide is looked at from every side."""

    @initialize()
    def begin(self) -> None:
        self.now, self.number, self.state = NOW, 0, Statements()
        self.events: list[StatementEvent] = []
        self.delivered: dict[str, StatementState] = {}

    def act(self, command: StatementCommand, actor: Actor) -> bool:
        try:
            decided = decide(self.state, command, actor, self.now)
        except Refused:
            return False
        for event in decided:
            assert decode(*encode(event)) == event
            self.state = apply(self.state, event)
        self.events += decided
        return True

    def pick(self, n: int) -> str:
        known = list(self.state.statements)
        return known[n % len(known)] if known else "none"

    @rule(actor=st.sampled_from(PEOPLE))
    def receive(self, actor: Actor) -> None:
        self.number += 1
        receive = ReceiveStatement("s", f"v{self.number}", "m", "i", "fr", "dossier", "upload", BEGINS)
        taken = self.act(receive, actor)
        assert not (taken and self.now >= self.state.deadline("m", BEGINS))  # type: ignore[operator]

    @rule(n=st.integers(0, 9), found=st.sets(st.sampled_from(list(Check)), max_size=2), made=st.booleans())
    def check(self, n: int, found: set[Check], made: bool) -> None:
        statement_id, findings = self.pick(n), tuple(Finding(check) for check in sorted(found))
        self.act(BeginCheck(statement_id), SYSTEM)
        if self.act(ReportCheck(statement_id, findings, MADE if made else None), SYSTEM):
            refused = not made or any(check.refuses for check in found)
            after = self.state.statements[statement_id].state
            assert after is (StatementState.REFUSED if refused else StatementState.NEEDS_APPROVAL)

    @rule(n=st.integers(0, 9), actor=st.sampled_from(PEOPLE), instead=st.booleans(), back=st.booleans())
    def decide_on_it(self, n: int, actor: Actor, instead: bool, back: bool) -> None:
        one = self.pick(n)
        on_air = frozenset({"e2"})
        ready = [each for each in self.state.statements.values() if each.is_ready and each.entry_id in on_air]
        command = TakeStatementBack(one, on_air) if back else ApproveStatement(one, instead, on_air)
        if self.act(command, actor):
            assert self.state.statements[one].is_of(actor.place_id, actor.delegation_id)
            assert all(self.state.statements[each.statement_id].is_ready for each in ready), "what is played is left"

    @rule(n=st.integers(0, 9), entry=st.sampled_from(["e1", "e2", None]))
    def queue(self, n: int, entry: str | None) -> None:
        self.act(QueueStatement(self.pick(n), entry), SYSTEM)

    @rule(n=st.integers(0, 9), fell_back=st.booleans())
    def deliver(self, n: int, fell_back: bool) -> None:
        one = self.pick(n)
        if self.act(NoteDelivery(one, fell_back), SYSTEM):
            self.delivered[one] = self.state.statements[one].state

    @rule(minutes=st.integers(1, 30), later=st.booleans())
    def time_passes(self, minutes: int, later: bool) -> None:
        self.now += timedelta(minutes=minutes)
        if later:
            self.act(SetStatementDeadline("s", "m", self.now + timedelta(minutes=minutes)), SYSTEM)

    @invariant()
    def one_of_a_delegation_is_ready(self) -> None:
        for actor in PEOPLE:
            own = self.state.of("m", actor.place_id, actor.delegation_id)
            assert sum(one.state in READY for one in own) <= 1
            assert sum(one.state not in READY for one in own) <= 1

    @invariant()
    def what_was_delivered_stands(self) -> None:
        assert all(self.state.statements[key].state is state for key, state in self.delivered.items())
        assert all(state in DELIVERED for state in self.delivered.values())

    @invariant()
    def nothing_is_ready_that_was_refused_or_not_looked_at(self) -> None:
        for one in self.state.statements.values():
            assert not one.is_ready or (one.made is not None and not any(f.check.refuses for f in one.findings))

    @invariant()
    def the_fold_is_the_same_however_it_is_batched(self) -> None:
        middle = len(self.events) // 2
        assert fold(self.events[middle:], fold(self.events[:middle])) == self.state == fold(self.events)


StatementMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestStatements = StatementMachine.TestCase


def test_every_finding_has_words() -> None:
    assert set(CHECKS) == set(Check)


def test_another_delegations_statement_is_not_there() -> None:
    receive = ReceiveStatement("s", "v", "m", "i", "fr", "dossier", "upload", BEGINS)
    state = fold(decide(Statements(), receive, PEOPLE[0], NOW))
    with pytest.raises(Refused) as refused:
        decide(state, TakeStatementBack("v"), PEOPLE[1], NOW)
    assert refused.value.why is Why.NO_SUCH_STATEMENT
    with pytest.raises(Refused) as late:
        decide(Statements(), receive, PEOPLE[0], BEGINS)
    assert late.value.why is Why.STATEMENT_LATE

"""Decisions under any sequence of commands by three of the secretariat and two organisations.

Where two decide, no place and no link without two different people on the application as it is; nobody decides on their
own organisation, or on an appeal against what they refused; nothing that ended opens again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from rostrum.assembly import deciding, delegation
from rostrum.assembly.accreditation import (
    Accreditation,
    AccreditationCommand,
    AccreditationEvent,
    OpenSession,
    apply,
    decide,
    fold,
)
from rostrum.assembly.actor import SYSTEM, Actor, Right, applicant
from rostrum.assembly.appeal import AppealState, DecideAppeal, LodgeAppeal, WithdrawAppeal
from rostrum.assembly.application import (
    AcceptApplication,
    Application,
    ApplicationAccepted,
    ApplicationState,
    ChangeApplication,
    RefuseApplication,
    SubmitApplication,
)
from rostrum.assembly.deciding import Bench
from rostrum.assembly.delegation import Granting, NamedMember
from rostrum.assembly.evidence import AddEvidence
from rostrum.assembly.inquiry import GiveInformation, RequestInformation
from rostrum.assembly.place import IssueLink, LeaveSession
from rostrum.assembly.refusal import Refused
from rostrum.assembly.review import (
    DeclareConflict,
    Outcome,
    ProposeDecision,
    RefusalReason,
    ReturnProposal,
    Review,
    SetReview,
    Verdict,
)
from rostrum.assembly.rules import load

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
CLERK, SECOND, THIRD = (
    Actor(name, "", "secretariat", frozenset({Right.ADMINISTER}), remote=False) for name in ("clerk", "second", "third")
)
INSIDER = Actor("insider", "del0", "secretariat", frozenset({Right.ADMINISTER}), remote=False)
"""Of the delegation that the first application's people are of once they are accredited."""
STAFF = st.sampled_from([CLERK, SECOND, INSIDER])
DELEGATE = Actor("someone", "d", "ngo", frozenset({Right.ATTEND, Right.SPEAK}))
N = st.integers(0, 1)
OTHER = st.sampled_from([0, 0, 0, 0, 0, 1])
"""Seldom the other organisation tries it."""
UNDECIDED = {ApplicationState.SUBMITTED, ApplicationState.QUESTIONED}
APPEAL_DAYS = 2
ACCEPTING = Verdict(Outcome.ACCEPT)


class Decisions(RuleBasedStateMachine):
    """Two organisations, three of the secretariat, and someone with no business here."""

    @initialize()
    def open(self) -> None:
        self.now = NOW
        self.state = Accreditation()
        self.events: list[AccreditationEvent] = []
        self.links = 0
        self.revoked: set[str] = set()
        self.deciders = 1
        self.proposed: dict[str, tuple[str, Verdict]] = {}
        """Application to who proposed what on it, as it still is."""
        self.refusers: dict[str, set[str]] = {}
        self.refused_at: dict[str, datetime] = {}
        self.appealed: set[str] = set()
        self.had_places: tuple[str, ...] = ()
        self.concerned: set[tuple[str, str]] = set()
        """(application, staff) that declared to be concerned."""
        assert self.act(OpenSession("s", {"en": "Session"}, load("asp")), SYSTEM)
        self.set_review(2, CLERK)
        self.submit(0)
        self.submit(1)

    def act(self, command: AccreditationCommand, actor: Actor) -> bool:
        try:
            events = decide(self.state, command, actor, self.now)
        except Refused:
            return False
        for event in events:
            self.events.append(event)
            self.state = apply(self.state, event)
        return True

    def new_link(self) -> str:
        self.links += 1
        return f"l{self.links}"

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def submit(self, n: int) -> None:
        member = NamedMember(f"m{n}", f"dossier{n}", True)
        assert self.act(SubmitApplication(f"a{n}", "ngo", f"dossier{n}", (member,)), applicant(f"a{n}"))

    def found(self, n: int) -> Application | None:
        return self.state.applications.get(f"a{n}")

    def turn(self, n: int) -> int:
        application = self.found(n)
        return 0 if application is None else application.turn

    def decided(self, n: int, actor: Actor, verdict: Verdict, *, related: bool) -> None:
        """What holds of whatever was decided."""
        assert not related
        assert actor in {CLERK, SECOND, INSIDER}
        assert (f"a{n}", actor.place_id) not in self.concerned
        application = self.found(n)
        assert application is not None
        if actor is INSIDER:
            assert not {"del0"} & {self.state.places[each].delegation_id for each in self.had_places}
        proposal = self.proposed.pop(f"a{n}", None)
        if self.deciders == 2:
            assert proposal is not None, "two decide"
            assert proposal[0] != actor.place_id, "and they are two people"
            assert proposal[1] == verdict, "on the same thing, as it is"

    def changed(self, n: int, *, done: bool) -> None:
        if done:
            self.proposed.pop(f"a{n}", None)

    @rule(deciders=st.sampled_from([1, 2, 2, 2]), actor=st.sampled_from([CLERK, DELEGATE]))
    def set_review(self, deciders: int, actor: Actor) -> None:
        before = self.state.applications, self.state.places, self.state.links
        if self.act(SetReview(Review(deciders, APPEAL_DAYS)), actor):
            assert actor is CLERK
            self.deciders = deciders
            assert (self.state.applications, self.state.places, self.state.links) == before, "it decides nothing"

    @rule(n=N, actor=STAFF, outcome=st.sampled_from([ACCEPTING, ACCEPTING, Verdict(Outcome.REFUSE)]))
    def propose(self, n: int, actor: Actor, outcome: Verdict) -> None:
        verdict = outcome if outcome is ACCEPTING else Verdict(Outcome.REFUSE, RefusalReason.OTHER, "note")
        if self.act(ProposeDecision(f"a{n}", self.turn(n), verdict), actor):
            assert self.deciders == 2
            assert f"a{n}" not in self.proposed
            self.proposed[f"a{n}"] = actor.place_id, verdict

    @rule(n=N, actor=STAFF)
    def send_back(self, n: int, actor: Actor) -> None:
        done = self.act(ReturnProposal(f"a{n}", "note"), actor)
        assert not done or f"a{n}" in self.proposed
        self.changed(n, done=done)

    @rule(n=N, actor=st.sampled_from([SECOND, DELEGATE]))
    def declare(self, n: int, actor: Actor) -> None:
        if self.act(DeclareConflict(f"a{n}"), actor):
            assert actor is SECOND
            self.concerned.add((f"a{n}", actor.place_id))
            self.changed(n, done=self.proposed.get(f"a{n}", ("",))[0] == actor.place_id)

    @rule(n=N, actor=st.sampled_from([CLERK, DELEGATE]))
    def ask(self, n: int, actor: Actor) -> None:
        done = self.act(RequestInformation(f"a{n}", "note", ("mandate",)), actor)
        assert not (done and actor is DELEGATE)
        self.changed(n, done=done)

    @rule(n=N, other=OTHER)
    def answer(self, n: int, other: int) -> None:
        before = self.found(n)
        done = self.act(GiveInformation(f"a{n}", "note"), applicant(f"a{(n + other) % 2}"))
        assert not done or not other
        assert done == (not other and before is not None and before.state is ApplicationState.QUESTIONED)
        self.changed(n, done=done)

    @rule(n=N, other=OTHER, category=st.sampled_from(["ngo", "state-party", "press"]))
    def change(self, n: int, other: int, category: str) -> None:
        before = self.found(n)
        if self.act(
            ChangeApplication(f"a{n}", category, f"dossier{n}", ("category",)), applicant(f"a{(n + other) % 2}")
        ):
            assert not other
            assert before is not None
            assert self.state.applications[f"a{n}"].reopened == (before.accepted_at is not None)
            self.changed(n, done=True)
        self.changed(n, done=self.act(AddEvidence(f"a{n}", "file", "mandate"), applicant(f"a{n}")))

    @rule(
        n=N,
        actor=st.sampled_from([CLERK, SECOND, INSIDER, DELEGATE, applicant("a0")]),
        behind=st.sampled_from([0, 0, 0, 1]),
        related=st.sampled_from([False, False, True]),
    )
    def accept(self, n: int, actor: Actor, behind: int, related: bool) -> None:
        before = self.found(n)
        waiting = [] if before is None else delegation.before_secretariat(before.members)
        granted = tuple(
            Granting(each.member_id, each.place_id or self.new_link(), self.new_link() if each.needs_link else None)
            for each in waiting
        )
        self.had_places = () if before is None else before.place_ids
        command = AcceptApplication(
            f"a{n}", self.turn(n) - behind, f"del{n}", granted, self.now + timedelta(hours=48), related
        )
        offered = before is not None and (bool(waiting) or before.reopened) and before.state in UNDECIDED
        if not self.act(command, actor):
            free = actor is CLERK and not behind and not related and self.deciders == 1
            assert not (free and offered), "one who may decide alone is not kept from it"
            return
        assert offered
        assert not behind
        self.decided(n, actor, ACCEPTING, related=related)
        application = self.state.applications[f"a{n}"]
        for place_id in application.place_ids:
            place = self.state.places[place_id]
            if not place.closed:
                assert place.category == application.category, "places follow the category that was decided on"
                assert place.rights == self.state.rules.categories[place.category].rights

    @rule(n=N, actor=st.sampled_from([CLERK, SECOND, INSIDER, DELEGATE]))
    def refuse(self, n: int, actor: Actor) -> None:
        before = self.found(n)
        self.had_places = () if before is None else before.place_ids
        proposer = self.proposed.get(f"a{n}", ("",))[0]
        if self.act(RefuseApplication(f"a{n}", self.turn(n), RefusalReason.OTHER, "note"), actor):
            same = self.proposed.get(f"a{n}", ("", None))[1] == Verdict(Outcome.REFUSE, RefusalReason.OTHER, "note")
            self.refusers[f"a{n}"] = {actor.place_id} | ({proposer} if same else set())
            self.refused_at[f"a{n}"] = self.now
            self.decided(n, actor, Verdict(Outcome.REFUSE, RefusalReason.OTHER, "note"), related=False)
            self.nothing_opens(n)

    @rule(n=N, accepting=st.booleans())
    def decide_as_two_do(self, n: int, accepting: bool) -> None:
        self.propose(n, CLERK, ACCEPTING if accepting else Verdict(Outcome.REFUSE))
        if accepting:
            self.accept(n, SECOND, 0, related=False)
        else:
            self.refuse(n, SECOND)

    @rule(n=N, other=OTHER)
    def lodge_appeal(self, n: int, other: int) -> None:
        before = self.found(n)
        done = self.act(LodgeAppeal(f"a{n}", "why"), applicant(f"a{(n + other) % 2}"))
        refused = before is not None and before.state is ApplicationState.REFUSED and f"a{n}" not in self.appealed
        in_time = refused and self.now < self.refused_at[f"a{n}"] + timedelta(days=APPEAL_DAYS)
        # What was refused before the period was set gives none.
        assert done <= (not other and in_time)
        if done:
            self.appealed.add(f"a{n}")

    @rule(n=N, other=OTHER)
    def withdraw_appeal(self, n: int, other: int) -> None:
        if self.act(WithdrawAppeal(f"a{n}"), applicant(f"a{(n + other) % 2}")):
            assert not other
            self.nothing_opens(n)

    @rule(n=N, actor=st.sampled_from([CLERK, SECOND, THIRD, THIRD, DELEGATE]), overturn=st.booleans())
    def decide_appeal(self, n: int, actor: Actor, overturn: bool) -> None:
        before = self.found(n)
        if self.act(DecideAppeal(f"a{n}", overturn, "note"), actor):
            assert before is not None
            assert before.appeal is not None
            assert before.appeal.state is AppealState.OPEN
            assert actor.place_id not in self.refusers[f"a{n}"], "another than those who refused"
            assert (f"a{n}", actor.place_id) not in self.concerned
            self.nothing_opens_for(before)
            after = self.state.applications[f"a{n}"]
            assert after.state is (ApplicationState.SUBMITTED if overturn else ApplicationState.REFUSED)
            assert not overturn or not after.place_ids, "nothing comes back by itself"

    def nothing_opens(self, n: int) -> None:
        self.nothing_opens_for(self.state.applications[f"a{n}"])

    def nothing_opens_for(self, application: Application) -> None:
        for place_id in application.place_ids:
            assert self.state.link_of(place_id) is None
            assert not self.state.places[place_id].actor().rights

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        if not self.state.places:
            return
        place = self.state.places[data.draw(st.sampled_from(sorted(self.state.places)))]
        done = self.act(LeaveSession(), place.actor())
        office = Right.PRESIDE in place.rights
        assert done == (not place.closed and Right.ATTEND in place.rights and not office)
        if done:
            assert self.state.link_of(place.place_id) is None
            assert not self.state.places[place.place_id].actor().rights
            for n in range(2):
                self.changed(n, done=place.delegation_id == f"del{n}")

    @rule(data=st.data(), hours=st.integers(-1, 40))
    def issue(self, data: st.DataObject, hours: int) -> None:
        place = data.draw(st.sampled_from(["nobody", *sorted(self.state.places)]))
        link_id = self.new_link()
        if self.act(IssueLink(place, link_id, self.now + timedelta(hours=hours)), CLERK):
            assert self.state.link_of(place) == self.state.links[link_id]

    @invariant()
    def no_link_without_a_decision(self) -> None:
        accepted = {
            place_id
            for event in self.events
            if isinstance(event, ApplicationAccepted)
            for place_id in event.places.values()
        }
        assert {link.place_id for link in self.state.links.values()} <= accepted

    @invariant()
    def what_was_revoked_stays_revoked(self) -> None:
        now_revoked = {link_id for link_id, link in self.state.links.items() if link.revoked_at is not None}
        assert self.revoked <= now_revoked
        self.revoked = now_revoked

    @invariant()
    def one_live_link_a_place(self) -> None:
        live = [link.place_id for link in self.state.links.values() if link.revoked_at is None]
        assert len(live) == len(set(live))

    @invariant()
    def the_fold_is_the_same_however_it_is_batched(self) -> None:
        middle = len(self.events) // 3
        assert fold(self.events) == self.state
        assert fold(self.events[middle:], fold(self.events[:middle])) == self.state


Decisions.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestDecisions = Decisions.TestCase


def _nobody(*_: object) -> str:
    return ""


def _anybody(*_: object, **__: object) -> None:
    return None


def test_a_refusal_is_appealed_against_once_and_brings_nothing_back() -> None:
    way = Decisions()
    way.open()
    way.decide_as_two_do(1, accepting=True)
    (place_id,) = way.state.applications["a1"].place_ids
    way.change(1, 0, "press")
    assert way.state.places[place_id].category == "ngo", "what was decided stands until the next decision"
    way.decide_as_two_do(1, accepting=True)
    assert way.state.places[place_id].category == "press"
    way.change(1, 0, "state-party")
    way.decide_as_two_do(1, accepting=False)
    assert way.state.places[place_id].closed
    way.lodge_appeal(1, 0)
    for actor in (CLERK, SECOND, THIRD):
        way.decide_appeal(1, actor, overturn=True)
    way.decide_as_two_do(1, accepting=True)
    (again,) = way.state.applications["a1"].place_ids
    assert again != place_id
    assert way.state.link_of(again) is not None
    assert way.state.places[place_id].closed
    way.change(1, 0, "ngo")
    way.decide_as_two_do(1, accepting=False)
    assert way.state.applications["a1"].state is ApplicationState.REFUSED
    way.lodge_appeal(1, 0)
    assert way.state.applications["a1"].state is ApplicationState.REFUSED, "once"


MUTANTS: Mapping[str, tuple[object, str, object]] = {
    "one is enough where two decide": (Bench, "proposed_by", _nobody),
    "the concerned decide": (Bench, "require_impartial", _anybody),
    "a change leaves a proposal standing": (
        Application, "standing_proposal", property(lambda application: application.proposal),
    ),
}  # fmt: skip
LATE_MUTANTS: Mapping[str, tuple[object, str, object]] = {
    "appeals without end": (
        Application, "may_appeal", lambda application, _now: application.state is ApplicationState.REFUSED,
    ),
    "places come back with an appeal": (delegation, "reopen", lambda members: members),
    "places keep their category": (deciding, "followed", lambda *_: []),
}  # fmt: skip


@pytest.mark.parametrize("mutant", LATE_MUTANTS)
def test_a_rule_that_is_left_out_late_is_noticed(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*LATE_MUTANTS[mutant])
    with pytest.raises((AssertionError, ValueError)):
        test_a_refusal_is_appealed_against_once_and_brings_nothing_back()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_rule_that_is_left_out_is_noticed(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, instead = MUTANTS[mutant]
    monkeypatch.setattr(where, name, instead)
    with pytest.raises((AssertionError, KeyError)):
        run_state_machine_as_test(
            Decisions,
            settings=settings(
                max_examples=3000,
                stateful_step_count=40,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )

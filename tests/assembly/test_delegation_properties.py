"""The whole life of applications, their members and their links, under any sequence of commands by anybody.

No path leads to a link without the focal point's approval and a decision; a revoked link never opens anything again.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from rostrum.assembly import deciding, delegation, membership, place
from rostrum.assembly.accreditation import (
    Accreditation,
    AccreditationCommand,
    AccreditationEvent,
    OpenSession,
    apply,
    decide,
    fold,
)
from rostrum.assembly.actor import SYSTEM, Actor, Right, applicant, joiner
from rostrum.assembly.application import (
    AcceptApplication,
    Application,
    ApplicationState,
    ChangeApplication,
    RefuseApplication,
    SubmitApplication,
    WithdrawApplication,
)
from rostrum.assembly.deadlines import SetDeadlines, Timeliness
from rostrum.assembly.delegation import (
    COUNTED,
    ChangeMember,
    DeclineMember,
    EndorseMember,
    Granting,
    JoinDelegation,
    MemberState,
    NamedMember,
    NameMembers,
    RefuseMember,
    RemoveMember,
)
from rostrum.assembly.inquiry import GiveInformation, RequestInformation
from rostrum.assembly.place import BindLink, IssueLink, RevokeLink
from rostrum.assembly.refusal import Refused
from rostrum.assembly.review import RefusalReason
from rostrum.assembly.rules import Category, Rules
from rostrum.record.codec import decode, encode

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
CLERK = Actor("clerk", "", "secretariat", frozenset({Right.ADMINISTER}), remote=False)
MEMBERS_MAX = 3
RULES = Rules("r", 1, 0, {"ngo": Category(frozenset({Right.ATTEND}), 1, applies=True, members_max=MEMBERS_MAX)})
A = st.sampled_from(["a0", "a1"])
M = st.integers(0, 4)
UNDECIDED = {ApplicationState.SUBMITTED, ApplicationState.QUESTIONED}


class Delegations(RuleBasedStateMachine):
    """Two organisations with their focal points, those who join, a clerk, and everybody trying the others' doors."""

    @initialize()
    def open(self) -> None:
        self.now, self.state = NOW, Accreditation()
        self.events: list[AccreditationEvent] = []
        self.count = 0
        self.approved: set[tuple[str, str]] = set()
        """(application, member) that a focal point has named or approved."""
        self.accredited: dict[str, tuple[str, str]] = {}
        """Place to (application, member) of a decision."""
        self.shown: dict[str, str] = {}
        """Place to the dossier that a decision approved."""
        self.ended: set[str] = set()
        """Links that were closed once."""
        self.closes_at: datetime | None = None
        assert self.act(OpenSession("s", {"en": "Session"}, RULES), SYSTEM)
        self.submit("a0", "a0", 3)

    def act(self, command: AccreditationCommand, actor: Actor) -> bool:
        try:
            events = decide(self.state, command, actor, self.now)
        except Refused:
            return False
        for event in events:
            self.events.append(event)
            self.state = apply(self.state, event)
        return True

    def new(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def turn(self, application_id: str) -> int:
        application = self.state.applications.get(application_id)
        return 0 if application is None else application.turn

    def person(self, of: str, n: int) -> NamedMember:
        return NamedMember(f"{of}-m{n}", self.new("dossier"), n % 2 == 0)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(hours=st.integers(-10, 30), actor=st.sampled_from([CLERK, applicant("a0")]))
    def set_deadline(self, hours: int, actor: Actor) -> None:
        moment = self.now + timedelta(hours=hours)
        if self.act(SetDeadlines(moment, None), actor):
            assert actor is CLERK
            self.closes_at = moment

    @rule(a=A, by=A, n=st.integers(1, 3))
    def submit(self, a: str, by: str, n: int) -> None:
        named = tuple(self.person(a, each) for each in range(n))
        waiting = (self.person(a, 4),)
        if self.act(SubmitApplication(a, "ngo", self.new("dossier"), named, waiting), applicant(by)):
            assert a == by
            self.approved |= {(a, each.member_id) for each in named}
            late = self.closes_at is not None and self.now > self.closes_at
            assert self.state.applications[a].timeliness is (Timeliness.LATE if late else Timeliness.ON_TIME)

    @rule(a=A, by=A, n=M)
    def name(self, a: str, by: str, n: int) -> None:
        named = self.person(a, n)
        if self.act(NameMembers(a, (named,)), applicant(by)):
            assert a == by
            self.approved.add((a, named.member_id))

    @rule(a=A, n=M, actor=st.sampled_from([joiner("a0"), joiner("a1"), applicant("a0"), CLERK]))
    def join(self, a: str, n: int, actor: Actor) -> None:
        if self.act(JoinDelegation(a, self.person(a, n)), actor):
            assert actor == joiner(a)
            assert self.state.applications[a].members[f"{a}-m{n}"].state is MemberState.WAITING

    @rule(a=A, n=M, actor=st.sampled_from([joiner("a0"), applicant("a0"), applicant("a1"), CLERK]))
    def endorse(self, a: str, n: int, actor: Actor) -> None:
        if self.act(EndorseMember(a, f"{a}-m{n}"), actor):
            assert actor == applicant(a)
            self.approved.add((a, f"{a}-m{n}"))

    @rule(a=A, by=A, n=M)
    def decline(self, a: str, by: str, n: int) -> None:
        if self.act(DeclineMember(a, f"{a}-m{n}"), applicant(by)):
            assert a == by

    @rule(a=A, by=A, n=M, field=st.sampled_from(["email", "function", "given_name"]))
    def change(self, a: str, by: str, n: int, field: str) -> None:
        before = self.state.applications.get(a)
        if self.act(ChangeMember(a, self.person(a, n), (field,)), applicant(by)):
            assert a == by
            assert before is not None
            assert self.state.applications[a].state in UNDECIDED, "what was changed waits for the secretariat"

    @rule(a=A, by=A)
    def change_organisation(self, a: str, by: str) -> None:
        if self.act(ChangeApplication(a, "ngo", self.new("dossier"), ("organisation",)), applicant(by)):
            assert a == by
            assert self.state.applications[a].state in UNDECIDED

    @rule(a=A, by=A, n=M)
    def remove(self, a: str, by: str, n: int) -> None:
        if self.act(RemoveMember(a, f"{a}-m{n}"), applicant(by)):
            assert a == by
            self.nothing_opens_for(self.state.applications[a], f"{a}-m{n}")

    @rule(a=A, n=M, actor=st.sampled_from([CLERK, applicant("a0")]))
    def refuse_member(self, a: str, n: int, actor: Actor) -> None:
        if self.act(RefuseMember(a, self.turn(a), f"{a}-m{n}", "note"), actor):
            assert actor is CLERK

    @rule(a=A)
    def ask_and_answer(self, a: str) -> None:
        if self.act(RequestInformation(a, "note"), CLERK):
            assert not self.act(GiveInformation(a, "note"), applicant("a1" if a == "a0" else "a0"))

    @rule(a=A, actor=st.sampled_from([CLERK] * 4 + [applicant("a0"), joiner("a1")]), less=st.sampled_from([0, 0, 0, 1]))
    def accept(self, a: str, actor: Actor, less: int) -> None:
        application = self.state.applications.get(a)
        waiting = delegation.before_secretariat(application.members) if application is not None else []
        granted = tuple(
            Granting(each.member_id, each.place_id or self.new("place"), self.new("link") if each.needs_link else None)
            for each in waiting
        )
        given = granted[less:]
        until = self.now + timedelta(hours=48)
        done = self.act(AcceptApplication(a, self.turn(a), self.new("delegation"), given, until), actor)
        if not done:
            return
        assert actor is CLERK
        assert given == granted, "a decision is about the list that was seen"
        for each, member in zip(granted, waiting, strict=True):
            assert (a, each.member_id) in self.approved, "the focal point approves first"
            self.accredited[each.place_id] = (a, each.member_id)
            self.shown[each.place_id] = member.dossier_id
            if each.link_id is not None:
                newest = self.state.link_of(each.place_id)
                assert newest is not None
                assert newest.link_id == each.link_id, "one who may be somebody else gets a link of their own"

    @rule(a=A)
    def refuse(self, a: str) -> None:
        if self.act(RefuseApplication(a, self.turn(a), RefusalReason.OTHER, "note"), CLERK):
            self.nothing_opens_for(self.state.applications[a])

    @rule(a=A, by=A)
    def withdraw(self, a: str, by: str) -> None:
        if self.act(WithdrawApplication(a), applicant(by)):
            assert a == by
            self.nothing_opens_for(self.state.applications[a])

    @rule(n=st.integers(1, 60))
    def issue(self, n: int) -> None:
        place_id = f"place{n}"
        before = self.state.places.get(place_id)
        if self.act(IssueLink(place_id, self.new("link"), self.now + timedelta(hours=40)), CLERK):
            assert before is not None
            assert not before.closed, "a closed place gets no link"

    @rule(data=st.data(), device=st.sampled_from(["phone", "laptop"]))
    def bind(self, data: st.DataObject, device: str) -> None:
        if self.state.links:
            link_id = data.draw(st.sampled_from(sorted(self.state.links)))
            assert not (self.act(BindLink(link_id, device), SYSTEM) and link_id in self.ended)

    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        if self.state.links:
            self.act(RevokeLink(data.draw(st.sampled_from(sorted(self.state.links)))), CLERK)

    def nothing_opens_for(self, application: Application, member_id: str | None = None) -> None:
        for member in application.members.values():
            if member.place_id is not None and member_id in {None, member.member_id}:
                assert self.state.link_of(member.place_id) is None
                assert not self.state.places[member.place_id].actor().rights

    @invariant()
    def no_link_without_approval_and_decision(self) -> None:
        assert {link.place_id for link in self.state.links.values()} <= self.accredited.keys()
        assert self.state.places.keys() == self.accredited.keys()

    @invariant()
    def what_ended_never_opens_again(self) -> None:
        for link_id in self.ended:
            with pytest.raises(Refused):
                self.state.links[link_id].require_usable(self.now)
        self.ended |= {link_id for link_id, link in self.state.links.items() if link.revoked_at is not None}

    @invariant()
    def a_place_shows_what_was_decided(self) -> None:
        assert {each.place_id: each.dossier_id for each in self.state.places.values()} == self.shown

    @invariant()
    def one_live_link_a_place_and_none_where_it_is_closed(self) -> None:
        live = [link.place_id for link in self.state.links.values() if link.revoked_at is None]
        assert len(live) == len(set(live))
        assert not [place_id for place_id in live if self.state.places[place_id].closed]

    @invariant()
    def an_organisation_names_no_more_than_it_may(self) -> None:
        for application in self.state.applications.values():
            assert sum(member.state in COUNTED for member in application.members.values()) <= MEMBERS_MAX

    @invariant()
    def the_record_brings_the_same_back(self) -> None:
        middle = len(self.events) // 3
        again = [decode(*encode(event)) for event in self.events]
        assert again == self.events
        assert fold(self.events[middle:], fold(self.events[:middle])) == self.state


Delegations.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestDelegations = Delegations.TestCase


def _no_revocation(*_: object) -> list[object]:
    return []


def _anybody(*_: object) -> None:
    return None


MUTANTS: dict[str, tuple[object, str, object]] = {
    "an old link stays open": (place, "revocations", _no_revocation),
    "anybody may act for an application": (membership, "_require_own", _anybody),
    "who waits for the focal point is decided on": (
        delegation, "BEFORE_SECRETARIAT", (*delegation.BEFORE_SECRETARIAT, MemberState.WAITING),
    ),
    "who leaves keeps the place": (deciding.Bench, "closures", _no_revocation),
    "no limit": (delegation, "require_room", _anybody),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_rule_that_is_left_out_is_noticed(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, instead = MUTANTS[mutant]
    monkeypatch.setattr(where, name, instead)
    with pytest.raises((AssertionError, KeyError)):
        run_state_machine_as_test(
            Delegations,
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

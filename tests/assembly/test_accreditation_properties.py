"""Accreditation under any sequence of commands: no link without a decision, no revoked one that opens again."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

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
from rostrum.assembly.appeal import DecideAppeal, LodgeAppeal
from rostrum.assembly.application import (
    AcceptApplication,
    ApplicationAccepted,
    ApplicationState,
    RefuseApplication,
    SubmitApplication,
    WithdrawApplication,
)
from rostrum.assembly.delegation import Granting, NamedMember
from rostrum.assembly.devices import (
    ASKING_LIFE,
    DEVICES_MAX,
    AskForDevice,
    LetDeviceIn,
    RemoveDevice,
    TurnDeviceAway,
)
from rostrum.assembly.inquiry import GiveInformation, RequestInformation
from rostrum.assembly.place import AppointOfficer, BindLink, IssueLink, LeaveSession, RevokeLink
from rostrum.assembly.refusal import Refused
from rostrum.assembly.review import RefusalReason
from rostrum.assembly.rules import load

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
CLERK, SECOND = (
    Actor(name, "", "secretariat", frozenset({Right.ADMINISTER}), remote=False) for name in ("clerk", "second")
)
DELEGATE = Actor("someone", "d", "ngo", frozenset({Right.ATTEND, Right.SPEAK}))
N = st.integers(0, 3)
DeviceAct = LetDeviceIn | TurnDeviceAway | RemoveDevice


class AccreditationMachine(RuleBasedStateMachine):
    """Applicants, a clerk, and someone with no business here."""

    @initialize()
    def open(self) -> None:
        self.now = NOW
        self.state = Accreditation()
        self.events: list[AccreditationEvent] = []
        self.links = 0
        self.revoked: set[str] = set()
        self.bound: set[str] = set()
        self.appointed: set[str] = set()
        assert not self.act(SubmitApplication("a0", "ngo", "d", (NamedMember("m0", "d", True),)), applicant("a0"))
        assert self.act(OpenSession("s", {"en": "Session"}, load("asp")), SYSTEM)

    def act(self, command: AccreditationCommand, actor: Actor) -> bool:
        try:
            events = decide(self.state, command, actor, self.now)
        except Refused:
            return False
        for event in events:
            self.events.append(event)
            self.state = apply(self.state, event)
        return True

    def turn(self, n: int) -> int:
        application = self.state.applications.get(f"a{n}")
        return 0 if application is None else application.turn

    def new_link(self) -> str:
        self.links += 1
        return f"l{self.links}"

    @rule(hours=st.integers(0, 30))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(n=N, category=st.sampled_from(["ngo", "state-party", "secretariat", "presiding-officer", "nonsense"]))
    def submit(self, n: int, category: str) -> None:
        known = f"a{n}" in self.state.applications
        member = NamedMember(f"m{n}", f"dossier{n}", True)
        done = self.act(SubmitApplication(f"a{n}", category, f"dossier{n}", (member,)), applicant(f"a{n}"))
        assert done == (not known and category in {"ngo", "state-party"}), "nobody applies to preside"

    @rule(n=N, actor=st.sampled_from([CLERK, DELEGATE]))
    def ask(self, n: int, actor: Actor) -> None:
        done = self.act(RequestInformation(f"a{n}", "note"), actor)
        assert not (done and actor is DELEGATE)

    @rule(n=N, by=N)
    def answer(self, n: int, by: int) -> None:
        done = self.act(GiveInformation(f"a{n}", "note"), applicant(f"a{by}"))
        assert not done or n == by

    @rule(n=N, actor=st.sampled_from([CLERK, DELEGATE, applicant("a0")]))
    def accept(self, n: int, actor: Actor) -> None:
        before = self.state.applications.get(f"a{n}")
        expires = self.now + timedelta(hours=48)
        place_id = f"place-a{n}" if f"place-a{n}" not in self.state.places else f"place-a{n}-again"
        granted = (Granting(f"m{n}", place_id, self.new_link()),)
        done = self.act(AcceptApplication(f"a{n}", self.turn(n), f"del{n}", granted, expires), actor)
        could = before is not None and before.state in {ApplicationState.SUBMITTED, ApplicationState.QUESTIONED}
        assert done == (could and actor is CLERK)

    @rule(n=N)
    def refuse(self, n: int) -> None:
        self.act(RefuseApplication(f"a{n}", self.turn(n), RefusalReason.OTHER, "note"), CLERK)

    @rule(n=N, by=N, overturn=st.booleans(), actor=st.sampled_from([SECOND, SECOND, CLERK]))
    def appeal(self, n: int, by: int, overturn: bool, actor: Actor) -> None:
        if self.act(LodgeAppeal(f"a{n}", "note"), applicant(f"a{by}")):
            assert n == by
        if self.act(DecideAppeal(f"a{n}", overturn, "note"), actor):
            assert actor is SECOND, "another than the one who refused"
            assert self.state.link_of(f"place-a{n}") is None

    @rule(place=st.sampled_from(["place-a0", "place-a1", "place-a0-again", "officer0"]))
    def leave(self, place: str) -> None:
        found = self.state.places.get(place)
        if found is None:
            return
        if self.act(LeaveSession(), found.actor()):
            assert not found.closed
            assert place != "officer0", "an office is not left by a button"
            assert self.state.link_of(place) is None
            assert not self.state.places[place].actor().rights

    @rule(n=N, by=N)
    def withdraw(self, n: int, by: int) -> None:
        if self.act(WithdrawApplication(f"a{n}"), applicant(f"a{by}")):
            assert n == by
            assert self.state.link_of(f"place-a{n}") is None
            place = self.state.places.get(f"place-a{n}")
            assert place is None or not place.actor().rights

    @rule(n=N)
    def appoint(self, n: int) -> None:
        command = AppointOfficer(
            f"officer{n}", "bureau", "presiding-officer", False, "d", self.new_link(), self.now + timedelta(hours=48)
        )
        if self.act(command, CLERK):
            self.appointed.add(f"officer{n}")

    @rule(place=st.sampled_from(["place-a0", "place-a1", "officer0", "nobody"]), hours=st.integers(-1, 40))
    def issue(self, place: str, hours: int) -> None:
        link_id = self.new_link()
        if self.act(IssueLink(place, link_id, self.now + timedelta(hours=hours)), CLERK):
            assert self.state.link_of(place) == self.state.links[link_id]

    @rule(n=st.integers(1, 8), device=st.sampled_from(["phone", "laptop"]))
    def bind(self, n: int, device: str) -> None:
        link_id = f"l{n}"
        link = self.state.links.get(link_id)
        done = self.act(BindLink(link_id, device), SYSTEM)
        could = (
            link is not None
            and link_id not in self.revoked
            and self.now < link.expires_at
            and (not link.devices or device in link.devices)
        )
        assert done == could

    @rule(n=st.integers(1, 8), device=st.sampled_from(["tablet", "watch"]))
    def ask_for_a_device(self, n: int, device: str) -> None:
        assert not self.act(AskForDevice(f"l{n}", device), DELEGATE), "identity asks, for whoever has the secret"
        self.act(AskForDevice(f"l{n}", device), SYSTEM)

    @rule(
        n=st.integers(1, 8),
        device=st.sampled_from(["phone", "laptop", "tablet", "watch"]),
        do=st.sampled_from([LetDeviceIn, TurnDeviceAway, RemoveDevice]),
        own=st.booleans(),
    )
    def answer_a_device(self, n: int, device: str, do: type[DeviceAct], own: bool) -> None:
        link = self.state.links.get(f"l{n}")
        place = None if link is None else self.state.places[link.place_id]
        actor = place.actor() if own and place is not None else CLERK
        done = self.act(do(f"l{n}", device), actor)
        assert not done or own, "a device is its holder's business alone"
        if done and link is not None and do is LetDeviceIn and device not in link.devices:
            assert self.now < link.asking[device] + ASKING_LIFE, "none gets in that did not ask"

    @rule(n=st.integers(1, 8))
    def revoke(self, n: int) -> None:
        self.act(RevokeLink(f"l{n}"), CLERK)

    @invariant()
    def no_link_without_a_decision(self) -> None:
        accepted = {
            place_id
            for event in self.events
            if isinstance(event, ApplicationAccepted)
            for place_id in event.places.values()
        }
        assert {link.place_id for link in self.state.links.values()} <= accepted | self.appointed

    @invariant()
    def what_was_revoked_stays_revoked(self) -> None:
        now_revoked = {link_id for link_id, link in self.state.links.items() if link.revoked_at is not None}
        assert self.revoked <= now_revoked
        self.revoked = now_revoked

    @invariant()
    def a_link_in_use_stays_in_use_by_a_few(self) -> None:
        bound = {link_id for link_id, link in self.state.links.items() if link.devices}
        assert self.bound <= bound, "else whoever has its secret could use it first again"
        self.bound = bound
        for link in self.state.links.values():
            assert len(set(link.devices)) == len(link.devices) <= DEVICES_MAX

    @invariant()
    def one_live_link_a_place(self) -> None:
        live = [link.place_id for link in self.state.links.values() if link.revoked_at is None]
        assert len(live) == len(set(live))

    @invariant()
    def the_fold_is_the_same_however_it_is_batched(self) -> None:
        middle = len(self.events) // 3
        assert fold(self.events) == self.state
        assert fold(self.events[middle:], fold(self.events[:middle])) == self.state


AccreditationMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAccreditation = AccreditationMachine.TestCase

"""The floor under any sequence of commands: the invariants of the list of speakers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.agenda import AgendaItem, OpenItem
from rostrum.assembly.entry import EntryState, SpeechEnded
from rostrum.assembly.meeting import (
    CloseMeeting,
    ConveneMeeting,
    Meeting,
    MeetingCommand,
    MeetingEvent,
    MeetingState,
    OpenMeeting,
    apply,
    decide,
    fold,
)
from rostrum.assembly.program import HALL, Audience, AudienceRole, Fill, Slot, place_source, program
from rostrum.assembly.refusal import Refused
from rostrum.assembly.release import OPEN, Guard
from rostrum.assembly.rules import Procedure, load
from rostrum.assembly.speakers import CloseList, OpenList, RequestFloor, WithdrawRequest
from rostrum.assembly.speaking import (
    EXTENSION_MAX_MS,
    CallSpeaker,
    EndSpeech,
    ExtendTime,
    PauseSpeech,
    ResumeSpeech,
    YieldFloor,
)
from rostrum.assembly.speech import Speech

RULES = replace(load("asp"), procedure=Procedure())
CHAIR = Actor("chair", "d-chair", "presiding-officer", frozenset({Right.ATTEND, Right.PRESIDE}), remote=False)
CLERK = Actor("clerk", "d-clerk", "secretariat", frozenset({Right.ADMINISTER}), remote=False)
PRESS = Actor("press", "d-press", "press", frozenset({Right.ATTEND}))
SPEAKERS = [
    Actor(f"p{n}", f"d{n}", category, frozenset({Right.ATTEND, Right.SPEAK}), remote)
    for n, (category, remote) in enumerate(
        [("ngo", True), ("state-party", True), ("state-party", False), ("ngo", True)]
    )
]
GUARDS = {"p0": Guard(hides_picture=True, masks_voice=True), "p1": Guard(hides_picture=True)}
"""Two of the speakers are guarded from the public."""
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


class FloorMachine(RuleBasedStateMachine):
    """Every command by every actor, in any order; time goes on between them."""

    @initialize()
    def convene(self) -> None:
        self.now = NOW
        self.entries = 0
        self.events: list[MeetingEvent] = []
        self.meeting = Meeting()
        # What an independent clerk with a watch would write down.
        self.order: list[str] = []
        self.speaking: str | None = None
        self.ran_ms = 0
        self.running = False
        items = (AgendaItem("i1", "1", {"en": "Opening"}), AgendaItem("i2", "2", {"en": "General debate"}))
        self.act(ConveneMeeting("m", "s", {"en": "Plenary"}, NOW, items, RULES), CLERK)

    def act(self, command: MeetingCommand, actor: Actor) -> bool:
        before = self.meeting
        try:
            events = decide(self.meeting, command, actor, self.now)
        except Refused:
            assert self.meeting is before
            return False
        for event in events:
            self.events.append(event)
            self.meeting = apply(self.meeting, event)
        return True

    @rule(ms=st.integers(0, 400_000))
    def time_passes(self, ms: int) -> None:
        self.now += timedelta(milliseconds=ms)
        if self.running:
            self.ran_ms += ms

    @rule(actor=st.sampled_from([CHAIR, CLERK, PRESS, *SPEAKERS]))
    def open_meeting(self, actor: Actor) -> None:
        could = self.meeting.state is MeetingState.SCHEDULED and actor in (CHAIR, CLERK)
        assert self.act(OpenMeeting(), actor) == could

    @precondition(lambda self: len(self.events) > 12)
    @rule()
    def close_meeting(self) -> None:
        if self.act(CloseMeeting(), CHAIR):
            self.speaking, self.running = None, False

    @rule(item=st.sampled_from(["i1", "i2", "i3"]))
    def open_item(self, item: str) -> None:
        could = self.meeting.is_open and item != "i3" and self.meeting.item_id != item
        assert self.act(OpenItem(item), CHAIR) == could

    @rule(actor=st.sampled_from([CHAIR, PRESS, SPEAKERS[0]]))
    def open_list(self, actor: Actor) -> None:
        self.act(OpenList(), actor)

    @rule(actor=st.sampled_from([CLERK, PRESS, SPEAKERS[0]]))
    def close_list(self, actor: Actor) -> None:
        self.act(CloseList(), actor)

    @rule(actor=st.sampled_from([PRESS, *SPEAKERS]))
    def request(self, actor: Actor) -> None:
        self.entries += 1
        entry_id = f"e{self.entries}"
        was_open = self.meeting.floor.list_open
        could = (
            was_open
            and actor is not PRESS
            and self.meeting.state is not MeetingState.CLOSED
            and all(self.owner(e) != actor.place_id for e in self.order)
            and (self.speaking is None or self.owner(self.speaking) != actor.place_id)
        )
        assert self.act(RequestFloor(entry_id), actor) == could
        if could:
            self.order.append(entry_id)

    def owner(self, entry_id: str) -> str:
        entry = self.meeting.floor.entry(entry_id)
        assert entry is not None
        return entry.place_id

    @rule(n=st.integers(0, 5), actor=st.sampled_from([CHAIR, PRESS, *SPEAKERS]))
    def withdraw(self, n: int, actor: Actor) -> None:
        entry_id = self.order[n] if n < len(self.order) else "unknown"
        if self.act(WithdrawRequest(entry_id), actor):
            assert actor is CHAIR or self.owner(entry_id) == actor.place_id
            self.order.remove(entry_id)

    @rule(n=st.integers(0, 3), actor=st.sampled_from([CHAIR, SPEAKERS[1]]))
    def call(self, n: int, actor: Actor) -> None:
        entry_id = self.order[n] if n < len(self.order) else "unknown"
        could = self.meeting.is_open and actor is CHAIR and self.speaking is None and n < len(self.order)
        assert self.act(CallSpeaker(entry_id), actor) == could
        if could:
            self.order.remove(entry_id)
            self.speaking, self.ran_ms, self.running = entry_id, 0, True

    @rule()
    def pause(self) -> None:
        assert self.act(PauseSpeech(self.speaking or "nobody"), CHAIR) == (self.speaking is not None and self.running)
        self.running = False

    @rule()
    def resume(self) -> None:
        could = self.speaking is not None and not self.running
        assert self.act(ResumeSpeech(self.speaking or "nobody"), CHAIR) == could
        self.running = self.running or could

    @rule(by_ms=st.integers(-1, 4_000_000))
    def extend(self, by_ms: int) -> None:
        limit = self.meeting.floor.speech.limit_ms if self.meeting.floor.speech else 0
        if self.act(ExtendTime(self.speaking or "nobody", by_ms), CHAIR):
            assert self.meeting.floor.speech is not None
            assert self.meeting.floor.speech.limit_ms == limit + by_ms
            assert 0 < by_ms <= EXTENSION_MAX_MS

    @rule(actor=st.sampled_from(SPEAKERS))
    def yield_floor(self, actor: Actor) -> None:
        could = self.speaking is not None and self.owner(self.speaking) == actor.place_id
        assert self.act(YieldFloor(), actor) == could
        if could:
            self.ended()

    @rule()
    def end(self) -> None:
        if self.act(EndSpeech(self.speaking or "nobody"), CHAIR):
            self.ended()

    def ended(self) -> None:
        ended = self.events[-1]
        assert isinstance(ended, SpeechEnded)
        assert ended.used_ms == self.ran_ms
        self.speaking, self.running = None, False

    @invariant()
    def at_most_one_has_the_floor_and_it_is_the_one_called(self) -> None:
        speech = self.meeting.floor.speech
        assert (speech.entry_id if speech else None) == self.speaking
        speaking = [e for e in self.meeting.floor.entries if e.state is EntryState.SPEAKING]
        assert [e.entry_id for e in speaking] == ([self.speaking] if self.speaking else [])

    @invariant()
    def the_order_is_that_of_asking(self) -> None:
        assert [entry.entry_id for entry in self.meeting.floor.waiting] == self.order

    @invariant()
    def time_used_is_time_run(self) -> None:
        speech = self.meeting.floor.speech
        if speech is not None:
            assert speech.used_at(self.now) == self.ran_ms
            assert speech.remaining_at(self.now) == speech.limit_ms - self.ran_ms

    @invariant()
    def nobody_is_heard_who_was_not_given_the_floor(self) -> None:
        wanted = program(self.meeting)
        owner = self.owner(self.speaking) if self.speaking else None
        allowed = {HALL} | ({place_source(owner)} if owner and self.running else set())
        assert wanted.on_air <= allowed
        hall = wanted.fills[Audience(AudienceRole.HALL)].values()
        assert all(fill.source != HALL for fill in hall), "the hall never hears itself"
        for fill in wanted.fills[Audience(AudienceRole.REMOTE)].values():
            assert fill.for_place(fill.source) != fill.source or fill.source == HALL, "nobody hears themselves"

    @invariant()
    def the_public_is_never_given_the_picture_or_voice_of_who_is_guarded(self) -> None:
        guarded = program(self.meeting, lambda place_id: GUARDS.get(place_id, OPEN))
        plain = program(self.meeting)
        for role in (AudienceRole.REMOTE, AudienceRole.HALL):
            assert guarded.fills[Audience(role)] == plain.fills[Audience(role)], "in the meeting nothing changes"
        speech, public = self.meeting.floor.speech, guarded.fills[Audience(AudienceRole.PUBLIC)]
        guard = OPEN if speech is None else GUARDS.get(speech.place_id, OPEN)
        for slot, fill in public.items():
            assert fill.masked == guard.masks_voice
            assert not (guard.hides_picture and slot in (Slot.STAGE, Slot.PODIUM) and fill.source)
        if guard == OPEN:
            given = plain.fills[Audience(AudienceRole.REMOTE)]
            assert public == {slot: Fill(fill.source) for slot, fill in given.items()}

    @invariant()
    def the_fold_is_the_same_however_it_is_batched(self) -> None:
        middle = len(self.events) // 2
        assert fold(self.events) == self.meeting
        assert fold(self.events[middle:], fold(self.events[:middle])) == self.meeting


FloorMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestFloor = FloorMachine.TestCase


def test_a_clock_that_is_set_back_takes_no_time_from_the_speaker() -> None:
    speech = Speech("e", "p", "d", True, NOW, 60_000, 5_000, NOW)
    assert speech.used_at(NOW - timedelta(hours=1)) == 5_000
    assert replace(speech, running_since=None).used_at(NOW + timedelta(hours=1)) == 5_000

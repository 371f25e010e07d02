"""Interpretation under random acts: one source in every channel, no relay that comes back, nobody heard who is not on
air with an open microphone and a line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rostrum.assembly import booth_acts as acts
from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.booth import FLOOR, INTERNATIONAL_SIGN, AirBy, AirTaken, Booth
from rostrum.assembly.floor import Floor
from rostrum.assembly.interpretation import (
    HALL_SPEAKER,
    WORKING_LANGUAGES,
    Interpretation,
    InterpretationCommand,
    InterpretationEvent,
    RefuseSound,
    SayLanguage,
    SetSilence,
    Signal,
    SignalSpeaker,
    apply,
    decide,
    fold,
)
from rostrum.assembly.meeting import Meeting, MeetingState
from rostrum.assembly.program import HALL, Audience, AudienceRole, Slot, place_source, program
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.release import FULL
from rostrum.assembly.sitting import MeetingKind
from rostrum.assembly.speech import Speech

START = datetime(2026, 11, 26, 9, tzinfo=UTC)
BOOTHS = ("en", "es", "fr", INTERNATIONAL_SIGN)
TEAMS = {booth_id: tuple(f"{booth_id}-{number}" for number in (1, 2, 3)) for booth_id in BOOTHS}
EVERYONE = tuple(place_id for team in TEAMS.values() for place_id in team)
SPEAKERS = ("far", HALL_SPEAKER)

booths, places = st.sampled_from(BOOTHS), st.sampled_from(EVERYONE)
languages = st.sampled_from(("en", "es", "fr", "ar"))
channel_names = st.sampled_from((FLOOR, "en", "es", "fr", "ar"))


def interpreter(place_id: str) -> Actor:
    return Actor(place_id, "", "interpreter", frozenset({Right.ATTEND, Right.INTERPRET}))


def meeting(*, far: bool) -> Meeting:
    speech = Speech("e1", "far", "", True, START, 60_000, 0, START) if far else None
    return replace(Meeting(), meeting_id="m", state=MeetingState.OPEN, floor=replace(Floor(), speech=speech))


class Booths(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.state = Interpretation()
        self.events: list[InterpretationEvent] = []
        self.far = False

    def act(self, command: InterpretationCommand, actor: Actor) -> None:
        before = self.state
        try:
            decided = decide(before, command, actor, self.now)
        except Refused:
            return
        for event in decided:
            self.state = apply(self.state, event)
        self.events += decided

    @rule(booth_id=booths, second=st.none() | languages, size=st.integers(0, 3))
    def equip(self, booth_id: str, second: str | None, size: int) -> None:
        self.act(acts.EquipBooth(booth_id, second, TEAMS[booth_id][:size]), SYSTEM)

    @rule(booth_id=booths)
    def close(self, booth_id: str) -> None:
        self.act(acts.CloseBooth(booth_id), SYSTEM)

    @rule(place_id=places, what=st.sampled_from((acts.Sit, acts.Sit, acts.TakeAir, acts.TakeAir, acts.Stand)))
    def come_and_go(self, place_id: str, what: type[acts.Sit]) -> None:
        self.act(what(place_id.split("-")[0]), interpreter(place_id))

    @rule(place_id=places, what=st.sampled_from((acts.LeaveAir, acts.AskHandover, acts.AgreeHandover)))
    def hand_over(self, place_id: str, what: type[acts.LeaveAir]) -> None:
        self.act(what(place_id.split("-")[0]), interpreter(place_id))

    @rule(place_id=places)
    def drop(self, place_id: str) -> None:
        self.act(acts.DropHandover(place_id.split("-")[0]), interpreter(place_id))

    @rule(seconds=st.integers(0, 4))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        for booth_id in list(self.state.booths):
            self.act(acts.CompleteHandover(booth_id), SYSTEM)

    @rule(place_id=places, flag=st.booleans())
    def switch(self, place_id: str, flag: bool) -> None:
        self.act(acts.SwitchMicrophone(place_id.split("-")[0], flag), interpreter(place_id))

    @rule(place_id=places, flag=st.booleans())
    def relieve(self, place_id: str, flag: bool) -> None:
        self.act(acts.AllowRelieving(place_id.split("-")[0], flag), interpreter(place_id))

    @rule(place_id=places, is_there=st.booleans())
    def line(self, place_id: str, is_there: bool) -> None:
        self.act(acts.NoteLine(place_id.split("-")[0], place_id, is_there), SYSTEM)

    @rule(place_id=places)
    def assign(self, place_id: str) -> None:
        self.act(acts.AssignAir(place_id.split("-")[0], place_id), SYSTEM)

    @rule(place_id=places, channel=channel_names)
    def relay(self, place_id: str, channel: str) -> None:
        self.act(acts.ChooseRelay(place_id.split("-")[0], channel), interpreter(place_id))

    @rule(place_id=places, language=languages)
    def output(self, place_id: str, language: str) -> None:
        self.act(acts.ChooseOutput(place_id.split("-")[0], language), interpreter(place_id))

    @rule(speaker=st.sampled_from(SPEAKERS), language=languages)
    def speak(self, speaker: str, language: str) -> None:
        self.act(SayLanguage(speaker, language), SYSTEM)

    @rule()
    def the_floor_changes(self) -> None:
        self.far = not self.far

    @invariant()
    def every_channel_carries_exactly_one_source(self) -> None:
        speaker, source = ("far", place_source("far")) if self.far else (HALL_SPEAKER, HALL)
        wanted = program(meeting(far=self.far), lambda _: FULL, self.state)
        for language in WORKING_LANGUAGES:
            fills = wanted.fills[Audience(AudienceRole.REMOTE, language)]
            carrier = self.state.carrier(language, speaker)
            if carrier.place_id is None:
                assert fills[Slot.CHANNEL].source == source
                assert fills[Slot.FLOOR].source is None, "the floor is not heard twice"
            else:
                assert fills[Slot.CHANNEL].source == place_source(carrier.place_id)
                assert fills[Slot.FLOOR].source == source, "the floor lies under it"
            if language == self.state.spoken.get(speaker):
                assert carrier.place_id is None, "the floor speaks the listener's language"
            hall = wanted.fills[Audience(AudienceRole.HALL, language)]
            assert hall[Slot.CHANNEL].source == fills[Slot.CHANNEL].source, "heard alike in the hall"
            public = wanted.fills[Audience(AudienceRole.PUBLIC, language)]
            assert public[Slot.CHANNEL].source == fills[Slot.CHANNEL].source
            assert public[Slot.CHANNEL].masked == (self.far and carrier.place_id is None)
        floor = wanted.fills[Audience(AudienceRole.REMOTE)]
        assert floor[Slot.FLOOR].source == source
        assert Slot.CHANNEL not in floor

    @invariant()
    def nobody_is_heard_but_who_is_on_air_with_an_open_microphone_and_a_line(self) -> None:
        heard = program(meeting(far=False), interpretation=self.state).on_air - {HALL}
        allowed = set()
        for booth in self.state.booths.values():
            if booth.on_air in booth.open_ids:
                allowed.add(place_source(booth.on_air))
            assert booth.on_air is None or booth.on_air in booth.seated - booth.lost
            assert booth.open_ids <= booth.seated - booth.lost
            assert booth.seated <= set(booth.team)
        assert heard <= allowed

    @invariant()
    def a_meeting_that_does_not_sit_is_not_interpreted(self) -> None:
        still = replace(meeting(far=False), state=MeetingState.SUSPENDED)
        assert program(still, interpretation=self.state).on_air == {HALL}

    @invariant()
    def relay_never_comes_back(self) -> None:
        for speaker in SPEAKERS:
            spoken = self.state.spoken.get(speaker)
            for booth_id in self.state.booths:
                path, step = [booth_id], self._source(booth_id, speaker, spoken)
                while step is not None:
                    assert step not in path, path
                    path.append(step)
                    step = self._source(step, speaker, spoken)

    def _source(self, booth_id: str, speaker: str, spoken: str | None) -> str | None:
        channel = self.state.listens(booth_id, speaker)
        return None if channel in (FLOOR, spoken) else self.state.carrier(channel, speaker).booth_id

    @invariant()
    def a_relayed_channel_is_marked(self) -> None:
        for language in self.state.channels:
            carrier = self.state.carrier(language, HALL_SPEAKER)
            if carrier.booth_id is not None:
                assert carrier.relayed == (self.state.listens(carrier.booth_id, HALL_SPEAKER) != FLOOR)

    @invariant()
    def time_on_air_is_counted_once(self) -> None:
        for booth in self.state.booths.values():
            running = [shift for shift in booth.shifts if shift.until is None]
            assert [shift.place_id for shift in running] == ([] if booth.on_air is None else [booth.on_air])
            for one, after in zip(booth.shifts, booth.shifts[1:], strict=False):
                assert one.until is not None
                assert one.until <= after.since

    @precondition(lambda self: self.events)
    @invariant()
    def the_fold_is_the_same_however_it_is_batched(self) -> None:
        middle = len(self.events) // 2
        assert fold(self.events[middle:], fold(self.events[:middle])) == self.state


TestBooths = Booths.TestCase
TestBooths.settings = settings(max_examples=60, stateful_step_count=40)


def equipped(*seated: str, second: str | None = None) -> Interpretation:
    state = Interpretation()
    for booth_id in ("en", "es", "fr"):
        state = done(state, acts.EquipBooth(booth_id, second, TEAMS[booth_id]), SYSTEM)
    for place_id in seated:
        state = done(state, acts.Sit(place_id[:2]), interpreter(place_id))
    return state


def done(
    state: Interpretation, command: InterpretationCommand, actor: Actor | str, at: datetime = START
) -> Interpretation:
    who = interpreter(actor) if isinstance(actor, str) else actor
    return fold(decide(state, command, who, at), state)


def refused(state: Interpretation, command: InterpretationCommand, actor: Actor | str, at: datetime = START) -> Why:
    with pytest.raises(Refused) as refusal:
        done(state, command, actor, at)
    return refusal.value.why


def booth(state: Interpretation, booth_id: str) -> Booth:
    return state.booths[booth_id]


def test_the_air_passes_when_the_countdown_has_run_out() -> None:
    state = done(equipped("en-1", "en-2"), acts.TakeAir("en"), "en-1")
    assert refused(state, acts.TakeAir("en"), "en-2") is Why.AIR_TAKEN
    state = done(state, acts.AskHandover("en"), "en-2")
    assert booth(state, "en").handover.answers == "en-1"
    assert refused(state, acts.AgreeHandover("en"), "en-2") is Why.NO_HANDOVER
    state = done(state, acts.AgreeHandover("en"), "en-1")
    early = START + acts.COUNTDOWN - timedelta(milliseconds=1)
    assert refused(state, acts.CompleteHandover("en"), SYSTEM, early) is Why.NO_HANDOVER
    assert booth(state, "en").heard == "en-1"
    state = done(state, acts.CompleteHandover("en"), SYSTEM, START + acts.COUNTDOWN)
    assert booth(state, "en").heard == "en-2"
    assert booth(state, "en").open_ids == {"en-2"}, "the microphone of who goes off air is shut"


def test_a_colleague_is_relieved_by_a_press_only_with_consent() -> None:
    state = done(equipped("en-1", "en-2"), acts.TakeAir("en"), "en-1")
    state = done(state, acts.AllowRelieving("en", allowed=True), "en-1")
    assert booth(done(state, acts.TakeAir("en"), "en-2"), "en").heard == "en-2"


def test_a_line_that_is_lost_takes_off_air_and_its_return_puts_nobody_on() -> None:
    state = done(equipped("en-1"), acts.TakeAir("en"), "en-1")
    state = done(state, acts.NoteLine("en", "en-1", is_there=False), SYSTEM)
    assert (booth(state, "en").on_air, booth(state, "en").staffed) == (None, False)
    state = done(state, acts.NoteLine("en", "en-1", is_there=True), SYSTEM)
    assert (booth(state, "en").on_air, booth(state, "en").staffed) == (None, True)
    assert state.unheard(HALL_SPEAKER) == ("en", "es", "fr")


def test_relay_that_would_come_back_is_refused() -> None:
    state = equipped("en-1", "es-1", "fr-1")
    state = done(state, acts.ChooseRelay("es", "en"), "es-1")
    state = done(state, acts.ChooseRelay("fr", "es"), "fr-1")
    assert refused(state, acts.ChooseRelay("en", "fr"), "en-1") is Why.RELAY_LOOPS
    assert refused(state, acts.ChooseRelay("en", "en"), "en-1") is Why.RELAY_LOOPS


def test_a_second_language_goes_out_only_where_its_own_booth_is_silent() -> None:
    state = equipped("en-1", "fr-1", second="ar")
    state = done(state, acts.EquipBooth("en", "fr", TEAMS["en"]), SYSTEM)
    state = done(state, acts.TakeAir("en"), "en-1")
    state = done(state, acts.ChooseOutput("en", "fr"), "en-1")
    assert state.carrier("fr", HALL_SPEAKER).place_id == "en-1"
    assert state.carrier("en", HALL_SPEAKER).place_id is None
    state = done(state, acts.TakeAir("fr"), "fr-1")
    assert state.carrier("fr", HALL_SPEAKER).place_id == "fr-1", "the language's own booth goes before"
    state = done(state, acts.ChooseOutput("en", "en"), "en-1")
    assert refused(state, acts.ChooseOutput("en", "fr"), "en-1") is Why.CHANNEL_TAKEN


def test_the_interpreters_verdict_on_a_sound_stands_until_they_take_it_back() -> None:
    state = done(equipped("en-1"), RefuseSound("en", "far"), "en-1")
    assert state.sounds["far"].fails
    assert refused(state, RefuseSound("en", "far"), "es-1") is Why.NOT_IN_BOOTH


def test_a_signal_is_not_repeated_at_once() -> None:
    state = equipped("en-1")
    command = SignalSpeaker("en", Signal.SLOW_DOWN, "far")
    state = done(state, command, "en-1")
    assert decide(state, command, interpreter("en-1"), START + timedelta(seconds=1)) == []
    assert decide(state, command, interpreter("en-1"), START + timedelta(seconds=6))


def test_whoever_may_only_speak_says_their_own_language_and_nobody_elses() -> None:
    delegate = Actor("far", "d", "ngo", frozenset({Right.ATTEND, Right.SPEAK}))
    assert done(Interpretation(), SayLanguage("far", "fr"), delegate).spoken == {"far": "fr"}
    assert refused(Interpretation(), SayLanguage("another", "fr"), delegate) is Why.NOT_ENTITLED
    assert refused(Interpretation(), SayLanguage("far", "xx"), delegate) is Why.NO_SUCH_LANGUAGE
    assert refused(Interpretation(), SetSilence(1), SYSTEM) is Why.SILENCE_OUT_OF_RANGE


def test_hours_on_air_are_counted_within_a_time() -> None:
    state = done(equipped("en-1", "en-2"), acts.TakeAir("en"), "en-1")
    later = START + timedelta(minutes=30)
    state = apply(state, AirTaken(later, "en", "en-2", by=AirBy.HANDOVER))
    end = START + timedelta(minutes=45)
    hour, quarter = timedelta(hours=1), timedelta(minutes=20)
    assert booth(state, "en").worked_ms("en-1", end, hour) == 30 * 60_000
    assert booth(state, "en").worked_ms("en-1", end, quarter) == 5 * 60_000
    assert booth(state, "en").worked_ms("en-2", end, hour) == 15 * 60_000


def test_a_closed_meeting_gives_the_public_no_channel() -> None:
    state = done(equipped("en-1"), acts.TakeAir("en"), "en-1")
    closed = replace(meeting(far=False), kind=MeetingKind.CLOSED)
    wanted = program(closed, interpretation=state)
    assert all(not slots for audience, slots in wanted.fills.items() if audience.role is AudienceRole.PUBLIC)

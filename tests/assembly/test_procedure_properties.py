"""Motions, votes and consensus under any sequence of any commands by anybody: what can never be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rostrum.assembly import consent as c
from rostrum.assembly import line as ln
from rostrum.assembly import motions as m
from rostrum.assembly import recording as rec
from rostrum.assembly import speakers as sp
from rostrum.assembly import speaking as sg
from rostrum.assembly import voting as v
from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.agenda import AgendaItem, OpenItem
from rostrum.assembly.entry import EntryState, FloorRequested, Kind, Rank, SpeakerCalled
from rostrum.assembly.groups import AddGroupTime, FormGroup
from rostrum.assembly.meeting import (
    ConveneMeeting,
    Meeting,
    MeetingCommand,
    MeetingEvent,
    OpenMeeting,
    apply,
    decide,
    fold,
)
from rostrum.assembly.presence import MarkPresence, NotePresence
from rostrum.assembly.program import HALL, place_source, program, recording_source
from rostrum.assembly.refusal import Refused
from rostrum.assembly.rules import load
from rostrum.assembly.rules.procedure import Closing
from rostrum.assembly.sitting import MeetingState, ResumeMeeting, SuspendMeeting
from rostrum.assembly.swap import AcceptSwap, DropSwap, ProposeSwap
from rostrum.record.codec import decode, encode

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
BASE = load("asp")
CONSENT = replace(
    BASE, procedure=replace(BASE.procedure, speakers=replace(BASE.procedure.speakers, closing=Closing.CONSENT))
)
CHAIR = Actor("chair", "d-chair", "presiding-officer", frozenset({Right.ATTEND, Right.PRESIDE}), remote=False)
STATES = [
    Actor(f"p{n}", f"d{n}", "state-party", frozenset({Right.ATTEND, Right.SPEAK, Right.VOTE}), remote)
    for n, remote in enumerate([True, False, True])
]
NGO = Actor("p9", "d9", "ngo", frozenset({Right.ATTEND, Right.SPEAK}))
EVERYBODY = [CHAIR, *STATES, NGO]
ROLL = frozenset(actor.delegation_id for actor in STATES)
OF_A_VOTE = (m.RaiseMotion, m.TakeUpMotion, m.RuleOnPoint)


class ProcedureMachine(RuleBasedStateMachine):
    """Commands go to a meeting; what it decides is looked at from every side."""

    @initialize(consent=st.booleans())
    def convene(self, consent: bool) -> None:
        self.now, self.number, self.meeting = NOW, 0, Meeting()
        self.events: list[MeetingEvent] = []
        items = (AgendaItem("i1", "1", {"en": "Opening"}), AgendaItem("i2", "2", {"en": "Debate"}))
        self.act(ConveneMeeting("m", "s", {"en": "Plenary"}, NOW, items, CONSENT if consent else BASE), SYSTEM)
        here: list[MeetingCommand] = [MarkPresence(one, True) for one in sorted(ROLL)]
        for command in (OpenMeeting(), sp.OpenList(), *here):
            self.act(command, SYSTEM)

    def act(self, command: MeetingCommand, actor: Actor) -> bool:
        before = self.meeting
        try:
            events = decide(before, command, actor, self.now)
        except Refused:
            return False
        for event in events:
            self.events.append(event)
            self.meeting = apply(self.meeting, event)
            assert decode(*encode(event)) == event
        self.look(before, command, events)
        return True

    def look(self, before: Meeting, command: MeetingCommand, events: list[MeetingEvent]) -> None:
        """What one act may not do."""
        vote = before.votes.current
        for event in events:
            if isinstance(event, FloorRequested) and event.kind is Kind.STATEMENT:
                assert before.floor.list_open, "a closed list stays closed"
            if vote is not None and isinstance(event, SpeakerCalled):
                called = self.meeting.floor.entry(event.entry_id)
                assert called is not None
                assert called.on_vote, "nothing interrupts a vote but its conduct"
            if isinstance(event, v.VoteClosed):
                closed = self.meeting.votes.votes[event.vote_id]
                assert event.yes + event.no + event.abstained == len(closed.cast)
                assert not (event.adopted and event.yes <= event.no), "a tie is no majority"
                assert not (event.adopted and closed.subject is v.Subject.SUBSTANCE and event.yes < 2 * event.no)
        if isinstance(command, c.DeclareConsent):
            asked = before.consents.asked[command.consent_id]
            assert not asked.objections, "nothing is decided against an objection"
            assert asked.until is not None
            assert self.now >= asked.until, "nothing is decided before the window is over"

    def new(self) -> str:
        self.number += 1
        return f"n{self.number}"

    def pick(self, n: int) -> str:
        names = [entry.entry_id for entry in self.meeting.floor.entries]
        active = [
            e.entry_id for e in self.meeting.floor.entries if e.state in (EntryState.WAITING, EntryState.SPEAKING)
        ]
        pool = active or names or ["unknown"]
        return pool[n % len(pool)]

    @rule(ms=st.sampled_from([0, 1_000, 16_000, 200_000]))
    def time_passes(self, ms: int) -> None:
        self.now += timedelta(milliseconds=ms)

    @rule(actor=st.sampled_from([*STATES, NGO]), kind=st.sampled_from(list(Kind)), n=st.integers(0, 9), g=st.booleans())
    def ask(self, actor: Actor, kind: Kind, n: int, g: bool) -> None:
        answers = self.pick(n) if kind is Kind.REPLY else None
        self.act(sp.RequestFloor(self.new(), kind, "g1" if g else None, answers), actor)

    @rule(actor=st.sampled_from(EVERYBODY), kind=st.sampled_from(list(Kind)), on_vote=st.booleans())
    def rise(self, actor: Actor, kind: Kind, on_vote: bool) -> None:
        if self.act(m.RaiseMotion(self.new(), kind, on_vote), actor):
            assert actor in STATES
            assert kind.is_motion

    @rule(n=st.integers(0, 9))
    def take_up(self, n: int) -> None:
        rising = self.meeting.floor.interrupting
        self.act(m.TakeUpMotion(rising[n % len(rising)].entry_id if rising else self.pick(n)), CHAIR)

    @rule(n=st.integers(0, 9), which=st.integers(0, 9))
    def run_the_floor(self, n: int, which: int) -> None:
        entry_id = self.pick(n)
        commands: list[MeetingCommand] = [
            sg.CallSpeaker(entry_id), sg.CallSpeaker(entry_id), sg.EndSpeech(entry_id), sg.EndSpeech(entry_id),
            sg.PauseSpeech(entry_id), sg.ResumeSpeech(entry_id), sg.TakeBackCall(entry_id), sg.TakeBackEnd(entry_id),
            sg.ReturnFloor(entry_id), sp.WithdrawRequest(entry_id),
        ]  # fmt: skip
        self.act(commands[which], CHAIR)

    @rule(n=st.integers(0, 9), which=st.integers(0, 5))
    def lines(self, n: int, which: int) -> None:
        entry_id = self.pick(n)
        kinds = (ln.LoseLine, ln.LoseLine, ln.RestoreLine, ln.AwaitLine, ln.PassOver, ln.ReadOut)
        self.act(kinds[which](entry_id), SYSTEM)

    @rule(n=st.integers(0, 9), which=st.integers(0, 5), instead=st.booleans())
    def recordings(self, n: int, which: int, instead: bool) -> None:
        speech, entry_id = self.meeting.floor.speech, self.pick(n)
        if speech is not None and speech.is_played:
            entry_id = speech.entry_id
        commands: list[MeetingCommand] = [
            rec.AttachRecording(entry_id, "video", instead), rec.AttachRecording(entry_id, "video", instead),
            rec.PlayRecording(entry_id), rec.EndRecording(entry_id), rec.FailRecording(entry_id),
            rec.DetachRecording(entry_id),
        ]  # fmt: skip
        self.act(commands[which], SYSTEM)

    @rule(agreed=st.booleans(), n=st.integers(0, 9), actor=st.sampled_from(STATES), appeal=st.booleans())
    def ruling(self, agreed: bool, n: int, actor: Actor, appeal: bool) -> None:
        top = self.meeting.motions.top
        motion_id = self.pick(n) if top is None else top.motion_id
        if self.act(m.RuleOnPoint(motion_id, agreed), CHAIR) and appeal:
            self.act(m.AppealRuling(motion_id), actor)

    @precondition(lambda self: self.meeting.motions.top is not None)
    @rule(actor=st.sampled_from(STATES), favour=st.booleans(), withdraw=st.booleans())
    def on_the_motion(self, actor: Actor, favour: bool, withdraw: bool) -> None:
        top = self.meeting.motions.top
        assert top is not None
        self.act(m.SpeakOnMotion(self.new(), top.motion_id, favour), actor)
        if withdraw:
            self.act(m.WithdrawMotion(top.motion_id), actor)

    @rule(matter=st.sampled_from(list(c.Matter)))
    def ask_consent(self, matter: c.Matter) -> None:
        top = self.meeting.motions.top
        self.act(c.AskConsent(self.new(), matter, motion_id=None if top is None else top.motion_id), CHAIR)

    @precondition(lambda self: self.meeting.consents.open_id is not None)
    @rule(actor=st.sampled_from(EVERYBODY), which=st.integers(0, 4))
    def answer_consent(self, actor: Actor, which: int) -> None:
        consent_id = self.meeting.consents.open_id or ""
        kinds = (c.Object, c.WithdrawObjection, c.DeclareConsent, c.DeclareConsent, c.DropConsent)
        self.act(kinds[which](consent_id), CHAIR if which > 1 else actor)

    @rule(subject=st.sampled_from(list(v.Subject)))
    def open_vote(self, subject: v.Subject) -> None:
        top = self.meeting.motions.top
        self.act(v.OpenVote(self.new(), subject, ROLL, motion_id=None if top is None else top.motion_id), CHAIR)

    @precondition(lambda self: self.meeting.votes.current is not None)
    @rule(actor=st.sampled_from(EVERYBODY), choice=st.sampled_from(list(v.Choice)), by_hand=st.booleans())
    def cast(self, actor: Actor, choice: v.Choice, by_hand: bool) -> None:
        vote = self.meeting.votes.current
        assert vote is not None
        could = actor in STATES and actor.delegation_id not in vote.cast
        if by_hand:
            assert self.act(v.CountHand(vote.vote_id, actor.delegation_id, choice), SYSTEM) == could
        else:
            assert self.act(v.CastVote(vote.vote_id, choice), actor) == could

    @precondition(lambda self: self.meeting.votes.current is not None)
    @rule(annul=st.booleans())
    def end_vote(self, annul: bool) -> None:
        vote_id = self.meeting.votes.open_id or ""
        self.act(v.AnnulVote(vote_id) if annul else v.CloseVote(vote_id), CHAIR)

    @rule(which=st.integers(0, 13), n=st.integers(0, 9), k=st.integers(0, 9), actor=st.sampled_from([*STATES, NGO]))
    def the_rest(self, which: int, n: int, k: int, actor: Actor) -> None:
        one, other = self.pick(n), self.pick(k)
        commands: list[MeetingCommand] = [
            ProposeSwap(one, other), ProposeSwap(one, other), AcceptSwap(one, other), DropSwap(one, other),
            sp.MoveEntry(one, other, sp.MoveReason.OTHER), FormGroup("g1", "dossier", 400_000),
            AddGroupTime("g1", 60_000), SuspendMeeting(), ResumeMeeting(), sp.CloseList(), sp.OpenList(),
            OpenItem("i1" if n % 2 else "i2"), NotePresence(("d0",) if n % 2 else ()),
            sp.ConfirmEntry(one, list(Rank)[k % 5], "g1" if n % 2 else None),
        ]  # fmt: skip
        self.act(commands[which], actor if which < 4 else SYSTEM)

    @invariant()
    def at_most_one_has_the_floor(self) -> None:
        floor = self.meeting.floor
        speaking = {entry.entry_id for entry in floor.entries if entry.state is EntryState.SPEAKING}
        stopped = [speech.entry_id for speech in floor.interrupted]
        assert speaking == {*stopped, *([floor.speech.entry_id] if floor.speech else [])}
        assert len(speaking) == len(stopped) + (floor.speech is not None)
        assert all(speech.running_since is None for speech in floor.interrupted), "who was interrupted loses no time"

    @invariant()
    def nobody_is_heard_who_was_not_given_the_floor(self) -> None:
        speech = self.meeting.floor.speech
        allowed = {HALL}
        if speech is not None and speech.running_since is not None:
            played = recording_source(speech.entry_id)
            allowed.add(played if speech.is_played else place_source(speech.place_id))
        assert program(self.meeting).on_air <= allowed
        if speech is not None and speech.line_lost_at is not None:
            assert speech.running_since is None, "nobody loses time to a bad line"

    @invariant()
    def what_is_before_the_meeting_is_in_precedence(self) -> None:
        kinds = [self.meeting.motions.motions[motion_id].kind for motion_id in self.meeting.motions.before]
        assert [kind.precedence for kind in kinds] == sorted({kind.precedence for kind in kinds}, reverse=True)

    @invariant()
    def each_delegation_counts_once_and_the_roll_stands(self) -> None:
        for vote in self.meeting.votes.votes.values():
            assert vote.roll == ROLL
            assert set(vote.cast) <= ROLL
        casts = [(e.vote_id, e.delegation_id) for e in self.events if isinstance(e, v.VoteCast)]
        assert len(casts) == len(set(casts))

    @invariant()
    def one_waiting_entry_of_each_kind_for_a_delegation(self) -> None:
        waiting = [e for e in self.meeting.floor.entries if e.state is EntryState.WAITING and not e.kind.is_on_motion]
        assert len({(e.delegation_id, e.kind) for e in waiting}) == len(waiting)

    @invariant()
    def a_group_uses_no_more_than_was_spoken_for_it(self) -> None:
        floor = self.meeting.floor
        for group in floor.groups.values():
            assert group.used_ms == sum(e.used_ms for e in floor.entries if e.group_id == group.group_id)

    @invariant()
    def the_fold_is_the_same_however_it_is_batched(self) -> None:
        middle = len(self.events) // 2
        assert fold(self.events) == self.meeting
        assert fold(self.events[middle:], fold(self.events[:middle])) == self.meeting

    @invariant()
    def a_meeting_that_is_over_stays_over(self) -> None:
        closed = [n for n, event in enumerate(self.events) if type(event).__name__ == "MeetingClosed"]
        assert len(closed) == (self.meeting.state is MeetingState.CLOSED)
        assert closed in ([], [len(self.events) - 1])


ProcedureMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=50, deadline=None)
TestProcedure = ProcedureMachine.TestCase

"""What a list of speakers and video statements ask of each other, and from where a recording is played."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.agenda import AgendaItem, OpenItem
from rostrum.assembly.line import LoseLine
from rostrum.assembly.meeting import (
    ConveneMeeting,
    Meeting,
    MeetingCommand,
    MeetingEvent,
    OpenMeeting,
    apply,
    decide,
)
from rostrum.assembly.program import Audience, AudienceRole, Slot, program, recording_source
from rostrum.assembly.recording import EndRecording, FailRecording, PlayRecording
from rostrum.assembly.rules import load
from rostrum.assembly.speakers import OpenList, RequestFloor, WithdrawRequest
from rostrum.assembly.speaking import CallSpeaker, EndSpeech, PauseSpeech, ResumeSpeech
from rostrum.assembly.statement import Made, Statement, Statements, StatementState
from rostrum.assembly.statement_queue import Plays, of_the_list, of_the_statements, played_ms, playing, stretches

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
DELEGATE = Actor("p1", "d1", "state-party", frozenset({Right.SPEAK}))
ITEMS = (AgendaItem("i1", "1", {"en": "Opening"}), AgendaItem("i2", "2", {"en": "Debate"}))
MADE = Made("clip", "preview", (), 60_000)


class Room:
    """A meeting and a session's statements, kept together as the keeper does."""

    def __init__(self, *, instead: bool = True, item: str = "i1", recording_ends: bool = True) -> None:
        self.now, self.meeting = NOW, Meeting()
        self.record: list[MeetingEvent] = []
        rules = load("asp")
        time = replace(rules.procedure.time, recording_ends=recording_ends)
        rules = replace(rules, procedure=replace(rules.procedure, time=time, quorum=load("plain").procedure.quorum))
        self.act(ConveneMeeting("m", "s", {"en": "First"}, NOW, ITEMS, rules))
        self.act(OpenMeeting(without_quorum=True))
        self.act(OpenItem("i1"))
        self.act(OpenList())
        one = Statement("v", "m", item, "p1", "d1", "fr", "dossier", "upload", NOW, StatementState.APPROVED)
        self.statements = Statements("s", {"v": replace(one, made=MADE, instead=instead)})

    def act(self, command: MeetingCommand, actor: Actor = SYSTEM, after_s: float = 0) -> None:
        self.now += timedelta(seconds=after_s)
        for event in decide(self.meeting, command, actor, self.now):
            self.record.append(event)
            self.meeting = apply(self.meeting, event)

    def settle(self) -> list[object]:
        """Do what the list asks; what is asked of the statements."""
        for command in list(of_the_list(self.meeting, self.statements)):
            self.act(command)
        assert not list(of_the_list(self.meeting, self.statements)), "asked again, nothing is asked"
        return list(of_the_statements(self.meeting, self.statements))

    def queued(self, entry_id: str = "e") -> None:
        self.act(RequestFloor(entry_id), DELEGATE)
        asked = self.settle()
        assert [getattr(each, "entry_id", None) for each in asked] == [entry_id]
        one = replace(self.statements.statements["v"], state=StatementState.QUEUED, entry_id=entry_id)
        self.statements = replace(self.statements, statements={"v": one})

    def plays(self, after_s: float = 0) -> list[Plays]:
        self.now += timedelta(seconds=after_s)
        return list(playing(self.meeting.floor, self.now))

    def on_stage(self) -> str | None:
        return program(self.meeting).fill(Audience(AudienceRole.HALL), Slot.STAGE).source


def test_a_call_plays_it_from_its_beginning_and_a_pause_stands_where_it_is() -> None:
    room = Room()
    room.queued()
    room.act(CallSpeaker("e"))
    assert room.on_stage() == recording_source("e")
    assert room.plays(after_s=7) == [Plays("e", "v", 7_000, running=True)]
    room.act(PauseSpeech("e"))
    assert room.on_stage() is None
    assert room.plays(after_s=60) == [Plays("e", "v", 7_000, running=False)]
    room.act(ResumeSpeech("e"))
    assert room.plays(after_s=3) == [Plays("e", "v", 10_000, running=True)]
    room.act(EndRecording("e"))
    assert room.meeting.floor.speech is None
    (asked,) = room.settle()
    assert (getattr(asked, "fell_back", None), room.plays()) == (False, [])
    played = stretches(room.record, "e")
    at = [NOW + timedelta(seconds=second) for second in (0, 6.5, 7, 60, 67, 69.5, 70)]
    assert [played_ms(played, moment) for moment in at] == [0, 6_500, None, None, 7_000, 9_500, None]


def test_where_a_line_fails_it_is_played_from_its_beginning() -> None:
    room = Room(instead=False)
    room.queued()
    room.act(CallSpeaker("e"))
    assert room.plays() == []
    room.act(LoseLine("e"), after_s=20)
    room.act(PlayRecording("e"), after_s=5)
    assert room.plays(after_s=2) == [Plays("e", "v", 2_000, running=True)]
    speech = room.meeting.floor.speech
    assert speech is not None
    assert speech.used_at(room.now) == 22_000, "the time that was used is not given again"


def test_a_recording_that_fails_is_read_out_when_the_clock_is_let_run() -> None:
    room = Room()
    room.queued()
    room.act(CallSpeaker("e"))
    room.act(FailRecording("e"), after_s=4)
    assert (room.plays(), room.on_stage()) == ([], None)
    room.act(ResumeSpeech("e"))
    room.act(EndSpeech("e"), after_s=9)
    (asked,) = room.settle()
    assert getattr(asked, "fell_back", None) is True


def test_where_the_rules_say_so_the_clock_stands_at_the_end_of_the_recording() -> None:
    room = Room(recording_ends=False)
    room.queued()
    room.act(CallSpeaker("e"))
    room.act(EndRecording("e"), after_s=4)
    speech = room.meeting.floor.speech
    assert speech is not None
    assert speech.running_since is None


def test_one_that_was_not_needed_or_whose_entry_is_gone_waits_for_another() -> None:
    room = Room(instead=False)
    room.queued()
    room.act(WithdrawRequest("e"), DELEGATE)
    (asked,) = room.settle()
    assert getattr(asked, "entry_id", "") is None
    room.queued("f")
    room.act(CallSpeaker("f"))
    assert room.settle() == [], "who speaks in person may still need it"
    room.act(EndSpeech("f"), after_s=5)
    (asked,) = room.settle()
    assert getattr(asked, "entry_id", "") is None


def test_another_items_statement_and_one_that_was_taken_back_stand_at_no_entry() -> None:
    other = Room(item="i2")
    other.act(RequestFloor("e"), DELEGATE)
    assert other.settle() == []
    room = Room()
    room.queued()
    gone = replace(room.statements.statements["v"], state=StatementState.WITHDRAWN)
    room.statements = replace(room.statements, statements={"v": gone})
    assert room.settle() == []
    entry = room.meeting.floor.entry("e")
    assert entry is not None
    assert (entry.recording_id, entry.instead) == (None, False)

"""When somebody's turn may come: an honest range."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.estimate import wait
from rostrum.assembly.meeting import ConveneMeeting, Meeting, MeetingCommand, OpenMeeting, apply, decide
from rostrum.assembly.rules import Procedure, load
from rostrum.assembly.speakers import OpenList, RequestFloor
from rostrum.assembly.speaking import CallSpeaker, EndSpeech

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
RULES = replace(load("asp"), procedure=Procedure())


class Sitting:
    def __init__(self, speakers: int) -> None:
        self.now, self.meeting = NOW, Meeting()
        for command in (ConveneMeeting("m", "s", {}, NOW, (), RULES), OpenMeeting(), OpenList()):
            self.act(command)
        for n in range(speakers):
            actor = Actor(f"p{n}", f"d{n}", "state-party", frozenset({Right.SPEAK}))
            self.act(RequestFloor(f"e{n}"), actor)

    def act(self, command: MeetingCommand, actor: Actor = SYSTEM) -> None:
        for event in decide(self.meeting, command, actor, self.now):
            self.meeting = apply(self.meeting, event)

    def speak(self, entry_id: str, seconds: int, gap_s: int = 20) -> None:
        self.act(CallSpeaker(entry_id))
        self.now += timedelta(seconds=seconds)
        self.act(EndSpeech(entry_id))
        self.now += timedelta(seconds=gap_s)


def minutes(sitting: Sitting, position: int) -> tuple[float, float]:
    found = wait(sitting.meeting.floor, position, sitting.meeting.sitting, sitting.now)
    return found.least_ms / 60_000, found.most_ms / 60_000


def test_the_range_holds_what_then_happens_in_a_meeting_that_keeps_its_pace() -> None:
    sitting = Sitting(20)
    for n in range(8):
        sitting.speak(f"e{n}", 240 + 10 * (n % 3))
    least, most = minutes(sitting, 6)
    began = sitting.now
    for n in range(8, 13):
        sitting.speak(f"e{n}", 240 + 10 * (n % 3))
    took = (sitting.now - began) / timedelta(minutes=1)
    assert least <= took <= most
    assert most - least <= took / 2, "a range so wide would say nothing"


def test_it_is_wide_before_anything_is_known_and_the_wider_the_later() -> None:
    sitting = Sitting(12)
    near, far = minutes(sitting, 2), minutes(sitting, 12)
    assert near[0] < near[1]
    assert far[1] - far[0] > near[1] - near[0]


def test_a_meeting_of_short_speeches_is_not_taken_for_one_of_long_ones() -> None:
    brief, long = Sitting(12), Sitting(12)
    for n in range(6):
        brief.speak(f"e{n}", 60)
        long.speak(f"e{n}", 300)
    assert minutes(brief, 5)[1] < minutes(long, 5)[0]

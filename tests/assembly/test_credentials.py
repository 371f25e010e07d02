"""Credentials under their rules: who is seated, who votes, what the committee reports, what the Assembly decides."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.credentials import (
    COMMITTEE_SIZE,
    EVENTS,
    AdoptReport,
    AppointCommittee,
    CommunicateCredentials,
    Credentials,
    CredentialsCommand,
    ExamineCredentials,
    KeepRoll,
    ObjectToCredentials,
    PermitVote,
    ReportCredentials,
    SeatDelegation,
    SetArrears,
    apply,
    decide,
    fold,
)
from rostrum.assembly.electorate import voters
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules.roll import states_parties
from rostrum.assembly.state_credentials import CREDENTIALS_MACHINE, CredentialsState, Form, Signatory
from rostrum.record.codec import decode, encode

NOW = datetime(2026, 12, 7, 9, tzinfo=UTC)
CLERK = Actor("clerk", "", "secretariat", frozenset({Right.ADMINISTER, Right.ATTEND}), remote=False)
ROLL = states_parties()[:12]
SEN = ROLL[0]


def delegate(delegation_id: str) -> Actor:
    return Actor(f"of-{delegation_id}", delegation_id, "state-party", frozenset({Right.ATTEND, Right.SPEAK}))


class Room:
    """A session's credentials, moved by commands."""

    def __init__(self) -> None:
        self.state = Credentials()
        self.do(KeepRoll("s", ROLL))
        for code in ROLL:
            self.do(SeatDelegation(code, f"d-{code}"))

    def do(self, command: CredentialsCommand, actor: Actor = CLERK) -> None:
        for event in decide(self.state, command, actor, NOW):
            assert decode(*encode(event)) == event
            self.state = apply(self.state, event)

    def refusal(self, command: CredentialsCommand, actor: Actor = CLERK) -> Why:
        with pytest.raises(Refused) as refused:
            decide(self.state, command, actor, NOW)
        return refused.value.why

    def original(self, code: str, signatory: Signatory = Signatory.FOREIGN_MINISTER) -> None:
        letter_id = f"letter-{code}-{len(self.state.states[code].letters)}"
        self.do(CommunicateCredentials(code, letter_id, Form.ORIGINAL, signatory, None))

    def standing(self, code: str) -> CredentialsState:
        return self.state.states[code].state

    def voters(self) -> set[str]:
        return {each.removeprefix("d-") for each in voters(self.state, [f"d-{code}" for code in ROLL] + ["d-other"])}


@pytest.fixture
def room() -> Room:
    return Room()


def test_pending_a_decision_everyone_is_seated_with_the_same_rights(room: Room) -> None:
    assert room.voters() == set(ROLL), "nothing has been communicated: all take part provisionally"
    copy = CommunicateCredentials(SEN, "l1", Form.COPY, Signatory.FOREIGN_MINISTER, "file")
    assert room.refusal(copy, delegate(f"d-{ROLL[1]}")) is Why.NOT_ENTITLED
    room.do(copy, delegate(f"d-{SEN}"))
    assert room.standing(SEN) is CredentialsState.PROVISIONAL
    room.do(ObjectToCredentials(SEN, ROLL[1], "note"))
    assert room.standing(SEN) is CredentialsState.OBJECTED
    assert room.voters() == set(ROLL)


def test_a_delegation_cannot_say_that_its_scan_is_the_original(room: Room) -> None:
    original = CommunicateCredentials(SEN, "l1", Form.ORIGINAL, Signatory.HEAD_OF_STATE, "file")
    assert room.refusal(original, delegate(f"d-{SEN}")) is Why.ORIGINAL_ON_PAPER
    room.do(original)
    assert room.standing(SEN) is CredentialsState.RECEIVED


def test_the_committee_has_nine_members_and_examines_before_it_reports(room: Room) -> None:
    assert room.refusal(ReportCredentials("r1")) is Why.NO_COMMITTEE
    assert room.refusal(AppointCommittee(ROLL[:8])) is Why.COMMITTEE_OF_NINE
    assert room.refusal(AppointCommittee((*ROLL[:8], ROLL[0]))) is Why.COMMITTEE_OF_NINE
    assert room.refusal(AppointCommittee((*ROLL[:8], "USA"))) is Why.COMMITTEE_OF_NINE
    room.do(AppointCommittee(ROLL[:COMMITTEE_SIZE]))
    room.original(SEN)
    assert room.refusal(ReportCredentials("r1")) is Why.NOT_ALL_EXAMINED
    room.original(ROLL[1], Signatory.MISSION)
    assert room.refusal(ExamineCredentials(ROLL[1], in_order=True)) is Why.SIGNATORY_NOT_ENTITLED
    room.do(ExamineCredentials(ROLL[1], in_order=False, note_id="n"))
    room.do(ExamineCredentials(SEN, in_order=True))
    room.do(ReportCredentials("r1"))
    report = room.state.reports[0]
    assert (report.in_order, report.wanting) == ((SEN,), (ROLL[1],))
    assert set(report.absent) == set(ROLL[2:])
    assert report.members == ROLL[:COMMITTEE_SIZE]


def test_the_assembly_decides_once_and_only_the_disputed_can_be_rejected(room: Room) -> None:
    room.do(AppointCommittee(ROLL[:COMMITTEE_SIZE]))
    for code in ROLL[:3]:
        room.original(code)
        room.do(ExamineCredentials(code, in_order=True))
    room.do(CommunicateCredentials(ROLL[3], "copy", Form.NOTE_VERBALE, Signatory.MISSION, None))
    room.do(ObjectToCredentials(ROLL[2], ROLL[4], "note"))
    room.do(ReportCredentials("r1"))
    room.original(ROLL[1])  # a new letter after the report: it waits for the next one
    assert room.refusal(AdoptReport("r1", (SEN,))) is Why.NOT_AT_THIS_POINT
    assert room.refusal(AdoptReport("r0", ())) is Why.NO_SUCH_REPORT
    room.do(AdoptReport("r1", (ROLL[2],)))
    standings = [room.standing(code) for code in ROLL[:5]]
    accepted, rejected = CredentialsState.ACCEPTED, CredentialsState.REJECTED
    assert standings == [accepted, CredentialsState.RECEIVED, rejected, accepted, CredentialsState.ABSENT]
    assert room.voters() == set(ROLL) - {ROLL[2]}
    assert room.refusal(AdoptReport("r1", ())) is Why.REPORT_PAST
    copy = CommunicateCredentials(ROLL[2], "again", Form.COPY, Signatory.HEAD_OF_STATE, "file")
    assert room.refusal(copy, delegate(f"d-{ROLL[2]}")) is Why.NOT_AT_THIS_POINT, "a copy brings no seat back"


def test_arrears_take_the_vote_and_not_the_seat_unless_the_assembly_waives_it(room: Room) -> None:
    room.do(SetArrears((SEN, ROLL[5])))
    assert room.state.states[SEN].seated
    assert room.voters() == set(ROLL) - {SEN, ROLL[5]}
    room.do(PermitVote(SEN, permitted=True))
    assert room.voters() == set(ROLL) - {ROLL[5]}
    room.do(PermitVote(SEN, permitted=False))
    assert SEN not in room.voters()
    room.do(PermitVote(SEN, permitted=True))
    room.do(SetArrears(()))
    room.do(SetArrears((SEN,)))
    assert SEN not in room.voters(), "a permission ends with the arrears that it was for"
    assert room.refusal(PermitVote(ROLL[1], permitted=True)) is Why.NOT_IN_ARREARS


def test_one_delegation_speaks_for_one_state(room: Room) -> None:
    assert room.refusal(SeatDelegation(ROLL[1], f"d-{SEN}")) is Why.DELEGATION_SPEAKS_ALREADY
    room.do(SeatDelegation(SEN, None))
    room.do(SeatDelegation(ROLL[1], f"d-{SEN}"))
    assert f"d-{ROLL[1]}" not in voters(room.state, [f"d-{ROLL[1]}"]), "it speaks for nobody any more"


def test_a_session_without_a_roll_lets_every_delegation_of_a_voting_category_vote() -> None:
    assert voters(Credentials(), ["a", "b"]) == {"a", "b"}


def test_nobody_but_the_secretariat_keeps_the_roll(room: Room) -> None:
    for command in (
        KeepRoll("s", ()),
        SetArrears(()),
        PermitVote(SEN, True),
        ReportCredentials("r"),
        AdoptReport("r", ()),
    ):
        assert room.refusal(command, delegate(f"d-{SEN}")) is Why.NOT_ENTITLED


@given(st.lists(st.tuples(st.sampled_from(ROLL[:3]), st.integers(0, 8)), max_size=30))
def test_whatever_is_done_votes_follow_from_seat_and_arrears(acts: list[tuple[str, int]]) -> None:
    room = Room()
    room.do(AppointCommittee(ROLL[:COMMITTEE_SIZE]))
    for n, (code, kind) in enumerate(acts):
        letter = (code, f"l{n}")
        commands: list[CredentialsCommand] = [
            CommunicateCredentials(*letter, Form.ORIGINAL, Signatory.HEAD_OF_STATE, None),
            CommunicateCredentials(*letter, Form.COPY, Signatory.MISSION, None),
            ExamineCredentials(code, in_order=True),
            ExamineCredentials(code, in_order=False),
            ObjectToCredentials(code, ROLL[5], None),
            ReportCredentials(f"r{n}"),
            AdoptReport(room.state.reports[-1].report_id if room.state.reports else "", (code,)),
            SetArrears((code,)),
            PermitVote(code, permitted=True),
        ]
        events = []
        try:
            events = decide(room.state, commands[kind], CLERK, NOW)
        except Refused:
            continue
        room.state = fold(events, room.state)
    for each in room.state.states.values():
        if each.state is CredentialsState.REJECTED:
            assert any(each.code in report.rejected for report in room.state.reports), "nobody but the Assembly unseats"
        assert (each.code in room.voters()) == (
            each.state is not CredentialsState.REJECTED and (not each.in_arrears or each.waived)
        )
        assert not each.waived or each.in_arrears


def test_every_state_of_the_machine_can_be_reached_and_every_event_is_known() -> None:
    reached, fresh = {CredentialsState.ABSENT}, True
    while fresh:
        further = {after for state in reached for after in CREDENTIALS_MACHINE[state].values()}
        fresh, reached = bool(further - reached), reached | further
    assert reached == set(CredentialsState)
    assert {event for moves in CREDENTIALS_MACHINE.values() for event in moves} <= set(EVENTS)

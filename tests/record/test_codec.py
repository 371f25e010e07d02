"""Rows that earlier releases wrote, read by this one."""

import json
from datetime import UTC, datetime
from typing import cast

from rostrum.assembly.accreditation import Accreditation, AccreditationEvent, apply
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.application import ApplicationAccepted, ApplicationState, ApplicationSubmitted
from rostrum.assembly.meeting import Meeting, MeetingEvent, decide
from rostrum.assembly.meeting import apply as apply_to_meeting
from rostrum.assembly.rules import Procedure
from rostrum.assembly.speaking import CallSpeaker
from rostrum.record.codec import decode

AT = "2026-11-20T09:00:00Z"
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_an_application_of_one_person_becomes_a_delegation_of_one() -> None:
    submitted = {"at": AT, "application_id": "a", "category": "ngo", "remote": True, "dossier_id": "d"}
    accepted = {"at": AT, "application_id": "a", "place_id": "p"}
    first = decode("ApplicationSubmitted", 1, json.dumps(submitted))
    second = decode("ApplicationAccepted", 1, json.dumps(accepted))
    assert isinstance(first, ApplicationSubmitted)
    assert isinstance(second, ApplicationAccepted)
    state = Accreditation("s")
    events: list[AccreditationEvent] = [first, second]
    for event in events:
        state = apply(state, event)
    application = state.applications["a"]
    (member,) = application.members.values()
    assert application.state is ApplicationState.ACCEPTED
    assert (member.dossier_id, member.remote, member.place_id) == ("d", True, "p")
    assert application.place_ids == ("p",)


def test_a_session_that_was_opened_before_limits_has_none() -> None:
    ngo = {"rights": ["attend"], "limit_ms": 1, "applies": True}
    rules = {"name": "x", "default_limit_ms": 1, "warning_ms": 0, "categories": {"ngo": ngo}}
    body = {"at": AT, "session_id": "s", "titles": {"en": "S"}, "rules": rules}
    event = decode("SessionOpened", 1, json.dumps(body))
    assert event.rules.members_max("ngo") == 0  # type: ignore[union-attr]  # what was decoded is the session's opening


def test_a_meeting_that_an_earlier_release_recorded_goes_on() -> None:
    rules = {"name": "x", "default_limit_ms": 60_000, "warning_ms": 0, "categories": {}}
    asked = {"entry_id": "e", "place_id": "p", "delegation_id": "d", "category": "ngo", "remote": True}
    rows: list[tuple[str, dict[str, object]]] = [
        ("MeetingConvened", {"meeting_id": "m", "session_id": "s", "titles": {}, "scheduled_at": AT, "agenda": [],
                             "rules": rules}),
        ("MeetingOpened", {}),
        ("ListOpened", {}),
        ("FloorRequested", asked),
        ("FloorRequested", {**asked, "entry_id": "f", "place_id": "q", "delegation_id": "g"}),
        ("SpeakerCalled", {"entry_id": "e", "limit_ms": 60_000}),
        ("SpeechPaused", {}),
        ("SpeechResumed", {}),
        ("TimeExtended", {"by_ms": 1_000}),
        ("SpeechEnded", {"entry_id": "e", "used_ms": 5_000, "yielded": True}),
    ]  # fmt: skip
    state = Meeting()
    for kind, body in rows:
        state = apply_to_meeting(state, cast("MeetingEvent", decode(kind, 1, json.dumps({"at": AT, **body}))))
    assert [entry.entry_id for entry in state.floor.spoken] == ["e"]
    assert [entry.entry_id for entry in state.floor.waiting] == ["f"]
    assert state.rules.procedure == Procedure()
    assert [type(event).__name__ for event in decide(state, CallSpeaker("f"), SYSTEM, NOW)] == ["SpeakerCalled"]

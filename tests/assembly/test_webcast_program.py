"""What is given to those without an account: what the public is, while the webcast is on and the meeting sits."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rostrum.assembly.feeds import Choice, Feeds
from rostrum.assembly.floor import Floor
from rostrum.assembly.meeting import Meeting, MeetingKind, MeetingState
from rostrum.assembly.program import Audience, AudienceRole, Slot, is_webcast, place_source, program
from rostrum.assembly.release import FULL, OPEN, Guard
from rostrum.assembly.speech import Speech

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SPEECH = Speech("e", "p", "d", True, NOW, 60_000, 0, NOW)
SITTING = Meeting("m", "s", state=MeetingState.OPEN, floor=Floor(speech=SPEECH), feeds=Feeds(webcast=True))
LANGUAGES = ("floor", "fr")


@pytest.mark.parametrize("guard", [OPEN, Guard(hides_picture=True), FULL])
def test_it_is_given_what_the_public_is(guard: Guard) -> None:
    given = program(SITTING, lambda _: guard)
    for language in LANGUAGES:
        webcast = given.fills[Audience(AudienceRole.WEBCAST, language)]
        assert webcast == given.fills[Audience(AudienceRole.PUBLIC, language)]
        heard = webcast[Slot.FLOOR if language == "floor" else Slot.CHANNEL]
        assert (heard.source, heard.masked) == (place_source("p"), guard.masks_voice)
        assert webcast[Slot.STAGE].source == (None if guard.hides_picture else place_source("p"))


@pytest.mark.parametrize(
    "meeting",
    [
        replace(SITTING, feeds=Feeds()),
        replace(SITTING, state=MeetingState.SUSPENDED),
        replace(SITTING, state=MeetingState.CLOSED),
        replace(SITTING, kind=MeetingKind.CLOSED),
        replace(SITTING, kind=MeetingKind.WORKING_GROUP),
    ],
)
def test_it_is_given_nothing_else(meeting: Meeting) -> None:
    assert not is_webcast(meeting)
    given = program(meeting)
    for language in LANGUAGES:
        audience = Audience(AudienceRole.WEBCAST, language)
        assert {given.fill(audience, slot).source for slot in Slot} == {None}


def test_what_was_chosen_by_hand_goes_with_the_program() -> None:
    assert program(replace(SITTING, feeds=Feeds(choice=Choice.BACKUP))).hall is Choice.BACKUP

"""Meeting state to who sees and hears whom: a pure function and its vocabulary.

A *source* is something that sends picture and sound: the hall, or one remote place.
A *slot* is what a receiver was given when it joined; it never changes, only what fills it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rostrum.assembly.meeting import Meeting

HALL = "hall"
"""The source that carries the hall's camera and sound."""


def place_source(place_id: str) -> str:
    """The source of a remote place."""
    return f"place:{place_id}"


class Slot(StrEnum):
    """What a receiver has: two pictures and two sounds, fixed from joining to leaving."""

    STAGE = "stage"
    PODIUM = "podium"
    FLOOR = "floor"
    CHANNEL = "channel"


class AudienceRole(StrEnum):
    """Where a receiver sits, as far as it changes what it is given."""

    REMOTE = "remote"
    HALL = "hall"


@dataclass(frozen=True)
class Audience:
    """Everyone who is to be given the same: a seat and an interpretation channel ("floor" or a language)."""

    role: AudienceRole
    language: str = "floor"


@dataclass(frozen=True)
class Fill:
    """What a slot carries.

    `to_itself` is given to the place that is itself the source: nobody hears their own voice come back.
    """

    source: str | None
    to_itself: str | None = None

    def for_place(self, own_source: str | None) -> str | None:
        """The source that a receiver gets, given the source that it sends itself (None: it sends none)."""
        if own_source is not None and own_source == self.source:
            return self.to_itself
        return self.source


EMPTY = Fill(None)


@dataclass(frozen=True)
class Program:
    """For each audience, each slot's fill; and the sources that anyone may hear or see at all."""

    fills: Mapping[Audience, Mapping[Slot, Fill]]

    def fill(self, audience: Audience, slot: Slot) -> Fill:
        """The fill for an audience; one that asks for a channel that is not there gets the floor's."""
        slots = self.fills.get(audience) or self.fills.get(Audience(audience.role))
        return EMPTY if slots is None else slots.get(slot, EMPTY)

    @property
    def on_air(self) -> frozenset[str]:
        """The sources that fill at least one slot of one audience."""
        return frozenset(
            source
            for slots in self.fills.values()
            for fill in slots.values()
            for source in (fill.source, fill.to_itself)
            if source is not None
        )


def program(meeting: Meeting) -> Program:
    """Who sees and hears whom now.

    Nobody's place is a source in it unless that place has the floor and the clock runs:
    while a statement is paused the presiding officer, in the hall, is heard instead, and so is the hall while
    the secretariat reads a statement out or a recording is played in it.
    A meeting that is not open carries the hall's picture without its sound.
    """
    speech = meeting.floor.speech
    if not meeting.is_open:
        remote = {Slot.STAGE: Fill(HALL)}
        return Program({Audience(AudienceRole.REMOTE): remote, Audience(AudienceRole.HALL): {}})
    if speech is None or not speech.heard_from_afar:
        remote = {Slot.STAGE: Fill(HALL), Slot.FLOOR: Fill(HALL), Slot.CHANNEL: Fill(HALL)}
        return Program({Audience(AudienceRole.REMOTE): remote, Audience(AudienceRole.HALL): {}})
    speaker = place_source(speech.place_id)
    on_stage = Fill(speaker, to_itself=HALL)
    remote = {Slot.STAGE: on_stage, Slot.PODIUM: Fill(HALL), Slot.FLOOR: on_stage, Slot.CHANNEL: on_stage}
    hall = {Slot.STAGE: Fill(speaker), Slot.FLOOR: Fill(speaker)}
    return Program({Audience(AudienceRole.REMOTE): remote, Audience(AudienceRole.HALL): hall})


GREEN_ROOM = "green-room:"
"""What the names of green rooms begin with, among the meetings that an engine knows."""


def green_room_id(meeting_id: str, place_id: str) -> str:
    """The name of the room in which one who is about to speak in a meeting can talk with a technician."""
    return f"{GREEN_ROOM}{meeting_id}:{place_id}"


def green_room(place_id: str, technician_id: str | None) -> Program:
    """Who hears whom in a green room: the technician sees and hears the person, the person hears the technician.

    Nothing of it is a source of the meeting, so that none of it can come into the hall.
    """
    technician = None if technician_id is None else place_source(technician_id)
    person = place_source(place_id)
    slots = {Slot.STAGE: Fill(person), Slot.FLOOR: Fill(person, to_itself=technician)}
    return Program({Audience(AudienceRole.REMOTE): slots})

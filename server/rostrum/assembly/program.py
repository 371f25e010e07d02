"""Meeting state to who sees and hears whom: a pure function and its vocabulary.

A *source* is something that sends picture and sound: the hall, or one remote place.
A *slot* is what a receiver was given when it joined; it never changes, only what fills it does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rostrum.assembly.meeting import Meeting
from rostrum.assembly.release import OPEN, Guard
from rostrum.assembly.sitting import MeetingKind

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
    PUBLIC = "public"
    """Nobody of the meeting: the webcast and the recording."""


@dataclass(frozen=True)
class Audience:
    """Everyone who is to be given the same: a seat and an interpretation channel ("floor" or a language)."""

    role: AudienceRole
    language: str = "floor"


@dataclass(frozen=True)
class Fill:
    """What a slot carries.

    `to_itself` is given to the place that is itself the source: nobody hears their own voice come back. `masked`: the
    voice in it may go on only so changed that nobody knows it.
    """

    source: str | None
    to_itself: str | None = None
    masked: bool = False

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


def _unguarded(_place_id: str) -> Guard:
    return OPEN


def program(meeting: Meeting, guard_of: Callable[[str], Guard] = _unguarded) -> Program:
    """Who sees and hears whom now. `guard_of`: how a place is kept from the public.

    Nobody's place is a source in it unless that place has the floor and the clock runs:
    while a statement is paused the presiding officer, in the hall, is heard instead, and so is the hall while
    the secretariat reads a statement out or a recording is played in it.
    A meeting that is not open carries the hall's picture without its sound.
    """
    speech, hall = meeting.floor.speech, dict[Slot, Fill]()
    if not meeting.is_open:
        remote = {Slot.STAGE: Fill(HALL)}
    elif speech is None or not speech.heard_from_afar:
        remote = {Slot.STAGE: Fill(HALL), Slot.FLOOR: Fill(HALL), Slot.CHANNEL: Fill(HALL)}
    else:
        speaker = place_source(speech.place_id)
        on_stage = Fill(speaker, to_itself=HALL)
        remote = {Slot.STAGE: on_stage, Slot.PODIUM: Fill(HALL), Slot.FLOOR: on_stage, Slot.CHANNEL: on_stage}
        hall = {Slot.STAGE: Fill(speaker), Slot.FLOOR: Fill(speaker)}
    guard = OPEN if speech is None else guard_of(speech.place_id)
    public = _public(remote, guard) if meeting.kind is MeetingKind.PUBLIC else {}
    return Program(
        {
            Audience(AudienceRole.REMOTE): remote,
            Audience(AudienceRole.HALL): hall,
            Audience(AudienceRole.PUBLIC): public,
        }
    )


PICTURES = frozenset({Slot.STAGE, Slot.PODIUM})


def _public(remote: Mapping[Slot, Fill], guard: Guard) -> Mapping[Slot, Fill]:
    """What the public is given of what those far away are given, while somebody with this guard has the floor.

    A hidden speaker takes the hall's picture along: the hall's screen stands in it and shows them.
    """
    return {
        slot: Fill(None if guard.hides_picture and slot in PICTURES else fill.source, masked=guard.masks_voice)
        for slot, fill in remote.items()
    }


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

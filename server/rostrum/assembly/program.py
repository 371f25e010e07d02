"""Meeting state to who sees and hears whom: a pure function and its vocabulary.

A *source* is something that sends picture and sound: the hall, or one remote place.
A *slot* is what a receiver was given when it joined; it never changes, only what fills it does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from rostrum.assembly.feeds import Choice
from rostrum.assembly.interpretation import FLOOR as FLOOR_CHANNEL
from rostrum.assembly.interpretation import HALL_SPEAKER, WORKING_LANGUAGES, Interpretation
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.release import OPEN, Guard
from rostrum.assembly.sitting import MeetingKind
from rostrum.assembly.speech import Delivery, Speech

HALL = "hall"
"""The source that carries the hall's camera and sound."""
HALL_BACKUP = "hall-backup"
"""The second feed of the hall: no programme names it, an engine gives it in place of HALL's as `Program.hall` says."""


def place_source(place_id: str) -> str:
    """The source of a remote place."""
    return f"place:{place_id}"


def recording_source(entry_id: str) -> str:
    """The source of the recorded statement of an entry: not its place, whose camera may be open meanwhile."""
    return f"recording:{entry_id}"


class Slot(StrEnum):
    """What a receiver has: pictures and sounds, fixed from joining to leaving.

    A receiver of a language's channel hears the interpreter in `CHANNEL` and, as softly as it likes, the floor in
    `FLOOR`; where the channel carries the floor itself, that is in `CHANNEL` alone."""

    STAGE = "stage"
    PODIUM = "podium"
    FLOOR = "floor"
    CHANNEL = "channel"
    SIGN = "sign"
    """The picture of an interpreter of International Sign, for those who ask for it."""


class AudienceRole(StrEnum):
    """Where a receiver sits, as far as it changes what it is given."""

    REMOTE = "remote"
    HALL = "hall"
    PUBLIC = "public"
    """Nobody of the meeting: what may be recorded."""
    WEBCAST = "webcast"
    """Whoever watches without an account: what the public is given, while the webcast is on and the meeting sits."""


@dataclass(frozen=True)
class Audience:
    """Everyone who is to be given the same: a seat and an interpretation channel ("floor" or a language)."""

    role: AudienceRole
    language: str = FLOOR_CHANNEL


@dataclass(frozen=True)
class Fill:
    """What a slot carries.

    `to_itself` is given to the place that is itself the source: nobody hears their own voice come back. `masked`: the
    voice in it may go on only so changed that nobody knows it. `of_floor`: it is the floor itself, not an interpreter.
    """

    source: str | None
    to_itself: str | None = None
    masked: bool = False
    of_floor: bool = True

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
    hall: Choice = Choice.AUTO
    """Which of the hall's feeds stands behind HALL."""

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


NO_INTERPRETATION = Interpretation()


def speaker_of(meeting: Meeting) -> str:
    """Who is heard, as interpreters name them: the place that has the floor, or the hall without an entry."""
    speech = meeting.floor.speech
    if speech is None or speech.running_since is None or speech.delivery is Delivery.READ_OUT:
        return HALL_SPEAKER
    return speech.place_id or HALL_SPEAKER


def program(
    meeting: Meeting,
    guard_of: Callable[[str], Guard] = _unguarded,
    interpretation: Interpretation = NO_INTERPRETATION,
) -> Program:
    """Who sees and hears whom now. `guard_of`: how a place is kept from the public.

    Nobody's place is a source in it unless that place has the floor and the clock runs, or is an interpreter's on air:
    while a statement is paused the presiding officer, in the hall, is heard instead, and so is the hall while
    the secretariat reads a statement out. A recorded statement is a source of its own, while its clock runs.
    A meeting that is not open carries the hall's picture without its sound, and no interpretation.
    """
    speech, hall = meeting.floor.speech, dict[Slot, Fill]()
    if not meeting.is_open:
        return _for_all({FLOOR_CHANNEL: {Slot.STAGE: Fill(HALL)}}, {FLOOR_CHANNEL: hall}, OPEN, meeting)
    speaker = None if speech is None else _far_source(speech)
    if speaker is None:
        floor = Fill(HALL)
        remote = {Slot.STAGE: floor, Slot.FLOOR: floor}
    else:
        floor = Fill(speaker, to_itself=HALL)
        remote = {Slot.STAGE: floor, Slot.PODIUM: Fill(HALL), Slot.FLOOR: floor}
        hall = {Slot.STAGE: Fill(speaker), Slot.FLOOR: Fill(speaker)}
    if interpretation.signing is not None:
        remote[Slot.SIGN] = hall[Slot.SIGN] = Fill(place_source(interpretation.signing), of_floor=False)
    far, near = {FLOOR_CHANNEL: remote}, {FLOOR_CHANNEL: hall}
    for language in WORKING_LANGUAGES:
        place_id = interpretation.carrier(language, speaker_of(meeting)).place_id
        far[language] = _channel(remote, floor, place_id)
        near[language] = {**_channel(hall, Fill(floor.source), place_id), Slot.FLOOR: EMPTY}
    guard = OPEN if speech is None else guard_of(speech.place_id)
    return _for_all(far, near, guard, meeting)


def _far_source(speech: Speech) -> str | None:
    """What carries a statement that does not come from the hall; None: the hall does."""
    if speech.is_played and speech.running_since is not None:
        return recording_source(speech.entry_id)
    return place_source(speech.place_id) if speech.heard_from_afar else None


def _channel(slots: Mapping[Slot, Fill], floor: Fill, interpreter_id: str | None) -> dict[Slot, Fill]:
    """What a receiver of a language's channel is given: the interpreter over the floor, or the floor by itself."""
    if interpreter_id is None:
        return {**slots, Slot.FLOOR: EMPTY, Slot.CHANNEL: floor}
    return {**slots, Slot.FLOOR: floor, Slot.CHANNEL: Fill(place_source(interpreter_id), of_floor=False)}


def _for_all(
    far: Mapping[str, Mapping[Slot, Fill]], near: Mapping[str, Mapping[Slot, Fill]], guard: Guard, meeting: Meeting
) -> Program:
    """By language what those far away and those in the hall are given; the public is given what those far away are."""
    fills = {Audience(AudienceRole.HALL, language): slots for language, slots in near.items()}
    for language, slots in far.items():
        fills[Audience(AudienceRole.REMOTE, language)] = slots
        public = _public(slots, guard) if meeting.kind is MeetingKind.PUBLIC else {}
        fills[Audience(AudienceRole.PUBLIC, language)] = public
        fills[Audience(AudienceRole.WEBCAST, language)] = public if is_webcast(meeting) else {}
    return Program(fills, meeting.feeds.choice)


def is_webcast(meeting: Meeting) -> bool:
    """Whether anybody may watch the meeting now."""
    return meeting.feeds.webcast and meeting.is_open and meeting.kind is MeetingKind.PUBLIC


def is_recorded(meeting: Meeting) -> bool:
    """Whether what is said now is kept."""
    return meeting.taping.since is not None and meeting.is_open and meeting.kind is MeetingKind.PUBLIC


PICTURES = frozenset({Slot.STAGE, Slot.PODIUM})


def _public(remote: Mapping[Slot, Fill], guard: Guard) -> Mapping[Slot, Fill]:
    """What the public is given of what those far away are given, while somebody with this guard has the floor.

    A hidden speaker takes the hall's picture along: the hall's screen stands in it and shows them. Interpreters are
    neither hidden nor masked: it is not their voice that is protected.
    """
    return {
        slot: replace(
            fill,
            source=None if guard.hides_picture and slot in PICTURES else fill.source,
            to_itself=None,
            masked=guard.masks_voice and fill.of_floor,
        )
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

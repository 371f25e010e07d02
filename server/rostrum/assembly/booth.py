"""One interpreters' booth: who sits in it, whose microphone is open, who is on air, and how that passes on.

A booth stands for the language that it interprets into; its second language it can interpret into as well (an A and a
B language). Nobody comes on air by sitting down or by reconnecting, only by taking the air or by a handover.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

FLOOR = "floor"
"""The channel that carries the floor itself."""
INTERNATIONAL_SIGN = "ils"
"""The booth of this language (ISO 639-3) sends a picture and no sound."""
TEAM_MAX = 3
SHIFTS_KEPT = 40


class HandoverState(StrEnum):
    """How far a handover has come."""

    NONE = "none"
    ASKED = "asked"
    AGREED = "agreed"
    """Both know; it happens when the countdown has run out."""


class AirBy(StrEnum):
    """How somebody came on air."""

    FREE = "free"
    """Nobody was."""
    HANDOVER = "handover"
    CONSENT = "consent"
    """Whoever was on air had agreed beforehand to be relieved by a press."""
    ASSIGNED = "assigned"
    """A technician or the secretariat put them there."""


class AirLeftBy(StrEnum):
    """Why somebody went off air without another coming on."""

    THEMSELVES = "themselves"
    LINE = "line"
    TEAM = "team"
    """They are of the booth's team no longer."""


# Events


@dataclass(frozen=True)
class BoothEquipped:
    """The booth is there, or has another team or another second language."""

    at: datetime
    booth_id: str
    second: str | None
    team: tuple[str, ...]


@dataclass(frozen=True)
class BoothClosed:
    """The booth is no more."""

    at: datetime
    booth_id: str


@dataclass(frozen=True)
class InterpreterSat:
    """One of the team sits at the console; the line, where one was lost, is there again."""

    at: datetime
    booth_id: str
    place_id: str


@dataclass(frozen=True)
class InterpreterStood:
    """One of the team has left the console."""

    at: datetime
    booth_id: str
    place_id: str


@dataclass(frozen=True)
class BoothLineLost:
    """Nothing comes any more from one who sits in the booth."""

    at: datetime
    booth_id: str
    place_id: str


@dataclass(frozen=True)
class BoothLineRestored:
    """It comes again. This puts nobody on air."""

    at: datetime
    booth_id: str
    place_id: str


@dataclass(frozen=True)
class AirTaken:
    """This interpreter is on air now, with an open microphone; whoever was before is not, and theirs is shut."""

    at: datetime
    booth_id: str
    place_id: str
    by: AirBy


@dataclass(frozen=True)
class AirLeft:
    """Whoever was on air is not, and nobody is."""

    at: datetime
    booth_id: str
    by: AirLeftBy


@dataclass(frozen=True)
class MicrophoneSwitched:
    """An interpreter has opened or shut the microphone. Only on air is it heard."""

    at: datetime
    booth_id: str
    place_id: str
    is_open: bool


@dataclass(frozen=True)
class HandoverAsked:
    """One of the two asks that `taker` goes on in `giver`'s place."""

    at: datetime
    booth_id: str
    giver: str
    taker: str
    asked_by: str


@dataclass(frozen=True)
class HandoverAgreed:
    """The other agrees; the air passes at `due_at`."""

    at: datetime
    booth_id: str
    due_at: datetime


@dataclass(frozen=True)
class HandoverDropped:
    """Declined, taken back, or one of the two is gone."""

    at: datetime
    booth_id: str


@dataclass(frozen=True)
class RelievingAllowed:
    """An interpreter agrees, or does so no longer, to be relieved by a colleague's press while on air."""

    at: datetime
    booth_id: str
    place_id: str
    allowed: bool


@dataclass(frozen=True)
class RelayChosen:
    """The booth listens to this channel: the floor, or another booth's interpretation."""

    at: datetime
    booth_id: str
    channel: str


@dataclass(frozen=True)
class OutputChosen:
    """The booth interprets into this of its two languages."""

    at: datetime
    booth_id: str
    language: str


BoothEvent = (
    BoothEquipped
    | BoothClosed
    | InterpreterSat
    | InterpreterStood
    | BoothLineLost
    | BoothLineRestored
    | AirTaken
    | AirLeft
    | MicrophoneSwitched
    | HandoverAsked
    | HandoverAgreed
    | HandoverDropped
    | RelievingAllowed
    | RelayChosen
    | OutputChosen
)

HANDOVER_MACHINE: Mapping[HandoverState, Mapping[type[BoothEvent], HandoverState]] = {
    HandoverState.NONE: {HandoverAsked: HandoverState.ASKED},
    HandoverState.ASKED: {
        HandoverAgreed: HandoverState.AGREED,
        HandoverDropped: HandoverState.NONE,
        AirTaken: HandoverState.NONE,
        AirLeft: HandoverState.NONE,
    },
    HandoverState.AGREED: {
        HandoverDropped: HandoverState.NONE,
        AirTaken: HandoverState.NONE,
        AirLeft: HandoverState.NONE,
    },
}
"""Nothing else changes how far a handover has come."""


@dataclass(frozen=True)
class Handover:
    """That `taker` goes on in `giver`'s place."""

    state: HandoverState = HandoverState.NONE
    giver: str = ""
    taker: str = ""
    asked_by: str = ""
    due_at: datetime | None = None

    @property
    def answers(self) -> str:
        """Whose answer it waits for."""
        return self.taker if self.asked_by == self.giver else self.giver


@dataclass(frozen=True)
class Shift:
    """Time that an interpreter was on air. `until` None: still is."""

    place_id: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Booth:
    """A booth as its events have made it. `team`, `seated` and so on are places' identifiers."""

    booth_id: str
    second: str | None = None
    team: tuple[str, ...] = ()
    seated: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    """Of those who sit: whose line is gone."""
    open_ids: frozenset[str] = frozenset()
    """Of those who sit: whose microphone is open."""
    relieving: frozenset[str] = frozenset()
    """Who agrees to be relieved by a press."""
    on_air: str | None = None
    output: str = ""
    relay: str = FLOOR
    handover: Handover = field(default_factory=Handover)
    shifts: tuple[Shift, ...] = ()
    """The newest last."""

    @property
    def heard(self) -> str | None:
        """Whose microphone goes out now; None: nobody's."""
        return self.on_air if self.on_air in self.open_ids else None

    @property
    def staffed(self) -> bool:
        """Whether somebody sits in it whose line is there."""
        return bool(self.seated - self.lost)

    @property
    def languages(self) -> tuple[str, ...]:
        """The one or two languages that it interprets into, its own first."""
        return (self.booth_id,) if self.second is None else (self.booth_id, self.second)

    @property
    def too_many_open(self) -> bool:
        """The alarm that microphones of two interpreters are open at once."""
        return len(self.open_ids) > 1

    def worked_ms(self, place_id: str, now: datetime, within: timedelta) -> int:
        """Milliseconds that an interpreter was on air in the time `within` before now."""
        first = now - within
        spans = [
            (max(shift.since, first), now if shift.until is None else shift.until)
            for shift in self.shifts
            if shift.place_id == place_id
        ]
        return sum((until - since) // timedelta(milliseconds=1) for since, until in spans if until > since)

    def shift_of(self, place_id: str) -> Shift | None:
        """The newest time on air of an interpreter."""
        return next((shift for shift in reversed(self.shifts) if shift.place_id == place_id), None)


def apply(booth: Booth, event: BoothEvent) -> Booth:
    """The booth after an event."""
    machine = HANDOVER_MACHINE[booth.handover.state]
    if type(event) in machine:
        booth = replace(booth, handover=_handover(booth.handover, event, machine[type(event)]))
    match event:
        case BoothEquipped():
            return _equipped(booth, event)
        case InterpreterSat():
            one = frozenset({event.place_id})
            return replace(booth, seated=booth.seated | one, lost=booth.lost - one)
        case InterpreterStood():
            return _without(booth, event.place_id)
        case BoothLineLost():
            return replace(booth, lost=booth.lost | {event.place_id})
        case BoothLineRestored():
            return replace(booth, lost=booth.lost - {event.place_id})
        case AirTaken():
            shut = frozenset() if booth.on_air is None else frozenset({booth.on_air})
            shifts = (*_ended(booth.shifts, event.at), Shift(event.place_id, event.at))
            opened = (booth.open_ids - shut) | {event.place_id}
            return replace(booth, on_air=event.place_id, open_ids=opened, shifts=shifts[-SHIFTS_KEPT:])
        case AirLeft():
            shut = frozenset() if booth.on_air is None else frozenset({booth.on_air})
            return replace(booth, on_air=None, open_ids=booth.open_ids - shut, shifts=_ended(booth.shifts, event.at))
        case MicrophoneSwitched():
            one = frozenset({event.place_id})
            return replace(booth, open_ids=booth.open_ids | one if event.is_open else booth.open_ids - one)
        case RelievingAllowed():
            one = frozenset({event.place_id})
            return replace(booth, relieving=booth.relieving | one if event.allowed else booth.relieving - one)
        case RelayChosen():
            return replace(booth, relay=event.channel)
        case OutputChosen():
            return replace(booth, output=event.language)
    return booth


def _equipped(booth: Booth, event: BoothEquipped) -> Booth:
    for place_id in set(booth.team) - set(event.team):
        booth = _without(booth, place_id)
    output = booth.output if booth.output in (event.booth_id, event.second) else event.booth_id
    return replace(booth, second=event.second, team=event.team, output=output)


def _without(booth: Booth, place_id: str) -> Booth:
    one = frozenset({place_id})
    return replace(
        booth,
        seated=booth.seated - one,
        lost=booth.lost - one,
        open_ids=booth.open_ids - one,
        relieving=booth.relieving - one,
    )


def _handover(handover: Handover, event: BoothEvent, state: HandoverState) -> Handover:
    if isinstance(event, HandoverAsked):
        return Handover(state, event.giver, event.taker, event.asked_by)
    if isinstance(event, HandoverAgreed):
        return replace(handover, state=state, due_at=event.due_at)
    return Handover(state)


def _ended(shifts: tuple[Shift, ...], at: datetime) -> tuple[Shift, ...]:
    return tuple(shift if shift.until is not None else replace(shift, until=at) for shift in shifts)

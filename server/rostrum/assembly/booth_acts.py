"""What is done in and to a booth: commands, and the events that they bring about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.booth import (
    FLOOR,
    INTERNATIONAL_SIGN,
    TEAM_MAX,
    AirBy,
    AirLeft,
    AirLeftBy,
    AirTaken,
    Booth,
    BoothClosed,
    BoothEquipped,
    BoothEvent,
    BoothLineLost,
    BoothLineRestored,
    HandoverAgreed,
    HandoverAsked,
    HandoverDropped,
    HandoverState,
    InterpreterSat,
    InterpreterStood,
    MicrophoneSwitched,
    OutputChosen,
    RelayChosen,
    RelievingAllowed,
)
from rostrum.assembly.channels import carrying_booth, channels, would_loop
from rostrum.assembly.refusal import Refused, Why

COUNTDOWN = timedelta(seconds=3)
"""From a handover that both agree to until the air passes."""
EQUIPS = (Right.ADMINISTER, Right.FEED_HALL)
SITS = (Right.INTERPRET,)


@dataclass(frozen=True)
class EquipBooth:
    """Set a booth up, or change its team (places' identifiers) or second language."""

    booth_id: str
    second: str | None
    team: tuple[str, ...]
    needs: ClassVar = EQUIPS


@dataclass(frozen=True)
class CloseBooth:
    """Take a booth away; its channel carries the floor."""

    booth_id: str
    needs: ClassVar = EQUIPS


@dataclass(frozen=True)
class Sit:
    """Sit down at the console, as one of the team."""

    booth_id: str
    needs: ClassVar = SITS


@dataclass(frozen=True)
class SeatInterpreter:
    """Note that one of the team, whose line a technician looks after, sits at the console, or has left it."""

    booth_id: str
    place_id: str
    is_there: bool
    needs: ClassVar = EQUIPS


@dataclass(frozen=True)
class Stand:
    """Leave the console."""

    booth_id: str
    needs: ClassVar = SITS


@dataclass(frozen=True)
class NoteLine:
    """The machine sees that the line of one who sits in the booth is gone, or there again."""

    booth_id: str
    place_id: str
    is_there: bool
    needs: ClassVar = EQUIPS


@dataclass(frozen=True)
class TakeAir:
    """Go on air: where nobody is, or whoever is has agreed to be relieved so."""

    booth_id: str
    needs: ClassVar = SITS


@dataclass(frozen=True)
class AssignAir:
    """Put one who sits in the booth on air, whoever is now."""

    booth_id: str
    place_id: str
    needs: ClassVar = EQUIPS


@dataclass(frozen=True)
class LeaveAir:
    """Go off air."""

    booth_id: str
    needs: ClassVar = SITS


@dataclass(frozen=True)
class SwitchMicrophone:
    """Open or shut one's own microphone."""

    booth_id: str
    is_open: bool
    needs: ClassVar = SITS


@dataclass(frozen=True)
class AskHandover:
    """On air: ask a colleague to go on. Off air: offer to. `with_id`: that colleague; None: whoever is on air."""

    booth_id: str
    with_id: str | None = None
    needs: ClassVar = SITS


@dataclass(frozen=True)
class AgreeHandover:
    """Agree to what a colleague asked."""

    booth_id: str
    needs: ClassVar = SITS


@dataclass(frozen=True)
class DropHandover:
    """Decline, or take back, at any time before the air has passed."""

    booth_id: str
    needs: ClassVar = SITS


@dataclass(frozen=True)
class CompleteHandover:
    """The machine: the countdown has run out."""

    booth_id: str
    needs: ClassVar = EQUIPS


@dataclass(frozen=True)
class AllowRelieving:
    """Agree, or no longer, to be relieved by a colleague's press while on air."""

    booth_id: str
    allowed: bool
    needs: ClassVar = SITS


@dataclass(frozen=True)
class ChooseRelay:
    """Listen to the floor, or to another language's channel."""

    booth_id: str
    channel: str
    needs: ClassVar = SITS


@dataclass(frozen=True)
class ChooseOutput:
    """Interpret into this of the booth's two languages."""

    booth_id: str
    language: str
    needs: ClassVar = SITS


BoothCommand = (
    EquipBooth
    | CloseBooth
    | Sit
    | SeatInterpreter
    | Stand
    | NoteLine
    | TakeAir
    | AssignAir
    | LeaveAir
    | SwitchMicrophone
    | AskHandover
    | AgreeHandover
    | DropHandover
    | CompleteHandover
    | AllowRelieving
    | ChooseRelay
    | ChooseOutput
)


def decide(
    booths: Mapping[str, Booth], languages: tuple[str, ...], command: BoothCommand, actor: Actor, now: datetime
) -> list[BoothEvent]:
    """What a command brings about; nothing where it changes nothing. `languages`: those of the meeting.

    Raises `Refused`."""
    if isinstance(command, EquipBooth):
        return _equip(booths, languages, command, now)
    booth = booth_of(booths, command.booth_id)
    if isinstance(command, CloseBooth):
        return [BoothClosed(now, booth.booth_id)]
    if isinstance(command, NoteLine):
        return _note_line(booth, command, now)
    if isinstance(command, SeatInterpreter):
        return _seat(booth, command, now)
    if isinstance(command, AssignAir):
        if command.place_id not in booth.seated - booth.lost:
            raise Refused(Why.NOT_IN_BOOTH)
        return _air(booth, command.place_id, AirBy.ASSIGNED, now)
    if isinstance(command, CompleteHandover):
        handover = booth.handover
        if handover.due_at is None or now < handover.due_at:
            raise Refused(Why.NO_HANDOVER)
        return _air(booth, handover.taker, AirBy.HANDOVER, now)
    if actor.place_id not in booth.team:
        raise Refused(Why.NOT_IN_BOOTH)
    if isinstance(command, Sit):
        there = actor.place_id in booth.seated - booth.lost
        return [] if there else [InterpreterSat(now, booth.booth_id, actor.place_id)]
    if actor.place_id not in booth.seated:
        raise Refused(Why.NOT_IN_BOOTH)
    return _at_console(booths, booth, command, actor.place_id, now)


def booth_of(booths: Mapping[str, Booth], booth_id: str) -> Booth:
    """The booth. Raises `Refused(NO_SUCH_BOOTH)`."""
    if booth_id not in booths:
        raise Refused(Why.NO_SUCH_BOOTH)
    return booths[booth_id]


def _equip(
    booths: Mapping[str, Booth], languages: tuple[str, ...], command: EquipBooth, now: datetime
) -> list[BoothEvent]:
    if command.booth_id not in (*languages, INTERNATIONAL_SIGN) or command.second == command.booth_id:
        raise Refused(Why.NO_SUCH_LANGUAGE)
    if command.second is not None and (command.second not in languages or command.booth_id == INTERNATIONAL_SIGN):
        raise Refused(Why.NO_SUCH_LANGUAGE)
    team = tuple(dict.fromkeys(command.team))
    if len(team) > TEAM_MAX:
        raise Refused(Why.TEAM_TOO_LARGE)
    if any(set(team) & set(booth.team) for key, booth in booths.items() if key != command.booth_id):
        raise Refused(Why.IN_ANOTHER_BOOTH)
    booth = booths.get(command.booth_id)
    if booth is not None and (booth.second, booth.team) == (command.second, team):
        return []
    followed: list[BoothEvent] = []
    if booth is not None:
        gone = set(booth.team) - set(team)
        if booth.on_air in gone:
            followed.append(AirLeft(now, command.booth_id, AirLeftBy.TEAM))
        elif _in_handover(booth, gone):
            followed.append(HandoverDropped(now, command.booth_id))
    return [*followed, BoothEquipped(now, command.booth_id, command.second, team)]


def _seat(booth: Booth, command: SeatInterpreter, now: datetime) -> list[BoothEvent]:
    place_id = command.place_id
    if place_id not in booth.team:
        raise Refused(Why.NOT_IN_BOOTH)
    if command.is_there:
        there = place_id in booth.seated - booth.lost
        return [] if there else [InterpreterSat(now, booth.booth_id, place_id)]
    if place_id not in booth.seated:
        return []
    return [*_gone(booth, place_id, AirLeftBy.THEMSELVES, now), InterpreterStood(now, booth.booth_id, place_id)]


def _note_line(booth: Booth, command: NoteLine, now: datetime) -> list[BoothEvent]:
    place_id = command.place_id
    if place_id not in booth.seated or (place_id not in booth.lost) == command.is_there:
        return []
    if command.is_there:
        return [BoothLineRestored(now, booth.booth_id, place_id)]
    gone: list[BoothEvent] = [BoothLineLost(now, booth.booth_id, place_id)]
    return [*gone, *_gone(booth, place_id, AirLeftBy.LINE, now)]


def _gone(booth: Booth, place_id: str, by: AirLeftBy, now: datetime) -> list[BoothEvent]:
    """What follows when one of the booth can no longer be heard."""
    events: list[BoothEvent] = []
    if booth.on_air == place_id:
        events.append(AirLeft(now, booth.booth_id, by))
    else:
        if _in_handover(booth, {place_id}):
            events.append(HandoverDropped(now, booth.booth_id))
        if place_id in booth.open_ids:
            events.append(MicrophoneSwitched(now, booth.booth_id, place_id, is_open=False))
    return events


def _in_handover(booth: Booth, places: set[str]) -> bool:
    return booth.handover.state is not HandoverState.NONE and bool(
        {booth.handover.giver, booth.handover.taker} & places
    )


def _air(booth: Booth, place_id: str, by: AirBy, now: datetime) -> list[BoothEvent]:
    return [] if booth.on_air == place_id else [AirTaken(now, booth.booth_id, place_id, by)]


def _at_console(
    booths: Mapping[str, Booth], booth: Booth, command: BoothCommand, place_id: str, now: datetime
) -> list[BoothEvent]:
    on_air = booth.on_air == place_id
    match command:
        case Stand():
            stood: list[BoothEvent] = [InterpreterStood(now, booth.booth_id, place_id)]
            return [*_gone(booth, place_id, AirLeftBy.THEMSELVES, now), *stood]
        case TakeAir():
            return _take(booth, place_id, now)
        case LeaveAir():
            if not on_air:
                raise Refused(Why.NOT_ON_AIR)
            return [AirLeft(now, booth.booth_id, AirLeftBy.THEMSELVES)]
        case SwitchMicrophone():
            if (place_id in booth.open_ids) == command.is_open:
                return []
            if command.is_open and place_id in booth.lost:
                raise Refused(Why.BOOTH_LINE_GONE)
            return [MicrophoneSwitched(now, booth.booth_id, place_id, command.is_open)]
        case AskHandover():
            return _ask(booth, command, place_id, now)
        case AgreeHandover():
            if booth.handover.state is not HandoverState.ASKED or booth.handover.answers != place_id:
                raise Refused(Why.NO_HANDOVER)
            return [HandoverAgreed(now, booth.booth_id, now + COUNTDOWN)]
        case DropHandover():
            if not _in_handover(booth, {place_id}):
                raise Refused(Why.NO_HANDOVER)
            return [HandoverDropped(now, booth.booth_id)]
        case AllowRelieving():
            if (place_id in booth.relieving) == command.allowed:
                return []
            return [RelievingAllowed(now, booth.booth_id, place_id, command.allowed)]
        case ChooseRelay():
            return _relay(booths, booth, command.channel, now)
        case ChooseOutput():
            return _output(booths, booth, command.language, now)
    raise TypeError(type(command).__name__)


def _take(booth: Booth, place_id: str, now: datetime) -> list[BoothEvent]:
    if place_id in booth.lost:
        raise Refused(Why.BOOTH_LINE_GONE)
    if booth.on_air is None:
        return _air(booth, place_id, AirBy.FREE, now)
    if booth.on_air != place_id and booth.on_air not in booth.relieving:
        raise Refused(Why.AIR_TAKEN)
    return _air(booth, place_id, AirBy.CONSENT, now)


def _ask(booth: Booth, command: AskHandover, place_id: str, now: datetime) -> list[BoothEvent]:
    if booth.on_air is None:
        raise Refused(Why.NOT_ON_AIR)
    if booth.handover.state is not HandoverState.NONE:
        raise Refused(Why.HANDOVER_ASKED)
    if place_id == booth.on_air:
        there = booth.seated - booth.lost - {place_id}
        taker = command.with_id if command.with_id is not None else min(there, default=None)
        if taker not in there or taker is None:
            raise Refused(Why.NOBODY_TO_TAKE)
        return [HandoverAsked(now, booth.booth_id, place_id, taker, place_id)]
    if place_id in booth.lost:
        raise Refused(Why.BOOTH_LINE_GONE)
    return [HandoverAsked(now, booth.booth_id, booth.on_air, place_id, place_id)]


def _relay(booths: Mapping[str, Booth], booth: Booth, channel: str, now: datetime) -> list[BoothEvent]:
    if channel != FLOOR and channel not in channels(booths):
        raise Refused(Why.NO_SUCH_LANGUAGE)
    if would_loop(booths, booth.booth_id, channel):
        raise Refused(Why.RELAY_LOOPS)
    return [] if booth.relay == channel else [RelayChosen(now, booth.booth_id, channel)]


def _output(booths: Mapping[str, Booth], booth: Booth, language: str, now: datetime) -> list[BoothEvent]:
    if language not in booth.languages:
        raise Refused(Why.NO_SUCH_LANGUAGE)
    if booth.output == language:
        return []
    carrying = carrying_booth(booths, language)
    if language != booth.booth_id and carrying is not None:
        raise Refused(Why.CHANNEL_TAKEN)
    chosen = OutputChosen(now, booth.booth_id, language)
    # What the booth relays from may now come back to itself: it goes on with the floor.
    changed = {**booths, booth.booth_id: replace(booth, output=language)}
    followed: list[BoothEvent] = [
        RelayChosen(now, one.booth_id, FLOOR)
        for one in changed.values()
        if one.relay != FLOOR and would_loop(changed, one.booth_id, one.relay)
    ]
    return [chosen, *followed]

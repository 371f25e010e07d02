"""Who has the floor, for how long: called, the clock stopped and let run, extended, ended, given back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from rostrum.assembly import groups as group_rules
from rostrum.assembly import reply as reply_rules
from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.entry import CallTakenBack, EndTakenBack, Entry, Kind, SpeakerCalled, SpeechEnded
from rostrum.assembly.floor import Floor, Sitting
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.speech import Delivery, Speech
from rostrum.assembly.swap import lapsed

EXTENSION_MAX_MS = 60 * 60 * 1000

# Commands


@dataclass(frozen=True)
class CallSpeaker:
    """Give the floor to a waiting entry. `limit_ms` None: as the rules say."""

    entry_id: str
    limit_ms: int | None = None
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class PauseSpeech:
    """Stop the clock of this statement; the presiding officer is heard."""

    entry_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class ResumeSpeech:
    """Let the clock of this statement run again."""

    entry_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class ExtendTime:
    """Give this statement more time, at most an hour at once."""

    entry_id: str
    by_ms: int
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class YieldFloor:
    """The speaker has finished."""

    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class EndSpeech:
    """The presiding officer takes the floor back from this statement."""

    entry_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class CutOff:
    """The machine ends a statement whose time is up, where the rules let it."""

    entry_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ReturnFloor:
    """Give the floor back to whoever was interrupted."""

    entry_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class TakeBackCall:
    """The call was a mistake: the entry waits again."""

    entry_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class TakeBackEnd:
    """The end was a mistake: the speaker goes on."""

    entry_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


SpeakingCommand = (
    CallSpeaker
    | PauseSpeech
    | ResumeSpeech
    | ExtendTime
    | YieldFloor
    | EndSpeech
    | CutOff
    | ReturnFloor
    | TakeBackCall
    | TakeBackEnd
)


# Events


@dataclass(frozen=True)
class SpeechPaused:
    """The clock stands."""

    at: datetime


@dataclass(frozen=True)
class SpeechResumed:
    """The clock runs again."""

    at: datetime


@dataclass(frozen=True)
class TimeExtended:
    """The limit is longer."""

    at: datetime
    by_ms: int


@dataclass(frozen=True)
class SpeechInterrupted:
    """A motion interrupts: the statement's clock stands until the floor is given back to it."""

    at: datetime
    entry_id: str


@dataclass(frozen=True)
class FloorReturned:
    """Who was interrupted has the floor again."""

    at: datetime
    entry_id: str


SpeakingEvent = SpeechPaused | SpeechResumed | TimeExtended | SpeechInterrupted | FloorReturned
MovingEvent = SpeakerCalled | CallTakenBack | SpeechEnded | EndTakenBack


def decide(
    floor: Floor, command: SpeakingCommand, actor: Actor, now: datetime, sitting: Sitting
) -> list[SpeakingEvent | MovingEvent]:
    """What a command on the floor of an open meeting brings about. Raises `Refused`."""
    match command:
        case CallSpeaker():
            return [_call(floor, command, now, sitting)]
        case PauseSpeech():
            if floor.speech_of(command.entry_id).running_since is None:
                raise Refused(Why.ALREADY_PAUSED)
            return [SpeechPaused(now)]
        case ResumeSpeech():
            speech = floor.speech_of(command.entry_id)
            if speech.running_since is not None:
                raise Refused(Why.NOT_PAUSED)
            if speech.line_lost_at is not None:
                raise Refused(Why.LINE_STILL_LOST)
            return [SpeechResumed(now)]
        case ExtendTime():
            floor.speech_of(command.entry_id)
            if not 0 < command.by_ms <= EXTENSION_MAX_MS:
                raise Refused(Why.EXTENSION_OUT_OF_RANGE)
            return [TimeExtended(now, command.by_ms)]
        case YieldFloor():
            if floor.speech is None:
                raise Refused(Why.NOBODY_SPEAKS)
            if floor.speech.place_id != actor.place_id:
                raise Refused(Why.NOT_YOUR_FLOOR)
            return [ending(floor.speech, now, yielded=True)]
        case EndSpeech():
            return [ending(_speaking_or_interrupted(floor, command.entry_id), now, yielded=False)]
        case CutOff():
            speech = floor.speech_of(command.entry_id)
            if not sitting.rules.procedure.time.cut_off or speech.remaining_at(now) > 0:
                raise Refused(Why.TIME_NOT_UP)
            return [ending(speech, now, yielded=False)]
        case ReturnFloor():
            return [_return(floor, command, now, sitting)]
        case TakeBackCall():
            return [_take_back_call(floor, command, now, sitting)]
        case TakeBackEnd():
            return [_take_back_end(floor, command, now, sitting)]


def ending(speech: Speech, now: datetime, *, yielded: bool) -> SpeechEnded:
    """The event that ends a statement, with the time that it used."""
    return SpeechEnded(now, speech.entry_id, speech.used_at(now), yielded)


def limit_ms(floor: Floor, entry: Entry, sitting: Sitting) -> int:
    """How long this entry may speak: what it had before its line failed, else as the rules say of its kind.

    Raises `Refused(GROUP_TIME_SPENT)` where its group has none left.
    """
    time = sitting.rules.procedure.time
    if entry.turns:
        return entry.limit_ms
    if entry.kind is Kind.REPLY:
        return reply_rules.limit_ms(floor, entry, sitting)
    if entry.kind is Kind.POINT_OF_ORDER:
        return time.point_limit_ms
    if entry.kind is not Kind.STATEMENT:
        return time.motion_limit_ms
    limit = sitting.rules.limit_ms(entry.category)
    if entry.group_id is None:
        return limit
    left = group_rules.of(floor.groups, entry.group_id).left_ms
    limit = time.group_limit_ms or limit
    if left == 0:
        raise Refused(Why.GROUP_TIME_SPENT)
    return limit if left is None else min(limit, left)


def _call(floor: Floor, command: CallSpeaker, now: datetime, sitting: Sitting) -> SpeakerCalled:
    if floor.speech is not None:
        raise Refused(Why.FLOOR_TAKEN)
    entry = floor.waiting_entry(command.entry_id)
    if entry.kind.is_motion:
        raise Refused(Why.MOTION_NOT_TAKEN_UP)
    if entry.answers != sitting.motion_id if entry.kind.is_on_motion else sitting.motion_id is not None:
        raise Refused(Why.MOTION_FIRST)
    if floor.interrupted and not entry.kind.is_on_motion:
        raise Refused(Why.FLOOR_INTERRUPTED)
    if entry.kind is Kind.REPLY:
        reply_rules.require_time(floor, sitting)
    if floor.present_only and not entry.remote and entry.delegation_id not in sitting.present:
        raise Refused(Why.NOT_PRESENT)
    limit = command.limit_ms if command.limit_ms is not None else limit_ms(floor, entry, sitting)
    if not 0 < limit <= EXTENSION_MAX_MS and not entry.turns:
        raise Refused(Why.EXTENSION_OUT_OF_RANGE)
    return SpeakerCalled(now, entry.entry_id, limit, entry.used_ms)


def _speaking_or_interrupted(floor: Floor, entry_id: str) -> Speech:
    if floor.speech is None and floor.interrupted and floor.interrupted[-1].entry_id == entry_id:
        return floor.interrupted[-1]
    return floor.speech_of(entry_id)


def _return(floor: Floor, command: ReturnFloor, now: datetime, sitting: Sitting) -> FloorReturned:
    if floor.speech is not None:
        raise Refused(Why.FLOOR_TAKEN)
    if not floor.interrupted or floor.interrupted[-1].entry_id != command.entry_id:
        raise Refused(Why.NOBODY_INTERRUPTED)
    entry = floor.entry(command.entry_id)
    on_this = entry is not None and entry.kind.is_on_motion and entry.answers == sitting.motion_id
    if sitting.motion_id is not None and command.entry_id != sitting.motion_id and not on_this:
        raise Refused(Why.MOTION_FIRST)
    return FloorReturned(now, command.entry_id)


def _take_back_call(floor: Floor, command: TakeBackCall, now: datetime, sitting: Sitting) -> CallTakenBack:
    speech = floor.speech_of(command.entry_id)
    entry = floor.entry(command.entry_id)
    if entry is None or entry.kind.is_motion or floor.interrupted:
        raise Refused(Why.TOO_LATE_TO_UNDO)
    _require_soon(speech.began_at, now, sitting)
    return CallTakenBack(now, command.entry_id)


def _take_back_end(floor: Floor, command: TakeBackEnd, now: datetime, sitting: Sitting) -> EndTakenBack:
    ended, entry = floor.ended, floor.entry(command.entry_id)
    if floor.speech is not None:
        raise Refused(Why.FLOOR_TAKEN)
    if ended is None or floor.ended_at is None or ended.entry_id != command.entry_id or sitting.motion_id is not None:
        raise Refused(Why.TOO_LATE_TO_UNDO)
    if entry is None or entry.kind not in (Kind.STATEMENT, Kind.REPLY):
        raise Refused(Why.TOO_LATE_TO_UNDO)
    _require_soon(floor.ended_at, now, sitting)
    return EndTakenBack(now, ended.entry_id, ended.limit_ms, ended.used_ms)


def _require_soon(then: datetime, now: datetime, sitting: Sitting) -> None:
    if now - then > timedelta(milliseconds=sitting.rules.procedure.time.undo_ms):
        raise Refused(Why.TOO_LATE_TO_UNDO)


def apply(floor: Floor, event: SpeakingEvent | MovingEvent) -> Floor:
    """The floor after an event."""
    match event:
        case SpeakerCalled():
            return lapsed(_called(floor, event))
        case CallTakenBack():
            return _call_undone(floor, event)
        case SpeechEnded():
            return _ended(floor, event)
        case EndTakenBack():
            return _end_undone(floor, event)
        case SpeechInterrupted():
            stopped = None if floor.speech is None else _stopped(floor.speech, event.at)
            return replace(floor, speech=None, interrupted=(*floor.interrupted, *((stopped,) if stopped else ())))
        case FloorReturned():
            back = floor.interrupted[-1]
            running_since = None if back.line_lost_at else event.at
            speech = replace(back, running_since=running_since)
            return replace(floor, speech=speech, interrupted=floor.interrupted[:-1], ended=None, ended_at=None)
        case _:
            return replace(floor, speech=_clocked(floor, event))


def _clocked(floor: Floor, event: SpeechPaused | SpeechResumed | TimeExtended) -> Speech | None:
    speech = floor.speech
    if speech is None:
        return None
    match event:
        case SpeechPaused():
            return _stopped(speech, event.at)
        case SpeechResumed():
            return replace(speech, running_since=event.at, awaited=False)
        case TimeExtended():
            return replace(speech, limit_ms=speech.limit_ms + event.by_ms)


def _stopped(speech: Speech, at: datetime) -> Speech:
    return replace(speech, used_ms=speech.used_at(at), running_since=None)


def _called(floor: Floor, event: SpeakerCalled) -> Floor:
    before = floor.entry(event.entry_id)
    if before is None:
        return floor
    moved = floor.moved(
        event.entry_id, event, returns=False, line_lost=False, turns=before.turns + 1,
        began_at=before.began_at or event.at, limit_ms=event.limit_ms,
    )  # fmt: skip
    played = before.instead and before.recording_id is not None
    speech = Speech(
        before.entry_id, before.place_id, before.delegation_id, before.remote, event.at, event.limit_ms,
        event.used_ms, event.at, Delivery.RECORDING if played else Delivery.PERSON, played_from_ms=event.used_ms,
    )  # fmt: skip
    called = floor.called if event.entry_id in floor.called else (*floor.called, event.entry_id)
    return replace(moved, speech=speech, called=called, ended=None, ended_at=None)


def _call_undone(floor: Floor, event: CallTakenBack) -> Floor:
    entry = floor.entry(event.entry_id)
    if entry is None:
        return floor
    first = entry.turns <= 1
    moved = floor.moved(
        event.entry_id, event, turns=entry.turns - 1, returns=not first,
        began_at=None if first else entry.began_at,
    )  # fmt: skip
    called = tuple(entry_id for entry_id in floor.called if not (first and entry_id == event.entry_id))
    return replace(moved, speech=None, called=called)


def _ended(floor: Floor, event: SpeechEnded) -> Floor:
    entry = floor.entry(event.entry_id)
    if entry is None:
        return floor
    moved = floor.moved(event.entry_id, event, used_ms=event.used_ms, ended_at=event.at)
    groups = group_rules.spent(floor.groups, entry.group_id, event.used_ms - entry.used_ms)
    speech = floor.speech
    if speech is not None and speech.entry_id == event.entry_id:
        over = _stopped(speech, event.at)
        return replace(moved, groups=groups, speech=None, ended=over, ended_at=event.at)
    return replace(moved, groups=groups, interrupted=floor.interrupted[:-1])


def _end_undone(floor: Floor, event: EndTakenBack) -> Floor:
    moved = floor.moved(event.entry_id, event, ended_at=None)
    speech = floor.ended
    if speech is None:
        return floor
    return replace(moved, speech=replace(speech, used_ms=event.used_ms), ended=None, ended_at=None)

"""The line of the speaker fails: the clock stops, the presiding officer chooses, nobody loses their turn.

What tells that a line is gone, and where the person dials back, is outside the Assembly; here is what follows of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from rostrum.assembly import groups as group_rules
from rostrum.assembly.actor import Right
from rostrum.assembly.entry import EntryState, Kind, SpeakerPassedOver
from rostrum.assembly.floor import Floor
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.speech import Delivery, Speech

RUN = (Right.PRESIDE, Right.ADMINISTER)

# Commands


@dataclass(frozen=True)
class LoseLine:
    """The machine, or whoever sees it: the line of the one who speaks is gone."""

    entry_id: str
    needs: ClassVar = RUN


@dataclass(frozen=True)
class RestoreLine:
    """The line is there again: of the one who has the floor, or who will come back first."""

    entry_id: str
    needs: ClassVar = RUN


@dataclass(frozen=True)
class AwaitLine:
    """The presiding officer waits for the line; everybody is told."""

    entry_id: str
    needs: ClassVar = RUN


@dataclass(frozen=True)
class PassOver:
    """Others go on; this speaker comes back first, with the time that is left."""

    entry_id: str
    needs: ClassVar = RUN


@dataclass(frozen=True)
class ReadOut:
    """The secretariat reads the rest of the statement out."""

    entry_id: str
    needs: ClassVar = RUN


LineCommand = LoseLine | RestoreLine | AwaitLine | PassOver | ReadOut


# Events


@dataclass(frozen=True)
class LineFailed:
    """The speaker's line is gone and the clock stands."""

    at: datetime
    entry_id: str


@dataclass(frozen=True)
class LineRestored:
    """The line is there again. The clock stands until the presiding officer lets it run."""

    at: datetime
    entry_id: str


@dataclass(frozen=True)
class LineAwaited:
    """The meeting waits for the line."""

    at: datetime
    entry_id: str


@dataclass(frozen=True)
class ReadingOutBegan:
    """The secretariat reads the rest of the statement, and the clock runs."""

    at: datetime
    entry_id: str


LineEvent = LineFailed | LineRestored | LineAwaited | ReadingOutBegan


def decide(floor: Floor, command: LineCommand, now: datetime) -> list[LineEvent | SpeakerPassedOver]:
    """What a command on a failing line brings about. Raises `Refused`."""
    match command:
        case LoseLine():
            speech = floor.speech_of(command.entry_id)
            if not speech.remote or speech.delivery is not Delivery.PERSON:
                raise Refused(Why.NOT_REMOTE)
            return [] if speech.line_lost_at else [LineFailed(now, speech.entry_id)]
        case RestoreLine():
            return [LineRestored(now, command.entry_id)] if _is_lost(floor, command.entry_id) else []
        case AwaitLine():
            lost(floor, command.entry_id)
            return [LineAwaited(now, command.entry_id)]
        case PassOver():
            speech = lost(floor, command.entry_id)
            entry = floor.entry(speech.entry_id)
            if entry is None or entry.kind not in (Kind.STATEMENT, Kind.REPLY):
                raise Refused(Why.NOT_A_STATEMENT)
            return [SpeakerPassedOver(now, speech.entry_id, speech.used_at(now))]
        case ReadOut():
            return [ReadingOutBegan(now, lost(floor, command.entry_id).entry_id)]


def lost(floor: Floor, entry_id: str) -> Speech:
    """The running statement, if its line is gone. Raises `Refused`."""
    speech = floor.speech_of(entry_id)
    if speech.line_lost_at is None:
        raise Refused(Why.LINE_NOT_LOST)
    return speech


def _is_lost(floor: Floor, entry_id: str) -> bool:
    speeches = (*floor.interrupted, *((floor.speech,) if floor.speech else ()))
    if any(speech.entry_id == entry_id and speech.line_lost_at for speech in speeches):
        return True
    entry = floor.entry(entry_id)
    return entry is not None and entry.state is EntryState.WAITING and entry.line_lost


def apply(floor: Floor, event: LineEvent | SpeakerPassedOver) -> Floor:
    """The floor after an event."""
    match event:
        case SpeakerPassedOver():
            entry = floor.entry(event.entry_id)
            spoken_ms = event.used_ms - (entry.used_ms if entry else 0)
            limit_ms = floor.speech.limit_ms if floor.speech else 0
            groups = group_rules.spent(floor.groups, entry.group_id if entry else None, spoken_ms)
            moved = floor.moved(
                event.entry_id, event, returns=True, line_lost=True, used_ms=event.used_ms, limit_ms=limit_ms
            )
            return replace(moved, speech=None, groups=groups)
        case LineRestored():
            cleared = floor.changed(event.entry_id, line_lost=False)
            interrupted = tuple(
                replace(each, line_lost_at=None) if each.entry_id == event.entry_id else each
                for each in floor.interrupted
            )
            speech = floor.speech
            if speech is not None and speech.entry_id == event.entry_id:
                speech = replace(speech, line_lost_at=None, awaited=False)
            return replace(cleared, speech=speech, interrupted=interrupted)
        case _:
            return replace(floor, speech=_changed(floor.speech, event))


def _changed(speech: Speech | None, event: LineFailed | LineAwaited | ReadingOutBegan) -> Speech | None:
    if speech is None:
        return None
    match event:
        case LineFailed():
            return replace(
                speech, used_ms=speech.used_at(event.at), running_since=None, line_lost_at=event.at, awaited=False
            )
        case LineAwaited():
            return replace(speech, awaited=True)
        case ReadingOutBegan():
            return replace(speech, delivery=Delivery.READ_OUT, running_since=event.at, line_lost_at=None, awaited=False)

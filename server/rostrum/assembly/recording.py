"""A recorded statement on the list of speakers: attached to an entry, played when it is called or its line fails.

What the file is, and whether it may be played, is `statement.py`'s; here is what the meeting does with it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from rostrum.assembly import line
from rostrum.assembly.actor import Right
from rostrum.assembly.entry import Kind, SpeechEnded
from rostrum.assembly.floor import Floor
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.speaking import SpeechPaused, ending
from rostrum.assembly.speech import Delivery, Speech

# Commands


@dataclass(frozen=True)
class AttachRecording:
    """A recorded statement can be played for this entry: when it is called (`instead`), or where its line fails."""

    entry_id: str
    recording_id: str
    instead: bool = False
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class DetachRecording:
    """The recorded statement of this entry is no more."""

    entry_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class PlayRecording:
    """The recorded statement is played in the place of a line that is gone. Raises `Refused` where none exists."""

    entry_id: str
    needs: ClassVar = line.RUN


@dataclass(frozen=True)
class EndRecording:
    """The machine: the recorded statement was played to its end."""

    entry_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class FailRecording:
    """The machine: the recorded statement cannot be played, or not any further."""

    entry_id: str
    needs: ClassVar = (Right.ADMINISTER,)


RecordingCommand = AttachRecording | DetachRecording | PlayRecording | EndRecording | FailRecording


# Events


@dataclass(frozen=True)
class RecordingAttached:
    """A recorded statement can be played for this entry."""

    at: datetime
    entry_id: str
    recording_id: str
    instead: bool = False


@dataclass(frozen=True)
class RecordingDetached:
    """No recorded statement can be played for this entry any more."""

    at: datetime
    entry_id: str


@dataclass(frozen=True)
class RecordingStarted:
    """The recorded statement is played, and the clock runs."""

    at: datetime
    entry_id: str


@dataclass(frozen=True)
class RecordingFailed:
    """The recorded statement broke off: the clock stands, and the secretariat reads the text out when it is let run."""

    at: datetime
    entry_id: str


RecordingEvent = RecordingAttached | RecordingDetached | RecordingStarted | RecordingFailed


def decide(
    floor: Floor, command: RecordingCommand, now: datetime, *, ends_speech: bool
) -> list[RecordingEvent | SpeechEnded | SpeechPaused]:
    """What a command brings about. `ends_speech`: whether the end of the file ends the statement. Raises `Refused`."""
    match command:
        case AttachRecording():
            entry = floor.waiting_entry(command.entry_id)
            if entry.kind is not Kind.STATEMENT:
                raise Refused(Why.NOT_A_STATEMENT)
            if (entry.recording_id, entry.instead) == (command.recording_id, command.instead):
                return []
            return [RecordingAttached(now, entry.entry_id, command.recording_id, command.instead)]
        case DetachRecording():
            entry = floor.waiting_entry(command.entry_id)
            return [] if entry.recording_id is None else [RecordingDetached(now, entry.entry_id)]
        case PlayRecording():
            lost = floor.entry(line.lost(floor, command.entry_id).entry_id)
            if lost is None or lost.recording_id is None:
                raise Refused(Why.NO_RECORDING)
            return [RecordingStarted(now, lost.entry_id)]
        case EndRecording():
            speech = _played(floor, command.entry_id)
            if ends_speech:
                return [ending(speech, now, yielded=True)]
            return [] if speech.running_since is None else [SpeechPaused(now)]
        case FailRecording():
            return [RecordingFailed(now, _played(floor, command.entry_id).entry_id)]


def _played(floor: Floor, entry_id: str) -> Speech:
    speech = floor.speech_of(entry_id)
    if not speech.is_played:
        raise Refused(Why.NO_RECORDING)
    return speech


def apply(floor: Floor, event: RecordingEvent) -> Floor:
    """The floor after an event."""
    match event:
        case RecordingAttached():
            return floor.changed(event.entry_id, recording_id=event.recording_id, instead=event.instead)
        case RecordingDetached():
            return floor.changed(event.entry_id, recording_id=None, instead=False)
        case RecordingStarted() | RecordingFailed():
            return replace(floor, speech=None if floor.speech is None else _changed(floor.speech, event))


def _changed(speech: Speech, event: RecordingStarted | RecordingFailed) -> Speech:
    if isinstance(event, RecordingStarted):
        return replace(
            speech, delivery=Delivery.RECORDING, running_since=event.at, line_lost_at=None, awaited=False,
            played_from_ms=speech.used_ms,
        )  # fmt: skip
    return replace(
        speech, delivery=Delivery.READ_OUT, used_ms=speech.used_at(event.at), running_since=None, recording_failed=True
    )

"""Whether a meeting is recorded: said by those who run it, on the record, and seen by everybody in it.

What is kept is what the public may be given (`program.py`), while the meeting sits and from this word to the next.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.line import RUN
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.sitting import MeetingKind


@dataclass(frozen=True)
class Taping:
    """Since when a meeting is recorded, if it is. `number`: of the recordings that were begun of it."""

    since: datetime | None = None
    number: int = 0


# Commands


@dataclass(frozen=True)
class StartTaping:
    """Record from now on. Raises `Refused` where the meeting is not public, or is recorded already."""

    needs: ClassVar = RUN


@dataclass(frozen=True)
class StopTaping:
    """Record no longer. Raises `Refused` where nothing is recorded."""

    needs: ClassVar = RUN


TapingCommand = StartTaping | StopTaping


# Events


@dataclass(frozen=True)
class TapingStarted:
    """What is said from now on is kept."""

    at: datetime


@dataclass(frozen=True)
class TapingStopped:
    """Nothing is kept from now on."""

    at: datetime


TapingEvent = TapingStarted | TapingStopped


def decide(taping: Taping, command: TapingCommand, kind: MeetingKind, now: datetime) -> list[TapingEvent]:
    """What a command brings about. Raises `Refused`."""
    match command:
        case StartTaping():
            if kind is not MeetingKind.PUBLIC:
                raise Refused(Why.NOT_RECORDED_CLOSED)
            if taping.since is not None:
                raise Refused(Why.ALREADY_RECORDED)
            return [TapingStarted(now)]
        case StopTaping():
            if taping.since is None:
                raise Refused(Why.NOT_RECORDED)
            return [TapingStopped(now)]


def apply(taping: Taping, event: TapingEvent) -> Taping:
    """How it stands after an event."""
    match event:
        case TapingStarted():
            return Taping(event.at, taping.number + 1)
        case TapingStopped():
            return replace(taping, since=None)

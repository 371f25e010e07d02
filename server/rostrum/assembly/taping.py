"""Whether a meeting is recorded, and whether everybody may have the recording: said on the record by those who may.

What is kept is what the public may be given (`program.py`), while the meeting sits and from one word to the next.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.line import RUN
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.sitting import MeetingKind


@dataclass(frozen=True)
class Taping:
    """Since when a meeting is recorded, if it is. `number`: of the recordings that were begun of it. `published_at`:
    since when everybody may have them, if they may. `halted_at`: since when nothing can be kept, if so."""

    since: datetime | None = None
    number: int = 0
    published_at: datetime | None = None
    halted_at: datetime | None = None


# Commands


@dataclass(frozen=True)
class StartTaping:
    """Record from now on. Raises `Refused` where the meeting is not public, or is recorded already."""

    needs: ClassVar = RUN


@dataclass(frozen=True)
class StopTaping:
    """Record no longer. Raises `Refused` where nothing is recorded."""

    needs: ClassVar = RUN


@dataclass(frozen=True)
class HaltTaping:
    """The machine: there is no room on the disk. Raises `Refused` where nothing is recorded."""

    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ResumeTaping:
    """The machine: there is room again."""

    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class PublishTaping:
    """Give the recording to everybody. Raises `Refused` where the meeting is not public, or was not recorded."""

    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class WithdrawTaping:
    """Give it to nobody any more."""

    needs: ClassVar = (Right.ADMINISTER,)


TapingCommand = StartTaping | StopTaping | HaltTaping | ResumeTaping
PublishingCommand = PublishTaping | WithdrawTaping
"""What may be done when the meeting is long closed, too."""


# Events


@dataclass(frozen=True)
class TapingStarted:
    """What is said from now on is kept."""

    at: datetime


@dataclass(frozen=True)
class TapingStopped:
    """Nothing is kept from now on."""

    at: datetime


@dataclass(frozen=True)
class TapingHalted:
    """The disk is full: nothing is kept until there is room, and the meeting goes on."""

    at: datetime


@dataclass(frozen=True)
class TapingResumed:
    """What is said from now on is kept again."""

    at: datetime


@dataclass(frozen=True)
class TapingPublished:
    """Everybody may have the recording."""

    at: datetime


@dataclass(frozen=True)
class TapingWithdrawn:
    """Nobody may have it any more."""

    at: datetime


TapingEvent = TapingStarted | TapingStopped | TapingHalted | TapingResumed | TapingPublished | TapingWithdrawn


def decide(
    taping: Taping, command: TapingCommand | PublishingCommand, kind: MeetingKind, now: datetime
) -> list[TapingEvent]:
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
        case HaltTaping():
            if taping.since is None:
                raise Refused(Why.NOT_RECORDED)
            return [] if taping.halted_at is not None else [TapingHalted(now)]
        case ResumeTaping():
            return [] if taping.halted_at is None else [TapingResumed(now)]
        case PublishTaping():
            if kind is not MeetingKind.PUBLIC:
                raise Refused(Why.NOT_RECORDED_CLOSED)
            if not taping.number:
                raise Refused(Why.NO_TAPING)
            return [] if taping.published_at is not None else [TapingPublished(now)]
        case WithdrawTaping():
            return [] if taping.published_at is None else [TapingWithdrawn(now)]


def apply(taping: Taping, event: TapingEvent) -> Taping:
    """How it stands after an event."""
    match event:
        case TapingStarted():
            return replace(taping, since=event.at, number=taping.number + 1)
        case TapingStopped():
            return replace(taping, since=None, halted_at=None)
        case TapingHalted():
            return replace(taping, halted_at=event.at)
        case TapingResumed():
            return replace(taping, halted_at=None)
        case TapingPublished():
            return replace(taping, published_at=event.at)
        case TapingWithdrawn():
            return replace(taping, published_at=None)

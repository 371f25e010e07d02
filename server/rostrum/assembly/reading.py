"""What the secretariat does while it reads: looks at files, each of which is recorded, and says which are no doubles.

Apart from what is decided: it is allowed wherever an application stands, and changes nothing of it. A look is recorded
once for each place, file and day, so that turning pages fills no record.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.refusal import Refused, Why

Pair = tuple[str, str]
"""Two applications by their identifiers, in order."""


@dataclass(frozen=True)
class FileLook:
    """Somebody of the secretariat (`by`: their place) looked at a file on a day, first at this time."""

    at: datetime
    file_id: str
    by: str


@dataclass(frozen=True)
class Reading:
    """`looks` at files, by the application, place or delegation that these belong to; `unlike`: no doubles."""

    looks: Mapping[str, tuple[FileLook, ...]] = field(default_factory=dict)
    unlike: frozenset[Pair] = frozenset()


@dataclass(frozen=True)
class LookAtFile:
    """Look at a file of this application, place or delegation (`subject`)."""

    subject: str
    file_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class JudgeLikeness:
    """Say that two applications which look alike are not for the same, or take that back (`alike`)."""

    one_id: str
    other_id: str
    alike: bool
    needs: ClassVar = (Right.ADMINISTER,)


ReadingCommand = LookAtFile | JudgeLikeness


@dataclass(frozen=True)
class FileSeen:
    """Somebody of the secretariat (`by`: their place) has looked at a file, for the first time that day (UTC)."""

    at: datetime
    subject: str
    file_id: str
    by: str


@dataclass(frozen=True)
class LikenessJudged:
    """Two applications are not for the same; or it was taken back."""

    at: datetime
    one_id: str
    other_id: str
    alike: bool


ReadingEvent = FileSeen | LikenessJudged


def pair(one_id: str, other_id: str) -> Pair:
    """Two applications, whichever is named first."""
    return (one_id, other_id) if one_id < other_id else (other_id, one_id)


def decide(
    reading: Reading, applications: Collection[str], command: ReadingCommand, actor: Actor, now: datetime
) -> list[ReadingEvent]:
    """The event of a command, none where it is known already. Raises `Refused` for two that aren't two of these."""
    match command:
        case LookAtFile():
            known = reading.looks.get(command.subject, ())
            day = now.date()
            if any(
                look.file_id == command.file_id and look.by == actor.place_id and look.at.date() == day
                for look in known
            ):
                return []
            return [FileSeen(now, command.subject, command.file_id, actor.place_id)]
        case JudgeLikeness():
            both = pair(command.one_id, command.other_id)
            if both[0] == both[1] or not all(each in applications for each in both):
                raise Refused(Why.NO_SUCH_APPLICATION)
            if command.alike == (both not in reading.unlike):
                return []
            return [LikenessJudged(now, *both, command.alike)]


def apply(reading: Reading, event: ReadingEvent) -> Reading:
    """The state after an event."""
    match event:
        case FileSeen():
            known = reading.looks.get(event.subject, ())
            look = FileLook(event.at, event.file_id, event.by)
            return replace(reading, looks={**reading.looks, event.subject: (*known, look)})
        case LikenessJudged():
            both = pair(event.one_id, event.other_id)
            unlike = reading.unlike - {both} if event.alike else reading.unlike | {both}
            return replace(reading, unlike=unlike)

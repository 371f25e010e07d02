"""When applications are due, and how much grace is given: a late one is marked, never refused by the machine."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why


class Timeliness(StrEnum):
    """When something came in, by the deadline that held then."""

    ON_TIME = "on-time"
    IN_GRACE = "in-grace"
    LATE = "late"


@dataclass(frozen=True)
class Deadlines:
    """`closes_at`: until when to apply (None: no end); `grace_until`: until when a later one is marked only so."""

    closes_at: datetime | None = None
    grace_until: datetime | None = None

    def timeliness(self, now: datetime) -> Timeliness:
        """What is marked on an application that comes now."""
        if self.closes_at is None or now <= self.closes_at:
            return Timeliness.ON_TIME
        if self.grace_until is not None and now <= self.grace_until:
            return Timeliness.IN_GRACE
        return Timeliness.LATE


@dataclass(frozen=True)
class SetDeadlines:
    """The secretariat says until when to apply; both None: no end."""

    closes_at: datetime | None
    grace_until: datetime | None
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class DeadlinesSet:
    """From now on these deadlines hold; what came before keeps its mark."""

    at: datetime
    closes_at: datetime | None
    grace_until: datetime | None


def set_deadlines(current: Deadlines, command: SetDeadlines, now: datetime) -> list[DeadlinesSet]:
    """The event, none where nothing changes. Raises `Refused` where the grace would end before the deadline."""
    if command.grace_until is not None and (command.closes_at is None or command.grace_until < command.closes_at):
        raise Refused(Why.GRACE_BEFORE_DEADLINE)
    if Deadlines(command.closes_at, command.grace_until) == current:
        return []
    return [DeadlinesSet(now, command.closes_at, command.grace_until)]

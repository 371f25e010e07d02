"""Groups that delegations speak on behalf of, and the time that a group has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why

BUDGET_MAX_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Group:
    """A group. Its name lies in a dossier. `initial_ms` None: its time is not limited as a whole."""

    group_id: str
    dossier_id: str
    initial_ms: int | None
    added_ms: int = 0
    used_ms: int = 0

    @property
    def left_ms(self) -> int | None:
        """What is left, None where the time is not limited; never less than 0."""
        if self.initial_ms is None:
            return None
        return max(0, self.initial_ms + self.added_ms - self.used_ms)


# Commands


@dataclass(frozen=True)
class FormGroup:
    """Name a group that delegations may speak on behalf of."""

    group_id: str
    dossier_id: str
    budget_ms: int | None = None
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class AddGroupTime:
    """Give a group more time."""

    group_id: str
    by_ms: int
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


GroupCommand = FormGroup | AddGroupTime


# Events


@dataclass(frozen=True)
class GroupFormed:
    """The group may be spoken for."""

    at: datetime
    group_id: str
    dossier_id: str
    budget_ms: int | None


@dataclass(frozen=True)
class GroupTimeAdded:
    """The group has more time."""

    at: datetime
    group_id: str
    by_ms: int


GroupEvent = GroupFormed | GroupTimeAdded


def decide(groups: Mapping[str, Group], command: GroupCommand, now: datetime) -> list[GroupEvent]:
    """What a command on groups brings about. Raises `Refused`."""
    match command:
        case FormGroup():
            if command.group_id in groups:
                raise Refused(Why.ALREADY_EXISTS)
            if command.budget_ms is not None and not 0 < command.budget_ms <= BUDGET_MAX_MS:
                raise Refused(Why.EXTENSION_OUT_OF_RANGE)
            return [GroupFormed(now, command.group_id, command.dossier_id, command.budget_ms)]
        case AddGroupTime():
            group = of(groups, command.group_id)
            if group.initial_ms is None or not 0 < command.by_ms <= BUDGET_MAX_MS:
                raise Refused(Why.EXTENSION_OUT_OF_RANGE)
            return [GroupTimeAdded(now, group.group_id, command.by_ms)]


def of(groups: Mapping[str, Group], group_id: str) -> Group:
    """The group. Raises `Refused(NO_SUCH_GROUP)`."""
    if group_id not in groups:
        raise Refused(Why.NO_SUCH_GROUP)
    return groups[group_id]


def spent(groups: Mapping[str, Group], group_id: str | None, ms: int) -> Mapping[str, Group]:
    """The groups after one has used so much."""
    if group_id is None or group_id not in groups:
        return groups
    group = groups[group_id]
    return {**groups, group_id: replace(group, used_ms=group.used_ms + ms)}


def apply(groups: Mapping[str, Group], event: GroupEvent) -> Mapping[str, Group]:
    """The groups after an event."""
    match event:
        case GroupFormed():
            return {**groups, event.group_id: Group(event.group_id, event.dossier_id, event.budget_ms)}
        case GroupTimeAdded():
            group = groups[event.group_id]
            return {**groups, event.group_id: replace(group, added_ms=group.added_ms + event.by_ms)}

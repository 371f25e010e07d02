"""Who is present, in the hall and far away, once a delegation; and whether that is enough."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules.procedure import QuorumRules, Threshold


@dataclass(frozen=True)
class Presence:
    """Delegations that are here. One that is in the hall and has a page open far away counts once."""

    hall: frozenset[str] = frozenset()
    remote: frozenset[str] = frozenset()

    @property
    def present(self) -> frozenset[str]:
        """All of them."""
        return self.hall | self.remote


# Commands


@dataclass(frozen=True)
class MarkPresence:
    """The secretariat, or the check-in at the door, marks who is in the hall."""

    delegation_id: str
    present: bool
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class NotePresence:
    """The machine notes who takes part from far away, as their open pages say."""

    delegations: tuple[str, ...]
    needs: ClassVar = (Right.ADMINISTER, Right.PRESIDE)


PresenceCommand = MarkPresence | NotePresence


# Events


@dataclass(frozen=True)
class HallPresenceMarked:
    """A delegation is in the hall, or has left it."""

    at: datetime
    delegation_id: str
    present: bool


@dataclass(frozen=True)
class RemotePresenceNoted:
    """These delegations take part from far away."""

    at: datetime
    delegations: tuple[str, ...]


PresenceEvent = HallPresenceMarked | RemotePresenceNoted


def decide(presence: Presence, command: PresenceCommand, now: datetime) -> list[PresenceEvent]:
    """What a command on presence brings about; nothing where it changes nothing."""
    match command:
        case MarkPresence():
            if not command.delegation_id:
                raise Refused(Why.NO_SUCH_PLACE)
            if (command.delegation_id in presence.hall) == command.present:
                return []
            return [HallPresenceMarked(now, command.delegation_id, command.present)]
        case NotePresence():
            if frozenset(command.delegations) == presence.remote:
                return []
            return [RemotePresenceNoted(now, tuple(sorted(set(command.delegations))))]


def apply(presence: Presence, event: PresenceEvent) -> Presence:
    """Who is present after an event."""
    match event:
        case HallPresenceMarked():
            one = frozenset({event.delegation_id})
            return replace(presence, hall=presence.hall | one if event.present else presence.hall - one)
        case RemotePresenceNoted():
            return replace(presence, remote=frozenset(event.delegations))


@dataclass(frozen=True)
class Electorate:
    """Those that have a vote. `roll`: delegations that are accredited with it. `members`: how many have it by right, as
    the roll of states says; 0: no such roll is kept."""

    roll: frozenset[str] = frozenset()
    members: int = 0


@dataclass(frozen=True)
class Quorum:
    """How many who have a vote are here, how many must be, of how many."""

    present: int
    needed: int
    members: int

    @property
    def is_met(self) -> bool:
        """Whether enough are here."""
        return self.present >= self.needed


def quorum(presence: Presence, electorate: Electorate, rules: QuorumRules, threshold: Threshold | None) -> Quorum:
    """The quorum by a threshold (None: none is needed). Of how many: as the rules say, else as many as have a vote by
    right, else as many as are accredited with it."""
    roll = electorate.roll
    members = rules.members or electorate.members or len(roll)
    needed = 0 if threshold is None else threshold.least(members)
    return Quorum(len(presence.present & roll), needed, members)

"""Two delegations change places on the list by mutual consent: one proposes, the other accepts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.entry import Entry, EntryState, Kind
from rostrum.assembly.floor import Floor
from rostrum.assembly.order import is_woven
from rostrum.assembly.refusal import Refused, Why

# Commands


@dataclass(frozen=True)
class ProposeSwap:
    """Ask whoever has the entry `with_id` to change places."""

    entry_id: str
    with_id: str
    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class AcceptSwap:
    """Agree to change places, as the one who has the entry `with_id`."""

    entry_id: str
    with_id: str
    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class DropSwap:
    """Decline a proposal, or take one's own back."""

    entry_id: str
    with_id: str
    needs: ClassVar = (Right.SPEAK,)


SwapCommand = ProposeSwap | AcceptSwap | DropSwap


# Events


@dataclass(frozen=True)
class SwapProposed:
    """One delegation would change places with another."""

    at: datetime
    entry_id: str
    with_id: str


@dataclass(frozen=True)
class SwapMade:
    """Both agreed: they have changed places."""

    at: datetime
    entry_id: str
    with_id: str


@dataclass(frozen=True)
class SwapDropped:
    """The proposal is no more."""

    at: datetime
    entry_id: str
    with_id: str


SwapEvent = SwapProposed | SwapMade | SwapDropped


def decide(floor: Floor, command: SwapCommand, actor: Actor, now: datetime) -> list[SwapEvent]:
    """What a command on swaps brings about. Raises `Refused`."""
    pair = (command.entry_id, command.with_id)
    match command:
        case ProposeSwap():
            return _propose(floor, command, actor, now)
        case AcceptSwap():
            _proposed(floor, pair)
            _own(floor.waiting_entry(command.with_id), actor)
            return [SwapMade(now, *pair)]
        case DropSwap():
            _proposed(floor, pair)
            asking, asked = (floor.waiting_entry(entry_id) for entry_id in pair)
            if not asking.is_of(actor.place_id, actor.delegation_id):
                _own(asked, actor)
            return [SwapDropped(now, *pair)]


def _propose(floor: Floor, command: ProposeSwap, actor: Actor, now: datetime) -> list[SwapEvent]:
    asking, asked = floor.waiting_entry(command.entry_id), floor.waiting_entry(command.with_id)
    _own(asking, actor)
    if asked.is_of(actor.place_id, actor.delegation_id) or not asked.place_id:
        raise Refused(Why.SWAP_IMPOSSIBLE)
    if {asking.kind, asked.kind} != {Kind.STATEMENT} or is_woven(asking, floor.rules) != is_woven(asked, floor.rules):
        raise Refused(Why.SWAP_IMPOSSIBLE)
    if asking.returns or asked.returns:
        raise Refused(Why.SWAP_IMPOSSIBLE)
    if any(asking.entry_id == other for other, _ in floor.swaps):
        raise Refused(Why.SWAP_PROPOSED)
    return [SwapProposed(now, command.entry_id, command.with_id)]


def _proposed(floor: Floor, pair: tuple[str, str]) -> None:
    if pair not in floor.swaps:
        raise Refused(Why.NO_SUCH_SWAP)


def _own(entry: Entry, actor: Actor) -> None:
    if not entry.is_of(actor.place_id, actor.delegation_id):
        raise Refused(Why.NOT_YOUR_ENTRY)


def apply(floor: Floor, event: SwapEvent) -> Floor:
    """The floor after an event. Every proposal of the two ends when they have changed places."""
    match event:
        case SwapProposed():
            return replace(floor, swaps=(*floor.swaps, (event.entry_id, event.with_id)))
        case SwapMade():
            one, other = event.entry_id, event.with_id
            exchange = {one: other, other: one}
            sequence = tuple(exchange.get(entry_id, entry_id) for entry_id in floor.sequence)
            left = tuple(pair for pair in floor.swaps if not {one, other} & set(pair))
            return replace(floor, sequence=sequence, swaps=left)
        case SwapDropped():
            return replace(floor, swaps=tuple(p for p in floor.swaps if p != (event.entry_id, event.with_id)))


def lapsed(floor: Floor) -> Floor:
    """The floor without proposals of which one side waits no longer."""
    if not floor.swaps:
        return floor
    waiting = {entry.entry_id for entry in floor.entries if entry.state is EntryState.WAITING}
    return replace(floor, swaps=tuple(pair for pair in floor.swaps if set(pair) <= waiting))

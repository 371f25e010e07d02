"""The list of speakers: opened ahead or in the meeting, inscriptions, withdrawals, moves, closed and reopened.

Speakers are called in the order in which they signified their wish, unless the rules order the list otherwise or the
presiding officer calls another; the list may be announced and closed (usual practice of assemblies, no rule number
read).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly import groups as group_rules
from rostrum.assembly import reply as reply_rules
from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.entry import Entry, FloorRequested, Kind, Rank, RequestWithdrawn
from rostrum.assembly.floor import Floor, Sitting
from rostrum.assembly.order import is_woven, place_for
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules.procedure import Closing, ListRules, Order
from rostrum.assembly.swap import lapsed


class MoveReason(StrEnum):
    """Why the secretariat moves somebody on the list."""

    PRECEDENCE = "precedence"
    """The chair of a committee or a rapporteur explains its conclusions."""
    PROTOCOL = "protocol"
    ABSENT = "absent"
    CORRECTION = "correction"
    OTHER = "other"


# Commands


@dataclass(frozen=True)
class OpenList:
    """Open the list of speakers. None: ordered, and for those present only, as the rules say."""

    order: Order | None = None
    present_only: bool | None = None
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class AnnounceClosure:
    """Tell everybody when the list will be closed."""

    closes_at: datetime
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class CloseList:
    """Close the list: those on it stay, nobody is added. Where the rules want consent, it is asked instead."""

    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class RequestFloor:
    """Ask for the floor. One waiting entry of each kind for a delegation. `answers`: what a reply answers."""

    entry_id: str
    kind: Kind = Kind.STATEMENT
    group_id: str | None = None
    answers: str | None = None
    rank: Rank = Rank.OTHER
    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class InscribeSpeaker:
    """The secretariat inscribes somebody in the hall: a place, or (`place_id` "") a name typed into a dossier."""

    entry_id: str
    place_id: str
    delegation_id: str
    category: str
    remote: bool
    dossier_id: str | None = None
    kind: Kind = Kind.STATEMENT
    rank: Rank = Rank.OTHER
    group_id: str | None = None
    answers: str | None = None
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class WithdrawRequest:
    """Take an entry off the list: one's own, or any by the presiding officer or the secretariat."""

    entry_id: str
    needs: ClassVar = (Right.SPEAK, Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class MoveEntry:
    """Put a statement before another (None: to the end), and say why."""

    entry_id: str
    before_id: str | None
    reason: MoveReason
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class ConfirmEntry:
    """The secretariat says of which rank a statement is and for which group: as its delegation stated, or corrected."""

    entry_id: str
    rank: Rank
    group_id: str | None = None
    needs: ClassVar = (Right.ADMINISTER,)


ListCommand = (
    OpenList | AnnounceClosure | CloseList | RequestFloor | InscribeSpeaker | WithdrawRequest | MoveEntry | ConfirmEntry
)


# Events


@dataclass(frozen=True)
class ListOpened:
    """The list of speakers is open, and how it is ordered."""

    at: datetime
    rules: ListRules = field(default_factory=ListRules)
    present_only: bool = False


@dataclass(frozen=True)
class ClosureAnnounced:
    """Everybody has been told when the list will be closed."""

    at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class ListClosed:
    """The list of speakers is closed."""

    at: datetime


@dataclass(frozen=True)
class EntryMoved:
    """A statement stands elsewhere on the list."""

    at: datetime
    entry_id: str
    before_id: str | None
    reason: MoveReason


@dataclass(frozen=True)
class EntryConfirmed:
    """The secretariat stands for the rank and the group of a statement."""

    at: datetime
    entry_id: str
    rank: Rank
    group_id: str | None = None


ListEvent = ListOpened | ClosureAnnounced | ListClosed | EntryMoved | EntryConfirmed


def decide(
    floor: Floor, command: ListCommand, actor: Actor, now: datetime, sitting: Sitting
) -> list[ListEvent | FloorRequested | RequestWithdrawn]:
    """What a command on the list brings about. Raises `Refused`."""
    consent = sitting.is_open and sitting.rules.procedure.speakers.closing is Closing.CONSENT
    match command:
        case OpenList():
            if floor.list_open:
                raise Refused(Why.LIST_ALREADY_OPEN)
            if consent and floor.was_closed:
                raise Refused(Why.CONSENT_NEEDED)
            return [opening(command, sitting, now)]
        case AnnounceClosure():
            if not floor.list_open:
                raise Refused(Why.LIST_ALREADY_CLOSED)
            return [ClosureAnnounced(now, command.closes_at)]
        case CloseList():
            if not floor.list_open:
                raise Refused(Why.LIST_ALREADY_CLOSED)
            if consent:
                raise Refused(Why.CONSENT_NEEDED)
            return [ListClosed(now)]
        case RequestFloor():
            who = (actor.place_id, actor.delegation_id, actor.category, actor.remote)
            return [_inscription(floor, command, who, None, now, sitting)]
        case InscribeSpeaker():
            who = (command.place_id, command.delegation_id, command.category, command.remote)
            if not command.place_id and command.dossier_id is None:
                raise Refused(Why.NO_SUCH_PLACE)
            return [_inscription(floor, command, who, command.dossier_id, now, sitting)]
        case WithdrawRequest():
            return [RequestWithdrawn(now, floor.own_waiting_entry(command.entry_id, actor).entry_id)]
        case MoveEntry():
            return [_move(floor, command, now)]
        case ConfirmEntry():
            if floor.waiting_entry(command.entry_id).kind is not Kind.STATEMENT:
                raise Refused(Why.NOT_A_STATEMENT)
            if command.group_id is not None:
                group_rules.of(floor.groups, command.group_id)
            return [EntryConfirmed(now, command.entry_id, command.rank, command.group_id)]


def opening(command: OpenList, sitting: Sitting, now: datetime) -> ListOpened:
    """The event that opens the list as the command and the rules say."""
    rules = sitting.rules.procedure.speakers
    order = rules.order if command.order is None else command.order
    present_only = rules.present_only if command.present_only is None else command.present_only
    return ListOpened(now, replace(rules, order=order), present_only)


def _inscription(
    floor: Floor,
    command: RequestFloor | InscribeSpeaker,
    who: tuple[str, str, str, bool],
    dossier_id: str | None,
    now: datetime,
    sitting: Sitting,
) -> FloorRequested:
    place_id, delegation_id, category, remote = who
    if command.kind not in (Kind.STATEMENT, Kind.REPLY):
        raise Refused(Why.NOT_A_STATEMENT)
    if command.kind is Kind.STATEMENT and not floor.list_open:
        raise Refused(Why.LIST_CLOSED)
    if floor.entry(command.entry_id) is not None:
        raise Refused(Why.ALREADY_EXISTS)
    require_single(floor, place_id, delegation_id, command.kind)
    by_secretariat = isinstance(command, InscribeSpeaker)
    if floor.present_only and by_secretariat and delegation_id not in sitting.present:
        raise Refused(Why.NOT_PRESENT)
    if command.group_id is not None:
        group_rules.of(floor.groups, command.group_id)
    if command.kind is Kind.REPLY:
        reply_rules.require(floor, place_id, delegation_id, category, command.answers, sitting)
    return FloorRequested(
        now, command.entry_id, place_id, delegation_id, category, remote, command.kind, command.rank,
        command.group_id, command.answers, dossier_id, sitting.item_id, False, by_secretariat,
    )  # fmt: skip


def require_single(floor: Floor, place_id: str, delegation_id: str, kind: Kind) -> None:
    """Raise `Refused` where the delegation has an entry of this kind that waits, or has the floor for it."""
    if not (place_id or delegation_id):
        return
    if floor.waiting_of(place_id, delegation_id, kind) is not None:
        raise Refused(Why.ALREADY_ON_LIST)
    for speech in (floor.speech, *floor.interrupted):
        entry = None if speech is None else floor.entry(speech.entry_id)
        if entry is not None and entry.kind is kind and entry.is_of(place_id, delegation_id):
            raise Refused(Why.ALREADY_SPEAKING)


def _move(floor: Floor, command: MoveEntry, now: datetime) -> EntryMoved:
    entry = floor.waiting_entry(command.entry_id)
    before = None if command.before_id is None else floor.waiting_entry(command.before_id)
    if entry.kind is not Kind.STATEMENT or entry == before or (before and before.kind is not Kind.STATEMENT):
        raise Refused(Why.MOVE_IMPOSSIBLE)
    if before is not None and is_woven(entry, floor.rules) != is_woven(before, floor.rules):
        raise Refused(Why.MOVE_IMPOSSIBLE)
    return EntryMoved(now, command.entry_id, command.before_id, command.reason)


def apply(floor: Floor, event: ListEvent | FloorRequested | RequestWithdrawn) -> Floor:
    """The floor after an event."""
    match event:
        case ListOpened():
            return replace(floor, list_open=True, rules=event.rules, present_only=event.present_only, closes_at=None)
        case ClosureAnnounced():
            return replace(floor, closes_at=event.closes_at)
        case ListClosed():
            return replace(floor, list_open=False, was_closed=True, closes_at=None)
        case FloorRequested():
            return _with(floor, event)
        case RequestWithdrawn():
            return lapsed(floor.moved(event.entry_id, event))
        case EntryMoved():
            rest = [entry_id for entry_id in floor.sequence if entry_id != event.entry_id]
            at = len(rest) if event.before_id is None else rest.index(event.before_id)
            moved = replace(floor, sequence=(*rest[:at], event.entry_id, *rest[at:]))
            return moved.changed(event.entry_id, returns=False)
        case EntryConfirmed():
            return _confirmed(floor, event)


def _with(floor: Floor, event: FloorRequested) -> Floor:
    entry = Entry(
        event.entry_id, event.place_id, event.delegation_id, event.category, event.remote, event.at,
        kind=event.kind, rank=event.rank, group_id=event.group_id, answers=event.answers,
        dossier_id=event.dossier_id, item_id=event.item_id, on_vote=event.on_vote,
        confirmed=event.by_secretariat or (event.rank is Rank.OTHER and event.group_id is None),
    )  # fmt: skip
    if entry.kind is Kind.STATEMENT:
        floor = replace(floor, sequence=_placed(floor, entry))
    return replace(floor, entries=(*floor.entries, entry))


def _confirmed(floor: Floor, event: EntryConfirmed) -> Floor:
    """Where the list goes by rank and the rank is another, the entry is placed anew."""
    before = floor.waiting_entry(event.entry_id)
    used = group_rules.spent(floor.groups, before.group_id, -before.used_ms)
    floor = replace(floor, groups=group_rules.spent(used, event.group_id, before.used_ms))
    floor = floor.changed(event.entry_id, rank=event.rank, group_id=event.group_id, confirmed=True)
    if event.rank is before.rank or floor.rules.order is Order.AS_ASKED:
        return floor
    rest = replace(floor, sequence=tuple(each for each in floor.sequence if each != event.entry_id))
    return replace(floor, sequence=_placed(rest, floor.waiting_entry(event.entry_id)))


def _placed(floor: Floor, entry: Entry) -> tuple[str, ...]:
    """The sequence of statements with this one put in."""
    sequence = list(floor.sequence)
    waiting = {each.entry_id: each for each in floor.statements}
    ordered = [waiting[entry_id] for entry_id in sequence if entry_id in waiting]
    at = place_for(ordered, entry, floor.rules)
    sequence.insert(len(sequence) if at == len(ordered) else sequence.index(ordered[at].entry_id), entry.entry_id)
    return tuple(sequence)

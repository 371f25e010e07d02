"""Points of order and procedural motions, in their precedence: taken up, ruled or spoken on, decided.

A point of order interrupts, may not speak on substance and is ruled on at once; an appeal is put to the vote at once
and the ruling stands unless a majority of those present and voting overrules it. To suspend or adjourn the meeting is
not debated; on adjourning the debate two speak for and two against; on closing it two against (usual practice of
assemblies, no rule number read; the numbers are data of the rules file).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.entry import EntryFell, EntryState, FloorRequested, Kind, RequestWithdrawn, SpeakerCalled
from rostrum.assembly.floor import Floor, Sitting
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.speakers import require_single
from rostrum.assembly.speaking import SpeechInterrupted, limit_ms


class MotionState(StrEnum):
    """Where a motion stands. WAITING: asked for, not taken up."""

    WAITING = "waiting"
    BEFORE = "before"
    """Before the meeting: its mover is heard, then those for and against."""
    RULED = "ruled"
    """A point of order on which the presiding officer has ruled."""
    APPEALED = "appealed"
    CARRIED = "carried"
    REJECTED = "rejected"
    UPHELD = "upheld"
    """The ruling stands after an appeal."""
    OVERRULED = "overruled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Motion:
    """A motion that was taken up. It has the identifier of the entry by which it was asked for."""

    motion_id: str
    kind: Kind
    state: MotionState = MotionState.WAITING
    agreed: bool | None = None
    """How a point of order was ruled on: whether it was agreed to."""


@dataclass(frozen=True)
class Motions:
    """What was moved, and what of it is before the meeting (the last is dealt with first)."""

    motions: Mapping[str, Motion] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    ruled: str | None = None
    """The point of order that can be appealed: nothing has followed the ruling yet."""

    @property
    def top(self) -> Motion | None:
        """The motion that is dealt with now."""
        return self.motions[self.before[-1]] if self.before else None


# Commands


@dataclass(frozen=True)
class RaiseMotion:
    """Rise to a point of order or move something. `on_vote`: on the conduct of the vote that is under way."""

    entry_id: str
    kind: Kind
    on_vote: bool = False
    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class TakeUpMotion:
    """Put a motion before the meeting: whoever speaks is interrupted and its mover has the floor."""

    entry_id: str
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class SpeakOnMotion:
    """Ask to speak for or against the motion that is before the meeting."""

    entry_id: str
    motion_id: str
    in_favour: bool
    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class RuleOnPoint:
    """The presiding officer rules on a point of order."""

    motion_id: str
    agreed: bool
    needs: ClassVar = (Right.PRESIDE, Right.ADMINISTER)


@dataclass(frozen=True)
class AppealRuling:
    """Appeal against the ruling that was just given."""

    motion_id: str
    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class WithdrawMotion:
    """Its mover withdraws a motion before it is put to the vote."""

    motion_id: str
    needs: ClassVar = (Right.SPEAK, Right.PRESIDE, Right.ADMINISTER)


MotionCommand = RaiseMotion | TakeUpMotion | SpeakOnMotion | RuleOnPoint | AppealRuling | WithdrawMotion


# Events


@dataclass(frozen=True)
class MotionTakenUp:
    """The motion is before the meeting."""

    at: datetime
    motion_id: str
    kind: Kind


@dataclass(frozen=True)
class PointRuled:
    """The presiding officer has ruled."""

    at: datetime
    motion_id: str
    agreed: bool


@dataclass(frozen=True)
class RulingAppealed:
    """A delegation appeals; the appeal is put to the vote at once."""

    at: datetime
    motion_id: str
    delegation_id: str


@dataclass(frozen=True)
class RulingUpheld:
    """The ruling stands."""

    at: datetime
    motion_id: str


@dataclass(frozen=True)
class RulingOverruled:
    """A majority has overruled the ruling."""

    at: datetime
    motion_id: str


@dataclass(frozen=True)
class MotionCarried:
    """The motion was adopted."""

    at: datetime
    motion_id: str


@dataclass(frozen=True)
class MotionRejected:
    """The motion was not adopted."""

    at: datetime
    motion_id: str


@dataclass(frozen=True)
class MotionWithdrawn:
    """Its mover has withdrawn the motion."""

    at: datetime
    motion_id: str


MotionEvent = (
    MotionTakenUp
    | PointRuled
    | RulingAppealed
    | RulingUpheld
    | RulingOverruled
    | MotionCarried
    | MotionRejected
    | MotionWithdrawn
)

MOTION_MACHINE: Mapping[MotionState, Mapping[type[MotionEvent], MotionState]] = {
    MotionState.WAITING: {MotionTakenUp: MotionState.BEFORE},
    MotionState.BEFORE: {
        PointRuled: MotionState.RULED,
        MotionCarried: MotionState.CARRIED,
        MotionRejected: MotionState.REJECTED,
        MotionWithdrawn: MotionState.WITHDRAWN,
    },
    MotionState.RULED: {RulingAppealed: MotionState.APPEALED},
    MotionState.APPEALED: {RulingUpheld: MotionState.UPHELD, RulingOverruled: MotionState.OVERRULED},
    MotionState.CARRIED: {},
    MotionState.REJECTED: {},
    MotionState.UPHELD: {},
    MotionState.OVERRULED: {},
    MotionState.WITHDRAWN: {},
}
"""How a motion moves once it was asked for. Nothing else changes its state."""

Decided = MotionEvent | FloorRequested | RequestWithdrawn | SpeakerCalled | SpeechInterrupted | EntryFell


def decide(
    motions: Motions,
    floor: Floor,
    command: MotionCommand,
    actor: Actor,
    now: datetime,
    sitting: Sitting,
    vote_id: str | None,
) -> list[Decided]:
    """What a command on motions brings about in an open meeting. `vote_id`: the vote under way. Raises `Refused`."""
    voting = vote_id is not None
    match command:
        case RaiseMotion():
            return [_raise(floor, command, actor, now, sitting, vote_id)]
        case TakeUpMotion():
            return _take_up(motions, floor, command, now, sitting, voting)
        case SpeakOnMotion():
            return [_speak_on(motions, floor, command, actor, now, sitting)]
        case RuleOnPoint():
            top = _top(motions, command.motion_id)
            if top.kind is not Kind.POINT_OF_ORDER or top.state is not MotionState.BEFORE:
                raise Refused(Why.NO_SUCH_MOTION)
            _require_floor_free(floor)
            return [PointRuled(now, command.motion_id, command.agreed)]
        case AppealRuling():
            require_mover(actor, sitting)
            if motions.ruled != command.motion_id or voting:
                raise Refused(Why.NOTHING_TO_APPEAL)
            return [RulingAppealed(now, command.motion_id, actor.delegation_id)]
        case WithdrawMotion():
            return _withdraw(motions, floor, command, actor, now)


def require_mover(actor: Actor, sitting: Sitting) -> None:
    """Raise `Refused(CATEGORY_MAY_NOT)` where the actor's category may not move, appeal or rise to a point of order."""
    may = sitting.rules.procedure.motion.categories
    if may and actor.category not in may:
        raise Refused(Why.CATEGORY_MAY_NOT)


def _raise(
    floor: Floor, command: RaiseMotion, actor: Actor, now: datetime, sitting: Sitting, vote_id: str | None
) -> FloorRequested:
    voting = vote_id is not None
    require_mover(actor, sitting)
    if not command.kind.is_motion:
        raise Refused(Why.NO_SUCH_MOTION)
    if floor.entry(command.entry_id) is not None:
        raise Refused(Why.ALREADY_EXISTS)
    if command.on_vote != voting or (voting and command.kind is not Kind.POINT_OF_ORDER):
        raise Refused(Why.VOTE_UNDER_WAY if voting else Why.NO_VOTE)
    stops = sitting.rules.procedure.speakers.closing_stops_points and floor.was_closed and not floor.list_open
    if stops and command.kind is Kind.POINT_OF_ORDER:
        raise Refused(Why.LIST_CLOSED)
    require_single(floor, actor.place_id, actor.delegation_id, command.kind)
    return FloorRequested(
        now, command.entry_id, actor.place_id, actor.delegation_id, actor.category, actor.remote, command.kind,
        answers=vote_id, item_id=sitting.item_id, on_vote=command.on_vote,
    )  # fmt: skip


def _take_up(
    motions: Motions, floor: Floor, command: TakeUpMotion, now: datetime, sitting: Sitting, voting: bool
) -> list[Decided]:
    entry = floor.waiting_entry(command.entry_id)
    if not entry.kind.is_motion:
        raise Refused(Why.NO_SUCH_MOTION)
    if voting and not entry.on_vote:
        raise Refused(Why.VOTE_UNDER_WAY)
    first = min(e.kind.precedence for e in floor.interrupting if e.on_vote == entry.on_vote)
    top = motions.top
    if entry.kind.precedence > first or (top is not None and entry.kind.precedence >= top.kind.precedence):
        raise Refused(Why.PRECEDENCE)
    events: list[Decided] = []
    if floor.speech is not None:
        events.append(SpeechInterrupted(now, floor.speech.entry_id))
    return [
        *events,
        MotionTakenUp(now, entry.entry_id, entry.kind),
        SpeakerCalled(now, entry.entry_id, limit_ms(floor, entry, sitting)),
    ]


def _speak_on(
    motions: Motions, floor: Floor, command: SpeakOnMotion, actor: Actor, now: datetime, sitting: Sitting
) -> FloorRequested:
    require_mover(actor, sitting)
    top = _top(motions, command.motion_id)
    kind = Kind.IN_FAVOUR if command.in_favour else Kind.AGAINST
    numbers = sitting.rules.procedure.motion.in_favour if command.in_favour else sitting.rules.procedure.motion.against
    gone = (EntryState.WITHDRAWN, EntryState.FALLEN)
    on_side = [e for e in floor.entries if e.kind is kind and e.answers == command.motion_id]
    asked = [e for e in on_side if e.state not in gone]
    if len(asked) >= numbers.get(top.kind, 0):
        raise Refused(Why.ENOUGH_ON_MOTION)
    if floor.entry(command.entry_id) is not None:
        raise Refused(Why.ALREADY_EXISTS)
    mover = floor.entry(command.motion_id)
    on_it = [e for e in floor.entries if e.kind.is_on_motion and e.answers == command.motion_id and e.state not in gone]
    if any(e.is_of(actor.place_id, actor.delegation_id) for e in (*on_it, *((mover,) if mover else ()))):
        raise Refused(Why.ALREADY_ON_LIST)
    return FloorRequested(
        now, command.entry_id, actor.place_id, actor.delegation_id, actor.category, actor.remote, kind,
        answers=command.motion_id, item_id=sitting.item_id,
    )  # fmt: skip


def _withdraw(motions: Motions, floor: Floor, command: WithdrawMotion, actor: Actor, now: datetime) -> list[Decided]:
    top = _top(motions, command.motion_id)
    mover = floor.entry(command.motion_id)
    own = mover is not None and mover.is_of(actor.place_id, actor.delegation_id)
    if not own and not actor.rights & {Right.PRESIDE, Right.ADMINISTER}:
        raise Refused(Why.NOT_YOUR_ENTRY)
    if top.state is not MotionState.BEFORE:
        raise Refused(Why.NO_SUCH_MOTION)
    _require_floor_free(floor)
    require_heard_out(floor, command.motion_id)
    return [MotionWithdrawn(now, command.motion_id), *fallen(floor, command.motion_id, now)]


def _top(motions: Motions, motion_id: str) -> Motion:
    top = motions.top
    if top is None or top.motion_id != motion_id:
        raise Refused(Why.NO_SUCH_MOTION)
    return top


def _require_floor_free(floor: Floor) -> None:
    """Nobody is cut short by a decision: the mover is thanked first, then is decided."""
    if floor.speech is not None:
        raise Refused(Why.FLOOR_TAKEN)


def require_heard_out(floor: Floor, motion_id: str) -> None:
    """Raise `Refused(FLOOR_INTERRUPTED)` where somebody was stopped while speaking on the motion."""
    entry = floor.entry(floor.interrupted[-1].entry_id) if floor.interrupted else None
    if entry is not None and (entry.entry_id == motion_id or (entry.kind.is_on_motion and entry.answers == motion_id)):
        raise Refused(Why.FLOOR_INTERRUPTED)


def fallen(floor: Floor, motion_id: str, now: datetime) -> list[EntryFell]:
    """Those who still wait to speak on a motion that is decided."""
    return [EntryFell(now, entry.entry_id) for entry in floor.on_motion(motion_id)]


def apply(motions: Motions, event: MotionEvent) -> Motions:
    """The motions after an event."""
    known = motions.motions.get(event.motion_id)
    if known is None:
        known = Motion(event.motion_id, event.kind if isinstance(event, MotionTakenUp) else Kind.POINT_OF_ORDER)
    moved = replace(known, state=MOTION_MACHINE[known.state][type(event)])
    rest = tuple(motion_id for motion_id in motions.before if motion_id != event.motion_id)
    ruled: str | None = None
    match event:
        case MotionTakenUp() | RulingAppealed():
            rest = (*rest, event.motion_id)
        case PointRuled():
            moved, ruled = replace(moved, agreed=event.agreed), event.motion_id
        case _:
            pass
    return Motions({**motions.motions, event.motion_id: moved}, rest, ruled)

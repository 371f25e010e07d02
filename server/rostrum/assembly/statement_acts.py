"""What is done with video statements: by delegations, by the secretariat, and by the machine that looks at them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.statement import (
    DELIVERED,
    STATEMENT_MACHINE,
    CheckBegan,
    Finding,
    Made,
    MovingEvent,
    Statement,
    StatementApproved,
    StatementChecked,
    StatementDeadlineSet,
    StatementEvent,
    StatementFellBack,
    StatementGivenBack,
    StatementPlayed,
    StatementQueued,
    StatementReceived,
    StatementRefused,
    Statements,
    StatementState,
    StatementUnqueued,
    StatementWithdrawn,
    StatementWithheld,
)

# Commands


@dataclass(frozen=True)
class ReceiveStatement:
    """A file has come whole. `begins_at`: when the meeting is to begin, a fact from outside this aggregate."""

    session_id: str
    statement_id: str
    meeting_id: str
    item_id: str
    language: str
    dossier_id: str
    upload_id: str
    begins_at: datetime | None
    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class BeginCheck:
    """The machine looks at a file now; again where it was interrupted."""

    statement_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ReportCheck:
    """What was found. `made` None: nothing could be made of the file."""

    statement_id: str
    findings: tuple[Finding, ...]
    made: Made | None
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ApproveStatement:
    """The delegation has looked at what will be played. `on_air`: entries whose recordings have the floor."""

    statement_id: str
    instead: bool
    on_air: frozenset[str] = frozenset()
    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class TakeStatementBack:
    """The delegation takes it back. `on_air` as above."""

    statement_id: str
    on_air: frozenset[str] = frozenset()
    needs: ClassVar = (Right.SPEAK,)


@dataclass(frozen=True)
class QueueStatement:
    """The machine: it stands at this entry of the list; None: at none any more."""

    statement_id: str
    entry_id: str | None
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class NoteDelivery:
    """The machine: it was played to its end, or `fell_back` to its text."""

    statement_id: str
    fell_back: bool
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class WithholdStatement:
    """The secretariat gives it to nobody after it was played."""

    statement_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class GiveStatementBack:
    """The secretariat gives it again."""

    statement_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class SetStatementDeadline:
    """Until when statements for a meeting are taken and replaced."""

    session_id: str
    meeting_id: str
    until: datetime
    needs: ClassVar = (Right.ADMINISTER,)


StatementCommand = (
    ReceiveStatement
    | BeginCheck
    | ReportCheck
    | ApproveStatement
    | TakeStatementBack
    | QueueStatement
    | NoteDelivery
    | WithholdStatement
    | GiveStatementBack
    | SetStatementDeadline
)


def decide(statements: Statements, command: StatementCommand, actor: Actor, now: datetime) -> list[StatementEvent]:
    """The events that a command brings about. Raises `Refused`; changes nothing."""
    actor.require(*command.needs)
    match command:
        case ReceiveStatement():
            return _receive(statements, command, actor, now)
        case BeginCheck():
            one = _find(statements, command.statement_id)
            # A check that was interrupted is begun again, and nothing new is to be said.
            return [] if one.state is StatementState.CHECKING else [_moved(one, CheckBegan(now, one.statement_id))]
        case ReportCheck():
            return [_reported(_find(statements, command.statement_id), command, now)]
        case ApproveStatement():
            return _approve(statements, command, actor, now)
        case TakeStatementBack():
            own = _own(statements, command.statement_id, actor)
            _require_off_air(own, command.on_air)
            return [_moved(own, StatementWithdrawn(now, own.statement_id))]
        case QueueStatement():
            return _queue(_find(statements, command.statement_id), command.entry_id, now)
        case NoteDelivery():
            one = _find(statements, command.statement_id)
            kind = StatementFellBack if command.fell_back else StatementPlayed
            return [_moved(one, kind(now, one.statement_id))]
        case WithholdStatement():
            one = _find(statements, command.statement_id)
            return [] if one.withheld else [StatementWithheld(now, one.statement_id)]
        case GiveStatementBack():
            one = _find(statements, command.statement_id)
            return [StatementGivenBack(now, one.statement_id)] if one.withheld else []
        case SetStatementDeadline():
            if statements.deadlines.get(command.meeting_id) == command.until:
                return []
            return [StatementDeadlineSet(now, command.session_id, command.meeting_id, command.until)]


def _find(statements: Statements, statement_id: str) -> Statement:
    found = statements.statements.get(statement_id)
    if found is None or found.state is StatementState.WITHDRAWN:
        raise Refused(Why.NO_SUCH_STATEMENT)
    return found


def _own(statements: Statements, statement_id: str, actor: Actor) -> Statement:
    found = _find(statements, statement_id)
    if not found.is_of(actor.place_id, actor.delegation_id):
        raise Refused(Why.NO_SUCH_STATEMENT)
    return found


def _moved(one: Statement, event: MovingEvent) -> MovingEvent:
    """The event, where the machine has it. Raises `Refused`."""
    if type(event) not in STATEMENT_MACHINE[one.state]:
        raise Refused(Why.STATEMENT_DELIVERED if one.state in DELIVERED else Why.STATEMENT_NOT_THERE_YET)
    return event


def _require_off_air(one: Statement, on_air: frozenset[str]) -> None:
    if one.entry_id in on_air:
        raise Refused(Why.STATEMENT_ON_AIR)


def _require_time(statements: Statements, meeting_id: str, begins_at: datetime | None, now: datetime) -> None:
    deadline = statements.deadline(meeting_id, begins_at)
    if deadline is not None and now >= deadline:
        raise Refused(Why.STATEMENT_LATE)


def _receive(statements: Statements, command: ReceiveStatement, actor: Actor, now: datetime) -> list[StatementEvent]:
    if command.statement_id in statements.statements:
        raise Refused(Why.ALREADY_EXISTS)
    _require_time(statements, command.meeting_id, command.begins_at, now)
    others = _others(statements, command.meeting_id, command.item_id, actor)
    if any(one.state in DELIVERED for one in others):
        raise Refused(Why.STATEMENT_DELIVERED)
    received = StatementReceived(
        now, command.session_id, command.statement_id, command.meeting_id, command.item_id, actor.place_id,
        actor.delegation_id, command.language, command.dossier_id, command.upload_id,
    )  # fmt: skip
    # One that was approved stays until the new one is: a file that is refused takes nothing away.
    over = (one for one in others if not one.is_ready)
    return [*(StatementWithdrawn(now, one.statement_id) for one in over), received]


def _others(statements: Statements, meeting_id: str, item_id: str, actor: Actor) -> list[Statement]:
    own = statements.of(meeting_id, actor.place_id, actor.delegation_id)
    return [one for one in own if one.item_id == item_id]


def _reported(one: Statement, command: ReportCheck, now: datetime) -> MovingEvent:
    if command.made is None or any(finding.check.refuses for finding in command.findings):
        return _moved(one, StatementRefused(now, one.statement_id, command.findings))
    return _moved(one, StatementChecked(now, one.statement_id, command.findings, command.made))


def _approve(statements: Statements, command: ApproveStatement, actor: Actor, now: datetime) -> list[StatementEvent]:
    one = _own(statements, command.statement_id, actor)
    before = [each for each in _others(statements, one.meeting_id, one.item_id, actor) if each.is_ready]
    if any(each.state in DELIVERED for each in before):
        raise Refused(Why.STATEMENT_DELIVERED)
    for each in before:
        _require_off_air(each, command.on_air)
    approved = _moved(one, StatementApproved(now, one.statement_id, actor.place_id, command.instead))
    return [*(StatementWithdrawn(now, each.statement_id) for each in before), approved]


def _queue(one: Statement, entry_id: str | None, now: datetime) -> list[StatementEvent]:
    if one.entry_id == entry_id:
        return []
    if entry_id is None:
        return [_moved(one, StatementUnqueued(now, one.statement_id))]
    return [_moved(one, StatementQueued(now, one.statement_id, entry_id))]

"""The aggregate of credentials in one session: the roll of states, the committee and its report, arrears, who votes.

States stand here by their ISO 3166-1 alpha-3 code. How one state's credentials move is `state_credentials.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, get_args

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.credentials_report import Report
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.state_credentials import (
    CREDENTIALS_MACHINE,
    CredentialsAccepted,
    CredentialsRejected,
    CredentialsState,
    Form,
    FoundInOrder,
    FoundWanting,
    ObjectionRaised,
    OriginalReceived,
    ProvisionalReceived,
    Signatory,
    StandingEvent,
    StateCredentials,
)
from rostrum.assembly.state_credentials import apply as apply_to_state

RULE_COMMUNICATION, RULE_COMMITTEE, RULE_OBJECTION = "24", "25", "27"
COMMITTEE_SIZE = 9
"""Members of the Credentials Committee, each a State Party (rule 25)."""


@dataclass(frozen=True)
class Credentials:
    """Credentials of one session as events have made them. Empty `states`: the session keeps none."""

    session_id: str = ""
    states: Mapping[str, StateCredentials] = field(default_factory=dict)
    committee: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ()

    def of_delegation(self, delegation_id: str) -> StateCredentials | None:
        """The state that a delegation speaks for."""
        if not delegation_id:
            return None
        return next((each for each in self.states.values() if each.delegation_id == delegation_id), None)


# Commands


@dataclass(frozen=True)
class KeepRoll:
    """Say which states are parties. A state that is left out is taken off; what is known of the others stays."""

    session_id: str
    codes: tuple[str, ...]
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class SeatDelegation:
    """Say which delegation speaks for a state; None: none does."""

    code: str
    delegation_id: str | None
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class CommunicateCredentials:
    """Hand in a letter: a delegation a copy for its own state, the secretariat whatever it has in its hands."""

    code: str
    letter_id: str
    form: Form
    signatory: Signatory
    file_id: str | None
    needs: ClassVar = (Right.ATTEND,)


@dataclass(frozen=True)
class ExamineCredentials:
    """What the committee finds. `note_id` says what is wanting."""

    code: str
    in_order: bool
    note_id: str | None = None
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ObjectToCredentials:
    """A state objects to another's representatives."""

    code: str
    objected_by: str
    note_id: str | None
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class AppointCommittee:
    """Appoint the Credentials Committee."""

    codes: tuple[str, ...]
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ReportCredentials:
    """The committee reports on everybody as they stand."""

    report_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class AdoptReport:
    """The Assembly decides: it accepts what the report has, but for `rejected`, which were objected to or wanting."""

    report_id: str
    rejected: tuple[str, ...]
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class SetArrears:
    """Say which states are in arrears for two full years or more (article 112(8)); every other is not."""

    codes: tuple[str, ...]
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class PermitVote:
    """The Assembly is satisfied that the failure to pay is beyond the state's control; False takes it back."""

    code: str
    permitted: bool
    needs: ClassVar = (Right.ADMINISTER,)


CredentialsCommand = (
    KeepRoll
    | SeatDelegation
    | CommunicateCredentials
    | ExamineCredentials
    | ObjectToCredentials
    | AppointCommittee
    | ReportCredentials
    | AdoptReport
    | SetArrears
    | PermitVote
)


# Events


@dataclass(frozen=True)
class RollKept:
    """These states are parties."""

    at: datetime
    session_id: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class DelegationSeated:
    """This delegation speaks for the state."""

    at: datetime
    code: str
    delegation_id: str | None


@dataclass(frozen=True)
class CommitteeAppointed:
    """These states are the committee."""

    at: datetime
    codes: tuple[str, ...]


@dataclass(frozen=True)
class CommitteeReported:
    """The committee reported."""

    at: datetime
    report_id: str
    in_order: tuple[str, ...]
    provisional: tuple[str, ...]
    absent: tuple[str, ...]
    wanting: tuple[str, ...]
    objected: tuple[str, ...]


@dataclass(frozen=True)
class ReportAdopted:
    """The Assembly took its decision on the report."""

    at: datetime
    report_id: str
    rejected: tuple[str, ...]


@dataclass(frozen=True)
class ArrearsSet:
    """These states are in arrears, and no other. A permission to vote ends with the arrears that it was for."""

    at: datetime
    codes: tuple[str, ...]


@dataclass(frozen=True)
class VotePermitted:
    """The Assembly lets a state in arrears vote, or no longer."""

    at: datetime
    code: str
    permitted: bool


CredentialsEvent = (
    RollKept
    | DelegationSeated
    | StandingEvent
    | CommitteeAppointed
    | CommitteeReported
    | ReportAdopted
    | ArrearsSet
    | VotePermitted
)

_S = CredentialsState


def decide(state: Credentials, command: CredentialsCommand, actor: Actor, now: datetime) -> list[CredentialsEvent]:
    """The events that a command brings about. Raises `Refused`; changes nothing."""
    actor.require(*command.needs)
    match command:
        case KeepRoll():
            codes = tuple(sorted(set(command.codes)))
            return [] if codes == tuple(sorted(state.states)) else [RollKept(now, command.session_id, codes)]
        case SeatDelegation():
            return _seat(state, command, now)
        case CommunicateCredentials():
            return _communicate(state, command, actor, now)
        case ExamineCredentials():
            return _examine(state, command, now)
        case ObjectToCredentials():
            if command.objected_by == command.code or command.objected_by not in state.states:
                raise Refused(Why.OBJECTION_BY_NOBODY, rule=RULE_OBJECTION)
            _step(state, command.code, ObjectionRaised)
            return [ObjectionRaised(now, command.code, command.objected_by, command.note_id)]
        case AppointCommittee():
            codes = tuple(dict.fromkeys(command.codes))
            if len(codes) != COMMITTEE_SIZE or any(code not in state.states for code in codes):
                raise Refused(Why.COMMITTEE_OF_NINE, rule=RULE_COMMITTEE)
            return [CommitteeAppointed(now, codes)]
        case ReportCredentials():
            return _report(state, command, now)
        case AdoptReport():
            return _adopt(state, command, now)
        case SetArrears():
            if any(code not in state.states for code in command.codes):
                raise Refused(Why.NO_SUCH_STATE)
            return [ArrearsSet(now, tuple(sorted(set(command.codes))))]
        case PermitVote():
            if not _of(state, command.code).in_arrears:
                raise Refused(Why.NOT_IN_ARREARS)
            return [VotePermitted(now, command.code, command.permitted)]


def _of(state: Credentials, code: str) -> StateCredentials:
    found = state.states.get(code)
    if found is None:
        raise Refused(Why.NO_SUCH_STATE)
    return found


def _step(state: Credentials, code: str, event: type[StandingEvent]) -> StateCredentials:
    found = _of(state, code)
    if event not in CREDENTIALS_MACHINE[found.state]:
        raise Refused(Why.NOT_AT_THIS_POINT)
    return found


def _seat(state: Credentials, command: SeatDelegation, now: datetime) -> list[CredentialsEvent]:
    found = _of(state, command.code)
    other = state.of_delegation(command.delegation_id or "")
    if other is not None and other.code != command.code:
        raise Refused(Why.DELEGATION_SPEAKS_ALREADY)
    if found.delegation_id == command.delegation_id:
        return []
    return [DelegationSeated(now, command.code, command.delegation_id)]


def _communicate(
    state: Credentials, command: CommunicateCredentials, actor: Actor, now: datetime
) -> list[CredentialsEvent]:
    found = _of(state, command.code)
    if any(letter.letter_id == command.letter_id for letter in found.letters):
        return []
    if Right.ADMINISTER not in actor.rights:
        if not actor.delegation_id or found.delegation_id != actor.delegation_id:
            raise Refused(Why.NOT_ENTITLED)
        if command.form is Form.ORIGINAL:
            # What comes over the network is a copy; the secretariat has the paper in its hands and says so.
            raise Refused(Why.ORIGINAL_ON_PAPER, rule=RULE_COMMUNICATION)
    if command.form is Form.ORIGINAL:
        _step(state, command.code, OriginalReceived)
        return [OriginalReceived(now, command.code, command.letter_id, command.signatory, command.file_id)]
    _step(state, command.code, ProvisionalReceived)
    return [ProvisionalReceived(now, command.code, command.letter_id, command.form, command.signatory, command.file_id)]


def _examine(state: Credentials, command: ExamineCredentials, now: datetime) -> list[CredentialsEvent]:
    if not state.committee:
        raise Refused(Why.NO_COMMITTEE, rule=RULE_COMMITTEE)
    if not command.in_order:
        _step(state, command.code, FoundWanting)
        return [FoundWanting(now, command.code, command.note_id)]
    original = _step(state, command.code, FoundInOrder).original
    if original is None or original.signatory is Signatory.MISSION:
        raise Refused(Why.SIGNATORY_NOT_ENTITLED, rule=RULE_COMMUNICATION)
    return [FoundInOrder(now, command.code)]


def _report(state: Credentials, command: ReportCredentials, now: datetime) -> list[CredentialsEvent]:
    if not state.committee:
        raise Refused(Why.NO_COMMITTEE, rule=RULE_COMMITTEE)
    if any(report.report_id == command.report_id for report in state.reports):
        return []
    if any(each.state is _S.RECEIVED for each in state.states.values()):
        raise Refused(Why.NOT_ALL_EXAMINED, rule=RULE_COMMITTEE)

    def having(*standings: CredentialsState) -> tuple[str, ...]:
        return tuple(sorted(code for code, each in state.states.items() if each.state in standings))

    return [
        CommitteeReported(
            now,
            command.report_id,
            having(_S.IN_ORDER),
            having(_S.PROVISIONAL),
            having(_S.ABSENT),
            having(_S.WANTING),
            having(_S.OBJECTED),
        )
    ]


def _adopt(state: Credentials, command: AdoptReport, now: datetime) -> list[CredentialsEvent]:
    report = next((each for each in state.reports if each.report_id == command.report_id), None)
    if report is None:
        raise Refused(Why.NO_SUCH_REPORT)
    if report is not state.reports[-1] or report.adopted_at is not None:
        raise Refused(Why.REPORT_PAST)
    disputed = {*report.wanting, *report.objected}
    if not disputed.issuperset(command.rejected):
        raise Refused(Why.NOT_AT_THIS_POINT, rule=RULE_OBJECTION)
    events: list[CredentialsEvent] = [ReportAdopted(now, report.report_id, tuple(sorted(set(command.rejected))))]
    for code in (*report.in_order, *report.provisional, *report.wanting, *report.objected):
        # Whoever has moved on since the report (a new original, an objection) waits for the next one.
        kind = CredentialsRejected if code in command.rejected else CredentialsAccepted
        found = state.states.get(code)
        if found is not None and found.state is report.standing_of(code):
            events.append(kind(now, code, report.report_id))
    return events


def apply(state: Credentials, event: CredentialsEvent) -> Credentials:
    """The credentials after an event."""
    match event:
        case RollKept():
            states = {code: state.states.get(code, StateCredentials(code)) for code in event.codes}
            return replace(state, session_id=event.session_id, states=states)
        case DelegationSeated():
            return _with(state, replace(state.states[event.code], delegation_id=event.delegation_id))
        case CommitteeAppointed():
            return replace(state, committee=event.codes)
        case CommitteeReported():
            report = Report(
                event.report_id, event.at, state.committee, event.in_order, event.provisional, event.absent,
                event.wanting, event.objected,
            )  # fmt: skip
            return replace(state, reports=(*state.reports, report))
        case ReportAdopted():
            reports = tuple(
                replace(each, adopted_at=event.at, rejected=event.rejected)
                if each.report_id == event.report_id
                else each
                for each in state.reports
            )
            return replace(state, reports=reports)
        case ArrearsSet():
            states = {
                code: replace(each, in_arrears=code in event.codes, waived=each.waived and code in event.codes)
                for code, each in state.states.items()
            }
            return replace(state, states=states)
        case VotePermitted():
            return _with(state, replace(state.states[event.code], waived=event.permitted))
        case _:
            return _with(state, apply_to_state(state.states[event.code], event))


def _with(state: Credentials, changed: StateCredentials) -> Credentials:
    return replace(state, states={**state.states, changed.code: changed})


def fold(events: Iterable[CredentialsEvent], start: Credentials | None = None) -> Credentials:
    """The credentials that events have made, from nothing or from an earlier state."""
    state = Credentials() if start is None else start
    for event in events:
        state = apply(state, event)
    return state


EVENTS: tuple[type[CredentialsEvent], ...] = (
    RollKept,
    DelegationSeated,
    *get_args(StandingEvent),
    CommitteeAppointed,
    CommitteeReported,
    ReportAdopted,
    ArrearsSet,
    VotePermitted,
)
"""Every event of this aggregate, for the record's codec."""

"""What is before a meeting beside its list: motions, consensus, votes, presence, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rostrum.assembly import presence as presences
from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Right
from rostrum.assembly.consent import ConsentState, Matter
from rostrum.assembly.credentials import Credentials
from rostrum.assembly.electorate import electorate, voters
from rostrum.assembly.entry import EntryState, Kind
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.motions import MotionState
from rostrum.assembly.presence import Electorate, Quorum
from rostrum.assembly.sitting import MeetingState
from rostrum.assembly.voting import Choice, Subject, Vote
from rostrum.reads.names import Name, Names

NOBODY = Name("", "")


class NextAct(StrEnum):
    """The one large action that a console offers."""

    OPEN_MEETING = "open-meeting"
    RESUME_MEETING = "resume-meeting"
    CLOSE_VOTE = "close-vote"
    DECLARE = "declare"
    DROP = "drop"
    """There is an objection: the question is asked no longer."""
    LINE = "line"
    """The speaker's line is lost: choose."""
    END = "end"
    RULE = "rule"
    PUT = "put"
    """Put the motion, or the appeal, to the vote."""
    CALL_ON_MOTION = "call-on-motion"
    RETURN = "return"
    TAKE_UP = "take-up"
    CALL = "call"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Rising:
    """A point of order or a motion that waits. `may_be_taken`: nothing with precedence stands before it."""

    entry_id: str
    kind: Kind
    name: Name
    remote: bool
    may_be_taken: bool


@dataclass(frozen=True)
class MotionNow:
    """The motion before the meeting. `speakers` wait to speak on it: (entry, side, name)."""

    motion_id: str
    kind: Kind
    state: MotionState
    name: Name
    speakers: tuple[tuple[str, Kind, Name], ...]
    room_in_favour: int
    room_against: int
    """How many may still ask."""


@dataclass(frozen=True)
class ConsentNow:
    """What the meeting is asked. `until_ms` since the epoch: from then on silence is consent."""

    consent_id: str
    matter: Matter
    text: str
    until_ms: int
    objected: bool
    objections: tuple[Name, ...]
    delegations: frozenset[str]
    """Those that object."""
    motion: Kind | None


@dataclass(frozen=True)
class RollRow:
    """One entitled delegation and what it said."""

    delegation_id: str
    name: Name
    choice: Choice | None


@dataclass(frozen=True)
class VoteNow:
    """A vote with its roll; `adopted` None while it is under way."""

    vote_id: str
    subject: Subject
    text: str
    motion: Kind | None
    is_appeal: bool
    roll: tuple[RollRow, ...]
    yes: int
    no: int
    abstained: int
    present: int
    adopted: bool | None
    rule: str
    """The provision on majorities, where its text has been read."""

    @property
    def cast(self) -> int:
        """How many have said something."""
        return self.yes + self.no + self.abstained


@dataclass(frozen=True)
class GroupNow:
    """A group that may be spoken for, and its time; `left_ms` None: not limited."""

    group_id: str
    name: Name
    left_ms: int | None


@dataclass(frozen=True)
class Undo:
    """What can be taken back, until when (ms since the epoch)."""

    entry_id: str
    what: str
    until_ms: int


@dataclass(frozen=True)
class ProcedureModel:
    """What is before the meeting beside its list."""

    next_act: NextAct
    rising: tuple[Rising, ...]
    motion: MotionNow | None
    appealable: tuple[str, bool] | None
    """The point of order just ruled on, and whether it was agreed to."""
    interrupted: tuple[str, Name] | None
    consent: ConsentNow | None
    vote: VoteNow | None
    last_vote: VoteNow | None
    quorum: Quorum
    """To open and to debate."""
    quorum_to_vote: Quorum
    in_hall: frozenset[str]
    groups: tuple[GroupNow, ...]
    undo: Undo | None
    may_annul: bool


async def people(
    meeting: Meeting, session: Accreditation, names: Names, delegations: frozenset[str] = frozenset()
) -> Mapping[str, Name]:
    """Names by entry, by group, and by those delegations that are shown (as one of their places is called)."""
    floor = meeting.floor
    votes, consent = meeting.votes.votes.values(), meeting.consents.current
    shown = delegations.union(*(vote.roll for vote in votes), () if consent is None else consent.objections)
    speaking = {entry.place_id for entry in floor.entries}
    wanted = [p for p in session.places.values() if p.place_id in speaking or p.delegation_id in shown]
    of_places = await names.of(wanted)
    dossiers = {entry.entry_id: entry.dossier_id for entry in floor.entries if entry.dossier_id}
    dossiers |= {group.group_id: group.dossier_id for group in floor.groups.values()}
    typed = await names.of_dossiers(dossiers.values())
    known = {place.delegation_id: delegation_name(of_places[place.place_id]) for place in wanted}
    known |= {key: typed[dossier_id] for key, dossier_id in dossiers.items()}
    return known | {e.entry_id: of_places[e.place_id] for e in floor.entries if e.place_id in of_places}


def delegation_name(of: Name) -> Name:
    """A place's delegation; the person where it has none."""
    return Name("", of.delegation) if of.delegation else of


def roll_of(session: Accreditation) -> frozenset[str]:
    """The delegations with a place that has the right to vote."""
    return frozenset(p.delegation_id for p in session.places.values() if Right.VOTE in p.rights and not p.closed)


async def procedure_model(
    meeting: Meeting,
    session: Accreditation,
    kept: Credentials,
    names: Names,
    known: Mapping[str, Name],
    now: datetime,
) -> ProcedureModel:
    """The model at `now`; `known` as `people` has it, `kept` the credentials of the session."""
    floor, rules = meeting.floor, meeting.rules.procedure
    asked = [each.text_id for each in meeting.consents.asked.values()]
    texts = await names.texts(each for each in (*asked, *(v.text_id for v in meeting.votes.votes.values())) if each)
    first = min((e.kind.precedence for e in floor.interrupting), default=0)
    top = meeting.motions.top
    ruled = meeting.motions.ruled
    stopped = floor.interrupted[-1] if floor.interrupted else None
    vote = meeting.votes.current
    closed = [each for each in meeting.votes.votes.values() if each.adopted is not None]
    accredited = roll_of(session)
    parties = electorate(kept, accredited)
    entitled = Electorate(voters(kept, accredited), parties.members)
    return ProcedureModel(
        next_act(meeting),
        tuple(
            Rising(
                e.entry_id,
                e.kind,
                known.get(e.entry_id, NOBODY),
                e.remote,
                e.kind.precedence == first and (top is None or e.kind.precedence < top.kind.precedence),
            )
            for e in floor.interrupting
        ),
        _motion(meeting, known),
        None if ruled is None else (ruled, bool(meeting.motions.motions[ruled].agreed)),
        None if stopped is None else (stopped.entry_id, known.get(stopped.entry_id, NOBODY)),
        _consent(meeting, known, texts),
        None if vote is None else _vote(meeting, vote, known, texts),
        _vote(meeting, closed[-1], known, texts) if closed else None,
        presences.quorum(meeting.presence, parties, rules.quorum, rules.quorum.to_open),
        presences.quorum(meeting.presence, entitled, rules.quorum, rules.quorum.substance),
        meeting.presence.hall,
        tuple(
            GroupNow(group.group_id, known.get(group.group_id, NOBODY), group.left_ms)
            for group in floor.groups.values()
        ),
        _undo(meeting, now),
        vote is not None and _conduct_agreed(meeting, vote),
    )


def next_act(meeting: Meeting) -> NextAct:
    """What whoever presides does next, as far as the rules say."""
    floor, top, consent = meeting.floor, meeting.motions.top, meeting.consents.current
    if meeting.state is MeetingState.SCHEDULED:
        return NextAct.OPEN_MEETING
    if meeting.state is MeetingState.SUSPENDED:
        return NextAct.RESUME_MEETING
    if not meeting.is_open:
        return NextAct.NOTHING
    if floor.speech is not None:
        return NextAct.LINE if floor.speech.line_lost_at is not None else NextAct.END
    vote = meeting.votes.current
    if top is not None and top.kind is Kind.POINT_OF_ORDER and top.state is MotionState.BEFORE:
        return NextAct.RULE
    if vote is not None:
        return NextAct.CLOSE_VOTE
    if consent is not None:
        return NextAct.DROP if consent.state is ConsentState.OBJECTED else NextAct.DECLARE
    return _between(meeting)


def _between(meeting: Meeting) -> NextAct:
    floor, top = meeting.floor, meeting.motions.top
    stopped = floor.entry(floor.interrupted[-1].entry_id) if floor.interrupted else None
    if top is not None:
        if stopped is not None and top.motion_id in (stopped.entry_id, stopped.answers):
            return NextAct.RETURN
        return NextAct.CALL_ON_MOTION if floor.on_motion(top.motion_id) else NextAct.PUT
    if floor.interrupting:
        return NextAct.TAKE_UP
    if stopped is not None:
        return NextAct.RETURN
    return NextAct.CALL if floor.waiting else NextAct.NOTHING


def _motion(meeting: Meeting, known: Mapping[str, Name]) -> MotionNow | None:
    top = meeting.motions.top
    if top is None:
        return None
    numbers = meeting.rules.procedure.motion
    gone = (EntryState.WITHDRAWN, EntryState.FALLEN)
    on_it = [
        e.kind for e in meeting.floor.entries
        if e.kind.is_on_motion and e.answers == top.motion_id and e.state not in gone
    ]  # fmt: skip
    waiting = meeting.floor.on_motion(top.motion_id)
    is_debated = top.state is MotionState.BEFORE
    return MotionNow(
        top.motion_id,
        top.kind,
        top.state,
        known.get(top.motion_id, NOBODY),
        tuple((e.entry_id, e.kind, known.get(e.entry_id, NOBODY)) for e in waiting),
        max(0, numbers.in_favour.get(top.kind, 0) - on_it.count(Kind.IN_FAVOUR)) if is_debated else 0,
        max(0, numbers.against.get(top.kind, 0) - on_it.count(Kind.AGAINST)) if is_debated else 0,
    )


def _consent(meeting: Meeting, known: Mapping[str, Name], texts: Mapping[str, str]) -> ConsentNow | None:
    consent = meeting.consents.current
    if consent is None or consent.until is None:
        return None
    return ConsentNow(
        consent.consent_id,
        consent.matter,
        texts.get(consent.text_id or "", ""),
        round(consent.until.timestamp() * 1000),
        consent.state is ConsentState.OBJECTED,
        tuple(known.get(each, NOBODY) for each in consent.objections),
        frozenset(consent.objections),
        None if consent.motion_id is None else meeting.motions.motions[consent.motion_id].kind,
    )


def _vote(meeting: Meeting, vote: Vote, known: Mapping[str, Name], texts: Mapping[str, str]) -> VoteNow:
    motion = None if vote.motion_id is None else meeting.motions.motions[vote.motion_id]
    rows = [RollRow(each, known.get(each, NOBODY), vote.cast.get(each)) for each in vote.roll]
    return VoteNow(
        vote.vote_id,
        vote.subject,
        texts.get(vote.text_id or "", ""),
        None if motion is None else motion.kind,
        motion is not None and motion.kind is Kind.POINT_OF_ORDER,
        tuple(sorted(rows, key=lambda row: (row.name.delegation or row.name.person).casefold())),
        vote.count(Choice.YES),
        vote.count(Choice.NO),
        vote.count(Choice.ABSTAIN),
        vote.present,
        vote.adopted,
        meeting.rules.procedure.vote.rule,
    )


def _conduct_agreed(meeting: Meeting, vote: Vote) -> bool:
    points = (e.entry_id for e in meeting.floor.entries if e.on_vote and e.answers == vote.vote_id)
    return any(meeting.motions.motions[point].agreed for point in points if point in meeting.motions.motions)


def _undo(meeting: Meeting, now: datetime) -> Undo | None:
    """A call or an end that was made by mistake and can still be taken back."""
    floor = meeting.floor
    window = timedelta(milliseconds=meeting.rules.procedure.time.undo_ms)
    speech, ended = floor.speech, floor.ended
    if not meeting.is_open or meeting.votes.open_id is not None:
        return None
    if speech is not None:
        entry = floor.entry(speech.entry_id)
        if entry is None or entry.kind.is_motion or floor.interrupted:
            return None
        return _within(speech.entry_id, "call", speech.began_at + window, now)
    if ended is not None and floor.ended_at is not None and meeting.motions.top is None:
        entry = floor.entry(ended.entry_id)
        if entry is not None and entry.kind in (Kind.STATEMENT, Kind.REPLY):
            return _within(ended.entry_id, "end", floor.ended_at + window, now)
    return None


def _within(entry_id: str, what: str, until: datetime, now: datetime) -> Undo | None:
    return Undo(entry_id, what, round(until.timestamp() * 1000)) if now <= until else None

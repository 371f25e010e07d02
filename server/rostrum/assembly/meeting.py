"""The aggregate of one meeting: commands in, events out, fold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import get_args

from rostrum.assembly import consent as consent_rules
from rostrum.assembly import (
    effects,
    feeds,
    groups,
    line,
    motions,
    on_floor,
    presence,
    recording,
    speakers,
    speaking,
    swap,
    taping,
    voting,
)
from rostrum.assembly import sitting as sitting_rules
from rostrum.assembly.actor import Actor
from rostrum.assembly.agenda import AgendaItem, ItemOpened, OpenItem
from rostrum.assembly.consent import (
    AskConsent,
    ConsentAsked,
    ConsentCommand,
    ConsentDeclared,
    ConsentEvent,
    Consents,
    Matter,
)
from rostrum.assembly.entry import (
    EntryEvent,
    Kind,
    SpeakerCalled,
)
from rostrum.assembly.feeds import FeedCommand, FeedEvent, Feeds
from rostrum.assembly.floor import Floor, Sitting
from rostrum.assembly.groups import GroupCommand, GroupEvent
from rostrum.assembly.line import LineCommand, LineEvent
from rostrum.assembly.motions import MotionCommand, MotionEvent, Motions, MotionState
from rostrum.assembly.presence import Presence, PresenceCommand, PresenceEvent
from rostrum.assembly.recording import RecordingCommand, RecordingEvent
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules import Rules
from rostrum.assembly.sitting import (
    MEETING_MACHINE,
    AdoptRules,
    CancelMeeting,
    CloseMeeting,
    ConveneMeeting,
    MeetingCancelled,
    MeetingClosed,
    MeetingConvened,
    MeetingKind,
    MeetingOpened,
    MeetingResumed,
    MeetingRevised,
    MeetingState,
    MeetingSuspended,
    OpenMeeting,
    ResumeMeeting,
    ReviseMeeting,
    RulesAdopted,
    SittingCommand,
    SittingEvent,
    SuspendMeeting,
)
from rostrum.assembly.speakers import ListCommand, ListEvent
from rostrum.assembly.speaking import SpeakingCommand, SpeakingEvent
from rostrum.assembly.swap import SwapCommand, SwapEvent
from rostrum.assembly.taping import PublishingCommand, Taping, TapingCommand, TapingEvent
from rostrum.assembly.voting import (
    OpenVote,
    Subject,
    VoteAnnulled,
    VoteClosed,
    VoteCommand,
    VoteEvent,
    VoteOpened,
    Votes,
)

__all__ = [
    "EVENTS",
    "CloseMeeting",
    "ConveneMeeting",
    "Meeting",
    "MeetingCommand",
    "MeetingEvent",
    "MeetingKind",
    "MeetingState",
    "OpenMeeting",
    "apply",
    "decide",
    "fold",
]


@dataclass(frozen=True)
class Meeting:
    """A meeting as its events have made it. `titles` by language code."""

    meeting_id: str = ""
    session_id: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    kind: MeetingKind = MeetingKind.PUBLIC
    state: MeetingState = MeetingState.ABSENT
    scheduled_at: datetime | None = None
    opened_at: datetime | None = None
    agenda: tuple[AgendaItem, ...] = ()
    item_id: str | None = None
    rules: Rules = field(default_factory=lambda: Rules("", 1, 0, {}))
    floor: Floor = field(default_factory=Floor)
    motions: Motions = field(default_factory=Motions)
    votes: Votes = field(default_factory=Votes)
    consents: Consents = field(default_factory=Consents)
    presence: Presence = field(default_factory=Presence)
    feeds: Feeds = field(default_factory=Feeds)
    taping: Taping = field(default_factory=Taping)

    @property
    def is_open(self) -> bool:
        """Whether the meeting sits."""
        return self.state is MeetingState.OPEN

    @property
    def item(self) -> AgendaItem | None:
        """The item that the meeting is on."""
        return next((item for item in self.agenda if item.item_id == self.item_id), None)

    @property
    def sitting(self) -> Sitting:
        """What decisions about the floor rest on."""
        top = self.motions.top
        motion_id = None if top is None else top.motion_id
        return Sitting(self.rules, self.item_id, self.is_open, self.presence.present, motion_id)


MeetingCommand = (
    SittingCommand
    | OpenItem
    | ListCommand
    | SpeakingCommand
    | LineCommand
    | RecordingCommand
    | SwapCommand
    | GroupCommand
    | MotionCommand
    | ConsentCommand
    | VoteCommand
    | PresenceCommand
    | FeedCommand
    | TapingCommand
    | PublishingCommand
)

MeetingEvent = (
    SittingEvent
    | ItemOpened
    | EntryEvent
    | ListEvent
    | SpeakingEvent
    | LineEvent
    | RecordingEvent
    | SwapEvent
    | GroupEvent
    | MotionEvent
    | ConsentEvent
    | VoteEvent
    | PresenceEvent
    | FeedEvent
    | TapingEvent
)

AHEAD = (
    *get_args(ListCommand), *get_args(SwapCommand), *get_args(GroupCommand), *get_args(PresenceCommand),
    recording.AttachRecording, recording.DetachRecording, *get_args(FeedCommand),
)  # fmt: skip
"""Commands for which the meeting need not sit: the list is opened, and names are inscribed, ahead of it."""

DURING_A_VOTE = (
    voting.CastVote, voting.CountHand, voting.CloseVote, voting.AnnulVote, motions.RaiseMotion, motions.TakeUpMotion,
    motions.RuleOnPoint, speakers.RequestFloor, speakers.InscribeSpeaker, speakers.WithdrawRequest,
    speaking.YieldFloor, speaking.EndSpeech, speaking.PauseSpeech, speaking.ResumeSpeech, *get_args(LineCommand),
    *get_args(RecordingCommand), *get_args(PresenceCommand), *get_args(FeedCommand), *get_args(TapingCommand),
)  # fmt: skip
"""What does not interrupt a vote: voting, a point of order on its conduct, and what nobody in the room notices."""


def decide(meeting: Meeting, command: MeetingCommand, actor: Actor, now: datetime) -> list[MeetingEvent]:
    """The events that a command brings about. Raises `Refused`; changes nothing."""
    actor.require(*command.needs)
    if isinstance(command, ConveneMeeting):
        return list(sitting_rules.convened(meeting.state, command, now))
    if meeting.state is MeetingState.ABSENT:
        raise Refused(Why.NO_SUCH_MEETING)
    if isinstance(command, PublishingCommand):
        return list(taping.decide(meeting.taping, command, meeting.kind, now))
    if meeting.state is MeetingState.CLOSED:
        raise Refused(Why.MEETING_CLOSED)
    if meeting.state is MeetingState.CANCELLED:
        raise Refused(Why.MEETING_CANCELLED)
    if isinstance(command, ReviseMeeting):
        announced = meeting.titles, meeting.scheduled_at, meeting.agenda, meeting.kind
        return list(sitting_rules.revised(meeting.state, announced, meeting.item_id, command, now))
    if meeting.votes.open_id is not None and not isinstance(command, DURING_A_VOTE):
        raise Refused(Why.VOTE_UNDER_WAY)
    match command:
        case CancelMeeting():
            if meeting.state is not MeetingState.SCHEDULED:
                raise Refused(Why.MEETING_ALREADY_OPEN)
            return [MeetingCancelled(now)]
        case OpenMeeting() | ResumeMeeting():
            return list(sitting_rules.begun(meeting.state, meeting.presence, meeting.rules, command, now))
        case AdoptRules():
            if meeting.is_open:
                raise Refused(Why.MEETING_ALREADY_OPEN)
            return [] if command.rules == meeting.rules else [RulesAdopted(now, command.rules, command.text_id)]
        case CloseMeeting():
            if meeting.state is not MeetingState.SUSPENDED:
                _sitting(meeting)
            return list(effects.closure(meeting.floor, meeting.consents.current, now))
        case _:
            if not isinstance(command, AHEAD):
                _sitting(meeting)
            return _in_sitting(meeting, command, actor, now)


def _in_sitting(
    meeting: Meeting,
    command: MeetingCommand,
    actor: Actor,
    now: datetime,
) -> list[MeetingEvent]:
    floor, sitting = meeting.floor, meeting.sitting
    if isinstance(command, SuspendMeeting):
        return list(effects.suspension(floor, now))
    if isinstance(command, OpenItem):
        return _open_item(meeting, command, now)
    if isinstance(command, ListCommand):
        return list(speakers.decide(floor, command, actor, now, sitting))
    if isinstance(command, SpeakingCommand):
        return list(speaking.decide(floor, command, actor, now, sitting))
    if isinstance(command, LineCommand):
        return list(line.decide(floor, command, now))
    if isinstance(command, RecordingCommand):
        return list(recording.decide(floor, command, now, ends_speech=sitting.rules.procedure.time.recording_ends))
    if isinstance(command, SwapCommand):
        return list(swap.decide(floor, command, actor, now))
    if isinstance(command, GroupCommand):
        return list(groups.decide(floor.groups, command, now))
    if isinstance(command, PresenceCommand):
        return list(presence.decide(meeting.presence, command, now))
    if isinstance(command, FeedCommand):
        return list(feeds.decide(meeting.feeds, command, meeting.kind, now))
    if isinstance(command, TapingCommand):
        return list(taping.decide(meeting.taping, command, meeting.kind, now))
    if isinstance(command, MotionCommand):
        return list(motions.decide(meeting.motions, floor, command, actor, now, sitting, meeting.votes.open_id))
    if isinstance(command, ConsentCommand):
        return _consent(meeting, command, actor, now)
    if isinstance(command, VoteCommand):
        return _vote(meeting, command, actor, now)
    raise TypeError(type(command).__name__)


def _sitting(meeting: Meeting) -> None:
    if not meeting.is_open:
        raise Refused(Why.MEETING_NOT_OPEN)


def _open_item(meeting: Meeting, command: OpenItem, now: datetime) -> list[MeetingEvent]:
    if all(item.item_id != command.item_id for item in meeting.agenda):
        raise Refused(Why.NO_SUCH_ITEM)
    if meeting.item_id == command.item_id:
        raise Refused(Why.ITEM_ALREADY_OPEN)
    return [ItemOpened(now, command.item_id)]


def _consent(meeting: Meeting, command: ConsentCommand, actor: Actor, now: datetime) -> list[MeetingEvent]:
    if isinstance(command, AskConsent):
        _may_ask(meeting, command)
    silence_ms = meeting.rules.procedure.vote.silence_ms
    decided = consent_rules.decide(meeting.consents, command, actor, now, silence_ms, meeting.item_id)
    followed: list[MeetingEvent] = []
    for event in decided:
        if isinstance(event, ConsentDeclared):
            asked = meeting.consents.asked[event.consent_id]
            followed += effects.of_consent(asked, meeting.motions, meeting.floor, now, meeting.sitting)
    return [*decided, *followed]


def _may_ask(meeting: Meeting, command: AskConsent) -> None:
    floor, top = meeting.floor, meeting.motions.top
    if command.matter in (Matter.DECISION, Matter.MOTION) and floor.speech is not None:
        raise Refused(Why.FLOOR_TAKEN)
    if command.matter is Matter.MOTION:
        # An appeal is put to the vote, never to silence.
        if top is None or top.motion_id != command.motion_id or top.state is not MotionState.BEFORE:
            raise Refused(Why.NO_SUCH_MOTION)
        if top.kind is Kind.POINT_OF_ORDER:
            raise Refused(Why.NO_SUCH_MOTION)
        motions.require_heard_out(floor, top.motion_id)
    elif top is not None:
        raise Refused(Why.MOTION_FIRST)
    if command.matter is Matter.CLOSE_LIST and not floor.list_open:
        raise Refused(Why.LIST_ALREADY_CLOSED)
    if command.matter is Matter.REOPEN_LIST and floor.list_open:
        raise Refused(Why.LIST_ALREADY_OPEN)


def _vote(meeting: Meeting, command: VoteCommand, actor: Actor, now: datetime) -> list[MeetingEvent]:
    if isinstance(command, OpenVote):
        _may_vote(meeting, command)
    elif isinstance(command, voting.CloseVote | voting.AnnulVote):
        _require_no_point_on_conduct(meeting)
    decided = voting.decide(
        meeting.votes, command, actor, now, meeting.presence, meeting.rules.procedure, meeting.item_id,
        _may_annul(meeting),
    )  # fmt: skip
    followed: list[MeetingEvent] = []
    for event in decided:
        if isinstance(event, VoteClosed):
            motion_id = meeting.votes.votes[event.vote_id].motion_id
            followed += effects.of_motion(meeting.motions, meeting.floor, motion_id, event.adopted, now)
    return [*decided, *followed]


def _may_vote(meeting: Meeting, command: OpenVote) -> None:
    top = meeting.motions.top
    if meeting.floor.speech is not None:
        raise Refused(Why.FLOOR_TAKEN)
    if meeting.consents.open_id is not None:
        raise Refused(Why.CONSENT_ASKED)
    if command.motion_id is None:
        if top is not None:
            raise Refused(Why.MOTION_FIRST)
        return
    if top is None or top.motion_id != command.motion_id:
        raise Refused(Why.NO_SUCH_MOTION)
    if top.kind is Kind.POINT_OF_ORDER and top.state is not MotionState.APPEALED:
        raise Refused(Why.NO_SUCH_MOTION)
    motions.require_heard_out(meeting.floor, top.motion_id)
    if command.subject is not Subject.PROCEDURE:
        raise Refused(Why.PROCEDURE_ONLY)


def _may_annul(meeting: Meeting) -> bool:
    vote = meeting.votes.current
    if vote is None:
        return False
    points = (entry.entry_id for entry in meeting.floor.entries if entry.on_vote and entry.answers == vote.vote_id)
    return any(meeting.motions.motions[point].agreed for point in points if point in meeting.motions.motions)


def _require_no_point_on_conduct(meeting: Meeting) -> None:
    vote, top = meeting.votes.current, meeting.motions.top
    if vote is not None and top is not None and top.motion_id != vote.motion_id:
        raise Refused(Why.MOTION_FIRST)


def apply(meeting: Meeting, event: MeetingEvent) -> Meeting:
    """The meeting after an event."""
    if isinstance(event, SittingEvent):
        return _apply_to_sitting(meeting, event)
    if isinstance(event, MotionEvent):
        return replace(meeting, motions=motions.apply(meeting.motions, event))
    if isinstance(event, ConsentAsked | VoteOpened | VoteClosed | VoteAnnulled):
        meeting = _moved_on(meeting)
    if isinstance(event, ConsentEvent):
        return replace(meeting, consents=consent_rules.apply(meeting.consents, event))
    if isinstance(event, VoteEvent):
        return replace(meeting, votes=voting.apply(meeting.votes, event))
    if isinstance(event, PresenceEvent):
        return replace(meeting, presence=presence.apply(meeting.presence, event))
    if isinstance(event, FeedEvent):
        return replace(meeting, feeds=feeds.apply(meeting.feeds, event))
    if isinstance(event, TapingEvent):
        return replace(meeting, taping=taping.apply(meeting.taping, event))
    if isinstance(event, ItemOpened):
        return replace(_moved_on(meeting), item_id=event.item_id)
    if isinstance(event, speaking.FloorReturned | SpeakerCalled):
        meeting = _moved_on(meeting)
    return replace(meeting, floor=on_floor.apply(meeting.floor, event))


def _moved_on(meeting: Meeting) -> Meeting:
    """The meeting has gone on: the last ruling can no longer be appealed."""
    if meeting.motions.ruled is None:
        return meeting
    return replace(meeting, motions=replace(meeting.motions, ruled=None))


def _apply_to_sitting(meeting: Meeting, event: SittingEvent) -> Meeting:
    if isinstance(event, MeetingConvened):
        return Meeting(
            meeting_id=event.meeting_id,
            session_id=event.session_id,
            titles=event.titles,
            state=MEETING_MACHINE[meeting.state][MeetingConvened],
            scheduled_at=event.scheduled_at,
            agenda=event.agenda,
            rules=event.rules,
            kind=event.kind,
        )
    if isinstance(event, MeetingRevised):
        return replace(
            meeting,
            titles=event.titles,
            scheduled_at=event.scheduled_at,
            agenda=event.agenda,
            kind=event.kind,
            state=MEETING_MACHINE[meeting.state][MeetingRevised],
        )
    moved = replace(_moved_on(meeting), state=MEETING_MACHINE[meeting.state][type(event)])
    match event:
        case MeetingOpened():
            return replace(moved, opened_at=event.at)
        case RulesAdopted():
            return replace(moved, rules=event.rules)
        case MeetingSuspended() | MeetingResumed() | MeetingClosed() | MeetingCancelled():
            return moved


def fold(events: Iterable[MeetingEvent], start: Meeting | None = None) -> Meeting:
    """The meeting that events have made, from nothing or from an earlier state."""
    meeting = Meeting() if start is None else start
    for event in events:
        meeting = apply(meeting, event)
    return meeting


EVENTS: tuple[type[MeetingEvent], ...] = get_args(MeetingEvent)
"""Every event of this aggregate, for the record's codec."""

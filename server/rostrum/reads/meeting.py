"""What pages show of a meeting: the floor as a frozen model, with names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.agenda import AgendaItem
from rostrum.assembly.credentials import Credentials
from rostrum.assembly.entry import Entry, Kind, Rank
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.rules.procedure import Order
from rostrum.assembly.sitting import MeetingKind, MeetingState
from rostrum.assembly.speech import Delivery, Speech
from rostrum.media.engine import PeerHealth, PeerState
from rostrum.reads.booth import BoothsModel
from rostrum.reads.names import Name, Names
from rostrum.reads.notice import Notice, notice_of
from rostrum.reads.procedure import NOBODY, ProcedureModel, people, procedure_model


class Line(StrEnum):
    """How the line of a place stands, for those who run the meeting."""

    ABSENT = "absent"
    PRESENT = "present"
    """Has the page open; its camera and sound are not connected."""
    READY = "ready"
    """Its camera and sound are connected: it can be called."""
    AWAY = "away"
    """Its camera and sound were connected and fell silent."""


@dataclass(frozen=True)
class ListedSpeaker:
    """One entry on the list of speakers. `position` counts from 1."""

    entry_id: str
    place_id: str
    position: int
    name: Name
    category: str
    remote: bool
    asked_at: datetime
    line: Line
    kind: Kind
    rank: Rank
    group: Name | None
    """On behalf of whom."""
    answers: Name | None
    """Whose statement a reply answers."""
    returns: bool
    """Comes back first after a lost line; `line_lost`: the line is not back yet."""
    line_lost: bool
    delegation_id: str
    group_id: str | None
    confirmed: bool
    """Whether the secretariat stands for the rank and the group."""
    recorded: bool
    """A recorded statement is played when it is called."""


@dataclass(frozen=True)
class SpeakerNow:
    """Who has the floor, with what a clock needs. Times in ms; `running_since_ms` since the epoch, or None."""

    entry_id: str
    place_id: str
    name: Name
    category: str
    remote: bool
    limit_ms: int
    used_ms: int
    running_since_ms: int | None
    left_ms: int
    """At the time of the model; a page without scripts shows it as it is."""
    warning_ms: int
    final_warning_ms: int
    line: Line
    kind: Kind
    group: Name | None
    delivery: Delivery
    line_lost: bool
    awaited: bool
    has_recording: bool
    recording_failed: bool


@dataclass(frozen=True)
class MeetingModel:
    """A meeting as its pages show it."""

    meeting_id: str
    session_id: str
    titles: Mapping[str, str]
    state: MeetingState
    scheduled_at: datetime | None
    agenda: tuple[AgendaItem, ...]
    item: AgendaItem | None
    list_open: bool
    closes_at: datetime | None
    by_rank: bool
    """The list is ordered as a general debate's: whoever asks says what rank the speaker has."""
    speaker: SpeakerNow | None
    waiting: tuple[ListedSpeaker, ...]
    spoken: tuple[ListedSpeaker, ...]
    next_up: ListedSpeaker | None
    """The first whose line is there."""
    procedure: ProcedureModel
    present: int
    """Places with a page of this meeting open."""
    booths: BoothsModel
    notice: Notice
    may_be_recorded: bool
    recording_halted: bool
    """It should be recorded, and there is no room for that."""


async def meeting_model(
    meeting: Meeting,
    session: Accreditation,
    kept: Credentials,
    names: Names,
    booths: BoothsModel,
    *,
    now: datetime,
    present: frozenset[str],
    peers: Mapping[str, PeerHealth],
) -> MeetingModel:
    """The model of a meeting at `now`. `kept`: the session's credentials; `peers` are the engine's senders by
    place."""
    floor = meeting.floor
    known = await people(meeting, session, names)
    lines = {entry.place_id: _line(entry.place_id, present, peers) for entry in floor.entries}

    def listed(entry: Entry, position: int) -> ListedSpeaker:
        return _listed(entry, position, known, lines, floor.entry(entry.answers or ""))

    waiting = tuple(listed(entry, n) for n, entry in enumerate(floor.waiting, 1))
    up = floor.next_up
    return MeetingModel(
        meeting.meeting_id,
        meeting.session_id,
        meeting.titles,
        meeting.state,
        meeting.scheduled_at,
        meeting.agenda,
        meeting.item,
        floor.list_open,
        floor.closes_at,
        floor.rules.order is Order.GENERAL_DEBATE,
        None if floor.speech is None else _speaker(meeting, floor.speech, known, lines, now),
        waiting,
        tuple(listed(entry, n) for n, entry in enumerate(floor.spoken, 1)),
        next((each for each in waiting if up is not None and each.entry_id == up.entry_id), None),
        await procedure_model(meeting, session, kept, names, known, now),
        len(present),
        booths,
        notice_of(meeting),
        meeting.kind is MeetingKind.PUBLIC,
        notice_of(meeting).now and meeting.taping.halted_at is not None,
    )


def _listed(
    entry: Entry, position: int, known: Mapping[str, Name], lines: Mapping[str, Line], answered: Entry | None
) -> ListedSpeaker:
    return ListedSpeaker(
        entry.entry_id,
        entry.place_id,
        position,
        known.get(entry.entry_id, NOBODY),
        entry.category,
        entry.remote,
        entry.asked_at,
        lines[entry.place_id],
        entry.kind,
        entry.rank,
        None if entry.group_id is None else known.get(entry.group_id, NOBODY),
        known.get(answered.entry_id) if answered is not None and entry.kind is Kind.REPLY else None,
        entry.returns,
        entry.line_lost,
        entry.delegation_id,
        entry.group_id,
        entry.confirmed,
        entry.instead,
    )


def _speaker(
    meeting: Meeting, speech: Speech, known: Mapping[str, Name], lines: Mapping[str, Line], now: datetime
) -> SpeakerNow:
    entry = meeting.floor.entry(speech.entry_id)
    since = speech.running_since
    group_id = None if entry is None else entry.group_id
    return SpeakerNow(
        speech.entry_id,
        speech.place_id,
        known.get(speech.entry_id, NOBODY),
        "" if entry is None else entry.category,
        speech.remote,
        speech.limit_ms,
        speech.used_ms,
        None if since is None else round(since.timestamp() * 1000),
        speech.remaining_at(now),
        meeting.rules.warning_ms,
        meeting.rules.procedure.time.final_warning_ms,
        lines.get(speech.place_id, Line.ABSENT),
        Kind.STATEMENT if entry is None else entry.kind,
        None if group_id is None else known.get(group_id, NOBODY),
        speech.delivery,
        speech.line_lost_at is not None,
        speech.awaited,
        entry is not None and entry.recording_id is not None,
        speech.recording_failed,
    )


def _line(place_id: str, present: frozenset[str], peers: Mapping[str, PeerHealth]) -> Line:
    peer = peers.get(place_id)
    if peer is not None and peer.state is PeerState.CONNECTED:
        return Line.READY
    if peer is not None and peer.state is PeerState.AWAY:
        return Line.AWAY
    return Line.PRESENT if place_id in present else Line.ABSENT

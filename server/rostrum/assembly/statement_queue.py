"""What a meeting's list and a session's video statements ask of each other; asked again, it heals what was missed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rostrum.assembly.entry import Entry, EntryState, Kind
from rostrum.assembly.floor import Floor
from rostrum.assembly.meeting import Meeting, MeetingEvent, apply
from rostrum.assembly.recording import AttachRecording, DetachRecording
from rostrum.assembly.statement import Statement, Statements, StatementState
from rostrum.assembly.statement_acts import NoteDelivery, QueueStatement

WAITS = frozenset({StatementState.APPROVED, StatementState.QUEUED})


@dataclass(frozen=True)
class Plays:
    """What is to be played for an entry: from `at_ms` of its recording on, or standing still there."""

    entry_id: str
    recording_id: str
    at_ms: int
    running: bool


def of_the_list(meeting: Meeting, statements: Statements) -> Iterator[AttachRecording | DetachRecording]:
    """What is to be done on the list of speakers, so that each entry has its delegation's statement."""
    by_entry = {entry.entry_id: one for one, entry in _queued(meeting, statements)}
    for entry in meeting.floor.entries:
        if entry.state is not EntryState.WAITING:
            continue
        one = by_entry.get(entry.entry_id)
        if one is None and entry.recording_id is not None:
            yield DetachRecording(entry.entry_id)
        if one is not None and (entry.recording_id, entry.instead) != (one.statement_id, one.instead):
            yield AttachRecording(entry.entry_id, one.statement_id, one.instead)


def of_the_statements(meeting: Meeting, statements: Statements) -> Iterator[QueueStatement | NoteDelivery]:
    """What is to be said of the statements, so that each knows where it stands."""
    at = {one.statement_id: entry.entry_id for one, entry in _queued(meeting, statements)}
    for one in statements.statements.values():
        if one.meeting_id != meeting.meeting_id or one.state not in WAITS:
            continue
        if one.statement_id in at:
            if one.entry_id != at[one.statement_id]:
                yield QueueStatement(one.statement_id, at[one.statement_id])
        elif one.entry_id is not None:
            yield from _after(meeting.floor, one, meeting.floor.entry(one.entry_id))


def _after(floor: Floor, one: Statement, entry: Entry | None) -> Iterator[QueueStatement | NoteDelivery]:
    """Its entry waits no more: it was delivered, or it was not needed."""
    if entry is not None and entry.state is EntryState.SPEAKING:
        return
    speech = floor.ended
    was_its = entry is not None and speech is not None and speech.entry_id == entry.entry_id
    if was_its and speech is not None and (speech.is_played or speech.recording_failed):
        yield NoteDelivery(one.statement_id, speech.recording_failed)
    else:
        yield QueueStatement(one.statement_id, None)


def _queued(meeting: Meeting, statements: Statements) -> Iterator[tuple[Statement, Entry]]:
    for one in statements.statements.values():
        if one.meeting_id == meeting.meeting_id and one.state in WAITS:
            found = next((entry for entry in meeting.floor.entries if _fits(one, entry)), None)
            if found is not None:
                yield one, found


def _fits(one: Statement, entry: Entry) -> bool:
    return (
        entry.state is EntryState.WAITING
        and entry.kind is Kind.STATEMENT
        and entry.is_of(one.place_id, one.delegation_id)
        and entry.item_id in (None, one.item_id)
    )


def playing(floor: Floor, now: datetime) -> Iterator[Plays]:
    """The recordings that have the floor, or were interrupted."""
    for speech in (*floor.interrupted, *((floor.speech,) if floor.speech else ())):
        entry = floor.entry(speech.entry_id)
        if speech.is_played and entry is not None and entry.recording_id is not None:
            yield Plays(
                entry.entry_id, entry.recording_id, speech.played_at(now), running=speech.running_since is not None
            )


@dataclass(frozen=True)
class Stretch:
    """A recording was played without a break: from `from_at` on, at `at_ms` of it. `to_at` None: it still is."""

    from_at: datetime
    at_ms: int
    to_at: datetime | None = None


def stretches(record: Iterable[MeetingEvent], entry_id: str) -> tuple[Stretch, ...]:
    """When an entry's recording was played, by all events of a meeting from its first on."""
    meeting, found = Meeting(), list[Stretch]()
    for event in record:
        meeting = apply(meeting, event)
        now = next((one for one in playing(meeting.floor, event.at) if one.entry_id == entry_id and one.running), None)
        going = found[-1] if found and found[-1].to_at is None else None
        if now is None and going is not None:
            found[-1] = replace(going, to_at=event.at)
        elif now is not None and going is None:
            found.append(Stretch(event.at, now.at_ms))
    return tuple(found)


def played_ms(played: Sequence[Stretch], at: datetime) -> int | None:
    """What of a recording was played at a moment, in ms from its beginning; None: nothing of it."""
    for one in played:
        if one.from_at <= at and (one.to_at is None or at < one.to_at):
            return one.at_ms + (at - one.from_at) // timedelta(milliseconds=1)
    return None

"""The recording of a meeting as it may be given now: its runs, what is cut, and chapters with the names of speakers.

Everything is worked out anew from the record, the wishes of those who spoke and the reviews; what was made of a
recording (`programme_keeper.py`) is given only while it is what would be made now.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import structlog

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.agenda import AgendaItem
from rostrum.assembly.captions import Cue
from rostrum.assembly.channels import channels
from rostrum.assembly.chapters import Outline, Run, Spoken, Turn, joined_ms, outline, run_of, turns
from rostrum.assembly.entry import Kind
from rostrum.assembly.interpretation import FLOOR, WORKING_LANGUAGES
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.papers import Papers
from rostrum.assembly.program import Slot
from rostrum.assembly.release import FULL, Hold, Publication, publication
from rostrum.desk import ACCREDITATION, INTERPRETATION, MEETING, PAPERS, STATEMENTS, Clock, Desk
from rostrum.i18n.locale import localised
from rostrum.media.programme.job import Cut, Job, Mark, Source
from rostrum.media.recording import h264_name, track_name
from rostrum.reads.captions import in_file_at, spoken_id
from rostrum.reads.guards import Guards
from rostrum.reads.names import Name, Names
from rostrum.reads.procedure import people
from rostrum.record.files import FileStore, KeptFile
from rostrum.record.journal import Journal
from rostrum.sealed_file import WrongKey

RECORDING, PROGRAMME = "recording", "programme"
"""Kinds of files: a track of a run or its journal, as it was written; and what was made of all runs for a channel."""
JOURNAL = "journal"
ONE_CODEC = "stage-made"
"""The file of a run's stage that was made of pictures of VP8 and H.264."""
_DIGEST_CHARACTERS = 16

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Heading:
    """A chapter with what is shown of it. `name` is empty where the hall is heard, or nothing is known any more."""

    from_ms: int
    to_ms: int
    entry_id: str | None
    kind: Kind | None
    name: Name
    item: AgendaItem | None

    def matches(self, words: str, language: str) -> bool:
        """Whether each of these words is in the speaker's name, their delegation's or the item's."""
        item = "" if self.item is None else f"{self.item.number} {localised(self.item.titles, language)}"
        text = f"{self.name.person} {self.name.delegation} {item}".casefold()
        return all(word in text for word in words.casefold().split())


@dataclass(frozen=True)
class RunFiles:
    """A run of the process that recorded, and its files by name. `name`: what they are kept under."""

    name: str
    run: Run
    files: Mapping[str, KeptFile]

    @property
    def stage(self) -> KeptFile | None:
        """What was seen, in one codec."""
        return self.files.get(ONE_CODEC, self.files.get(Slot.STAGE))

    @property
    def needs_one_codec(self) -> bool:
        """Whether pictures of H.264 in it were not coded again yet."""
        return h264_name(Slot.STAGE) in self.files and ONE_CODEC not in self.files

    def sound(self, channel: str) -> KeptFile | None:
        """What was heard in a channel; the floor where the channel was not recorded."""
        return self.files.get(track_name(channel), self.files.get(Slot.FLOOR))


@dataclass(frozen=True)
class Recorded:
    """A meeting's recording. `writing`: some of it is still being written. `made`: what was made of it, by purpose."""

    meeting: Meeting
    runs: tuple[RunFiles, ...]
    spoken: tuple[Turn, ...]
    outline: Outline
    headings: tuple[Heading, ...]
    made: Mapping[str, KeptFile]
    channels: tuple[str, ...]
    """Those that files are made for: the floor, and the languages that there are booths for."""
    default_language: str
    writing: bool

    @cached_property
    def length_ms(self) -> int:
        """Of what may be given."""
        return sum(part.to_ms - part.from_ms for part in self.outline.parts)

    @property
    def can_be_made(self) -> bool:
        """Whether what it is made of is still kept."""
        return bool(self.outline.parts) and all(
            Slot.FLOOR in self.runs[part.run].files or Slot.STAGE in self.runs[part.run].files
            for part in self.outline.parts
        )

    @property
    def withheld_ms(self) -> int:
        """Of what was recorded and may not be given, or was left out at once, for somebody's protection."""
        return sum(one.run.ended_ms - one.run.began_ms for one in self.runs) - self.length_ms

    def joined_ms(self, at: datetime) -> int | None:
        """Where a moment lies in what is given; None: it is not in it."""
        return joined_ms(self.outline, [one.run for one in self.runs], round(at.timestamp() * 1000))

    def joined_cues(self, cues: Iterable[Cue]) -> list[Cue]:
        """Captions at the times of what is given, counted from `ORIGIN`; without those of what is not given."""
        found = []
        for cue in cues:
            at_ms = self.joined_ms(cue.start)
            if at_ms is not None:
                found.append(in_file_at(cue, at_ms))
        return found

    def language(self, channel: str) -> str:
        """Of the words in a channel's file."""
        return self.default_language if channel == FLOOR else channel

    def job(self, channel: str) -> tuple[Sequence[KeptFile], Job]:
        """What is to be made for a channel, and the files that it is made of."""
        language = self.language(channel)
        files, sources = list[KeptFile](), list[Source]()
        for one in self.runs:
            places = [_added(files, kept) for kept in (one.stage, one.sound(channel))]
            sources.append(Source(*places))
        cuts = tuple(Cut(part.run, part.from_ms, part.to_ms, part.picture) for part in self.outline.parts)
        marks = tuple(Mark(one.from_ms, one.to_ms, _words(one, language)) for one in self.headings)
        return files, Job(tuple(sources), cuts, marks, localised(self.meeting.titles, language), channel)

    def purpose(self, channel: str) -> str:
        """What a channel's file is kept under: the channel, what it is cut to, and what its chapters are called."""
        _, job = self.job(channel)
        # Of which files it was made says nothing: they go before it.
        cut = _digest([one.run.began_ms for one in self.runs], [asdict(each) for each in job.cuts])
        return f"{channel}.{cut}.{_digest(job.title, [asdict(each) for each in job.marks])}"

    def current(self, channel: str) -> KeptFile | None:
        """A channel's file, where it is cut as it would be now. What its chapters are called may be older."""
        purpose = self.purpose(channel)
        cut = purpose.rpartition(".")[0]
        like = [one for each, one in self.made.items() if one.size and each.rpartition(".")[0] == cut]
        return next((one for one in like if one.owner.purpose == purpose), like[-1] if like else None)


class Recordings:
    """Reads recordings. What a run's journal says is remembered: it never changes once it is closed."""

    def __init__(
        self,
        desk: Desk,
        journal: Journal,
        files: FileStore,
        guards: Guards,
        names: Names,
        clock: Clock,
        default_language: str,
    ) -> None:
        self._desk = desk
        self._journal = journal
        self._files = files
        self._guards = guards
        self._names = names
        self._clock = clock
        self._default_language = default_language
        self._runs: dict[str, Run | None] = {}
        self._turns: dict[str, tuple[int, Spoken]] = {}
        self._listeners: list[Callable[[str], None]] = []

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with a meeting's identifier when files of its recording have come to their end."""
        self._listeners.append(listener)

    def told(self, meeting_id: str) -> None:
        """Files of a meeting's recording have come to their end."""
        for listener in self._listeners:
            listener(meeting_id)

    async def of(self, meeting_id: str, only: str | None = None) -> Recorded:
        """A meeting's recording as it may be given now. `only`: what an entry said, and nothing else."""
        held = await self._desk.load(MEETING, meeting_id)
        session = (await self._desk.load(ACCREDITATION, held.state.session_id)).state
        papers = (await self._desk.load(PAPERS, held.state.session_id)).state
        interpretation = (await self._desk.load(INTERPRETATION, meeting_id)).state
        kept = await self._files.files_of(meeting_id)
        runs = await self._runs_of([one for one in kept if one.owner.kind == RECORDING])
        spoken = await self._spoken(meeting_id, held.version)
        first_ms = {turn.entry_id: turn.at_ms for turn in reversed(spoken) if turn.entry_id is not None}
        statements = (await self._desk.load(STATEMENTS, held.state.session_id)).state.statements.values()
        withheld = frozenset(one.entry_id for one in statements if one.withheld and one.entry_id is not None)
        rules = _Rules(held.state, session, papers, self._guards, first_ms, withheld, self._clock())
        given = outline([one.run for one in runs], spoken, rules.publication_of, only)
        return Recorded(
            held.state,
            runs,
            spoken,
            given,
            await self._headings(given, held.state, session),
            {one.owner.purpose: one for one in kept if one.owner.kind == PROGRAMME},
            (FLOOR, *(each for each in channels(interpretation.booths) if each in WORKING_LANGUAGES)),
            self._default_language,
            any(one.owner.kind == RECORDING and not one.size for one in kept),
        )

    async def _spoken(self, meeting_id: str, version: int) -> tuple[Turn, ...]:
        seq, known = self._turns.get(meeting_id, (0, Spoken()))
        if seq < version:
            # Of a long meeting what is new alone: it is asked for after each change.
            rows = await self._journal.read(MEETING.stream(meeting_id), seq)
            known = turns((row.event for row in rows), known)  # type: ignore[misc]
            self._turns[meeting_id] = rows[-1].seq, known
        return known.turns

    async def _runs_of(self, kept: Sequence[KeptFile]) -> tuple[RunFiles, ...]:
        by_run: dict[str, dict[str, KeptFile]] = {}
        for one in kept:
            began, _, name = one.owner.purpose.partition(".")
            by_run.setdefault(began, {})[name] = one
        found = []
        for name, files in sorted(by_run.items(), key=lambda each: int(each[0])):
            if JOURNAL in files and all(one.size for one in files.values()):
                run = await self._run(files[JOURNAL])
                if run is not None:
                    found.append(RunFiles(name, run, files))
        return tuple(found)

    async def _run(self, journal: KeptFile) -> Run | None:
        if journal.file_id not in self._runs:
            try:
                said = b"".join([piece async for piece in self._files.read(journal)])
            except FileNotFoundError:
                # Purged this moment, or on the disk of another node alone.
                return None
            except WrongKey:
                # Without it nobody knows what may be given: this run is not, and the others are.
                _log.exception("the journal of a recording was changed or broke off", file=journal.file_id)
                said = b""
            self._runs[journal.file_id] = run_of([json.loads(line) for line in said.splitlines()])
        return self._runs[journal.file_id]

    async def _headings(self, given: Outline, meeting: Meeting, session: Accreditation) -> tuple[Heading, ...]:
        known = await people(meeting, session, self._names)
        items = {item.item_id: item for item in meeting.agenda}
        found = []
        for one in given.chapters:
            entry = None if one.entry_id is None else meeting.floor.entry(one.entry_id)
            shown = known.get(one.entry_id or "", Name("", "")).on_lists
            kind = None if entry is None else entry.kind
            found.append(Heading(one.from_ms, one.to_ms, one.entry_id, kind, shown, items.get(one.item_id or "")))
        return tuple(found)


@dataclass(frozen=True)
class _Rules:
    meeting: Meeting
    session: Accreditation
    papers: Papers
    guards: Guards
    first_ms: Mapping[str, int]
    """When each entry had the floor first."""
    withheld: Set[str]
    """Entries in whose turn a video statement was played that the secretariat gives to nobody."""
    now: datetime

    def publication_of(self, entry_id: str) -> Publication:
        """What holds now for what an entry said."""
        entry = self.meeting.floor.entry(entry_id)
        at_ms = self.first_ms[entry_id]
        review = self.papers.reviews.get(spoken_id(self.meeting.meeting_id, entry_id))
        # An entry that is not known yet: the journal was read after the meeting was.
        guard = FULL if entry is None else self.guards.of(self.session, entry.place_id)
        delay = timedelta(hours=self.papers.delay_hours)
        if entry_id in self.withheld:
            return Publication(Hold.KEPT_BACK, guard.masks_voice, not guard.hides_picture)
        return publication(guard, datetime.fromtimestamp(at_ms / 1000, UTC), review, delay, self.now)


def _words(one: Heading, language: str) -> str:
    """What a chapter is called in a file, which outlives what is known of people: no person is named in it."""
    item = "" if one.item is None else f"{one.item.number}. {localised(one.item.titles, language)}"
    return " · ".join(part for part in (one.name.delegation, item) if part)


def _digest(*said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:_DIGEST_CHARACTERS]


def _added(files: list[KeptFile], kept: KeptFile | None) -> int | None:
    if kept is None:
        return None
    files.append(kept)
    return len(files) - 1

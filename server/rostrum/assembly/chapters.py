"""The recording of a meeting as it may be given: which parts of its files, and chapters by speaker and item.

Who had the floor is the meeting's record; when the files' times begin, and what was left out of them, is the journal of
the recording (`recording_take.py`). Times are wall time in ms since 1970, except in what comes out.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from rostrum.assembly.meeting import Meeting, MeetingEvent, apply
from rostrum.assembly.release import Publication

MARGIN_MS = 1000
"""How much is cut before and after what is withheld: the engine follows the record a little later."""


@dataclass(frozen=True)
class Span:
    """From a moment up to, but not at, another; `to_ms` None: without end."""

    from_ms: int
    to_ms: int | None

    def covers(self, at_ms: int) -> bool:
        """Whether a moment lies in it."""
        return self.from_ms <= at_ms and (self.to_ms is None or at_ms < self.to_ms)

    def wider(self) -> "Span":
        """With the margin on both sides."""
        return Span(self.from_ms - MARGIN_MS, None if self.to_ms is None else self.to_ms + MARGIN_MS)


@dataclass(frozen=True)
class Turn:
    """From when a meeting was on an item and an entry had the floor, if one had. It lasts until the next."""

    at_ms: int
    entry_id: str | None
    item_id: str | None


@dataclass(frozen=True)
class Spoken:
    """How a meeting stands after some of its events, and the turns until then."""

    meeting: Meeting = field(default_factory=Meeting)
    turns: tuple[Turn, ...] = (Turn(0, None, None),)


@dataclass(frozen=True)
class Run:
    """One run of the process that recorded. `silent`, `dark`: when it was given no voice, no picture to keep."""

    began_ms: int
    ended_ms: int
    silent: tuple[Span, ...] = ()
    dark: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Part:
    """What is given of a run (by its position), in ms of its files' times; `picture`: with the stage's picture."""

    run: int
    from_ms: int
    to_ms: int
    picture: bool


@dataclass(frozen=True)
class Chapter:
    """In ms of all parts one after the other. Without an entry: the hall, nobody on the list."""

    from_ms: int
    to_ms: int
    entry_id: str | None
    item_id: str | None


@dataclass(frozen=True)
class Outline:
    """What may be given of a recording: its parts in their order, and the chapters that they make."""

    parts: tuple[Part, ...]
    chapters: tuple[Chapter, ...]


def turns(record: Iterable[MeetingEvent], before: Spoken | None = None) -> Spoken:
    """Who had the floor and on which item, by all events of a meeting from its first on, or by those after `before`."""
    known = before or Spoken()
    meeting, found = known.meeting, list(known.turns)
    for event in record:
        meeting = apply(meeting, event)
        speech = meeting.floor.speech
        now = Turn(_ms(event.at), None if speech is None else speech.entry_id, meeting.item_id)
        if (now.entry_id, now.item_id) != (found[-1].entry_id, found[-1].item_id):
            found.append(now)
    return Spoken(meeting, tuple(found))


def run_of(notes: Sequence[Mapping[str, object]]) -> Run | None:
    """A run by the notes of its journal: it lasted until it ended, or to the last note. None: it never began."""
    began_ms = next((_at_ms(note) for note in notes if note["what"] == "begun"), None)
    if began_ms is None:
        return None
    ended_ms = next((_at_ms(note) for note in notes if note["what"] == "ended"), max(map(_at_ms, notes)))
    floors = [note for note in notes if note["what"] == "floor"]
    return Run(began_ms, ended_ms, tuple(_left_out(floors, "voice")), tuple(_left_out(floors, "picture")))


def outline(
    runs: Sequence[Run],
    spoken: Sequence[Turn],
    publication_of: Callable[[str], Publication],
    only: str | None = None,
) -> Outline:
    """What may be given of the runs, oldest first. `publication_of`: what holds now for what an entry said. `only`: of
    what this entry said and nothing else.

    What is held back, or may be given with the voice masked alone, is cut: nothing is encoded anew, so that no voice
    can be masked here. No chapter names it.
    """
    decided = {entry_id: publication_of(entry_id) for turn in spoken if (entry_id := turn.entry_id) is not None}
    withheld = list(_when(spoken, {one for one, how in decided.items() if how.masked or not how.allowed}))
    withheld += [span for entry_id, span in _spans(spoken) if only is not None and entry_id != only]
    hidden = list(_when(spoken, {one for one, how in decided.items() if not how.picture}))
    parts, chapters, length_ms = list[Part](), list[Chapter](), 0
    for number, run in enumerate(runs):
        cut, dark = [*withheld, *run.silent], [*hidden, *run.dark]
        for begin, end in pairwise(_bounds(run, spoken, [*cut, *dark])):
            if any(span.covers(begin) for span in cut):
                continue
            picture = not any(span.covers(begin) for span in dark)
            _join_part(parts, Part(number, begin - run.began_ms, end - run.began_ms, picture))
            turn = spoken[bisect_right(spoken, begin, key=lambda one: one.at_ms) - 1]
            _join_chapter(chapters, Chapter(length_ms, length_ms + end - begin, turn.entry_id, turn.item_id))
            length_ms += end - begin
    return Outline(tuple(parts), tuple(chapters))


def joined_ms(given: Outline, runs: Sequence[Run], at_ms: int) -> int | None:
    """Where a moment lies in all parts one after the other; None: it is not in them."""
    length_ms = 0
    for part in given.parts:
        inside_ms = at_ms - runs[part.run].began_ms - part.from_ms
        if 0 <= inside_ms < part.to_ms - part.from_ms:
            return length_ms + inside_ms
        length_ms += part.to_ms - part.from_ms
    return None


def _spans(spoken: Sequence[Turn]) -> Iterator[tuple[str | None, Span]]:
    """When each turn was."""
    for turn, after in zip(spoken, [*spoken[1:], None], strict=True):
        yield turn.entry_id, Span(turn.at_ms, None if after is None else after.at_ms)


def _when(spoken: Sequence[Turn], entries: set[str]) -> Iterator[Span]:
    """When these had the floor, with the margin."""
    return (span.wider() for entry_id, span in _spans(spoken) if entry_id in entries)


def _left_out(floors: Sequence[Mapping[str, object]], what: str) -> Iterator[Span]:
    for note, after in zip(floors, [*floors, None][1:], strict=True):
        left_out = note.get("left_out")
        if isinstance(left_out, list) and what in left_out:
            yield Span(_at_ms(note), None if after is None else _at_ms(after)).wider()


def _bounds(run: Run, spoken: Sequence[Turn], spans: Iterable[Span]) -> list[int]:
    """The moments of a run at which anything may change, its begin and its end among them."""
    moments = {turn.at_ms for turn in spoken}
    for span in spans:
        moments |= {span.from_ms} if span.to_ms is None else {span.from_ms, span.to_ms}
    inside = {moment for moment in moments if run.began_ms < moment < run.ended_ms}
    return sorted(inside | {run.began_ms, run.ended_ms})


def _join_part(parts: list[Part], part: Part) -> None:
    before = parts[-1] if parts else None
    if before and (before.run, before.to_ms, before.picture) == (part.run, part.from_ms, part.picture):
        parts[-1] = replace(before, to_ms=part.to_ms)
    else:
        parts.append(part)


def _join_chapter(chapters: list[Chapter], chapter: Chapter) -> None:
    before = chapters[-1] if chapters else None
    if before and (before.entry_id, before.item_id) == (chapter.entry_id, chapter.item_id):
        chapters[-1] = replace(before, to_ms=chapter.to_ms)
    else:
        chapters.append(chapter)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _at_ms(note: Mapping[str, object]) -> int:
    return int(str(note["at"]))

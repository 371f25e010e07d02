"""Captions: what is said, written by a person or a machine, in one language of a meeting.

A *track* is the captions of one language. Its *growing line* is what is being written now, word by word; closed, it is
a *cue* with its times. Cues hold what people said and are kept sealed, outside the journal (`record/captions.py`).
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rostrum.assembly.meeting import Meeting, MeetingState
from rostrum.assembly.refusal import Refused, Why

TEXT_MAX = 400
"""Characters of a line: some two lines of a screen, and far more than is read at once."""
LAST = 10
"""Cues that a captioner can correct, and that whoever joins is shown."""
LATE_MAX = timedelta(hours=4)
"""How long after it was said a cue may come: what a captioner wrote while their line was lost is sent afterwards."""
LAG = timedelta(minutes=1)
"""How far whoever writes may be behind whoever speaks."""
SILENT_AFTER = timedelta(minutes=2)
"""Whoever has written nothing for so long has left the desk to whoever writes next."""

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that would turn the direction of what stands beside the text."""


class CaptionKind(StrEnum):
    """Who wrote it."""

    HUMAN = "human"
    AUTOMATIC = "automatic"


@dataclass(frozen=True)
class Voice:
    """Who spoke, as everybody was shown them then; all empty where nobody on the list had the floor."""

    person: str = ""
    delegation: str = ""
    entry_id: str = ""
    place_id: str = ""

    @property
    def words(self) -> str:
        """As one line."""
        return " · ".join(part for part in (self.person, self.delegation) if part)


@dataclass(frozen=True)
class Turn:
    """Somebody's turn to speak: an entry of the list, and whose it is."""

    entry_id: str
    place_id: str


@dataclass(frozen=True)
class Line:
    """The growing line: text "" where nothing is being written. `turns`: whose words may be in it, as in a cue."""

    text: str = ""
    kind: CaptionKind = CaptionKind.HUMAN
    voice: Voice = Voice()
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Cue:
    """One closed line. `position`: its place in the order of closing, 0 before it is kept; times in UTC, to the ms.

    `turns`: whose words may be in it, so that it is published only where all of theirs are.
    """

    cue_id: str
    meeting_id: str
    language: str
    start: datetime
    end: datetime
    text: str
    kind: CaptionKind
    voice: Voice = Voice()
    corrected: bool = False
    position: int = 0
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Writer:
    """Who writes in a language: a place, and which of its pages. `since`: from when; `at`: when they last wrote."""

    place_id: str
    page_id: str
    name: str
    since: datetime
    at: datetime

    def is_page(self, other: "Writer") -> bool:
        """Whether both are the same open page."""
        return (self.place_id, self.page_id) == (other.place_id, other.page_id)


def plain(text: str) -> str:
    """A text as one line: without control characters and marks that turn directions."""
    kept = (" " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in text if one not in _TURNING)
    return " ".join("".join(one for one in kept if unicodedata.category(one) != "Cs").split())


def cue_text(text: str) -> str:
    """The text of a cue. Raises `Refused(TEXT_MISSING)` where nothing is in it, or too much."""
    kept = plain(text)
    if not 0 < len(kept) <= TEXT_MAX:
        raise Refused(Why.TEXT_MISSING)
    return kept


def line_text(text: str) -> str:
    """The text of a growing line: of one that is too long, its end, which is what is being written."""
    return plain(text)[-TEXT_MAX:]


def span(now: datetime, began_ago_ms: int, ended_ago_ms: int) -> tuple[datetime, datetime]:
    """When a cue began and ended, given how long ago that is by its writer's clock; a clock that is wrong does no harm.

    At least a millisecond long, never in the future, and no longer ago than `LATE_MAX`.
    """
    a_moment = timedelta(milliseconds=1)
    ended = min(max(timedelta(milliseconds=ended_ago_ms), timedelta()), LATE_MAX)
    began = min(max(timedelta(milliseconds=began_ago_ms), ended + a_moment), LATE_MAX + a_moment)
    whole = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return whole - began, whole - ended


def turns_near(meeting: Meeting, voice: Voice, end: datetime, now: datetime) -> tuple[Turn, ...]:
    """Whose words may be in a cue that ended at `end` and is kept `now`: of whom it names, and of others.

    Who writes is behind: it may still be the last speaker's words while the next one speaks, or nobody. Of a cue that
    comes late it is not known who spoke then, so that it may be everybody who has spoken.
    """
    floor, speech = meeting.floor, meeting.floor.speech
    entries = {voice.entry_id, *(each.entry_id for each in floor.interrupted)}
    if speech is not None:
        entries.add(speech.entry_id)
    if now - end > LAG:
        entries.update(floor.called)
    elif speech is not None and end - speech.began_at < LAG:
        entries.update(floor.called[-2:])
    elif speech is None and floor.ended is not None and floor.ended_at is not None and end - floor.ended_at < LAG:
        entries.add(floor.ended.entry_id)
    found = (floor.entry(entry_id) for entry_id in sorted(entries))
    return tuple(Turn(entry.entry_id, entry.place_id) for entry in found if entry is not None)


def together(*several: Iterable[Turn]) -> tuple[Turn, ...]:
    """All of these turns, each once."""
    return tuple(sorted({turn for turns in several for turn in turns}, key=lambda turn: turn.entry_id))


def require_sitting(meeting: Meeting, *, closing: bool) -> None:
    """Raise `Refused(MEETING_NOT_OPEN)` where nothing is to be written: what is said before and after is nobody's.

    `closing`: a line that began in the meeting may be closed once it is suspended or over; the writer is behind.
    """
    late = (MeetingState.SUSPENDED, MeetingState.CLOSED)
    if not meeting.is_open and not (closing and meeting.state in late and meeting.opened_at is not None):
        raise Refused(Why.MEETING_NOT_OPEN)


def is_free(writer: Writer | None, now: datetime) -> bool:
    """Whether nobody writes now."""
    return writer is None or now - writer.at >= SILENT_AFTER


def taken(writer: Writer | None, by: Writer) -> Writer | None:
    """Who writes once `by` writes on: `by`, at the desk for as long as before; None: somebody else does."""
    if writer is not None and writer.is_page(by):
        return replace(by, since=writer.since)
    return by if is_free(writer, by.at) else None

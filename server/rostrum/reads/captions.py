"""Who speaks, as captions name them; what of a meeting's captions may be published; and the file of them, as WebVTT."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.captions import CaptionKind, Cue, Turn, Voice
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.papers import Papers
from rostrum.assembly.release import SPOKEN, Publication, publication
from rostrum.reads.guards import Guards
from rostrum.reads.names import Names
from rostrum.reads.procedure import people
from rostrum.record.captions import Captions
from rostrum.retention import Lives
from rostrum.webvtt import escaped, timestamp

ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
"""The moment from which times of a file are counted, where something wants a moment."""
KIND_NOTES = {CaptionKind.HUMAN: "Written by a person", CaptionKind.AUTOMATIC: "Written by a machine"}
"""In the file, which is for programs as well: in English, as WebVTT's own words are."""


async def as_shown_now(cues: Sequence[Cue], session: Accreditation, names: Names) -> list[Cue]:
    """Cues, each with its speaker as they were shown then; with those who are protected now as they are shown now."""
    spoke = {cue.voice.place_id for cue in cues}
    known = await names.of(place for place in session.places.values() if place.place_id in spoke and place.protected_id)

    def shown(voice: Voice) -> Voice:
        name = known.get(voice.place_id)
        if name is None:
            return voice
        return replace(voice, person=name.on_lists.person, delegation=name.delegation)

    return [replace(cue, voice=shown(cue.voice)) for cue in cues]


async def voice_of(meeting: Meeting, session: Accreditation, names: Names, entry_id: str | None = None) -> Voice:
    """Who speaks now, or spoke by an entry of the list (where it had the floor); nobody where there is none such."""
    speech = meeting.floor.speech
    if entry_id is None:
        entry_id = "" if speech is None else speech.entry_id
    had_floor = entry_id in meeting.floor.called or (speech is not None and speech.entry_id == entry_id)
    entry = meeting.floor.entry(entry_id) if had_floor else None
    if entry is None:
        return Voice()
    name = (await people(meeting, session, names)).get(entry_id)
    if name is None:
        return Voice(entry_id=entry_id, place_id=entry.place_id)
    return Voice(name.on_lists.person, name.delegation, entry_id, entry.place_id)


def life_of(cue: Cue, session: Accreditation, lives: Lives) -> timedelta:
    """For how long a cue is kept: where wishes for protection are kept of whoever may be heard in it, no longer than
    these."""
    places = (session.places.get(turn.place_id) for turn in cue.turns)
    protected = any(place is not None and place.protected_id is not None for place in places)
    return min(lives.written, lives.protected) if protected else lives.written


def spoken_id(meeting_id: str, entry_id: str) -> str:
    """What a reviewer releases: the captions of one speaker's turn in a meeting, in all languages."""
    return f"{SPOKEN}{meeting_id}-{entry_id}"


@dataclass(frozen=True)
class Rules:
    """What publication rests on at a moment."""

    papers: Papers
    session: Accreditation
    guards: Guards
    now: datetime

    def of_turn(self, meeting_id: str, turn: Turn, spoken_at: datetime) -> Publication:
        """Whether what was captioned of somebody's turn may be published."""
        review = self.papers.reviews.get(spoken_id(meeting_id, turn.entry_id))
        delay = timedelta(hours=self.papers.delay_hours)
        return publication(self.guards.of(self.session, turn.place_id), spoken_at, review, delay, self.now)

    def allow(self, cue: Cue) -> bool:
        """Whether a cue may be published: nobody's words that may be in it are held back."""
        return all(self.of_turn(cue.meeting_id, turn, cue.start).allowed for turn in cue.turns)


@dataclass(frozen=True)
class HeldTurn:
    """The captions that may hold a protected speaker's words. `lines`: (language, text), as they began."""

    item_id: str
    turn: Turn
    since: datetime
    lines: tuple[tuple[str, str], ...]
    publication: Publication


async def held_turns(meeting_id: str, store: Captions, rules: Rules) -> Sequence[HeldTurn]:
    """The turns of a meeting's protected speakers of which there are captions."""
    if not any(rules.guards.of(rules.session, place_id).masks_voice for place_id in rules.session.places):
        return ()
    found: dict[Turn, list[Cue]] = {}
    for language in sorted(await store.languages(meeting_id)):
        for cue in await store.of(meeting_id, language):
            for turn in cue.turns:
                if rules.guards.of(rules.session, turn.place_id).masks_voice:
                    found.setdefault(turn, []).append(cue)
    held = []
    for turn, cues in found.items():
        # The last of it is the last to be free.
        newest = max(cue.start for cue in cues)
        lines = tuple((cue.language, cue.text) for cue in cues)
        stands = rules.of_turn(meeting_id, turn, newest)
        held.append(HeldTurn(spoken_id(meeting_id, turn.entry_id), turn, min(c.start for c in cues), lines, stands))
    return held


def webvtt(cues: Iterable[Cue], from_at: datetime, title: str, language: str, counted: str = "") -> str:
    """The file of a track (WebVTT, W3C Candidate Recommendation 2019, section 4.1). `cues` as they began.

    Times count from a moment, which the file says, if it says nothing else of it in `counted`; which kind they are
    stands in a note wherever it changes.
    """
    since = counted or f"Times count from {from_at.isoformat('T', 'seconds')}"
    about = (_note(title), f"Language: {language}", since)
    blocks, kind = ["WEBVTT", "\n".join(["NOTE", *(line for line in about if line)])], None
    for number, cue in enumerate(cues, 1):
        if cue.kind is not kind:
            kind = cue.kind
            blocks.append(f"NOTE {KIND_NOTES[kind]}")
        times = f"{timestamp(cue.start - from_at)} --> {timestamp(max(cue.end - from_at, timedelta(milliseconds=1)))}"
        blocks.append(f"{number}\n{times}\n{_voice(cue.voice)}{escaped(cue.text)}")
    return "\n\n".join(blocks) + "\n"


def in_file(cues: Sequence[Cue], opened_at: datetime) -> list[Cue]:
    """The cues that a file can hold: those that did not end before the opening."""
    return [cue for cue in cues if cue.end > opened_at]


def in_file_at(cue: Cue, at_ms: int) -> Cue:
    """A cue at a time of a file, counted from `ORIGIN`."""
    start = ORIGIN + timedelta(milliseconds=at_ms)
    return replace(cue, start=start, end=start + max(cue.end - cue.start, timedelta(milliseconds=1)))


def _voice(voice: Voice) -> str:
    return f"<v {escaped(voice.words)}>" if voice.words else ""


def _note(text: str) -> str:
    return " ".join(text.split()).replace("-->", "→")

"""Who speaks, as captions name them; what of a meeting's captions may be published; and the file of them, as WebVTT."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.captions import CaptionKind, Cue, Voice
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.papers import Papers
from rostrum.assembly.release import Publication, publication
from rostrum.reads.guards import Guards
from rostrum.reads.names import Names
from rostrum.reads.procedure import people
from rostrum.retention import Lives

KIND_NOTES = {CaptionKind.HUMAN: "Written by a person", CaptionKind.AUTOMATIC: "Written by a machine"}
"""In the file, which is for programs as well: in English, as WebVTT's own words are."""


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
    # As on every list: who asked not to be on them is shown by the delegation alone.
    person = "" if name.unlisted else name.person
    return Voice(person, name.delegation, entry_id, entry.place_id)


def life_of(voice: Voice, session: Accreditation, lives: Lives) -> timedelta:
    """For how long what somebody said is kept: of whom wishes for protection are kept, no longer than these."""
    place = session.places.get(voice.place_id)
    protected = place is not None and place.protected_id is not None
    return min(lives.written, lives.protected) if protected else lives.written


def spoken_id(meeting_id: str, entry_id: str) -> str:
    """What a reviewer releases: the captions of one speaker's turn in a meeting, in all languages."""
    return f"captions-{meeting_id}-{entry_id}"


def publication_of_cue(cue: Cue, papers: Papers, session: Accreditation, guards: Guards, now: datetime) -> Publication:
    """Whether a cue may be published at `now`, by the guard of whoever spoke."""
    review = papers.reviews.get(spoken_id(cue.meeting_id, cue.voice.entry_id))
    delay = timedelta(hours=papers.delay_hours)
    return publication(guards.of(session, cue.voice.place_id), cue.start, review, delay, now)


def webvtt(cues: Iterable[Cue], opened_at: datetime, title: str, language: str) -> str:
    """The file of a track (WebVTT, W3C Candidate Recommendation 2019, section 4.1). `cues` as they began.

    Times count from the meeting's opening; which kind they are stands in a note wherever it changes.
    """
    about = (_note(title), f"Language: {language}", f"Times count from {opened_at.isoformat('T', 'seconds')}")
    blocks, kind = ["WEBVTT", "\n".join(["NOTE", *(line for line in about if line)])], None
    for number, cue in enumerate(cues, 1):
        if cue.kind is not kind:
            kind = cue.kind
            blocks.append(f"NOTE {KIND_NOTES[kind]}")
        times = f"{_time(cue.start - opened_at)} --> {_time(max(cue.end - opened_at, timedelta(milliseconds=1)))}"
        blocks.append(f"{number}\n{times}\n{_voice(cue.voice)}{_escaped(cue.text)}")
    return "\n\n".join(blocks) + "\n"


def in_file(cues: Sequence[Cue], opened_at: datetime) -> list[Cue]:
    """The cues that a file can hold: those that did not end before the opening."""
    return [cue for cue in cues if cue.end > opened_at]


def _voice(voice: Voice) -> str:
    who = " · ".join(part for part in (voice.person, voice.delegation) if part)
    return f"<v {_escaped(who)}>" if who else ""


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _note(text: str) -> str:
    return " ".join(text.split()).replace("-->", "→")


def _time(since: timedelta) -> str:
    ms = max(0, since // timedelta(milliseconds=1))
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"

"""What can be listened to in a meeting, and what is heard in each channel now."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rostrum.assembly.interpretation import FLOOR, INTERNATIONAL_SIGN, WORKING_LANGUAGES, Interpretation
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import speaker_of


class Heard(StrEnum):
    """What a channel carries, as its listeners are told."""

    FLOOR = "floor"
    """The channel is the floor."""
    INTERPRETATION = "interpretation"
    RELAY = "relay"
    """An interpretation of an interpretation."""
    SPEAKS = "speaks"
    """The floor, since it speaks the channel's language."""
    NOBODY = "nobody"
    """The floor, since nobody interprets into the language now."""
    CLOSED = "closed"
    """Nothing: the meeting is not open."""


@dataclass(frozen=True)
class ListeningModel:
    """What pages show of interpretation, alike for all."""

    channels: Mapping[str, Heard]
    """By channel, the floor first; the floor alone where there are no booths."""
    silence_s: int
    speaker_id: str
    """Who is heard, as interpreters name them."""
    spoken: str | None
    """The language that the floor speaks; None: nobody has said."""
    signs: bool
    """There is a booth of International Sign; `signing`: its picture is there now."""
    signing: bool


def listening_model(meeting: Meeting, interpretation: Interpretation) -> ListeningModel:
    """What can be listened to in a meeting, and what is heard in each channel now."""
    speaker_id = speaker_of(meeting)
    heard = {FLOOR: Heard.FLOOR if meeting.is_open else Heard.CLOSED}
    for language in interpretation.channels:
        heard[language] = _heard(interpretation, language, speaker_id) if meeting.is_open else Heard.CLOSED
    return ListeningModel(
        heard,
        interpretation.silence_s,
        speaker_id,
        interpretation.spoken.get(speaker_id),
        INTERNATIONAL_SIGN in interpretation.booths,
        meeting.is_open and interpretation.signing is not None,
    )


def _heard(interpretation: Interpretation, language: str, speaker_id: str) -> Heard:
    carrier = interpretation.carrier(language, speaker_id)
    if carrier.place_id is not None:
        return Heard.RELAY if carrier.relayed else Heard.INTERPRETATION
    return Heard.SPEAKS if interpretation.spoken.get(speaker_id) == language else Heard.NOBODY


def preferred(fields: Mapping[str, object] | None) -> tuple[str, str]:
    """(channel, language) that somebody's application asks for: to listen in, "" where it says nothing, and the
    language of theirs. `fields`: of their dossier, None where it is no longer kept."""
    kept = {} if fields is None else fields
    channel, language = str(kept.get("interpretation", "")), str(kept.get("language", ""))
    return (
        channel if channel in (FLOOR, *WORKING_LANGUAGES) else "",
        language if language in WORKING_LANGUAGES else "",
    )

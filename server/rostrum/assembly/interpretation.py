"""The aggregate of a meeting's interpretation: its booths, the language of the floor, signals to the speaker, and
checks of microphones.

It is apart from the meeting's own: interpreters' acts are many, and none of them changes the procedure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, get_args

from rostrum.assembly import booth as booth_rules
from rostrum.assembly import booth_acts
from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.booth import FLOOR, INTERNATIONAL_SIGN, Booth, BoothClosed, BoothEquipped, BoothEvent
from rostrum.assembly.booth_acts import EQUIPS, BoothCommand, booth_of
from rostrum.assembly.channels import Carrier, carrier, channels, listens
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.sound_check import Sound, SoundVerdict

__all__ = ["EVENTS", "FLOOR", "INTERNATIONAL_SIGN", "Interpretation", "apply", "decide", "fold"]

WORKING_LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
"""Rome Statute, article 112(10)."""
HALL_SPEAKER = "hall"
"""Stands for whoever speaks in the hall without an entry on the list: mostly the presiding officer."""
SIGNAL_EVERY = timedelta(seconds=5)
"""So long a booth waits before it signals the same again."""
SILENCE_S = 20
SILENCE_LIMITS_S = (5, 300)
SOUND_LIMITS = ((0, 24_000), (-70.0, 10.0), (0.0, 100.0))
"""Of what a check of a microphone reports: bandwidth in Hz, level in LUFS, distance from the noise in dB."""


class Signal(StrEnum):
    """What a booth asks of whoever speaks."""

    SLOW_DOWN = "slow-down"
    REPEAT = "repeat"
    CLOSER = "closer"
    """To the microphone."""


@dataclass(frozen=True)
class Signalled:
    """The newest signal of a booth."""

    at: datetime
    signal: Signal
    speaker_id: str


@dataclass(frozen=True)
class Interpretation:
    """A meeting's interpretation. `booths` by language; `spoken`: by speaker (a place, or `HALL_SPEAKER`) the language
    in which they speak; `sounds` by place."""

    booths: Mapping[str, Booth] = field(default_factory=dict)
    spoken: Mapping[str, str] = field(default_factory=dict)
    signals: Mapping[str, Signalled] = field(default_factory=dict)
    sounds: Mapping[str, Sound] = field(default_factory=dict)
    silence_s: int = SILENCE_S
    """A channel that is silent for longer is told to its listeners."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The languages that there is a channel for."""
        return channels(self.booths)

    def carrier(self, language: str, speaker_id: str) -> Carrier:
        """What the channel of a language carries while this speaker has the floor."""
        return carrier(self.booths, language, self.spoken.get(speaker_id))

    def listens(self, booth_id: str, speaker_id: str) -> str:
        """The channel that a booth is given while this speaker has the floor."""
        return listens(self.booths, booth_id, self.spoken.get(speaker_id))

    @property
    def signing(self) -> str | None:
        """The place of the interpreter of International Sign whose picture is shown; None: nobody's."""
        booth = self.booths.get(INTERNATIONAL_SIGN)
        return None if booth is None else booth.heard

    def booth_of_place(self, place_id: str) -> Booth | None:
        """The booth in whose team a place is."""
        return next((booth for booth in self.booths.values() if place_id in booth.team), None)

    def unheard(self, speaker_id: str) -> tuple[str, ...]:
        """The booths out of which nobody is heard though this speaker's language is not theirs."""
        spoken = self.spoken.get(speaker_id)
        return tuple(
            key for key, booth in sorted(self.booths.items()) if booth.heard is None and spoken not in booth.languages
        )

    @property
    def unstaffed(self) -> tuple[str, ...]:
        """The booths in which nobody sits whose line is there."""
        return tuple(key for key, booth in sorted(self.booths.items()) if not booth.staffed)


# Commands


@dataclass(frozen=True)
class SayLanguage:
    """Say in which language a speaker speaks: whoever listens for all, or the speaker."""

    speaker_id: str
    language: str
    needs: ClassVar = (Right.INTERPRET, Right.ADMINISTER, Right.FEED_HALL, Right.PRESIDE, Right.SPEAK)


@dataclass(frozen=True)
class SignalSpeaker:
    """Ask something of whoever speaks, out of a booth."""

    booth_id: str
    signal: Signal
    speaker_id: str
    needs: ClassVar = (Right.INTERPRET,)


@dataclass(frozen=True)
class ReportSound:
    """What a check of one's own microphone has shown; see `Sound`."""

    verdict: SoundVerdict
    bandwidth_hz: int
    level_lufs: float
    snr_db: float
    clipped: bool
    needs: ClassVar = (Right.SPEAK, Right.INTERPRET)


@dataclass(frozen=True)
class RefuseSound:
    """A booth cannot interpret from a place's sound."""

    booth_id: str
    place_id: str
    needs: ClassVar = (Right.INTERPRET,)


@dataclass(frozen=True)
class AcceptSound:
    """It can again."""

    place_id: str
    needs: ClassVar = (Right.INTERPRET, *EQUIPS)


@dataclass(frozen=True)
class SetSilence:
    """For how many seconds a channel may be silent before its listeners are told."""

    seconds: int
    needs: ClassVar = EQUIPS


InterpretationCommand = (
    BoothCommand | SayLanguage | SignalSpeaker | ReportSound | RefuseSound | AcceptSound | SetSilence
)


# Events


@dataclass(frozen=True)
class LanguageSaid:
    """A speaker speaks in this language, from now on."""

    at: datetime
    speaker_id: str
    language: str


@dataclass(frozen=True)
class SpeakerSignalled:
    """A booth asks something of whoever speaks."""

    at: datetime
    booth_id: str
    signal: Signal
    speaker_id: str


@dataclass(frozen=True)
class SoundReported:
    """What a check of a place's microphone has shown."""

    at: datetime
    place_id: str
    verdict: SoundVerdict
    bandwidth_hz: int
    level_lufs: float
    snr_db: float
    clipped: bool


@dataclass(frozen=True)
class SoundRefused:
    """A booth cannot interpret from a place's sound."""

    at: datetime
    place_id: str
    booth_id: str


@dataclass(frozen=True)
class SoundAccepted:
    """It can again."""

    at: datetime
    place_id: str


@dataclass(frozen=True)
class SilenceSet:
    """For how many seconds a channel may be silent before its listeners are told."""

    at: datetime
    seconds: int


InterpretationEvent = (
    BoothEvent | LanguageSaid | SpeakerSignalled | SoundReported | SoundRefused | SoundAccepted | SilenceSet
)


def decide(
    state: Interpretation, command: InterpretationCommand, actor: Actor, now: datetime
) -> list[InterpretationEvent]:
    """The events that a command brings about. Raises `Refused`; changes nothing."""
    actor.require(*command.needs)
    if isinstance(command, BoothCommand):
        return list(booth_acts.decide(state.booths, WORKING_LANGUAGES, command, actor, now))
    match command:
        case SayLanguage():
            return _say(state, command, actor, now)
        case SignalSpeaker():
            return _signal(state, command, actor, now)
        case ReportSound():
            figures = command.bandwidth_hz, command.level_lufs, command.snr_db
            if not all(least <= it <= most for it, (least, most) in zip(figures, SOUND_LIMITS, strict=True)):
                raise Refused(Why.SOUND_FIGURES_WRONG)
            return [SoundReported(now, actor.place_id, command.verdict, *figures, command.clipped)]
        case RefuseSound():
            _sitting(state, command.booth_id, actor)
            sound = state.sounds.get(command.place_id)
            if sound is not None and sound.refused_by is not None:
                return []
            return [SoundRefused(now, command.place_id, command.booth_id)]
        case AcceptSound():
            sound = state.sounds.get(command.place_id)
            if sound is None or sound.refused_by is None:
                raise Refused(Why.SOUND_NOT_REFUSED)
            return [SoundAccepted(now, command.place_id)]
        case SetSilence():
            least, most = SILENCE_LIMITS_S
            if not least <= command.seconds <= most:
                raise Refused(Why.SILENCE_OUT_OF_RANGE)
            return [] if command.seconds == state.silence_s else [SilenceSet(now, command.seconds)]


def _say(state: Interpretation, command: SayLanguage, actor: Actor, now: datetime) -> list[InterpretationEvent]:
    if command.language not in WORKING_LANGUAGES:
        raise Refused(Why.NO_SUCH_LANGUAGE)
    listening = actor.rights & {Right.INTERPRET, Right.ADMINISTER, Right.FEED_HALL, Right.PRESIDE}
    if not listening and command.speaker_id != actor.place_id:
        raise Refused(Why.NOT_ENTITLED)
    if state.spoken.get(command.speaker_id) == command.language:
        return []
    return [LanguageSaid(now, command.speaker_id, command.language)]


def _signal(state: Interpretation, command: SignalSpeaker, actor: Actor, now: datetime) -> list[InterpretationEvent]:
    _sitting(state, command.booth_id, actor)
    before = state.signals.get(command.booth_id)
    if (
        before is not None
        and (before.signal, before.speaker_id) == (command.signal, command.speaker_id)
        and now - before.at < SIGNAL_EVERY
    ):
        return []
    return [SpeakerSignalled(now, command.booth_id, command.signal, command.speaker_id)]


def _sitting(state: Interpretation, booth_id: str, actor: Actor) -> None:
    if actor.place_id not in booth_of(state.booths, booth_id).seated:
        raise Refused(Why.NOT_IN_BOOTH)


def apply(state: Interpretation, event: InterpretationEvent) -> Interpretation:
    """The interpretation after an event."""
    if isinstance(event, BoothEvent):
        return replace(state, booths=_booths(state.booths, event))
    match event:
        case LanguageSaid():
            return replace(state, spoken={**state.spoken, event.speaker_id: event.language})
        case SpeakerSignalled():
            newest = Signalled(event.at, event.signal, event.speaker_id)
            return replace(state, signals={**state.signals, event.booth_id: newest})
        case SoundReported():
            sound = Sound(
                event.at, event.verdict, event.bandwidth_hz, event.level_lufs, event.snr_db, event.clipped
            )  # fmt: skip
            return replace(state, sounds={**state.sounds, event.place_id: sound})
        case SoundRefused():
            known = state.sounds.get(event.place_id, Sound(event.at))
            refused = replace(known, refused_by=event.booth_id)
            return replace(state, sounds={**state.sounds, event.place_id: refused})
        case SoundAccepted():
            accepted = replace(state.sounds[event.place_id], refused_by=None)
            return replace(state, sounds={**state.sounds, event.place_id: accepted})
        case SilenceSet():
            return replace(state, silence_s=event.seconds)


def _booths(booths: Mapping[str, Booth], event: BoothEvent) -> Mapping[str, Booth]:
    if isinstance(event, BoothClosed):
        return {key: booth for key, booth in booths.items() if key != event.booth_id}
    booth = booths.get(event.booth_id)
    if booth is None:
        if not isinstance(event, BoothEquipped):
            return booths
        booth = Booth(event.booth_id)
    return {**booths, event.booth_id: booth_rules.apply(booth, event)}


def fold(events: Iterable[InterpretationEvent], start: Interpretation | None = None) -> Interpretation:
    """The interpretation that events have made, from nothing or from an earlier state."""
    state = Interpretation() if start is None else start
    for event in events:
        state = apply(state, event)
    return state


EVENTS: tuple[type[InterpretationEvent], ...] = get_args(InterpretationEvent)
"""Every event of this aggregate, for the record's codec."""

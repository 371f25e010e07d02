"""What the booth's console shows: who is on air, what is heard, how the team has worked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.booth import Booth, HandoverState
from rostrum.assembly.interpretation import Interpretation, Signal
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import speaker_of
from rostrum.assembly.sound_check import Sound
from rostrum.reads.names import Name, Names
from rostrum.reads.procedure import NOBODY

WORKED_WITHIN = timedelta(hours=1)
LONG_SPELL = timedelta(minutes=30)
"""From here on a spell at the microphone is too long."""
SIGNAL_SHOWN = timedelta(seconds=12)


@dataclass(frozen=True)
class SeatNow:
    """One of a booth's team. `since_ms` since the epoch: on air, or at rest, from then on; None: never was on air.
    `worked_min`: minutes on air in the last hour."""

    place_id: str
    name: Name
    is_seated: bool
    has_line: bool
    is_on_air: bool
    is_open: bool
    since_ms: int | None
    worked_min: int
    is_long: bool
    is_relieving: bool
    """Agrees to be relieved by a colleague's press while on air."""


@dataclass(frozen=True)
class HandoverNow:
    """A handover that is asked for or agreed to. `answers`: the place whose answer it waits for."""

    state: HandoverState
    giver: Name
    taker: Name
    taker_id: str
    answers: str
    asked_by: str
    due_ms: int | None


@dataclass(frozen=True)
class BoothNow:
    """A booth as everybody may know it who runs, feeds or interprets the meeting. `listens`: what it is given;
    `is_unheard`: nobody is heard out of it though the floor does not speak its language."""

    booth_id: str
    languages: tuple[str, ...]
    output: str
    relay: str
    listens: str
    seats: tuple[SeatNow, ...]
    handover: HandoverNow | None
    is_relieving: bool
    """Whether whoever is on air agrees to be relieved by a press."""
    is_staffed: bool
    is_unheard: bool
    too_many_open: bool

    @property
    def on_air(self) -> SeatNow | None:
        """Who is on air."""
        return next((seat for seat in self.seats if seat.is_on_air), None)

    def seat(self, place_id: str) -> SeatNow | None:
        """The seat of a place."""
        return next((seat for seat in self.seats if seat.place_id == place_id), None)


@dataclass(frozen=True)
class ChannelNow:
    """A channel that a booth can listen to. `is_relay`: its interpreter interprets an interpretation."""

    language: str
    is_floor: bool
    is_relay: bool


@dataclass(frozen=True)
class SignalNow:
    """What a booth asks of whoever speaks, until when it is shown (ms since the epoch)."""

    booth_id: str
    signal: Signal
    until_ms: int


@dataclass(frozen=True)
class BoothsModel:
    """All booths of a meeting. `spoken`: the language of the floor, where somebody has said it."""

    booths: tuple[BoothNow, ...]
    channels: tuple[ChannelNow, ...]
    speaker_id: str
    spoken: str | None
    signals: tuple[SignalNow, ...]
    """To whoever speaks now."""
    silence_s: int
    sounds: Mapping[str, Sound]
    """The newest check of each place's microphone."""

    def booth_of(self, place_id: str) -> BoothNow | None:
        """The booth in whose team a place is."""
        return next((booth for booth in self.booths if booth.seat(place_id) is not None), None)

    @property
    def unstaffed(self) -> Sequence[BoothNow]:
        """Booths in which nobody sits whose line is there."""
        return [booth for booth in self.booths if not booth.is_staffed]


async def booths_model(
    meeting: Meeting, state: Interpretation, session: Accreditation, names: Names, now: datetime
) -> BoothsModel:
    """The booths of a meeting at `now`."""
    team = {place_id for booth in state.booths.values() for place_id in booth.team}
    known = await names.of(place for place_id, place in session.places.items() if place_id in team)
    speaker_id = speaker_of(meeting)
    unheard = state.unheard(speaker_id) if meeting.is_open else ()
    carriers = {language: state.carrier(language, speaker_id) for language in state.channels}
    return BoothsModel(
        tuple(
            _booth(booth, known, state.listens(key, speaker_id), key in unheard, now)
            for key, booth in sorted(state.booths.items())
        ),
        tuple(ChannelNow(language, each.place_id is None, each.relayed) for language, each in carriers.items()),
        speaker_id,
        state.spoken.get(speaker_id),
        tuple(
            SignalNow(booth_id, each.signal, _ms(each.at + SIGNAL_SHOWN))
            for booth_id, each in sorted(state.signals.items())
            if each.speaker_id == speaker_id and now - each.at < SIGNAL_SHOWN
        ),
        state.silence_s,
        state.sounds,
    )


def _booth(booth: Booth, known: Mapping[str, Name], listens: str, is_unheard: bool, now: datetime) -> BoothNow:
    handover = booth.handover
    return BoothNow(
        booth.booth_id,
        booth.languages,
        booth.output,
        booth.relay,
        listens,
        tuple(_seat(booth, place_id, known.get(place_id, NOBODY), now) for place_id in booth.team),
        None
        if handover.state is HandoverState.NONE
        else HandoverNow(
            handover.state,
            known.get(handover.giver, NOBODY),
            known.get(handover.taker, NOBODY),
            handover.taker,
            handover.answers,
            handover.asked_by,
            None if handover.due_at is None else _ms(handover.due_at),
        ),
        booth.on_air in booth.relieving,
        booth.staffed,
        is_unheard,
        booth.too_many_open,
    )


def _seat(booth: Booth, place_id: str, name: Name, now: datetime) -> SeatNow:
    shift, on_air = booth.shift_of(place_id), booth.on_air == place_id
    since = None if shift is None else shift.since if on_air else shift.until
    return SeatNow(
        place_id,
        name,
        place_id in booth.seated,
        place_id in booth.seated and place_id not in booth.lost,
        on_air,
        place_id in booth.open_ids,
        None if since is None else _ms(since),
        booth.worked_ms(place_id, now, WORKED_WITHIN) // 60_000,
        on_air and since is not None and now - since >= LONG_SPELL,
        place_id in booth.relieving,
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)

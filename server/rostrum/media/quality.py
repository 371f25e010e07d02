"""How a line is, in one word and one reason, from the figures of both its ends. Pure."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from rostrum.media.engine import PeerHealth, PeerState, Picture

LOSS_FAIR, LOSS_POOR = 0.02, 0.08
"""Above the first, repair is heard now and then; above the second, words are lost in spite of it."""
DELAY_FAIR_MS, DELAY_POOR_MS = 300.0, 600.0
"""Round trips; ITU-T G.114 has conversation suffer from 150 ms one way on, and bears 400 at most."""
JITTER_FAIR_MS, JITTER_POOR_MS = 50.0, 120.0
FROZEN_FAIR, FROZEN_POOR = 0.02, 0.10
"""Shares of the time for which the picture stood still."""


class Word(IntEnum):
    """How a line is; the larger the worse."""

    GOOD = 0
    FAIR = 1
    POOR = 2
    AWAY = 3


class Reason(StrEnum):
    """Why it is not good. The page says what to do about each."""

    NONE = ""
    LOST = "lost"
    """Nothing comes from it."""
    NARROW = "narrow"
    """It carries no picture, or only a small one."""
    FROZEN = "frozen"
    LOSS = "loss"
    DELAY = "delay"
    JITTER = "jitter"


@dataclass(frozen=True)
class Quality:
    """The word and its reason."""

    word: Word
    reason: Reason = Reason.NONE


@dataclass(frozen=True)
class Seen:
    """What a page says of its own end over the last seconds: the share of the time for which the picture stood, as a
    fraction of 1, and the height of the picture that it shows in pixels (0: none)."""

    frozen: float = 0.0
    height: int = 0


def quality(peer: PeerHealth, seen: Seen | None = None) -> Quality:
    """The worst that the figures say; of equals the one that a person notices first."""
    if peer.state is not PeerState.CONNECTED:
        return Quality(Word.AWAY, Reason.LOST)
    narrow = Word.POOR if peer.picture is Picture.PAUSED else Word.FAIR if peer.held_back else Word.GOOD
    found = [
        Quality(narrow, Reason.NARROW),
        Quality(_word(_frozen(peer, seen), FROZEN_FAIR, FROZEN_POOR), Reason.FROZEN),
        Quality(_word(peer.loss, LOSS_FAIR, LOSS_POOR), Reason.LOSS),
        Quality(_word(peer.round_trip_ms, DELAY_FAIR_MS, DELAY_POOR_MS), Reason.DELAY),
        Quality(_word(peer.jitter_ms, JITTER_FAIR_MS, JITTER_POOR_MS), Reason.JITTER),
    ]
    worst = max(found, key=lambda one: one.word)
    return worst if worst.word is not Word.GOOD else Quality(Word.GOOD)


def _frozen(peer: PeerHealth, seen: Seen | None) -> float:
    """The share of the time for which a picture stood that should have moved."""
    moving = peer.picture in (Picture.SMALL, Picture.MEDIUM, Picture.FULL)
    return seen.frozen if seen is not None and moving else 0.0


def _word(figure: float | None, fair: float, poor: float) -> Word:
    if figure is None or figure < fair:
        return Word.GOOD
    return Word.FAIR if figure < poor else Word.POOR

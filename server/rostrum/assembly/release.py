"""What of a protected speaker may be published, when and how: decided here for texts, and for whatever records a voice.

Where a voice is to be masked, what was said is held back: for a time that the session sets, and until a reviewer has
looked at it. Those in the meeting hear and see the speaker as they are.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why

DELAY_HOURS = 24
"""How long something is held back at least, where the session says nothing else."""
DELAY_HOURS_MAX = 24 * 60
SPOKEN = "captions-"
"""What the names of items begin with that are the captions of somebody's turn to speak."""


@dataclass(frozen=True)
class Guard:
    """How somebody is kept from the public, as they asked."""

    hides_picture: bool = False
    masks_voice: bool = False


OPEN = Guard()
FULL = Guard(hides_picture=True, masks_voice=True)
"""Of whom it is not known (any more) what they asked for."""


@dataclass(frozen=True)
class Review:
    """What a reviewer (`by`: a place) decided last."""

    at: datetime
    by: str
    released: bool


class Hold(StrEnum):
    """Why something is not published."""

    NONE = "none"
    UNSPOKEN = "unspoken"
    DELAY = "delay"
    REVIEW = "review"
    """Its time is over, and nobody has looked at it."""
    KEPT_BACK = "kept-back"


@dataclass(frozen=True)
class Publication:
    """Whether something may be published, and how: with the voice masked, without picture. `until`: of its delay."""

    hold: Hold
    masked: bool
    picture: bool
    until: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Whether it may be published now."""
        return self.hold is Hold.NONE


def publication(
    guard: Guard, spoken_at: datetime | None, review: Review | None, delay: timedelta, now: datetime
) -> Publication:
    """What holds at `now` for what a speaker said, or began to say, at `spoken_at` (None: not yet)."""

    def held(hold: Hold, until: datetime | None = None) -> Publication:
        return Publication(hold, guard.masks_voice, not guard.hides_picture, until)

    if spoken_at is None:
        return held(Hold.UNSPOKEN)
    if not guard.masks_voice:
        return held(Hold.NONE)
    until = spoken_at + delay
    if review is not None and not review.released:
        return held(Hold.KEPT_BACK)
    if now < until:
        return held(Hold.DELAY, until)
    return held(Hold.NONE if review is not None else Hold.REVIEW)


# Commands


@dataclass(frozen=True)
class ReviewItem:
    """A reviewer releases something that is held back, or keeps it back; the last word counts."""

    item_id: str
    released: bool
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class SetPublicationDelay:
    """Set for how many hours what protected speakers say is held back."""

    session_id: str
    hours: int
    needs: ClassVar = (Right.ADMINISTER,)

    def __post_init__(self) -> None:
        if not 0 <= self.hours <= DELAY_HOURS_MAX:
            raise Refused(Why.DELAY_OUT_OF_RANGE, most=DELAY_HOURS_MAX)


ReleaseCommand = ReviewItem | SetPublicationDelay


# Events


@dataclass(frozen=True)
class ItemReviewed:
    """A reviewer (`by`: a place) has decided."""

    at: datetime
    item_id: str
    by: str
    released: bool


@dataclass(frozen=True)
class PublicationDelaySet:
    """What protected speakers say is held back for so many hours from now on."""

    at: datetime
    session_id: str
    hours: int


ReleaseEvent = ItemReviewed | PublicationDelaySet

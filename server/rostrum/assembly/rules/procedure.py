"""The procedural part of a rules file: how the list is run, what may be moved by whom, how is voted.

Everything has a default, so that a meeting that was convened before a rule was written goes on as it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction


class Order(StrEnum):
    """How the list of speakers is ordered."""

    AS_ASKED = "as-asked"
    GENERAL_DEBATE = "general-debate"
    """By the speaker's rank, then by the blocks of categories."""


class Closing(StrEnum):
    """Who closes and reopens the list."""

    CHAIR = "chair"
    CONSENT = "consent"
    """The presiding officer, when the meeting has been asked and is silent."""


class RepliesWhen(StrEnum):
    """When replies are taken."""

    ANY_TIME = "any-time"
    END_OF_MEETING = "end-of-meeting"


@dataclass(frozen=True)
class ListRules:
    """The list of speakers. `interleave_after` 0: nothing is put between; times in ms."""

    order: Order = Order.AS_ASKED
    blocks: tuple[str, ...] = ()
    interleave_categories: tuple[str, ...] = ()
    interleave_after: int = 0
    closing: Closing = Closing.CHAIR
    closing_stops_points: bool = False
    """Whether nobody may rise to a point of order either, once the list is closed."""
    present_only: bool = False


@dataclass(frozen=True)
class TimeRules:
    """Clocks. `cut_off`: the machine ends a statement whose time is up; otherwise only people do."""

    final_warning_ms: int = 10_000
    group_limit_ms: int = 0
    """Length of a statement on behalf of a group; 0: as the speaker's category says."""
    point_limit_ms: int = 120_000
    motion_limit_ms: int = 180_000
    cut_off: bool = False
    undo_ms: int = 30_000
    """How long after it a call or an end can be taken back."""
    recording_ends: bool = True
    """Whether a statement is over when its recording is; else the clock stands until the presiding officer ends it."""


@dataclass(frozen=True)
class ReplyRules:
    """The right of reply. `categories` empty: everyone who may speak has it."""

    number: int = 2
    limits_ms: tuple[int, ...] = (300_000, 180_000)
    when: RepliesWhen = RepliesWhen.ANY_TIME
    categories: tuple[str, ...] = ()

    def limit_ms(self, nth: int) -> int:
        """Length of a delegation's nth reply on an item, from 1."""
        return self.limits_ms[min(nth, len(self.limits_ms)) - 1]


@dataclass(frozen=True)
class MotionRules:
    """Who may move and rise to a point of order (empty: everyone who may speak); how many speak on what."""

    categories: tuple[str, ...] = ()
    in_favour: Mapping[str, int] = field(default_factory=lambda: {"adjourn-debate": 2})
    against: Mapping[str, int] = field(default_factory=lambda: {"adjourn-debate": 2, "close-debate": 2})


@dataclass(frozen=True)
class Threshold:
    """A share of those who vote yes or no. `strict`: it must be exceeded, not only reached."""

    numerator: int = 1
    denominator: int = 2
    strict: bool = True

    def is_met(self, count: int, of: int) -> bool:
        """Whether `count` out of `of` is enough."""
        if of == 0:
            return False
        wanted = Fraction(self.numerator * of, self.denominator)
        return count > wanted if self.strict else count >= wanted

    def least(self, of: int) -> int:
        """The smallest number out of `of` that is enough."""
        wanted = Fraction(self.numerator * of, self.denominator)
        whole = -(-wanted.numerator // wanted.denominator)
        return whole + 1 if self.strict and whole == wanted else whole


@dataclass(frozen=True)
class QuorumRules:
    """Who must be there. `members` is the number of those who have a vote by right; 0: as many as are on the roll of
    states, or, where none is kept, accredited. `to_open` None: a meeting may be opened however few are there."""

    members: int = 0
    to_open: Threshold | None = field(default_factory=lambda: Threshold(1, 3, False))
    substance: Threshold = field(default_factory=lambda: Threshold(1, 2, True))
    procedure: Threshold | None = None


@dataclass(frozen=True)
class VoteRules:
    """Majorities among those present and voting (who vote yes or no), and how long silence is asked."""

    substance: Threshold = field(default_factory=lambda: Threshold(2, 3, False))
    procedure: Threshold = field(default_factory=Threshold)
    silence_ms: int = 15_000
    rule: str = ""
    """The provision on majorities, where its text has been read."""


@dataclass(frozen=True)
class Procedure:
    """The rules of procedure that a meeting is run by, as data."""

    speakers: ListRules = field(default_factory=ListRules)
    time: TimeRules = field(default_factory=TimeRules)
    reply: ReplyRules = field(default_factory=ReplyRules)
    motion: MotionRules = field(default_factory=MotionRules)
    quorum: QuorumRules = field(default_factory=QuorumRules)
    vote: VoteRules = field(default_factory=VoteRules)

"""One outgoing stream made of many sources in turn, such that a decoder sees a single sender (RFC 3550 section 5.1).

Numbers are moved, never made up: within one source the distances between packets stay as they were, so that the
receiver's own loss detection and repair work through us. What is left out on purpose is closed up.
"""

from bisect import bisect_left
from dataclasses import dataclass

_SKIPPED_LIMIT = 512
"""Packets left out whose places are remembered, for those that come late from before them."""


@dataclass(slots=True, frozen=True)
class Numbers:
    """A packet's place in its stream. `sequence` and `picture_id` are unwrapped, `timestamp` and `tl0_index` are
    on their circles of 2**32 and 2**8."""

    sequence: int
    timestamp: int
    picture_id: int = 0
    tl0_index: int = 0

    def moved(self, shift: "Shift") -> "Numbers":
        """The place in a stream that is `shift` away."""
        return Numbers(
            self.sequence + shift.sequence,
            (self.timestamp + shift.timestamp) & 0xFFFFFFFF,
            self.picture_id + shift.picture_id,
            (self.tl0_index + shift.tl0_index) & 0xFF,
        )


@dataclass(slots=True, frozen=True)
class Shift:
    """The distance from one stream's numbers to another's."""

    sequence: int = 0
    timestamp: int = 0
    picture_id: int = 0
    tl0_index: int = 0


STAY = Shift()


def following(last: Numbers, first: Numbers, elapsed_s: float, clock_rate: int) -> Shift:
    """The shift that makes `first` follow on `last` directly, so many seconds later."""
    timestamp = last.timestamp + max(1, round(max(0.0, elapsed_s) * clock_rate))
    return Shift(
        last.sequence + 1 - first.sequence,
        (timestamp - first.timestamp) & 0xFFFFFFFF,
        last.picture_id + 1 - first.picture_id,
        (last.tl0_index + 1 - first.tl0_index) & 0xFF,
    )


class Rewriter:
    """Maps the numbers of the current source into the outgoing stream."""

    __slots__ = (
        "_clock_rate",
        "_first_sequence",
        "_last",
        "_last_at_s",
        "_newest",
        "_shift",
        "_skipped",
        "_skipped_pictures",
    )

    def __init__(
        self, clock_rate: int, *, first_sequence: int, first_timestamp: int, first_picture_id: int = 0
    ) -> None:
        """`first_sequence` below 2**15, so that a loss at the start cannot confuse SRTP's rollover (RFC 3711 3.3.1)."""
        self._clock_rate = clock_rate
        self._last = Numbers(first_sequence - 1, first_timestamp, first_picture_id - 1, -1)
        self._last_at_s: float | None = None
        self._first_sequence = 0
        self._newest = -1
        self._shift = STAY
        self._skipped: list[int] = []
        self._skipped_pictures: list[tuple[int, int]] = []

    @property
    def last(self) -> Numbers:
        """The newest packet that was sent; before the first, the place before it."""
        return self._last

    @property
    def last_at_s(self) -> float | None:
        """When it was sent."""
        return self._last_at_s

    @property
    def shift(self) -> Shift:
        """What is added to the current source's numbers, before what was left out is closed up."""
        return self._shift

    def switch(self, first: Numbers, now_s: float) -> None:
        """Continue with another source, whose first packet this is. Time goes on by the clock on the wall."""
        elapsed_s = 0.0 if self._last_at_s is None else now_s - self._last_at_s
        self._first_sequence = first.sequence
        self._newest = first.sequence - 1
        self._shift = following(self._last, first, elapsed_s, self._clock_rate)
        self._skipped.clear()
        self._skipped_pictures.clear()

    def resume(self, last: Numbers, last_at_s: float) -> None:
        """Continue a stream whose newest packet this was, instead of the own one."""
        self._last, self._last_at_s = last, last_at_s

    def rewrite(self, numbers: Numbers, now_s: float) -> Numbers | None:
        """The place in the outgoing stream; None for a packet that was sent before the switch and comes too late."""
        if numbers.sequence < self._first_sequence:
            return None
        moved = numbers.moved(self._shift)
        if self._skipped:
            pictures = bisect_left(self._skipped_pictures, (numbers.picture_id, 0))
            moved = Numbers(
                moved.sequence - bisect_left(self._skipped, numbers.sequence),
                moved.timestamp,
                moved.picture_id - pictures,
                moved.tl0_index,
            )
        self._newest = max(self._newest, numbers.sequence)
        if moved.sequence > self._last.sequence:
            self._last = Numbers(
                moved.sequence, moved.timestamp, max(moved.picture_id, self._last.picture_id), moved.tl0_index
            )
            self._last_at_s = now_s
        return moved

    def skip(self, numbers: Numbers) -> bool:
        """Leave a packet out, and close up what follows. False for one that comes after its followers: its place in
        the outgoing stream is there, and is to be filled with something that means nothing."""
        if numbers.sequence <= self._newest:
            return False
        self._newest = numbers.sequence
        self._skipped.append(numbers.sequence)
        if not self._skipped_pictures or self._skipped_pictures[-1][0] != numbers.picture_id:
            self._skipped_pictures.append((numbers.picture_id, numbers.sequence))
        if len(self._skipped) > _SKIPPED_LIMIT:
            self._fold(_SKIPPED_LIMIT // 2)
        return True

    def _fold(self, count: int) -> None:
        """Forget the oldest places; what comes from before them is too late by now."""
        self._first_sequence = self._skipped[count - 1] + 1
        pictures = sum(1 for _, sequence in self._skipped_pictures if sequence < self._first_sequence)
        shift = self._shift
        self._shift = Shift(shift.sequence - count, shift.timestamp, shift.picture_id - pictures, shift.tl0_index)
        del self._skipped[:count]
        del self._skipped_pictures[:pictures]

"""What arrived and what did not, by the numbers in the packets. No sockets, no clock."""

import math
from collections.abc import Iterable, Sequence

_TURN, _HALF = 1 << 16, 1 << 15
_FRAMES_KEPT = 300


class Stream:
    """One stream at one receiver. Each number counts once, however often it comes; one that comes late, or again
    because it was asked for, is no longer missing."""

    __slots__ = ("absent", "first", "highest", "received")

    def __init__(self, sequence: int) -> None:
        """Begins with the packet of this number, which counts."""
        # One turn up, so that what is late is never negative.
        self.first = self.highest = sequence + _TURN
        self.received = 1
        self.absent: set[int] = set()
        """Numbers between the first and the highest that have not come."""

    def take(self, sequence: int) -> int:
        """Count a packet by its number of 16 bits, if it was not here before. Its number without turns."""
        ahead = (sequence - self.highest) & 0xFFFF
        if ahead == 1:
            self.highest += 1
        elif ahead >= _HALF or not ahead:
            number = self.highest - (-ahead & 0xFFFF)
            if number in self.absent:
                self.absent.remove(number)
                self.received += 1
            return number
        else:
            self.absent.update(range(self.highest + 1, self.highest + ahead))
            self.highest += ahead
        self.received += 1
        return self.highest

    def missing(self, until: int | None = None) -> int:
        """How many have not come of those up to a number, by default of all."""
        return len(self.absent) if until is None else sum(1 for number in self.absent if number <= until)

    def begin_anew(self) -> None:
        """Count from the next packet on, as if nothing had been before."""
        self.first, self.received = self.highest + 1, 0
        self.absent.clear()


class Picture:
    """Which frames a decoder could show: whole ones, each after the one before it, or after a keyframe."""

    def __init__(self) -> None:
        self._frames: dict[int, _Frame] = {}
        self._by_first: dict[int, _Frame] = {}
        self._next: int | None = None
        """The number with which the next frame has to begin for the decoder to go on."""

    def packet(self, number: int, timestamp: int, *, starts: bool, ends: bool, keyframe: bool) -> Sequence[int]:
        """Take a packet by its number without turns; the timestamps of the frames that can be shown now."""
        frame = self._frames.get(timestamp)
        if frame is None:
            frame = self._frames[timestamp] = _Frame(timestamp)
            if len(self._frames) > _FRAMES_KEPT:
                old = self._frames.pop(next(iter(self._frames)))
                if old.first is not None:
                    self._by_first.pop(old.first, None)
        frame.numbers.add(number)
        if starts:
            frame.first, frame.keyframe = number, keyframe
            self._by_first[number] = frame
        if ends:
            frame.last = number
        if frame.whole and frame.keyframe and (self._next is None or frame.numbers_first > self._next):
            self._next = frame.first
        return list(self._shown())

    def _shown(self) -> Iterable[int]:
        while self._next is not None:
            frame = self._by_first.get(self._next)
            if frame is None or not frame.whole or frame.last is None:
                return
            yield frame.timestamp
            self._next = frame.last + 1
            del self._by_first[frame.numbers_first]


class _Frame:
    """The packets of one timestamp."""

    __slots__ = ("first", "keyframe", "last", "numbers", "timestamp")

    def __init__(self, timestamp: int) -> None:
        self.timestamp = timestamp
        self.numbers: set[int] = set()
        self.first: int | None = None
        self.last: int | None = None
        self.keyframe = False

    @property
    def numbers_first(self) -> int:
        return -1 if self.first is None else self.first

    @property
    def whole(self) -> bool:
        return self.first is not None and self.last is not None and len(self.numbers) == self.last - self.first + 1


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least this share of all do not exceed; not a number where there is none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)] if ordered else math.nan

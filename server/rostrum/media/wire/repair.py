"""Loss seen in an incoming stream: what to ask for again, and when (RFC 4585 generic NACK)."""

_MISSING_LIMIT = 256
_TRIES = 8
_GIVE_UP_AFTER_S = 1.0
_REORDERING_S = 0.010
"""A packet that is merely late gets this long before it is asked for."""


class LossDetector:
    """Notices gaps in unwrapped sequence numbers. Bounded: a gap too wide to repair asks for a keyframe instead."""

    __slots__ = ("_first", "_highest", "_missing", "hopeless")

    def __init__(self) -> None:
        self._highest: int | None = None
        self._first = 0
        self._missing: dict[int, list[float]] = {}
        self.hopeless = False
        """Set when repair was given up; whoever reads it clears it."""

    def misses(self, sequence: int) -> bool:
        """Whether a packet is known to be missing, and not given up."""
        return sequence in self._missing

    def arrived(self, sequence: int, now_s: float) -> bool:
        """Take note of a packet. False for one that is of no use: it was here before, or was given up."""
        highest = self._highest
        if highest is None:
            self._highest = self._first = sequence
            return True
        if sequence <= highest:
            return self._missing.pop(sequence, None) is not None or sequence < self._first
        gap = sequence - highest - 1
        if gap > _MISSING_LIMIT or len(self._missing) + gap > _MISSING_LIMIT:
            self._missing.clear()
            self.hopeless = True
        else:
            for missing in range(highest + 1, sequence):
                self._missing[missing] = [now_s, now_s + _REORDERING_S, 0]
        self._highest = sequence
        return True

    def due(self, now_s: float, round_trip_s: float) -> list[int]:
        """The unwrapped sequence numbers to ask for now, in order; each again only after a round trip."""
        asked: list[int] = []
        lost: list[int] = []
        for sequence, entry in self._missing.items():
            since_s, next_s, tries = entry
            if tries >= _TRIES or now_s - since_s > _GIVE_UP_AFTER_S:
                lost.append(sequence)
            elif now_s >= next_s:
                entry[1], entry[2] = now_s + max(round_trip_s, 0.02), tries + 1
                asked.append(sequence)
        for sequence in lost:
            del self._missing[sequence]
            self.hopeless = True
        return sorted(asked)

"""When what is in a stream's packets belongs, in wall time: by its sender's reports (RFC 3550 section 6.4.1)."""

TRUSTED_S = 2.0
"""A report by which packets would belong further than this from when they came is of a clock that is wrong."""


class Timeline:
    """One stream's. Until its sender has reported, a packet belongs to when the first one came, by its timestamp."""

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._told: tuple[float, int] | None = None
        self._first: tuple[float, int] | None = None

    def report(self, wall_s: float, timestamp: int) -> None:
        """What the sender says: that this timestamp is of this moment."""
        self._told = wall_s, timestamp

    def at(self, timestamp: int, came_s: float) -> float:
        """The moment (s since 1970) to which a timestamp belongs, of a packet that came at `came_s`."""
        if self._told is not None:
            told_s = self._since(self._told, timestamp)
            if abs(told_s - came_s) <= TRUSTED_S:
                return told_s
        if self._first is None or abs(self._since(self._first, timestamp) - came_s) > TRUSTED_S:
            self._first = came_s, timestamp
        return self._since(self._first, timestamp)

    def _since(self, known: tuple[float, int], timestamp: int) -> float:
        wall_s, then = known
        ticks = (timestamp - then + (1 << 31) & 0xFFFFFFFF) - (1 << 31)
        return wall_s + ticks / self._clock_rate

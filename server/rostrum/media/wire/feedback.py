"""Requests for keyframes, merged, so that a thousand receivers cannot make a camera send nothing but keyframes."""

KEYFRAME_INTERVAL_S = 0.5


class KeyframeGate:
    """Lets one request through in each interval, and repeats it until a keyframe comes.

    A request can be lost on its way, and browsers leave one out that comes soon after another (libwebrtc: 300 ms, for
    all layers of a picture together)."""

    __slots__ = ("_last_s", "_wanted")

    def __init__(self) -> None:
        self._last_s: float | None = None
        self._wanted = False

    def ask(self, now_s: float) -> bool:
        """Ask for a keyframe; True: send a request now. False: one was sent just now; `due` will tell."""
        self._wanted = True
        if self._last_s is not None and now_s - self._last_s < KEYFRAME_INTERVAL_S:
            return False
        self._last_s = now_s
        return True

    def due(self, now_s: float, round_trip_s: float) -> bool:
        """Whether a request is to be sent now: one that was held back, or that was not answered."""
        early = self._last_s is not None and now_s - self._last_s < max(KEYFRAME_INTERVAL_S, round_trip_s)
        return self._wanted and not early and self.ask(now_s)

    def answered(self) -> None:
        """A keyframe came, or nobody waits for one any more."""
        self._wanted = False

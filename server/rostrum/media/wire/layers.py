"""What a receiver's line can carry: pictures grow slower and smaller before they pause, and pause before the voice
suffers."""

from collections.abc import Mapping
from typing import NamedTuple

PAUSE_BELOW_BPS = 150_000
"""With less than this a picture is no use, and it would take the voice's place."""
_LOSS_LIMIT = 0.25
_BAD_S = 2.0
"""A line has to be bad for so long before the picture is taken away."""
_FIRST_TRY_S, _LAST_TRY_S = 10.0, 60.0
_GOOD_S = 30.0
"""After so long without trouble the next pause begins with a short one again."""

_NARROW_S = 1.0
"""A line has to be narrow for so long before the picture gets smaller."""
_RAISE_AFTER_S, _RAISE_AFTER_LAST_S = 3.0, 60.0
_USABLE = 0.9
"""So much of an estimate is used: it is the most that went through, with nothing to spare."""
_STEP_DOWN_LOSS, _STEP_UP_LOSS = 0.10, 0.02
_REDUNDANT_ABOVE, _PLAIN_BELOW = 0.01, 0.005
_PLAIN_AFTER_S = 20.0
"""A line has to lose next to nothing for so long before its sounds are sent once again. A second of fifty packets
says little: at 5 % loss one in thirteen passes without any."""


class Level(NamedTuple):
    """How much of a source: of a picture, the layer of `size` (0 the smallest) and of `time` (0 the slowest); of a
    sound, `time` 1 is with the frame before in each packet (RFC 2198)."""

    size: int
    time: int


BEST = Level(2, 2)
PLAIN, REDUNDANT = Level(0, 0), Level(0, 1)
"""A sound's two levels."""
_BEGIN = Level(1, 2)
"""Where a new receiver begins: what most lines carry at once, and what costs others nothing."""


class VideoGate:
    """What a receiver is sent of pictures and sounds. Gives way soon, tries again later and later while that fails.

    While a picture is paused, a browser's estimate cannot rise above what it is sent; so the only test is to try."""

    __slots__ = (
        "_bad_since_s",
        "_changed_s",
        "_lossy_s",
        "_narrow_since_s",
        "_opened_s",
        "_raise_after_s",
        "_raised_s",
        "_try_at_s",
        "_wait_s",
        "lowered",
        "paused",
        "picture",
        "sound",
    )

    def __init__(self) -> None:
        self.paused = False
        self.picture = _BEGIN
        self.sound = PLAIN
        self.lowered = False
        """Whether the line was found to carry less than was sent, and has not got back to all there is."""
        self._bad_since_s: float | None = None
        self._opened_s = 0.0
        self._try_at_s = 0.0
        self._wait_s = _FIRST_TRY_S
        self._narrow_since_s: float | None = None
        self._changed_s: float | None = None
        self._lossy_s = 0.0
        self._raised_s: float | None = None
        self._raise_after_s = _RAISE_AFTER_S

    def look(
        self,
        now_s: float,
        allowed_bps: float | None,
        sent_bps: float,
        loss: float | None,
        costs: Mapping[Level, float] | None = None,
    ) -> bool:
        """Take note of the line's figures; True where `paused`, `picture` or `sound` changed.

        `allowed_bps` is the browser's estimate where it had to lower it lately, `sent_bps` what it is sent now of what
        is estimated, `loss` a fraction; None: not known. `costs`: the levels that the picture's source has now, and
        the bitrate of each.
        A low estimate counts only where more is sent: a still picture has a low one as well."""
        sound = self._look_at_sound(now_s, loss or 0.0)
        if self.paused:
            if now_s < self._try_at_s:
                return sound
            self.paused, self._opened_s, self._bad_since_s = False, now_s, None
            if costs:
                self._move(min(costs), now_s)
            return True
        stepped = bool(costs) and self._step(now_s, allowed_bps, sent_bps, loss or 0.0, dict(costs or {}))
        if stepped or (costs and self._standing(costs) > min(costs)):
            self._bad_since_s = None
            return stepped or sound
        return self._look_whether_to_pause(now_s, allowed_bps, sent_bps, loss) or sound

    def _look_at_sound(self, now_s: float, loss: float) -> bool:
        before = self.sound
        if loss >= _PLAIN_BELOW:
            self._lossy_s = now_s
        if loss > _REDUNDANT_ABOVE:
            self.sound = REDUNDANT
        elif now_s - self._lossy_s > _PLAIN_AFTER_S:
            self.sound = PLAIN
        return self.sound is not before

    def _look_whether_to_pause(
        self, now_s: float, allowed_bps: float | None, sent_bps: float, loss: float | None
    ) -> bool:
        narrow = allowed_bps is not None and allowed_bps < min(PAUSE_BELOW_BPS, sent_bps)
        lossy = loss is not None and loss > _LOSS_LIMIT
        if not narrow and not lossy:
            self._bad_since_s = None
            if now_s - self._opened_s > _GOOD_S:
                self._wait_s = _FIRST_TRY_S
            return False
        if self._bad_since_s is None:
            self._bad_since_s = now_s
        if now_s - self._bad_since_s < _BAD_S:
            return False
        self.paused, self._try_at_s = True, now_s + self._wait_s
        self._wait_s = min(self._wait_s * 2, _LAST_TRY_S)
        return True

    def _standing(self, costs: Mapping[Level, float]) -> Level:
        """What of the source is sent now: the most of what there is that does not exceed our level."""
        return max((level for level in costs if level <= self.picture), default=min(costs))

    def _move(self, level: Level, now_s: float) -> None:
        self.picture, self._changed_s, self._narrow_since_s = level, now_s, None

    def _step(
        self, now_s: float, allowed_bps: float | None, sent_bps: float, loss: float, costs: dict[Level, float]
    ) -> bool:
        standing = self._standing(costs)
        # A receiver that has just come to a level is measured a moment later.
        sent_bps = max(sent_bps, costs[standing])
        changed_s = self._changed_s = now_s if self._changed_s is None else self._changed_s
        narrow = allowed_bps is not None and allowed_bps < _USABLE * sent_bps
        if narrow or loss > _STEP_DOWN_LOSS:
            if self._narrow_since_s is None:
                self._narrow_since_s = now_s
            if standing == min(costs) or now_s - self._narrow_since_s < _NARROW_S:
                return False
            lower = [level for level in costs if level < standing]
            room_bps = _USABLE * (allowed_bps or 0.0) - (sent_bps - costs[standing])
            fitting = [level for level in lower if narrow and costs[level] <= room_bps]
            if self._raised_s is not None and now_s - self._raised_s < _RAISE_AFTER_LAST_S / 4:
                self._raise_after_s = min(2 * self._raise_after_s, _RAISE_AFTER_LAST_S)
            self._raised_s = None
            self.lowered = True
            self._move(max(fitting, default=min(lower) if narrow else max(lower)), now_s)
            return True
        self._narrow_since_s = None
        if now_s - changed_s > 2 * _RAISE_AFTER_LAST_S:
            self._raise_after_s = _RAISE_AFTER_S
        higher = [level for level in costs if level > standing]
        if not higher:
            self.lowered = False
        hindered = allowed_bps is not None or loss > _STEP_UP_LOSS
        if not higher or hindered or now_s - changed_s < self._raise_after_s:
            return False
        self._raised_s = now_s
        self._move(min(higher), now_s)
        return True

"""The clock of one statement: what has been used, what is left, and how its words come into the room."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Delivery(StrEnum):
    """How the words of a statement come into the room."""

    PERSON = "person"
    READ_OUT = "read-out"
    """The secretariat reads it, after the speaker's line failed."""
    RECORDING = "recording"


@dataclass(frozen=True)
class Speech:
    """A statement that has the floor. `used_ms` counts up to `running_since`; None there: the clock stands."""

    entry_id: str
    place_id: str
    delegation_id: str
    remote: bool
    began_at: datetime
    limit_ms: int
    used_ms: int
    running_since: datetime | None
    delivery: Delivery = Delivery.PERSON
    line_lost_at: datetime | None = None
    """The speaker's line is gone since then; None: it is there."""
    awaited: bool = False
    """The presiding officer chose to wait for the line."""
    played_from_ms: int = 0
    """What was used when the recorded statement began to be played."""
    recording_failed: bool = False
    """The recorded statement could not be played to its end."""

    def used_at(self, now: datetime) -> int:
        """Milliseconds used at `now`."""
        if self.running_since is None:
            return self.used_ms
        return self.used_ms + max(0, (now - self.running_since) // timedelta(milliseconds=1))

    def remaining_at(self, now: datetime) -> int:
        """Milliseconds left at `now`; negative once over the limit."""
        return self.limit_ms - self.used_at(now)

    @property
    def heard_from_afar(self) -> bool:
        """Whether the speaker's own far camera and microphone carry it now."""
        return self.remote and self.delivery is Delivery.PERSON and self.running_since is not None

    @property
    def is_played(self) -> bool:
        """Whether a recorded statement carries it; while the clock stands, it stands too."""
        return self.delivery is Delivery.RECORDING

    def played_at(self, now: datetime) -> int:
        """How far a recorded statement has come, in ms from its beginning."""
        return self.used_at(now) - self.played_from_ms

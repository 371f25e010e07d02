"""Whether what is said in a meeting is kept: told to everybody in it and to whoever watches."""

from dataclasses import dataclass

from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import is_recorded


@dataclass(frozen=True)
class Notice:
    """What the notice of recording says. `before`: some of the meeting was recorded, whether it is now or not."""

    now: bool
    before: bool


def notice_of(meeting: Meeting) -> Notice:
    """The notice as it stands."""
    return Notice(is_recorded(meeting), meeting.taping.number > 0)

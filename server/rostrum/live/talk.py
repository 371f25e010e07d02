"""What is written in a booth: between colleagues, and with the technician.

It is kept in this process alone and for as long as it runs: nothing of it is written down. Each booth of a meeting has
its newest messages; older ones are gone. Nodes of one installation do not share them.
"""

from collections import deque
from dataclasses import dataclass

MESSAGES_KEPT = 60
BOOTHS_KEPT = 256
TEXT_MAX = 500


@dataclass(frozen=True)
class Message:
    """One message. `at_ms` since the epoch; `code`: of a ready-made one, or ""; `text`: in one's own words, or ""."""

    number: int
    at_ms: int
    place_id: str
    code: str
    text: str


class Talk:
    """The messages of every booth, by meeting and booth."""

    def __init__(self) -> None:
        self._messages: dict[tuple[str, str], deque[Message]] = {}
        self._number = 0

    def say(self, meeting_id: str, booth_id: str, place_id: str, at_ms: int, *, code: str = "", text: str = "") -> None:
        """Add a message; the oldest go."""
        key = meeting_id, booth_id
        kept = self._messages.setdefault(key, deque(maxlen=MESSAGES_KEPT))
        if len(self._messages) > BOOTHS_KEPT:
            del self._messages[next(iter(self._messages))]
        self._number += 1
        kept.append(Message(self._number, at_ms, place_id, code, text[:TEXT_MAX]))

    def of(self, meeting_id: str, booth_id: str) -> tuple[Message, ...]:
        """A booth's messages, the oldest first."""
        return tuple(self._messages.get((meeting_id, booth_id), ()))

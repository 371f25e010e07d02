"""Who has a page of a meeting open now. Not recorded: it says whom a message would reach, no more."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Presence:
    """Counts open streams for each meeting and place."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._open: dict[str, Counter[str]] = {}
        self._changed = changed

    @contextmanager
    def here(self, meeting_id: str, place_id: str) -> Iterator[None]:
        """The place is present for as long as the block runs."""
        places = self._open.setdefault(meeting_id, Counter())
        places[place_id] += 1
        if places[place_id] == 1:
            self._changed(meeting_id)
        try:
            yield
        finally:
            places[place_id] -= 1
            if places[place_id] == 0:
                del places[place_id]
                self._changed(meeting_id)

    def present(self, meeting_id: str) -> frozenset[str]:
        """The places that are present."""
        return frozenset(self._open.get(meeting_id, ()))

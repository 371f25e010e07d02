"""Anonymous watchers: how many there are, so that a webcast never takes the room of those who take part."""

from collections.abc import Iterator
from contextlib import contextmanager

from rostrum.signalling.grant import Grant

EACH_MAX = 2
"""Connections of one viewer: a page that is loaded anew, whose former one has not been missed yet."""


class NoRoom(Exception):
    """There are as many watchers as there may be."""


class Coming:
    """One that is about to be connected."""

    def __init__(self) -> None:
        self.peer_id: str | None = None

    def taken(self, peer_id: str) -> None:
        """The engine took it."""
        self.peer_id = peer_id


class Crowd:
    """The connections of anonymous watchers, by whose they are; those that are about to be made count as well."""

    def __init__(self) -> None:
        self._viewers: dict[str, str] = {}
        self._coming: list[str] = []

    @contextmanager
    def coming(self, grant: Grant) -> Iterator[Coming]:
        """While a watcher is being connected. Raises `NoRoom`. Those with a place are not counted."""
        place = Coming()
        if grant.viewer_id is None:
            yield place
            return
        all_viewers = [*self._viewers.values(), *self._coming]
        if len(all_viewers) >= grant.crowd_max or all_viewers.count(grant.viewer_id) >= EACH_MAX:
            raise NoRoom
        self._coming.append(grant.viewer_id)
        try:
            yield place
        finally:
            self._coming.remove(grant.viewer_id)
            if place.peer_id is not None:
                self._viewers[place.peer_id] = grant.viewer_id

    def left(self, peer_id: str) -> None:
        """A connection has ended; one that was not counted is no error."""
        self._viewers.pop(peer_id, None)

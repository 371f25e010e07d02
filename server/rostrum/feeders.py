"""Who sends for whom out of the hall, as this node has let them in: it ends with the technician's link."""

from collections import defaultdict


class Feeders:
    """Technicians and the interpreters for whom they were let in to send, by their places."""

    def __init__(self) -> None:
        self._fed: defaultdict[str, set[str]] = defaultdict(set)

    def note(self, technician_id: str, interpreter_id: str) -> None:
        """A technician is let in to send for an interpreter."""
        self._fed[technician_id].add(interpreter_id)

    def ended(self, technician_id: str) -> frozenset[str]:
        """Those for whom a technician sent whose link or device opens nothing any more."""
        return frozenset(self._fed.pop(technician_id, ()))

"""What has been made of webcasts: the newest part of each rendition, and who waits for the next."""

import asyncio
from datetime import datetime
from pathlib import Path

Position = tuple[int, int]
"""(segment, part)."""


class Streams:
    """The webcasts that this node packages."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._made: dict[tuple[str, str], Position] = {}
        self._begun: dict[str, tuple[int, datetime]] = {}
        self._changed: dict[str, asyncio.Event] = {}

    def folder(self, meeting_id: str) -> Path:
        """Where the files of a meeting's webcast lie while it runs."""
        return self._root / meeting_id

    def begin(self, meeting_id: str, first: int, at: datetime) -> None:
        """The packager has begun: with this segment, at this time."""
        self._begun[meeting_id] = first, at

    def begun(self, meeting_id: str) -> tuple[int, datetime] | None:
        """The first segment and when it began; None: there is no stream now."""
        return self._begun.get(meeting_id)

    def made(self, meeting_id: str, rendition: str, segment: int, part: int) -> None:
        """A part has been written, and the playlist that names it."""
        self._made[meeting_id, rendition] = segment, part
        self._tell(meeting_id)

    def end(self, meeting_id: str) -> None:
        """Nothing more comes, and nothing is there."""
        self._begun.pop(meeting_id, None)
        self._made = {key: position for key, position in self._made.items() if key[0] != meeting_id}
        self._tell(meeting_id)

    def _tell(self, meeting_id: str) -> None:
        event = self._changed.pop(meeting_id, None)
        if event is not None:
            event.set()

    def newest(self, meeting_id: str, rendition: str) -> Position | None:
        """The newest part; None: there is no such rendition now."""
        return self._made.get((meeting_id, rendition))

    async def until(self, meeting_id: str, rendition: str, position: Position, within_s: float) -> bool:
        """Wait for a part; whether it is there."""
        try:
            async with asyncio.timeout(within_s):
                while (newest := self.newest(meeting_id, rendition)) is None or newest < position:
                    await self._changed.setdefault(meeting_id, asyncio.Event()).wait()
        except TimeoutError:
            return False
        return True

"""Who follows a meeting, and what is rendered for them: once for each view and language.

Followers are served by one task a meeting, one after the other, each with the newest there is: a line that is slow
skips what is out of date, no queue grows, and a stream that resumes needs no history.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import structlog

T = TypeVar("T")

Version = str
"""What an event's `id:` says: "<the meeting's version>-<changes of what every meeting shows>", and for those who see
lines and presence "-<changes of these>"; the counts begin with this process."""

RIPPLE_S = 0.5
"""Lines and presence that change within this time are shown together: an assembly arrives in a few minutes."""
LOOK_S = 2.0
"""How often it is looked whether followers are still there: aiohttp tells a handler only when it writes."""
AT_ONCE = 32
"""So many followers are served before other work has its turn."""

_log = structlog.get_logger(__name__)


class Follower(Protocol):
    """One open page."""

    sees_lines: bool
    """Whether it shows how lines are and who is present."""

    async def serve(self, version: Version) -> None:
        """Bring it to this version. Must not wait for the page's line."""

    async def look(self) -> bool:
        """Called every `LOOK_S`; whether it is to be served again, having been passed over."""

    def end(self) -> None:
        """Let it go; its page comes again by itself."""


@dataclass
class _Topic:
    record_version: int = 0
    news: int = 0
    ripples: int = 0
    kept: dict[object, "asyncio.Task[Any]"] = field(default_factory=dict)
    followers: set[Follower] = field(default_factory=set)
    due: dict[Follower, None] = field(default_factory=dict)
    server: "asyncio.Task[None] | None" = None
    calming: asyncio.TimerHandle | None = None

    def version(self, *, lines: bool) -> Version:
        version = f"{self.record_version}-{self.news}"
        return f"{version}-{self.ripples}" if lines else version


class Hub:
    """Serves those who follow a meeting, and keeps what was made for the newest version of it."""

    def __init__(self) -> None:
        self._topics: defaultdict[str, _Topic] = defaultdict(_Topic)
        self.media_run = secrets.token_hex(4)
        """Names the media engine's run. A page that hears another name than before looks after its sessions."""

    def version(self, meeting_id: str, *, lines: bool = False) -> Version:
        """The newest version of a meeting's views, with or without lines and presence."""
        return self._topics[meeting_id].version(lines=lines)

    def advance(self, meeting_id: str, record_version: int) -> None:
        """The meeting's record went on to this version."""
        topic = self._topics[meeting_id]
        topic.record_version = max(topic.record_version, record_version)
        self._changed(topic)

    def ripple(self, meeting_id: str) -> None:
        """Something has changed that is not recorded, and that only those see who run the meeting: a line, somebody's
        presence. What changes soon after is shown together with it."""
        topic = self._topics[meeting_id]
        if topic.calming is None:
            topic.calming = asyncio.get_running_loop().call_later(RIPPLE_S, self._rippled, topic)

    def _rippled(self, topic: _Topic) -> None:
        topic.calming = None
        topic.ripples += 1
        self._changed(topic, only_lines=True)

    def turn(self, meeting_id: str) -> None:
        """Something of a meeting has changed that its pages show and that is not in its own record: interpretation."""
        topic = self._topics[meeting_id]
        topic.news += 1
        self._changed(topic)

    def ripple_all(self) -> None:
        """Something that every meeting shows has changed: a name, a place."""
        for topic in self._topics.values():
            topic.news += 1
            self._changed(topic)

    def media_restarted(self) -> None:
        """The media engine runs anew: it knows nothing of the sessions that pages have."""
        self.media_run = secrets.token_hex(4)
        self.ripple_all()

    def _changed(self, topic: _Topic, *, only_lines: bool = False) -> None:
        topic.kept.clear()
        topic.due.update(dict.fromkeys(one for one in topic.followers if one.sees_lines or not only_lines))
        self._serve(topic)

    @contextmanager
    def following(self, meeting_id: str, follower: Follower) -> Iterator[None]:
        """The follower is served for as long as the block runs, beginning with what there is."""
        topic = self._topics[meeting_id]
        topic.followers.add(follower)
        topic.due[follower] = None
        self._serve(topic)
        try:
            yield
        finally:
            topic.followers.discard(follower)
            topic.due.pop(follower, None)

    def _serve(self, topic: _Topic) -> None:
        if topic.due and topic.server is None:
            topic.server = asyncio.get_running_loop().create_task(self._serve_due(topic))

    async def _serve_due(self, topic: _Topic) -> None:
        served = 0
        try:
            while topic.due:
                follower = next(iter(topic.due))
                del topic.due[follower]
                try:
                    await follower.serve(topic.version(lines=follower.sees_lines))
                except Exception:
                    _log.exception("a page could not be served")
                    follower.end()
                served += 1
                if served % AT_ONCE == 0:
                    await asyncio.sleep(0)
        finally:
            topic.server = None

    async def watch(self) -> None:
        """Look after all followers, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            for topic in list(self._topics.values()):
                for number, follower in enumerate(list(topic.followers)):
                    if await follower.look():
                        topic.due[follower] = None
                    if number % AT_ONCE == 0:
                        await asyncio.sleep(0)
                self._serve(topic)

    async def kept(self, meeting_id: str, key: object, make: Callable[[], Awaitable[T]]) -> T:
        """What was made for `key` at the newest version; whoever comes first makes it, everyone else waits for it."""
        topic = self._topics[meeting_id]
        task = topic.kept.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            # One that failed is not kept: the next who asks tries again.
            task = asyncio.ensure_future(_made(make))
            topic.kept[key] = task
        made: T = await asyncio.shield(task) if not task.done() else task.result()
        return made


async def _made(make: Callable[[], Awaitable[T]]) -> T:
    return await make()

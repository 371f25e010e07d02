"""What this worker publishes, for the receivers of other workers: a packet leaves once for each worker that wants it.

A source that nobody wants elsewhere costs nothing here.
"""

import random
from collections.abc import Callable

from rostrum.media.sfu.crossing import AGAIN_S, FORGOTTEN_S, FeedGone, FeedTold, TrackTold, packed, written
from rostrum.media.sfu.source import Feed
from rostrum.media.sfu.track import Inbound, Track
from rostrum.media.wire.feedback import KEYFRAME_INTERVAL_S

_ASKED_AGAIN_S = 2 * KEYFRAME_INTERVAL_S

Send = Callable[[int, bytes], None]
"""Queues a letter for a worker."""


class Crosser:
    """Carries one track's packets to the workers that want its source."""

    def __init__(self, feed_id: int, number: int, to: dict[int, float], send: Send) -> None:
        self.number = number
        self.asked_s = 0.0
        """When another worker last asked for a keyframe."""
        self._feed_id = feed_id
        self._to = to
        self._send = send

    def welcome(self, track: Track, inbound: Inbound) -> None:
        """See `Carrier`: those who wait in another worker are served by a keyframe."""
        if inbound.opens:
            track.expecting.pop(self, None)

    def forward(self, inbound: Inbound, now_s: float) -> None:  # noqa: ARG002 - every carrier is told the time
        """Write the packet once, and hand it to each worker."""
        letter = packed(self._feed_id, self.number, inbound.packet)
        for worker in self._to:
            self._send(worker, letter)


class Export:
    """One feed on its way to other workers."""

    def __init__(self, feed_id: int, source: tuple[str, str], feed: Feed, to: dict[int, float], send: Send) -> None:
        """`source`: its meeting and name. `to`: the workers that want it, each with the time of its last saying so."""
        self.feed_id = feed_id
        self.feed = feed
        self._source = source
        self._to = to
        self._send = send
        self._crossers: dict[Track, Crosser] = {}
        self._numbers = 0
        self._told: FeedTold | None = None
        self._told_s = 0.0

    def sync(self) -> None:
        """Follow the feed's tracks: all cross while anyone wants them, so that every level is known everywhere."""
        self._cross(set(self.feed.tracks.values()) if self._to else set())

    def _cross(self, tracks: set[Track]) -> None:
        for track in self._crossers.keys() - tracks:
            crosser = self._crossers.pop(track)
            track.crossers.remove(crosser)
            track.expecting.pop(crosser, None)
        for track in tracks - self._crossers.keys():
            self._numbers += 1
            crosser = self._crossers[track] = Crosser(self.feed_id, self._numbers, self._to, self._send)
            track.crossers.append(crosser)

    def tell(self, now_s: float) -> None:
        """Tell those who want it of the feed where anything changed, and every now and then."""
        if not self._to:
            return
        standing = self._standing()
        if standing != self._told or now_s - self._told_s >= AGAIN_S:
            self._told, self._told_s = standing, now_s
            letter = written(standing)
            for worker in self._to:
                self._send(worker, letter)

    def tell_one(self, worker: int) -> None:
        """Tell one who has just come to want it."""
        self._send(worker, written(self._standing()))

    def tell_gone(self, worker: int) -> None:
        """Tell one that nothing more comes."""
        self._send(worker, written(FeedGone(self.feed_id)))

    def end(self) -> None:
        """Nothing crosses any more."""
        self._cross(set())
        for worker in self._to:
            self.tell_gone(worker)

    def _standing(self) -> FeedTold:
        keys = {track: key for key, track in self.feed.tracks.items()}
        told = []
        for track, crosser in self._crossers.items():
            clocks = track.reception.clocks
            told.append(
                TrackTold(
                    crosser.number,
                    keys[track],
                    track.kind,
                    track.codec,
                    track.clock_rate,
                    None if clocks is None else clocks[:2],
                )
            )
        return FeedTold(self.feed_id, *self._source, self.feed.offset_s, tuple(told))

    def keyframe(self, number: int, now_s: float) -> None:
        """Another worker asks for a keyframe of a track; it asks again while someone waits there."""
        for track, crosser in self._crossers.items():
            if crosser.number == number:
                crosser.asked_s = now_s
                track.expecting[crosser] = None
                track.request_keyframe(now_s)

    def forget_requests(self, now_s: float) -> None:
        """Nobody waits any more for what was not asked for again."""
        for track, crosser in self._crossers.items():
            if now_s - crosser.asked_s > _ASKED_AGAIN_S:
                track.expecting.pop(crosser, None)


class Exports:
    """All that is published here."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._wanted: dict[tuple[str, str], dict[int, float]] = {}
        self._exports: dict[tuple[str, str], Export] = {}
        self._next_id = random.randrange(1 << 32)  # noqa: S311 - not that of the worker that was here before

    def publish(self, meeting_id: str, source: str, feed: Feed) -> None:
        """A feed is published here."""
        key = meeting_id, source
        former = self._exports.pop(key, None)
        if former is not None:
            former.end()
        self._next_id = self._next_id + 1 & 0xFFFFFFFF
        self._exports[key] = Export(self._next_id, key, feed, self._wanted.setdefault(key, {}), self._send)

    def unpublish(self, meeting_id: str, source: str, feed: Feed) -> None:
        """A feed is gone; another one of the same name is left alone."""
        export = self._exports.get((meeting_id, source))
        if export is not None and export.feed is feed:
            del self._exports[meeting_id, source]
            export.end()

    def here(self, meeting_id: str) -> set[str]:
        """The names of a meeting's sources that are published here."""
        return {source for meeting, source in self._exports if meeting == meeting_id}

    def want(self, worker: int, meeting_id: str, source: str, now_s: float, *, anew: bool) -> None:
        """Another worker has receivers of a source."""
        to = self._wanted.setdefault((meeting_id, source), {})
        anew = anew or worker not in to
        to[worker] = now_s
        export = self._exports.get((meeting_id, source))
        if export is not None and anew:
            export.sync()
            export.tell_one(worker)

    def unwant(self, worker: int, meeting_id: str, source: str) -> None:
        """Another worker has none any more."""
        key = meeting_id, source
        if self._wanted.get(key, {}).pop(worker, None) is not None and key in self._exports:
            self._exports[key].sync()
            self._exports[key].tell_gone(worker)

    def keyframe(self, feed_id: int, number: int, now_s: float) -> None:
        """A receiver in another worker needs a keyframe; requests from everywhere are merged."""
        for export in self._exports.values():
            if export.feed_id == feed_id:
                export.keyframe(number, now_s)

    def tick(self, now_s: float) -> None:
        """Forget workers that say nothing any more, and tell the others what is new. Some fifty times a second."""
        for (meeting_id, source), to in list(self._wanted.items()):
            for worker in [one for one, said_s in to.items() if now_s - said_s > FORGOTTEN_S]:
                self.unwant(worker, meeting_id, source)
            if not to and (meeting_id, source) not in self._exports:
                del self._wanted[meeting_id, source]
        for export in self._exports.values():
            export.sync()
            export.forget_requests(now_s)
            export.tell(now_s)

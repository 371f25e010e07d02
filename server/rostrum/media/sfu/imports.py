"""What other workers publish, for the receivers here: each of their feeds stands behind its name as if it came here."""

from collections.abc import Callable
from dataclasses import dataclass, field

from rostrum.media.sfu.crossing import (
    AGAIN_S,
    FORGOTTEN_S,
    FeedTold,
    KeyframeWanted,
    TrackTold,
    Unwanted,
    Wanted,
    written,
)
from rostrum.media.sfu.router import MeetingRouter
from rostrum.media.sfu.source import Feed
from rostrum.media.sfu.track import Track
from rostrum.media.wire import rtcp, rtcp_build
from rostrum.media.wire.rtp import RtpPacket

_ROUND_TRIP_S = 0.02
"""A request for a keyframe waits in the other worker for so long at most."""


@dataclass(slots=True)
class Import:
    """One feed from another worker."""

    meeting_id: str
    source: str
    heard_s: float
    feed: Feed = field(default_factory=Feed)
    by_number: dict[int, Track] = field(default_factory=dict)


class Imports:
    """All that comes from other workers."""

    def __init__(self, send: Callable[[int, bytes], None], send_all: Callable[[bytes], None]) -> None:
        self._send, self._send_all = send, send_all
        self._imports: dict[tuple[int, int], Import] = {}
        self._routers: dict[str, MeetingRouter] = {}
        self._wanted: dict[tuple[str, str], None] = {}
        self._said_s = 0.0

    def want(self, meeting_id: str, router: MeetingRouter, names: set[str], now_s: float) -> None:
        """These sources of a meeting are given to receivers here, and are not published here; no others."""
        self._routers[meeting_id] = router
        standing = {source for meeting, source in self._wanted if meeting == meeting_id}
        for source in sorted(standing - names):
            del self._wanted[meeting_id, source]
            self._send_all(written(Unwanted(meeting_id, source)))
        for source in sorted(names - standing):
            self._wanted[meeting_id, source] = None
            self._send_all(written(Wanted(meeting_id, source, anew=True)))
        for key, one in list(self._imports.items()):
            if one.meeting_id == meeting_id and one.source not in names:
                self._drop(key, now_s)
        if not names:
            del self._routers[meeting_id]

    def told(self, worker: int, told: FeedTold, now_s: float) -> None:
        """Another worker says what it publishes."""
        if (told.meeting_id, told.source) not in self._wanted:
            return
        router, key = self._routers[told.meeting_id], (worker, told.feed_id)
        one = self._imports.get(key)
        if one is None:
            one = self._imports[key] = Import(told.meeting_id, told.source, now_s)
            router.publish(told.source, one.feed, now_s)
        one.heard_s, one.feed.offset_s = now_s, told.offset_s
        for track in told.tracks:
            self._follow(key, one, track, now_s)

    def _follow(self, key: tuple[int, int], one: Import, told: TrackTold, now_s: float) -> None:
        track = one.by_number.get(told.number)
        if track is None:
            track = self._made(key, told)
            router = self._routers[one.meeting_id]
            track.on_first = lambda: router.changed(track.last_at_s)
            former = one.feed.tracks.get(told.key)
            one.by_number = {number: known for number, known in one.by_number.items() if known is not former}
            one.by_number[told.number] = one.feed.tracks[told.key] = track
        if told.clocks is not None:
            wall_s, timestamp = told.clocks
            track.reception.sender_report(rtcp_build.ntp(wall_s), timestamp, now_s)

    def _made(self, key: tuple[int, int], told: TrackTold) -> Track:
        worker, feed_id = key
        letter = written(KeyframeWanted(feed_id, told.number))

        def feedback(packet: bytes) -> None:
            """Of what a track asks its publisher for, only keyframes are asked for across: the rest is repaired there,
            and nothing is lost between here and there but where this worker has no room for it."""
            if packet[1] == rtcp.PAYLOAD_FEEDBACK:
                self._send(worker, letter)

        return Track(told.kind, told.clock_rate, told.number, send_rtcp=feedback, codec=told.codec)

    def carried(self, worker: int, feed_id: int, number: int, packet: RtpPacket, now_s: float) -> None:
        """A packet from another worker; one of a feed that was not told of is dropped."""
        one = self._imports.get((worker, feed_id))
        track = None if one is None else one.by_number.get(number)
        if track is not None:
            track.receive(packet, now_s)

    def gone(self, worker: int, feed_id: int, now_s: float) -> None:
        """Nothing more of a feed comes."""
        if (worker, feed_id) in self._imports:
            self._drop((worker, feed_id), now_s)

    def _drop(self, key: tuple[int, int], now_s: float) -> None:
        one = self._imports.pop(key)
        self._routers[one.meeting_id].unpublish(one.source, one.feed, now_s)

    def tick(self, now_s: float) -> None:
        """Say again what is wanted, and forget what is not told of any more. Some fifty times a second."""
        for key, one in list(self._imports.items()):
            if now_s - one.heard_s > FORGOTTEN_S:
                self._drop(key, now_s)
                continue
            for track in one.feed.tracks.values():
                track.repair(now_s, _ROUND_TRIP_S)
        if now_s - self._said_s >= AGAIN_S:
            self._said_s = now_s
            for meeting_id, source in self._wanted:
                self._send_all(written(Wanted(meeting_id, source)))

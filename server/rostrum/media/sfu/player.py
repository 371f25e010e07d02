"""A clip played into the router as if a publisher sent it: for the hall that has no camera yet."""

import asyncio
import time
from collections.abc import Callable, Iterable

from rostrum.media.clip import Clip
from rostrum.media.sfu.source import Feed
from rostrum.media.sfu.track import Track
from rostrum.media.wire import rtcp_build, rtp, vp8

_LOOK_S = 0.1


class Outlet:
    """A feed that frames are put into as if a publisher sent them. Its packets are not encrypted: they never leave
    the process."""

    def __init__(self, kinds: Iterable[str], on_started: Callable[[], None]) -> None:
        """`kinds`: of the tracks, as a `Feed` names them; `on_started` is called with the first packet of each."""
        self.feed = Feed()
        self.feed.offset_s = 0.0
        self._sequences = dict.fromkeys(kinds, 0)
        self._picture_ids = dict.fromkeys(kinds, 0)
        for kind in self._sequences:
            track = Track("audio" if kind == "audio" else "video", rate_of(kind), ssrc=0, send_rtcp=None)
            track.on_first = on_started
            self.feed.tracks[kind] = track

    def put(self, kind: str, data: bytes, timestamp: int) -> None:
        """Send a frame."""
        if kind == "audio":
            self._send(kind, data, timestamp, marker=False)
            return
        self._picture_ids[kind] = self._picture_ids[kind] + 1 & 0x7FFF
        for payload, last in vp8.packetise(data, self._picture_ids[kind]):
            self._send(kind, payload, timestamp, marker=last)

    def tell_clock(self, kind: str, ticks: int, at_s: float) -> None:
        """Say that a timestamp stands for a moment of our monotonic clock."""
        wall_s = time.time() + at_s - time.monotonic()
        self.feed.tracks[kind].reception.sender_report(rtcp_build.ntp(wall_s), ticks & 0xFFFFFFFF, at_s)

    def _send(self, kind: str, payload: bytes, timestamp: int, *, marker: bool) -> None:
        sequence = self._sequences[kind]
        self._sequences[kind] = sequence + 1 & 0xFFFF
        packet = rtp.RtpPacket(payload, marker, 0, sequence, timestamp & 0xFFFFFFFF, 0, 0, len(payload))
        self.feed.tracks[kind].receive(packet, time.monotonic())


def rate_of(kind: str) -> int:
    """The clock rate of a track."""
    return 48_000 if kind == "audio" else 90_000


class Player:
    """Plays a clip over and over."""

    def __init__(
        self, clip: Clip, on_started: Callable[[], None], on_frame: Callable[[], None], is_watched: Callable[[], bool]
    ) -> None:
        """`on_started` is called with the first packet of each stream, `on_frame` after each frame;
        `is_watched` tells whether anyone is there."""
        self._outlet = Outlet(("video", "audio"), on_started)
        self.feed = self._outlet.feed
        self._clip = clip
        self._on_frame = on_frame
        self._is_watched = is_watched
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """End. Twice is once."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        """Keep to the clock: a late wake-up sends what is due, and the next is on time again.

        While nobody is there the clip stands still, and goes on where it was for the first who comes."""
        began_s = time.monotonic()
        turn = 0
        while True:
            turn_s = began_s + turn * self._clip.loop_ms / 1000
            self._tell_clocks(turn, turn_s)
            for frame in self._clip.frames:
                wait_s = turn_s + frame.at_s - time.monotonic()
                if wait_s > 0.002:
                    await asyncio.sleep(wait_s)
                if not self._is_watched() and self._all_started():
                    paused_s = await self._until_watched()
                    began_s, turn_s = began_s + paused_s, turn_s + paused_s
                    self._tell_clocks(turn, turn_s)
                timestamp = turn * self._clip.loop_ms * rate_of(frame.kind) // 1000 + frame.timestamp
                self._outlet.put(frame.kind, frame.data, timestamp)
                self._on_frame()
            turn += 1
            await asyncio.sleep(0)

    def _all_started(self) -> bool:
        return all(track.started for track in self.feed.tracks.values())

    async def _until_watched(self) -> float:
        began_s = time.monotonic()
        while not self._is_watched():  # noqa: ASYNC110 - half of a keyframe's wait is soon enough
            await asyncio.sleep(_LOOK_S)
        return time.monotonic() - began_s

    def _tell_clocks(self, turn: int, turn_s: float) -> None:
        """Say at which time of the wall's clock this turn of the clip begins."""
        for kind in self.feed.tracks:
            self._outlet.tell_clock(kind, turn * self._clip.loop_ms * rate_of(kind) // 1000, turn_s)

"""A clip played into the router as if a publisher sent it: for the hall that has no camera yet."""

import asyncio
import time
from collections.abc import Callable

from rostrum.media.clip import Clip
from rostrum.media.sfu.source import Feed
from rostrum.media.sfu.track import Track
from rostrum.media.wire import rtcp_build, rtp, vp8

_RATES = {"video": 90_000, "audio": 48_000}
_LOOK_S = 0.1


class Player:
    """Plays a clip over and over. Its packets are not encrypted: they never leave the process."""

    def __init__(
        self, clip: Clip, on_started: Callable[[], None], on_frame: Callable[[], None], is_watched: Callable[[], bool]
    ) -> None:
        """`on_started` is called with the first packet of each stream, `on_frame` after each frame;
        `is_watched` tells whether anyone is there."""
        self.feed = Feed()
        self.feed.offset_s = 0.0
        self._clip = clip
        self._on_frame = on_frame
        self._is_watched = is_watched
        self._sequences = {"video": 0, "audio": 0}
        self._picture_id = 0
        self._task: asyncio.Task[None] | None = None
        for kind, rate in _RATES.items():
            track = Track(kind, rate, ssrc=0, send_rtcp=None)
            track.on_first = on_started
            self.feed.tracks[kind] = track

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
                timestamp = turn * self._clip.loop_ms * _RATES[frame.kind] // 1000 + frame.timestamp
                self._play(frame.kind, frame.data, timestamp & 0xFFFFFFFF)
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
        for kind, track in self.feed.tracks.items():
            ticks = turn * self._clip.loop_ms * _RATES[kind] // 1000
            wall_s = time.time() + turn_s - time.monotonic()
            track.reception.sender_report(rtcp_build.ntp(wall_s), ticks & 0xFFFFFFFF, turn_s)

    def _play(self, kind: str, data: bytes, timestamp: int) -> None:
        if kind == "audio":
            self._send(kind, data, timestamp, marker=False)
            return
        self._picture_id = self._picture_id + 1 & 0x7FFF
        for payload, last in vp8.packetise(data, self._picture_id):
            self._send(kind, payload, timestamp, marker=last)

    def _send(self, kind: str, payload: bytes, timestamp: int, *, marker: bool) -> None:
        sequence = self._sequences[kind]
        self._sequences[kind] = sequence + 1 & 0xFFFF
        packet = rtp.RtpPacket(payload, marker, 0, sequence, timestamp, 0, 0, len(payload))
        self.feed.tracks[kind].receive(packet, time.monotonic())

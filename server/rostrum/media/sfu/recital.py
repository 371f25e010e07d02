"""A recorded statement played as a source: read from the disk as it goes, in time, paused and let go on."""

import asyncio
import io
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import islice

from rostrum.media.clip import BrokenClip, Frame, frames
from rostrum.media.engine import Playback, Recording
from rostrum.media.sfu.player import Outlet, rate_of
from rostrum.sealed_file import SealedReader, WrongKey

KINDS = ("audio", "video", "video/1", "video/2")
READ_FRAMES = 64
"""How many frames are read together, ahead of time: those of less than a second."""
READ_BYTES = 64 * 1024
SEATED_S = 0.4
"""How long it is waited for those who watch to be led here before it goes on: they miss nothing of its beginning."""
_LOOK_S = 0.01
_FAILURES = (OSError, BrokenClip, WrongKey)
_log = logging.getLogger(__name__)


class Recital:
    """One recorded statement. While it stands, it stands at a keyframe, and goes on from there: nothing is lost, and at
    most a second is seen twice."""

    def __init__(
        self,
        playback: Playback,
        on_started: Callable[[], None],
        on_frame: Callable[[], None],
        on_over: Callable[[bool], None],
    ) -> None:
        """`on_started` is called when receivers can be led to what it plays, `on_frame` after each frame, `on_over`
        once, with whether it failed."""
        self._outlet = Outlet(KINDS, lambda: None)
        self.feed = self._outlet.feed
        self.recording = playback.recording
        self._at_s = playback.at_ms / 1000
        self._on_started, self._on_frame, self._on_over = on_started, on_frame, on_over
        self._began_s = time.monotonic()
        self._run = asyncio.Event()
        self._stand = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.set_running(playback.running)

    def start(self) -> None:
        """Begin to read, and to play where it is to run."""
        for kind in KINDS:
            self._outlet.tell_clock(kind, 0, self._began_s)
        self._task = asyncio.get_running_loop().create_task(self._go())

    def stop(self) -> None:
        """End, without telling. Twice is once."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def set_running(self, running: bool) -> None:
        """Go on, or stand still."""
        (self._run if running else self._stand).set()
        (self._stand if running else self._run).clear()

    async def _go(self) -> None:
        failed = False
        try:
            while not await self._turn():
                pass
        except _FAILURES:
            _log.exception("a recorded statement cannot be played any further")
            failed = True
        self._on_over(failed)

    async def _turn(self) -> bool:
        """Play from where it stands until it is to stand still again; True at its end."""
        source = await asyncio.to_thread(_from, self.recording, self._at_s)
        ahead = await asyncio.to_thread(_some, source)
        self._prime(ahead)
        await self._run.wait()
        self._prime(ahead)
        await self._seated()
        origin_s = time.monotonic() - (ahead[0].at_s if ahead else 0.0)
        while ahead:
            reading = asyncio.create_task(asyncio.to_thread(_some, source))
            try:
                if not await self._played(ahead, origin_s):
                    return False
                ahead = await reading
            finally:
                # A thread cannot be stopped: what it reads is let go when it is done.
                await asyncio.wait([reading])
        return True

    async def _played(self, ahead: list[Frame], origin_s: float) -> bool:
        """Play frames in their time; False where it is to stand still."""
        for frame in ahead:
            wait_s = origin_s + frame.at_s - time.monotonic()
            if wait_s > 0.002:
                await asyncio.sleep(wait_s)
            if self._stand.is_set():
                return False
            if frame.kind == "video" and frame.opens:
                self._at_s = frame.at_s
            self._put(frame, origin_s + frame.at_s)
            self._on_frame()
        return True

    def _put(self, frame: Frame, due_s: float) -> None:
        # By our clock and not the file's: what goes on after a pause is later, whatever its place in the file.
        self._outlet.put(frame.kind, frame.data, round((due_s - self._began_s) * rate_of(frame.kind)))

    def _prime(self, ahead: list[Frame]) -> None:
        """Show that it is there, in every layer, so that receivers can be led to it; nobody is given this."""
        shown = set()
        for frame in ahead:
            if frame.kind not in shown and frame.opens and not self.feed.tracks[frame.kind].lanes:
                shown.add(frame.kind)
                self._put(frame, time.monotonic())
        self._on_started()

    async def _seated(self) -> None:
        until_s = time.monotonic() + SEATED_S
        while time.monotonic() < until_s:
            if any(track.lanes or track.expecting for track in self.feed.tracks.values()):
                return
            await asyncio.sleep(_LOOK_S)


def _from(recording: Recording, at_s: float) -> Iterator[Frame]:
    """The frames of a recording from the last keyframe before a time on. Blocks."""
    file = io.BufferedReader(SealedReader(recording.path.open("rb"), recording.key, recording.recording_id), READ_BYTES)
    kept: list[Frame] = []
    source = frames(file.read)
    for frame in source:
        if frame.kind == "video" and frame.opens:
            if frame.at_s > at_s:
                return _chained([*kept, frame], source, file)
            kept.clear()
        kept.append(frame)
    return _chained(kept, source, file)


def _chained(kept: list[Frame], source: Iterator[Frame], file: AbstractContextManager[object]) -> Iterator[Frame]:
    with file:
        yield from kept
        yield from source


def _some(source: Iterator[Frame]) -> list[Frame]:
    return list(islice(source, READ_FRAMES))

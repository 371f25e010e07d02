"""Makes of each recorded meeting a file for each language, and makes it again when something in it may not be given.

What is given is decided in `reads/recordings.py`, which also tells a file that is not to be given any more from one
that is; such a file is deleted here before another is made.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterable
from datetime import UTC, datetime

import structlog

from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import Slot, is_recorded
from rostrum.desk import ACCREDITATION, INTERPRETATION, MEETING, PAPERS, STATEMENTS, Change
from rostrum.house import House
from rostrum.identity.secrets import new_id
from rostrum.media.programme.job import NotMade
from rostrum.media.recording import h264_name
from rostrum.programme_making import begin_programme, one_codec
from rostrum.reads.recordings import ONE_CODEC, PROGRAMME, RECORDING, Recorded, RunFiles
from rostrum.record.files import Kept, Owner

SETTLE_S = 2.0
"""How long nothing may change before files are made: a review seldom comes alone."""
LATER_S = 60.0
"""After how long files are made for which there was no room on the disk."""
MEDIA_TYPE = "video/webm"

_log = structlog.get_logger(__name__)


async def keep_programmes(house: House, stop: asyncio.Event) -> None:
    """Until told to stop."""
    keeper = _Keeper(house)
    house.desk.listen(keeper.heard)
    house.recordings.listen(keeper.due)
    for meeting_id in await house.desk.identifiers(MEETING):
        keeper.due(meeting_id)
    # Told to stop rather than cancelled, as every chore: a query that is cut off leaves its connection behind.
    following = asyncio.create_task(keeper.follow())
    await stop.wait()
    keeper.stop()
    await following


class _Keeper:
    def __init__(self, house: House) -> None:
        self._house = house
        self._due: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting: set[str] = set()
        self._stopped = asyncio.Event()
        self._not_coded: set[str] = set()
        """Runs whose pictures of H.264 could not be coded again."""

    def stop(self) -> None:
        """Follow and make nothing more."""
        self._stopped.set()
        self._due.put_nowait(None)

    def due(self, meeting_id: str) -> None:
        """Something of a meeting's recording may be otherwise now."""
        if meeting_id not in self._waiting:
            self._waiting.add(meeting_id)
            self._due.put_nowait(meeting_id)

    def heard(self, change: Change) -> None:
        """A change of the record: the meeting's own, and what is said of those who spoke in it."""
        if change.aggregate in (MEETING, INTERPRETATION):
            meeting = self._house.desk.held(MEETING).get(change.identifier, Meeting())
            # While it is recorded nothing is made, and nothing that it does changes what was: its end is told.
            if meeting.taping.number and not is_recorded(meeting):
                self.due(change.identifier)
        elif change.aggregate in (ACCREDITATION, PAPERS, STATEMENTS):
            for meeting_id, meeting in self._house.desk.held(MEETING).items():
                if meeting.session_id == change.identifier and meeting.taping.number:
                    self.due(meeting_id)

    async def follow(self) -> None:
        """One meeting after the other."""
        while (meeting_id := await self._due.get()) is not None and not self._stopped.is_set():
            try:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), SETTLE_S)
                self._waiting.discard(meeting_id)
                await self._settle(meeting_id)
            except Exception:
                self._waiting.discard(meeting_id)
                _log.exception("what is made of a recording could not be brought up to date", meeting=meeting_id)

    async def _withdraw(self, meeting_id: str) -> Recorded:
        """Delete what may not be given any more: pages give it no more since it may not be."""
        recorded = await self._house.recordings.of(meeting_id)
        if not recorded.runs:
            return recorded
        given = {kept.file_id for channel in recorded.channels if (kept := recorded.current(channel)) is not None}
        gone = [kept.file_id for kept in recorded.made.values() if kept.size and kept.file_id not in given]
        if gone:
            await self._house.files.delete(*gone)
        return recorded

    async def _settle(self, meeting_id: str) -> None:
        recorded = await self._withdraw(meeting_id)
        if recorded.writing or is_recorded(recorded.meeting) or not recorded.can_be_made:
            return
        for run in recorded.runs:
            if not run.needs_one_codec or run.name in self._not_coded or self._stopped.is_set():
                continue
            if not self._house.disk.has_room(sum(kept.size for kept in run.files.values())):
                asyncio.get_running_loop().call_later(LATER_S, self.due, meeting_id)
                return
            await self._to_one_codec(recorded.meeting, run)
        recorded = await self._house.recordings.of(meeting_id)
        for channel in recorded.channels:
            if self._stopped.is_set():
                return
            if recorded.purpose(channel) not in recorded.made and not await self._make(recorded, channel):
                asyncio.get_running_loop().call_later(LATER_S, self.due, meeting_id)
                break
        await self._withdraw(meeting_id)

    async def _to_one_codec(self, meeting: Meeting, run: RunFiles) -> None:
        """Code a run's pictures of H.264 again. Where that fails it is given without them."""
        house, h264 = self._house, run.files[h264_name(Slot.STAGE)]
        lasted_s = (run.run.ended_ms - run.run.began_ms) / 1000
        kept = await asyncio.to_thread(house.files.begin, new_id(), MEDIA_TYPE)
        try:
            async with contextlib.aclosing(one_codec(house.files, run.files.get(Slot.STAGE), h264, lasted_s)) as parts:
                whole = await self._written(kept, parts)
        except (NotMade, OSError):
            _log.exception("a picture could not be brought to one codec", meeting=meeting.meeting_id)
            whole = False
        if not whole:
            self._not_coded.add(run.name)
            return
        owner = Owner(meeting.session_id, meeting.meeting_id, RECORDING, f"{run.name}.{ONE_CODEC}")
        await house.files.commit(house.files.row(kept, owner, h264.created_at, h264.purge_at))

    async def _make(self, recorded: Recorded, channel: str) -> bool:
        """Whether there was room for it."""
        house, meeting = self._house, recorded.meeting
        began = datetime.fromtimestamp(recorded.runs[0].run.began_ms / 1000, UTC)
        try:
            async with await begin_programme(house.files, *recorded.job(channel)) as programme:
                if not house.disk.has_room(programme.size):
                    _log.error("the disk is full: a recording's file is made later", meeting=meeting.meeting_id)
                    return False
                kept = await asyncio.to_thread(house.files.begin, new_id(), MEDIA_TYPE)
                if not await self._written(kept, programme):
                    return True
        except (NotMade, OSError):
            _log.exception("no file could be made of a recording", meeting=meeting.meeting_id, channel=channel)
            return True
        owner = Owner(meeting.session_id, meeting.meeting_id, PROGRAMME, recorded.purpose(channel))
        await house.files.commit(house.files.row(kept, owner, house.clock(), began + house.lives.programme))
        return True

    async def _written(self, kept: Kept, parts: AsyncIterable[bytes]) -> bool:
        """Write a file; whether it is whole. One that is not leaves nothing behind."""
        whole = False
        try:
            async for part in parts:
                if self._stopped.is_set():
                    return False
                await asyncio.to_thread(kept.append, part)
            await asyncio.to_thread(kept.finish)
            whole = kept.size > 0
            return whole
        finally:
            if not whole:
                with contextlib.suppress(OSError, ValueError):
                    await asyncio.to_thread(kept.finish)
                await self._house.files.forget([kept.file_id])

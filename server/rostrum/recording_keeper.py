"""Keeps a process recording each meeting that is recorded, begins another where one dies, and ends it at the word.

The journal of a recording says what was on the floor and what was left out of it for somebody's protection, not whose.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime

import structlog

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.chapters import MARGIN_MS
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import is_recorded
from rostrum.assembly.refusal import Refused
from rostrum.assembly.release import OPEN, Guard
from rostrum.assembly.sitting import MeetingClosed, MeetingSuspended
from rostrum.assembly.taping import HaltTaping, ResumeTaping, TapingCommand, TapingStopped
from rostrum.desk import ACCREDITATION, MEETING, Change
from rostrum.house import House
from rostrum.media.engine import PeerHealth, PeerState
from rostrum.reads.recordings import RECORDING
from rostrum.recording_take import Take

AGAIN_S = 1.0
"""After how long another process is begun in the place of one that died."""
LOOK_S = 2.0
"""How often the disk is looked at. A recording writes some megabytes in that time at most."""
ENDINGS = (TapingStopped, MeetingSuspended, MeetingClosed)

_log = structlog.get_logger(__name__)


async def keep_recordings(house: House, stop: asyncio.Event) -> None:
    """Until told to stop."""
    keeper = _Keeper(house)
    house.desk.listen(keeper.heard)
    house.engine.listen(keeper.peer_changed)
    following = asyncio.create_task(keeper.follow())
    await stop.wait()
    keeper.stop()
    await following


class _Keeper:
    def __init__(self, house: House) -> None:
        self._house = house
        self._changed: asyncio.Queue[tuple[str, datetime | None] | None] = asyncio.Queue()
        self._takes: dict[str, Take] = {}
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._told: dict[str, Mapping[str, object]] = {}

    def heard(self, change: Change) -> None:
        """A change of the record."""
        if change.aggregate is MEETING:
            ended = next((row.event.at for row in change.recorded if isinstance(row.event, ENDINGS)), None)
            self._changed.put_nowait((change.identifier, ended))

    def peer_changed(self, peer: PeerHealth) -> None:
        """A connection to the engine: where it was ours, its process begins again."""
        take = self._takes.get(peer.meeting_id)
        if peer.state is PeerState.CLOSED and take is not None and peer.peer_id in take.peers:
            take.break_off()

    def stop(self) -> None:
        """Follow nothing more."""
        self._changed.put_nowait(None)

    async def follow(self) -> None:
        """Do what follows of every change, from what there is at the start on."""
        await self._mend(*await self._house.desk.identifiers(MEETING))
        for meeting_id in await self._house.desk.identifiers(MEETING):
            self._changed.put_nowait((meeting_id, None))
        while (changed := await self._changed.get()) is not None:
            try:
                await self._settle(*changed)
            except Exception:
                _log.exception("what follows for a recording could not be done")
        for take in self._takes.values():
            await take.stop()
        await asyncio.gather(*self._runs.values())

    async def _mend(self, *meeting_ids: str) -> None:
        """Close the files that were being written when the server stopped at once, or the disk was full."""
        files = self._house.files
        for kept in await files.files_of(*meeting_ids):
            if kept.owner.kind == RECORDING and kept.size == 0:
                try:
                    found = await asyncio.to_thread(files.resume, kept.file_id, kept.media_type)
                    await asyncio.to_thread(found.finish)
                    row = files.row(found, kept.owner, kept.created_at, kept.purge_at)
                    await files.closed(found, row)
                except Exception:
                    _log.exception("a recording could not be mended", file=kept.file_id)

    async def _settle(self, meeting_id: str, ended: datetime | None) -> None:
        meeting = (await self._house.desk.load(MEETING, meeting_id)).state
        run = self._runs.get(meeting_id)
        if run is not None and (ended is not None or not is_recorded(meeting)):
            take = self._takes.get(meeting_id)
            if take is not None:
                await take.stop(ended)
            await run
        if is_recorded(meeting) and meeting_id not in self._runs:
            self._runs[meeting_id] = asyncio.create_task(self._record(meeting))
        elif is_recorded(meeting) and meeting_id in self._takes:
            await self._note(meeting)

    async def _record(self, meeting: Meeting) -> None:
        """Until the word: one process after the other."""
        meeting_id, number = meeting.meeting_id, 0
        try:
            while True:
                take = self._takes[meeting_id] = Take(self._house, meeting.session_id, meeting_id)
                self._told.pop(meeting_id, None)
                await self._until_there_is_room(take)
                if take.is_stopping:
                    return
                if number:
                    await self._mend(meeting_id)
                self._told[meeting_id] = now = await self._floor(meeting_id)
                watching = asyncio.create_task(self._break_off_without_room(take))
                try:
                    await take.run({"what": "floor", "after_a_gap": number > 0, **now})
                except Exception:
                    _log.exception("a recording failed", meeting=meeting_id)
                finally:
                    watching.cancel()
                if take.is_stopping:
                    return
                number += 1
                _log.warning("a recording broke off and is begun again", meeting=meeting_id)
                await asyncio.sleep(AGAIN_S)
                if take.is_stopping:
                    return
        finally:
            del self._takes[meeting_id], self._runs[meeting_id]
            self._house.recordings.told(meeting_id)

    async def _until_there_is_room(self, take: Take) -> None:
        """Say on the record that nothing is kept as long as the disk is full: the meeting goes on."""
        disk, told = self._house.disk, False
        room = disk.has_room()
        while not room and not take.is_stopping:
            if not told:
                _log.error("the disk is full: a recording stands still", meeting=take.meeting_id, free=disk.free_bytes)
            told = told or await self._say(take.meeting_id, HaltTaping())
            await asyncio.sleep(LOOK_S)
            # Somewhat more than is needed, so that it does not begin and end all the time.
            room = disk.has_room(disk.reserve_bytes // 4)
        if not take.is_stopping:
            await self._say(take.meeting_id, ResumeTaping())

    async def _break_off_without_room(self, take: Take) -> None:
        while self._house.disk.has_room():  # noqa: ASYNC110 - a disk says nothing by itself
            await asyncio.sleep(LOOK_S)
        take.break_off()

    async def _say(self, meeting_id: str, command: TapingCommand) -> bool:
        """Whether it is on the record now: another program may have filled the disk to its last byte."""
        try:
            await self._house.desk.act(MEETING, meeting_id, command, SYSTEM)
        except Refused:
            return True
        except Exception:
            _log.exception("that a recording stands still could not be kept")
            return False
        return True

    async def _note(self, meeting: Meeting) -> None:
        if meeting.meeting_id not in self._told:
            # It has not begun: its first note says what is on the floor then.
            return
        now = await self._floor(meeting.meeting_id)
        if now != self._told[meeting.meeting_id]:
            self._told[meeting.meeting_id] = now
            take = self._takes[meeting.meeting_id]
            await take.note(what="floor", **now)
            # Where the one before is withheld, what is given begins here.
            await take.cut(time.time() + MARGIN_MS / 1000)

    async def _floor(self, meeting_id: str) -> Mapping[str, object]:
        """Which entry has the floor, on which item, and what is left out meanwhile; no entry where something is."""
        meeting = (await self._house.desk.load(MEETING, meeting_id)).state
        speech = meeting.floor.speech
        guard: Guard = OPEN
        if speech is not None:
            session = (await self._house.desk.load(ACCREDITATION, meeting.session_id)).state
            guard = self._house.guards.of(session, speech.place_id)
        left_out = [name for name, out in (("picture", guard.hides_picture), ("voice", guard.masks_voice)) if out]
        entry = speech.entry_id if speech is not None and not left_out else None
        running = speech is not None and speech.running_since is not None
        told = {"entry": entry, "item": meeting.item_id, "running": running}
        return {**told, "left_out": left_out, "why": "protection"} if left_out else told

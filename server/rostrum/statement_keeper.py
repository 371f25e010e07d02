"""Brings video statements on their way: looked at, put at their entry, played when it is called, and noted after it.

What is decided is the Assembly's (`assembly/statement_queue.py`); here it is asked for after every change, so that
what was missed heals with the next.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import recording_source
from rostrum.assembly.recording import EndRecording, FailRecording
from rostrum.assembly.refusal import Refused
from rostrum.assembly.statement import Check, Finding, Made, Statement, Statements, StatementState, StatementWithdrawn
from rostrum.assembly.statement_acts import BeginCheck, ReportCheck
from rostrum.assembly.statement_queue import Plays, of_the_list, of_the_statements, playing
from rostrum.desk import ACCREDITATION, MEETING, PAPERS, STATEMENTS, Change
from rostrum.house import House
from rostrum.i18n.guess import guess
from rostrum.media.engine import Playback, PlaybackOver, Recording
from rostrum.media.transcode.limits import Limits
from rostrum.record.files import Owner
from rostrum.uploads.cleaning import PDF
from rostrum.uploads.screening import Screened, Sealed, Stopped

VIDEO = "statement-video"
"""The kind of files that are video statements, as they come and as they are played."""
LATER_S = 30.0
"""After how long a statement is looked at for which there was no room on the disk."""
UNCHECKED = frozenset({StatementState.RECEIVED, StatementState.CHECKING})

_log = structlog.get_logger(__name__)


async def keep_statements(house: House, stop: asyncio.Event) -> None:
    """Until told to stop."""
    keeper = _Keeper(house)
    house.desk.listen(keeper.heard)
    house.engine.on_playback_over(keeper.over)
    # Told to stop rather than cancelled, as every chore: a query that is cut off leaves its connection behind.
    tasks = [asyncio.create_task(keeper.follow()), asyncio.create_task(keeper.look())]
    await stop.wait()
    keeper.stop()
    await asyncio.gather(*tasks)


class _Keeper:
    def __init__(self, house: House) -> None:
        self._house = house
        self._changed: asyncio.Queue[str | PlaybackOver | None] = asyncio.Queue()
        self._told: dict[tuple[str, str], tuple[str, bool]] = {}
        """What the engine was last told of a source: the recording, and whether it runs."""

    def heard(self, change: Change) -> None:
        """A change of the record."""
        if change.aggregate is MEETING:
            self._changed.put_nowait(change.identifier)
        if change.aggregate is STATEMENTS:
            state: Statements = change.held.state
            for meeting_id in {one.meeting_id for one in state.statements.values()}:
                self._changed.put_nowait(meeting_id)
            for row in change.recorded:
                if isinstance(row.event, StatementWithdrawn):
                    self._house.screener.drop(change.identifier, row.event.statement_id)

    def over(self, over: PlaybackOver) -> None:
        """The engine has played one to its end, or cannot."""
        self._changed.put_nowait(over)

    def stop(self) -> None:
        """Follow and look at nothing more."""
        self._changed.put_nowait(None)
        self._house.screener.stop()

    async def follow(self) -> None:
        """Do what follows of every change, from what there is at the start on."""
        for meeting_id in await self._house.desk.identifiers(MEETING):
            self._changed.put_nowait(meeting_id)
        while (changed := await self._changed.get()) is not None:
            try:
                if isinstance(changed, PlaybackOver):
                    await self._ended(changed)
                else:
                    await self._settle(changed)
            except Exception:
                _log.exception("what follows for video statements could not be done")

    async def _settle(self, meeting_id: str) -> None:
        desk = self._house.desk
        meeting = (await desk.load(MEETING, meeting_id)).state
        statements = (await desk.load(STATEMENTS, meeting.session_id)).state
        # What is said is played first: the list can wait.
        await self._play(meeting, statements)
        for on_list in list(of_the_list(meeting, statements)):
            with contextlib.suppress(Refused):
                await desk.act(MEETING, meeting_id, on_list, SYSTEM)
        for command in list(of_the_statements(meeting, statements)):
            with contextlib.suppress(Refused):
                await desk.act(STATEMENTS, meeting.session_id, command, SYSTEM)

    async def _play(self, meeting: Meeting, statements: Statements) -> None:
        wanted = {recording_source(one.entry_id): one for one in playing(meeting.floor, self._house.clock())}
        for told_meeting, source in list(self._told):
            if told_meeting == meeting.meeting_id and source not in wanted:
                del self._told[told_meeting, source]
                self._house.engine.stop_playing(meeting.meeting_id, source)
        for source, plays in wanted.items():
            key, told = (meeting.meeting_id, source), (plays.recording_id, plays.running)
            if self._told.get(key) == told:
                continue
            recording = await self._recording(statements, plays)
            if recording is None:
                await self._fail(meeting.meeting_id, plays.entry_id)
            else:
                self._told[key] = told
                self._house.engine.play_recording(*key, Playback(recording, plays.at_ms, plays.running))

    async def _recording(self, statements: Statements, plays: Plays) -> Recording | None:
        one = statements.statements.get(plays.recording_id)
        if one is None or one.made is None:
            return None
        try:
            path, key = await asyncio.to_thread(self._house.files.lies, one.made.clip_id)
        except OSError:
            _log.exception("a video statement is not there", statement=one.statement_id)
            return None
        return Recording(one.made.clip_id, path, key)

    async def _ended(self, over: PlaybackOver) -> None:
        entry_id = over.source.partition(":")[2]
        if over.failed:
            await self._fail(over.meeting_id, entry_id)
            return
        # Every worker says it, and the presiding officer may have been quicker.
        with contextlib.suppress(Refused):
            await self._house.desk.act(MEETING, over.meeting_id, EndRecording(entry_id), SYSTEM)

    async def _fail(self, meeting_id: str, entry_id: str) -> None:
        with contextlib.suppress(Refused):
            await self._house.desk.act(MEETING, meeting_id, FailRecording(entry_id), SYSTEM)

    async def look(self) -> None:
        """Look at what has come, and at what was being looked at when the server stopped."""
        house = self._house
        for session_id in await house.desk.identifiers(STATEMENTS):
            for one in (await house.desk.load(STATEMENTS, session_id)).state.statements.values():
                if one.state in UNCHECKED:
                    house.screener.ask(session_id, one.statement_id)
        async for session_id, statement_id, dropped in house.screener.asked():
            try:
                found = (await house.desk.load(STATEMENTS, session_id)).state.statements.get(statement_id)
                if found is not None and dropped:
                    await self._drop(found)
                elif found is not None and found.state in UNCHECKED:
                    await self._check(session_id, found)
            except Stopped:
                return
            except Refused:
                # It was taken back meanwhile.
                continue
            except Exception:
                _log.exception("a video statement could not be looked at", statement=statement_id)

    async def _drop(self, one: Statement) -> None:
        """Nothing is kept of a statement that was taken back or replaced."""
        house = self._house
        await house.uploads.end(one.upload_id)
        await house.dossiers.commit(house.dossiers.dropped(one.dossier_id))
        if one.made is not None:
            await house.files.delete(one.made.clip_id, one.made.preview_id, *one.made.picture_ids)

    async def _check(self, session_id: str, one: Statement) -> None:
        house = self._house
        upload = await house.uploads.get(one.upload_id)
        if upload is None:
            missing = ReportCheck(one.statement_id, (Finding(Check.BREAKS_OFF, 0),), None)
            await house.desk.act(STATEMENTS, session_id, BeginCheck(one.statement_id), SYSTEM)
            await house.desk.act(STATEMENTS, session_id, missing, SYSTEM)
            return
        limits = await self._limits(session_id, one)
        if not house.disk.has_room(limits.made_bytes_max):
            _log.warning("there is no room to look at a video statement: it is tried again", statement=one.statement_id)
            asyncio.get_running_loop().call_later(LATER_S, house.screener.ask, session_id, one.statement_id)
            return
        await house.desk.act(STATEMENTS, session_id, BeginCheck(one.statement_id), SYSTEM)
        path, key = house.uploads.lies(one.upload_id)
        screened = await house.screener.screen(Sealed(path, key, one.upload_id), limits, one.statement_id)
        now = house.clock()
        owner = Owner(session_id, one.place_id, VIDEO, one.statement_id)
        rows = [house.files.row(each, owner, now, now + house.lives.video) for each in screened.all]
        made = _made(screened)
        findings = *screened.findings, *[each async for each in self._of_the_text(session_id, one)]
        command = ReportCheck(one.statement_id, findings, made)
        try:
            await house.desk.act(STATEMENTS, session_id, command, SYSTEM, also=rows if made is not None else ())
        except Refused:
            await house.files.forget([each.file_id for each in screened.all])
            raise
        await house.uploads.end(one.upload_id)

    async def _of_the_text(self, session_id: str, one: Statement) -> AsyncIterator[Finding]:
        """Whether the text that interpreters get is there, in the language that is spoken, and reads like it."""
        papers = (await self._house.desk.load(PAPERS, session_id)).state
        texts = papers.texts_of(one.meeting_id, one.place_id, one.delegation_id)
        own = next((text for text in texts if text.language == one.language), None)
        if not texts:
            yield Finding(Check.TEXT_MISSING)
        elif own is None or await self._reads_like(own.file_id) not in (None, one.language):
            yield Finding(Check.LANGUAGE_DIFFERS)

    async def _reads_like(self, file_id: str) -> str | None:
        kept = await self._house.files.get(file_id)
        if kept is None or kept.media_type != PDF:
            return None
        try:
            return guess(await self._house.intake.words(self._house.files.read(kept)))
        except (Refused, FileNotFoundError):
            # A text that cannot be read by a machine may be read by people.
            return None

    async def _limits(self, session_id: str, one: Statement) -> Limits:
        session = (await self._house.desk.load(ACCREDITATION, session_id)).state
        meeting = (await self._house.desk.load(MEETING, one.meeting_id)).state
        place = session.places.get(one.place_id)
        return Limits(meeting.rules.limit_ms("" if place is None else place.category))


def _made(screened: Screened) -> Made | None:
    if screened.clip is None or screened.preview is None or any(each.check.refuses for each in screened.findings):
        return None
    pictures = tuple(each.file_id for each in screened.pictures)
    return Made(screened.clip.file_id, screened.preview.file_id, pictures, screened.length_ms)

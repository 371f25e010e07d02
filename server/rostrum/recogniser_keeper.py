"""Keeps a recogniser writing captions of each open meeting in each language that the operator named one for.

A recogniser is any program that reads PCM and writes words over its pipes (docs/operator.md). It hears the language's
channel, and is believed only while that is known to carry the language: an interpreter's voice, or a floor that speaks
it.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from rostrum.assembly.captions import TEXT_MAX, CaptionKind, Cue, Line, plain
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import Audience, AudienceRole, speaker_of
from rostrum.desk import ACCREDITATION, INTERPRETATION, MEETING
from rostrum.house import House
from rostrum.identity.secrets import new_id
from rostrum.media.engine import NoSuchPeer
from rostrum.reads.captions import voice_of

LOOK_S = 1.0
AGAIN_S = 5.0
"""After how long another program is begun in the place of one that ended."""
LINE_BYTES_MAX = 64 * 1024
_LISTENS = (sys.executable, "-I", "-m", "rostrum.media.listening_in")

_log = structlog.get_logger(__name__)


async def keep_recognisers(house: House, stop: asyncio.Event) -> None:
    """Until told to stop; nothing at all where no recogniser is set."""
    programs = house.settings.recogniser_programs
    running: dict[tuple[str, str], asyncio.Task[None]] = {}
    while programs and not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_S)
        wanted = {
            (meeting_id, language)
            for meeting_id, meeting in house.desk.held(MEETING).items()
            if meeting.is_open and not stop.is_set()
            for language in programs
        }
        for key in running.keys() - wanted:
            running[key].cancel()
        for key in wanted - running.keys():
            running[key] = asyncio.create_task(_keep(house, *key, programs[key[1]]))
        for key in [key for key, task in running.items() if task.done() or key not in wanted]:
            await asyncio.gather(running.pop(key), return_exceptions=True)


async def _keep(house: House, meeting_id: str, language: str, program: str) -> None:
    while True:
        try:
            await Recogniser(house, meeting_id, language).run(program)
        except Exception:
            _log.exception("captions could not be recognised", language=language)
        _log.warning("a recogniser ended and is begun again", language=language)
        await asyncio.sleep(AGAIN_S)


class Recogniser:
    """One program at work on one channel."""

    def __init__(self, house: House, meeting_id: str, language: str) -> None:
        self._house = house
        self._meeting_id = meeting_id
        self._language = language
        self._began: datetime | None = None

    async def run(self, program: str) -> None:
        """Until either of the two processes ends."""
        reading, writing = os.pipe()
        pipe = asyncio.subprocess.PIPE
        quiet = asyncio.subprocess.DEVNULL
        try:
            heard = await asyncio.create_subprocess_exec(
                *_LISTENS, str(writing), stdin=pipe, stdout=pipe, stderr=quiet, env={}, pass_fds=[writing],
                limit=LINE_BYTES_MAX,
            )  # fmt: skip
            words = await asyncio.create_subprocess_exec(
                program, stdin=reading, stdout=pipe, stderr=quiet, limit=LINE_BYTES_MAX
            )
        finally:
            os.close(reading)
            os.close(writing)
        peer_id = ""
        try:
            peer_id = await self._connect(heard)
            await self._read(words)
        finally:
            for process in (heard, words):
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            with contextlib.suppress(NoSuchPeer, ConnectionError):
                await self._house.engine.remove(peer_id)

    async def _connect(self, heard: asyncio.subprocess.Process) -> str:
        if heard.stdout is None or heard.stdin is None:
            raise RuntimeError("no pipes")
        offer = json.loads(await heard.stdout.readline())["sdp"]
        audience = Audience(AudienceRole.REMOTE, self._language)
        answer = await self._house.engine.subscribe(self._meeting_id, audience, offer, place_id=None)
        heard.stdin.write(json.dumps({"sdp": answer.sdp}).encode() + b"\n")
        return answer.peer_id

    async def _read(self, words: asyncio.subprocess.Process) -> None:
        while words.stdout is not None and (line := await words.stdout.readline()):
            said: Mapping[str, Any] = json.loads(line)
            await self._said(plain(str(said.get("text", "")))[-TEXT_MAX:], final=said.get("final") is True)

    async def _said(self, text: str, *, final: bool) -> None:
        house, now = self._house, self._house.clock()
        meeting = (await house.desk.load(MEETING, self._meeting_id)).state
        if not text or not meeting.is_open or not await self._is_its_language(meeting):
            return
        began = self._began = self._began or now
        session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
        voice = await voice_of(meeting, session, house.names, None)
        if not final:
            await house.captions.overhear(
                self._meeting_id, self._language, Line(text, CaptionKind.AUTOMATIC, voice), now
            )
            return
        self._began = None
        kind = CaptionKind.AUTOMATIC
        cue = Cue(new_id(), self._meeting_id, self._language, began, max(now, began), text, kind, voice)
        place = session.places.get(voice.place_id)
        protected = place is not None and place.protected_id is not None
        lives = house.lives
        await house.captions.hear(cue, now + (min(lives.written, lives.protected) if protected else lives.written))

    async def _is_its_language(self, meeting: Meeting) -> bool:
        state = (await self._house.desk.load(INTERPRETATION, self._meeting_id)).state
        speaker = speaker_of(meeting)
        interpreted = state.carrier(self._language, speaker).place_id is not None
        return interpreted or state.spoken.get(speaker) == self._language

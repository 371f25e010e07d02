"""Keeps a recogniser writing captions of each open meeting in each language that the operator named one for.

A recogniser is any program that reads PCM and writes words over its pipes (docs/operator.md). It hears the language's
channel, and is believed only while that is known to carry the language: an interpreter's voice, or a floor that speaks
it. Two processes for each, joined by a pipe: one that hears (`media/listening_in.py`), and the program behind limits
(`recognise/cage.py`). Where either ends, both are begun again, each time after a longer pause.
"""

import asyncio
import contextlib
import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from rostrum.assembly.captions import CaptionKind, Cue, Line, Voice, line_text, span, together, turns_near
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import Audience, AudienceRole, speaker_of
from rostrum.desk import ACCREDITATION, INTERPRETATION, MEETING
from rostrum.house import House
from rostrum.identity.secrets import new_id
from rostrum.media.engine import NoSuchPeer, PeerHealth, PeerState
from rostrum.reads.captions import life_of, voice_of
from rostrum.recognise.protocol import LINE_BYTES_MAX, Heard, pieces, read

LOOK_S = 1.0
AGAIN_S, AGAIN_MOST_S = 1.0, 60.0
"""After how long both are begun again: after twice as long as the last time, up to a minute."""
WELL_S = 30.0
"""What ran for so long before it ended is begun again soon."""
GUESS_EVERY_S = 0.3
_LISTENS = (sys.executable, "-I", "-m", "rostrum.media.listening_in")
_CAGED = (sys.executable, "-I", "-m", "rostrum.recognise.cage")
_A_MS = timedelta(milliseconds=1)

_log = structlog.get_logger(__name__)


async def keep_recognisers(house: House, stop: asyncio.Event) -> None:
    """Until told to stop; nothing at all where no recogniser is set."""
    programs = house.settings.recogniser_programs
    running: dict[tuple[str, str], tuple[Recogniser, asyncio.Task[None]]] = {}

    def changed(peer: PeerHealth) -> None:
        for recogniser, _ in running.values():
            recogniser.peer_changed(peer)

    if programs:
        house.engine.listen(changed)
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
            _, task = running.pop(key)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for key in wanted - running.keys():
            recogniser = Recogniser(house, *key)
            running[key] = recogniser, asyncio.create_task(recogniser.keep(programs[key[1]]))


class Recogniser:
    """One program at work on one channel."""

    def __init__(self, house: House, meeting_id: str, language: str) -> None:
        self._house = house
        self._meeting_id = meeting_id
        self._language = language
        self._listening: asyncio.subprocess.Process | None = None
        self._peer_id = ""
        self._began = house.clock()
        self._since: tuple[datetime, Voice] | None = None
        self._guessed_s = 0.0

    async def keep(self, program: str) -> None:
        """For ever: one run after the other."""
        clock, pause_s = asyncio.get_running_loop().time, AGAIN_S
        while True:
            began_s = clock()
            try:
                await self.run(program)
            except Exception:
                _log.exception("captions could not be recognised", language=self._language)
            pause_s = AGAIN_S if clock() - began_s >= WELL_S else min(pause_s * 2, AGAIN_MOST_S)
            _log.warning("a recogniser ended and is begun again", language=self._language, after_s=pause_s)
            await asyncio.sleep(pause_s)

    def peer_changed(self, peer: PeerHealth) -> None:
        """A connection to the engine: where it was ours, both processes begin again."""
        if peer.state is PeerState.CLOSED and peer.peer_id == self._peer_id and self._listening is not None:
            with contextlib.suppress(ProcessLookupError):
                self._listening.kill()

    async def run(self, program: str) -> None:
        """Until either of the two processes ends."""
        reading, writing = os.pipe()
        pipe, quiet = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        processes: list[asyncio.subprocess.Process] = []
        try:
            try:
                listening = await asyncio.create_subprocess_exec(
                    *_LISTENS, str(writing), stdin=pipe, stdout=pipe, stderr=quiet, env={}, pass_fds=[writing],
                    limit=LINE_BYTES_MAX,
                )  # fmt: skip
                self._listening = listening
                processes.append(listening)
                caged = await asyncio.create_subprocess_exec(
                    *_CAGED, program, stdin=reading, stdout=pipe, stderr=quiet, env=_environment(),
                    limit=LINE_BYTES_MAX,
                )  # fmt: skip
                processes.append(caged)
            finally:
                os.close(reading)
                os.close(writing)
            await self._connect(listening)
            await self._read(caged)
        finally:
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            with contextlib.suppress(NoSuchPeer, ConnectionError):
                await self._house.engine.remove(self._peer_id)
            self._listening, self._peer_id, self._since = None, "", None
            await self._house.captions.overhear(self._meeting_id, self._language, _NOTHING, self._house.clock())

    async def _connect(self, listening: asyncio.subprocess.Process) -> None:
        if listening.stdout is None or listening.stdin is None:
            raise RuntimeError("no pipes")
        offer = json.loads(await listening.stdout.readline())["sdp"]
        audience = Audience(AudienceRole.REMOTE, self._language)
        answer = await self._house.engine.subscribe(self._meeting_id, audience, offer, place_id=None)
        self._peer_id = answer.peer_id
        listening.stdin.write(json.dumps({"sdp": answer.sdp}).encode() + b"\n")
        self._began = self._house.clock()

    async def _read(self, caged: asyncio.subprocess.Process) -> None:
        while caged.stdout is not None and (line := await caged.stdout.readline()):
            heard = read(line)
            if heard is not None and heard.text.strip():
                await self._take(heard)

    async def _take(self, heard: Heard) -> None:
        house, now_s = self._house, asyncio.get_running_loop().time()
        if not heard.final and now_s - self._guessed_s < GUESS_EVERY_S:
            return
        meeting = (await house.desk.load(MEETING, self._meeting_id)).state
        if not meeting.is_open or not await self._is_its_language(meeting):
            self._since = None
            return
        session, now = (await house.desk.load(ACCREDITATION, meeting.session_id)).state, house.clock()
        if self._since is None:
            # Whoever spoke when it began to be said.
            self._since = now, await voice_of(meeting, session, house.names)
        began, voice = self._since
        if not heard.final:
            self._guessed_s = now_s
            line = Line(line_text(heard.text), CaptionKind.AUTOMATIC, voice, turns_near(meeting, voice, now, now))
            await house.captions.overhear(self._meeting_id, self._language, line, now)
            return
        self._since = None
        start_ms = (began - self._began) // _A_MS if heard.start_ms is None else heard.start_ms
        end_ms = (now - self._began) // _A_MS if heard.end_ms is None else heard.end_ms
        grown = (await house.captions.track(self._meeting_id, self._language)).line
        for text, *times in pieces(heard.text, start_ms, end_ms):
            start, end = span(now, *((now - self._began) // _A_MS - at for at in times))
            kind = CaptionKind.AUTOMATIC
            turns = together(turns_near(meeting, voice, end, now), grown.turns)
            cue = Cue(new_id(), self._meeting_id, self._language, start, end, text, kind, voice, turns=turns)
            await house.captions.hear(cue, now + life_of(cue, session, house.lives))

    async def _is_its_language(self, meeting: Meeting) -> bool:
        state = (await self._house.desk.load(INTERPRETATION, self._meeting_id)).state
        speaker = speaker_of(meeting)
        interpreted = state.carrier(self._language, speaker).place_id is not None
        return interpreted or state.spoken.get(speaker) == self._language


_NOTHING = Line()


def _environment() -> dict[str, str]:
    """Where programs are, and nothing else of ours: no setting of the server is a recogniser's business."""
    own = str(Path(sys.executable).parent)
    return {"PATH": os.pathsep.join([own, "/usr/local/bin", os.defpath]), "LANG": "C.UTF-8"}

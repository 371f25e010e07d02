"""Runs a recogniser for each open meeting and each language that has one, and brings what it writes to the captions.

Two processes for each: one that hears the language's channel (`recognise/hearing.py`), and the recogniser itself behind
limits (`recognise/cage.py`), joined by a pipe. Where either ends, both are begun again, each time after a longer pause.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from rostrum.assembly.captions import CaptionKind, Cue, Line, Voice, line_text, span
from rostrum.assembly.program import Audience, AudienceRole
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.house import House
from rostrum.identity.secrets import new_id
from rostrum.media.engine import PeerHealth, PeerState
from rostrum.reads.captions import life_of, voice_of
from rostrum.recognise.protocol import LINE_BYTES_MAX, Heard, pieces, read

LOOK_S = 0.5
AGAIN_S, AGAIN_MOST_S = 1.0, 60.0
WELL_S = 30.0
"""What ran for so long and then died is begun again without a long pause."""
GUESS_EVERY_S = 0.3

_log = structlog.get_logger(__name__)
_PIPE = asyncio.subprocess.PIPE


class Recognising:
    """One language of one meeting."""

    def __init__(self, house: House, meeting_id: str, language: str, program: Sequence[str]) -> None:
        self._house, self._meeting_id, self._language, self._program = house, meeting_id, language, program
        self._peer_id: str | None = None
        self._hearing: asyncio.subprocess.Process | None = None
        self._began: datetime | None = None
        self._voice: Voice | None = None
        self._guessed_s = 0.0
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        loop, pause_s = asyncio.get_running_loop(), AGAIN_S
        while True:
            began_s = loop.time()
            try:
                await self._once()
            except Exception:
                _log.exception("a recogniser could not be run", language=self._language)
            pause_s = AGAIN_S if loop.time() - began_s >= WELL_S else min(pause_s * 2, AGAIN_MOST_S)
            _log.warning("a recogniser ended and is begun again", language=self._language, after_s=pause_s)
            await asyncio.sleep(pause_s)

    async def _once(self) -> None:
        """From the beginning of both processes to the end of one of them."""
        reading, writing = os.pipe()
        processes: list[asyncio.subprocess.Process] = []
        try:
            try:
                cage = (sys.executable, "-m", "rostrum.recognise.cage", *self._program)
                caged = await asyncio.create_subprocess_exec(
                    *cage, stdin=reading, stdout=_PIPE, stderr=asyncio.subprocess.DEVNULL, env=_environment(),
                    limit=LINE_BYTES_MAX,
                )  # fmt: skip
                processes.append(caged)
                hearing = (sys.executable, "-m", "rostrum.recognise.hearing", str(writing))
                self._hearing = await asyncio.create_subprocess_exec(
                    *hearing, stdin=_PIPE, stdout=_PIPE, pass_fds=[writing], env=_environment(), limit=1 << 20
                )
                processes.append(self._hearing)
            finally:
                os.close(reading)
                os.close(writing)
            tasks = [asyncio.create_task(one) for one in (self._listen(self._hearing), self._read(caged))]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                for fault in await asyncio.gather(*tasks, return_exceptions=True):
                    if isinstance(fault, Exception):
                        _log.warning("a recogniser failed", language=self._language, error=type(fault).__name__)
        finally:
            await self._end(processes)

    async def _end(self, processes: Sequence[asyncio.subprocess.Process]) -> None:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._peer_id is not None:
            with contextlib.suppress(Exception):
                await self._house.engine.remove(self._peer_id)
        self._hearing = self._peer_id = self._began = self._voice = None
        captions, now = self._house.captions, self._house.clock()
        await captions.overhear(self._meeting_id, self._language, Line(), now)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Lead what hears to the engine."""
        if process.stdout is None or process.stdin is None:
            return
        while line := await process.stdout.readline():
            told: dict[str, Any] = json.loads(line)
            if "began" in told:
                self._began = self._house.clock()
                continue
            audience = Audience(AudienceRole.REMOTE, self._language)
            answer = await self._house.engine.subscribe(self._meeting_id, audience, told["offer"], place_id=None)
            self._peer_id = answer.peer_id
            process.stdin.write(json.dumps({"answer": answer.sdp}).encode() + b"\n")

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Take what is recognised."""
        if process.stdout is None:
            return
        while line := await process.stdout.readline():
            heard = read(line)
            if heard is not None and self._began is not None:
                await self._take(heard, self._began)

    async def _take(self, heard: Heard, began: datetime) -> None:
        house, now_s = self._house, asyncio.get_running_loop().time()
        meeting = (await house.desk.load(MEETING, self._meeting_id)).state
        session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
        if self._voice is None:
            # Whoever spoke when it began to be said.
            self._voice = await voice_of(meeting, session, house.names)
        voice, now = self._voice, house.clock()
        if not heard.final:
            if now_s - self._guessed_s >= GUESS_EVERY_S:
                self._guessed_s = now_s
                line = Line(line_text(heard.text), CaptionKind.AUTOMATIC, voice)
                await house.captions.overhear(self._meeting_id, self._language, line, now)
            return
        self._voice = None
        for piece in pieces(heard):
            ago = [(now - began) // _A_MS - at for at in (piece.start_ms, piece.end_ms)]
            start, end = span(now, *ago)
            cue = Cue(new_id(), self._meeting_id, self._language, start, end, piece.text, CaptionKind.AUTOMATIC, voice)
            await house.captions.hear(cue, now + life_of(voice, session, house.lives))

    def peer_changed(self, peer: PeerHealth) -> None:
        """What it hears by is gone: it is begun anew."""
        if peer.state is PeerState.CLOSED and peer.peer_id == self._peer_id and self._hearing is not None:
            with contextlib.suppress(ProcessLookupError):
                self._hearing.kill()

    async def close(self) -> None:
        """End both processes."""
        self.task.cancel()
        await asyncio.wait([self.task])


_A_MS = timedelta(milliseconds=1)


def _environment() -> dict[str, str]:
    """Where programs are, and nothing else of ours: no address or secret is a recogniser's business."""
    own = str(Path(sys.executable).parent)
    return {"PATH": os.pathsep.join([own, os.environ.get("PATH", os.defpath)]), "LANG": "C.UTF-8"}


async def keep_recognisers(house: House, stop: asyncio.Event) -> None:
    """Begin and end them with meetings, until told to stop."""
    programs = house.settings.recognisers
    running: dict[tuple[str, str], Recognising] = {}

    def changed(peer: PeerHealth) -> None:
        for one in running.values():
            one.peer_changed(peer)

    if programs:
        house.engine.listen(changed)
    while not stop.is_set():
        sitting = [meeting_id for meeting_id, meeting in house.desk.held(MEETING).items() if meeting.is_open]
        wanted = {(meeting_id, language) for meeting_id in sitting for language in programs}
        for key in wanted - running.keys():
            running[key] = Recognising(house, *key, programs[key[1]])
        for key in running.keys() - wanted:
            await running.pop(key).close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_S if programs else None)
    for one in running.values():
        await one.close()

"""One run of the process that records a meeting: handed its answers, its output sealed as it comes, ended in time."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Mapping
from datetime import datetime

import structlog

from rostrum.assembly.interpretation import FLOOR, WORKING_LANGUAGES
from rostrum.assembly.program import Audience, AudienceRole
from rostrum.house import House
from rostrum.identity.secrets import new_id
from rostrum.media.engine import NoSuchPeer
from rostrum.media.recording import HEAD, NOTE, OFFER, PART, PART_BYTES_MAX
from rostrum.reads.recordings import JOURNAL, RECORDING
from rostrum.record.files import Kept, Owner
from rostrum.record.journal import Write

CHANNELS = (FLOOR, *WORKING_LANGUAGES)
_END_S = 5.0
"""How long the process may take to end once it is told to."""
_TYPES = {"stage": "video/webm", JOURNAL: "application/jsonl"}

_log = structlog.get_logger(__name__)


class Take:
    """A process and the files of what it records: one for each track, and a journal in lines of JSON."""

    def __init__(self, house: House, session_id: str, meeting_id: str) -> None:
        self._house = house
        self._owner = session_id, meeting_id
        self.meeting_id = meeting_id
        self.peers: set[str] = set()
        """Our connections to the engine."""
        self._began = house.clock()
        self._files: dict[str, Kept] = {}
        self._writing = asyncio.Lock()
        """Notes come from here and from the process, and a file is for one writer at a time."""
        self._closed = False
        self._process: asyncio.subprocess.Process | None = None
        self._stop_s: float | None = None

    async def run(self, first: Mapping[str, object]) -> None:
        """Record until told to stop, or the process ends by itself. `first`: notes for the journal's beginning."""
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", "rostrum.media.recording",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={}, limit=PART_BYTES_MAX,
        )  # fmt: skip
        try:
            await self.note(**first)
            await self._say({"channels": CHANNELS})
            if self._stop_s is not None:
                await self._say({"stop": self._stop_s})
            await self._read(process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            for peer_id in self.peers:
                with contextlib.suppress(NoSuchPeer, ConnectionError):
                    await self._house.engine.remove(peer_id)
            await self._finish()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        while True:
            try:
                kind, length = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
                if length > PART_BYTES_MAX:
                    return
                data = await process.stdout.readexactly(length)
            except asyncio.IncompleteReadError:
                return
            if kind == OFFER:
                await self._answer(json.loads(data))
            elif kind == NOTE:
                await self._append(JOURNAL, data + b"\n")
            elif kind == PART:
                await self._append(data[1 : 1 + data[0]].decode(), data[1 + data[0] :])

    async def _answer(self, offer: Mapping[str, str]) -> None:
        audience = Audience(AudienceRole.PUBLIC, offer["channel"])
        answer = await self._house.engine.subscribe(self.meeting_id, audience, offer["sdp"], place_id=None)
        self.peers.add(answer.peer_id)
        await self._say({"channel": offer["channel"], "sdp": answer.sdp})

    async def _append(self, name: str, data: bytes) -> None:
        async with self._writing:
            if self._closed:
                # The process has ended; the next one's first note says what is so then.
                return
            kept = self._files.get(name)
            if kept is None:
                media_type = _TYPES.get(name, "audio/webm")
                kept = self._files[name] = await asyncio.to_thread(self._house.files.begin, new_id(), media_type)
                # Known from its first byte, so that it is purged in time however the writing ends.
                await self._house.files.commit(self._row(name, kept))
            await asyncio.to_thread(kept.append, data)

    def _row(self, name: str, kept: Kept) -> Write:
        owner = Owner(*self._owner, RECORDING, f"{round(self._began.timestamp() * 1000)}.{name}")
        # What is made of the tracks outlives them, and is cut by the journal.
        life = self._house.lives.programme if name == JOURNAL else self._house.lives.tracks
        return self._house.files.row(kept, owner, self._began, self._began + life)

    async def _finish(self) -> None:
        async with self._writing:
            self._closed = True
        for name, kept in self._files.items():
            try:
                await asyncio.to_thread(kept.finish)
                await self._house.files.closed(kept, self._row(name, kept))
            except Exception:
                # The others are closed all the same; this one is mended before the recording goes on.
                _log.exception("a file of a recording could not be closed", file=kept.file_id)

    async def note(self, **fields: object) -> None:
        """A line of the journal."""
        await self._append(JOURNAL, json.dumps({"at": round(time.time() * 1000), **fields}).encode() + b"\n")

    async def cut(self, at_s: float) -> None:
        """What is given of it may begin at a wall time: a picture that stands for itself has to come after it."""
        await self._say({"cut": at_s})

    async def stop(self, at: datetime | None = None) -> None:
        """Keep nothing that came after a moment, and end."""
        self._stop_s = min(time.time(), time.time() if at is None else at.timestamp())
        await self._say({"stop": self._stop_s})
        asyncio.get_running_loop().call_later(_END_S, self._kill)

    def break_off(self) -> None:
        """A connection is gone: end, to be begun again."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stop_s is not None

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            _log.warning("a recording did not end by itself", meeting=self.meeting_id)
            self._process.kill()

    async def _say(self, line: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError, RuntimeError):
                self._process.stdin.write(json.dumps(line).encode() + b"\n")
                await self._process.stdin.drain()

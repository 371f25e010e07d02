"""Runs the process that looks at a video statement, and seals what it makes, as it is made."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog
from pydantic import TypeAdapter

from rostrum.assembly.statement import Check, Finding
from rostrum.media.transcode.child import HEAD, KINDS, PART_BYTES
from rostrum.media.transcode.limits import Limits
from rostrum.media.transcode.work import CLIP, PICTURE, PREVIEW, PROGRESS, REPORT, Report
from rostrum.record.files import FileStore, Kept
from rostrum.sealed_file import key_of

AT_ONCE_MAX = 1
"""Statements that are looked at at one time: each may take a core for as long as it is long."""
WALL_FACTOR = 3
"""How much longer than its processor time a look may take: others go first."""

_REPORT = TypeAdapter(Report)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sealed:
    """A file as it lies on the disk, and what it is sealed with."""

    path: Path
    key: bytes = field(repr=False)
    """The node's; the process is handed that of this file alone."""
    identifier: str


@dataclass
class Screened:
    """What came of a look: findings, the length, and what was made, not yet known to the record."""

    findings: tuple[Finding, ...]
    length_ms: int = 0
    clip: Kept | None = None
    preview: Kept | None = None
    pictures: list[Kept] = field(default_factory=list)

    @property
    def all(self) -> list[Kept]:
        """Everything that was made."""
        return [*(one for one in (self.clip, self.preview) if one is not None), *self.pictures]


class Stopped(Exception):
    """The server stops; nothing is known of the file."""


class Screener:
    """Looks at video statements, one after the other, each in a process of its own."""

    def __init__(self, files: FileStore, new_id: Callable[[], str]) -> None:
        self._files = files
        self._new_id = new_id
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)
        self._asked: asyncio.Queue[tuple[str, str, bool] | None] = asyncio.Queue()
        self._process: asyncio.subprocess.Process | None = None
        self._stopped = False
        self.progress: dict[str, int] = {}
        """Percents of those that are being looked at here, by statement."""

    def ask(self, session_id: str, statement_id: str) -> None:
        """A statement is to be looked at, in its turn."""
        self._asked.put_nowait((session_id, statement_id, False))

    def drop(self, session_id: str, statement_id: str) -> None:
        """Nothing is to be kept of a statement any more."""
        self._asked.put_nowait((session_id, statement_id, True))

    async def asked(self) -> AsyncIterator[tuple[str, str, bool]]:
        """What is to be done, as it is asked: (session, statement, whether it is to be dropped); until `stop`."""
        while (one := await self._asked.get()) is not None and not self._stopped:
            yield one

    def stop(self) -> None:
        """Look at nothing more; what is being looked at is begun again at the next start."""
        self._stopped = True
        self._asked.put_nowait(None)
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def screen(self, sealed: Sealed, limits: Limits, statement_id: str) -> Screened:
        """Look at one file. What was made of one that is refused is gone again. Raises `Stopped`."""
        try:
            async with self._turn:
                result = await self._screened(sealed, limits, lambda percent: self._note(statement_id, percent))
        finally:
            self.progress.pop(statement_id, None)
        if self._stopped or any(finding.check.refuses for finding in result.findings):
            await self._files.forget([kept.file_id for kept in result.all])
        if self._stopped:
            raise Stopped
        return result

    def _note(self, statement_id: str, percent: int) -> None:
        self.progress[statement_id] = percent

    async def _screened(self, sealed: Sealed, limits: Limits, on_progress: Callable[[int], None]) -> Screened:
        try:
            key = await asyncio.to_thread(key_of, *_parts(sealed))
            file = await asyncio.to_thread(sealed.path.open, "rb")
        except FileNotFoundError:
            return Screened((Finding(Check.BREAKS_OFF, 0),))
        with file:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                "rostrum.media.transcode.child",
                str(file.fileno()),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                pass_fds=[file.fileno()],
                env={},
                limit=2 * PART_BYTES,
            )
        self._process = process
        job = {"limits": asdict(limits), "key": key.hex(), "identifier": sealed.identifier}
        made = _Made(self._files, self._new_id, limits.made_bytes_max, on_progress)
        try:
            async with asyncio.timeout(WALL_FACTOR * limits.cpu_s):
                await _tell(process, json.dumps(job).encode() + b"\n")
                await made.read(process)
                code = await process.wait()
        except TimeoutError:
            code = None
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            self._process = None
            await asyncio.to_thread(made.close)
        if code != 0 or made.report is None:
            # It was stopped by its limits, or by a fault in a library that read what was made to find one.
            _log.warning("a video statement could not be looked at", status=code)
            made.report = Report([Finding(Check.TOO_MUCH_WORK)])
        return made.screened(made.report)


def _parts(sealed: Sealed) -> tuple[Path, bytes, str]:
    return sealed.path, sealed.key, sealed.identifier


async def _tell(process: asyncio.subprocess.Process, line: bytes) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(line)
            await process.stdin.drain()


class _Made:
    """What the process writes, taken apart and sealed."""

    def __init__(
        self, files: FileStore, new_id: Callable[[], str], bytes_max: int, on_progress: Callable[[int], None]
    ) -> None:
        self._files = files
        self._new_id = new_id
        self._bytes_max = bytes_max
        self._on_progress = on_progress
        self._open: dict[str, Kept] = {}
        self._pictures: list[Kept] = []
        self._said = b""
        self.report: Report | None = None

    async def read(self, process: asyncio.subprocess.Process) -> None:
        """Until the process ends, or writes what it should not."""
        stream = process.stdout
        if stream is None:
            return
        while True:
            try:
                code, length = HEAD.unpack(await stream.readexactly(HEAD.size))
                if code >= len(KINDS) or length > PART_BYTES:
                    return
                data = await stream.readexactly(length)
            except asyncio.IncompleteReadError:
                break
            if not await asyncio.to_thread(self._take, KINDS[code], data):
                return
        if self._said:
            self.report = _REPORT.validate_json(self._said)

    def _take(self, kind: str, data: bytes) -> bool:
        if kind == PROGRESS:
            self._on_progress(int(data))
        elif kind == REPORT:
            self._said += data
            return len(self._said) <= PART_BYTES
        elif kind == PICTURE:
            self._pictures.append(self._files.begin(self._new_id(), "image/jpeg"))
            self._pictures[-1].append(data)
        else:
            if kind not in self._open:
                self._open[kind] = self._files.begin(
                    self._new_id(), "video/webm" if kind == PREVIEW else "application/octet-stream"
                )
            self._open[kind].append(data)
            return self._open[kind].size <= self._bytes_max
        return True

    def close(self) -> None:
        """Bring it to the disk."""
        for kept in (*self._open.values(), *self._pictures):
            kept.finish()

    def screened(self, report: Report) -> Screened:
        """All of it."""
        findings = tuple(report.findings)
        return Screened(findings, report.length_ms, self._open.get(CLIP), self._open.get(PREVIEW), self._pictures)

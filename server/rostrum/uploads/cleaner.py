"""Runs the cleaning process, and takes its word: what is kept, or why nothing is."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

import structlog

from rostrum.assembly.refusal import Refused, Why
from rostrum.uploads.cleaning import Cleaned
from rostrum.uploads.limits import Limits

AT_ONCE_MAX = 2
"""Files that are cleaned at one time; the others wait."""
ANSWER_BYTES_MAX = 4
"""What is kept of a file is at most so many times what may be sent."""

_log = structlog.get_logger(__name__)


class Cleaner:
    """Cleans files, each in a process of its own."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)

    async def clean(self, pieces: AsyncIterator[bytes], *, picture_only: bool) -> Cleaned:
        """What is kept of a file. Raises `Refused` with the words for why nothing is."""
        told, data = await self._answered(pieces, "picture" if picture_only else "any")
        return Cleaned(told["media_type"], data, told["pages"])

    async def words(self, pieces: AsyncIterator[bytes]) -> str:
        """The words that a PDF is drawn with, as far as it says which they are; "" for a picture. Raises `Refused`."""
        told, _ = await self._answered(pieces, "words")
        return str(told["words"])

    async def _answered(self, pieces: AsyncIterator[bytes], mode: str) -> tuple[dict[str, Any], bytes]:
        async with self._turn:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                "rostrum.uploads.child",
                json.dumps(asdict(self.limits)),
                mode,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
                limit=1024 * 1024,
            )
            try:
                async with asyncio.timeout(self.limits.wall_s):
                    _, answer = await asyncio.gather(_feed(process, pieces), self._answer(process))
                    code = await process.wait()
            except TimeoutError:
                answer, code = b"", None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        head, separator, data = answer.partition(b"\n")
        if code != 0 or not separator:
            # It was stopped by its limits, or by a fault in a library that read what was made to find one.
            _log.warning("a file could not be cleaned", status=code)
            raise Refused(Why.FILE_SWELLS)
        told: dict[str, Any] = json.loads(head)
        if "why" in told:
            raise Refused(Why(told["why"]), **told["params"])
        return told, data

    async def _answer(self, process: asyncio.subprocess.Process) -> bytes:
        if process.stdout is None:
            return b""
        most = ANSWER_BYTES_MAX * self.limits.bytes_max
        parts: list[bytes] = []
        size = 0
        while part := await process.stdout.read(256 * 1024):
            parts.append(part)
            size += len(part)
            if size > most:
                process.kill()
                return b""
        return b"".join(parts)


async def _feed(process: asyncio.subprocess.Process, pieces: AsyncIterator[bytes]) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        async for piece in pieces:
            process.stdin.write(piece)
            await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()

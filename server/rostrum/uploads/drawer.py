"""Draws pages of kept documents, each in a process of its own (`drawing.py`)."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator

from rostrum.assembly.refusal import Refused, Why

AT_ONCE_MAX = 2
WALL_S = 30.0

_turn = asyncio.Semaphore(AT_ONCE_MAX)


async def draw_page(pieces: AsyncIterator[bytes], number: int) -> bytes:
    """A page of a document as a PNG. Raises `Refused(FILE_BROKEN)` where it cannot be drawn."""
    async with _turn:
        # In memory alone: what is sealed on the disk does not lie beside it open.
        memory = os.memfd_create("page")
        try:
            async for piece in pieces:
                os.write(memory, piece)
            os.lseek(memory, 0, os.SEEK_SET)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                "rostrum.uploads.drawing",
                str(number),
                stdin=memory,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
            )
        finally:
            os.close(memory)
        try:
            async with asyncio.timeout(WALL_S):
                drawn, _ = await process.communicate()
        except TimeoutError as error:
            raise Refused(Why.FILE_BROKEN) from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0 or not drawn:
        raise Refused(Why.FILE_BROKEN)
    return drawn

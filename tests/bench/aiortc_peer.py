"""Stock aiortc as a peer of the benches: its process, and the crowd's way in."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from rostrum.media.loadtest import machine
from rostrum.media.loadtest.listener import Listener
from tests.bench.common import SERVER_CORE

_PROGRAM = Path(__file__).parent / "aiortc_server.py"


class AiortcServer:
    """Answers offers of receivers; it makes its picture and its sound itself."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.pid = process.pid
        self._process = process

    async def admit(self, listener: Listener) -> None:
        """Connect one who receives."""
        await listener.connect(await self.answer(listener.offer()))

    async def answer(self, offer: str) -> str:
        """Its answer to an offer."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("no pipes")
        self._process.stdin.write(json.dumps({"sdp": offer}).encode() + b"\n")
        return str(json.loads(await self._process.stdout.readline())["sdp"])


@contextlib.asynccontextmanager
async def aiortc_server() -> AsyncIterator[AiortcServer]:
    """Stock aiortc in a process on the server's core."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(_PROGRAM)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    machine.pin(process.pid, SERVER_CORE)
    try:
        yield AiortcServer(process)
    finally:
        process.kill()
        await process.wait()

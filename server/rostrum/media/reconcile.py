"""Keeps an engine at the wanted programs: tells it, tries again when that fails, and again after a restart."""

import asyncio
import logging

from rostrum.assembly.program import Program
from rostrum.media.engine import Engine

FIRST_RETRY_S = 0.1
LAST_RETRY_S = 5.0

_log = logging.getLogger(__name__)


class Reconciler:
    """Hands the latest wanted program of each meeting to the engine, in the background and in no one's way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wanted: dict[str, Program] = {}
        self._applied: dict[str, Program] = {}
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Stop. Twice is once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    def wanted(self, meeting_id: str, program: Program) -> None:
        """This is the program of a meeting from now on; the latest call wins. Never blocks, never raises."""
        if self._wanted.get(meeting_id) != program:
            self._wanted[meeting_id] = program
            self._settled.clear()
            self._changed.set()

    def engine_restarted(self) -> None:
        """The engine has forgotten everything: tell it all again."""
        self._applied.clear()
        if self._wanted:
            self._settled.clear()
            self._changed.set()

    async def settled(self) -> None:
        """Wait until the engine has what is wanted."""
        if self._wanted != self._applied:
            await self._settled.wait()

    async def _run(self) -> None:
        delay_s = FIRST_RETRY_S
        while True:
            await self._changed.wait()
            self._changed.clear()
            if await self._tell():
                delay_s = FIRST_RETRY_S
                if self._wanted == self._applied:
                    self._settled.set()
            else:
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, LAST_RETRY_S)
                self._changed.set()

    async def _tell(self) -> bool:
        """Apply what differs; False where the engine did not take something."""
        all_taken = True
        for meeting_id, program in list(self._wanted.items()):
            if self._applied.get(meeting_id) == program:
                continue
            try:
                await self._engine.apply(meeting_id, program)
            except Exception:
                _log.exception("the engine did not take the program of meeting %s; trying again", meeting_id)
                all_taken = False
            else:
                self._applied[meeting_id] = program
        return all_taken

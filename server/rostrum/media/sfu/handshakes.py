"""How many handshakes go on at once, and who comes next: those that are left to lie must not keep others out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AT_ONCE = 32
PATIENCE_S = 3.0
"""What a handshake may take while others wait: enough for a satellite line, and for one flight sent again."""


class Handshakes:
    """A bounded number of places. The latest is let in first: who has waited for long has given up by then, and a
    crowd of those who only begin can keep nobody waiting for longer than `PATIENCE_S`."""

    def __init__(self) -> None:
        self._inside: dict[asyncio.Timeout, float] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._free = AT_ONCE

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place for the block. Raises TimeoutError out of it where it takes too long while others wait."""
        await self._enter()
        try:
            async with asyncio.timeout(None) as limit:
                self._inside[limit] = asyncio.get_running_loop().time()
                if self._waiting:
                    self._press(limit)
                try:
                    yield
                finally:
                    del self._inside[limit]
        finally:
            self._leave()

    async def _enter(self) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        for limit in self._inside:
            self._press(limit)
        try:
            await turn
        except asyncio.CancelledError:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif not turn.cancelled():
                self._leave()
            raise

    def _press(self, limit: asyncio.Timeout) -> None:
        if limit.when() is None:
            limit.reschedule(self._inside[limit] + PATIENCE_S)

    def _leave(self) -> None:
        """Give the place on: it is free only where nobody waits."""
        while self._waiting:
            turn = self._waiting.pop()
            if not turn.cancelled():
                turn.set_result(None)
                return
        self._free += 1

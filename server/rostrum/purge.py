"""The purge: what has come to its date is deleted, by itself, with a report of how much it was."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from rostrum.desk import ACCREDITATION, Clock
from rostrum.mail.transport import forget
from rostrum.retention import MAIL_LIFE, PURGE_EVERY_S

if TYPE_CHECKING:
    from rostrum.house import House

Chore = Callable[[datetime], Awaitable[int]]
"""Deletes what is due of one kind; how many there were."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Report:
    """One purge. `counts`: how many of each kind were deleted; `failed`: the kinds that are tried again later."""

    at: datetime
    counts: Mapping[str, int]
    failed: tuple[str, ...]


class Purge:
    """Runs every chore, one after the other; one that fails holds up no other."""

    def __init__(self, clock: Clock, purged: Callable[[], None]) -> None:
        self._clock = clock
        self._purged = purged
        self.last: Report | None = None
        """The newest report since this process began; None: there was none yet."""

    async def once(self, chores: Mapping[str, Chore]) -> Report:
        """Delete what is due now."""
        now, counts, failed = self._clock(), dict[str, int](), list[str]()
        for kind, chore in chores.items():
            try:
                counts[kind] = await chore(now)
            except Exception:
                _log.exception("a purge failed and is tried again later", kind=kind)
                failed.append(kind)
        self.last = Report(now, counts, tuple(failed))
        if any(counts.values()):
            self._purged()
            _log.info("purged", **{kind: count for kind, count in counts.items() if count})
        return self.last

    async def run(self, chores: Mapping[str, Chore], stop: asyncio.Event) -> None:
        """Purge at the start, and again and again until told to stop."""
        while not stop.is_set():
            await self.once(chores)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PURGE_EVERY_S)


def chores_of(house: House) -> Mapping[str, Chore]:
    """How each kind of what is kept is deleted when its day has come."""

    async def dossiers(now: datetime) -> int:
        return len(await house.dossiers.purge(now))

    async def members(_now: datetime) -> int:
        return await house.draft_members.purge()

    async def files(now: datetime) -> int:
        return len(await house.files.purge(now))

    async def mails(now: datetime) -> int:
        gone = await house.outbox.purge(now - MAIL_LIFE)
        await asyncio.to_thread(forget, house.settings.data / "outbox", gone)
        return len(gone)

    async def arrivals(now: datetime) -> int:
        await house.gate.purge(now)
        return 0

    async def register(_now: datetime) -> int:
        # Whether this node has deleted anything or another one: what is known by heart is read again.
        for session in house.desk.held(ACCREDITATION):
            await house.register.renew(session)
        return 0

    return {
        "drafts": house.drafts.purge,
        "dossiers": dossiers,
        "member": members,
        "files": files,
        "uploads": house.uploads.purge,
        "mails": mails,
        "minutes": house.participation.purge,
        "arrivals": arrivals,
        # After what it has by heart.
        "register": register,
    }

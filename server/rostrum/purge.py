"""The purge: what has come to its date is deleted, each night by itself, with a report of how much it was."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from rostrum.desk import ACCREDITATION, Clock
from rostrum.mail.transport import forget
from rostrum.reads.held import subjects_of
from rostrum.record.due import due
from rostrum.record.purge_reports import PurgeReports, Report
from rostrum.retention import ENDED_LINK_LIFE

if TYPE_CHECKING:
    from rostrum.house import House
    from rostrum.record.database import Database

Chore = Callable[[datetime], Awaitable[int]]
"""Deletes what is due of one kind; how many there were."""
TRACES = "traces"
"""Stands in a report for what deleting leaves on the disk."""
LOOK_EVERY_S = 60.0
A_DAY = timedelta(days=1)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Night:
    """When it is: the hour, by the clock of a place."""

    hour: int
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime:
        """The next time that it strikes the hour, later than `moment`."""
        day = moment.astimezone(self.zone).date()
        struck = [datetime.combine(day + timedelta(days=n), time(self.hour), self.zone) for n in range(3)]
        return next(each for each in struck if each > moment)


class Purge:
    """Runs every chore, one after the other; one that fails holds up no other."""

    def __init__(
        self,
        clock: Clock,
        night: Night,
        reports: PurgeReports,
        purged: Callable[[], None],
        compact: Callable[[], Awaitable[None]],
    ) -> None:
        """`purged` is called, and then `compact`, after a purge that deleted something."""
        self._clock = clock
        self._night = night
        self._purged = purged
        self._compact = compact
        self.reports = reports

    async def once(self, chores: Mapping[str, Chore]) -> Report:
        """Delete what is due now, and keep the report."""
        now, counts, failed = self._clock(), dict[str, int](), list[str]()
        for kind, chore in chores.items():
            try:
                counts[kind] = await chore(now)
            except Exception:
                _log.exception("a purge failed and is tried again later", kind=kind)
                failed.append(kind)
        if any(counts.values()):
            self._purged()
            try:
                await self._compact()
            except Exception:
                _log.exception("what was deleted may still be read from the disk; tried again after the next purge")
                failed.append(TRACES)
            _log.info("purged", **{kind: count for kind, count in counts.items() if count})
        report = Report(now, counts, tuple(failed))
        await self.reports.add(report)
        return report

    async def run(self, chores: Mapping[str, Chore], stop: asyncio.Event) -> None:
        """Purge every night until told to stop; at once where the last night was missed, or failed in something."""
        due = None
        while not stop.is_set():
            try:
                if due is None:
                    due = await self._first()
                if self._clock() >= due:
                    await self.once(chores)
                    due = self._night.after(self._clock())
            except Exception:
                # The database may be away for a moment.
                _log.exception("a purge could not be begun or its report not kept; tried again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)

    async def _first(self) -> datetime:
        now = self._clock()
        last = next(iter(await self.reports.recent(1)), None)
        if last is None or last.failed or self._night.after(last.at) <= now:
            return now
        return self._night.after(now)


def chores_of(house: House) -> Mapping[str, Chore]:
    """How each kind of what is kept is deleted when its day has come."""

    async def dossiers(now: datetime) -> int:
        return len(await house.dossiers.purge(now)) + await _what_went_with_wishes(house)

    async def members(_now: datetime) -> int:
        return await house.draft_members.purge()

    async def files(now: datetime) -> int:
        return len(await house.files.purge(now))

    async def mails(now: datetime) -> int:
        gone = await house.outbox.purge(now - house.lives.mail)
        await asyncio.to_thread(forget, house.settings.data / "outbox", gone)
        return len(gone)

    async def links(now: datetime) -> int:
        return await house.links.forget(await ended_links(house, now - ENDED_LINK_LIFE))

    async def register(_now: datetime) -> int:
        # Whether this node has deleted anything or another one: what is known by heart is read again.
        for session in house.desk.held(ACCREDITATION).values():
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
        "captions": house.caption_store.purge,
        "links": links,
        "arrivals": house.gate.purge,
        # After what it has by heart.
        "register": register,
    }


async def due_now(house: House, database: Database) -> Mapping[str, int]:
    """How much of each kind a purge would delete now, but for what goes with wishes that are due."""
    now = house.clock()
    counted = await due(database, now, now - house.lives.mail)
    return {**counted, "links": await house.links.count(await ended_links(house, now - ENDED_LINK_LIFE))}


async def ended_links(house: House, before: datetime) -> list[str]:
    """The links of all sessions that were revoked, or expired, by then."""
    found = []
    for session_id in await house.desk.identifiers(ACCREDITATION):
        for link in (await house.desk.load(ACCREDITATION, session_id)).state.links.values():
            if min(link.expires_at, link.revoked_at or link.expires_at) <= before:
                found.append(link.link_id)
    return found


async def _what_went_with_wishes(house: House) -> int:
    """With somebody's wishes for protection goes what else was written of them, and their files; how much it was."""
    number = 0
    for session_id in await house.desk.identifiers(ACCREDITATION):
        session = (await house.desk.load(ACCREDITATION, session_id)).state
        protected = {place.protected_id: subjects_of(session, place.place_id) for place in session.places.values()}
        for application in session.applications.values():
            for member in application.members.values():
                if member.place_id is None:
                    protected.setdefault(member.protected_id, (member.member_id,))
        wishes = {each for each in protected if each is not None}
        gone = wishes - (await house.dossiers.get_many(wishes)).keys()
        subjects = [subject for dossier_id in gone for subject in protected[dossier_id]]
        written, files = await house.dossiers.about(subjects), await house.files.files_of(*subjects)
        if written or files:
            await house.files.commit(house.dossiers.gone(subjects))
            await house.files.delete(*(each.file_id for each in files))
            number += len(written) + len(files)
    return number

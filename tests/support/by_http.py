"""People who act over HTTP alone, as a browser without scripts would, and the record as it lies on the disk."""

import re
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from rostrum.assembly.meeting import Meeting, fold
from rostrum.record.codec import Event, decode

CSRF = re.compile(r'<meta name="csrf" content="([^"]+)">')


@dataclass
class HttpPerson:
    """Somebody who has followed their personal link."""

    session: aiohttp.ClientSession
    base: str
    place_id: str
    csrf: str

    @property
    def at(self) -> str:
        """Where their pages are."""
        return f"{self.base}/at/{self.place_id}"

    async def post(self, path: str, data: Mapping[str, str] | None = None) -> int:
        """The status of a form that was sent: 303 done, 409 refused."""
        form = {**(data or {}), "csrf": self.csrf}
        async with self.session.post(f"{self.at}/{path}", data=form, allow_redirects=False) as answer:
            await answer.read()
            return answer.status

    async def get(self, path: str) -> str:
        """A page."""
        async with self.session.get(f"{self.at}/{path}") as answer:
            return await answer.text()


@asynccontextmanager
async def entered(url: str) -> AsyncIterator[HttpPerson]:
    """Somebody who opens a personal link and goes on on this device."""
    base = url.partition("/l/")[0]
    async with aiohttp.ClientSession(headers={"Origin": base}) as session:
        async with session.get(url) as answer:
            token = _csrf(await answer.text())
        async with session.post(url, data={"csrf": token}, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
            place = re.search(r"/at/([^/]+)/", answer.headers["Location"])
            assert place is not None
        async with session.get(f"{base}/at/{place[1]}/programme") as answer:
            yield HttpPerson(session, base, place[1], _csrf(await answer.text()))


def _csrf(text: str) -> str:
    found = CSRF.search(text)
    assert found is not None, text[:500]
    return found[1]


def recorded(data: Path, meeting_id: str) -> Sequence[Event]:
    """The events of a meeting as they lie in a running (or dead) server's database."""
    with closing(sqlite3.connect(f"file:{data}/rostrum.db?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT kind, version, body FROM journal WHERE stream = ? ORDER BY seq", (f"meeting/{meeting_id}",)
        ).fetchall()
    return [decode(*row) for row in rows]


def meeting_of(events: Sequence[Event]) -> Meeting:
    """The meeting that recorded events make."""
    return fold(events)  # type: ignore[arg-type]  # a meeting's stream holds a meeting's events

"""Lines of pages that are as long as we want: what goes to and from the media plane passes a relay that keeps it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Page, Route

from rostrum.media.loadtest.bad_line import BadLine, Weather

_SESSIONS = re.compile(r"/wh[ie]p/[^/?]+(\?.*)?$")
_CANDIDATE = re.compile(r"(a=candidate:\S+ 1 udp \d+) ([\d.]+) (\d+) (typ host)[^\r\n]*", re.IGNORECASE)
_ANY = re.compile(r"a=candidate:[^\r\n]*\r?\n")


@dataclass
class Delays:
    """Relays, each for one connection of one page."""

    lines: list[BadLine] = field(default_factory=list)

    def add(self, to: tuple[str, int], one_way_ms: float) -> BadLine:
        """A relay to an address that keeps each packet for so long, each way; nothing is lost or reordered."""
        line = BadLine(to, loss=0, jitter_ms=0, seed=0)
        line.turn(Weather(delay_ms=one_way_ms, reordering=0))
        line.open()
        self.lines.append(line)
        return line

    def into(self, description: str, one_way_ms: float) -> str:
        """A description whose only address is that of a new relay to the first one in it."""
        found = _CANDIDATE.search(description)
        if found is None:
            raise ValueError("a description without an address")
        host, port = self.add((found[2], int(found[3])), one_way_ms).address
        only = f"{found[1]} {host} {port} {found[4]}\r\n"
        return _ANY.sub("", description[: found.start()]) + only + _ANY.sub("", description[found.start() :])

    async def lengthen(self, page: Page, one_way_ms: float) -> None:
        """From now on each WHIP and WHEP session of a page runs through a relay of its own."""

        async def answered(route: Route) -> None:
            if route.request.method != "POST":
                await route.continue_()
                return
            answer = await route.fetch()
            if answer.status != 201:
                await route.fulfill(response=answer)
                return
            await route.fulfill(response=answer, body=self.into(await answer.text(), one_way_ms))

        await page.route(_SESSIONS, answered)


@asynccontextmanager
async def delays() -> AsyncIterator[Delays]:
    """Relays that are closed in the end."""
    made = Delays()
    try:
        yield made
    finally:
        for line in made.lines:
            line.close()

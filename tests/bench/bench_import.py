"""2,000 people from XLSX, every hundredth line faulty: from the upload to the page with the errors.

Ours is the whole way through the running application; the peer is openpyxl alone, reading the same file's cells.
`RUNS` can be set in the environment.
"""

import asyncio
import io
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
from openpyxl import load_workbook

from rostrum.cli import demo
from rostrum.identity.secrets import new_id, new_token
from tests.bench.common import RUNS, ratio, say, spread
from tests.support.app import Running, running_app
from tests.support.lists import HEADS, lines, xlsx

LINES = 2_000
FAULTY_EVERY = 100
GOAL_S = 10.0


async def ours(running: Running, data: bytes) -> float:
    """Seconds of one import into an application of its own, its answer checked."""
    token, now = new_token(), running.house.clock()
    fields = {"category": "state-party", "language": "en"}
    await running.house.drafts.create(new_id(), token, demo.SESSION_ID, fields, now, now.replace(year=2099))
    form = aiohttp.FormData()
    form.add_field("csrf", running.house.signer.form_token("guest"))
    form.add_field("list", data, filename="people.xlsx", content_type="application/octet-stream")
    async with aiohttp.ClientSession() as session:
        begin = time.perf_counter()
        async with session.post(f"{running.base}/a/{token}/members/import", data=form) as answer:
            text = await answer.text()
        took_s = time.perf_counter() - begin
    assert answer.status == 200, text
    assert text.count("Enter the family name.") == LINES // FAULTY_EVERY
    return took_s


def peer(data: bytes) -> float:
    """Seconds in which openpyxl alone reads the cells."""
    begin = time.perf_counter()
    rows = list(load_workbook(io.BytesIO(data), read_only=True).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == LINES + 1
    return time.perf_counter() - begin


async def main() -> None:
    """All runs, and the line of JSON."""
    data = xlsx([HEADS, *lines(LINES, faulty_every=FAULTY_EVERY)])
    with tempfile.TemporaryDirectory() as folder:
        async with running_app(Path(folder)) as running:
            ours_s = [await ours(running, data) for _ in range(RUNS)]
    peer_s = [peer(data) for _ in range(RUNS)]
    own, other = spread(ours_s), spread(peer_s)
    result: dict[str, Any] = {
        "bench": "import",
        "ours": own["median"],
        "peer": other["median"],
        "ratio": ratio(own["median"], other["median"]),
        "unit": "s for 2,000 lines of XLSX (peer: openpyxl, reading the cells alone)",
        "ours_spread": own,
        "peer_spread": other,
        "lines": LINES,
        "faulty_lines_listed": LINES // FAULTY_EVERY,
        "goals": {"under_10_s": own["max"] < GOAL_S},
    }
    say(result)


if __name__ == "__main__":
    asyncio.run(main())

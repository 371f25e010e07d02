"""Everybody is told that a meeting is recorded: on every page that carries it, as it begins and ends."""

import contextlib
import re

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.feeds import SetWebcast
from rostrum.assembly.taping import StartTaping, StopTaping
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from tests.pages.test_live import Stream, stream
from tests.support.app import Knocker, Running

PAGES = (
    ("ngo", f"meeting/{MEETING_ID}", "room"),
    ("ngo", f"meeting/{MEETING_ID}?sound=only", "sound"),
    ("ngo", f"listen/{MEETING_ID}", "listen"),
    ("captioner", f"captions/{MEETING_ID}", "sound"),
    ("interpreter", f"booth/{MEETING_ID}", "booth"),
    ("presiding-officer", f"console/meetings/{MEETING_ID}", "console"),
)
SAYS = re.compile(r'<span id="recorded-(now|before)"[^>]*?(hidden)?>')


def notice(text: str) -> str:
    """Which of the two notices a page or a fragment shows."""
    found = dict(SAYS.findall(text))
    assert set(found) == {"now", "before"}
    return " ".join(name for name, hidden in found.items() if not hidden)


async def shown(place: Knocker, path: str) -> str:
    async with place.request("GET", path) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_each_page_says_that_the_meeting_is_recorded_and_when_it_is_no_longer(running: Running) -> None:
    desk = running.house.desk
    async with contextlib.AsyncExitStack() as open_pages:
        followed = []
        for category, path, view in PAGES:
            place = await running.place(category)
            assert notice(await shown(place, f"/at/{place.place_id}/{path}")) == "", path
            followed.append((place, path, view, await open_pages.enter_async_context(stream(place, view))))
        await desk.act(MEETING, MEETING_ID, StartTaping(), SYSTEM)
        for place, path, view, news in followed:
            await until(news, view, "now")
            assert notice(await shown(place, f"/at/{place.place_id}/{path}")) == "now", path
        await desk.act(MEETING, MEETING_ID, StopTaping(), SYSTEM)
        for _, _, view, news in followed:
            await until(news, view, "before")


async def until(news: Stream, view: str, wanted: str) -> None:
    while notice(await news.until("personal" if view == "booth" else "fragment")) != wanted:
        pass


async def test_who_watches_the_webcast_is_told(running: Running) -> None:
    desk, guest = running.house.desk, running.stranger
    await desk.act(MEETING, MEETING_ID, SetWebcast(True), SYSTEM)
    async with guest.request("GET", f"/watch/{MEETING_ID}/state") as answer:
        assert (await answer.json())["recorded"] == {"now": False, "before": False}
    await desk.act(MEETING, MEETING_ID, StartTaping(), SYSTEM)
    assert notice(await shown(guest, f"/watch/{MEETING_ID}")) == "now"
    async with guest.request("GET", f"/watch/{MEETING_ID}/state") as answer:
        assert (await answer.json())["recorded"] == {"now": True, "before": True}
    await desk.act(MEETING, MEETING_ID, StopTaping(), SYSTEM)
    assert notice(await shown(guest, f"/watch/{MEETING_ID}")) == "before"

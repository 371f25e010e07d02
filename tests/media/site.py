"""A small server around an engine: WHIP and WHEP, our scripts, and a page that sends and watches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from rostrum.assembly.program import HALL, Audience, AudienceRole, Fill, Program, Slot, place_source
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.signalling.grant import Grant
from rostrum.signalling.relay import Relay
from rostrum.signalling.routes import routes
from tests.support.browser import CHROMIUM, FLAGS

REMOTE = Audience(AudienceRole.REMOTE)
MEETING = "m1"
_SCRIPTS = Path(__file__).parents[2] / "web" / "static" / "js" / "media"
_PAGE = Path(__file__).parent / "page"
_AWAKE = [
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
]


async def authorise(token: str) -> Grant | None:
    """Tokens of the tests: 'hall' feeds the hall, 'place-NAME' is a place that may speak and watch, 'bad' is none."""
    if token == "hall":
        return Grant(MEETING, None, HALL, None)
    if token.startswith("place-"):
        place_id = token.removeprefix("place-")
        return Grant(MEETING, place_id, place_source(place_id), REMOTE)
    if token == "watcher":
        return Grant(MEETING, None, None, REMOTE)
    return None


async def _index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(_PAGE / "index.html")


@asynccontextmanager
async def serve(engine: EmbeddedEngine, relay: Relay | None = None) -> AsyncIterator[str]:
    """The address of a running server; the engine is started and closed with it."""
    await engine.start()
    app = web.Application()
    app.add_routes(routes(engine, authorise, relay))
    app.router.add_get("/", _index)
    app.router.add_static("/page", _PAGE)
    app.router.add_static("/js", _SCRIPTS)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        await engine.close()


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """A browser that keeps pages in the background awake, with further flags."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *_AWAKE, *flags])
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(frozen=True)
class Person:
    """A page that sends, watches, or both."""

    page: Page

    async def call(self, name: str, *arguments: object) -> Any:
        """Call one of the page's test functions."""
        return await self.page.evaluate("([name, args]) => window.test[name](...args)", [name, list(arguments)])


async def arrive(browser: Browser, url: str) -> Person:
    """Open a page."""
    page = await browser.new_page()
    await page.goto(url)
    await page.wait_for_function("window.test")
    return Person(page)


def on_stage(source: str | None, to_itself: str | None = None) -> Program:
    """Everyone remote sees and hears one source, and the hall on the podium."""
    fill = Fill(source, to_itself)
    return Program({REMOTE: {Slot.STAGE: fill, Slot.FLOOR: fill, Slot.PODIUM: Fill(HALL)}})

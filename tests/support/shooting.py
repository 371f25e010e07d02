"""Pictures of pages: whose browser, which page, in two widths, two languages, light and dark."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page, StorageState

OUT = Path("build/shots")
WIDTHS = {1280: 800, 390: 844}
LANGUAGES = ("en", "ar")
THEMES = ("light", "dark")
CAPTIONS_OF_THE_WEBCAST = 'sessionStorage.setItem(\'rostrum.watch.captions\', \'{"language":"en","place":"bottom"}\')'
ONLY = os.environ.get("SHOTS", "")
"""Pictures are taken of the pages whose name begins so."""


@dataclass
class Tour:
    """Pages to visit: name to (whose browser, address)."""

    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    people: dict[str, StorageState] = field(default_factory=dict)


async def enter(browser: Browser, tour: Tour, role: str, url: str) -> str:
    """Follow a personal link; returns where it leads."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_role("button", name="Continue on this device").click()
    await page.wait_for_url("**/at/**")
    await page.wait_for_load_state()
    tour.people[role] = await context.storage_state()
    address = page.url
    await context.close()
    return address


async def picture(page: Page, player: str = "#stage") -> None:
    """Wait until it shows something; the page's own policy lets no predicate be evaluated in it."""
    async with asyncio.timeout(10):
        while not await page.locator(player).evaluate("it => it.readyState > 1 && it.videoWidth"):  # noqa: ASYNC110  # nothing to wait on
            await asyncio.sleep(0.1)
    await asyncio.sleep(0.4)


async def shoot(
    browser: Browser,
    name: str,
    person: StorageState,
    address: str,
    first: Callable[[Page], Awaitable[None]] | None = None,
) -> None:
    """One page in every shape; `first`: what is done on it before."""
    if not name.startswith(ONLY):
        return
    for width, height in WIDTHS.items():
        for language in LANGUAGES:
            for theme in THEMES:
                context = await browser.new_context(
                    storage_state=person,
                    viewport={"width": width, "height": height},
                    color_scheme=theme,  # type: ignore[arg-type]  # one of its literals
                    reduced_motion="reduce",
                )
                await context.add_init_script(CAPTIONS_OF_THE_WEBCAST)
                page = await context.new_page()
                mark = "&" if "?" in address else "?"
                await page.goto(f"{address}{mark}lang={language}")
                for player in ("#stage", "#recording"):
                    if await page.locator(player).count():
                        await picture(page, player)
                if name == "watch":
                    await page.locator(".caption--growing").wait_for()
                if first is not None:
                    await first(page)
                await page.screenshot(path=OUT / f"{name}-{width}-{language}-{theme}.png", full_page=name != "hall")
                await context.close()

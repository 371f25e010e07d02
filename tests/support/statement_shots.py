"""Pictures of a video statement on its way: sent, refused, checked, approved, on the list, played; and the console."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import Browser, Page, Route, expect

from tests.support.server import DemoServer
from tests.support.shapes import made
from tests.support.shooting import Tour, enter, shoot

PATIENCE_MS = 60_000
SMALL = ("-s", "426x240")
LARGE = ("-s", "1920x1080", "-preset", "ultrafast", "-c:v", "libx264")


async def shoot_statements(browser: Browser, folder: Path) -> None:
    """A demonstration of its own, in which two delegations send statements."""
    server = DemoServer(folder / "statements")
    await server.start()
    try:
        await _shoot(browser, server, folder)
    finally:
        await server.stop()


async def _shoot(browser: Browser, server: DemoServer, folder: Path) -> None:
    tour = Tour()
    roles = "secretariat", "chair", "delegate", "ngo", "interpreter-en-1"
    homes = {role: await enter(browser, tour, role, server.links[role]) for role in roles}
    video = {role: homes[role].replace("/check/", "/meeting/") + "/video" for role in ("delegate", "ngo")}
    ngo, delegate = tour.people["ngo"], tour.people["delegate"]
    text, large = folder / "text.mp4", folder / "statement.mp4"
    text.write_bytes(b"This is no video.")
    large.write_bytes(bytes(3_000_000))
    long = await asyncio.to_thread(
        made, folder / "long.mp4", 40, *LARGE, sound="sine=300:sample_rate=48000,volume=0.02"
    )
    short = await asyncio.to_thread(made, folder / "short.mp4", 5, *SMALL)
    await shoot(browser, "video", ngo, video["ngo"])
    await shoot(browser, "video-sending", ngo, video["ngo"], lambda page: _half_sent(page, large))

    theirs = await (await browser.new_context(storage_state=ngo)).new_page()
    await theirs.goto(video["ngo"])
    await _send(theirs, text)
    await expect(theirs.get_by_text("cannot be played")).to_be_visible(timeout=PATIENCE_MS)
    await shoot(browser, "video-refused", ngo, video["ngo"])
    await _send(theirs, long)
    await expect(theirs.get_by_text(re.compile("being checked [0-9]"))).to_be_visible(timeout=PATIENCE_MS)
    await shoot(browser, "video-checking", ngo, video["ngo"])
    await expect(theirs.get_by_text("waits for approval")).to_be_visible(timeout=PATIENCE_MS)
    await shoot(browser, "video-approval", ngo, video["ngo"], _shown)

    own = await (await browser.new_context(storage_state=delegate)).new_page()
    await own.goto(video["delegate"])
    await _send(own, short)
    await own.get_by_role("button", name="Approve: play it so").click(timeout=PATIENCE_MS)
    await own.goto(homes["delegate"].replace("/check/", "/meeting/"))
    await own.get_by_role("button", name="Request the floor").click()
    await own.goto(video["delegate"])
    await expect(own.get_by_text("on the list of speakers").first).to_be_visible(timeout=PATIENCE_MS)
    await shoot(browser, "video-queued", delegate, video["delegate"], _shown)
    interpreting = tour.people["interpreter-en-1"]
    seen = homes["interpreter-en-1"].replace("/booth/", "/meeting/")
    await shoot(browser, "video-ahead", interpreting, seen, _shown)

    chair = await (await browser.new_context(storage_state=tour.people["chair"])).new_page()
    await chair.goto(homes["chair"])
    await chair.get_by_role("button", name="Call the next speaker").click()
    await expect(chair.get_by_text("1 has spoken")).to_be_visible(timeout=PATIENCE_MS)
    await shoot(browser, "video-delivered", delegate, video["delegate"], _shown)
    console = f"{homes['secretariat']}/meetings/plenary-1/videos"
    await shoot(browser, "video-console", tour.people["secretariat"], console, _shown)
    for page in (theirs, own, chair):
        await page.context.close()


async def _fill(page: Page, file: Path) -> None:
    """The form, whatever its language."""
    await page.locator("#name").fill("Lucía Quispe")
    await page.locator("#office").fill("Minister of Justice")
    await page.locator("#item").select_option(index=0)
    await page.locator("#file").set_input_files(file)
    await page.locator("form.upload button[type=submit]").click()


async def _send(page: Page, file: Path) -> None:
    async with page.expect_navigation(timeout=PATIENCE_MS):
        await _fill(page, file)


async def _half_sent(page: Page, file: Path) -> None:
    """The first part is sent, the next one stays on its way."""
    sent: list[str] = []

    async def one_only(route: Route) -> None:
        if route.request.method == "PATCH":
            sent.append(route.request.url)
        if len(sent) < 2 or route.request.method != "PATCH":
            await route.continue_()

    await page.route("**/uploads/**", one_only)
    await _fill(page, file)
    await expect(page.locator(".upload__figures")).not_to_be_empty(timeout=PATIENCE_MS)
    await asyncio.sleep(0.5)


async def _shown(page: Page) -> None:
    """The previews' pictures have come."""
    for preview in await page.locator("video.video__preview").all():
        await expect(preview).not_to_have_js_property("videoWidth", 0, timeout=PATIENCE_MS)
    await asyncio.sleep(1)

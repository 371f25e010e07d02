"""A door goes on while the server is away: the page opens again, badges are read by the camera, all is told later."""

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import segno
from PIL import Image
from playwright.async_api import Page, expect

from rostrum.cli.demo import SESSION_ID
from rostrum.identity.badges import Badger, number_of
from tests.journeys.test_accessibility import violations
from tests.journeys.test_whole_story import enter
from tests.support.browser import person
from tests.support.fake_media import FPS, HEIGHT, WIDTH, FakeDevice
from tests.support.server import DemoServer

HELD_UP_S = 4
OLDER = """
() => new Promise((resolve, reject) => {
  const request = indexedDB.open("rostrum-door", 1);
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const store = request.result.transaction("kept", "readwrite").objectStore("kept");
    store.get("list").onsuccess = ({ target }) => {
      const list = target.result;
      list.told.at -= 61 * 60_000;
      store.put(list, "list").onsuccess = () => { request.result.close(); resolve(); };
    };
  };
})
"""
LEFT = """
async () => [(await indexedDB.databases()).map(({ name }) => name), await caches.keys(),
  (await navigator.serviceWorker.getRegistrations()).length]
"""


def camera(folder: Path, code: str) -> FakeDevice:
    """A camera before which somebody holds a badge up, then goes away, again and again."""
    png = io.BytesIO()
    segno.make_qr(code, error="m").save(png, kind="png", scale=5, border=4)
    badge = Image.open(png).convert("L")
    table = Image.new("L", (WIDTH, HEIGHT), 200)
    table.paste(badge, ((WIDTH - badge.width) // 2, (HEIGHT - badge.height) // 2))
    chroma = bytes([128]) * (WIDTH * HEIGHT // 2)
    path = folder / "door.y4m"
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(HELD_UP_S * FPS):
            file.write(b"FRAME\n" + table.tobytes() + chroma)
    return FakeDevice(0, path, folder / "none.wav")


async def appointed(clerk: Page, name: str, category: str) -> tuple[str, str]:
    """A place given in the console: its identifier and link."""
    await clerk.get_by_label("Given name").fill(name)
    await clerk.get_by_label("Category", exact=True).select_option(category)
    await clerk.get_by_role("button", name="Give the place and show its link").click()
    link = await clerk.locator(".message .link").inner_text()
    row = clerk.locator("tr[id^=place-]").filter(has_text=name)
    return (await row.get_attribute("id") or "").removeprefix("place-"), link


async def test_a_door_works_on_without_the_server_and_tells_it_all_later(
    demo_server: DemoServer, tmp_path: Path
) -> None:
    server = demo_server
    async with person(None) as clerk:
        await enter(clerk, server.links["secretariat"])
        await clerk.get_by_role("link", name="Places and links").click()
        _, door_link = await appointed(clerk, "Doorkeeper", "door-staff")
        people = [await appointed(clerk, name, "ngo") for name in ("Amadou", "Belarmino", "Cyrille")]
        badger = Badger.from_folder(server.data / "keys")
        codes = [badger.code(place_id, SESSION_ID, datetime.now(UTC) + timedelta(days=1)) for place_id, _ in people]
        number = number_of(badger.badge_id(people[1][0]))
        async with person(camera(tmp_path, codes[0]), bypass_csp=True) as door:
            await enter(door, door_link)
            await expect(door.locator('#door[data-kept="yes"]')).to_be_attached(timeout=20_000)
            await expect(door.locator("#line")).to_have_attribute("data-state", "connected")
            assert await violations(door) == []

            await server.stop()
            await door.goto(door.url)
            await expect(door.locator("#line")).to_have_attribute("data-state", "cut", timeout=20_000)
            await door.get_by_role("button", name="Read with the camera").click()
            await expect(door.locator("#verdict")).to_have_attribute("data-state", "valid", timeout=20_000)
            await door.get_by_role("button", name="Stop the camera").click()
            for typed, state in (
                (number, "valid"),
                (codes[0], "again"),
                ("0000000000", "unknown"),
                (codes[2], "valid"),
            ):
                await door.get_by_label("Code or number").fill(typed)
                await door.get_by_role("button", name="Check", exact=True).click()
                await expect(door.locator("#verdict")).to_have_attribute("data-state", state, timeout=20_000)
            await expect(door.locator("#waiting")).to_have_attribute("data-count", "3")

            server.links.clear()
            await server.start()
            # One of them is no longer welcome; whoever is quicker, the door or the secretariat, all hear of it.
            await expect(door.locator("#waiting")).to_have_attribute("data-count", "0", timeout=30_000)
            await clerk.goto(clerk.url)
            await expect(clerk.get_by_text("People present in the hall: 3")).to_be_visible()
            await expect(clerk.locator("tr").filter(has_text="Belarmino")).to_contain_text(re.compile("came at"))

            await server.stop()
            await door.evaluate(OLDER)
            await expect(door.locator("#line")).to_have_attribute("data-state", "stale", timeout=20_000)
            await door.get_by_role("button", name="End the work at this door").click()
            await expect(door.locator("#ended")).to_contain_text("Nothing is left")
            assert await door.evaluate(LEFT) == [["rostrum"], [], 0], "but for the key that the device is known by"

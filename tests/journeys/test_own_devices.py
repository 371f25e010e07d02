"""A link bound by a key that never leaves the browser, a second device let in, both closed at once; and passkeys."""

import re
import sqlite3

from playwright.async_api import Page, expect

from tests.journeys.test_accessibility import violations
from tests.journeys.test_whole_story import enter
from tests.support.browser import person
from tests.support.server import DemoServer

KEY = """
async () => {
  const db = await new Promise((resolve, reject) => {
    const request = indexedDB.open("rostrum", 1);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const all = await new Promise((resolve) => {
    const request = db.transaction("keys").objectStore("keys").getAll();
    request.onsuccess = () => resolve(request.result);
  });
  db.close();
  return all.map(({ privateKey }) => [privateKey.extractable, privateKey.algorithm.namedCurve]);
}
"""
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def looks_right(page: Page) -> None:
    assert await violations(page) == []


async def test_a_second_device_is_let_in_and_both_are_closed_at_once(demo_server: DemoServer) -> None:
    link = demo_server.links["ngo"]
    async with person(None, bypass_csp=True) as phone, person(None, bypass_csp=True) as desk, person(None) as clerk:
        await enter(phone, link)
        await phone.wait_for_url("**/check/**")
        assert await phone.evaluate(KEY) == [[False, "P-256"]]
        await phone.get_by_role("link", name="Your devices").click()
        await expect(phone.get_by_text("a key that never leaves it")).to_be_visible()
        await looks_right(phone)
        room = phone.url.replace("/devices", "/meeting/plenary-1")

        # Days later the cookie is not enough, the key is: the page shows it and goes on by itself.
        with sqlite3.connect(demo_server.data / "rostrum.db") as database:
            assert database.execute("UPDATE device SET proved_at = '2020-01-01 00:00:00.000000'").rowcount
        async with phone.expect_request("**/proof/challenge"):
            await phone.goto(room)
        await phone.wait_for_url(room)
        await expect(phone.get_by_role("heading", name="1st plenary meeting")).to_be_visible()
        await phone.goto(room)

        await desk.goto(link)
        await expect(desk.get_by_role("heading", name="Your link is in use on another device")).to_be_visible()
        await looks_right(desk)
        await desk.get_by_role("button", name="Ask to be let in").click()
        number = await desk.locator(".pairing-number").inner_text()
        assert re.fullmatch(r"\d\d \d\d", number)
        await looks_right(desk)

        # The page that follows the meeting says it without being loaded anew; the number is the same.
        await phone.get_by_role("link", name="Look at it and answer").click()
        await expect(phone.locator(".pairing-number")).to_have_text(number)
        await looks_right(phone)
        await phone.get_by_role("button", name="Yes, let it in").click()
        await desk.wait_for_url("**/check/**")
        await expect(phone.get_by_role("row")).to_have_count(3)

        # One follows the meeting, the other a page that follows nothing: both hear of it within two seconds.
        await desk.goto(room)
        await enter(clerk, demo_server.links["secretariat"])
        await clerk.get_by_role("link", name="Places and links").click()
        row = clerk.get_by_role("row").filter(has_text="Justicia Andina")
        await row.get_by_role("button", name="Revoke").click()
        for page in (phone, desk):
            await expect(page.get_by_role("heading", name="This link has been revoked.")).to_be_visible(timeout=10_000)


async def test_the_secretariat_works_by_passkey_where_it_is_required(demo_server: DemoServer) -> None:
    await demo_server.stop()
    demo_server.links.clear()
    demo_server.environment["ROSTRUM_PASSKEYS"] = "required"
    await demo_server.start()
    async with person(None, bypass_csp=True) as page:
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("WebAuthn.enable")
        await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        await enter(page, demo_server.links["secretariat"])
        await expect(page.get_by_text("Your place needs a passkey. Make one on this device")).to_be_visible()
        await looks_right(page)
        await page.get_by_role("button", name="Make a passkey").click()
        await page.wait_for_url("**/console")
        console = page.url

        # The cookies are gone, as on another device that has the passkey: it opens the same place.
        await page.context.clear_cookies()
        await page.goto(console)
        await expect(page.get_by_role("heading", name="This page is not open to you.")).to_be_visible()
        await page.goto(f"{demo_server.url}/passkey")
        await looks_right(page)
        await page.get_by_role("button", name="Show a passkey").click()
        await page.wait_for_url("**/console")
        assert page.url == console
        await page.get_by_role("link", name="Your passkeys").click()
        await expect(page.get_by_text("you have shown yours")).to_be_visible()
        await looks_right(page)
        # In another tab a page follows the meeting. It and this one were begun with the passkey, and end with it.
        meeting = await page.context.new_page()
        await meeting.goto(f"{console}/meetings/plenary-1")
        await expect(meeting.get_by_role("heading", name="1st plenary meeting")).to_be_visible()
        await page.get_by_role("button", name="Remove").click()
        for each in (page, meeting):
            await expect(each.get_by_role("heading", name="This device was removed")).to_be_visible()
        await page.goto(f"{demo_server.url}/passkey")
        await page.get_by_role("button", name="Show a passkey").click()
        await expect(page.get_by_role("alert")).to_contain_text("This passkey is not known here.")

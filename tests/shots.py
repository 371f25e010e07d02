"""Takes a picture of every page into build/shots (`make shots`): two widths, English and Arabic, light and dark."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.support.applying import MEMBER, SECTIONS
from tests.support.browser import CHROMIUM, FLAGS
from tests.support.fake_media import make
from tests.support.lists import HEADS, lines, xlsx
from tests.support.server import DemoServer
from tests.support.shooting import ONLY, OUT, Tour, enter, shoot
from tests.support.statement_shots import shoot_statements

LIST = xlsx([HEADS, *lines(12, faulty_every=4)])
ORGANISATION = "Red de Víctimas del Sur"


async def main() -> None:
    """Start a demonstration, bring it to a state worth seeing, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        device = make(Path(folder), 5, "Civil society asks that every session be open to those who are far away")
        server = DemoServer(Path(folder) / "data")
        await server.start()
        try:
            async with async_playwright() as playwright:
                flags = [*FLAGS, "--use-fake-ui-for-media-stream", *device.chromium_flags]
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
                if not ONLY or ONLY.startswith("video"):
                    await shoot_statements(browser, Path(folder))
                if not ONLY.startswith("video"):
                    tour = await prepare(browser, server)
                    for name, (person, address) in tour.pages.items():
                        await shoot(browser, name, tour.people[person], address)
                await browser.close()
        finally:
            await server.stop()


async def prepare(browser: Browser, server: DemoServer) -> Tour:
    """Apply, ask, follow every link, ask for the floor and give it."""
    tour = Tour()
    homes = {
        role: await enter(browser, tour, role, server.links[role])
        for role in ("secretariat", "chair", "delegate", "ngo", "hall", "captioner", "interpreter-en-1")
    }
    applicant = await apply(browser, server.url, tour)
    tour.people["nobody"] = await applicant.storage_state()
    console = homes["secretariat"]
    clerk = await browser.new_context(storage_state=tour.people["secretariat"])
    page = await clerk.new_page()
    await page.goto(f"{console}/applications")
    await page.get_by_role("link", name=ORGANISATION).first.click()
    tour.pages |= {
        "first": ("nobody", server.url),
        "passkey": ("nobody", f"{server.url}/passkey"),
        "privacy": ("nobody", f"{server.url}/privacy"),
        **await another(browser, tour, server.links["delegate"]),
        "devices": ("delegate", re.sub(r"(/at/[^/]+)/.*", r"\1/devices", homes["delegate"])),
        "passkeys": ("delegate", re.sub(r"(/at/[^/]+)/.*", r"\1/passkeys", homes["delegate"])),
        "proof": ("delegate", re.sub(r"(/at/[^/]+)/.*", r"\1/proof", homes["delegate"])),
        "apply": ("nobody", f"{server.url}/apply/demo"),
        "apply-status": ("nobody", applicant.pages[0].url),
        "link-unknown": ("nobody", f"{server.url}/l/not-a-link"),
        "check": ("delegate", homes["delegate"]),
        "room": ("delegate", homes["delegate"].replace("/check/", "/meeting/")),
        "hall": ("hall", homes["hall"]),
        "captions": ("captioner", f"{homes['captioner']}?language=en"),
        "captions-room": ("reader", homes["delegate"].replace("/check/", "/meeting/")),
        "captions-hall": ("hall-reader", homes["hall"]),
        "sound-room": ("delegate", homes["delegate"].replace("/check/", "/meeting/") + "?sound=only"),
        "listen": ("delegate", homes["delegate"].replace("/check/", "/listen/")),
        "seat": ("nobody", f"{server.url}/listen/plenary-1"),
        "booth": ("interpreter-en-1", homes["interpreter-en-1"]),
        "glossary": ("interpreter-en-1", homes["interpreter-en-1"].replace("/booth/plenary-1", "/glossary")),
        "console-booths": ("secretariat", f"{console}/meetings/plenary-1/booths"),
        "console-seats": ("secretariat", f"{console}/meetings/plenary-1/seats"),
        "hall-sound": ("secretariat", re.sub(r"/console$", "/hall-sound/plenary-1", console)),
        "console": ("secretariat", console),
        "console-queue": ("secretariat", f"{console}/applications"),
        "console-queue-narrowed": ("secretariat", f"{console}/applications?seat=remote&sort=-received"),
        "console-views": ("secretariat", f"{console}/views"),
        "console-application": ("secretariat", page.url),
        "console-member": ("secretariat", await member_of(page)),
        "console-deadlines": ("secretariat", f"{console}/deadlines"),
        "console-review": ("secretariat", f"{console}/review"),
        "console-batches": ("secretariat", f"{console}/batches"),
        "console-places": ("secretariat", f"{console}/places"),
        "console-retention": ("secretariat", f"{console}/retention"),
        "console-outbox": ("secretariat", f"{console}/outbox"),
        "console-credentials": ("secretariat", f"{console}/credentials"),
        "console-credentials-roll": ("secretariat", f"{console}/credentials/roll"),
        "credentials": ("delegate", re.sub(r"(/at/[^/]+)/.*", r"\1/credentials", homes["delegate"])),
        "held": ("ngo", re.sub(r"(/at/[^/]+)/.*", r"\1/held", homes["ngo"])),
        "held-deletion": ("ngo", re.sub(r"(/at/[^/]+)/.*", r"\1/held/deletion", homes["ngo"])),
        "protection": ("ngo", re.sub(r"(/at/[^/]+)/.*", r"\1/protection", homes["ngo"])),
        "console-publication": ("secretariat", f"{console}/publication"),
        "console-protection": ("secretariat", await protection_of(page, console)),
        "photograph": ("ngo", re.sub(r"(/at/[^/]+)/.*", r"\1/photograph", homes["ngo"])),
        "console-meeting": ("chair", homes["chair"]),
        "console-desk": ("secretariat", f"{console}/meetings/plenary-1"),
        "console-acts": ("secretariat", f"{console}/meetings/plenary-1/acts"),
        "console-rules": ("secretariat", f"{console}/rules"),
        "console-lines": ("chair", f"{homes['chair']}/lines"),
    }
    await caption(browser, tour, homes, server.url)
    await take_the_floor(browser, tour, homes)
    await record(browser, tour, homes, server.url)
    return tour


async def webcast(browser: Browser, tour: Tour, console: str, url: str) -> None:
    """Anybody may watch the meeting."""
    context = await browser.new_context(storage_state=tour.people["secretariat"])
    page = await context.new_page()
    await page.goto(f"{console}/feeds/plenary-1")
    await page.get_by_role("button", name="Let anybody watch").click()
    await context.close()
    tour.pages["watch"] = ("nobody", f"{url}/watch/plenary-1")


async def caption(browser: Browser, tour: Tour, homes: Mapping[str, str], url: str) -> None:
    """The captioner writes; two who read along have captions turned on, and anybody may watch."""
    await webcast(browser, tour, homes["secretariat"], url)
    for role, reader in (("delegate", "reader"), ("hall", "hall-reader")):
        context = await browser.new_context(storage_state=tour.people[role])
        page = await context.new_page()
        await page.goto(homes[role].replace("/check/", "/meeting/"))
        await page.evaluate('localStorage.setItem(\'rostrum.captions\', \'{"shown":true,"language":"en"}\')')
        tour.people[reader] = await context.storage_state()
        await context.close()
    context = await browser.new_context(storage_state=tour.people["captioner"])
    page = await context.new_page()
    await page.goto(f"{homes['captioner']}?language=en")
    for words in (
        "The meeting is open.",
        "I invite delegations to be brief, and to send the interpreters their texts.",
    ):
        await page.locator("#text").press_sequentially(words)
        await page.locator("#text").press("Enter")
    await page.locator("#text").press_sequentially("The next speaker on my list is")
    await page.locator("#cues li").nth(1).wait_for()


async def another(browser: Browser, tour: Tour, link: str) -> dict[str, tuple[str, str]]:
    """A further device asks to be let in by a link; its pages."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("button", name="Ask to be let in").click()
    await page.wait_for_url("**/device")
    tour.people["further"] = await context.storage_state()
    await context.close()
    return {"link-another": ("nobody", link), "link-waiting": ("further", f"{link}/device")}


async def member_of(page: Page) -> str:
    """Where the first person of the application that a page shows is."""
    href = await page.locator('a[href*="/members/"]').first.get_attribute("href")
    return f"{page.url.partition('/at/')[0]}{href}"


async def protection_of(page: Page, console: str) -> str:
    """Where somebody's protection is set in the console."""
    await page.goto(f"{console}/places")
    href = await page.locator('a[href$="/protection"]').last.get_attribute("href")
    return f"{page.url.partition('/at/')[0]}{href}"


async def apply(browser: Browser, url: str, tour: Tour) -> BrowserContext:
    """Send an application, and leave another half done."""
    context = await browser.new_context()
    page = await context.new_page()
    for sent in (False, True):
        await page.goto(f"{url}/apply/demo")
        await page.get_by_role("radio", name="Non-governmental organisation", exact=True).check()
        await page.get_by_role("button", name="Save and continue").click()
        own = page.url.partition("?")[0]
        for name, answers in {**SECTIONS, "consent": {"consent": "yes"}}.items():
            await fill(page, f"{own}/{name}", {**answers, "organisation": ORGANISATION})
        await page.goto(f"{own}/members/new")
        await fill(page, "", MEMBER["person"])
        for name in ("participation", "languages", "needs", "protection")[: 4 if sent else 1]:
            await fill(page, "", MEMBER[name])
        if not sent:
            pages = ("", "/contact", "/members", "/members/new", "/check", "/consent")
            tour.pages |= {f"apply{name.replace('/', '-') or '-tasks'}": ("nobody", own + name) for name in pages}
            member = page.url.rpartition("/")[0]
            questions = ("", *(f"/{name}" for name in MEMBER))
            tour.pages |= {f"apply-member{name.replace('/', '-')}": ("nobody", member + name) for name in questions}
            await page.goto(f"{own}/members/import")
            faults = {"name": "people.xlsx", "mimeType": "application/octet-stream", "buffer": LIST}
            await page.locator("#list").set_input_files(faults)  # type: ignore[arg-type]  # a file payload
            await page.get_by_role("button", name="Send the list").click()
            tour.pages["apply-import"] = ("nobody", f"{own}/members/import")
            mend = await page.get_by_role("link", name="Mend").first.get_attribute("href")
            tour.pages["apply-mend"] = ("nobody", f"{url}{mend}")
            await page.goto(f"{own}/members")
            await page.get_by_role("button", name="Make a join link").click()
            invitation = await page.locator(".message .link").inner_text()
            await page.goto(invitation)
            tour.pages["join"] = ("nobody", invitation)
            await page.get_by_role("button", name="Begin").click()
            tour.pages["join-own"] = ("nobody", page.url.rpartition("/")[0])
    await page.goto(f"{own}/check")
    await page.get_by_role("button", name="Send the application").click()
    await page.wait_for_load_state()
    tour.pages |= {"apply-sent": ("nobody", page.url), "apply-history": ("nobody", f"{own}/history")}
    await page.goto(own)
    return context


async def fill(page: Page, address: str, answers: Mapping[str, str]) -> None:
    """Answer a page of questions as far as it asks, and go on."""
    if address:
        await page.goto(address)
    for name, value in answers.items():
        for control in (await page.locator(f"#answers [name={name}]").all())[:1]:
            kind = await control.get_attribute("type")
            if kind in {"radio", "checkbox"}:
                await page.locator(f"#answers [name={name}][value={value}]").check()
            elif await control.evaluate("each => each.tagName") == "SELECT":
                await control.select_option(value)
            else:
                await control.fill(value)
    await page.locator("#answers button[value=next]").click()
    await page.wait_for_load_state()


async def take_the_floor(browser: Browser, tour: Tour, homes: Mapping[str, str]) -> None:
    """The NGO speaks from a browser that stays open; the delegate waits."""
    for role in ("ngo", "delegate"):
        context = await browser.new_context(storage_state=tour.people[role])
        page = await context.new_page()
        await page.goto(homes[role].replace("/check/", "/meeting/"))
        await page.get_by_role("button", name="Request the floor").click()
        if role == "ngo":
            await page.locator('#own[data-state="connected"]').wait_for()
        else:
            await page.locator(
                '#mine:is([data-standing="next"], [data-standing="ready"], [data-standing="waiting"])'
            ).wait_for()
            await context.close()
    context = await browser.new_context(storage_state=tour.people["chair"])
    page = await context.new_page()
    await page.goto(homes["chair"])
    await page.get_by_role("button", name="Call the next speaker").click()
    await page.locator(".clock").wait_for()
    await context.close()


async def record(browser: Browser, tour: Tour, homes: Mapping[str, str], url: str) -> None:
    """Some seconds of the meeting are recorded, and published."""
    context = await browser.new_context(storage_state=tour.people["secretariat"])
    page = await context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    console = homes["secretariat"]
    await page.goto(f"{console}/meetings/plenary-1")
    await page.get_by_role("button", name="Record the meeting").click()
    await asyncio.sleep(8)
    await page.get_by_role("button", name="Stop the recording").click()
    await page.get_by_role("button", name="Record the meeting").wait_for()
    await page.goto(f"{console}/recordings/plenary-1")
    await page.get_by_role("button", name="Publish the recording").click()
    await page.get_by_role("button", name="Withdraw the recording").wait_for()
    async with asyncio.timeout(60):
        while not await page.locator("#recording").count():
            await asyncio.sleep(1)
            await page.reload()
    tour.pages |= {
        "recordings": ("nobody", f"{url}/recordings"),
        "recordings-found": ("nobody", f"{url}/recordings?q=2"),
        "recording": ("nobody", f"{url}/recordings/plenary-1"),
        "console-recording": ("secretariat", f"{console}/recordings/plenary-1"),
        "clips": ("ngo", re.sub(r"(/at/[^/]+)/.*", r"\1/clips", homes["ngo"])),
    }
    await context.close()


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    asyncio.run(main())
    print(f"{len(list(OUT.iterdir()))} pictures in {OUT}")

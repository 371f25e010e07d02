"""Two consoles and two delegates in real browsers: keys by their place, undo, consent and a vote, each seen by all."""

from contextlib import AsyncExitStack

from playwright.async_api import Page, expect

from tests.journeys.test_whole_story import enter
from tests.support.browser import person
from tests.support.server import DemoServer

PATIENCE_MS = 15_000


async def in_room(page: Page) -> None:
    await page.goto(page.url.replace("/check/", "/meeting/"))
    await expect(page.locator("#line")).to_have_text("Connected", timeout=PATIENCE_MS)


async def test_the_meeting_is_run_by_its_rules_with_the_keyboard(demo_server: DemoServer) -> None:
    async with AsyncExitStack() as stack:
        chair, clerk, delegate = [await stack.enter_async_context(person(None)) for _ in range(3)]
        for page, role in ((chair, "chair"), (clerk, "secretariat"), (delegate, "delegate")):
            await enter(page, demo_server.links[role])
        await clerk.get_by_role("link", name="Run the meeting").click()
        for page in (chair, clerk):
            await expect(page.locator("#line")).to_have_text("Connected", timeout=PATIENCE_MS)
        await in_room(delegate)
        await delegate.get_by_role("button", name="Request the floor").click()

        # The key is where N is on a Latin keyboard, whatever this one writes there.
        await expect(chair.get_by_role("button", name="Call the next speaker")).to_be_enabled(timeout=PATIENCE_MS)
        await chair.evaluate(
            "document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyN', key: 'т', bubbles: true}))"
        )
        await expect(chair.locator("#now")).to_contain_text("Moussa Ndiaye", timeout=PATIENCE_MS)
        await expect(clerk.locator("#now")).to_contain_text("Moussa Ndiaye", timeout=PATIENCE_MS)
        await expect(clerk.locator("#acts")).to_contain_text("Was given the floor", timeout=PATIENCE_MS)
        await expect(clerk.locator("#acts")).to_contain_text("Amina Okoye", timeout=PATIENCE_MS)

        # Letters turned off do nothing; everything still is reached by Tab and Enter.
        await chair.get_by_role("button", name="Keys").click()
        await chair.get_by_label("Single letters act on the meeting").uncheck()
        await chair.get_by_role("button", name="Close", exact=True).click()
        await chair.keyboard.press("u")
        undo = chair.get_by_role("button", name="Undo the call")
        await expect(undo).to_be_visible()
        await undo.focus()
        await chair.keyboard.press("Enter")
        await expect(chair.locator("#list")).to_contain_text("Moussa Ndiaye", timeout=PATIENCE_MS)
        await expect(chair.locator("#now")).to_contain_text(
            "The floor is with the presiding officer", timeout=PATIENCE_MS
        )

        # The other console closes the list: the meeting is asked, and an objection is seen by both at once.
        await clerk.get_by_role("button", name="Close the list").click()
        await expect(delegate.locator("#mine")).to_contain_text("If you say nothing", timeout=PATIENCE_MS)
        await expect(clerk.get_by_role("button", name="It is so decided")).to_be_disabled(timeout=PATIENCE_MS)
        await delegate.get_by_role("button", name="Object", exact=True).click()
        for page in (chair, clerk):
            await expect(page.locator("#decision")).to_contain_text("Objections: Senegal", timeout=PATIENCE_MS)
        await chair.get_by_role("button", name="There is no consensus: stop asking").click()
        await expect(clerk.locator("#decision")).to_be_hidden(timeout=PATIENCE_MS)

        # What is being typed outlives the news that arrive meanwhile.
        await clerk.get_by_text("Ask the meeting, or vote on a text").click()
        await clerk.get_by_label("Text that is voted on").fill("Draft decision L.1")
        await delegate.get_by_role("button", name="Withdraw my request").click()
        await expect(clerk.locator("#list")).to_contain_text("Nobody waits for the floor.", timeout=PATIENCE_MS)
        await clerk.get_by_label("Matter of procedure").check()
        await clerk.get_by_role("button", name="Open the vote").click()
        await expect(delegate.locator("#mine")).to_contain_text("Draft decision L.1", timeout=PATIENCE_MS)
        await delegate.get_by_label("Yes").check()
        await delegate.get_by_role("button", name="Cast this vote").click()
        await expect(delegate.locator("#mine")).to_contain_text("Your delegation has voted: Yes", timeout=PATIENCE_MS)
        chair.on("dialog", lambda dialog: dialog.accept())
        await chair.get_by_role("button", name="Close the vote and declare its result").click()
        for page in (clerk, delegate):
            await expect(page.locator("#decision")).to_contain_text("adopted", timeout=PATIENCE_MS)

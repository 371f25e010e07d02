"""Captions from keystroke to file: written word by word, corrected, kept through a lost line, read in Arabic pages."""

import pytest
from playwright.async_api import Page, expect

from tests.journeys.test_accessibility import violations
from tests.journeys.test_whole_story import enter
from tests.support.browser import person
from tests.support.server import DemoServer

WITHIN_MS = 5_000


async def reads(page: Page, server: DemoServer) -> None:
    """Open the room in Arabic and ask for English captions."""
    await enter(page, server.links["ngo"])
    await page.wait_for_url("**/check/**")
    await page.goto(page.url.replace("/check/", "/meeting/") + "?lang=ar")
    await page.locator("#captions-on").click()
    await page.locator("#captions-choices summary").click()
    await page.locator("#captions-language").select_option("en")
    await page.locator("#captions-size").select_option("large")
    await page.locator("#captions-place").select_option("top")


@pytest.mark.timeout(150)
async def test_what_a_captioner_types_is_read_as_it_is_typed(demo_server: DemoServer) -> None:
    async with (
        person(None, bypass_csp=True, locale="en") as writer,
        person(None, bypass_csp=True, locale="en") as reader,
    ):
        await reads(reader, demo_server)
        growing, log = reader.locator(".caption--growing"), reader.locator("#captions-log")
        await enter(writer, demo_server.links["captioner"])
        await writer.wait_for_url("**/captions/plenary-1")
        field, unsent = writer.locator("#text"), writer.locator("#unsent")
        await expect(unsent).to_have_text("Everything is sent.")

        # Word by word, with what is taken back; hostile text is text.
        await field.press_sequentially("The <b>meeting")
        await expect(growing).to_have_text("The <b>meeting", timeout=WITHIN_MS)
        await field.press_sequentially(" is opne")
        await expect(growing).to_have_text("The <b>meeting is opne", timeout=WITHIN_MS)
        for _ in "ne":
            await field.press("Backspace")
        await expect(growing).to_have_text("The <b>meeting is op", timeout=WITHIN_MS)
        await field.press_sequentially("en.")
        await field.press("Enter")
        await expect(log.locator(".caption")).to_have_text(["The <b>meeting is open."], timeout=WITHIN_MS)
        await expect(growing).to_have_count(0)
        await expect(reader.locator("#captions-kind")).to_have_text("نص مكتوب بيد شخص")
        await expect(log).to_have_attribute("dir", "ltr")
        await expect(log).to_have_attribute("aria-live", "off")
        assert await violations(reader) == []

        # An abbreviation becomes its words.
        await writer.locator(".writing__shorthand summary").click()
        await writer.locator("#shorthand").fill("icc = International Criminal Court")
        await field.press_sequentially("The ICC")
        await field.press("Enter")
        await expect(log).to_contain_text("The International Criminal Court", timeout=WITHIN_MS)

        # The line is lost: nothing that is typed is, and it comes in its order.
        await writer.context.set_offline(True)
        for words in ("First in the dark", "Second in the dark"):
            await field.press_sequentially(words)
            await field.press("Enter")
        await expect(unsent).to_have_text("Lines that wait to be sent: 2")
        await writer.context.set_offline(False)
        await expect(unsent).to_have_text("Everything is sent.", timeout=15_000)
        await expect(log).to_contain_text("First in the darkSecond in the dark", timeout=15_000)

        # A correction, by keys alone.
        await expect(writer.locator("#cues input[name=text]").first).to_have_value("Second in the dark", timeout=15_000)
        await field.press("Alt+ArrowUp")
        last = writer.locator("#cues input[name=text]").first
        await expect(last).to_be_focused()
        await last.fill("Second in the light")
        await last.press("Enter")
        await expect(log).to_contain_text("Second in the light مصحَّح", timeout=WITHIN_MS)
        await expect(field).to_be_focused()
        assert await violations(writer) == []

        # What was chosen is remembered, over the picture.
        await reader.reload()
        await expect(reader.locator(".stage > #captions-box[data-place=top][data-size=large]")).to_be_visible()
        await expect(log).to_contain_text("Second in the light", timeout=WITHIN_MS)

        await _hands_over(writer)
        answer = await writer.request.get(f"{writer.url.partition('?')[0]}/en.vtt")
        file = await answer.text()
        assert file.startswith("WEBVTT\n")
        for line in ("The &lt;b&gt;meeting is open.", "The International Criminal Court", "Second in the light"):
            assert f"\n{line}\n" in file
        assert "Second in the dark" not in file


async def _hands_over(writer: Page) -> None:
    """A second page of the same language is told who writes, and takes over by a press."""
    second = await writer.context.new_page()
    await second.goto(writer.url)
    await expect(second.locator("#writer")).to_contain_text("Tom Weaver writes now.", timeout=WITHIN_MS)
    await second.locator("#text").press_sequentially("Not yet")
    await second.get_by_role("button", name="Write here").click()
    await expect(second.locator("#writer")).to_contain_text("You write.", timeout=WITHIN_MS)
    await expect(writer.locator("#writer")).to_contain_text("Tom Weaver writes now.", timeout=WITHIN_MS)
    await second.close()

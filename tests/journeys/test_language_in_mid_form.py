"""An applicant changes the language half-way through the form: what is written stays, and Enter is no language."""

from playwright.async_api import expect

from tests.support.browser import person
from tests.support.server import DemoServer


async def test_the_form_goes_on_in_the_other_language(demo_server: DemoServer) -> None:
    async with person(None, locale="en-GB") as page:
        await page.goto(demo_server.links["apply"])
        await page.locator("[name=category][value=ngo]").check()
        await page.get_by_role("button", name="Save and continue").click()
        await page.get_by_role("link", name="Whom we write to").click()
        await page.locator("[name=given_name]").fill("Lucía")
        await page.locator("summary").first.click()
        await page.get_by_role("button", name="العربية").click()
        await expect(page.locator("html")).to_have_attribute("dir", "rtl")
        await expect(page.locator("[name=given_name]")).to_have_value("Lucía")
        await page.locator("[name=family_name]").fill("Paredes")
        await page.locator("[name=family_name]").press("Enter")
        await expect(page.locator("#error-summary")).to_be_focused()
        await expect(page.locator("html")).to_have_attribute("lang", "ar")
        await expect(page.locator("[name=family_name]")).to_have_value("Paredes")

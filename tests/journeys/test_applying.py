"""Applying from the first page to the reference: on a phone in Arabic, looked at by axe; with the keyboard alone."""

from playwright.async_api import Page, expect
from yarl import URL

from tests.journeys.test_accessibility import WIDER, violations
from tests.support.applying import MEMBER, SECTIONS
from tests.support.browser import person
from tests.support.server import DemoServer

TABS_MAX = 80
PAGES = {**SECTIONS, **{name: answers for name, answers in MEMBER.items() if answers}}


class Finger:
    """Touches what it sees."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def write(self, selector: str, text: str) -> None:
        """Write into a field."""
        await self.page.locator(selector).tap()
        await self.page.locator(selector).fill(text)

    async def choose(self, selector: str, value: str) -> None:
        """Choose in a select."""
        await self.page.locator(selector).select_option(value)

    async def press(self, selector: str) -> None:
        """Press a button, link, radio or box."""
        await self.page.locator(selector).first.tap()


class Keyboard:
    """Never touches anything but keys."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def reach(self, selector: str) -> None:
        """Tab until the focus is there; it must be seen to be."""
        wanted = self.page.locator(selector).first
        for _ in range(TABS_MAX):
            await self.page.keyboard.press("Tab")
            if await wanted.evaluate(
                "each => each === document.activeElement || (each.type === 'radio' && "
                "document.activeElement.name === each.name)"
            ):
                outline = await self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"the focus on {selector} is not seen"
                return
        raise AssertionError(f"no number of tabs leads to {selector}")

    async def write(self, selector: str, text: str) -> None:
        """Write into a field."""
        await self.reach(selector)
        await self.page.keyboard.type(text)

    async def choose(self, selector: str, value: str) -> None:
        """Choose in a select, by its arrow keys."""
        await self.reach(selector)
        for _ in range(TABS_MAX * 10):
            if await self.page.locator(selector).input_value() == value:
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} has no {value}")

    async def press(self, selector: str) -> None:
        """Press a button, link, radio or box."""
        await self.reach(selector)
        kind = await self.page.locator(selector).first.get_attribute("type")
        if kind == "radio":
            for _ in range(TABS_MAX):
                if await self.page.locator(selector).first.is_checked():
                    return
                await self.page.keyboard.press(
                    "ArrowDown" if await self.page.evaluate("document.activeElement.checked") else "Space"
                )
            raise AssertionError(f"{selector} is not reached by arrows")
        await self.page.keyboard.press("Space" if kind == "checkbox" else "Enter")


async def apply(page: Page, hand: Finger | Keyboard, url: str, *, look: bool) -> None:
    """The whole way, page after page; `look`: axe looks at each."""

    async def looked() -> None:
        if look:
            assert await violations(page) == [], page.url
            assert await page.evaluate(WIDER) <= 0, page.url

    async def go_on(selector: str = "#answers button[value=next]") -> None:
        before = page.url
        await hand.press(selector)
        await page.wait_for_url(lambda address: address != before)
        await looked()

    await page.goto(url)
    await looked()
    await hand.press("#answers [name=category][value=ngo]")
    await go_on()
    await go_on('a[href$="/organisation"]')
    for name, answers in PAGES.items():
        if name == "person":
            await expect(page.locator("h1")).to_be_visible()
            await go_on('a[href$="/members/new"]')
        for field, value in answers.items():
            control = page.locator(f"#answers [name={field}]").first
            kind = await control.get_attribute("type")
            if kind in {"radio", "checkbox"}:
                await hand.press(f'#answers [name={field}][value="{value}"]')
            elif await control.evaluate("each => each.tagName") == "SELECT":
                await hand.choose(f"#answers [name={field}]", value)
            else:
                await hand.write(f"#answers [name={field}]", value)
        await go_on()
    await go_on()
    await go_on('main a[href$="/members"].button')
    await go_on('main a.button:not([href*="/members/"])')
    await go_on('.tasks a[href$="/consent"]')
    await hand.press("#consent")
    await go_on()
    await go_on("button[value=submit]")
    reference = await page.locator(".panel__reference").inner_text()
    assert len(reference.strip()) == len("ABCD-EFGH")


async def test_on_a_phone_in_arabic(demo_server: DemoServer) -> None:
    async with person(
        None, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="ar", bypass_csp=True
    ) as page:
        await apply(page, Finger(page), demo_server.links["apply"], look=True)
        assert await page.locator("html").get_attribute("dir") == "rtl"
        own = page.url.rpartition("/")[0]
        await page.goto(f"{own}/members")
        member = await page.locator('main td a[href*="/members/"]').first.get_attribute("href")
        for path in (own, f"{own}/members", f"{own}/members/import", f"{own}/history", member, f"{member}/removal"):
            await page.goto(URL(own).join(URL(str(path))).human_repr())
            assert await violations(page) == [], path
            assert await page.evaluate(WIDER) <= 0, path


async def test_with_the_keyboard_alone(demo_server: DemoServer) -> None:
    async with person(None, locale="en-GB") as page:
        await apply(page, Keyboard(page), demo_server.links["apply"], look=False)

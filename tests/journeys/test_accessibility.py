"""Every page of the whole way looked at by axe, wide in English, narrow in Arabic: no violation of WCAG 2.2 AA."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.journeys.test_whole_story import enter
from tests.support.browser import person
from tests.support.server import DemoServer

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RUN = "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"


CONSOLE = (
    "applications",
    "batches",
    "check-in",
    "convening",
    "credentials",
    "credentials/committee",
    "credentials/roll",
    "deadlines",
    "documents",
    "meetings/plenary-1",
    "meetings/plenary-1/acts",
    "meetings/plenary-1/booths",
    "meetings/plenary-1/script",
    "meetings/plenary-1/videos",
    "outbox",
    "places",
    "publication",
    "retention",
    "review",
    "rules",
    "standing",
    "standing/ngo",
    "views",
)
"""The secretariat's pages."""
OWN = (
    "devices",
    "held",
    "held/deletion",
    "meeting/plenary-1/texts",
    "meeting/plenary-1/video",
    "passkeys",
    "photograph",
    "programme",
    "protection",
)
"""Pages of everybody who has a place."""


async def violations(page: Page) -> list[str]:
    """What axe finds, a line each."""
    await page.evaluate(AXE.read_text("utf-8"))
    result: dict[str, Any] = await page.evaluate(RUN)
    return [
        f"{each['id']}: {each['help']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for each in result["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "width", "scheme"), [("en", 1280, "light"), ("ar", 390, "dark")])
async def test_axe_finds_nothing(demo_server: DemoServer, language: str, width: int, scheme: str) -> None:
    found: dict[str, list[str]] = {}
    async with person(
        None, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, locale="en"
    ) as page:
        addresses = [f"{demo_server.url}{path}" for path in ("", "/apply/demo", "/l/unknown", "/passkey", "/privacy")]
        await page.goto(addresses[1])
        await page.get_by_role("button", name="Save and continue").click()
        found["form with errors"] = await violations(page)
        for role in ("secretariat", "chair", "ngo", "hall", "captioner", "interpreter-en-1"):
            await enter(page, demo_server.links[role])
            await page.wait_for_url("**/at/**")
            addresses.append(page.url)
            if role == "secretariat":
                addresses += [f"{page.url}/{path}" for path in CONSOLE]
            if role == "interpreter-en-1":
                await page.keyboard.press("s")
                await page.wait_for_selector("#air[data-seated='yes']")
                addresses.append(page.url.replace("/booth/plenary-1", "/glossary"))
            if role == "ngo":
                addresses.append(page.url.replace("/check/", "/listen/"))
                addresses.append(page.url.replace("/check/", "/meeting/"))
                addresses += [page.url.replace("check/plenary-1", path) for path in OWN]
        for address in addresses:
            await page.goto(f"{address}?lang={language}")
            found[address] = await violations(page)
            overflow = await page.evaluate(WIDER)
            assert overflow <= 0, f"{address} is wider than the screen by {overflow} px"
    assert {address: faults for address, faults in found.items() if faults} == {}

"""Every page of the whole way looked at by axe, in English and Arabic, wide and narrow: no violation of WCAG 2.2 AA."""

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


async def violations(page: Page) -> list[str]:
    """What axe finds, a line each."""
    await page.evaluate(AXE.read_text("utf-8"))
    result: dict[str, Any] = await page.evaluate(RUN)
    return [
        f"{each['id']}: {each['help']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for each in result["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
async def test_axe_finds_nothing(demo_server: DemoServer, language: str, width: int, scheme: str) -> None:
    found: dict[str, list[str]] = {}
    async with person(
        None, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, locale="en"
    ) as page:
        addresses = [
            demo_server.url,
            f"{demo_server.url}/privacy",
            f"{demo_server.url}/apply/demo",
            f"{demo_server.url}/l/unknown",
        ]
        await page.goto(addresses[2])
        await page.get_by_role("button", name="Save and continue").click()
        found["form with errors"] = await violations(page)
        for role in ("secretariat", "chair", "ngo", "hall"):
            await enter(page, demo_server.links[role])
            await page.wait_for_url("**/at/**")
            addresses.append(page.url)
            if role == "secretariat":
                addresses += [
                    f"{page.url}/applications",
                    f"{page.url}/views",
                    f"{page.url}/places",
                    f"{page.url}/outbox",
                    f"{page.url}/deadlines",
                    f"{page.url}/publication",
                    f"{page.url}/review",
                    f"{page.url}/batches",
                ]
                addresses += [
                    f"{page.url}/credentials",
                    f"{page.url}/credentials/roll",
                    f"{page.url}/meetings/plenary-1",
                    f"{page.url}/meetings/plenary-1/acts",
                    f"{page.url}/rules",
                ]
            if role == "ngo":
                addresses.append(page.url.replace("/check/", "/meeting/"))
                addresses.append(page.url.partition("/check/")[0] + "/protection")
        for address in addresses:
            await page.goto(f"{address}?lang={language}")
            found[address] = await violations(page)
            overflow = await page.evaluate(WIDER)
            assert overflow <= 0, f"{address} is wider than the screen by {overflow} px"
    assert {address: faults for address, faults in found.items() if faults} == {}

"""How a line is, told to the person and to the technician; and a person who wants the sound alone."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from rostrum.media.loadtest.bad_line import BadLine, Weather
from tests.journeys.test_whole_story import enter, go_in, shows_none_of_ours, soon
from tests.support.browser import person
from tests.support.server import DemoServer

LOSS = 0.45
"""Each way; more than repair can mend: the picture is given up, and the voice goes on with what is left."""


async def packets(page: Page, kind: str) -> int:
    """How many packets of a kind the page has received so far."""
    figures: int = await page.evaluate("kind => window.receivedPackets(kind)", kind)
    return figures


async def count_packets(page: Page, media_port: int = 0, through: int = 0) -> None:
    """From the next load on the page can say how many packets its connections received. They go through another port
    than the engine's, where one is given."""
    await page.add_init_script(
        """
        const made = [];
        const Connection = window.RTCPeerConnection;
        window.RTCPeerConnection = class extends Connection {
          constructor(...given) { super(...given); made.push(this); }
          setRemoteDescription({ type, sdp }) {
            return super.setRemoteDescription({ type, sdp: sdp.replaceAll(' FROM typ host', ' THROUGH typ host') });
          }
        };
        window.receivedPackets = async (kind) => {
          let sum = 0;
          for (const one of made) {
            for (const stat of (await one.getStats()).values()) {
              if (stat.type === 'inbound-rtp' && stat.kind === kind) sum += stat.packetsReceived;
            }
          }
          return sum;
        };
        """.replace("FROM", str(media_port)).replace("THROUGH", str(through))
    )


@pytest.mark.timeout(180)
async def test_a_person_chooses_the_sound_alone_and_the_technician_sees_it(demo_server: DemoServer) -> None:
    async with person() as ngo, person() as chair:
        await count_packets(ngo)
        await enter(ngo, demo_server.links["ngo"])
        await go_in(ngo)
        await soon(partial(shows_none_of_ours, ngo, "#stage"), 10, "the test picture")
        await expect(ngo.locator("#quality")).to_have_text("good", timeout=20_000)
        await expect(ngo.locator("#advice")).to_have_text("")
        await enter(chair, demo_server.links["chair"])
        await chair.get_by_role("link", name="Everyone's line").click()
        row = chair.locator("#lines-now tr", has_text="Lucía Paredes")
        await expect(row).to_contain_text("good", timeout=10_000)
        await expect(row).to_contain_text("full", timeout=10_000)
        await ngo.get_by_label("Picture", exact=True).select_option("none")
        await expect(ngo.locator("#stage-cover")).to_have_text("Sound only, as you chose.", timeout=10_000)
        await expect(row).to_contain_text("none, as chosen", timeout=10_000)
        pictures = await packets(ngo, "video")
        await asyncio.sleep(1.5)
        assert await packets(ngo, "video") == pictures
        # The choice is the device's: it holds after the page is loaded anew.
        await ngo.reload()
        await expect(ngo.locator("#line")).to_have_attribute("data-state", "connected", timeout=15_000)
        await expect(ngo.locator("#stage-cover")).to_have_text("Sound only, as you chose.", timeout=15_000)
        await ngo.get_by_label("Picture", exact=True).select_option("full")
        await expect(ngo.locator("#stage-cover")).to_be_hidden(timeout=15_000)
        await soon(partial(shows_none_of_ours, ngo, "#stage"), 10, "the test picture again")


@pytest_asyncio.fixture
async def one_worker(tmp_path: Path) -> AsyncIterator[DemoServer]:
    """A demonstration whose picture and sound all come from one port."""
    server = DemoServer(tmp_path / "data", environment={"ROSTRUM_MEDIA_WORKERS": "1"})
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.mark.timeout(180)
async def test_a_person_is_told_that_the_line_carries_no_picture(one_worker: DemoServer) -> None:
    line = BadLine(("127.0.0.1", one_worker.media_port), loss=0, jitter_ms=0, seed=1)
    line.open()
    try:
        async with person() as ngo:
            await count_packets(ngo, one_worker.media_port, line.address[1])
            await enter(ngo, one_worker.links["ngo"])
            await go_in(ngo)
            await expect(ngo.locator("#quality")).to_have_text("good", timeout=20_000)
            assert line.carried > 100
            line.turn(Weather(LOSS))
            await expect(ngo.locator("#quality")).to_have_text("poor", timeout=40_000)
            await expect(ngo.locator("#stage-cover")).to_contain_text("carries no picture now", timeout=40_000)
            await expect(ngo.locator("#advice")).to_contain_text("The sound goes on")
            sounds = await packets(ngo, "audio")
            await asyncio.sleep(2)
            assert await packets(ngo, "audio") > sounds + 20, "the voice goes on"
            line.turn(Weather())
            await expect(ngo.locator("#stage-cover")).to_be_hidden(timeout=60_000)
            await expect(ngo.locator("#quality")).to_have_text("good", timeout=60_000)
    finally:
        line.close()

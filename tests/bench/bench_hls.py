"""How far behind the webcast's stream is in Chromium: p95, from when a picture is due in the packager to when it plays.

The peer is the same player on the same stream without parts (ordinary HLS, segments of two seconds), side by side.
The clock of both ends is this machine's. Beside it: the packaging process's share of one core.
"""

import asyncio
import json
import os
import statistics
import tempfile
from pathlib import Path

from playwright.async_api import Page

from rostrum.app import play_test_picture
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.feeds import SetWebcast
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from tests.bench.common import ratio
from tests.support.app import running_app
from tests.support.browser import person

SECONDS = int(os.environ.get("SECONDS_EACH", "30"))
SETTLE_S = 15

PLAY = """
async ([master, lowLatency]) => {
  const { default: Hls } = await import("/vendor/hls.js");
  const player = document.createElement("video");
  player.muted = true;
  document.body.append(player);
  const hls = new Hls({ enableWorker: false, lowLatencyMode: lowLatency });
  hls.loadSource(master);
  hls.attachMedia(player);
  await player.play();
  const delays = [];
  setInterval(() => {
    if (hls.playingDate) delays.push((Date.now() - hls.playingDate.getTime()) / 1000);
  }, 250);
  (window.delays ??= {})[lowLatency ? "ours" : "peer"] = delays;
}
"""


async def measured(page: Page) -> dict[str, list[float]]:
    """The delays in seconds that each player had, once both have settled."""
    await page.evaluate(PLAY, [f"/hls/{MEETING_ID}/master.m3u8", True])
    await page.evaluate(PLAY, [f"/hls/{MEETING_ID}/master.m3u8", False])
    await asyncio.sleep(SETTLE_S)
    await page.evaluate("for (const each of Object.values(window.delays)) each.length = 0")
    await asyncio.sleep(SECONDS)
    delays: dict[str, list[float]] = await page.evaluate("window.delays")
    return delays


def p95(values: list[float]) -> float:
    """In seconds."""
    return round(statistics.quantiles(values, n=20)[-1], 2)


def packager_cpu_s() -> float:
    """Processor time that packaging processes have taken."""
    total = 0.0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"rostrum.media.hls.child" in (process / "cmdline").read_bytes():
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue
    return total


async def main() -> None:
    """Measure and print one line of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_app(Path(folder) / "data") as running, person() as page:
            await play_test_picture(running.app, MEETING_ID)
            await running.house.desk.act(MEETING, MEETING_ID, SetWebcast(True), SYSTEM)
            await page.goto(f"{running.base}/privacy")
            while running.house.streams.newest(MEETING_ID, "video") is None:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
            await asyncio.sleep(8)
            before_s = packager_cpu_s()
            delays = await measured(page)
            cpu_share = (packager_cpu_s() - before_s) / (SECONDS + SETTLE_S)
    ours, peer = p95(delays["ours"]), p95(delays["peer"])
    result = {"bench": "hls", "ours": ours, "peer": peer, "ratio": ratio(ours, peer), "unit": "s behind, p95"}
    more = {"samples": {name: len(each) for name, each in delays.items()}, "packager_core": round(cpu_share, 3)}
    print(json.dumps(result | more | {"load": round(os.getloadavg()[0], 2)}))


if __name__ == "__main__":
    asyncio.run(main())

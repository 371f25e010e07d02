"""How far behind each way of the webcast is in Chromium: one picture, at one time, in one page; p50 and p95.

From when a frame came to a receiver beside the server to when it is seen: every frame carries its number. Ours is the
low-latency HLS as the page plays it. The peer is HLS of six seconds by ffmpeg's own muxer, of the same picture, played
by the same hls.js as it comes; beside them what the page shows at first, WHEP. All clocks are this machine's. Besides:
the packaging process's share of one core.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.async_api import Page

from rostrum.app import ENGINE
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.feeds import SetWebcast
from rostrum.assembly.program import HALL
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from tests.bench.common import ratio
from tests.bench.tapped import SEGMENT_S, Tap, by_ffmpeg, numbered_clip
from tests.support.app import Running, running_app
from tests.support.browser import person, read_frame
from tests.support.shapes import NUMBER

SECONDS = int(os.environ.get("SECONDS_EACH", "30"))
SETTLE_S = 30
PEERS_FIRST_S = 3 * SEGMENT_S + 4
"""Until ffmpeg's list has as many segments as a player wants."""
EVERY_S = 0.2
WAYS = {"ours": "#ours", "peer": "#peer", "whep": "#stage"}

PLAY = """
async ([id, address, options]) => {
  const { default: Hls } = await import("/vendor/hls.js");
  const player = document.createElement("video");
  player.id = id;
  player.muted = true;
  player.width = 320;
  document.body.prepend(player);
  const hls = new Hls({ enableWorker: false, ...options });
  hls.loadSource(address);
  hls.attachMedia(player);
  await player.play();
}
"""
AS_THE_PAGE = {"enableWebVTT": False, "lowLatencyMode": True, "backBufferLength": 10}
"""`web/static/js/public/streamed.js`"""


async def measured(page: Page, tap: Tap, other: str) -> dict[str, list[float]]:
    """The delays in seconds of each way, once all have settled."""
    await page.evaluate(PLAY, ["ours", f"/hls/{MEETING_ID}/master.m3u8", AS_THE_PAGE])
    await page.evaluate(PLAY, ["peer", other, {}])
    await asyncio.sleep(SETTLE_S)
    delays: dict[str, list[float]] = {name: [] for name in WAYS}
    until_s = time.time() + SECONDS
    while time.time() < until_s:
        for name, selector in WAYS.items():
            frame = await read_frame(page, selector)
            now_s = time.time()
            if frame is not None and frame.source == NUMBER and frame.number in tap.arrived_s:
                delays[name].append(now_s - tap.arrived_s[frame.number])
        await asyncio.sleep(EVERY_S)
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


async def run(running: Running, folder: Path) -> tuple[dict[str, list[float]], float]:
    """The delays of each way, and the packager's share of a core."""
    clip = await asyncio.to_thread(numbered_clip, folder / "numbered.clip")
    running.app[ENGINE].play(MEETING_ID, HALL, clip)
    await running.house.desk.act(MEETING, MEETING_ID, SetWebcast(True), SYSTEM)
    tap = Tap()
    await tap.connect(running.house.engine, MEETING_ID)
    keeping = asyncio.create_task(tap.keep())
    (folder / "ffmpeg").mkdir()
    async with by_ffmpeg(tap, folder / "ffmpeg") as other, person(bypass_csp=True) as page:
        await page.goto(f"{running.base}/watch/{MEETING_ID}")
        await asyncio.sleep(PEERS_FIRST_S)
        before_s, began_s = packager_cpu_s(), time.time()
        delays = await measured(page, tap, other)
        share = (packager_cpu_s() - before_s) / (time.time() - began_s)
    keeping.cancel()
    await tap.close()
    return delays, share


async def main() -> None:
    """Measure and print one line of JSON."""
    with tempfile.TemporaryDirectory() as name:
        async with running_app(Path(name) / "data") as running:
            delays, share = await run(running, Path(name))
    ours, peer = p95(delays["ours"]), p95(delays["peer"])
    result = {
        "bench": "hls",
        "ours": ours,
        "peer": peer,
        "ratio": ratio(ours, peer),
        "unit": f"s behind, p95 (peer: HLS of {SEGMENT_S} s by ffmpeg, the same player)",
    }
    more = {
        "p50": {way: round(statistics.median(each), 2) for way, each in delays.items()},
        "p95": {way: p95(each) for way, each in delays.items()},
        "samples": {way: len(each) for way, each in delays.items()},
        "packager_core": round(share, 3),
        "load": round(os.getloadavg()[0], 2),
    }
    print(json.dumps(result | more))


if __name__ == "__main__":
    asyncio.run(main())

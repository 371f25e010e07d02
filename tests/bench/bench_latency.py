"""Mouth to ear: from a sound's being made in one Chromium page to its being heard in another, through the real server
over a line of 100 ms round trip; of the floor, and of an interpreter's channel beside it at the same listener.

Delay: `ROUND_TRIP_MS` (100) from speaker to listener and back, that is half of it one way: a quarter between the server
and each end, each way, put there by a UDP relay that loses nothing. The peer is two RTCPeerConnections of one Chromium
without a server, with half the round trip each way between them.

Counted from when a burst of tone is rendered into the sent track (WebAudio), to when the decoded sound is taken out of
the jitter buffer for playing, and to the burst's place in it; both by the machine's clock, `Date.now()`, of 1 ms.
The output's own delay as Chromium tells it is added. Not counted: a microphone's buffer, and a loudspeaker's beyond
what Chromium knows of; this machine has neither. No picture is sent, so that nothing waits for lip sync.

`ROUND_TRIP_MS`, `SECONDS` and `RUNS` can be set in the environment.
"""

import asyncio
import os
import statistics
import tempfile
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from playwright.async_api import Browser, Page, expect

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.booth_acts import AssignAir, BoothCommand, EquipBooth, SeatInterpreter
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import INTERPRETATION
from rostrum.media.loadtest.counting import quantile
from tests.bench.common import WHERE, ratio, say, spread
from tests.bench.delayed import delays
from tests.journeys.test_whole_story import enter
from tests.support.app import Running, running_app
from tests.support.browser import person
from tests.support.voices import prepare

ROUND_TRIP_MS = float(os.environ.get("ROUND_TRIP_MS", "100"))
SECONDS = float(os.environ.get("SECONDS", "30"))
RUNS = int(os.environ.get("RUNS", "3"))
SETTLING_S = 12.0
"""In which connections and jitter buffers find their pace."""
PERIOD_S = 0.613
"""No multiple of a packet's 20 ms, so that bursts begin anywhere in one."""
FLOOR_GOAL_MS, PACKET_MS = 250.0, 20.0
NICE = -15
LANGUAGE = "fr"

MOUTH = """
async ([period]) => {
  const code = `registerProcessor('mouth', class extends AudioWorkletProcessor {
    constructor({ processorOptions: { period } }) {
      super();
      Object.assign(this, { now: 0, began: -Infinity, next: sampleRate, every: Math.round(period * sampleRate) });
    }
    process(_, [[out]]) {
      if (this.now >= this.next) {
        Object.assign(this, { began: this.now, next: this.now + this.every });
        this.port.postMessage(Date.now());
      }
      // A faint tone is always there: in silence a jitter buffer would have it easier than in speech.
      const loud = this.now - this.began < 0.04 * sampleRate ? 0.5 : 0.02;
      for (let n = 0; n < out.length; n += 1) {
        out[n] = loud * Math.sin(2 * Math.PI * 1000 * (this.now + n) / sampleRate);
      }
      this.now += out.length;
      return true;
    }
  })`;
  const context = new AudioContext({ sampleRate: 48000, latencyHint: 'interactive' });
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
  const mouth = new AudioWorkletNode(context, 'mouth', { numberOfInputs: 0, processorOptions: { period } });
  window.said = [];
  mouth.port.onmessage = ({ data }) => window.said.push(data);
  const into = context.createMediaStreamDestination();
  into.channelCount = 1;
  mouth.connect(into);
  await context.resume();
  window.mouth = into.stream;
}
"""

SEND = """
async ([meeting]) => {
  const { publish } = await import('/static/js/media/whip.js');
  const { passFrom } = await import('/static/js/attend/pass.js');
  const token = passFrom(`${location.pathname.split('/').slice(0, 3).join('/')}/media-pass/${meeting}`);
  await new Promise((resolve) => void publish({
    url: `/whip/${meeting}`, token, stream: window.mouth, take: true,
    onstate: (state) => state === 'connected' && resolve(state),
  }));
}
"""

EARS = """
async ([names]) => {
  window.heard = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) {
    const [track] = document.getElementById(name).srcObject.getAudioTracks();
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    let quietUntil = 0;
    (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const now = Date.now();
        const samples = new Float32Array(value.numberOfFrames);
        value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
        const first = samples.findIndex((sample) => Math.abs(sample) > 0.15);
        if (first >= 0) {
          const at = now + 1000 * first / value.sampleRate;
          if (at > quietUntil) window.heard[name].push(at);
          quietUntil = at + 200;
        }
        value.close();
      }
    })();
  }
  const context = new AudioContext({ latencyHint: 'interactive' });
  await context.resume();
  await new Promise((resolve) => setTimeout(resolve, 500));
  window.output = 1000 * (context.outputLatency || context.baseLatency);
  await context.close();
}
"""

CALL = """
async () => {
  const [here, there] = window.pair = [new RTCPeerConnection(), new RTCPeerConnection()];
  const gathered = (pc) => new Promise((resolve) => {
    pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && resolve();
  });
  const player = document.createElement('audio');
  player.id = 'peer';
  player.autoplay = true;
  document.body.append(player);
  there.ontrack = ({ track }) => { player.srcObject = new MediaStream([track]); };
  here.addTransceiver(window.mouth.getAudioTracks()[0], { direction: 'sendonly' });
  await here.setLocalDescription();
  // Without the caller's addresses: all there is between the two is the relay.
  const sdp = here.localDescription.sdp.replace(/a=candidate.*\\r\\n/g, '');
  await there.setRemoteDescription({ type: 'offer', sdp });
  const ready = gathered(there);
  await there.setLocalDescription();
  await ready;
  return there.localDescription.sdp;
}
"""

CONNECT = """
async ([sdp]) => {
  const [here] = window.pair;
  const connected = new Promise((resolve) => {
    here.onconnectionstatechange = () => here.connectionState === 'connected' && resolve();
  });
  await here.setRemoteDescription({ type: 'answer', sdp });
  await connected;
}
"""

ROUND_TRIPS = """
async () => {
  const found = [];
  for (const pc of window.peers) {
    for (const one of (await pc.getStats()).values()) {
      if (one.type === 'candidate-pair' && one.nominated && one.responsesReceived) {
        found.push(1000 * one.totalRoundTripTime / one.responsesReceived);
      }
    }
  }
  return found;
}
"""


class Plain:
    """No devices; pages that are not looked at stay awake, and addresses are told as they are."""

    chromium_flags: ClassVar = [
        "--disable-background-timer-throttling",
        "--disable-renderer-backgrounding",
        "--disable-backgrounding-occluded-windows",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
    ]


async def ours(number: int) -> dict[str, Any]:
    """One run through the real server: floor and channel at one listener, at once."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running_app(Path(folder) / "data") as running,
            delays() as lines,
            person(Plain(), bypass_csp=True) as listener,
        ):
            browser = listener.context.browser
            assert browser is not None
            floor, channel = await opened(browser), await opened(browser)
            for page in (floor, channel, listener):
                await lines.lengthen(page, ROUND_TRIP_MS / 4)
            _, _, token = await running.appoint("secretariat", {"given_name": "Ana"})
            await speaks(floor, f"{running.base}/l/{token}")
            place_id, _, token = await running.appoint("interpreter", {"given_name": "Bo"})
            await act(running, EquipBooth(LANGUAGE, None, (place_id,)))
            await speaks(channel, f"{running.base}/l/{token}")
            await act(running, SeatInterpreter(LANGUAGE, place_id, is_there=True), AssignAir(LANGUAGE, place_id))
            await prepare(listener)
            _, _, token = await running.appoint("ngo", {"given_name": "Lu"})
            await enter(listener, f"{running.base}/l/{token}")
            await listener.goto(listener.url.replace("/check/", "/meeting/"))
            await expect(listener.locator("#line")).to_have_text("Connected", timeout=20_000)
            await listener.locator(f"#channel-{LANGUAGE}").check(force=True)
            return await measured(listener, {"floor": floor, "channel": channel}, f"run {number}, ours")


async def peer(number: int) -> dict[str, Any]:
    """One run between two connections of one page, with nothing between them but the line."""
    async with delays() as lines, person(Plain()) as page:
        await prepare(page)
        await page.route("**/*", lambda route: route.fulfill(content_type="text/html", body="<!doctype html>"))
        await page.goto("http://localhost/")
        await page.evaluate(MOUTH, [PERIOD_S])
        await page.evaluate(CONNECT, [lines.into(await page.evaluate(CALL), ROUND_TRIP_MS / 2)])
        return await measured(page, {"peer": page}, f"run {number}, peer")


async def opened(browser: Browser) -> Page:
    """A page that makes bursts."""
    page = await (await browser.new_context(bypass_csp=True)).new_page()
    await prepare(page)
    return page


async def speaks(page: Page, link: str) -> None:
    """Somebody with a personal link sends bursts."""
    await enter(page, link)
    await page.evaluate(MOUTH, [PERIOD_S])
    await page.evaluate(SEND, [MEETING_ID])


async def act(running: Running, *commands: BoothCommand) -> None:
    """Done to the booths of the meeting, by nobody in particular."""
    for command in commands:
        await running.house.desk.act(INTERPRETATION, MEETING_ID, command, SYSTEM)


async def measured(listener: Page, mouths: Mapping[str, Page], what: str) -> dict[str, Any]:
    """Milliseconds from mouth to ear of each burst, by what is heard in the element of that name."""
    await asyncio.sleep(SETTLING_S)
    await listener.evaluate(EARS, [list(mouths)])
    await asyncio.sleep(SECONDS)
    heard = await listener.evaluate("window.heard")
    output_ms: float = await listener.evaluate("window.output")
    found: dict[str, Any] = {"output_ms": round(output_ms, 1), "round_trips_ms": {}}
    for name, page in mouths.items():
        found[name] = delays_ms(await page.evaluate("window.said"), heard[name], output_ms)
        found["round_trips_ms"][name] = await page.evaluate(ROUND_TRIPS)
    found["round_trips_ms"]["listener"] = await listener.evaluate(ROUND_TRIPS)
    words = ", ".join(f"{name} {told(found[name])}" for name in mouths)
    trips = {name: [round(one, 1) for one in some] for name, some in found["round_trips_ms"].items()}
    print(f"{what}: {words}; round trips by ICE {trips} ms, output {output_ms:.0f} ms", flush=True)
    return found


def delays_ms(said_ms: Sequence[float], heard_ms: Sequence[float], output_ms: float) -> list[float]:
    """Of each burst that was heard, how long ago the last one before it was said."""
    ordered = sorted(said_ms)
    before = [(at, bisect_right(ordered, at)) for at in heard_ms]
    return [at - ordered[n - 1] + output_ms for at, n in before if n]


def told(values: Sequence[float]) -> str:
    """Figures in words."""
    return f"p50 {quantile(values, 0.5):.0f}, p95 {quantile(values, 0.95):.0f} ms, n {len(values)}"


def figures(values: Sequence[float]) -> dict[str, float]:
    """Of the bursts of all runs."""
    return {"p50": round(quantile(values, 0.5), 1), "p95": round(quantile(values, 0.95), 1), "n": len(values)}


def go_first() -> bool:
    """Before other work of the machine where that is allowed, the browsers and servers that are started too."""
    try:
        os.nice(NICE)
    except PermissionError:
        return False
    return True


def main() -> None:
    """Alternate the two."""
    load, first = round(os.getloadavg()[0], 2), go_first()
    mine, others = [], []
    for number in range(1, RUNS + 1):
        mine.append(asyncio.run(ours(number)))
        others.append(asyncio.run(peer(number)))
    floor, channel = ([one for run in mine for one in run[name]] for name in ("floor", "channel"))
    beside = [one for run in others for one in run["peer"]]
    more_ms = [statistics.median(run["channel"]) - statistics.median(run["floor"]) for run in mine]
    more = figures(channel)["p50"] - figures(floor)["p50"]
    print(f"floor {told(floor)}; channel {told(channel)}; peer {told(beside)}; channel over floor {more:.0f} ms")
    say(
        {
            "bench": "latency",
            "ours": figures(floor)["p50"],
            "peer": figures(beside)["p50"],
            "ratio": ratio(figures(floor)["p50"], figures(beside)["p50"]),
            "unit": "ms from mouth to ear in the median, against two connections of one browser without a server",
            "network": WHERE,
            "load_at_begin": load,
            "before_other_work": first,
            "round_trip_ms": ROUND_TRIP_MS,
            "runs": RUNS,
            "floor_ms": figures(floor),
            "channel_ms": figures(channel),
            "peer_ms": figures(beside),
            "channel_over_floor_ms": spread(more_ms),
            "output_ms": max(run["output_ms"] for run in [*mine, *others]),
            "goals": {
                "floor_p95_at_most_250_ms": figures(floor)["p95"] <= FLOOR_GOAL_MS,
                "channel_at_most_a_packet_over_the_floor": more <= PACKET_MS,
            },
        }
    )


if __name__ == "__main__":
    main()

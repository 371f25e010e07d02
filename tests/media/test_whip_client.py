"""Debian's simple-whip-client, GStreamer all through, feeds the hall; Chromium tells what comes of it."""

import asyncio
import logging
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rostrum.assembly.program import HALL
from rostrum.media.engine import PeerState
from rostrum.media.sfu.engine import EmbeddedEngine
from tests.media.site import MEETING, arrive, chromium, on_stage, serve
from tests.media.test_browser_forwarding import hears, sees
from tests.support.programs import program

# Debian 12's whip-client is linked with libsoup 2.4, and its libnice by way of UPnP with libsoup 3, which ends the
# process as soon as it meets the other. So libnice is given a UPnP library that finds no router.
NO_UPNP = """
unsigned long gupnp_simple_igd_get_type(void) { return 0; }
void *gupnp_simple_igd_thread_new(void) { return 0; }
void gupnp_simple_igd_add_port(void) {}
void gupnp_simple_igd_remove_port_local(void) {}
"""
SOUND = (
    "audiotestsrc is-live=true freq={} ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=100 ssrc=1 ! queue ! "
    "application/x-rtp,media=audio,encoding-name=OPUS,payload=100"
)
# A keyframe only at the beginning and when one is asked for.
PICTURE = (
    "videotestsrc is-live=true pattern={} ! video/x-raw,width=320,height=180,framerate=25/1 ! videoconvert ! "
    "vp8enc deadline=1 keyframe-max-dist=100000 ! rtpvp8pay pt=96 ssrc=2 picture-id-mode=15-bit ! queue ! "
    "application/x-rtp,media=video,encoding-name=VP8,payload=96"
)
LIMIT_S = 30.0


@dataclass(frozen=True)
class WhipClient:
    """The program with what it needs around it."""

    environment: dict[str, str]

    @asynccontextmanager
    async def sending(self, url: str, pattern: str, frequency_hz: int) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process that feeds the hall; killed at the block's end if it is still there."""
        process = await asyncio.create_subprocess_exec(
            program("whip-client"),
            *("--url", f"{url}/whip/{MEETING}", "--token", "hall", "--disable-colors"),
            *("--audio", SOUND.format(frequency_hz), "--video", PICTURE.format(pattern)),
            env=self.environment,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@pytest.fixture
def whip_client(tmp_path: Path) -> WhipClient:
    source = tmp_path / "no_upnp.c"
    source.write_text(NO_UPNP)
    library = tmp_path / "libgupnp-igd-1.0.so.4"
    subprocess.run([program("cc"), "-shared", "-nostdlib", "-o", library, source], check=True)
    return WhipClient(
        {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LD_LIBRARY_PATH": str(tmp_path),
            "GST_REGISTRY": str(tmp_path / "registry"),
        }
    )


def states(engine: EmbeddedEngine) -> list[PeerState]:
    """Of those that feed the hall."""
    return [peer.state for peer in engine.peers() if peer.source == HALL]


async def interrupted(process: asyncio.subprocess.Process) -> int:
    """Ctrl+C, and the exit status."""
    process.send_signal(signal.SIGINT)
    return await asyncio.wait_for(process.wait(), LIMIT_S)


async def test_it_feeds_the_hall_and_leaves_it_free(whip_client: WhipClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "aiohttp.access")
    # libnice pairs no candidate of its own with a loopback one: this machine's other addresses serve.
    engine = EmbeddedEngine(0)
    async with serve(engine) as url, chromium() as browser:
        await engine.apply(MEETING, on_stage(HALL))
        async with whip_client.sending(url, "red", 440) as first:
            async with asyncio.timeout(LIMIT_S):
                while states(engine) != [PeerState.CONNECTED]:  # noqa: ASYNC110 - GStreamer takes its time
                    await asyncio.sleep(0.1)
            watcher = await arrive(browser, url)
            await watcher.call("receive", MEETING, "watcher")
            await sees(watcher, "red", LIMIT_S)
            await hears(watcher, 440, LIMIT_S)
            async with whip_client.sending(url, "green", 1760) as refused:
                await asyncio.wait_for(refused.wait(), LIMIT_S)
            assert states(engine) == [PeerState.CONNECTED], "who comes second takes nothing away"
            assert await interrupted(first) == 0
        assert not states(engine), "DELETE was answered before the program ended"
        async with whip_client.sending(url, "green", 1760) as second:
            await sees(watcher, "green", LIMIT_S)
            await hears(watcher, 1760, LIMIT_S)
            assert await interrupted(second) == 0
        assert not states(engine)
    asked = [
        (method, int(status)) for method, status in re.findall(r'"(\w+) /(?:whip|media)/\S+ \S+" (\d+)', caplog.text)
    ]
    assert {status for method, status in asked if method == "PATCH"} == {204}
    assert [one for one in asked if one[0] != "PATCH"] == [
        ("POST", 201),
        ("POST", 409),
        ("DELETE", 200),
        ("POST", 201),
        ("DELETE", 200),
    ]

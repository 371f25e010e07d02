"""A browser that may send no UDP: it watches and speaks through coturn over TCP, let in by the Link headers."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from rostrum.media.engine import PeerState
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.signalling.relay import Relay
from tests.media.site import MEETING, arrive, chromium, on_stage, serve
from tests.media.test_browser_forwarding import GREEN, GREEN_HZ, RED, RED_HZ, hears, sees
from tests.support.server import free_port
from tests.topology.site import turn

SECRET = "a secret that the relay and the signalling share"
NO_UDP = "--webrtc-ip-handling-policy=disable_non_proxied_udp"
"""Chromium's own way to be as behind a firewall: no UDP but through a proxy, and there is none."""
PATIENCE_S = 3.0
"""Ten times what a line takes that comes about."""


@pytest.fixture
def relay(folder: Path) -> Iterator[Relay]:
    """A running coturn, and how the signalling tells of it: TCP alone."""
    home = folder / "browser-relay"
    home.mkdir()
    (home / "secret").write_text(SECRET, "utf-8")
    port = free_port()
    with turn(home, port, "--allow-loopback-peers", secret=home / "secret"):
        yield Relay([f"turn:127.0.0.1:{port}?transport=tcp"], SECRET)


@pytest.fixture
async def engine() -> EmbeddedEngine:
    return EmbeddedEngine(0, ["127.0.0.1"])


async def test_without_udp_a_browser_watches_and_speaks_by_tcp(engine: EmbeddedEngine, relay: Relay) -> None:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(engine, relay))
        free, shut = [await stack.enter_async_context(chromium(*flags)) for flags in ((), (NO_UDP,))]
        red, green = await arrive(shut, url), await arrive(free, url)
        await red.call("send", MEETING, "place-red", "#ff0000", RED_HZ)
        await red.call("receive", MEETING, "place-red")
        await green.call("send", MEETING, "place-green", "#00c000", GREEN_HZ)
        await green.call("receive", MEETING, "place-green")
        for number in range(4):
            await engine.apply(MEETING, on_stage((RED, GREEN)[number % 2]))
            if number % 2:
                await sees(red, "green", 15)
                await hears(red, GREEN_HZ, 15)
            else:
                await sees(green, "red", 15)
                await hears(green, RED_HZ, 15)
        for which in ("sending", "receiving"):
            assert await red.call("way", which) == ["relay", "tcp"]
            assert (await green.call("way", which))[0] in ("host", "prflx"), "who may send UDP goes straight"


async def test_without_udp_and_without_a_relay_there_is_no_line(engine: EmbeddedEngine) -> None:
    async with serve(engine) as url, chromium(NO_UDP) as shut:
        page = await arrive(shut, url)
        await page.call("receive", MEETING, "watcher")
        await asyncio.sleep(PATIENCE_S)
        assert await page.page.evaluate("window.receiving.pc.connectionState") != "connected"
        assert await page.call("way", "receiving") == [None, None]
        assert not engine.peers() or engine.peers()[0].state is PeerState.CONNECTING

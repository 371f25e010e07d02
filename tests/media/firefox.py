"""Firefox, driven by WebDriver BiDi over its own socket; just enough to open a page and call its functions."""

import asyncio
import itertools
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
START_S = 40.0
PREFERENCES = {
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    # A camera that changes its colour and a microphone with a tone of 1 kHz, lent without asking.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    # Nothing outside this machine is spoken to: whatever is not loopback goes to a proxy that is not there.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.normandy.enabled": False,
    "toolkit.telemetry.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.shell.checkDefaultBrowser": False,
}


class Failed(Exception):
    """The browser says that a command went wrong."""


class FirefoxPage:
    """One tab with the test page; the same calls as `site.Person`."""

    def __init__(self, browser: "Firefox", context: str) -> None:
        self._browser, self._context = browser, context

    async def call(self, name: str, *arguments: object) -> Any:
        """Call one of the page's test functions."""
        return await self.evaluate(f"window.test[{json.dumps(name)}](...{json.dumps(arguments)})")

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression, by way of JSON; promises are waited for."""
        wrapped = f"(async () => JSON.stringify(await ({expression})) ?? 'null')()"
        answer = await self._browser.command(
            "script.evaluate", expression=wrapped, target={"context": self._context}, awaitPromise=True
        )
        if answer["type"] != "success":
            raise Failed(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])


class Firefox:
    """A BiDi session."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def command(self, method: str, **parameters: Any) -> Any:
        """Send one command and wait for its result. Raises `Failed`."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = await self._socket.receive_json()
            if message.get("id") == number:
                if message["type"] == "error":
                    raise Failed(message["message"])
                return message["result"]

    async def arrive(self, url: str) -> FirefoxPage:
        """Open a tab with the test page."""
        context = (await self.command("browsingContext.create", type="tab"))["context"]
        await self.command("browsingContext.navigate", context=context, url=url, wait="complete")
        return FirefoxPage(self, context)


@asynccontextmanager
async def firefox(profile: Path) -> AsyncIterator[Firefox]:
    """A headless Firefox with a fresh profile in this folder."""
    if PROGRAM is None:
        raise FileNotFoundError("firefox-esr")
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *("--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0", "about:blank"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    draining: asyncio.Task[bytes] | None = None
    try:
        async with asyncio.timeout(START_S):
            address = await _address(process)
        if process.stderr is not None:
            draining = asyncio.create_task(process.stderr.read())
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{address}/session", max_msg_size=0) as socket:
            browser = Firefox(socket)
            await browser.command("session.new", capabilities={})
            yield browser
    finally:
        process.kill()
        await process.wait()
        if draining is not None:
            await draining


async def _address(process: asyncio.subprocess.Process) -> str:
    while process.stderr is not None and (line := await process.stderr.readline()):
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)", line.decode(errors="replace"))
        if found:
            return found[1]
    raise Failed("Firefox ended before it listened")

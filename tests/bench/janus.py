"""Debian's Janus with its VideoRoom, on loopback alone, driven over its WebSocket as its documentation says."""

import asyncio
import contextlib
import json
import os
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from rostrum.media.loadtest import machine
from rostrum.media.loadtest.listener import Listener
from rostrum.media.loadtest.speaker import Speaker
from tests.bench.common import SERVER_CORE

HERE = Path(__file__).parent
PROGRAM = "/usr/bin/janus"
_ROOM = 1
_PATIENCE_S = 15.0
_KEEP_ALIVE_S = 25.0
_LIBRARIES = "/usr/lib/x86_64-linux-gnu/janus"
_CORE = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{libraries}/plugins"
  transports_folder = "{libraries}/transports"
  interface = "127.0.0.1"
  debug_level = 2
  session_timeout = 0
  {event_loops}
}}
nat: {{
  ice_lite = true
  ice_enforce_list = "127.0.0.1"
}}
media: {{
  ipv6 = false
}}
plugins: {{
  disable = "{other_plugins}"
}}
transports: {{
  disable = "{other_transports}"
}}
"""
_SOCKETS = """
general: {{
  json = "compact"
  ws = true
  ws_port = {port}
  ws_ip = "127.0.0.1"
  wss = false
}}
"""
_ROOMS = """
room-1: {
  description = "bench"
  publishers = 4
  bitrate = 0
  audiocodec = "opus"
  videocodec = "vp8"
  audiolevel_ext = false
  videoorient_ext = false
  playoutdelay_ext = false
  transport_wide_cc_ext = false
}
"""


class JanusServer:
    """A session of Janus's, and the crowd's way into its room. Fulfils `rostrum.media.loadtest.servers.Server`."""

    def __init__(self, web: aiohttp.ClientWebSocketResponse, pid: int) -> None:
        self.pid = pid
        self._web = web
        self._session = 0
        self._awaited: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._feeds: dict[str, int] = {}

    async def listen(self) -> None:
        """Hand answers to those who wait for them, as long as the connection stands."""
        async for message in self._web:
            answer = json.loads(message.data)
            waiting = self._awaited.get(answer.get("transaction", ""))
            # Requests that take long are acknowledged first, and answered by an event.
            if waiting is not None and answer["janus"] != "ack" and not waiting.done():
                waiting.set_result(answer)

    async def keep_alive(self) -> None:
        """Say now and then that we are there."""
        while True:
            await asyncio.sleep(_KEEP_ALIVE_S)
            await self._ask("keepalive")

    async def _ask(self, janus: str, handle: int = 0, **fields: Any) -> dict[str, Any]:
        transaction = secrets.token_hex(8)
        request = {"janus": janus, "transaction": transaction, **fields}
        if self._session:
            request["session_id"] = self._session
        if handle:
            request["handle_id"] = handle
        waiting = self._awaited[transaction] = asyncio.get_running_loop().create_future()
        await self._web.send_json(request)
        if janus == "keepalive":
            return {}
        async with asyncio.timeout(_PATIENCE_S):
            answer: dict[str, Any] = await waiting
        del self._awaited[transaction]
        data = answer.get("plugindata", {}).get("data", {})
        if answer["janus"] == "error" or "error" in data:
            raise RuntimeError(f"Janus: {answer}")
        return answer

    async def open(self) -> None:
        """Begin the session."""
        self._session = (await self._ask("create"))["data"]["id"]

    async def _attach(self) -> int:
        return int((await self._ask("attach", plugin="janus.plugin.videoroom"))["data"]["id"])

    async def admit_speaker(self, speaker: Speaker) -> None:
        """See `Server`."""
        handle = await self._attach()
        body = {"request": "join", "ptype": "publisher", "room": _ROOM, "display": speaker.name}
        joined = await self._ask("message", handle, body=body)
        self._feeds[speaker.name] = joined["plugindata"]["data"]["id"]
        offer = {"type": "offer", "sdp": speaker.offer()}
        answer = await self._ask("message", handle, body={"request": "publish"}, jsep=offer)
        await speaker.end.connect(answer["jsep"]["sdp"])

    async def admit_listener(self, listener: Listener) -> None:
        """See `Server`. It is given the largest picture, as ours gives it."""
        handle = await self._attach()
        feed = next(iter(self._feeds.values()))
        body = {"request": "join", "ptype": "subscriber", "room": _ROOM, "streams": [{"feed": feed}]}
        offer = (await self._ask("message", handle, body=body))["jsep"]["sdp"]
        answer, listener.kinds = listener.end.answer(offer)
        started = {"type": "answer", "sdp": answer}
        await self._ask("message", handle, body={"request": "start"}, jsep=started)
        await listener.connect(offer)

    async def put_on_air(self, speaker: Speaker) -> None:
        """See `Server`: who subscribes is given the one speaker."""


@contextlib.asynccontextmanager
async def janus_server(event_loops: int) -> AsyncIterator[JanusServer]:
    """Janus in a process on the server's core. `event_loops`: so many threads for all its handles; 0: one for each."""
    with TemporaryDirectory() as name, _free_port() as port:
        folder = Path(name)
        loops = f"event_loops = {event_loops}" if event_loops else ""
        (folder / "janus.jcfg").write_text(
            _CORE.format(
                folder=folder,
                libraries=_LIBRARIES,
                event_loops=loops,
                other_plugins=",".join(_others("plugins", "videoroom")),
                other_transports=",".join(_others("transports", "websockets")),
            )
        )
        (folder / "janus.transport.websockets.jcfg").write_text(_SOCKETS.format(port=port))
        (folder / "janus.plugin.videoroom.jcfg").write_text(_ROOMS)
        preloaded = folder / "loopback_only.so"
        compile_c = await asyncio.create_subprocess_exec(
            *("cc", "-O2", "-shared", "-fPIC", "-o", str(preloaded), str(HERE / "loopback_only.c"))
        )
        if await compile_c.wait():
            raise RuntimeError("loopback_only.c did not compile")
        process = await asyncio.create_subprocess_exec(
            *(PROGRAM, "--config", str(folder / "janus.jcfg"), "--configs-folder", name, "--disable-colors"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "LD_PRELOAD": str(preloaded)},
        )
        machine.pin(process.pid, SERVER_CORE)
        try:
            async with aiohttp.ClientSession() as client, _connected(client, port) as web:
                server = JanusServer(web, process.pid)
                tasks = [asyncio.create_task(server.listen()), asyncio.create_task(server.keep_alive())]
                try:
                    await server.open()
                    yield server
                finally:
                    for task in tasks:
                        task.cancel()
        finally:
            process.kill()
            await process.wait()


def _others(kind: str, wanted: str) -> list[str]:
    return sorted(one.name for one in Path(_LIBRARIES, kind).glob("*.so") if wanted not in one.name)


@contextlib.contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield port


@contextlib.asynccontextmanager
async def _connected(client: aiohttp.ClientSession, port: int) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The WebSocket, once Janus has opened it."""
    for attempt in range(100):
        try:
            web = await client.ws_connect(f"http://127.0.0.1:{port}", protocols=("janus-protocol",))
            break
        except aiohttp.ClientError:
            if attempt == 99:
                raise
            await asyncio.sleep(0.1)
    async with web:
        yield web

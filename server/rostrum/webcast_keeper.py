"""Keeps a packaging process for each meeting whose webcast is on while it sits, and tells pages what it has made."""

import asyncio
import contextlib
import json
import shutil
import sys
import time
from datetime import datetime
from typing import Any

import structlog

from rostrum.assembly.interpretation import FLOOR, WORKING_LANGUAGES
from rostrum.assembly.program import Audience, AudienceRole, is_webcast
from rostrum.desk import MEETING
from rostrum.house import House
from rostrum.i18n import LANGUAGES
from rostrum.media.engine import PeerHealth, PeerState, Wish

LOOK_S = 0.5
AGAIN_S = 2.0
_log = structlog.get_logger(__name__)


class Packaging:
    """One process, and the sessions that it receives by."""

    def __init__(self, house: House, meeting_id: str) -> None:
        self._house, self._meeting_id = house, meeting_id
        self._peers: set[str] = set()
        self._process: asyncio.subprocess.Process | None = None
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            try:
                await self._once()
            except ConnectionError:
                pass
            except Exception:
                _log.exception("the webcast could not be packaged; trying again")
            await asyncio.sleep(AGAIN_S)

    async def _once(self) -> None:
        """From the process's beginning to its end."""
        house, folder = self._house, self._house.streams.folder(self._meeting_id)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "rostrum.media.hls.child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        names = {FLOOR: "Floor", **{code: LANGUAGES[code] for code in WORKING_LANGUAGES}}
        self._say({"folder": str(folder), "channels": names, "first": int(time.time())})
        try:
            while process.stdout is not None and (line := await process.stdout.readline()):
                await self._heard(json.loads(line))
        finally:
            house.streams.end(self._meeting_id)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            for peer_id in self._peers:
                with contextlib.suppress(Exception):
                    await house.engine.remove(peer_id)
            self._peers.clear()
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _heard(self, message: dict[str, Any]) -> None:
        if "made" in message:
            self._house.streams.made(self._meeting_id, *message["made"])
            return
        if "begun" in message:
            first, at = message["begun"]
            self._house.streams.begin(self._meeting_id, first, datetime.fromisoformat(at))
            return
        code = message["offer"]
        audience = Audience(AudienceRole.WEBCAST, code)
        answer = await self._house.engine.subscribe(self._meeting_id, audience, message["sdp"], place_id=None)
        self._peers.add(answer.peer_id)
        # No more than it makes of it.
        await self._house.engine.wish(answer.peer_id, Wish.MEDIUM)
        self._say({"answer": code, "sdp": answer.sdp})

    def _say(self, message: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")

    def peer_changed(self, health: PeerHealth) -> None:
        """What it receives by is gone: it is begun anew."""
        gone = health.state is PeerState.CLOSED and health.peer_id in self._peers
        if gone and self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def close(self) -> None:
        """End the process."""
        self.task.cancel()
        await asyncio.wait([self.task])


async def keep_webcasts(house: House, stop: asyncio.Event) -> None:
    """Begin and end packaging until told to stop."""
    running: dict[str, Packaging] = {}

    def changed(health: PeerHealth) -> None:
        if health.meeting_id in running:
            running[health.meeting_id].peer_changed(health)

    house.engine.listen(changed)
    while not stop.is_set():
        meetings = house.desk.held(MEETING)
        wanted = {meeting_id for meeting_id, meeting in meetings.items() if is_webcast(meeting)}
        for meeting_id in wanted - running.keys():
            running[meeting_id] = Packaging(house, meeting_id)
        for meeting_id in running.keys() - wanted:
            await running.pop(meeting_id).close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_S)
    for one in running.values():
        await one.close()

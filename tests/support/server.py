"""The real server as a process: `rostrum demo` on free ports, killed and started again at will."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

START_LIMIT_S = 110.0
MEDIA_WORKERS = 2
"""On every machine, so that picture and sound cross from one to the other."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, count: int = 1) -> int:
    """The first of so many ports in a row that nothing listens on now."""
    while True:
        with ExitStack() as held:
            probes = [held.enter_context(socket.socket(socket.AF_INET, kind)) for _ in range(count)]
            probes[0].bind(("127.0.0.1", 0))
            first: int = probes[0].getsockname()[1]
            try:
                for further, probe in enumerate(probes[1:], start=1):
                    probe.bind(("127.0.0.1", first + further))
            except (OSError, OverflowError):
                continue
            return first


@dataclass
class DemoServer:
    """One demonstration: its folder, its ports, and the links that it printed."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    media_port: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM, MEDIA_WORKERS))
    links: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://localhost:{self.port}"

    async def start(self) -> None:
        """Start the process and read its links; returns when it has printed them all."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "rostrum",
            "demo",
            stdout=asyncio.subprocess.PIPE,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("ROSTRUM_")},
                "ROSTRUM_DATA": str(self.data),
                "ROSTRUM_PORT": str(self.port),
                "ROSTRUM_MEDIA_PORT": str(self.media_port),
                "ROSTRUM_MEDIA_WORKERS": str(MEDIA_WORKERS),
                "ROSTRUM_METRICS_PORT": "0",
                **self.environment,
            },
        )
        assert self.process.stdout is not None
        async with asyncio.timeout(START_LIMIT_S):
            while "hall" not in self.links or not self.links["hall"]:
                line = (await self.process.stdout.readline()).decode().strip()
                if not line:
                    raise RuntimeError(f"the server ended with {await self.process.wait()}")
                role, _, url = line.partition(": ")
                self.links[role] = url

    async def kill(self) -> None:
        """`kill -9`: no goodbye."""
        await self._end(signal.SIGKILL)
        self.links.clear()

    async def stop(self) -> None:
        """The ordinary end."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)
            await asyncio.wait_for(self.process.wait(), 20)

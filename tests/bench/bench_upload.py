"""A video statement of 4 GiB less a byte, sent in parts as the page sends it: cut off once, the server killed once.

The file is a video that is played: noise in 4K, half a minute at more than a gigabit a second. It is sent to a real
server in a process of its own, then to the peer: a handler of aiohttp that writes the same parts to a file, does not
seal them and keeps no account of them (tusd is not at hand). Both bring every part to the disk before they answer.
What is measured: seconds of sending, without those for which nothing answered; by how much the server's memory grew;
whether what lies sealed is what was sent; what came of the check. `MIB` makes it smaller.
"""

import asyncio
import base64
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import aiohttp

from rostrum.assembly.statement import StatementChecked
from rostrum.cli.demo import MEETING_ID
from rostrum.record.codec import decode
from rostrum.record.files import file_key
from rostrum.sealed_file import pieces
from tests.bench.common import WHERE, ratio, say
from tests.support.by_http import HttpPerson, entered
from tests.support.server import DemoServer, free_port

MIB = 1024 * 1024
BYTES = int(os.environ.get("MIB", "4096")) * MIB - 1
PART_BYTES = 4 * MIB
"""As the page sends them on a line of 8 Mbit/s; on a faster one they are larger."""
PIECE_BYTES = 256 * 1024
FRAMES = 15
TOLD = {"name": "Amina Diallo", "office": "Minister of Justice", "language": "fr", "item": "debate"}
CHECK_LIMIT_S = 1800.0
HEADERS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


def video(path: Path) -> None:
    """A video that is played, of `BYTES` bytes: what is missing to that is a box at its end that says nothing."""
    noise = path.with_suffix(".mkv")
    picture = f"nullsrc=s=3840x2160:r={FRAMES},geq=random(1)*255:random(2)*255:random(3)*255"
    coded = "-frames:v", str(FRAMES), "-c:v", "mjpeg", "-q:v", "1", "-qmin", "1", "-pix_fmt", "yuvj420p"
    _ffmpeg("-f", "lavfi", "-i", picture, *coded, str(noise))
    seconds = str(max(1, (BYTES - 64 * MIB) // noise.stat().st_size))
    repeated = "-stream_loop", "-1", "-i", str(noise), "-f", "lavfi", "-i", "sine=300:sample_rate=48000"
    _ffmpeg(*repeated, "-t", seconds, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", str(path))
    noise.unlink()
    with path.open("ab") as file:
        missing = BYTES - file.tell()
        assert missing >= 8, "there is no room for a box"
        file.write(missing.to_bytes(4, "big") + b"free")
        file.truncate(BYTES)


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True)


@dataclass
class Sending:
    """A file on its way to an address, part after part, and for how long it was."""

    session: aiohttp.ClientSession
    address: str
    path: Path
    headers: dict[str, str]
    took_s: float = 0.0
    at: int = 0
    parts_s: list[float] = field(default_factory=list)

    async def until(self, end: int) -> None:
        """Send up to there."""
        begin = time.perf_counter()
        with self.path.open("rb") as file:
            while self.at < end:
                began = time.perf_counter()
                headers = {**self.headers, "Upload-Offset": str(self.at)}
                body = pieces_of(file, self.at, min(PART_BYTES, BYTES - self.at))
                async with self.session.patch(self.address, headers=headers, data=body) as answer:
                    assert answer.status == 204, await answer.text()
                    self.at = int(answer.headers["Upload-Offset"])
                self.parts_s.append(time.perf_counter() - began)
        self.took_s += time.perf_counter() - begin

    async def broken(self, breaks: Callable[[asyncio.Task[None]], object]) -> None:
        """Begin a part, and let the line (the task) or the server break in its middle; then it is to be asked."""
        half_sent, over = asyncio.Event(), asyncio.Event()

        async def half() -> AsyncIterator[bytes]:
            with self.path.open("rb") as file:
                async for piece in pieces_of(file, self.at, PART_BYTES // 2):
                    yield piece
            half_sent.set()
            await over.wait()

        async def send() -> None:
            told = {**self.headers, "Content-Length": str(PART_BYTES), "Upload-Offset": str(self.at)}
            async with self.session.patch(self.address, headers=told, data=half()) as answer:
                raise AssertionError(f"nothing broke: {answer.status}")

        sending = asyncio.create_task(send())
        await half_sent.wait()
        # So that some of it has been read at the other end.
        await asyncio.sleep(0.3)
        breaks(sending)
        with suppress(aiohttp.ClientError, asyncio.CancelledError):
            await sending

    async def ask(self) -> None:
        """Where it stands."""
        async with self.session.head(self.address, headers=self.headers) as answer:
            assert answer.status == 200
            self.at = int(answer.headers["Upload-Offset"])


async def pieces_of(file: BinaryIO, at: int, length: int) -> AsyncIterator[bytes]:
    """A part of the file."""
    file.seek(at)
    while length > 0 and (piece := file.read(min(PIECE_BYTES, length))):
        length -= len(piece)
        yield piece


def memory_mib(pid: int, name: str) -> float:
    """A process's memory: `VmRSS` now, `VmHWM` at its highest."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) / 1024


@dataclass
class Memory:
    """By how much one server process after the other grew, in MiB."""

    grown: float = 0.0
    _pid: int = 0
    _begin: float = 0.0

    def begin(self, server: DemoServer) -> None:
        """A process is there and has done its first work."""
        assert server.process is not None
        self._pid = server.process.pid
        # What it needed to start says nothing of the upload.
        Path(f"/proc/{self._pid}/clear_refs").write_text("5")
        self._begin = memory_mib(self._pid, "VmRSS")

    def end(self) -> None:
        """It ends now."""
        self.grown = max(self.grown, memory_mib(self._pid, "VmHWM") - self._begin)


async def ours(server: DemoServer, path: Path) -> dict[str, object]:
    """The whole way of the file through our server."""
    memory = Memory()
    async with entered(server.links["delegate"]) as delegate:
        session, here = delegate.session, f"{delegate.at}/meeting/{MEETING_ID}/video"
        told = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in TOLD.items())
        headers = {**HEADERS, "X-CSRF-Token": delegate.csrf}
        begun = {**headers, "Upload-Length": str(BYTES), "Upload-Metadata": told}
        async with session.post(f"{here}/uploads", headers=begun) as answer:
            assert answer.status == 201, await answer.text()
            address = server.url + answer.headers["Location"]
        memory.begin(server)
        sending = Sending(session, address, path, headers)
        await sending.until(BYTES // 3)
        cut_at = sending.at
        await sending.broken(lambda task: task.cancel())
        await sending.ask()
        kept = [sending.at - cut_at]
        await sending.until(2 * BYTES // 3)
        cut_at = sending.at
        memory.end()
        await sending.broken(lambda _: server.process.kill() if server.process is not None else None)
        await server.kill()
        await server.start()
        asked = time.perf_counter()
        await sending.ask()
        asked_s = time.perf_counter() - asked
        kept.append(sending.at - cut_at)
        memory.begin(server)
        await sending.until(BYTES)
        same = await asyncio.to_thread(_sealed_sha256, server.data, address.rpartition("/")[2]) == _sha256(path)
        findings, checked_s, child_mib = await verdict(server, delegate, here)
        memory.end()
    return {
        "took_s": sending.took_s,
        "identical": same,
        "kept_of_a_half_part_bytes": kept,
        "asked_after_kill_s": round(asked_s, 2),
        "grown_mib": round(memory.grown, 1),
        "slowest_part_s": round(max(sending.parts_s), 2),
        "findings": findings,
        "checked_s": round(checked_s),
        "checking_process_mib": round(child_mib),
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sealed_sha256(data: Path, upload_id: str) -> str:
    """Of what lies sealed on the disk; opened before the check is over and it goes."""
    digest = hashlib.sha256()
    for piece in pieces(data / "uploads" / upload_id, file_key(data / "keys"), upload_id, whole=False):
        digest.update(piece)
    return digest.hexdigest()


async def verdict(server: DemoServer, delegate: HttpPerson, here: str) -> tuple[list[str], float, float]:
    """What the check finds, after how long, and how large the process was that looked."""
    begin, largest = time.perf_counter(), 0.0
    async with asyncio.timeout(CHECK_LIMIT_S):
        while True:
            with suppress(OSError, StopIteration):
                largest = max([largest, *(memory_mib(pid, "VmHWM") for pid in _checking())])
            async with delegate.session.get(f"{here}/standing") as answer:
                if "data-waits" not in await answer.text():
                    break
            await asyncio.sleep(1)
    with closing(sqlite3.connect(f"file:{server.data}/rostrum.db?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT kind, version, body FROM journal ORDER BY rowid").fetchall()
    checked = next(event for event in (decode(*row) for row in rows) if isinstance(event, StatementChecked))
    return [str(one.check) for one in checked.findings], time.perf_counter() - begin, largest


def _checking() -> list[int]:
    """The processes that look at a statement."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"rostrum.media.transcode.child" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


@asynccontextmanager
async def peer(file: Path) -> AsyncIterator[str]:
    """The peer's address; it runs in a process of its own."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.plain_receiver", str(file), str(port)
    )
    try:
        async with asyncio.timeout(20):
            while True:
                with suppress(OSError):
                    (await asyncio.open_connection("127.0.0.1", port))[1].close()
                    break
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        await process.wait()


async def main() -> None:
    """Send it to one and to the other, and print one line of JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "statement.mp4"
        await asyncio.to_thread(video, path)
        server = DemoServer(folder / "data", {"ROSTRUM_STATEMENT_GIGABYTES": "4.3"})
        await server.start()
        try:
            found = await ours(server, path)
        finally:
            await server.stop()
        async with peer(folder / "plain") as url, aiohttp.ClientSession() as session:
            plain = Sending(session, url, path, HEADERS)
            await plain.until(BYTES)
        assert _sha256(folder / "plain") == _sha256(path)
    took_s = float(str(found.pop("took_s")))
    result = {
        "bench": "upload",
        "ours": round(BYTES / took_s / 1e6, 1),
        "peer": round(BYTES / plain.took_s / 1e6, 1),
        "ratio": ratio(plain.took_s, took_s),
        "unit": "MB/s (peer: aiohttp that writes the parts to a file, unsealed)",
        "bytes": BYTES,
        "network": WHERE,
        "peers_slowest_part_s": round(max(plain.parts_s), 2),
        "load": round(os.getloadavg()[0], 2),
        **found,
    }
    say(result)


if __name__ == "__main__":
    asyncio.run(main())

"""Runs the process that makes a programme of a recording's tracks, and hands on what it writes, as it is taken."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from typing import IO, Self

from rostrum.media.programme.child import HEAD, PART, PART_BYTES, REPORT
from rostrum.media.programme.job import Job, NotMade
from rostrum.record.files import FileStore, KeptFile

BYTES_PER_CPU_S = 4_000_000
"""How much of its files the process may take a second of a processor for; it takes far less."""
CPU_S_MIN = 60
CODING_FACTOR = 3
"""How much longer than it lasted a picture may be coded again."""
WALL_FACTOR = 4
"""How much longer than its processor time the look through the files may take: others go first."""


class Programme:
    """A programme in the making: `size` bytes that come by iterating once, `length_ms` long.

    It is made as it is taken. Close it (`async with`, `close`), or its process waits for ever.
    """

    def __init__(self, process: asyncio.subprocess.Process, size: int, length_ms: int) -> None:
        self._process = process
        self.size, self.length_ms = size, length_ms

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """End its process. Twice is once."""
        await _end(self._process)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The file from its begin to its end. Raises `NotMade` where it breaks off: a file was changed meanwhile."""
        left = self.size
        try:
            while left > 0:
                part = await _message(self._process, PART)
                if len(part) > left:
                    raise NotMade("longer than was said")
                left -= len(part)
                yield part
        finally:
            await self.close()


async def begin_programme(files: FileStore, tracks: Sequence[KeptFile], job: Job) -> Programme:
    """Look through the tracks of a recording; what comes back is read next. The job names tracks by their position.

    Raises `NotMade`: a file is gone, was changed or is none of ours, or nothing is in it.
    """
    cpu_s = CPU_S_MIN + sum(track.size for track in tracks) // BYTES_PER_CPU_S
    process = await _begin("child", files, tracks, {"job": asdict(job), "cpu_s": cpu_s})
    try:
        async with asyncio.timeout(WALL_FACTOR * cpu_s):
            report = json.loads(await _message(process, REPORT))
        if "why" in report:
            raise NotMade(report["why"])
        return Programme(process, report["size"], report["length_ms"])
    except TimeoutError:
        await _end(process)
        raise NotMade("it took too long") from None
    except BaseException:
        await _end(process)
        raise


async def one_codec(
    files: FileStore, vp8: KeptFile | None, h264: KeptFile, lasted_s: float
) -> AsyncGenerator[bytes, None]:
    """A stage of `lasted_s` in one codec, part by part, of its track of VP8, where there is one, and that of H.264.

    Raises `NotMade`. Close it (`aclose`), or its process waits for ever.
    """
    tracks = [*([] if vp8 is None else [vp8]), h264]
    process = await _begin("converter", files, tracks, {"cpu_s": CPU_S_MIN + round(CODING_FACTOR * lasted_s)})
    try:
        while True:
            kind, data = await _any_message(process)
            if kind == REPORT:
                if "why" in (report := json.loads(data)):
                    raise NotMade(report["why"])
                return
            yield data
    finally:
        await _end(process)


async def _begin(
    name: str, files: FileStore, tracks: Sequence[KeptFile], said: Mapping[str, object]
) -> asyncio.subprocess.Process:
    """Start a process of `media/programme/` and hand it the tracks. Raises `NotMade` where one is gone."""
    with contextlib.ExitStack() as opened:
        try:
            keys, handed = await asyncio.to_thread(_open, files, tracks, opened)
        except FileNotFoundError:
            raise NotMade("a file is gone") from None
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", f"rostrum.media.programme.{name}", *(str(file.fileno()) for file in handed),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            pass_fds=[file.fileno() for file in handed], env={}, limit=2 * PART_BYTES,
        )  # fmt: skip
    try:
        await _say(process, {**said, "keys": keys})
    except BaseException:
        await _end(process)
        raise
    return process


def _open(
    files: FileStore, tracks: Sequence[KeptFile], opened: contextlib.ExitStack
) -> tuple[list[tuple[str, str]], list[IO[bytes]]]:
    """(own key in hex, identifier) of each file, and the files."""
    keys, handed = list[tuple[str, str]](), list[IO[bytes]]()
    for track in tracks:
        path, key = files.lies(track.file_id)
        keys.append((key.hex(), track.file_id))
        handed.append(opened.enter_context(path.open("rb")))
    return keys, handed


async def _say(process: asyncio.subprocess.Process, job: object) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(json.dumps(job).encode() + b"\n")
            await process.stdin.drain()


async def _message(process: asyncio.subprocess.Process, kind: int) -> bytes:
    """The next message, which must be of this kind. Raises `NotMade`."""
    found, data = await _any_message(process)
    if found != kind:
        raise NotMade("no message of ours")
    return data


async def _any_message(process: asyncio.subprocess.Process) -> tuple[int, bytes]:
    """The next message and its kind. Raises `NotMade`."""
    if process.stdout is None:
        raise NotMade("no pipe")
    try:
        found, length = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
        if length > PART_BYTES:
            raise NotMade("no message of ours")
        return found, await process.stdout.readexactly(length)
    except asyncio.IncompleteReadError:
        raise NotMade("its process ended early") from None


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    # A pipe that is full keeps asyncio from seeing that the process ended.
    while process.stdout is not None and await process.stdout.read(PART_BYTES):
        pass
    await process.wait()

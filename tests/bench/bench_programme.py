"""What it costs to make a programme of a recorded meeting, beside ffmpeg's copying the same two tracks into one file.

Ours opens sealed tracks, cuts them into twenty parts and makes the index first; ffmpeg reads open files and cuts
nothing. The frames are as long as those of a camera at 1.4 Mbit/s and 30 a second, and of a voice at 48 kbit/s, with
random content. `HOURS`, the meeting's length, and `RUNS` can be set in the environment.
"""

import asyncio
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from rostrum.media.programme.job import Cut, Job, Mark, Source
from rostrum.media.wire.frames import Frame
from rostrum.media.wire.webm import Timed, cluster, picture_head, sound_head
from rostrum.programme_making import begin_programme
from rostrum.record.database import Database
from rostrum.record.files import FileStore, KeptFile, Owner
from rostrum.record.sealing import Seal
from rostrum.settings import Settings
from tests.bench.common import RUNS, ratio, say, spread_of
from tests.support.programs import program

HOURS = float(os.environ.get("HOURS", "1"))
FPS, PICTURE_BYTES, KEYFRAME_EVERY = 30, 5_800, 300
PER_S, SOUND_BYTES = 50, 120
SIZE = 1280, 720
PARTS = 20
CPU_S_PER_HOUR_MAX, MEMORY_MIB_MAX = 30, 200
_KEYFRAME = b"\x10\x00\x00\x9d\x01\x2a" + SIZE[0].to_bytes(2, "little") + SIZE[1].to_bytes(2, "little")
_NOW = datetime(2026, 11, 26, tzinfo=UTC)


def seconds(frames_per_s: int, frame: Callable[[int], bytes]) -> Iterator[bytes]:
    """The clusters of a track, one a second."""
    for second in range(round(HOURS * 3600)):
        first = second * frames_per_s
        yield cluster(
            [
                Timed(number * 1000 // frames_per_s, Frame(number, data := frame(number), not data[0] & 1))
                for number in range(first, first + frames_per_s)
            ]
        )


def picture(number: int) -> bytes:
    """A keyframe, or another picture."""
    begin = b"\x31" if number % KEYFRAME_EVERY else _KEYFRAME
    return begin + os.urandom(PICTURE_BYTES - len(begin))


def sound(_number: int) -> bytes:
    """20 ms of two channels."""
    return b"\xfc" + os.urandom(SOUND_BYTES - 1)


def track(files: FileStore, folder: Path, name: str, head: bytes, clusters: Iterator[bytes]) -> KeptFile:
    """A track, sealed in the store and open in a folder."""
    kept = files.begin(name, "video/webm")
    with (folder / f"{name}.webm").open("wb") as file:
        for part in chain([head], clusters):
            kept.append(part)
            file.write(part)
    kept.finish()
    return KeptFile(name, Owner("s", "m", "recording", name), "", "video/webm", kept.size, 1, "", _NOW, _NOW)


def job() -> Job:
    """All but a second between one part and the next, without the picture in every fourth."""
    length_ms = round(HOURS * 3_600_000)
    step_ms = length_ms // PARTS
    cuts = [Cut(0, at * step_ms, (at + 1) * step_ms - 1_000, at % 4 != 3) for at in range(PARTS)]
    marks = [Mark(at * (step_ms - 1_000), (at + 1) * (step_ms - 1_000), f"Delegation {at}") for at in range(PARTS)]
    return Job((Source(0, 1),), tuple(cuts), tuple(marks), "A meeting", "floor")


def cpu_s() -> float:
    """Of all processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_mib() -> float:
    """The most memory of our one child so far."""
    child = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()[0]
    lines = Path(f"/proc/{child}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


async def ours(files: FileStore, tracks: list[KeptFile]) -> dict[str, Any]:
    """Make it, and drop it."""
    before_s, begun_s, got, peak = cpu_s(), time.monotonic(), 0, 0.0
    async with await begin_programme(files, tracks, job()) as programme:
        first_s = time.monotonic() - begun_s
        async for part in programme:
            got += len(part)
            if got + 8 * len(part) > programme.size and not peak:
                peak = peak_mib()
        if got != programme.size:
            raise RuntimeError(f"{got} bytes came of {programme.size}")
    return {
        "cpu_s_per_hour": (cpu_s() - before_s) / HOURS,
        "index_s": first_s,
        "wall_s": time.monotonic() - begun_s,
        "peak_mib": peak,
        "megabytes": got / 1e6,
    }


def peer(folder: Path) -> dict[str, Any]:
    """ffmpeg's copy, written and dropped."""
    before_s = cpu_s()
    sources = [part for name in ("stage", "floor") for part in ("-i", str(folder / f"{name}.webm"))]
    command = [program("ffmpeg"), "-v", "error", "-y", *sources, "-c", "copy", "-map", "0", "-map", "1", "-f", "webm"]
    subprocess.run([*command, "pipe:1"], check=True, stdout=subprocess.DEVNULL)
    return {"cpu_s_per_hour": (cpu_s() - before_s) / HOURS}


async def measured(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The two in turns."""
    database = await Database.open(Settings(data=folder).database)
    files = FileStore(database, Seal.from_folder(folder / "keys"), folder / "files", b"k" * 32)
    tracks = [
        track(files, folder, "stage", picture_head(SIZE), seconds(FPS, picture)),
        track(files, folder, "floor", sound_head(), seconds(PER_S, sound)),
    ]
    made, copied = [], []
    for number in range(RUNS):
        made.append(await ours(files, tracks))
        copied.append(await asyncio.to_thread(peer, folder))
        print(f"run {number + 1}: made {made[-1]}, copied {copied[-1]}", flush=True)
    await database.close()
    return made, copied


def main() -> None:
    """Print one line of JSON last."""
    load = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory() as folder:
        made, copied = asyncio.run(measured(Path(folder)))
    took, peak = spread_of(made, "cpu_s_per_hour"), spread_of(made, "peak_mib")
    copying = spread_of(copied, "cpu_s_per_hour")
    say(
        {
            "bench": "programme",
            "ours": took["median"],
            "peer": copying["median"],
            "ratio": ratio(took["median"], copying["median"]),
            "unit": "seconds of a processor for each hour of meeting",
            "load_at_begin": load,
            "hours": HOURS,
            "runs": RUNS,
            "made": took,
            "copied": copying,
            "until_the_size_is_known_s": spread_of(made, "index_s"),
            "whole_s": spread_of(made, "wall_s"),
            "peak_mib": peak,
            "megabytes": spread_of(made, "megabytes"),
            "goals": {"cpu": took["max"] <= CPU_S_PER_HOUR_MAX, "memory": peak["max"] <= MEMORY_MIB_MAX},
        }
    )


if __name__ == "__main__":
    main()

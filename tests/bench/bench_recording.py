"""What an hour of recording takes of the disk in seven channels, and what the process that records takes of a core.

A speaker sends a picture of `VIDEO_BPS` in its largest size and a sound; every channel carries a sound. The real
application records them. Afterwards its files by language are made, which each hold the picture as well. The peer has
the same seven connections at the same time and throws their packets away: what it takes is what receiving takes.
`SECONDS` is how long is measured.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.program import Audience, AudienceRole, place_source
from rostrum.assembly.taping import StartTaping, StopTaping
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import MEETING
from rostrum.media.loadtest.speaker import Speaker
from rostrum.media.sfu.dtls import Identity
from rostrum.reads.recordings import RECORDING
from rostrum.recording_take import CHANNELS
from tests.bench.common import WHERE, ratio, say
from tests.pages.test_recording import on_the_floor, only_child
from tests.support.app import Running, running_app

SECONDS = float(os.environ.get("SECONDS_EACH", "60"))
SETTLE_S = 6.0
VIDEO_BPS = 1_200_000
"""The most that the page sends (`web/static/js/media/whip.js`)."""
HOUR_S = 3600
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


async def sizes(running: Running) -> Mapping[str, int]:
    """Bytes on the disk of each track, and of the journal."""
    files = running.house.files
    found = [one for one in await files.files_of(MEETING_ID) if one.owner.kind == RECORDING]
    return {one.owner.purpose.partition(".")[2]: files.lies(one.file_id)[0].stat().st_size for one in found}


@asynccontextmanager
async def peer(running: Running) -> AsyncIterator[int]:
    """The peer's process, connected."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.throwing_away", stdin=pipe, stdout=pipe, limit=1 << 20
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(CHANNELS).encode() + b"\n")
        for _ in CHANNELS:
            offer = json.loads(await process.stdout.readline())
            audience = Audience(AudienceRole.PUBLIC, offer["channel"])
            answer = await running.house.engine.subscribe(MEETING_ID, audience, offer["sdp"], place_id=None)
            process.stdin.write(json.dumps({"channel": offer["channel"], "sdp": answer.sdp}).encode() + b"\n")
        yield process.pid
        process.stdin.close()
        packets = json.loads(await process.stdout.readline())["packets"]
        assert packets > SECONDS * 50 * len(CHANNELS), f"the peer got {packets} packets"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def measured(running: Running) -> dict[str, object]:
    """Record, and look at the files and the processes as it goes on."""
    place = await running.place("state-party")
    speaker = Speaker(Identity.generateCertificate(), 1, video_bps=VIDEO_BPS)
    answer = await running.house.engine.publish(
        MEETING_ID, place_source(place.place_id), speaker.offer(), place_id=place.place_id
    )
    await speaker.end.connect(answer.sdp)
    speaking = asyncio.create_task(speaker.speak())
    await on_the_floor(running, place)
    await running.house.desk.act(MEETING, MEETING_ID, StartTaping(), SYSTEM)
    await asyncio.sleep(SETTLE_S)
    loop, recorder = asyncio.get_running_loop(), only_child()
    async with peer(running) as other:
        await asyncio.sleep(SETTLE_S)
        began_s, before = loop.time(), await sizes(running)
        cpu_before = cpu_s(recorder), cpu_s(other)
        await asyncio.sleep(SECONDS)
        lasted_s, after = loop.time() - began_s, await sizes(running)
        cpu = [(now - then) / lasted_s for now, then in zip((cpu_s(recorder), cpu_s(other)), cpu_before, strict=True)]
    await running.house.desk.act(MEETING, MEETING_ID, StopTaping(), SYSTEM)
    speaking.cancel()
    async with asyncio.timeout(120):
        while True:
            recorded = await running.house.recordings.of(MEETING_ID)
            made = [one.size for name in recorded.channels if (one := recorded.current(name)) is not None]
            if made and len(made) == len(recorded.channels):
                break
            await asyncio.sleep(0.5)
    an_hour = {name: round((size - before[name]) / lasted_s * HOUR_S / 1e6) for name, size in sorted(after.items())}
    return {
        "cpu": cpu,
        "tracks_mb_per_hour": an_hour,
        "mb_per_hour": sum(an_hour.values()),
        "mb_per_hour_of_a_language_s_file": round(max(made) / recorded.length_ms * 1000 * HOUR_S / 1e6),
    }


async def main() -> None:
    """Measure and print one line of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_app(Path(folder) / "data") as running:
            found = await measured(running)
    ours, other = (round(each, 4) for each in found.pop("cpu"))  # type: ignore[attr-defined]  # two figures
    say(
        {
            "bench": "recording",
            "ours": ours,
            "peer": other,
            "ratio": ratio(ours, other),
            "unit": "share of a core (peer: the same seven connections, packets thrown away)",
            "channels": len(CHANNELS),
            "picture_bps": VIDEO_BPS,
            "network": WHERE,
            "seconds": SECONDS,
            "load": round(os.getloadavg()[0], 2),
            **found,
        }
    )


if __name__ == "__main__":
    asyncio.run(main())

"""What it costs a worker to give a recorded statement to many, against a live speaker of the same rates, in turns.

The publisher goes on sending, unseen, while the recording is played: reading the file comes on top of it. `RUNS` and
`RECEIVERS` can be set in the environment.
"""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

from rostrum.assembly.program import Fill, Program, Slot, recording_source
from rostrum.media.clip import Frame, packed
from rostrum.media.engine import Playback, Recording
from rostrum.media.loadtest.crowd import Crowd
from rostrum.media.loadtest.measure import measured
from rostrum.media.loadtest.servers import MEETING, REMOTE, OwnServer
from rostrum.media.loadtest.speaker import AUDIO_BYTES, AUDIO_RATE, FRAME_RATE, TAIL, Speaker
from rostrum.media.sfu.recital import KINDS
from rostrum.media.sfu.worker import WorkerEngine
from rostrum.sealed_file import SealedFile, key_of
from tests.bench.common import RUNS, own_server, ratio, say, settle_down, spread_of

RECEIVERS = int(os.environ.get("RECEIVERS", "500"))
SECONDS = 4.0
LENGTH_S = 90
SOURCE = recording_source("bench")
FRAME_BYTES = (410, 1240, 4160)
"""Of each size, as a live speaker of the crowd sends them, to the packet."""


class Stage(OwnServer):
    """Our engine, which shows a recording in the speaker's stead."""

    def __init__(self, engine: WorkerEngine, recording: Recording) -> None:
        super().__init__(engine)
        self._worker = engine
        self._recording = recording

    async def put_on_air(self, speaker: Speaker) -> None:
        """See `Server`."""
        self._worker.play_recording(MEETING, SOURCE, Playback(self._recording, 0, running=True))
        fill = Fill(SOURCE)
        await self._worker.apply(MEETING, Program({REMOTE: {Slot.STAGE: fill, Slot.FLOOR: fill}}))


def recording(folder: Path) -> Recording:
    """A statement of the speaker's rates, whose packets say what size they are of, as the crowd reads it."""
    frames = [
        Frame("audio", number * 48_000 // AUDIO_RATE, TAIL.pack(0, 0, 0) * (AUDIO_BYTES // TAIL.size))
        for number in range(LENGTH_S * AUDIO_RATE)
    ]
    for number in range(LENGTH_S * FRAME_RATE):
        head = bytes([0x10 if number % FRAME_RATE == 0 else 0x11]).ljust(TAIL.size, b"\0")
        for size, (kind, length) in enumerate(zip(KINDS[1:], FRAME_BYTES, strict=True)):
            body = head + TAIL.pack(0, size, 0) * (length // TAIL.size - 1)
            frames.append(Frame(kind, number * 90_000 // FRAME_RATE, body))
    path = folder / "clip"
    sealed = SealedFile(path, b"k" * 32, "clip")
    for frame in sorted(frames, key=lambda one: one.at_s):
        sealed.append(packed(frame))
    sealed.append(packed(None))
    sealed.finish()
    sealed.close()
    return Recording("clip", path, key_of(path, b"k" * 32, "clip"))


async def run(played: Recording | None) -> dict[str, Any]:
    """One run, live or played."""
    async with own_server() as (server, engine):
        crowd = Crowd(server if played is None else Stage(engine, played))
        try:
            await crowd.begin()
            await crowd.grow(RECEIVERS)
            return await measured(crowd, engine.pid or 0, SECONDS, port=engine.port)
        finally:
            await crowd.end()


def main() -> None:
    """Alternate the two, and print one line of JSON last."""
    said = settle_down()
    with tempfile.TemporaryDirectory() as folder:
        clip = recording(Path(folder))
        live, played = [], []
        for number in range(RUNS):
            live.append(asyncio.run(run(None)))
            played.append(asyncio.run(run(clip)))
            print(f"run {number + 1}: live {live[-1]}, played {played[-1]}", flush=True)
    ours, peer = spread_of(played, "worker_core_share"), spread_of(live, "worker_core_share")
    times = ratio(ours["median"], peer["median"])
    say(
        {
            "bench": "statement",
            "ours": ours["median"],
            "peer": peer["median"],
            "ratio": times,
            "unit": "share of a core while a recording is played, against a live speaker",
            **said,
            "receivers": RECEIVERS,
            "runs": RUNS,
            "played": ours,
            "live": peer,
            "played_us_per_packet": spread_of(played, "worker_us_per_packet"),
            "live_us_per_packet": spread_of(live, "worker_us_per_packet"),
            "packets": {"played": [one["received"] for one in played], "live": [one["received"] for one in live]},
            "missing": sum(one["missing"] for one in (*played, *live)),
            "goals": {"as_a_live_speaker": times is not None and times <= 1.1},
        }
    )


if __name__ == "__main__":
    main()

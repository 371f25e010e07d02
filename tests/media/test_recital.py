"""A recorded statement as a source: in time, in order, standing still and going on, and its end told once."""

import asyncio
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from rostrum.media.clip import Frame, packed
from rostrum.media.engine import Playback, Recording
from rostrum.media.sfu.recital import Recital
from rostrum.media.sfu.track import Inbound, Track
from rostrum.sealed_file import SealedFile, key_of

KEY = b"k" * 32
FPS = 20


def frame(kind: str, number: int) -> Frame:
    """A frame that carries its number; VP8 says in its first bit whether it opens, once a second here."""
    if kind == "audio":
        return Frame(kind, number * 960, b"\x78" + number.to_bytes(4, "big"))
    opens = number % FPS == 0
    return Frame(kind, number * 90_000 // FPS, bytes([0x10 if opens else 0x11]) + number.to_bytes(4, "big") * 300)


def content(seconds: float) -> Sequence[Frame]:
    layers = [frame(kind, n) for n in range(round(seconds * FPS)) for kind in ("video", "video/1", "video/2")]
    return sorted([*layers, *(frame("audio", n) for n in range(round(seconds * 50)))], key=lambda one: one.at_s)


def recording(folder: Path, data: bytes) -> Recording:
    path = folder / "clip"
    path.unlink(missing_ok=True)
    sealed = SealedFile(path, KEY, "clip")
    sealed.append(data)
    sealed.finish()
    sealed.close()
    return Recording("clip", path, key_of(path, KEY, "clip"))


def written(seconds: float) -> bytes:
    return b"".join(packed(one) for one in (*content(seconds), None))


class Seat:
    """Somebody who is given one track."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, int, int]] = []
        """(when, timestamp, number)."""

    def welcome(self, _track: Track, _inbound: Inbound) -> None:
        """It waits for nothing."""

    def forward(self, inbound: Inbound, now_s: float) -> None:
        """Note a packet with the number of its frame, if it begins one."""
        packet, descriptor = inbound.packet, inbound.descriptor
        start = 0 if descriptor is None else descriptor.length
        if descriptor is None or descriptor.starts_frame:
            number = int.from_bytes(bytes(packet.payload[start + 1 : start + 5]), "big")
            self.seen.append((now_s, packet.timestamp, number))

    @property
    def numbers(self) -> list[int]:
        return [number for _, _, number in self.seen]


class Played:
    """A recital with somebody in every track from when they can be led there."""

    def __init__(self, playback: Playback) -> None:
        self.seats = {kind: Seat() for kind in ("audio", "video", "video/1", "video/2")}
        self.over: list[bool] = []
        self.ended = asyncio.Event()
        self.recital = Recital(playback, self._lead, lambda: None, self._over)

    def _over(self, failed: bool) -> None:
        self.over.append(failed)
        self.ended.set()

    def _lead(self) -> None:
        for kind, seat in self.seats.items():
            track = self.recital.feed.tracks[kind]
            if track.started and seat not in track.lanes:
                track.lanes.append(seat)


async def test_every_frame_comes_in_its_time_and_the_end_is_told_once(tmp_path: Path) -> None:
    played = Played(Playback(recording(tmp_path, written(1.5)), 0, running=True))
    played.recital.start()
    await asyncio.sleep(2.3)
    assert played.over == [False]
    for kind in ("video", "video/1", "video/2"):
        assert played.seats[kind].numbers == list(range(30))
    assert played.seats["audio"].numbers == list(range(75))
    sounds, pictures = played.seats["audio"].seen, played.seats["video/2"].seen
    assert 1.3 < pictures[-1][0] - pictures[0][0] < 1.7
    assert all(after[1] - before[1] in range(4400, 4601) for before, after in itertools.pairwise(pictures))
    assert abs(sounds[50][1] / 48_000 - pictures[20][1] / 90_000) < 0.002, "sound and picture have one clock"


async def test_it_stands_still_and_goes_on_where_it_was(tmp_path: Path) -> None:
    playback = Playback(recording(tmp_path, written(4)), 0, running=False)
    played = Played(playback)
    played.recital.start()
    await asyncio.sleep(0.4)
    assert not played.seats["video"].numbers, "it does not run before it is to"
    played.recital.set_running(True)
    await asyncio.sleep(1.5)
    played.recital.set_running(False)
    await asyncio.sleep(0.3)
    stood = len(played.seats["video"].seen)
    await asyncio.sleep(0.3)
    assert len(played.seats["video"].seen) == stood
    last = played.seats["video"].numbers[-1]
    played.recital.set_running(True)
    await asyncio.sleep(0.5)
    again = played.seats["video"].numbers[stood]
    assert again == last - last % FPS, "from the keyframe before, so that nothing is lost and it can be decoded"
    timestamps = [timestamp for _, timestamp, _ in played.seats["video"].seen]
    assert timestamps == sorted(set(timestamps)), "time goes on while it stands"
    played.recital.stop()
    assert played.over == []


async def test_it_begins_in_its_middle_where_a_worker_was_started_anew(tmp_path: Path) -> None:
    played = Played(Playback(recording(tmp_path, written(4)), 2400, running=True))
    played.recital.start()
    await asyncio.sleep(0.4)
    assert played.seats["video"].numbers[0] == 2 * FPS
    played.recital.stop()


@pytest.mark.parametrize("how", ["cut off", "changed", "not there"])
async def test_what_cannot_be_read_is_told_and_what_came_before_was_played(tmp_path: Path, how: str) -> None:
    whole = written(8)
    source = recording(tmp_path, whole[: len(whole) // 2] if how == "cut off" else whole)
    if how == "changed":
        with source.path.open("r+b") as file:
            file.seek(-20_000, os.SEEK_END)
            file.write(b"x" * 100)
    if how == "not there":
        source.path.unlink()
    played = Played(Playback(source, 5500 if how == "changed" else 2000 if how == "cut off" else 0, running=True))
    played.recital.start()
    await asyncio.wait_for(played.ended.wait(), 10)
    assert played.over == [True]
    assert (how == "not there") == (not played.seats["audio"].numbers)

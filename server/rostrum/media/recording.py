"""The process that records one meeting: a receiver like any other, whose packets become WebM and are never decoded.

Started by `recording_keeper.py`, which hands its offers to the engine and seals what it writes. It opens no file and
holds no key. It reads lines of JSON: first the channels, then an answer for each offer and where it may be cut, at last
when to stop; it ends with its standard input. It writes messages: kind, length, content (`HEAD`).

Nothing is written before it is `HOLD_S` old, so that a word to stop takes back what came after it.
"""

import asyncio
import json
import struct
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rostrum.assembly.interpretation import FLOOR
from rostrum.assembly.program import Slot
from rostrum.media.loadtest.descriptions import H264_PAYLOAD_TYPE, KINDS, with_h264
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import rtcp, rtcp_build, rtp, sdp
from rostrum.media.wire.frames import Frames
from rostrum.media.wire.timeline import Timeline
from rostrum.media.wire.webm import Timed, cluster, h264_head, picture_head, picture_size, sound_head

HEAD = struct.Struct("!BI")
OFFER, PART, NOTE = range(3)
"""Kinds of messages. A part: the length of its track's name, the name, and bytes of the track's file."""
PART_BYTES_MAX = 16 * 1024 * 1024
HOLD_S = 0.5
CLUSTER_S = 1.0
_LOOK_S = 0.1
_ASK_AGAIN_S = 0.5
_KEYFRAME_S = 10.0
"""A picture that stands for itself comes so often: who seeks, later, waits for all since the one before."""
_REPORT_S = 2.0
_OUR_SSRC = 1
_ESTIMATE_BPS = 100_000_000
"""What our line carries, as we tell the engine: it is this machine's own."""
_CLOCKS = {"video": 90_000, "audio": 48_000}
_HEADS: Mapping[str, Callable[[bytes], bytes]] = {
    "opus": lambda _: sound_head(),
    "h264": lambda _: h264_head(),
    "vp8": lambda first: picture_head(picture_size(first)),
}
"""How files begin, by codec and first frame."""


class File:
    """One file in the making: frames of one codec."""

    def __init__(self, name: str, head_of: Callable[[bytes], bytes]) -> None:
        """`head_of`: how the file begins, by its first frame."""
        self.name = name
        self._head_of = head_of
        self._waiting: deque[tuple[float, Timed]] = deque()
        self._headed = False

    def add(self, came_s: float, timed: Timed) -> None:
        """The next frame, which came at this wall time."""
        self._waiting.append((came_s, timed))

    def part(self, before_s: float, *, all_of_it: bool = False) -> bytes:
        """What of the file can be written: frames that came before a wall time, once there are enough."""
        if not self._waiting or not (all_of_it or self._waiting[0][0] <= before_s - CLUSTER_S):
            return b""
        ready: list[Timed] = []
        while self._waiting and self._waiting[0][0] < before_s:
            ready.append(self._waiting.popleft()[1])
        if not ready:
            return b""
        head = b"" if self._headed else self._head_of(ready[0].frame.data)
        self._headed = True
        return head + cluster(ready)


class Track:
    """A sound or a picture that is received, and its files by codec. Times count from `began_s`, in wall time."""

    def __init__(self, name: str, kind: str, began_s: float, note: Callable[..., None]) -> None:
        self.name, self.kind = name, kind
        self.frames = Frames(kind, H264_PAYLOAD_TYPE)
        self.ssrc: int | None = None
        self.timeline = Timeline(_CLOCKS[kind])
        self.files: dict[str, File] = {}
        self._began_s, self._note = began_s, note
        self._at_s = began_s
        self._told = (0, 0)
        self._keyframe_s = 0.0
        self.cut_s = 0.0
        """From when on there is something else to be seen: a picture after it has to stand for itself."""

    def take(self, packet: rtp.RtpPacket, now_s: float) -> None:
        """A packet that came at this wall time."""
        self.ssrc = packet.ssrc
        for frame in self.frames.take(packet, now_s):
            if frame.keyframe:
                self._keyframe_s = now_s
            codec = "opus" if self.kind == "audio" else "h264" if frame.h264 else "vp8"
            if codec not in self.files:
                self.files[codec] = File(h264_name(self.name) if frame.h264 else self.name, _HEADS[codec])
                self._note("track", track=self.files[codec].name, codec=codec, rtp=packet.timestamp, at=now_s)
            # Sound and picture are told their time by one clock; a report that takes it back takes no frame back.
            self._at_s = max(self._at_s, self.timeline.at(frame.timestamp & 0xFFFFFFFF, now_s))
            self.files[codec].add(now_s, Timed(round((self._at_s - self._began_s) * 1000), frame))

    def wants_keyframe(self, now_s: float) -> bool:
        """Whether one is to be asked for, and again until it comes."""
        is_cut = self._keyframe_s < self.cut_s <= now_s
        return is_cut or self.frames.needs_keyframe or now_s - self._keyframe_s >= _KEYFRAME_S

    def tell_losses(self, now_s: float) -> None:
        """Note what is missing since the last time."""
        found = self.frames.lost, self.frames.dropped
        if found != self._told:
            self._note("lost", track=self.name, packets=found[0] - self._told[0], pictures=found[1] - self._told[1],
                       at=now_s)  # fmt: skip
            self._told = found


def track_name(channel: str) -> str:
    """What the sound of a channel is called."""
    return Slot.FLOOR.value if channel == FLOOR else f"{Slot.CHANNEL}-{channel}"


def h264_name(track: str) -> str:
    """What the file of a track is called that holds its pictures of H.264."""
    return f"{track}-h264"


class Channel:
    """What the public is given in one channel: a connection with its tracks."""

    def __init__(self, name: str, identity: Identity, began_s: float, note: Callable[..., None]) -> None:
        self.name = name
        self.end = Endpoint(identity)
        self.end.on_rtp = self._take
        self.end.on_rtcp = self._heard
        kinds = ("video", "audio") if name == FLOOR else ("audio",)
        names = {"video": Slot.STAGE.value, "audio": track_name(name)}
        self.tracks = {kind: Track(names[kind], kind, began_s, note) for kind in kinds}
        self.offer = with_h264(self.end.offer(kinds, "recvonly"))
        # A language's channel is the second sound of a receiver, after the floor's.
        if name != FLOOR:
            self.offer = self.end.offer(("audio", "audio"), "recvonly")
        self._sounds: set[int] = set()
        self._asked_s = 0.0

    async def connect(self, answer: str) -> None:
        """To the engine, which is on this machine whatever address it tells others. Raises `NotConnected`."""
        sounds = [section for section in sdp.parse(answer).sections if section.kind == "audio"]
        self._sounds = set(sounds[-1].ssrcs[:1])
        await self.end.connect(answer, line=lambda to: ("127.0.0.1", to[1]))

    def _take(self, data: bytes) -> None:
        packet = rtp.parse(data)
        kind = "video" if packet.payload_type == H264_PAYLOAD_TYPE else KINDS.get(packet.payload_type, "")
        track = self.tracks.get(kind)
        if track is not None and (kind == "video" or packet.ssrc in self._sounds):
            track.take(packet, time.time())

    def _heard(self, data: bytes) -> None:
        for message in rtcp.parse(data):
            if isinstance(message, rtcp.SenderReport):
                for track in self.tracks.values():
                    if track.ssrc == message.ssrc:
                        track.timeline.report(rtcp_build.wall(message.ntp), message.timestamp)

    def ask(self, now_s: float) -> None:
        """For a keyframe, where one is wanted."""
        picture = self.tracks.get("video")
        if picture is None or picture.ssrc is None or not picture.wants_keyframe(now_s):
            return
        if now_s - self._asked_s >= _ASK_AGAIN_S:
            self._asked_s = now_s
            self.end.send_rtcp(rtcp_build.picture_loss(_OUR_SSRC, picture.ssrc))

    def report(self) -> None:
        """Say that we are there, and that our line carries everything."""
        ssrcs = [track.ssrc for track in self.tracks.values() if track.ssrc is not None]
        if ssrcs:
            report = rtcp_build.receiver_report(_OUR_SSRC, [])
            self.end.send_rtcp(report + rtcp_build.remb(_OUR_SSRC, _ESTIMATE_BPS, ssrcs))


class Recorder:
    """All channels of one meeting, until it is told to stop."""

    def __init__(self, channels: list[str], write: Callable[[int, bytes], None]) -> None:
        self.began_s = time.time()
        self._write = write
        identity = Identity.generateCertificate()
        self.channels = {name: Channel(name, identity, self.began_s, self._note) for name in channels}

    def _note(self, what: str, **fields: object) -> None:
        at_ms = round(float(str(fields.pop("at"))) * 1000)
        self._write(NOTE, json.dumps({"what": what, "at": at_ms, **fields}).encode())

    def offers(self) -> None:
        """Say when the files' times begin, and offer to receive."""
        self._note("begun", at=self.began_s)
        for name, channel in self.channels.items():
            self._write(OFFER, json.dumps({"channel": name, "sdp": channel.offer}).encode())

    def _tracks(self) -> Iterator[Track]:
        return (track for channel in self.channels.values() for track in channel.tracks.values())

    def _write_parts(self, before_s: float, *, all_of_it: bool = False) -> None:
        for track in self._tracks():
            for file in track.files.values():
                part, name = file.part(before_s, all_of_it=all_of_it), file.name.encode()
                if part:
                    self._write(PART, bytes([len(name)]) + name + part)

    async def keep_writing(self) -> None:
        """What has come, when it is old enough."""
        reported_s = 0.0
        while True:
            await asyncio.sleep(_LOOK_S)
            now_s = time.time()
            self._write_parts(now_s - HOLD_S)
            for channel in self.channels.values():
                channel.ask(now_s)
            if now_s - reported_s >= _REPORT_S:
                reported_s = now_s
                # Up to here there is something, however it ends.
                self._note("here", at=now_s - HOLD_S)
                for channel in self.channels.values():
                    channel.report()
                for track in self._tracks():
                    track.tell_losses(now_s)

    def cut(self, at_s: float) -> None:
        """What is given may begin at a wall time."""
        for track in self._tracks():
            track.cut_s = at_s

    def finish(self, at_s: float) -> None:
        """Write the rest of what came before a wall time."""
        self._write_parts(at_s, all_of_it=True)
        for track in self._tracks():
            track.tell_losses(at_s)
        self._note("ended", at=at_s)


async def record(lines: asyncio.StreamReader, write: Callable[[int, bytes], None]) -> None:
    """Until a line says when to stop, a connection ends, or there are no more lines."""
    recorder = Recorder(json.loads(await lines.readline())["channels"], write)
    recorder.offers()
    writing = asyncio.create_task(recorder.keep_writing())
    told = asyncio.create_task(_told(recorder, lines))
    ends = [asyncio.create_task(channel.end.closed.wait()) for channel in recorder.channels.values()]
    await asyncio.wait([writing, told, *ends], return_when=asyncio.FIRST_COMPLETED)
    recorder.finish(told.result() if told.done() and told.exception() is None else time.time())
    for task in (writing, told, *ends):
        task.cancel()
    for channel in recorder.channels.values():
        await channel.end.close()


async def _told(recorder: Recorder, lines: asyncio.StreamReader) -> float:
    """Connect by what is answered; returns the wall time up to which is to be kept."""
    while line := await lines.readline():
        said: Mapping[str, Any] = json.loads(line)
        if "stop" in said:
            return float(said["stop"])
        if "cut" in said:
            recorder.cut(float(said["cut"]))
        else:
            await recorder.channels[said["channel"]].connect(said["sdp"])
    return time.time()


def _put(kind: int, data: bytes) -> None:
    sys.stdout.buffer.write(HEAD.pack(kind, len(data)) + data)
    sys.stdout.buffer.flush()


async def _main() -> None:
    lines = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    await record(lines, _put)


if __name__ == "__main__":
    asyncio.run(_main())

"""One receiver of the crowd: what it gets, counted; what it says back; and the line that it hangs on."""

import struct
import time
from collections.abc import Mapping

from rostrum.media.loadtest.bad_line import BadLine, Weather
from rostrum.media.loadtest.counting import Picture, Stream
from rostrum.media.loadtest.descriptions import KINDS
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.loadtest.feedback import Feedback, original, short_report
from rostrum.media.loadtest.speaker import LAYERS, TAIL
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import red, rtp, vp8

_NUMBERS = struct.Struct("!xBHII")


class Listener:
    """On a good line it only counts and reports; on a bad one it asks for what it misses as well."""

    def __init__(
        self,
        identity: Identity,
        *,
        weather: Weather | None = None,
        seed: int = 0,
        repairs: bool = True,
        stamped: bool = True,
    ) -> None:
        """`weather`: of its line, none for a good one. `repairs`: it asks for what it misses, and offers RTX and RED.
        `stamped`: packets end with a speaker's `TAIL`."""
        self.end = Endpoint(identity)
        self.end.on_rtp = self._take
        self.kinds: Mapping[int, str] = KINDS
        """What a packet of a payload type is."""
        self.streams: dict[str, Stream] = {}
        """By "video" and "audio"."""
        self.ssrcs: dict[str, int] = {}
        self.size: int | None = None
        """Of the picture that came last."""
        self.delays_ms: list[float] | None = None
        self.line: BadLine | None = None
        self.weather, self._seed, self._stamped = weather, seed, stamped
        self.repairs = repairs and weather is not None
        asks_for = ("video",) if repairs else ()
        self.feedback = None if weather is None else Feedback(self.end.send_rtcp, asks_for=asks_for)
        if self.feedback is not None:
            feedback = self.feedback
            self.end.on_rtcp = lambda data: feedback.heard(data, time.monotonic())
        self._picture = Picture()
        self._newest_shown: int | None = None
        self._awaited: tuple[int, float] | None = None
        self.resumed_ms: list[float] = []
        """How long after each burst's end the first picture could be shown that was taken after it."""

    def offer(self) -> str:
        """What it wants to receive."""
        return self.end.offer(("video", "audio"), "recvonly", repair=self.repairs)

    async def connect(self, description: str) -> None:
        """Over its line to the server of a description."""
        await self.end.connect(description, line=None if self.weather is None else self._through)
        self.report(time.monotonic(), 1.0)

    def _through(self, to: tuple[str, int]) -> tuple[str, int]:
        weather = self.weather or Weather()
        self.line = BadLine(
            to, loss=weather.loss, jitter_ms=weather.jitter_ms, reordering=weather.reordering, seed=self._seed
        )
        self.line.open()
        return self.line.address

    def burst(self, *, begins: bool) -> None:
        """Nothing goes through the line from now on, or again."""
        if self.line is None:
            return
        self.line.dead = begins
        if begins:
            self._burst_began_s = time.monotonic()
        elif self._newest_shown is not None:
            now_s = time.monotonic()
            since = round((now_s - self._burst_began_s) * 90_000)
            self._awaited = (self._newest_shown + since) & 0xFFFFFFFF, now_s

    def _take(self, data: bytes) -> None:
        second, sequence, timestamp, ssrc = _NUMBERS.unpack_from(data)
        kind = self.kinds.get(second & 0x7F)
        if kind is None:
            return
        if kind == "rtx":
            self._take_repair(data)
            return
        name = "audio" if kind == "red" else kind
        stream = self.streams.get(name)
        if stream is None or self.ssrcs[name] != ssrc:
            stream = self.streams[name] = Stream(sequence)
            self.ssrcs[name] = ssrc
            number = stream.highest
        else:
            number = stream.take(sequence)
        if self._stamped:
            self._read_tail(data, name)
        if self.feedback is not None:
            now_s = time.monotonic()
            self.feedback.packet(name, ssrc, number, timestamp, len(data), now_s)
            if name == "video":
                self._look(rtp.parse(data), number, now_s)
            elif kind == "red":
                self._take_frames_before(rtp.parse(data), stream, number)

    def _read_tail(self, data: bytes, name: str) -> None:
        _, size, due_ns = TAIL.unpack_from(data, len(data) - TAIL.size)
        if name == "video" and size < len(LAYERS):
            self.size = size
        if self.delays_ms is not None:
            self.delays_ms.append((time.monotonic_ns() - due_ns) / 1e6)

    def _take_repair(self, data: bytes) -> None:
        packet, stream = rtp.parse(data), self.streams.get("video")
        if stream is None or self.feedback is None or packet.payload_end - packet.payload_start <= 2:
            return
        number = stream.take(original(packet))
        packet.payload_start += 2
        now_s = time.monotonic()
        self.feedback.repaired("video", number, now_s)
        self._look(packet, number, now_s)

    @staticmethod
    def _take_frames_before(packet: rtp.RtpPacket, stream: Stream, number: int) -> None:
        for back, _ in enumerate(reversed(red.parse(packet.payload)[:-1]), start=1):
            if number - back in stream.absent:
                stream.take((number - back) & 0xFFFF)

    def _look(self, packet: rtp.RtpPacket, number: int, now_s: float) -> None:
        """Keep watch over what a decoder could show."""
        described = vp8.parse(packet.payload)
        for timestamp in self._picture.packet(
            number,
            packet.timestamp,
            starts=described.starts_frame,
            ends=packet.marker,
            keyframe=described.keyframe,
        ):
            self._newest_shown = timestamp
            if self.feedback is not None:
                self.feedback.shown()
            if self._awaited is not None and (timestamp - self._awaited[0]) & 0xFFFFFFFF < 1 << 31:
                self.resumed_ms.append((now_s - self._awaited[1]) * 1000)
                self._awaited = None

    @property
    def awaits(self) -> bool:
        """Whether no picture has been shown yet that was taken after the last burst."""
        return self._awaited is not None

    def report(self, now_s: float, since_s: float) -> None:
        """Send the server a report."""
        if self.feedback is not None:
            self.feedback.report(now_s, since_s)
        else:
            self.end.send_rtcp(short_report({self.ssrcs[name]: stream for name, stream in self.streams.items()}))

    async def close(self) -> None:
        """Say goodbye."""
        await self.end.close()
        if self.line is not None:
            self.line.close()

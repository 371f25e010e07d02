"""A speaker without a camera: a sound, and a picture in three sizes, sent when it is due and never because it was
answered (open loop). Each packet says when it was due."""

import asyncio
import math
import struct
import time

from rostrum.media.loadtest.descriptions import AUDIO_PAYLOAD_TYPE, LAYER_ID, MID_ID, VIDEO_PAYLOAD_TYPE
from rostrum.media.loadtest.endpoint import Endpoint
from rostrum.media.sfu.dtls import Identity
from rostrum.media.wire import rtcp, rtcp_build, rtp

LAYERS = ("l", "m", "h")
_SHARES = (0.1, 0.3, 1.0)
"""What each size takes of the largest one's bitrate."""
FRAME_RATE, AUDIO_RATE = 30, 50
AUDIO_BYTES = 80
_PACKET_BYTES = 1100
_REPORT_EVERY_S = 1.0
TAIL = struct.Struct("!BBQ")
"""The end of each payload: the speaker, the size of the picture, and the time at which it was due, in ns."""
_DESCRIPTOR = struct.Struct("!BBH")
_KEYFRAME, _OTHER_FRAME = b"\x10\x02\x00\x9d\x01\x2a" + struct.pack("<HH", 640, 360), b"\x31\x02\x00"
"""How VP8 frames begin (RFC 6386 section 9.1): servers look for a keyframe's start code and its size."""


class Speaker:
    """One of those whom the program may put on the stage."""

    def __init__(self, identity: Identity, number: int, *, video_bps: int, layers: int = len(LAYERS)) -> None:
        """`video_bps`: of the largest picture. `layers`: how many sizes, the largest ones."""
        self.name = f"speaker-{number}"
        self.end = Endpoint(identity)
        self.end.on_rtcp = self._heard
        self._number = number
        self._first_ssrc = 1000 * (number + 1)
        self._sizes = range(len(LAYERS) - layers, len(LAYERS))
        self._frame_bytes = [round(video_bps * share / FRAME_RATE / 8) for share in _SHARES]
        self._wanted = [True] * len(LAYERS)
        self._sequences = [0] * len(LAYERS)
        self._counts: dict[int, list[int]] = {}
        self.sent: dict[str, int] = dict.fromkeys((*LAYERS, "audio"), 0)
        """Packets by size of picture, and of sound."""
        self.latest_s = 0.0
        """How late the latest packet of all was sent: above a millisecond or two the generator is short of time."""

    def offer(self) -> str:
        """What it sends. The largest picture is named first: some servers go by that, ours goes by the names."""
        ssrcs = self._ssrc(self._sizes[-1]), self._audio_ssrc
        return self.end.offer(("video", "audio"), "sendonly", ssrcs, layers=self.layers[::-1])

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of its sizes; a single one goes without a name."""
        return LAYERS if len(self._sizes) > 1 else ()

    def _ssrc(self, size: int) -> int:
        return self._first_ssrc + size

    @property
    def _audio_ssrc(self) -> int:
        return self._first_ssrc + len(LAYERS)

    def _heard(self, packet: bytes) -> None:
        for message in rtcp.parse(packet):
            if isinstance(message, rtcp.KeyframeRequest):
                for ssrc in message.media:
                    if 0 <= ssrc - self._first_ssrc < len(LAYERS):
                        self._wanted[ssrc - self._first_ssrc] = True

    async def speak(self) -> None:
        """Thirty frames and fifty sounds a second, for ever."""
        began_s = time.monotonic()
        frame = sound = reports = 0
        while True:
            frame_s, sound_s = began_s + frame / FRAME_RATE, began_s + sound / AUDIO_RATE
            due_s = min(frame_s, sound_s)
            wait_s = due_s - time.monotonic()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            else:
                self.latest_s = max(self.latest_s, -wait_s)
            if sound_s <= frame_s:
                self._send_sound(sound, due_s)
                sound += 1
            else:
                for size in self._sizes:
                    self._send_frame(size, frame, due_s)
                frame += 1
            if due_s - began_s > reports * _REPORT_EVERY_S:
                reports += 1
                self._report(due_s - began_s)

    def _send_sound(self, number: int, due_s: float) -> None:
        payload = bytes(AUDIO_BYTES - TAIL.size) + TAIL.pack(self._number, 0, round(due_s * 1e9))
        timestamp = number * 48_000 // AUDIO_RATE & 0xFFFFFFFF
        header = rtp.header(False, AUDIO_PAYLOAD_TYPE, number & 0xFFFF, timestamp, self._audio_ssrc)
        self._send("audio", self._audio_ssrc, header + payload, len(payload))

    def _send_frame(self, size: int, frame: int, due_s: float) -> None:
        key, self._wanted[size] = self._wanted[size], False
        packets = math.ceil(self._frame_bytes[size] / _PACKET_BYTES)
        begin = _KEYFRAME if key else _OTHER_FRAME
        filling = max(0, self._frame_bytes[size] // packets - _DESCRIPTOR.size - TAIL.size)
        body = begin.ljust(filling, b"\0") + TAIL.pack(self._number, size, round(due_s * 1e9))
        timestamp = frame * 90_000 // FRAME_RATE & 0xFFFFFFFF
        named = {MID_ID: b"0", LAYER_ID: LAYERS[size].encode()}
        extension = rtp.one_byte_extension(named) if self.layers else b""
        for index in range(packets):
            begins = 0x90 if index == 0 else 0x80
            descriptor = _DESCRIPTOR.pack(begins, 0x80, 0x8000 | frame & 0x7FFF)
            sequence, self._sequences[size] = self._sequences[size], self._sequences[size] + 1
            header = rtp.header(
                index == packets - 1,
                VIDEO_PAYLOAD_TYPE,
                sequence & 0xFFFF,
                timestamp,
                self._ssrc(size),
                extension=extension,
            )
            payload = descriptor + body
            self._send(LAYERS[size], self._ssrc(size), header + payload, len(payload))

    def _send(self, what: str, ssrc: int, packet: bytes, octets: int) -> None:
        self.end.send_rtp(packet)
        self.sent[what] += 1
        counted = self._counts.setdefault(ssrc, [0, 0])
        counted[0] += 1
        counted[1] += octets

    def _report(self, elapsed_s: float) -> None:
        """Say how its clocks stand, as every sender does."""
        now = rtcp_build.ntp(time.time())
        for ssrc, (packets, octets) in self._counts.items():
            rate = 48_000 if ssrc == self._audio_ssrc else 90_000
            timestamp = round(elapsed_s * rate) & 0xFFFFFFFF
            self.end.send_rtcp(rtcp_build.sender_report(ssrc, now, timestamp, packets, octets, self.name))

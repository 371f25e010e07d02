"""Frames from packets: VP8 (RFC 7741), H.264 (RFC 6184) and Opus (RFC 7587) put together as they were coded.

What comes late is waited for; what is lost takes every picture with it until the next keyframe.
"""

from dataclasses import dataclass

from rostrum.media.wire import h264, rtp, vp8

PATIENCE_S = 0.4
"""How long a gap is waited for: a repair comes after one or two round trips."""
HELD_MAX = 1024
"""Packets that wait behind a gap, however short the time."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture or a sound. `timestamp`: unwrapped, in the clock of its stream. `h264`: a byte stream of H.264."""

    timestamp: int
    data: bytes
    keyframe: bool = True
    h264: bool = False


class Frames:
    """Takes the packets of one stream in any order, gives its frames in theirs."""

    def __init__(self, kind: str, h264_type: int = 0) -> None:
        """`kind`: "video" or "audio". `h264_type`: the payload type of pictures that are H.264, 0 where none are."""
        self.needs_keyframe = kind == "video"
        """Nothing can be shown before one."""
        self.lost = 0
        """Packets that did not come in time."""
        self.dropped = 0
        """Pictures that were left out: of packets lost, or that rest on one that was."""
        self._is_picture = kind == "video"
        self._sequences, self._timestamps = rtp.Unwrapper(16), rtp.Unwrapper(32)
        self._held: dict[int, tuple[rtp.RtpPacket, float]] = {}
        self._next: int | None = None
        self._parts: list[bytes] = []
        self._timestamp = 0
        self._keyframe = False
        self._h264_type, self._is_h264 = h264_type, False

    def take(self, packet: rtp.RtpPacket, now_s: float) -> list[Frame]:
        """The frames that are whole with this packet, in order. One that came before, or too late, changes nothing."""
        sequence = self._sequences.unwrap(packet.sequence)
        if self._next is None:
            self._next = sequence
        if sequence >= self._next:
            self._held.setdefault(sequence, (packet, now_s))
        return self.due(now_s)

    def due(self, now_s: float) -> list[Frame]:
        """The frames that wait for nothing any more."""
        found: list[Frame] = []
        while self._held and self._next is not None:
            held = self._held.pop(self._next, None)
            if held is not None:
                self._next += 1
                found += self._step(held[0])
                continue
            first = min(self._held)
            if now_s - self._held[first][1] < PATIENCE_S and len(self._held) < HELD_MAX:
                break
            self.lost += first - self._next
            self._next = first
            self._break()
        return found

    def _step(self, packet: rtp.RtpPacket) -> list[Frame]:
        timestamp, payload = self._timestamps.unwrap(packet.timestamp), packet.payload
        if not self._is_picture:
            return [Frame(timestamp, payload)] if payload else []
        is_h264 = packet.payload_type == self._h264_type
        if is_h264 != self._is_h264:
            self._is_h264 = is_h264
            self._break()
        if is_h264:
            return self._step_h264(packet, timestamp)
        try:
            described = vp8.parse(payload)
        except rtp.Malformed:
            self._break()
            return []
        if described.starts_frame:
            if self._parts:
                self._break()
            self._timestamp, self._keyframe = timestamp, described.keyframe
        elif not self._parts or timestamp != self._timestamp:
            self._break()
            return []
        self._parts.append(payload[described.length :])
        return self._whole() if packet.marker else []

    def _step_h264(self, packet: rtp.RtpPacket, timestamp: int) -> list[Frame]:
        if self._parts and timestamp != self._timestamp:
            self._break()
        if not self._parts:
            self._timestamp, self._keyframe = timestamp, False
        self._keyframe |= h264.opens(packet.payload)
        self._parts.append(h264.units(packet.payload))
        return self._whole() if packet.marker else []

    def _whole(self) -> list[Frame]:
        frame = Frame(self._timestamp, b"".join(self._parts), self._keyframe, self._is_h264)
        self._parts = []
        if self.needs_keyframe and not frame.keyframe:
            self.dropped += 1
            return []
        self.needs_keyframe = False
        return [frame]

    def _break(self) -> None:
        """What was begun is not whole, and what follows rests on it."""
        self.dropped += bool(self._parts)
        self._parts = []
        self.needs_keyframe = self._is_picture

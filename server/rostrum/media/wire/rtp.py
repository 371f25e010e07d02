"""RTP packets (RFC 3550 section 5.1) and their header extensions (RFC 8285): parse and build."""

import struct
from dataclasses import dataclass

HEADER_LENGTH = 12
ONE_BYTE_PROFILE = 0xBEDE
TWO_BYTE_PROFILE = 0x1000
"""The two-byte form's profile, whose low four bits are for the application."""

_FIXED = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HH")


class Malformed(ValueError):
    """The bytes are not what they claim to be. Their sender's fault; the packet is dropped."""


@dataclass(slots=True)
class RtpPacket:
    """A parsed packet. `payload_start` and `payload_end` index into `data`, padding and extensions left out."""

    data: bytes
    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload_start: int
    payload_end: int
    extension_profile: int = 0
    extension_start: int = 0
    extension_end: int = 0

    @property
    def payload(self) -> bytes:
        """The payload without padding."""
        return self.data[self.payload_start : self.payload_end]


def parse(data: bytes) -> RtpPacket:
    """Parse one RTP packet. Raises `Malformed`."""
    length = len(data)
    if length < HEADER_LENGTH:
        raise Malformed("shorter than an RTP header")
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
    if first >> 6 != 2:
        raise Malformed("not RTP version 2")
    start = HEADER_LENGTH + 4 * (first & 0x0F)
    profile = extension_start = extension_end = 0
    if first & 0x10:
        if length < start + 4:
            raise Malformed("extension header cut off")
        profile, words = _EXTENSION.unpack_from(data, start)
        extension_start = start + 4
        start = extension_end = extension_start + 4 * words
    end = length
    if first & 0x20:
        padding = data[-1]
        if padding == 0:
            raise Malformed("padding of zero bytes")
        end -= padding
    if start > end:
        raise Malformed("lengths exceed the packet")
    return RtpPacket(
        data,
        second >= 0x80,
        second & 0x7F,
        sequence,
        timestamp,
        ssrc,
        start,
        end,
        profile,
        extension_start,
        extension_end,
    )


def extensions(packet: RtpPacket) -> dict[int, bytes]:
    """The header extensions by their local identifier; a cut-off one ends the reading without an error."""
    found: dict[int, bytes] = {}
    data, at, end = packet.data, packet.extension_start, packet.extension_end
    one_byte = packet.extension_profile == ONE_BYTE_PROFILE
    if not one_byte and packet.extension_profile & 0xFFF0 != TWO_BYTE_PROFILE:
        return found
    while at < end:
        if data[at] == 0:
            at += 1
            continue
        if one_byte:
            identifier, length = data[at] >> 4, (data[at] & 0x0F) + 1
            at += 1
            if identifier == 15:
                break
        else:
            if at + 2 > end:
                break
            identifier, length = data[at], data[at + 1]
            at += 2
        if at + length > end:
            break
        found[identifier] = data[at : at + length]
        at += length
    return found


def header(
    marker: bool,
    payload_type: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    *,
    extension: bytes = b"",
    padded: bool = False,
) -> bytes:
    """A header without contributors; `extension` is a whole extension block (see `one_byte_extension`) or empty.
    `padded`: the packet is going to end with padding, whose last byte tells its length."""
    first = (0x90 if extension else 0x80) | (0x20 if padded else 0)
    second = payload_type | 0x80 if marker else payload_type
    return _FIXED.pack(first, second, sequence, timestamp, ssrc) + extension


def one_byte_extension(values: dict[int, bytes]) -> bytes:
    """An extension block in the one-byte form, padded to whole words. Identifiers 1 to 14, values 1 to 16 bytes."""
    body = b"".join(bytes([(identifier << 4) | (len(value) - 1)]) + value for identifier, value in values.items())
    body += bytes(-len(body) % 4)
    return _EXTENSION.pack(ONE_BYTE_PROFILE, len(body) // 4) + body


def newer(a: int, b: int, bits: int = 16) -> bool:
    """Whether `a` comes after `b` on a circle of `2**bits` numbers (RFC 1982)."""
    return 0 < (a - b) % (1 << bits) < 1 << (bits - 1)


class Unwrapper:
    """Makes the numbers of a circle grow without end: 65535, 0, 1 becomes 65535, 65536, 65537."""

    __slots__ = ("_half", "_last", "_size")

    def __init__(self, bits: int = 16) -> None:
        self._size = 1 << bits
        self._half = self._size >> 1
        self._last: int | None = None

    def unwrap(self, value: int) -> int:
        """The number nearest to the highest one seen that is `value` on the circle. The first one seen is itself
        plus one turn, so that an earlier packet that comes late is never negative."""
        last = self._last
        if last is None:
            self._last = value + self._size
            return self._last
        distance = (value - last) % self._size
        if distance >= self._half:
            return last + distance - self._size
        self._last = last + distance
        return self._last

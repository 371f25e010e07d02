"""RTCP: what arrives, parsed (RFC 3550 section 6, RFC 4585, RFC 5104, REMB).

Every length is checked against the bytes that are there; what we do not use is skipped.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from rostrum.media.wire.rtp import Malformed

SENDER_REPORT = 200
RECEIVER_REPORT = 201
BYE = 203
TRANSPORT_FEEDBACK = 205
PAYLOAD_FEEDBACK = 206

NACK = 1
PLI = 1
FIR = 4
APPLICATION_FEEDBACK = 15

_COMMON = struct.Struct("!BBH")
_PAIR = struct.Struct("!II")
_SENDER = struct.Struct("!IQIII")
_BLOCK = struct.Struct("!IIIIII")
_PID_BLP = struct.Struct("!HH")
_WORD = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What a receiver says about one stream. `fraction_lost` in 1/256, `jitter` in timestamp units,
    `last_report` the middle of an NTP time, `delay` in 1/65536 s."""

    ssrc: int
    fraction_lost: int
    packets_lost: int
    highest_sequence: int
    jitter: int
    last_report: int
    delay: int


@dataclass(frozen=True, slots=True)
class SenderReport:
    """A sender's clocks: a 64-bit NTP time and the RTP timestamp of the same moment."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """What a receiver received."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class Bye:
    """Streams that have ended."""

    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Nack:
    """Packets asked for again."""

    sender: int
    media: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyframeRequest:
    """A PLI or a FIR: the streams of which a keyframe is wanted."""

    sender: int
    media: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Remb:
    """The bitrate that a receiver believes its line carries, for all streams together."""

    sender: int
    bitrate_bps: int
    ssrcs: tuple[int, ...] = field(default=())


Message = SenderReport | ReceiverReport | Bye | Nack | KeyframeRequest | Remb


def parse(data: bytes) -> list[Message]:
    """Parse a compound or reduced-size packet (RFC 5506). Raises `Malformed`; unknown packets are skipped."""
    found: list[Message] = []
    for packet_type, count, body in _split(data):
        message = _message(packet_type, count, body)
        if message is not None:
            found.append(message)
    return found


def _split(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at < len(data):
        if len(data) < at + 4:
            raise Malformed("RTCP header cut off")
        first, packet_type, words = _COMMON.unpack_from(data, at)
        if first >> 6 != 2:
            raise Malformed("not RTCP version 2")
        end = at + 4 + 4 * words
        if end > len(data):
            raise Malformed("RTCP packet cut off")
        body = data[at + 4 : end]
        if first & 0x20:
            if not body or not 0 < body[-1] <= len(body):
                raise Malformed("RTCP padding exceeds the packet")
            body = body[: -body[-1]]
        yield packet_type, first & 0x1F, body
        at = end


def _message(packet_type: int, count: int, body: bytes) -> Message | None:
    if packet_type == SENDER_REPORT:
        if len(body) < 24:
            raise Malformed("sender report cut off")
        ssrc, ntp, timestamp, packets, octets = _SENDER.unpack_from(body)
        return SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(body, 24, count))
    if packet_type == RECEIVER_REPORT:
        if len(body) < 4:
            raise Malformed("receiver report cut off")
        return ReceiverReport(_WORD.unpack_from(body)[0], _blocks(body, 4, count))
    if packet_type == BYE:
        if len(body) < 4 * count:
            raise Malformed("BYE cut off")
        return Bye(struct.unpack_from(f"!{count}I", body))
    if packet_type in (TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK):
        if len(body) < 8:
            raise Malformed("feedback cut off")
        sender, media = _PAIR.unpack_from(body)
        return _feedback(packet_type, count, sender, media, body[8:])
    return None


def _blocks(body: bytes, start: int, count: int) -> tuple[ReportBlock, ...]:
    if len(body) < start + 24 * count:
        raise Malformed("report blocks cut off")
    blocks = []
    for at in range(start, start + 24 * count, 24):
        ssrc, lost, highest, jitter, last_report, delay = _BLOCK.unpack_from(body, at)
        cumulative = lost & 0xFFFFFF
        if cumulative & 0x800000:
            cumulative -= 1 << 24
        blocks.append(ReportBlock(ssrc, lost >> 24, cumulative, highest, jitter, last_report, delay))
    return tuple(blocks)


def _feedback(packet_type: int, form: int, sender: int, media: int, control: bytes) -> Message | None:
    if packet_type == TRANSPORT_FEEDBACK:
        return Nack(sender, media, _sequences(control)) if form == NACK else None
    if form == PLI:
        return KeyframeRequest(sender, (media,))
    if form == FIR:
        return KeyframeRequest(sender, tuple(_WORD.unpack_from(control, at)[0] for at in range(0, len(control) - 7, 8)))
    if form == APPLICATION_FEEDBACK and control[:4] == b"REMB":
        return _remb(sender, control)
    return None


def _sequences(control: bytes) -> tuple[int, ...]:
    found = []
    for at in range(0, len(control) - 3, 4):
        first, mask = _PID_BLP.unpack_from(control, at)
        found.append(first)
        found += [(first + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1]
    return tuple(found)


def _remb(sender: int, control: bytes) -> Remb:
    if len(control) < 8 or len(control) < 8 + 4 * control[4]:
        raise Malformed("REMB cut off")
    exponent, mantissa = control[5] >> 2, (control[5] & 0x03) << 16 | control[6] << 8 | control[7]
    return Remb(sender, mantissa << exponent, struct.unpack_from(f"!{control[4]}I", control, 8))

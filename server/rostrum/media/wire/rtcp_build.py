"""RTCP: the packets that we make (RFC 3550 section 6, RFC 4585, REMB)."""

import struct
from collections.abc import Sequence

from rostrum.media.wire.rtcp import (
    APPLICATION_FEEDBACK,
    FIR,
    NACK,
    PAYLOAD_FEEDBACK,
    PLI,
    RECEIVER_REPORT,
    SENDER_REPORT,
    TRANSPORT_FEEDBACK,
    ReportBlock,
)

NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1900 to 1970 (RFC 868)."""

_SDES = 202
_CNAME = 1


def ntp(wall_s: float) -> int:
    """Seconds since 1970 as a 64-bit NTP time (RFC 3550 section 4)."""
    return int((wall_s + NTP_EPOCH_S) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


def wall(ntp_time: int) -> float:
    """A 64-bit NTP time as seconds since 1970."""
    return ntp_time / (1 << 32) - NTP_EPOCH_S


def middle(ntp_time: int) -> int:
    """The middle 32 bits of an NTP time, as report blocks carry them."""
    return ntp_time >> 16 & 0xFFFFFFFF


def _packet(packet_type: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, packet_type, len(body) // 4) + body


def sender_report(ssrc: int, ntp_time: int, timestamp: int, packets: int, octets: int, cname: str) -> bytes:
    """A sender report with the description that every compound packet carries. Counts wrap at 2**32."""
    body = struct.pack("!IQIII", ssrc, ntp_time, timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    return _packet(SENDER_REPORT, 0, body) + description(ssrc, cname)


def description(ssrc: int, cname: str) -> bytes:
    """A source description with a CNAME of at most 255 bytes (RFC 3550 section 6.5.1)."""
    name = cname.encode()[:255]
    chunk = struct.pack("!IBB", ssrc, _CNAME, len(name)) + name
    return _packet(_SDES, 1, chunk + bytes(4 - len(chunk) % 4))


def receiver_report(ssrc: int, blocks: Sequence[ReportBlock]) -> bytes:
    """A receiver report of at most 31 blocks."""
    body = struct.pack("!I", ssrc)
    for block in blocks[:31]:
        lost = max(-(1 << 23), min(block.packets_lost, (1 << 23) - 1)) & 0xFFFFFF
        body += struct.pack(
            "!IIIIII",
            block.ssrc,
            block.fraction_lost << 24 | lost,
            block.highest_sequence,
            block.jitter,
            block.last_report,
            block.delay,
        )
    return _packet(RECEIVER_REPORT, len(blocks[:31]), body)


def picture_loss(sender: int, media: int) -> bytes:
    """A picture loss indication: asks for a keyframe."""
    return _packet(PAYLOAD_FEEDBACK, PLI, struct.pack("!II", sender, media))


def full_intra(sender: int, media: int, number: int) -> bytes:
    """A full intra request (RFC 5104 section 4.3.1): asks for a keyframe. `number` grows with each new request."""
    return _packet(PAYLOAD_FEEDBACK, FIR, struct.pack("!IIIB3x", sender, 0, media, number & 0xFF))


def nack(sender: int, media: int, sequences: Sequence[int]) -> bytes:
    """A generic NACK for sequence numbers in the order in which they were sent; they may wrap."""
    entries: list[tuple[int, int]] = []
    for sequence in sequences:
        if entries:
            first, mask = entries[-1]
            distance = (sequence - first - 1) & 0xFFFF
            if distance < 16:
                entries[-1] = (first, mask | 1 << distance)
                continue
        entries.append((sequence & 0xFFFF, 0))
    return _packet(
        TRANSPORT_FEEDBACK,
        NACK,
        struct.pack("!II", sender, media) + b"".join(struct.pack("!HH", first, mask) for first, mask in entries),
    )


def remb(sender: int, bitrate_bps: int, ssrcs: Sequence[int]) -> bytes:
    """A receiver-estimated maximum bitrate (draft-alvestrand-rmcat-remb-03), rounded down to 18 significant bits."""
    exponent = max(0, bitrate_bps.bit_length() - 18)
    mantissa = bitrate_bps >> exponent
    control = b"REMB" + struct.pack("!BBH", len(ssrcs), exponent << 2 | mantissa >> 16, mantissa & 0xFFFF)
    body = struct.pack("!II", sender, 0) + control + b"".join(struct.pack("!I", ssrc) for ssrc in ssrcs)
    return _packet(PAYLOAD_FEEDBACK, APPLICATION_FEEDBACK, body)

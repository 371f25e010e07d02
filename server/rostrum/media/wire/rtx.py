"""Retransmission as a stream of its own (RFC 4588): the first two bytes of its payload are the original number."""

import struct

from rostrum.media.wire import rtp

_NUMBER = struct.Struct("!H")


def wrap(packet: bytes, payload_type: int, sequence: int, ssrc: int) -> bytes:
    """A packet of ours, made a retransmission. It is one of `rtp.header`'s: no contributors, no padding."""
    parsed = rtp.parse(packet)
    head = bytearray(packet[: parsed.payload_start])
    original = bytes(head[2:4])
    head[1] = head[1] & 0x80 | payload_type
    _NUMBER.pack_into(head, 2, sequence & 0xFFFF)
    head[8:12] = ssrc.to_bytes(4, "big")
    return bytes(head) + original + packet[parsed.payload_start :]


def unwrap(packet: rtp.RtpPacket, payload_type: int, ssrc: int) -> rtp.RtpPacket | None:
    """The packet that a retransmission brings; None for padding that only measures the line."""
    payload = packet.payload
    if len(payload) <= _NUMBER.size:
        return None
    return rtp.RtpPacket(
        packet.data,
        packet.marker,
        payload_type,
        _NUMBER.unpack_from(payload)[0],
        packet.timestamp,
        ssrc,
        packet.payload_start + _NUMBER.size,
        packet.payload_end,
        packet.extension_profile,
        packet.extension_start,
        packet.extension_end,
    )

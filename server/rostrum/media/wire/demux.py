"""Telling apart what arrives on one port (RFC 7983, and RFC 5761 for RTP and RTCP)."""

from enum import Enum


class Kind(Enum):
    """What a datagram is, by its first two bytes."""

    STUN = "stun"
    DTLS = "dtls"
    RTP = "rtp"
    RTCP = "rtcp"
    OTHER = "other"


_BY_FIRST_BYTE = tuple(
    Kind.STUN if first < 4 else Kind.DTLS if 20 <= first < 64 else Kind.RTP if 128 <= first < 192 else Kind.OTHER
    for first in range(256)
)


def kind(datagram: bytes) -> Kind:
    """Classify a datagram; anything shorter than two bytes is `OTHER`.

    RTCP is recognised by the packet types 192 to 223 (RFC 5761 section 4).
    """
    if len(datagram) < 2:
        return Kind.OTHER
    found = _BY_FIRST_BYTE[datagram[0]]
    if found is Kind.RTP and 192 <= datagram[1] <= 223:
        return Kind.RTCP
    return found

"""H.264 in RTP (RFC 6184): where a decoder can begin, and pictures put together."""

from rostrum.media.wire import rtp

_SINGLE_IDR, _SPS = 5, 7
_STAP_A, _FU_A = 24, 28
_START = b"\0\0\0\1"


def opens(payload: bytes) -> bool:
    """Whether the packet carries a sequence parameter set, or begins an IDR picture: a decoder can begin there.

    A camera that sends its parameter sets before each IDR picture is met at the first of the two."""
    if not payload:
        return False
    kind = payload[0] & 0x1F
    if kind == _STAP_A:
        return _aggregate_opens(payload)
    if kind == _FU_A:
        return len(payload) > 1 and bool(payload[1] & 0x80) and payload[1] & 0x1F == _SINGLE_IDR
    return kind in (_SPS, _SINGLE_IDR)


def _aggregate_opens(payload: bytes) -> bool:
    at = 1
    while at + 2 < len(payload):
        length = payload[at] << 8 | payload[at + 1]
        if payload[at + 2] & 0x1F in (_SPS, _SINGLE_IDR):
            return True
        at += 2 + length
    return False


class Pictures:
    """Takes the packets of one stream in order, gives its pictures as byte streams (ISO/IEC 14496-10 annex B)."""

    def __init__(self) -> None:
        self._picture = bytearray()
        self._spoilt = False

    def spoil(self) -> None:
        """A packet is missing: what is being put together is not whole."""
        self._spoilt = True

    def take(self, packet: rtp.RtpPacket) -> bytes | None:
        """The picture that this packet ends, if it is whole."""
        self._picture += units(packet.payload)
        if not packet.marker:
            return None
        whole = None if self._spoilt else bytes(self._picture)
        self._picture.clear()
        self._spoilt = False
        return whole


def units(payload: bytes) -> bytes:
    """What a packet adds to the byte stream."""
    kind = payload[0] & 0x1F if payload else 0
    if kind == _STAP_A:
        at, found = 1, b""
        while at + 2 < len(payload):
            length = payload[at] << 8 | payload[at + 1]
            found += _START + payload[at + 2 : at + 2 + length]
            at += 2 + length
        return found
    if kind == _FU_A:
        if len(payload) < 3:
            return b""
        begun = _START + bytes([payload[0] & 0xE0 | payload[1] & 0x1F]) if payload[1] & 0x80 else b""
        return begun + payload[2:]
    return _START + payload if 0 < kind < _STAP_A else b""

"""H.264 in RTP (RFC 6184), as far as forwarding needs it: where a decoder can begin."""

_SINGLE_IDR, _SPS = 5, 7
_STAP_A, _FU_A = 24, 28


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

"""Transport-wide congestion control: when each packet of a publisher came, told back to it, so that it can find out
what its line carries before packets are lost (draft-holmer-rmcat-transport-wide-cc-extensions-01)."""

import struct

from rostrum.media.wire.rtcp import TRANSPORT_FEEDBACK

FORM = 15
_TICK_S = 250e-6
_REFERENCE_S = 0.064
_NOT_RECEIVED, _SMALL, _LARGE = 0, 1, 2
_VECTOR_SYMBOLS = 7
_RUN_LIMIT = (1 << 13) - 1
_REPORTED_LIMIT = 1 << 11
"""Numbers in one report; a wider gap is a sender that began anew."""


class Arrivals:
    """What came since the last report, by unwrapped transport-wide number."""

    __slots__ = ("_came_s", "_count", "_next")

    def __init__(self) -> None:
        self._came_s: dict[int, float] = {}
        self._next: int | None = None
        self._count = 0

    def packet(self, number: int, now_s: float) -> None:
        """Take note of a packet. One that comes after it was reported as missing is reported no more."""
        if self._next is None or abs(number - self._next) > _REPORTED_LIMIT:
            self._came_s.clear()
            self._next = number
        if number >= self._next:
            self._came_s.setdefault(number, now_s)

    def report(self, sender: int, media: int) -> bytes | None:
        """The RTCP packet about what came since the last one; None where nothing did."""
        if not self._came_s or self._next is None:
            return None
        first, last = self._next, max(self._came_s)
        came = [self._came_s.get(number) for number in range(first, last + 1)]
        self._came_s.clear()
        self._next = last + 1
        packet = _build(sender, media, first & 0xFFFF, came, self._count & 0xFF)
        self._count += 1
        return packet


def _build(sender: int, media: int, first: int, came: list[float | None], count: int) -> bytes:
    reference = int(next(at_s for at_s in came if at_s is not None) / _REFERENCE_S)
    before = reference * round(_REFERENCE_S / _TICK_S)
    symbols: list[int] = []
    deltas = bytearray()
    for at_s in came:
        if at_s is None:
            symbols.append(_NOT_RECEIVED)
            continue
        ticks = round(at_s / _TICK_S)
        delta = max(-(1 << 15), min(ticks - before, (1 << 15) - 1))
        before += delta
        if 0 <= delta <= 0xFF:
            symbols.append(_SMALL)
            deltas.append(delta)
        else:
            symbols.append(_LARGE)
            deltas += struct.pack("!h", delta)
    body = struct.pack("!IIHHI", sender, media, first, len(came), (reference & 0xFFFFFF) << 8 | count)
    body += b"".join(struct.pack("!H", chunk) for chunk in _chunks(symbols)) + deltas
    padding = -len(body) % 4
    head = 0x80 | FORM
    if padding:
        head |= 0x20
        body += bytes(padding - 1) + bytes([padding])
    return struct.pack("!BBH", head, TRANSPORT_FEEDBACK, len(body) // 4) + body


def _chunks(symbols: list[int]) -> list[int]:
    """Runs of one symbol where they are long, else vectors of seven two-bit symbols."""
    found = []
    at = 0
    while at < len(symbols):
        run = 1
        while at + run < len(symbols) and symbols[at + run] == symbols[at] and run < _RUN_LIMIT:
            run += 1
        if run >= _VECTOR_SYMBOLS or at + run == len(symbols):
            found.append(symbols[at] << 13 | run)
            at += run
            continue
        vector = 0xC000
        for index, symbol in enumerate(symbols[at : at + _VECTOR_SYMBOLS]):
            vector |= symbol << 2 * (_VECTOR_SYMBOLS - 1 - index)
        found.append(vector)
        at += _VECTOR_SYMBOLS
    return found

"""The last packets of an outgoing stream, kept for repair: bounded, and each found in one step."""

from rostrum.media.wire.outgoing import Outgoing


class History:
    """A ring of packets by sequence number, unwrapped."""

    __slots__ = ("_mask", "_ring")

    def __init__(self, size: int) -> None:
        """`size` is a power of two: how many packets are kept."""
        self._mask = size - 1
        self._ring: list[Outgoing | None] = [None] * size

    def keep(self, packet: Outgoing) -> None:
        """Keep a packet; the one that is `size` older makes room for it."""
        self._ring[packet.place.sequence & self._mask] = packet

    def find(self, sequence: int) -> Outgoing | None:
        """The packet with this number, or None where it is gone or never was."""
        kept = self._ring[sequence & self._mask]
        return kept if kept is not None and kept.place.sequence == sequence else None

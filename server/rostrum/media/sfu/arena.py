"""The memory that packets are copied to, encrypted in and sent from: made once, shared by all that send.

One thread uses it, and everything in it is done with before the next packet.
"""

import array
import struct

from rostrum.media.sfu import mmsg

BATCH = 64
"""Receivers served by one system call."""
STRIDES = (256, 768, 1600)
"""Sizes of buffers; a packet takes the smallest that it fits in."""
TRAILER_BYTES = 32
"""Room behind a packet for SRTP's tag or SRTCP's index and tag."""
BURST = 8
"""Packets of one frame that go to a receiver together."""

_UDP_LEVEL, _UDP_SEGMENT = 17, 103
CONTROL_BYTES = 24


class Arena:
    """`BATCH` buffers of one size, with pointers, lengths and I/O vectors made once."""

    def __init__(self, stride: int) -> None:
        self.stride = stride
        self._memory = mmsg.ffi.new("unsigned char[]", BATCH * stride)
        self._bytes = mmsg.ffi.buffer(self._memory)
        self._view = memoryview(self._bytes).cast("B")
        self._lengths = mmsg.ffi.new("int[]", BATCH)
        self._length_bytes = mmsg.ffi.buffer(self._lengths)
        self.iovecs = mmsg.ffi.new("struct iovec[]", BATCH)
        self._iovec_bytes = mmsg.ffi.buffer(self.iovecs)
        self.pointers = [self._memory + index * stride for index in range(BATCH)]
        self.length_pointers = [self._lengths + index for index in range(BATCH)]
        self._images: dict[int, bytes] = {}
        for index, pointer in enumerate(self.pointers):
            self.iovecs[index].iov_base = pointer

    def fill(self, packet: bytes, count: int) -> None:
        """Put the packet into the first `count` buffers, and its length beside each."""
        self._bytes[: count * self.stride] = packet.ljust(self.stride, b"\0") * count
        self._length_bytes[: count * 4] = len(packet).to_bytes(4, "little") * count

    def put(self, at: int, column: bytes) -> None:
        """Write one byte into each of the first buffers, at the same offset."""
        self._view[at : len(column) * self.stride : self.stride] = column

    def size(self, length: int) -> None:
        """Set what is to be sent of every buffer."""
        image = self._images.get(length)
        if image is None:
            for index in range(BATCH):
                self.iovecs[index].iov_len = length
            self._images[length] = bytes(self._iovec_bytes)
        else:
            self._iovec_bytes[:] = image

    def sealed(self, index: int) -> bytes:
        """One buffer's content as far as libsrtp says that it reaches."""
        start = index * self.stride
        return bytes(self._bytes[start : start + self._lengths[index]])


ARENAS = tuple(Arena(stride) for stride in STRIDES)


class BurstArena:
    """`BURST` arenas side by side, and I/O vectors that gather one receiver's packets from them.

    The kernel takes them as one large datagram and cuts it into segments (UDP_SEGMENT): of one length each, but for the
    last, which may be shorter."""

    def __init__(self) -> None:
        self.rows = [Arena(STRIDES[-1]) for _ in range(BURST)]
        self.iovecs = mmsg.ffi.new("struct iovec[]", BATCH * BURST)
        self.control = mmsg.ffi.new("unsigned char[]", CONTROL_BYTES)
        for receiver in range(BATCH):
            for row, arena in enumerate(self.rows):
                self.iovecs[receiver * BURST + row].iov_base = arena.pointers[receiver]
        # Of each vector's two words, the second is the length.
        self._words = memoryview(mmsg.ffi.buffer(self.iovecs)).cast("B").cast("L")

    def size(self, length: int, last_length: int, packets: int) -> None:
        """Set what is to be sent: so many packets of a length, the last of its own."""
        self._words[1::2] = memoryview(array.array("L", [length]) * (BATCH * BURST))
        shorter = memoryview(array.array("L", [last_length]) * BATCH)
        self._words[2 * packets - 1 :: 2 * BURST] = shorter
        mmsg.ffi.buffer(self.control)[:] = struct.pack("=QiiH6x", CONTROL_BYTES - 6, _UDP_LEVEL, _UDP_SEGMENT, length)


BURSTS = BurstArena()

"""sendmmsg(2) through cffi, and the structures that it takes. Linux and a few others."""

import socket
import struct
from collections.abc import Callable
from typing import Any

from cffi import FFI

ffi = FFI()
ffi.cdef("""
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr {
        void *msg_name; unsigned int msg_namelen;
        struct iovec *msg_iov; size_t msg_iovlen;
        void *msg_control; size_t msg_controllen; int msg_flags;
    };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags);
""")
_libc: Any = ffi.dlopen(None)
send: Callable[[int, Any, int, int], int] | None = getattr(_libc, "sendmmsg", None)
"""sendmmsg(descriptor, headers, count, flags): how many were sent, or -1 with `ffi.errno`. None: not on this system."""


def _segments() -> bool:
    """Whether the kernel cuts large datagrams into segments for us (UDP_SEGMENT, Linux 4.18)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.setsockopt(17, 103, 1200)
        except OSError:
            return False
    return send is not None


segments = _segments()

SOCKADDR_BYTES = 28
"""Room for an IPv6 address; an IPv4 one takes 16."""


def sockaddr(address: tuple[str, int] | tuple[str, int, int, int]) -> bytes:
    """A socket address as the kernel lays it out, from what `recvfrom` gave."""
    if len(address) == 2:
        return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", address[1], socket.inet_aton(address[0]))
    host, port, flow, scope = address
    packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    return struct.pack("=H", socket.AF_INET6) + struct.pack("!HI16s", port, flow, packed) + struct.pack("=I", scope)

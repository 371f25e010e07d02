"""The one UDP port of a worker, on each of its addresses, over IPv4 and IPv6.

A reply has to leave from the address that the request came to, or the browser ignores it. So each advertised address
has its own socket; where one is not this machine's (behind address translation) a single one takes all of its family.
"""

import asyncio
import contextlib
import errno
import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import NamedTuple

from aioice.ice import get_host_addresses

Address = tuple[str, int] | tuple[str, int, int, int]
"""As `recvfrom` gives it: two fields for IPv4, four for IPv6."""

_BUFFER_BYTES = 4 << 20
_DATAGRAM_BYTES = 2048
_READS_AT_ONCE = 256
"""Datagrams taken before the loop may look at anything else."""
_EVERYWHERE = {4: "0.0.0.0", 6: "::"}  # noqa: S104 - browsers come from anywhere


class Path(NamedTuple):
    """Between which two ends packets travel: our socket, their address."""

    sock: socket.socket
    remote: Address


def own_addresses() -> list[str]:
    """This machine's addresses as browsers may reach them: those of its interfaces first, then loopback."""
    return [*get_host_addresses(use_ipv4=True, use_ipv6=True), "127.0.0.1", "::1"]


class MediaPort:
    """Sockets of one port number, read in the event loop."""

    def __init__(
        self,
        port: int,
        addresses: Sequence[str],
        on_datagram: Callable[[bytes, Path], None],
        on_drained: Callable[[], None],
    ) -> None:
        """`port` 0 takes a free one. `on_datagram` must not raise; `on_drained` follows when all is read."""
        self.number = port
        self._addresses = addresses
        self._sockets: list[socket.socket] = []
        self._on_datagram = on_datagram
        self._on_drained = on_drained

    def open(self) -> None:
        """Bind. Raises OSError where the port is taken; a machine without IPv6 goes without."""
        try:
            for version in (4, 6):
                self._open(version, [one for one in self._addresses if ipaddress.ip_address(one).version == version])
        except OSError:
            self.close()
            raise
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            loop.add_reader(sock, self._readable, sock)

    def _open(self, version: int, hosts: Sequence[str]) -> None:
        opened: list[socket.socket] = []
        for host in hosts:
            try:
                opened.append(self._bound(version, host))
            except OSError as error:
                for sock in opened:
                    sock.close()
                if error.errno != errno.EADDRNOTAVAIL:
                    if version == 6 and error.errno == errno.EAFNOSUPPORT:
                        return
                    raise
                opened = [self._bound(version, _EVERYWHERE[version])]
                break
        self._sockets += opened

    def _bound(self, version: int, host: str) -> socket.socket:
        sock = socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            if version == 6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
            sock.bind((host, self.number))
        except OSError:
            sock.close()
            raise
        self.number = sock.getsockname()[1]
        return sock

    def close(self) -> None:
        """Free the port. Twice is once."""
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()

    def send(self, datagram: bytes, path: Path) -> None:
        """Send one datagram; what the network refuses is lost, as on any line."""
        with contextlib.suppress(OSError):
            path.sock.sendto(datagram, path.remote)

    def _readable(self, sock: socket.socket) -> None:
        self._read(sock)
        self._on_drained()

    def _read(self, sock: socket.socket) -> None:
        for _ in range(_READS_AT_ONCE):
            try:
                datagram, remote = sock.recvfrom(_DATAGRAM_BYTES)
            except BlockingIOError:
                return
            except OSError:
                continue
            self._on_datagram(datagram, Path(sock, remote))

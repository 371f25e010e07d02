"""One packet to many receivers: copied in bulk, protected in place, handed to the kernel by one call a batch.

Nothing is allocated for a receiver while it forwards: buffers, lengths and message headers stand ready, the loop over
the receivers of a batch runs inside `map`, and what they share (length, sizes) is written for all of them at once.
"""

import errno
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rostrum.media.sfu import mmsg
from rostrum.media.sfu.arena import ARENAS, BATCH, BURST, BURSTS, CONTROL_BYTES, STRIDES, TRAILER_BYTES, Arena
from rostrum.media.sfu.dtls import PROTECT, PROTECT_RTCP
from rostrum.media.sfu.port import Path
from rostrum.media.sfu.shifts import Shifts
from rostrum.media.wire.outgoing import Outgoing
from rostrum.media.wire.sequence import Shift

_RTCP_INDEX_BYTES = 4
_CLOCK_AT = 16
"""Where a sender report's RTP time stands (RFC 3550 section 6.4.1)."""

Write = Callable[[Shifts, Arena], None]
"""Writes receivers' own numbers into their copies."""


@dataclass(frozen=True, eq=False)
class Egress:
    """Where and with what keys packets go to one receiver. A new one is made when either changes."""

    session: Any
    path: Path
    tag_bytes: int
    owner: object = None
    """Kept alive as long as this is: the session belongs to it."""


class _Group:
    """Receivers behind one socket and with one tag length."""

    def __init__(self, sock: socket.socket, tag_bytes: int, seated: Sequence[tuple[Egress, Shift]]) -> None:
        self._socket = sock
        self._descriptor = sock.fileno()
        self._tag_bytes = tag_bytes
        members = [egress for egress, _ in seated]
        shifts = [shift for _, shift in seated]
        self._members = members
        self._shifts = [Shifts.of(shifts[at : at + BATCH]) for at in range(0, len(members), BATCH)]
        self._sessions = [[one.session for one in members[at : at + BATCH]] for at in range(0, len(members), BATCH)]
        self._names = mmsg.ffi.new("unsigned char[]", len(members) * mmsg.SOCKADDR_BYTES)
        self._headers: dict[int, Any] = {}
        self._burst_headers: dict[int, Any] = {}
        for index, member in enumerate(members):
            name = mmsg.sockaddr(member.path.remote)
            start = index * mmsg.SOCKADDR_BYTES
            mmsg.ffi.buffer(self._names)[start : start + len(name)] = name

    def send(
        self, packet: bytes, write: Write, protect: Callable[[Any, Any, Any], int], extra_bytes: int
    ) -> tuple[int, int]:
        """Returns (sent, dropped)."""
        needed = len(packet) + TRAILER_BYTES
        chosen = next((index for index, stride in enumerate(STRIDES) if needed <= stride), None)
        if chosen is None:
            return 0, len(self._members)
        arena = ARENAS[chosen]
        headers = self._prepared(chosen)
        arena.size(len(packet) + self._tag_bytes + extra_bytes)
        sent = 0
        for batch, sessions in enumerate(self._sessions):
            count = len(sessions)
            arena.fill(packet, count)
            shifts = self._shifts[batch]
            if shifts is not None:
                write(shifts, arena)
            statuses = list(map(protect, sessions, arena.pointers, arena.length_pointers))
            if mmsg.send is None or any(statuses):
                sent += self._singly(arena, batch, statuses)
            else:
                sent += self._together(mmsg.send, headers + batch * BATCH, count)
        return sent, len(self._members) - sent

    def send_burst(self, packets: Sequence[Outgoing]) -> tuple[int, int]:
        """Send up to `BURST` packets that the kernel may cut from one; returns (sent, dropped)."""
        first, last, count = len(packets[0].data), len(packets[-1].data), len(packets)
        BURSTS.size(first + self._tag_bytes, last + self._tag_bytes, count)
        headers = self._burst_prepared(count)
        sent = 0
        for batch, sessions in enumerate(self._sessions):
            failed: dict[int, list[int]] = {}
            for row, packet in enumerate(packets):
                arena = BURSTS.rows[row]
                arena.fill(packet.data, len(sessions))
                shifts = self._shifts[batch]
                if shifts is not None:
                    shifts.write(packet, arena.put)
                statuses = list(map(PROTECT, sessions, arena.pointers, arena.length_pointers))
                if any(statuses):
                    failed[row] = statuses
            together = 0
            if not failed and mmsg.send is not None:
                together = self._together(mmsg.send, headers + batch * BATCH, len(sessions), stop_at_error=True)
            sent += together * count
            if together < len(sessions):
                for row in range(count):
                    statuses = failed.get(row) or [0] * len(sessions)
                    statuses = [1] * together + statuses[together:]
                    sent += self._singly(BURSTS.rows[row], batch, statuses)
        return sent, count * len(self._members) - sent

    def _burst_prepared(self, count: int) -> Any:
        headers = self._burst_headers.get(count)
        if headers is None:
            headers = mmsg.ffi.new("struct mmsghdr[]", len(self._members))
            for index, member in enumerate(self._members):
                self._name(headers[index].msg_hdr, index, member)
                headers[index].msg_hdr.msg_iov = BURSTS.iovecs + index % BATCH * BURST
                headers[index].msg_hdr.msg_iovlen = count
                headers[index].msg_hdr.msg_control = BURSTS.control
                headers[index].msg_hdr.msg_controllen = CONTROL_BYTES
            self._burst_headers[count] = headers
        return headers

    def _name(self, header: Any, index: int, member: Egress) -> None:
        header.msg_name = self._names + index * mmsg.SOCKADDR_BYTES
        header.msg_namelen = 16 if len(member.path.remote) == 2 else mmsg.SOCKADDR_BYTES

    def _prepared(self, chosen: int) -> Any:
        headers = self._headers.get(chosen)
        if headers is None:
            headers = mmsg.ffi.new("struct mmsghdr[]", len(self._members))
            for index, member in enumerate(self._members):
                self._name(headers[index].msg_hdr, index, member)
                headers[index].msg_hdr.msg_iov = ARENAS[chosen].iovecs + index % BATCH
                headers[index].msg_hdr.msg_iovlen = 1
            self._headers[chosen] = headers
        return headers

    def _together(
        self, send: Callable[[int, Any, int, int], int], headers: Any, count: int, *, stop_at_error: bool = False
    ) -> int:
        done = sent = 0
        while done < count:
            taken = send(self._descriptor, headers + done, count - done, socket.MSG_DONTWAIT)
            if taken > 0:
                done += taken
                sent += taken
            elif stop_at_error or mmsg.ffi.errno in (errno.EAGAIN, errno.ENOBUFS):
                break
            elif mmsg.ffi.errno != errno.EINTR:
                done += 1
        return sent

    def _singly(self, arena: Arena, batch: int, statuses: list[int]) -> int:
        sent = 0
        for index, status in enumerate(statuses):
            if status:
                continue
            try:
                self._socket.sendto(arena.sealed(index), self._members[batch * BATCH + index].path.remote)
                sent += 1
            except OSError:
                continue
        return sent


class Roster:
    """The receivers of one stream, made ready for sending. Made anew when they change."""

    def __init__(self, seated: Sequence[tuple[Egress, Shift]]) -> None:
        """`seated`: where each receiver's packets go, and how its numbers differ from those in the packets."""
        groups: dict[tuple[socket.socket, int], list[tuple[Egress, Shift]]] = {}
        for egress, shift in seated:
            groups.setdefault((egress.path.sock, egress.tag_bytes), []).append((egress, shift))
        self._groups = [_Group(sock, tag, found) for (sock, tag), found in groups.items()]

    def send_all(self, packets: Sequence[Outgoing]) -> tuple[int, int]:
        """Protect and send packets in order, those of one length together where the kernel can; (sent, dropped)."""
        sent = dropped = 0
        for run in runs(packets):
            for group in self._groups:
                single = len(run) == 1 or not mmsg.segments or len(run[0].data) + TRAILER_BYTES > STRIDES[-1]
                for done, failed in [_send_one(group, packet) for packet in run] if single else [group.send_burst(run)]:
                    sent, dropped = sent + done, dropped + failed
        return sent, dropped

    def send_report(self, packet: bytes, timestamp: int) -> tuple[int, int]:
        """Protect and send a sender report, which says `timestamp`, to all; returns (sent, dropped)."""
        sent = dropped = 0
        for group in self._groups:
            done, failed = group.send(
                packet,
                lambda shifts, arena: shifts.write_clock(timestamp, _CLOCK_AT, arena.put),
                PROTECT_RTCP,
                _RTCP_INDEX_BYTES,
            )
            sent, dropped = sent + done, dropped + failed
        return sent, dropped


def _send_one(group: _Group, packet: Outgoing) -> tuple[int, int]:
    return group.send(packet.data, lambda shifts, arena: shifts.write(packet, arena.put), PROTECT, 0)


def runs(packets: Sequence[Outgoing]) -> list[list[Outgoing]]:
    """Packets in order, split into runs of at most `BURST` that can be cut from one: the same length, the last may be
    shorter."""
    found: list[list[Outgoing]] = []
    for packet in packets:
        run = found[-1] if found else []
        size = len(packet.data)
        ends = not run or len(run) == BURST or size > len(run[0].data) or len(run[-1].data) < len(run[0].data)
        if ends:
            found.append([packet])
        else:
            run.append(packet)
    return found

"""What the machine says of a process: its time, its memory, its cores, and the kernel's dropped datagrams. Linux."""

import os
from collections.abc import Collection
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def cpu_s(pid: int) -> float:
    """User and system time of a process so far; 0 is the calling process."""
    fields = Path(f"/proc/{pid or 'self'}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def resident_bytes(pid: int) -> int:
    """Memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES


def dropped(ports: Collection[int] | None = None) -> int:
    """Datagrams that the kernel dropped at full sockets that are still open: on the whole machine, or on some ports."""
    return sum(
        drops
        for name in ("udp", "udp6")
        for port, drops in socket_drops(Path(f"/proc/net/{name}").read_text())
        if ports is None or port in ports
    )


def socket_drops(table: str) -> list[tuple[int, int]]:
    """(local port, dropped datagrams) of every socket of a table as /proc/net/udp has it."""
    found = []
    for line in table.splitlines()[1:]:
        fields = line.split()
        found.append((int(fields[1].rpartition(":")[2], 16), int(fields[-1])))
    return found


def send_refusals() -> int:
    """Datagrams that the kernel did not take because a sending socket was full (EAGAIN), on the whole machine."""
    return udp_counter(Path("/proc/net/snmp").read_text(), "SndbufErrors")


def udp_counter(table: str, name: str) -> int:
    """A counter of UDP's in a table as /proc/net/snmp has it: a line of names, a line of figures."""
    names, figures = [line.split() for line in table.splitlines() if line.startswith("Udp:")]
    return int(figures[names.index(name)])


def pin(pid: int, core: int) -> bool:
    """Keep a process to one core, with all threads that it is going to start; False where there is no such core. 0 is
    the calling process."""
    cores = os.sched_getaffinity(0) | {core}
    if core >= (os.cpu_count() or 1) or core not in cores:
        return False
    os.sched_setaffinity(pid, {core})
    return True

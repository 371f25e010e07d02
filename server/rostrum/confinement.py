"""Shuts a process in that opens what strangers sent: limits that it cannot raise again, whatever it is made to do."""

import resource


def confine(memory_bytes: int, cpu_s: int) -> None:
    """No more memory and processor time than this, no file written, no descriptor beyond the first three."""
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(kind, (most, most))

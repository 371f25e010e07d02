"""What a process gives up before it reads a byte that came from others."""

import resource


def confine(memory_bytes: int, cpu_s: int) -> None:
    """Limits that cannot be raised again: memory, processor time, no file written, no further descriptor.

    What is open already stays open.
    """
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(kind, (most, most))

"""Becomes a recogniser's program, with limits that it cannot raise: `python -m rostrum.recognise.cage PROGRAM …`.

It ends with the server however that ends, uses memory within bounds, writes no file, and gives way to everything else.
"""

import ctypes
import os
import resource
import signal
import sys

MEMORY_BYTES = 6 * 1024 * 1024 * 1024
"""Address space: large models are mapped whole."""
NICE = 10
"""What is being said in meetings goes first."""
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ends with 127 where there is no such program."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    os.nice(NICE)
    try:
        os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  # the operator's own program, without a shell
    except OSError:
        sys.exit(127)


if __name__ == "__main__":
    main()

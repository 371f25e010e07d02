"""Programs from Debian's packages that tests drive. One that is missing fails the test: it never skips it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

FURTHER_FOLDERS = ("/usr/lib/postgresql/15/bin", "/usr/sbin")
START_LIMIT_S = 30.0
END_LIMIT_S = 15.0


class ProgramMissing(Exception):
    """A program is not on this machine."""


def program(name: str) -> str:
    """The path of a program. Raises `ProgramMissing` and says what installs it."""
    path = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *FURTHER_FOLDERS)))
    if path is None:
        raise ProgramMissing(f"{name} is missing: `make test` installs it, as root or with sudo")
    return path


def as_user(name: str) -> Sequence[str]:
    """What to put before a command that refuses to run as root; nothing where we aren't root."""
    return (program("runuser"), "-u", name, "--") if os.geteuid() == 0 else ()


@contextmanager
def running(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    log: Path,
    ready: Callable[[], bool],
) -> Iterator[subprocess.Popen[bytes]]:
    """A server as a process with this environment and no other, from when it is ready to the block's end.

    Raises `RuntimeError` with the end of its log where it ends early or isn't ready in time.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _await_ready(process, ready, log)
            yield process
        finally:
            _end(process)


def _await_ready(process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + START_LIMIT_S
    while process.poll() is None and time.monotonic() < until:
        if ready():
            return
        time.sleep(0.05)
    ended = f"ended with {process.returncode}" if process.returncode is not None else "isn't ready"
    raise RuntimeError(f"{process.args!r} {ended}:\n{log.read_text('utf-8', 'replace')[-4000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    # the whole group: runuser and PostgreSQL have children
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(END_LIMIT_S)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        else:
            return

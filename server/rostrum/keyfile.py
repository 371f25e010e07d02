"""Keys that a node makes at its first start and keeps in its data folder."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


class Unusable(OSError):
    """A key's file is there and holds none."""


def kept_key(path: Path, make: Callable[[], bytes]) -> bytes:
    """The key in this file, made at first use, readable by its owner alone. Raises `Unusable`.

    It appears whole or not at all: a node that is killed while it makes its key leaves no part of one, which the
    next start would go on with (an empty key signs for everybody).
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            os.link(name, path)
        except FileExistsError:
            pass  # another process was quicker: its key is the one
        finally:
            Path(name).unlink()
    key = path.read_bytes()
    if not key:
        raise Unusable(f"{path} is empty; put the key back from a backup, or remove the file to begin with a new one")
    return key

"""The disk that the data folder lies on, and the room that is left on it to the record, so that meetings go on."""

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""How a system says that there is no room."""


@dataclass(frozen=True)
class Disk:
    """What may be written beside the record, which alone may use the last `reserve_bytes`."""

    folder: Path
    reserve_bytes: int

    @property
    def free_bytes(self) -> int:
        """What can be written to it now."""
        return shutil.disk_usage(self.folder).free

    @property
    def left_bytes(self) -> int:
        """What of that is not the record's."""
        return max(0, self.free_bytes - self.reserve_bytes)

    def has_room(self, size: int = 0) -> bool:
        """Whether so many bytes can be written and the reserve is left."""
        return self.free_bytes - size > self.reserve_bytes

"""A rules file that cannot be used, said with the line that is at fault."""

import re
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*\[+\s*([^\]]+?)\s*\]+")
_KEY = re.compile(r"""^\s*("[^"]+"|'[^']+'|[\w-]+)\s*=""")


class RulesError(ValueError):
    """A rules file that cannot be used, with what is wrong and where. `path` are the names that lead to it."""

    def __init__(self, message: str, path: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.path = tuple(path)


def line_of(text: str, path: Sequence[str]) -> int:
    """The line, from 1, of the key that `path` leads to; where it is missing, that of the table that it belongs in."""
    table: tuple[str, ...] = ()
    nearest, depth = 1, -1
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = tuple(part.strip().strip("\"'") for part in header[1].split("."))
            here = table
        elif key:
            here = (*table, key[1].strip("\"'"))
        else:
            continue
        if here == tuple(path[: len(here)]) and len(here) > depth:
            nearest, depth = number, len(here)
    return nearest

"""What a recogniser writes, one JSON object a line, read as from a stranger."""

import textwrap
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rostrum.assembly.captions import plain

LINE_BYTES_MAX = 64 * 1024
CUE_CHARACTERS = 200
CUES_MAX = 8
"""So many cues are made of one thing said; what is longer is cut off."""
_YEAR_MS = 366 * 24 * 3_600_000


class Heard(BaseModel):
    """One line. Times in ms from the beginning of the sound; both None where the program does not tell them."""

    model_config = ConfigDict(strict=True)

    text: str
    final: bool
    start_ms: int | None = Field(None, ge=0, le=_YEAR_MS)
    end_ms: int | None = Field(None, ge=0, le=_YEAR_MS)


def read(line: bytes) -> Heard | None:
    """What a line says; None: it is none of ours."""
    try:
        return Heard.model_validate_json(line)
    except ValidationError:
        return None


def pieces(text: str, start_ms: int, end_ms: int) -> Sequence[tuple[str, int, int]]:
    """A thing said as lines that can be read: (text, start, end), its time shared among them by their lengths."""
    parts = textwrap.wrap(plain(text), CUE_CHARACTERS)[:CUES_MAX]
    whole, lasts = sum(map(len, parts)), max(0, end_ms - start_ms)
    found, at = [], 0
    for part in parts:
        begins, at = at, at + len(part)
        found.append((part, start_ms + lasts * begins // whole, start_ms + lasts * at // whole))
    return found

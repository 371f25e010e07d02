"""What a recogniser writes, read as from a stranger."""

import textwrap
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rostrum.assembly.captions import plain

SAMPLE_RATE = 16_000
SAMPLE_BYTES = 2
LINE_BYTES_MAX = 64 * 1024
CUE_CHARACTERS = 200
CUES_MAX = 8
"""So many cues are made of one thing said; what is longer is cut off."""
_DAY_MS = 24 * 3_600_000


class Heard(BaseModel):
    """One line. Times in ms from the beginning of the sound."""

    model_config = ConfigDict(strict=True)

    text: str
    final: bool
    start_ms: int = Field(ge=0, le=_DAY_MS * 366)
    end_ms: int = Field(ge=0, le=_DAY_MS * 366)


def read(line: bytes) -> Heard | None:
    """What a line says; None: it is none of ours."""
    try:
        return Heard.model_validate_json(line)
    except ValidationError:
        return None


def pieces(heard: Heard) -> Sequence[Heard]:
    """A thing said as lines that can be read, its time shared among them by their lengths."""
    parts = textwrap.wrap(plain(heard.text), CUE_CHARACTERS)[:CUES_MAX]
    whole, lasts = sum(map(len, parts)), max(0, heard.end_ms - heard.start_ms)
    found, at = [], 0
    for part in parts:
        begins, at = at, at + len(part)
        start, end = (heard.start_ms + lasts * point // whole for point in (begins, at))
        found.append(Heard(text=part, final=True, start_ms=start, end_ms=end))
    return found

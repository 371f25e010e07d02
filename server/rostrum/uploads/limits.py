"""How much of a file is taken."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What cleaning allows. Sizes in bytes, times in seconds."""

    bytes_max: int
    pages_max: int
    pixels_max: int = 50_000_000
    """Of a picture as it is sent: a camera of today."""
    side_max: int = 3000
    """Pixels of the longer side of a picture as it is kept: 250 dots an inch on A4."""
    stream_bytes_max: int = 64 * 1024 * 1024
    """What one stream of a PDF may swell to."""
    swell_bytes_max: int = 192 * 1024 * 1024
    """What all its streams may swell to."""
    objects_max: int = 100_000
    cpu_s: int = 20
    wall_s: float = 60.0
    memory_bytes: int = 1024 * 1024 * 1024

"""How much of a video statement is taken, and how much it may cost."""

from dataclasses import dataclass

from rostrum.assembly.statement import Check, Finding


@dataclass(frozen=True)
class Limits:
    """What looking at one file allows. `length_ms`: the time of the delegation's category."""

    length_ms: int
    grace_ms: int = 5_000
    """So much longer is let pass: a slate, a fade."""
    pixels_max: int = 4096 * 2304
    memory_bytes: int = 3 * 1024 * 1024 * 1024
    """Address space: decoders of large pictures keep some sixteen of them for each of their threads."""
    work: int = 12
    """Seconds of a processor for each second of the longest file that is taken."""

    @property
    def end_ms(self) -> int:
        """Nothing is read after this."""
        return self.length_ms + self.grace_ms

    @property
    def cpu_s(self) -> int:
        """Seconds of processor time after which the process is stopped."""
        return 120 + self.work * self.end_ms // 1000

    @property
    def made_bytes_max(self) -> int:
        """What one output may come to: the rates of all layers and the sound, three times over."""
        return 20_000_000 + 1_000 * self.end_ms


class Found(Exception):
    """Something was found that ends the look at a file."""

    def __init__(self, check: Check, at_ms: int | None = None, figure: int | None = None) -> None:
        super().__init__(check)
        self.finding = Finding(check, at_ms, figure)

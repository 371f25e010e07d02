"""What a check of a microphone has shown, and whether the interpreters take it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SoundVerdict(StrEnum):
    """What the check says of a microphone."""

    GOOD = "good"
    FAIR = "fair"
    """It can be interpreted from, with effort."""
    FAILS = "fails"


@dataclass(frozen=True)
class Sound:
    """The newest check of a place's microphone. `bandwidth_hz`: how high the voice reaches; `level_lufs`: how loud it
    is; `snr_db`: how far above the noise. `refused_by`: the booth that cannot interpret from it."""

    at: datetime
    verdict: SoundVerdict | None = None
    bandwidth_hz: int = 0
    level_lufs: float = 0.0
    snr_db: float = 0.0
    clipped: bool = False
    refused_by: str | None = None

    @property
    def fails(self) -> bool:
        """Whether it should be mended before its owner speaks."""
        return self.verdict is SoundVerdict.FAILS or self.refused_by is not None

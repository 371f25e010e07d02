"""What is to be made of the tracks of a recording: said in JSON to the process that makes it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A run's picture and sound, by their positions among the files that are handed over; None: it has none."""

    stage: int | None
    sound: int | None


@dataclass(frozen=True)
class Cut:
    """What is taken of a run (by its position), in ms of its files' times; not `picture`: a plain plate is shown."""

    run: int
    from_ms: int
    to_ms: int
    picture: bool


@dataclass(frozen=True)
class Mark:
    """A chapter, in ms of what is made."""

    from_ms: int
    to_ms: int
    title: str


@dataclass(frozen=True)
class Job:
    """One file. `language`: of its words and its sound, "floor" for the floor's sound."""

    sources: tuple[Source, ...]
    cuts: tuple[Cut, ...]
    marks: tuple[Mark, ...]
    title: str
    language: str

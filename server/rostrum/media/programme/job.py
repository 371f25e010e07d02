"""What a programme is to be made of: said by whoever knows what may be given, done by a process that does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LENGTH_MS_MAX = 24 * 3600 * 1000
"""Of one programme: a meeting ends earlier."""


class NotMade(Exception):
    """No programme can be made of this. Says why, for the log."""


@dataclass(frozen=True)
class Source:
    """One run of the recording: which of the files are its tracks, by their position; None: it has none."""

    stage: int | None
    sound: int | None


@dataclass(frozen=True)
class Cut:
    """What is given of a run (by its position), in ms of its files' times; `picture` False: a plain plate instead."""

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
    """One programme: its cuts follow each other. `language`: a code of BCP 47, or "floor"."""

    sources: tuple[Source, ...]
    cuts: tuple[Cut, ...]
    marks: tuple[Mark, ...]
    title: str
    language: str

    @property
    def length_ms(self) -> int:
        """Of what is made."""
        return sum(cut.to_ms - cut.from_ms for cut in self.cuts)

    def joined(self) -> tuple[Cut, ...]:
        """The cuts, those that go on where the one before ends made one. Raises `NotMade` for what cannot be."""
        found: list[Cut] = []
        for cut in self.cuts:
            if not 0 <= cut.from_ms <= cut.to_ms or not 0 <= cut.run < len(self.sources):
                raise NotMade("no such cut")
            before = found[-1] if found else None
            if before and (before.run, before.to_ms, before.picture) == (cut.run, cut.from_ms, cut.picture):
                found[-1] = Cut(cut.run, before.from_ms, cut.to_ms, cut.picture)
            elif cut.from_ms < cut.to_ms:
                found.append(cut)
        if not found:
            raise NotMade("nothing is to be given")
        if self.length_ms > LENGTH_MS_MAX:
            raise NotMade("too long")
        if any(not 0 <= mark.from_ms <= mark.to_ms <= LENGTH_MS_MAX for mark in self.marks):
            raise NotMade("no such chapter")
        return tuple(found)


def job_of(said: Mapping[str, Any]) -> Job:
    """A job from its JSON (`dataclasses.asdict`)."""

    def each(kind: str) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = said[kind]
        return found

    return Job(
        tuple(Source(**one) for one in each("sources")),
        tuple(Cut(**one) for one in each("cuts")),
        tuple(Mark(**one) for one in each("marks")),
        said["title"],
        said["language"],
    )

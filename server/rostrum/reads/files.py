"""Files as pages show them: what was asked for, and what is there for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rostrum.assembly.evidence import OTHER
from rostrum.record.files import FileStore, KeptFile

PHOTOGRAPH = "photograph"
"""The kind of files that are printed on badges."""
EVIDENCE = "evidence"
"""The kind of files that go with an application."""


@dataclass(frozen=True)
class Asked:
    """One thing that is to be shown, and the files for it. `wanted` is False for what came without being asked."""

    purpose: str
    wanted: bool
    files: Sequence[KeptFile]


def asked_for(evidence: Sequence[str], files: Sequence[KeptFile]) -> Sequence[Asked]:
    """What is asked for, in order, then what else is there."""
    listed = [Asked(code, True, [kept for kept in files if kept.owner.purpose == code]) for code in evidence]
    rest = [kept for kept in files if kept.owner.purpose not in evidence]
    return [*listed, Asked(OTHER, False, rest)] if rest else listed


async def evidence_of(files: FileStore, application_id: str) -> Sequence[KeptFile]:
    """The evidence that goes with an application, sent or a draft."""
    return [kept for kept in await files.files_of(application_id) if kept.owner.kind == EVIDENCE]


async def photographs_of(files: FileStore, place_id: str) -> Sequence[KeptFile]:
    """The photograph of a place, for its badge: the last, where two were sent at one moment."""
    return [kept for kept in await files.files_of(place_id) if kept.owner.kind == PHOTOGRAPH]

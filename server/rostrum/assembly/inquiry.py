"""What the secretariat asks an applicant before it decides, and what comes of it: a thread of dated remarks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.evidence import EvidenceAdded, EvidenceRemoved


class Said(StrEnum):
    """What a remark of the thread is."""

    ASKED = "asked"
    ANSWERED = "answered"
    FILE_ADDED = "file-added"
    FILE_REMOVED = "file-removed"


@dataclass(frozen=True)
class Remark:
    """One remark. `by`: the place of who asked, empty for the applicant; `note_id`: the dossier with the words.

    `evidence`: the kinds that were asked for; `file_id`: the file that came or went.
    """

    at: datetime
    said: Said
    by: str = ""
    note_id: str | None = None
    evidence: tuple[str, ...] = ()
    file_id: str | None = None


@dataclass(frozen=True)
class RequestInformation:
    """The secretariat asks something before it decides, and for evidence of these kinds; as often as it needs to."""

    application_id: str
    note_id: str
    evidence: tuple[str, ...] = ()
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class GiveInformation:
    """The applicant answers."""

    application_id: str
    note_id: str
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class InformationRequested:
    """The secretariat asked. `by`: the place of who did, empty in what earlier releases recorded."""

    at: datetime
    application_id: str
    note_id: str
    by: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class InformationGiven:
    """The applicant answered."""

    at: datetime
    application_id: str
    note_id: str


def remark(event: InformationRequested | InformationGiven | EvidenceAdded | EvidenceRemoved) -> Remark:
    """The remark that an event adds to the thread."""
    match event:
        case InformationRequested():
            return Remark(event.at, Said.ASKED, event.by, event.note_id, event.evidence)
        case InformationGiven():
            return Remark(event.at, Said.ANSWERED, note_id=event.note_id)
        case EvidenceAdded():
            return Remark(event.at, Said.FILE_ADDED, file_id=event.file_id)
        case EvidenceRemoved():
            return Remark(event.at, Said.FILE_REMOVED, file_id=event.file_id)


def evidence_wanted(listed: Sequence[str], thread: Sequence[Remark]) -> tuple[str, ...]:
    """The kinds of evidence that a category asks for and those that were asked for since, each once."""
    return tuple(dict.fromkeys((*listed, *(kind for each in thread for kind in each.evidence))))

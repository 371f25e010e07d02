"""Evidence with an application: added and taken back while the decision is open. The files lie outside the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Right

OTHER = "other"
"""What an applicant adds without having been asked."""


@dataclass(frozen=True)
class AddEvidence:
    """The applicant adds a file."""

    application_id: str
    file_id: str
    purpose: str
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class RemoveEvidence:
    """The applicant takes a file back."""

    application_id: str
    file_id: str
    needs: ClassVar = (Right.APPLY,)


EvidenceCommand = AddEvidence | RemoveEvidence


@dataclass(frozen=True)
class EvidenceAdded:
    """A file came."""

    at: datetime
    application_id: str
    file_id: str
    purpose: str


@dataclass(frozen=True)
class EvidenceRemoved:
    """A file was taken back."""

    at: datetime
    application_id: str
    file_id: str


EvidenceEvent = EvidenceAdded | EvidenceRemoved

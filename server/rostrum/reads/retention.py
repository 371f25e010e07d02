"""What is kept of people in all sessions of this server: why, for how long, how much, and when the next of it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rostrum.record.dossiers import Dossiers
from rostrum.record.files import FileStore
from rostrum.retention import DOSSIER_LIFE, DRAFT_LIFE, LINE_MINUTES_LIFE, MAIL_LIFE, UPLOAD_LIFE

LIVES: Mapping[str, timedelta] = {
    "drafts": DRAFT_LIFE,
    "uploads": UPLOAD_LIFE,
    "mails": MAIL_LIFE,
    "minutes": LINE_MINUTES_LIFE,
}
"""What is neither a dossier nor a file: from the last change, the beginning, the sending, the last minute."""


@dataclass(frozen=True)
class KeptKind:
    """One kind of what is kept. `held` and `next_at` are None where they are not counted, or nothing is held."""

    kind: str
    life: timedelta
    held: int | None = None
    next_at: datetime | None = None


async def kept_kinds(dossiers: Dossiers, files: FileStore) -> Sequence[KeptKind]:
    """Every kind, dossiers first."""
    rows = [KeptKind(kind, DOSSIER_LIFE, held, first) for kind, (held, first) in (await dossiers.kinds()).items()]
    held, first = await files.held()
    return [
        *sorted(rows, key=lambda row: row.kind),
        KeptKind("files", DOSSIER_LIFE, held, first),
        *(KeptKind(kind, life) for kind, life in LIVES.items()),
    ]

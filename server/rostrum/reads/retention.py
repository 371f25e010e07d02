"""What is kept of people in all sessions of this server: how much of it, and when the next of it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rostrum.record.dossiers import Dossiers
from rostrum.record.files import FileStore
from rostrum.retention import Lives
from rostrum.retention_table import KEPT, Kept


@dataclass(frozen=True)
class KeptRow:
    """One kind of what is kept. `days` is None for what stays; `held` and `next_at` where they are not counted."""

    kept: Kept
    days: int | None
    held: int | None = None
    next_at: datetime | None = None


async def kept_rows(lives: Lives, dossiers: Dossiers, files: FileStore) -> Sequence[KeptRow]:
    """Every kind, in the table's order."""
    kinds, rows = await dossiers.kinds(), []
    for kept in KEPT:
        held: int | None = None
        first: datetime | None = None
        if kept.code == "files":
            held, first = await files.held()
        elif kept.dossiers:
            there = [kinds[kind] for kind in kept.dossiers if kind in kinds]
            held, first = sum(number for number, _ in there), min((at for _, at in there), default=None)
        rows.append(KeptRow(kept, kept.days(lives), held, first))
    return rows

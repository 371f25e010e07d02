"""Saved views of the queue: a filter under a name, for one of the secretariat or for all, kept with a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rostrum.record.dossiers import Dossiers

VIEW = "view"
"""The kind of dossiers that they are."""


@dataclass(frozen=True)
class SavedView:
    """A filter, as the address of the queue has it, under a name."""

    view_id: str
    name: str
    query: str
    shared: bool
    purge_at: datetime


async def views_of(dossiers: Dossiers, session_id: str, place_id: str) -> Sequence[SavedView]:
    """The views that a place sees, its own first, by name."""
    kept = [each for each in await dossiers.about([session_id, place_id]) if each.kind == VIEW]
    views = [
        SavedView(
            each.dossier_id,
            str(each.fields.get("name", "")),
            str(each.fields.get("query", "")),
            bool(each.fields.get("shared")),
            each.purge_at,
        )
        for each in kept
    ]
    return sorted(views, key=lambda view: (view.shared, view.name.casefold()))

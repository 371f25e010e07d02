"""The secretariat's queue of applications: filtered, searched, a page at a time."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.application import ApplicationState
from rostrum.assembly.deadlines import Timeliness
from rostrum.assembly.delegation import counted
from rostrum.record.dossiers import Dossiers

PAGE = 50


@dataclass(frozen=True)
class Filter:
    """What the queue is narrowed to; an empty string narrows nothing. `page` counts from 1."""

    state: str = ""
    category: str = ""
    search: str = ""
    page: int = 1


@dataclass(frozen=True)
class QueuedApplication:
    """One row. `members`: how many people the focal point has approved."""

    application_id: str
    organisation: str
    person: str
    category: str
    members: int
    state: ApplicationState
    timeliness: Timeliness
    reopened: bool
    submitted_at: datetime


@dataclass(frozen=True)
class QueueModel:
    """A page of the queue, oldest waiting first, with the number of applications in each state."""

    rows: Sequence[QueuedApplication]
    found: int
    page: int
    pages: int
    counts: Mapping[ApplicationState, int]


async def queue_model(session: Accreditation, dossiers: Dossiers, wanted: Filter) -> QueueModel:
    """The page of the queue that is wanted."""
    applications = [
        application
        for application in session.applications.values()
        if wanted.state in {"", application.state} and wanted.category in {"", application.category}
    ]
    applications.sort(key=lambda one: (one.state is not ApplicationState.SUBMITTED, one.submitted_at))
    fields: Mapping[str, Mapping[str, object]] = {}
    if wanted.search:
        # Names are sealed, so that they are searched here and not by the database.
        fields = await dossiers.get_many(application.dossier_id for application in applications)
        sought = _plain(wanted.search)
        applications = [
            application
            for application in applications
            if sought in _plain(f"{application.reference} {_searched(fields.get(application.dossier_id, {}))}")
        ]
    pages = max(1, -(-len(applications) // PAGE))
    number = min(max(1, wanted.page), pages)
    shown = applications[(number - 1) * PAGE : number * PAGE]
    fields = fields or await dossiers.get_many(application.dossier_id for application in shown)
    rows = []
    for application in shown:
        written = fields.get(application.dossier_id, {})
        rows.append(
            QueuedApplication(
                application.application_id,
                str(written.get("organisation", "")),
                f"{written.get('given_name', '')} {written.get('family_name', '')}".strip(),
                application.category,
                counted(application.members),
                application.state,
                application.timeliness,
                application.reopened,
                application.submitted_at,
            )
        )
    counts = Counter(application.state for application in session.applications.values())
    return QueueModel(rows, len(applications), number, pages, counts)


def _searched(fields: Mapping[str, object]) -> str:
    names = ("organisation", "given_name", "family_name", "email", "country")
    return " ".join(str(fields.get(name, "")) for name in names)


def _plain(text: str) -> str:
    """Text for comparing: without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))

"""The secretariat's queue of applications: narrowed, searched, sorted, a page at a time."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.application import Application, ApplicationState
from rostrum.assembly.deadlines import Timeliness
from rostrum.assembly.delegation import MemberState
from rostrum.assembly.reading import Reading, pair
from rostrum.reads.duplicates import Likenesses
from rostrum.reads.register import Entry, Register, shown
from rostrum.reads.spelling import folded, plain

PAGE = 50


class Waits(StrEnum):
    """Whose step an application waits for."""

    SECRETARIAT = "secretariat"
    SECOND = "second"
    """A decision is proposed and waits for another of the secretariat."""
    APPEAL = "appeal"
    """For the decision on an appeal, the secretariat's, too."""
    APPLICANT = "applicant"
    FOCAL_POINT = "focal-point"
    """Somebody who came by the join link waits for the focal point's word."""
    NOBODY = "nobody"


@dataclass(frozen=True)
class Filter:
    """What the queue is narrowed to, by what it is sorted, and which page of it; an empty string narrows nothing.

    `reopened` and `alike` are "yes" or "", `seat` "remote" or "hall"; `sort` is a column, with "-" before it from the
    end; `page` counts from 1.
    """

    search: str = ""
    state: str = ""
    category: str = ""
    timeliness: str = ""
    waits: str = ""
    seat: str = ""
    country: str = ""
    reopened: str = ""
    alike: str = ""
    sort: str = ""
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return any(getattr(self, each.name) for each in fields(self) if each.name not in {"sort", "page"})


@dataclass(frozen=True)
class QueuedApplication:
    """One row. `members`: how many people the secretariat is shown; `alike`: that it may be a double."""

    application_id: str
    reference: str
    organisation: str
    person: str
    country: str
    category: str
    members: int
    state: ApplicationState
    timeliness: Timeliness
    reopened: bool
    alike: bool
    submitted_at: datetime


@dataclass(frozen=True)
class QueueModel:
    """A page of the queue, with the number of all applications in each state and the countries that there are."""

    rows: Sequence[QueuedApplication]
    found: int
    page: int
    pages: int
    counts: Mapping[ApplicationState, int]
    countries: Sequence[str]
    waiting: bool
    """Whether there is any application at all."""


COLUMNS: Mapping[str, Callable[[Entry], Any]] = {
    "organisation": lambda entry: entry.by_organisation,
    "person": lambda entry: entry.by_person,
    "country": lambda entry: entry.by_country,
    "category": lambda entry: entry.application.category,
    "people": lambda entry: entry.people,
    "received": lambda entry: entry.application.submitted_at,
    "state": lambda entry: list(ApplicationState).index(entry.application.state),
}
"""What the queue can be sorted by. Without a wish: what waits for the secretariat first, the oldest before others."""


async def queue_model(session: Accreditation, register: Register, wanted: Filter) -> QueueModel:
    """The page of the queue that is wanted."""
    entries, alike = await register.entries(session), await register.likenesses(session)
    found = in_order(narrowed(entries.values(), alike, session.reading, wanted), wanted.sort)
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, wanted.page), pages)
    rows = [_row(entry, alike, session.reading) for entry in found[(number - 1) * PAGE : number * PAGE]]
    countries = {entry.by_country: entry.country for entry in entries.values() if entry.country}
    in_alphabet = [countries[key] for key in sorted(countries)]
    return QueueModel(rows, len(found), number, pages, counts(session), in_alphabet, bool(entries))


def counts(session: Accreditation) -> Mapping[ApplicationState, int]:
    """How many applications there are in each state."""
    return Counter(application.state for application in session.applications.values())


def narrowed(entries: Iterable[Entry], alike: Likenesses, reading: Reading, wanted: Filter) -> list[Entry]:
    """The entries that a filter leaves."""
    sought = [(plain(word), folded(word)) for word in wanted.search.split()]
    country = folded(wanted.country)

    def left(entry: Entry) -> bool:
        one = entry.application
        return (
            wanted.state in {"", one.state}
            and wanted.category in {"", one.category}
            and wanted.timeliness in {"", one.timeliness}
            and (not wanted.reopened or one.reopened)
            and (not wanted.waits or wanted.waits in waits_for(one))
            and (not wanted.seat or any(each.remote == (wanted.seat == "remote") for each in shown(one)))
            and (not country or entry.by_country == country)
            and all(word in entry.searched or (latin and latin in entry.searched) for word, latin in sought)
            and (not wanted.alike or bool(doubles(alike, reading, one.application_id)))
        )

    return [entry for entry in entries if left(entry)]


def in_order(entries: list[Entry], sort: str) -> list[Entry]:
    """The entries by a column; the oldest first where they are the same in it."""
    entries.sort(key=lambda entry: entry.application.submitted_at)
    key = COLUMNS.get(sort.removeprefix("-"))
    if key is not None:
        entries.sort(key=key, reverse=sort.startswith("-"))
    else:
        entries.sort(key=lambda entry: Waits.SECRETARIAT not in waits_for(entry.application))
    return entries


def waits_for(application: Application) -> frozenset[Waits]:
    """Whose step an application waits for."""
    waits = set(_STEPS.get(application.state, {Waits.NOBODY}))
    if Waits.SECRETARIAT in waits and application.standing_proposal is not None:
        waits.add(Waits.SECOND)
    joining = any(member.state is MemberState.WAITING for member in application.members.values())
    if joining and application.open_to_change:
        waits = {*waits, Waits.FOCAL_POINT} - {Waits.NOBODY}
    return frozenset(waits)


_STEPS = {
    ApplicationState.SUBMITTED: {Waits.SECRETARIAT},
    ApplicationState.APPEALED: {Waits.SECRETARIAT, Waits.APPEAL},
    ApplicationState.QUESTIONED: {Waits.APPLICANT},
}


def doubles(alike: Likenesses, reading: Reading, application_id: str) -> list[str]:
    """The applications that one may be a double of, without those of which somebody said that they are not."""
    return [other for other in alike.others(application_id) if pair(application_id, other) not in reading.unlike]


def _row(entry: Entry, alike: Likenesses, reading: Reading) -> QueuedApplication:
    one = entry.application
    return QueuedApplication(
        one.application_id,
        one.reference,
        entry.organisation,
        entry.person,
        entry.country,
        one.category,
        entry.people,
        one.state,
        one.timeliness,
        one.reopened,
        bool(doubles(alike, reading, one.application_id)),
        one.submitted_at,
    )

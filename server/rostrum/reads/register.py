"""What applications say of themselves, opened once and held in this process to be searched, sorted and compared.

The record is sealed, so that a database can search no name in it. An application is read again when an event has made
another of it (states are immutable: it is another object), and every one after a purge, so that what was deleted from
the record ends here too.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.application import Application, ApplicationState
from rostrum.assembly.delegation import Member, MemberState
from rostrum.reads.duplicates import Likenesses, Person
from rostrum.reads.spelling import folded, plain
from rostrum.record.dossiers import Dossiers, Fields

UNSEEN = (MemberState.WAITING, MemberState.DECLINED, MemberState.REMOVED)
"""Who is in one of these the secretariat is not shown: the focal point comes first."""
AT_ONCE = 10
"""Applications that are read before others get their turn in the event loop."""


@dataclass(frozen=True)
class Entry:
    """One application as it is found. `people`: those whom the secretariat is shown; `searched`: all text, folded."""

    application: Application
    organisation: str
    person: str
    country: str
    people: int
    searched: str
    by_organisation: str
    by_person: str
    by_country: str


@dataclass
class _Book:
    entries: dict[str, Entry] = field(default_factory=dict)
    alike: Likenesses = field(default_factory=Likenesses)


class Register:
    """The entries of each session, as of its newest state."""

    def __init__(self, dossiers: Dossiers) -> None:
        self._dossiers = dossiers
        self._books: dict[str, _Book] = {}
        self._lock = asyncio.Lock()

    async def entries(self, session: Accreditation) -> Mapping[str, Entry]:
        """Application to entry."""
        return (await self._book(session)).entries

    async def likenesses(self, session: Accreditation) -> Likenesses:
        """The likenesses between a session's applications."""
        return (await self._book(session)).alike

    async def _book(self, session: Accreditation) -> _Book:
        async with self._lock:
            book = self._books.setdefault(session.session_id, _Book())
            await self._read(book, session)
        return book

    async def renew(self, session: Accreditation) -> None:
        """Read everything anew. Until it is read, what was known before is still given."""
        if session.session_id not in self._books:
            await self._book(session)
            return
        book = _Book()
        await self._read(book, session)
        self._books[session.session_id] = book

    def forget(self) -> None:
        """Hold nothing, and read everything afresh next time."""
        self._books.clear()

    async def _read(self, book: _Book, session: Accreditation) -> None:
        changed = [one for key, one in session.applications.items() if not _is_of(book.entries.get(key), one)]
        for start in range(0, len(changed), AT_ONCE):
            some = changed[start : start + AT_ONCE]
            wanted = [one.dossier_id for one in some] + [each.dossier_id for one in some for each in shown(one)]
            fields = await self._dossiers.get_many(wanted)
            for application in some:
                self._enter(book, application, fields)
            await asyncio.sleep(0)

    def _enter(self, book: _Book, application: Application, fields: Mapping[str, Fields]) -> None:
        own = fields.get(application.dossier_id, {})
        people = [_person(fields.get(member.dossier_id, {})) for member in shown(application)]
        contact, organisation, country = _person(own), _text(own, "organisation"), _text(own, "country")
        words = [application.reference, organisation, country]
        for each in (contact, *people):
            words += [each.name, each.email]
        book.entries[application.application_id] = Entry(
            application,
            organisation,
            contact.name,
            country,
            len(people),
            searchable(" ".join(words)),
            folded(organisation),
            folded(f"{contact.family_name} {contact.given_name}"),
            folded(country),
        )
        if application.state is ApplicationState.WITHDRAWN:
            book.alike.drop(application.application_id)
        else:
            book.alike.put(application.application_id, organisation, (contact, *people))


def shown(application: Application) -> Sequence[Member]:
    """The members whom the secretariat is shown."""
    return [member for member in application.members.values() if member.state not in UNSEEN]


def searchable(text: str) -> str:
    """Text as it is searched: in its own script and in Latin letters, both without case and accents."""
    return f"{plain(text)} {folded(text)}"


def _is_of(entry: Entry | None, application: Application) -> bool:
    return entry is not None and entry.application is application


def _person(fields: Fields) -> Person:
    return Person(_text(fields, "given_name"), _text(fields, "family_name"), _text(fields, "email"))


def _text(fields: Fields, name: str) -> str:
    return str(fields.get(name, ""))

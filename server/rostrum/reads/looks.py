"""When the secretariat looked at what belongs to somebody, as that somebody is shown it: what and when, not who."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rostrum.assembly.accreditation import Accreditation
from rostrum.reads.files import EVIDENCE, PHOTOGRAPH
from rostrum.record.files import FileStore

LOOKED_AT = frozenset({EVIDENCE, PHOTOGRAPH})
"""The kinds of files each look at which is recorded."""


@dataclass(frozen=True)
class Looked:
    """A look at a file. `name` as its sender called it; empty where the file is no longer kept."""

    at: datetime
    name: str


async def looks_at_files(session: Accreditation, files: FileStore, *subjects: str) -> Sequence[Looked]:
    """The looks at the files of applications or places, newest first."""
    looks = [look for subject in subjects for look in session.reading.looks.get(subject, ())]
    if not looks:
        return []
    names = {kept.file_id: kept.name for kept in await files.files_of(*subjects)}
    return [Looked(look.at, names.get(look.file_id, "")) for look in sorted(looks, key=lambda look: look.at)[::-1]]


def looks_at_wishes(session: Accreditation, place_id: str) -> Sequence[datetime]:
    """The looks at the wishes for protection of a place's holder, newest first."""
    members = (member for one in session.applications.values() for member in one.members.values())
    return sorted((look.at for each in members if each.place_id == place_id for look in each.looks), reverse=True)


def files_about(session: Accreditation, place_id: str) -> tuple[str, ...]:
    """Whose files may be about a place's holder: their own, and those of the applications that name them."""
    named = (
        one.application_id
        for one in session.applications.values()
        if any(member.place_id == place_id for member in one.members.values())
    )
    return (place_id, *named)

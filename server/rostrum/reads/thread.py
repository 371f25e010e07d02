"""What was asked and answered about an application, with the files that came meanwhile, each at its place in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rostrum.assembly.application import Application
from rostrum.assembly.inquiry import Said
from rostrum.assembly.place import Place
from rostrum.reads.files import evidence_of
from rostrum.reads.names import Names
from rostrum.record.dossiers import Dossiers
from rostrum.record.files import FileStore, KeptFile


@dataclass(frozen=True)
class Line:
    """One remark. `who`: the name of who asked, empty for the applicant; `file` is None once it is not kept."""

    at: datetime
    said: Said
    who: str
    note: bool
    """Whether words belong to it."""
    text: str
    evidence: Sequence[str]
    file: KeptFile | None


@dataclass(frozen=True)
class Staff:
    """Who acts for the secretariat: the places of the session, and their holders' names."""

    places: Mapping[str, Place]
    names: Names

    async def called(self, place_ids: set[str]) -> Mapping[str, str]:
        """Place to its holder's name; nothing for who has no place (any more)."""
        found = await self.names.of(self.places[each] for each in place_ids if each in self.places)
        return {place_id: name.person or name.delegation for place_id, name in found.items()}


async def thread_of(application: Application, dossiers: Dossiers, files: FileStore, staff: Staff) -> Sequence[Line]:
    """The thread, oldest first."""
    notes = await dossiers.get_many(each.note_id for each in application.thread if each.note_id)
    kept = {file.file_id: file for file in await evidence_of(files, application.application_id)}
    who = await staff.called({each.by for each in application.thread})
    return [
        Line(
            each.at,
            each.said,
            who.get(each.by, ""),
            each.note_id is not None,
            str(notes.get(each.note_id or "", {}).get("text", "")),
            each.evidence,
            kept.get(each.file_id or ""),
        )
        for each in application.thread
    ]

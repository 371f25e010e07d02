"""What is held about one person: what was written, files, mails, links, and what the record says by identifiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.place import Link
from rostrum.desk import ACCREDITATION, MEETING, Desk
from rostrum.reads.looks import Looked, files_about, looks_at_files, looks_at_wishes
from rostrum.record.codec import encode
from rostrum.record.dossiers import Dossiers, KeptDossier
from rostrum.record.files import FileStore, KeptFile
from rostrum.record.journal import Journal
from rostrum.record.outbox import Mail, Outbox
from rostrum.record.participation import MinutesByWord, Participation


@dataclass(frozen=True)
class Held:
    """Everything that lies outside the journal about a place's holder. Mails: those to the address that was given."""

    written: Sequence[KeptDossier]
    files: Sequence[KeptFile]
    mails: Sequence[Mail]
    links: Sequence[Link]
    looks: Sequence[Looked]
    """At their own files, and at those of the application that names them."""
    wishes_seen: Sequence[datetime]


@dataclass(frozen=True)
class Act:
    """A row of the journal that names the place or its member, or was brought about by it."""

    at: datetime
    stream: str
    seq: int
    kind: str


def subjects_of(session: Accreditation, place_id: str) -> tuple[str, ...]:
    """What things about a place's holder are kept under: the place's identifier, and that of the member they are."""
    members = (member for one in session.applications.values() for member in one.members.values())
    return (place_id, *(member.member_id for member in members if member.place_id == place_id))


async def held(session: Accreditation, place_id: str, *, dossiers: Dossiers, files: FileStore, outbox: Outbox) -> Held:
    """What is held about a place's holder."""
    subjects = subjects_of(session, place_id)
    written = await dossiers.about(subjects)
    addresses = {str(each.fields["email"]) for each in written if each.fields.get("email")}
    return Held(
        written,
        await files.files_of(*subjects),
        await outbox.to(session.session_id, addresses),
        [link for link in session.links.values() if link.place_id == place_id],
        await looks_at_files(session, files, *files_about(session, place_id)),
        looks_at_wishes(session, place_id),
    )


async def acts(session: Accreditation, place_id: str, desk: Desk, journal: Journal) -> Sequence[Act]:
    """What the record says of a place's holder, oldest first in each stream: identifiers and times, no words."""
    subjects = subjects_of(session, place_id)
    own = (*subjects, *(link.link_id for link in session.links.values() if link.place_id == place_id))
    wanted = tuple(f'"{identifier}"' for identifier in own)
    found = []
    for stream in await _streams(session, desk):
        for row in await journal.read(stream):
            kind, _, body = encode(row.event)
            if row.actor == place_id or any(each in body for each in wanted):
                found.append(Act(row.at, row.stream, row.seq, kind))
    return found


async def minutes(
    session: Accreditation, place_id: str, desk: Desk, participation: Participation
) -> Mapping[str, MinutesByWord]:
    """Meeting to the minutes for which the place's line was how."""
    counted = {one: (await participation.of(one)).get(place_id) for one in await _meetings(session, desk)}
    return {meeting_id: words for meeting_id, words in counted.items() if words}


async def _meetings(session: Accreditation, desk: Desk) -> Sequence[str]:
    every = [(one, (await desk.load(MEETING, one)).state) for one in await desk.identifiers(MEETING)]
    return [one for one, meeting in every if meeting.session_id == session.session_id]


async def _streams(session: Accreditation, desk: Desk) -> Sequence[str]:
    return [
        ACCREDITATION.stream(session.session_id),
        *(MEETING.stream(meeting_id) for meeting_id in await _meetings(session, desk)),
    ]

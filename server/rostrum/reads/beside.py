"""Possible duplicates of one application: which others, what matches, and what somebody has said of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.application import ApplicationState
from rostrum.assembly.reading import pair
from rostrum.reads.duplicates import Likeness
from rostrum.reads.register import Register


@dataclass(frozen=True)
class Double:
    """Another application that may be for the same. `unlike`: somebody of the secretariat said that it is not."""

    application_id: str
    reference: str
    organisation: str
    state: ApplicationState
    likenesses: Sequence[Likeness]
    unlike: bool


async def doubles_of(session: Accreditation, register: Register, application_id: str) -> Sequence[Double]:
    """The others that one may be a duplicate of: those that are open first, the likest before others."""
    entries, alike = await register.entries(session), await register.likenesses(session)
    found = [
        Double(
            other_id,
            session.applications[other_id].reference,
            entries[other_id].organisation,
            session.applications[other_id].state,
            likenesses,
            pair(application_id, other_id) in session.reading.unlike,
        )
        for other_id, likenesses in alike.of(application_id).items()
    ]
    return sorted(found, key=lambda double: (double.unlike, -len(double.likenesses), double.reference))

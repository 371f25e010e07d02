"""The interpreters who sit in the hall, as a technician sees them who sends their sound."""

from collections.abc import Sequence
from dataclasses import dataclass

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Right
from rostrum.assembly.interpretation import Interpretation
from rostrum.reads.names import Name, Names


@dataclass(frozen=True)
class HallInterpreter:
    """One of a booth's team who sits in the hall. `there`: at the console with a line; `lost`: without it."""

    place_id: str
    booth_id: str
    name: Name
    there: bool
    lost: bool
    on_air: bool
    heard: bool
    """On air with an open microphone."""


def sits_in_hall(session: Accreditation, interpretation: Interpretation, place_id: str) -> bool:
    """Whether a place is that of an interpreter of a booth's team who sits in the hall."""
    place = session.places.get(place_id)
    return (
        place is not None
        and not place.closed
        and not place.remote
        and Right.INTERPRET in place.rights
        and interpretation.booth_of_place(place_id) is not None
    )


async def hall_interpreters(
    session: Accreditation, interpretation: Interpretation, names: Names
) -> Sequence[HallInterpreter]:
    """Everybody of a team who sits in the hall, booth by booth."""
    found = [
        (booth, place_id)
        for _, booth in sorted(interpretation.booths.items())
        for place_id in booth.team
        if sits_in_hall(session, interpretation, place_id)
    ]
    known = await names.of(session.places[place_id] for _, place_id in found)
    return [
        HallInterpreter(
            place_id,
            booth.booth_id,
            known[place_id],
            place_id in booth.seated - booth.lost,
            place_id in booth.lost,
            booth.on_air == place_id,
            booth.heard == place_id,
        )
        for booth, place_id in found
    ]

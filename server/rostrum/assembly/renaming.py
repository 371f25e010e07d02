"""What a change of an organisation's name makes of the places that its people have."""

from collections.abc import Mapping, Set
from datetime import datetime

from rostrum.assembly.application import Application
from rostrum.assembly.place import Place, PlaceRevised


def renamed(
    places: Mapping[str, Place], application: Application, granted: Set[str], now: datetime
) -> list[PlaceRevised]:
    """The events for those who have not changed themselves. `granted`: members whose places are written anew anyhow."""
    events: list[PlaceRevised] = []
    for member in application.members.values():
        place = None if member.place_id is None else places[member.place_id]
        if place is None or place.closed or member.member_id in granted:
            continue
        if place.organisation_id not in {None, application.dossier_id}:
            events.append(
                PlaceRevised(
                    now,
                    place.place_id,
                    place.remote,
                    place.dossier_id,
                    application.dossier_id,
                    place.protected_id,
                )
            )
    return events

"""What a change of an organisation (its name, its category) makes of the places that its people have."""

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import datetime

from rostrum.assembly import standing
from rostrum.assembly.application import Application
from rostrum.assembly.place import Place, PlaceRevised
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules import Rules


def followed(
    rules: Rules, places: Mapping[str, Place], application: Application, granted: Set[str], now: datetime
) -> list[PlaceRevised]:
    """The events for those who have not changed themselves. `granted`: members whose places are written anew anyhow.

    Raises `Refused` where the category is not given any more, or does not take part as one of them does.
    """
    events: list[PlaceRevised] = []
    for member in application.members.values():
        place = None if member.place_id is None else places[member.place_id]
        if place is None or place.closed or member.member_id in granted:
            continue
        revised = PlaceRevised(
            now, place.place_id, place.remote, place.dossier_id, application.dossier_id, place.protected_id
        )
        if place.category != application.category:
            category = rules.categories.get(application.category)
            if category is None or category.retired:
                raise Refused(Why.CATEGORY_RETIRED)
            standing.require_seat(rules, application.category, remote=place.remote)
            events.append(replace(revised, category=application.category, rights=category.rights))
        elif place.organisation_id not in {None, application.dossier_id}:
            events.append(revised)
    return events

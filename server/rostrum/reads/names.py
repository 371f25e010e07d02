"""Names to show for places: read from dossiers, remembered in this process, gone when a dossier is purged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rostrum.assembly.place import Place
from rostrum.record.dossiers import Dossiers

PARTS = ("given_name", "family_name", "organisation", "alias", "unlisted", "text")
"""What is remembered of a dossier."""


@dataclass(frozen=True)
class Name:
    """How a place is shown. `person` may be empty where only the delegation is to be shown; both empty once purged."""

    person: str
    delegation: str
    unlisted: bool = False
    """Asked not to be on lists: others are shown the delegation alone, the console who it is."""

    @property
    def on_lists(self) -> "Name":
        """As everybody is shown it: who asked not to be on lists is shown by the delegation alone."""
        return Name("", self.delegation) if self.unlisted else self

    @property
    def purged(self) -> bool:
        """Whether nothing is left to show; the page says so in its own words."""
        return not self.person and not self.delegation


class Names:
    """Names of places by their dossiers.

    Who asked to be shown by another name is shown by that alone; where it cannot be read, by none.
    """

    def __init__(self, dossiers: Dossiers) -> None:
        self._dossiers = dossiers
        self._known: dict[str, Mapping[str, str]] = {}

    async def of(self, places: Iterable[Place]) -> Mapping[str, Name]:
        """Place identifier to name."""
        wanted = list(places)
        await self._read({dossier_id for place in wanted for dossier_id in _dossiers_of(place)})
        return {place.place_id: self._name(place) for place in wanted}

    async def of_dossiers(self, dossier_ids: Iterable[str]) -> Mapping[str, Name]:
        """Dossier identifier to name: of somebody without a place, whom the secretariat typed, or of a group."""
        wanted = set(dossier_ids)
        await self._read(wanted)
        known = {dossier_id: self._known[dossier_id] for dossier_id in wanted}
        return {each: Name(_person(fields), fields.get("organisation", "")) for each, fields in known.items()}

    async def texts(self, dossier_ids: Iterable[str]) -> Mapping[str, str]:
        """Dossier identifier to the text in it, "" where it is no longer kept."""
        wanted = set(dossier_ids)
        await self._read(wanted)
        return {dossier_id: self._known[dossier_id].get("text", "") for dossier_id in wanted}

    async def _read(self, dossier_ids: set[str]) -> None:
        missing = dossier_ids - self._known.keys()
        if missing:
            found = await self._dossiers.get_many(missing)
            for dossier_id in missing:
                fields = found.get(dossier_id)
                self._known[dossier_id] = {} if fields is None else {part: str(fields.get(part, "")) for part in PARTS}

    def _name(self, place: Place) -> Name:
        own = self._known[place.dossier_id]
        organisation = own if place.organisation_id is None else self._known[place.organisation_id]
        person, unlisted = _person(own), False
        if place.protected_id is not None:
            wishes = self._known[place.protected_id]
            person = (wishes["alias"] or person) if wishes else ""
            unlisted = not wishes or bool(wishes["unlisted"])
        return Name(person, organisation.get("organisation", ""), unlisted)

    def forget(self, dossier_id: str | None = None) -> None:
        """Read a dossier (None: every one) afresh next time."""
        if dossier_id is None:
            self._known.clear()
        else:
            self._known.pop(dossier_id, None)


def _person(fields: Mapping[str, str]) -> str:
    return " ".join(part for part in (fields.get("given_name", ""), fields.get("family_name", "")) if part)


def _dossiers_of(place: Place) -> Iterable[str]:
    return (each for each in (place.dossier_id, place.organisation_id, place.protected_id) if each is not None)

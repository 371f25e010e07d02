"""How protected people are kept from the public: read once from their wishes, then known without waiting."""

from collections.abc import Iterable

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.place import Place
from rostrum.assembly.release import FULL, OPEN, Guard
from rostrum.reads.wishes import Wishes, wishes_of
from rostrum.record.dossiers import Dossiers


class Guards:
    """Guards by the dossier of the wishes; what has not been read yet, or is no longer kept, counts as everything."""

    def __init__(self, dossiers: Dossiers) -> None:
        self._dossiers = dossiers
        self._known: dict[str, Guard] = {}

    def of(self, session: Accreditation, place_id: str) -> Guard:
        """The guard of a place; OPEN for a name that the secretariat typed, which has none."""
        place = session.places.get(place_id)
        if place is None or place.protected_id is None:
            return OPEN
        return self._known.get(place.protected_id, FULL)

    async def learn(self, places: Iterable[Place]) -> None:
        """Read what these places' holders asked for."""
        for place in places:
            if place.protected_id is not None:
                self._known[place.protected_id] = _guard(await wishes_of(place, self._dossiers))


def _guard(wishes: Wishes) -> Guard:
    return Guard(hides_picture=wishes.voice_only or wishes.masked, masks_voice=wishes.masked)

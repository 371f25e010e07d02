"""What pages on both sides share where somebody is protected."""

from collections.abc import Mapping

from rostrum.identity.secrets import new_id
from rostrum.pages.route import Visit
from rostrum.record.journal import Write


def wishes_sealed(visit: Visit, place_id: str, fields: Mapping[str, str]) -> tuple[str, Write]:
    """A new dossier of what protects a place's holder: (its identifier, the write that keeps it)."""
    house, dossier_id, now = visit.house, new_id(), visit.house.clock()
    write = house.dossiers.seal(
        dossier_id,
        session_id=visit.session_id,
        subject=place_id,
        kind="protection",
        fields=fields,
        created_at=now,
        purge_at=now + house.lives.protected,
    )
    return dossier_id, write

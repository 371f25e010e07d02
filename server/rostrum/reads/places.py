"""Places and how their links stand, for the secretariat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.place import Link
from rostrum.reads.names import Name, Names


class LinkStanding(StrEnum):
    """How a place's newest link stands."""

    UNUSED = "unused"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"
    CLOSED = "closed"


@dataclass(frozen=True)
class PlaceRow:
    """One place with its newest link."""

    place_id: str
    name: Name
    category: str
    remote: bool
    link_id: str | None
    standing: LinkStanding
    expires_at: datetime | None
    checked_in_at: datetime | None


async def place_rows(session: Accreditation, names: Names, now: datetime) -> Sequence[PlaceRow]:
    """Every place, newest first."""
    known = await names.of(session.places.values())
    newest: dict[str, Link] = {link.place_id: link for link in session.links.values()}
    rows = []
    for place in reversed(list(session.places.values())):
        link = newest.get(place.place_id)
        standing = LinkStanding.CLOSED if place.closed else _standing(link, now)
        rows.append(
            PlaceRow(
                place.place_id,
                known[place.place_id],
                place.category,
                place.remote,
                None if link is None else link.link_id,
                standing,
                None if link is None else link.expires_at,
                place.checked_in_at,
            )
        )
    return rows


def _standing(link: Link | None, now: datetime) -> LinkStanding:
    if link is None or link.revoked_at is not None:
        return LinkStanding.REVOKED
    if now >= link.expires_at:
        return LinkStanding.EXPIRED
    return LinkStanding.USED if link.devices else LinkStanding.UNUSED

"""What somebody asked for to be protected: read where it has to be heeded, never kept in an event or a page's model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rostrum.assembly.delegation import Member
from rostrum.assembly.place import Place
from rostrum.record.dossiers import Dossiers


@dataclass(frozen=True)
class Wishes:
    """The wishes of a place's holder, but for the name, which `Names` knows.

    `voice_only`: no picture of them is taken in. `unlisted`: others are shown their delegation alone.
    """

    voice_only: bool = False
    unlisted: bool = False
    no_photograph: bool = False
    masked: bool = False


NONE = Wishes()
UNREADABLE = Wishes(voice_only=True, unlisted=True, no_photograph=True, masked=True)
"""There were wishes and they are no longer kept: nothing is shown that might be against them."""


TICKS = ("voice_only", "unlisted", "no_photograph", "masked")
"""The fields of a dossier of wishes, beside `alias`."""


async def written_wishes(place: Place, dossiers: Dossiers) -> Mapping[str, str]:
    """What is asked for a place's holder, by field; every tick where it is no longer kept."""
    if place.protected_id is None:
        return {}
    fields = await dossiers.get(place.protected_id)
    if fields is None:
        return dict.fromkeys(TICKS, "yes")
    return {name: str(fields.get(name, "")) for name in ("alias", *TICKS)}


def lessens(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether somebody is protected less by `after`: a wish is gone, or the other name without one in its place."""
    return any(before.get(name) and not after.get(name) for name in ("alias", *TICKS))


def asked_by(address: str, people: Iterable[tuple[str, bool]]) -> bool:
    """Whether a mail to an address reaches somebody who asked for protection: `people` as (address, asked)."""
    return any(asked and theirs.casefold() == address.casefold() for theirs, asked in people)


async def asked_among(address: str, members: Iterable[Member], dossiers: Dossiers) -> bool:
    """The same of an application's members."""
    protected = [member.dossier_id for member in members if member.protected_id is not None]
    found = await dossiers.get_many(protected)
    return asked_by(address, [(str(fields.get("email", "")), True) for fields in found.values()])


async def wishes_of(place: Place, dossiers: Dossiers) -> Wishes:
    """The wishes that hold for a place."""
    if place.protected_id is None:
        return NONE
    fields = await dossiers.get(place.protected_id)
    if fields is None:
        return UNREADABLE
    return Wishes(**{name: bool(fields.get(name)) for name in TICKS})

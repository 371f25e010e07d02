"""The standing of categories in a session: what each may do is the session's own data, changed by decision.

A change is looked at before it is made: `touched` says whom it would touch, and how. Places follow their category at
once, those granted long before too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.application import Application, ApplicationState
from rostrum.assembly.delegation import counted
from rostrum.assembly.place import Place
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules import ALL_DOCUMENTS, ALL_MEETINGS, ALL_SEATS, CODE, Category, Rules

LIMIT_MAX_MS = 3_600_000
"""The longest statement that a category can be given."""
MEMBERS_MAX = 10_000

_UNDECIDED = frozenset({ApplicationState.SUBMITTED, ApplicationState.QUESTIONED})


@dataclass(frozen=True)
class ChangeStanding:
    """Give a category, a new one too, this standing from now on. `text_id`: the dossier with the decision."""

    code: str
    category: Category
    text_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class StandingChanged:
    """A category has another standing; every place of it has its rights.

    `narrows`: something that was allowed no longer is.
    """

    at: datetime
    code: str
    category: Category
    text_id: str
    narrows: bool = False


@dataclass(frozen=True)
class PlaceTouched:
    """What a change of standing makes of one place. `misseated`: it takes part in a way that is no longer offered."""

    place_id: str
    gains: frozenset[Right]
    loses: frozenset[Right]
    misseated: bool


@dataclass(frozen=True)
class Touched:
    """Whom a change of a category's standing touches.

    `meetings_lost`, `documents_lost` and their opposites hold for each of `places`. `applications`: those that wait for
    a decision in this category; `too_many`: those among them that name more people than are allowed from now on.
    """

    places: tuple[PlaceTouched, ...]
    meetings_gained: frozenset[str]
    meetings_lost: frozenset[str]
    documents_gained: frozenset[str]
    documents_lost: frozenset[str]
    applications: tuple[str, ...]
    too_many: tuple[str, ...]


def decide(rules: Rules, command: ChangeStanding, actor: Actor, now: datetime) -> list[StandingChanged]:
    """What the command brings about; nothing where it changes nothing. Raises `Refused`.

    Nobody takes from their own category the right by which they act: the session would have nobody to give it back.
    """
    new = command.category
    if not CODE.fullmatch(command.code) or not _sound(new):
        raise Refused(Why.STANDING_WRONG)
    if actor.category == command.code and Right.ADMINISTER not in new.rights:
        raise Refused(Why.OWN_STANDING)
    old = rules.categories.get(command.code)
    if old == new:
        return []
    narrows = old is not None and bool(old.rights - new.rights or old.meetings - new.meetings)
    return [StandingChanged(now, command.code, new, command.text_id, narrows)]


def _sound(category: Category) -> bool:
    """Whether a category's values can be used at all."""
    return (
        0 < category.limit_ms <= LIMIT_MAX_MS
        and 0 <= category.members_max <= MEMBERS_MAX
        and category.meetings <= ALL_MEETINGS
        and category.documents <= ALL_DOCUMENTS
        and bool(category.seats)
        and category.seats <= ALL_SEATS
        and Right.APPLY not in category.rights
        and not (category.retired and category.applies)
    )


def changed(rules: Rules, event: StandingChanged) -> Rules:
    """The rules after a change; a new category comes last."""
    return replace(rules, categories={**rules.categories, event.code: event.category})


def followed(places: Mapping[str, Place], event: StandingChanged) -> Mapping[str, Place]:
    """The places after a change: those of the category have its rights."""
    rights = event.category.rights
    return {
        place_id: replace(place, rights=rights) if place.category == event.code else place
        for place_id, place in places.items()
    }


def touched(
    rules: Rules, places: Mapping[str, Place], applications: Mapping[str, Application], code: str, new: Category
) -> Touched:
    """Whom a change would touch: a dry run."""
    old = rules.categories.get(code, Category(frozenset(), 1, applies=False))
    meetings_gained, meetings_lost = new.meetings - old.meetings, old.meetings - new.meetings
    documents_gained, documents_lost = new.documents - old.documents, old.documents - new.documents
    common = bool(meetings_gained or meetings_lost or documents_gained or documents_lost)
    touched_places = []
    for place in places.values():
        if place.closed or place.category != code:
            continue
        gains, loses = new.rights - place.rights, place.rights - new.rights
        misseated = not new.seats_in(remote=place.remote)
        if gains or loses or misseated or common:
            touched_places.append(PlaceTouched(place.place_id, gains, loses, misseated))
    waiting = [each for each in applications.values() if each.category == code and each.state in _UNDECIDED]
    too_many = [each for each in waiting if 0 < new.members_max < counted(each.members)]
    return Touched(
        tuple(touched_places),
        meetings_gained,
        meetings_lost,
        documents_gained,
        documents_lost,
        tuple(each.application_id for each in waiting) if new != old else (),
        tuple(each.application_id for each in too_many),
    )


def require_seat(rules: Rules, category: str, *, remote: bool) -> None:
    """Raise `Refused(SEAT_NOT_OFFERED)` where the category does not take part in this way."""
    found = rules.categories.get(category)
    if found is not None and not found.seats_in(remote=remote):
        raise Refused(Why.SEAT_NOT_OFFERED)

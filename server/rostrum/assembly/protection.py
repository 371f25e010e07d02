"""Protection of a place's holder once they have a place: set for them by the secretariat, wished and lifted by them.

What is wished lies in a dossier; events name it. The secretariat can protect somebody more and never less: that takes
the person's own wish, or their yes to a question.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.place import Ground, Place, Protection
from rostrum.assembly.refusal import Refused, Why

# Commands


@dataclass(frozen=True)
class SetProtection:
    """The secretariat protects somebody, as the dossier `protected_id` says.

    `replaces`: the dossier of the wishes that were looked at; `lessens`: whether one of those would be gone.
    """

    place_id: str
    protected_id: str
    ground: Ground
    replaces: str | None
    lessens: bool
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class AskToLift:
    """The secretariat asks the person whether what it set can be lifted."""

    place_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class WishProtection:
    """Somebody says how they are to be protected themselves, from now on; None: in no way."""

    protected_id: str | None
    needs: ClassVar = (Right.ATTEND,)


@dataclass(frozen=True)
class AnswerLifting:
    """The person answers the secretariat's question: `lift`, or keep."""

    lift: bool
    needs: ClassVar = (Right.ATTEND,)


ProtectionCommand = SetProtection | AskToLift | WishProtection | AnswerLifting


# Events


@dataclass(frozen=True)
class ProtectionSet:
    """A place's holder is protected as the dossier says (None: not), in effect at once.

    `by` (a place) is the holder's own where the ground is their own wish.
    """

    at: datetime
    place_id: str
    protected_id: str | None
    ground: Ground
    by: str


@dataclass(frozen=True)
class LiftingAsked:
    """The secretariat (`by`: a place) has asked the holder whether its protection can be lifted."""

    at: datetime
    place_id: str
    by: str


@dataclass(frozen=True)
class LiftingAnswered:
    """The holder has answered: `lifted`, they are protected as before the secretariat did; else nothing changes."""

    at: datetime
    place_id: str
    lifted: bool


ProtectionEvent = ProtectionSet | LiftingAsked | LiftingAnswered


def decide(
    places: Mapping[str, Place], command: ProtectionCommand, actor: Actor, now: datetime
) -> list[ProtectionEvent]:
    """The events of a command about a place: the one that it names, or the actor's own. Raises `Refused`."""
    others = isinstance(command, SetProtection | AskToLift)
    place = places.get(command.place_id if isinstance(command, SetProtection | AskToLift) else actor.place_id)
    if place is None:
        raise Refused(Why.NO_SUCH_PLACE)
    if place.closed:
        raise Refused(Why.PLACE_CLOSED)
    if others and place.place_id == actor.place_id:
        raise Refused(Why.NOT_ENTITLED)
    match command:
        case SetProtection():
            if command.ground is Ground.OWN:
                raise Refused(Why.NOT_ENTITLED)
            if command.replaces != place.protected_id:
                raise Refused(Why.PROTECTION_CHANGED)
            if command.lessens:
                raise Refused(Why.PROTECTION_THEIRS)
            return [ProtectionSet(now, place.place_id, command.protected_id, command.ground, actor.place_id)]
        case AskToLift():
            if place.protection is None or place.protection.ground is Ground.OWN:
                raise Refused(Why.NOTHING_TO_LIFT)
            return [] if place.protection.asked else [LiftingAsked(now, place.place_id, actor.place_id)]
        case WishProtection():
            return [ProtectionSet(now, place.place_id, command.protected_id, Ground.OWN, place.place_id)]
        case AnswerLifting():
            if place.protection is None or not place.protection.asked:
                raise Refused(Why.NOTHING_TO_LIFT)
            return [LiftingAnswered(now, place.place_id, command.lift)]


def apply(place: Place, event: ProtectionEvent) -> Place:
    """The place after an event."""
    before = place.protection
    match event:
        case ProtectionSet(ground=Ground.OWN):
            kept = Protection(event.at, event.by, event.ground)
            return replace(place, protected_id=event.protected_id, protection=kept)
        case ProtectionSet():
            # A yes brings back what stood before the first act of the secretariat.
            others = before is not None and before.ground is not Ground.OWN
            restores = before.restores if before is not None and others else place.protected_id
            kept = Protection(event.at, event.by, event.ground, restores)
            return replace(place, protected_id=event.protected_id, protection=kept)
        case LiftingAsked():
            return replace(place, protection=None if before is None else replace(before, asked=True))
        case LiftingAnswered() if event.lifted and before is not None:
            own = Protection(event.at, event.place_id, Ground.OWN)
            return replace(place, protected_id=before.restores, protection=own)
        case LiftingAnswered():
            return replace(place, protection=None if before is None else replace(before, asked=False))


def after_acceptance(place: Place, protected_id: str | None) -> str | None:
    """The dossier that holds for a place when a change to its application is accepted, which names `protected_id`.

    What was set since the place was given stands: it was set for the person, or by them.
    """
    return protected_id if place.protection is None else place.protected_id

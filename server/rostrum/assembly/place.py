"""Places in a session and the personal links that lead to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.refusal import Refused, Why

OFFICES = frozenset({Right.PRESIDE, Right.ADMINISTER, Right.SHOW_HALL, Right.FEED_HALL})
"""With one of these a place belongs to the session rather than to a person."""

TOLD_LATE = timedelta(days=1)
"""How long after a badge was read a door may still tell of it."""


class Ground(StrEnum):
    """Why somebody's protection was set anew once they had a place."""

    ASKED = "asked"
    """The person asked the secretariat, by telephone or at its desk."""
    EMERGENCY = "emergency"
    """Nobody could be asked."""
    OWN = "own"
    """The person said so on their own page."""


@dataclass(frozen=True)
class Protection:
    """How a place's protection was set last, by whom (`by`: a place) and why. See `protection.py`.

    `restores`: the dossier that the holder's yes brings back; `asked`: the secretariat waits for that yes.
    """

    at: datetime
    by: str
    ground: Ground
    restores: str | None = None
    asked: bool = False


@dataclass(frozen=True)
class Place:
    """One person's (or screen's) standing in the session. `dossier_id` holds the name that is shown.

    `organisation_id`: the dossier that holds the organisation's name, where it is not the same. `protected_id`: that of
    the wishes for protection (another name to be shown, …), where there are some.
    """

    place_id: str
    delegation_id: str
    category: str
    rights: frozenset[Right]
    remote: bool
    dossier_id: str
    closed: bool = False
    organisation_id: str | None = None
    protected_id: str | None = None
    checked_in_at: datetime | None = None
    """When the badge was first read at a door; None: its holder has not come to the hall."""
    protection: Protection | None = None
    """Set since the place was given: what the application says of protection changes nothing any more."""

    def actor(self) -> Actor:
        """The actor that the holder of this place is; without any right once it is closed."""
        rights = frozenset[Right]() if self.closed else self.rights
        return Actor(self.place_id, self.delegation_id, self.category, rights, self.remote)


@dataclass(frozen=True)
class Link:
    """A personal link to a place. Its secret is not here.

    `devices`: those that it leads in from, none before its first use; `asking`: those that wait to be let in, and since
    when.
    """

    link_id: str
    place_id: str
    issued_at: datetime
    expires_at: datetime
    devices: tuple[str, ...] = ()
    revoked_at: datetime | None = None
    asking: Mapping[str, datetime] = field(default_factory=dict)

    def require_usable(self, now: datetime) -> None:
        """Raise `Refused` where the link opens nothing (any more)."""
        if self.revoked_at is not None:
            raise Refused(Why.LINK_REVOKED)
        if now >= self.expires_at:
            raise Refused(Why.LINK_EXPIRED)


# Commands


@dataclass(frozen=True)
class AppointOfficer:
    """Give a place without application: officers, the hall's screen, representatives whom a state names."""

    place_id: str
    delegation_id: str
    category: str
    remote: bool
    dossier_id: str
    link_id: str
    expires_at: datetime
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class IssueLink:
    """Give a place a new link; the one before is revoked with it."""

    place_id: str
    link_id: str
    expires_at: datetime
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class BindLink:
    """First use: the link belongs to this device from now on. Sent by identity for whoever holds the secret."""

    link_id: str
    device_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class RevokeLink:
    """Close a link at once."""

    link_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class ReplaceLink:
    """A focal point has a member's lost link replaced; it goes to the member's own address."""

    application_id: str
    member_id: str
    link_id: str
    expires_at: datetime
    needs: ClassVar = (Right.APPLY,)


@dataclass(frozen=True)
class LeaveSession:
    """Somebody ends their own place: their links end with it, and they are no longer of their delegation."""

    needs: ClassVar = (Right.ATTEND,)


@dataclass(frozen=True)
class CheckIn:
    """The holder of a place has come to the door with their badge. `seen_at`: when, where it is told later."""

    place_id: str
    seen_at: datetime | None = None
    needs: ClassVar = (Right.CHECK_IN, Right.ADMINISTER)


PlaceCommand = AppointOfficer | IssueLink | BindLink | RevokeLink | ReplaceLink | LeaveSession | CheckIn


# Events


@dataclass(frozen=True)
class PlaceGranted:
    """A place in the session exists."""

    at: datetime
    place_id: str
    delegation_id: str
    category: str
    rights: frozenset[Right]
    remote: bool
    dossier_id: str
    organisation_id: str | None = None
    protected_id: str | None = None


@dataclass(frozen=True)
class PlaceRevised:
    """What a change after the accreditation brought: another dossier, or the other way to take part.

    `category`, `rights`: where the organisation's category is another now; else empty and None.
    """

    at: datetime
    place_id: str
    remote: bool
    dossier_id: str
    organisation_id: str | None = None
    protected_id: str | None = None
    category: str = ""
    rights: frozenset[Right] | None = None


@dataclass(frozen=True)
class PlaceCheckedIn:
    """The holder has come. `at`: when the badge was read; a door without a line tells it later."""

    at: datetime
    place_id: str


@dataclass(frozen=True)
class PlaceClosed:
    """The place is no more; its holder may nothing."""

    at: datetime
    place_id: str


@dataclass(frozen=True)
class LinkIssued:
    """A link to a place exists."""

    at: datetime
    link_id: str
    place_id: str
    expires_at: datetime


@dataclass(frozen=True)
class LinkBound:
    """The link was used for the first time and belongs to a device."""

    at: datetime
    link_id: str
    device_id: str


@dataclass(frozen=True)
class LinkRevoked:
    """The link opens nothing any more."""

    at: datetime
    link_id: str


PlaceEvent = PlaceGranted | PlaceRevised | PlaceCheckedIn | PlaceClosed
LinkEvent = LinkIssued | LinkBound | LinkRevoked


def new_link(links: Mapping[str, Link], link_id: str, place_id: str, expires_at: datetime, now: datetime) -> LinkIssued:
    """The event that gives a place a link. Raises `Refused` where it would be none."""
    if link_id in links:
        raise Refused(Why.ALREADY_EXISTS)
    if expires_at <= now:
        raise Refused(Why.EXPIRY_PAST)
    return LinkIssued(now, link_id, place_id, expires_at)


def revocations(links: Mapping[str, Link], place_id: str, now: datetime) -> list[LinkRevoked]:
    """The events that close every link of a place."""
    return [
        LinkRevoked(now, link.link_id)
        for link in links.values()
        if link.place_id == place_id and link.revoked_at is None
    ]


def issue(places: Mapping[str, Place], links: Mapping[str, Link], command: IssueLink, now: datetime) -> list[LinkEvent]:
    """A new link for a place in place of the one before. Raises `Refused`."""
    place = places.get(command.place_id)
    if place is None:
        raise Refused(Why.NO_SUCH_PLACE)
    if place.closed:
        raise Refused(Why.PLACE_CLOSED)
    issued = new_link(links, command.link_id, command.place_id, command.expires_at, now)
    return [*revocations(links, command.place_id, now), issued]


def bind(link: Link | None, command: BindLink, now: datetime) -> list[LinkEvent]:
    """First use binds; the same device again changes nothing; another is refused."""
    if link is None:
        raise Refused(Why.NO_SUCH_LINK)
    link.require_usable(now)
    if command.device_id in link.devices:
        return []
    if link.devices:
        raise Refused(Why.LINK_BOUND)
    return [LinkBound(now, link.link_id, command.device_id)]


def revoke(link: Link | None, now: datetime) -> list[LinkEvent]:
    """Close one link. Raises `Refused` where it is closed or not there."""
    if link is None:
        raise Refused(Why.NO_SUCH_LINK)
    if link.revoked_at is not None:
        raise Refused(Why.LINK_REVOKED)
    return [LinkRevoked(now, link.link_id)]


def may_leave(actor: Actor) -> bool:
    """Whether somebody may end their own place: an office of the session is not left by a button."""
    return not actor.rights & OFFICES


def check_in(place: Place | None, command: CheckIn, now: datetime) -> list[PlaceCheckedIn]:
    """The holder has come: once; a second time brings nothing. Raises `Refused`."""
    if place is None:
        raise Refused(Why.NO_SUCH_PLACE)
    if place.closed:
        raise Refused(Why.PLACE_CLOSED)
    if place.checked_in_at is not None:
        return []
    # A door's clock is believed for a day back, and never ahead.
    at = now if command.seen_at is None else min(now, max(command.seen_at, now - TOLD_LATE))
    return [PlaceCheckedIn(at, place.place_id)]


def apply_to_place(place: Place | None, event: PlaceEvent) -> Place:
    """The place after an event; the first must be `PlaceGranted`."""
    if isinstance(event, PlaceGranted):
        place = Place(event.place_id, event.delegation_id, event.category, event.rights, event.remote, event.dossier_id)
        return replace(place, organisation_id=event.organisation_id, protected_id=event.protected_id)
    if place is None:
        raise ValueError(f"{type(event).__name__} before PlaceGranted")
    if isinstance(event, PlaceRevised):
        return replace(
            place,
            remote=event.remote,
            dossier_id=event.dossier_id,
            organisation_id=event.organisation_id,
            protected_id=event.protected_id,
            category=event.category or place.category,
            rights=place.rights if event.rights is None else event.rights,
        )
    if isinstance(event, PlaceCheckedIn):
        return replace(place, checked_in_at=event.at)
    return replace(place, closed=True)


def apply_to_link(link: Link | None, event: LinkEvent) -> Link:
    """The link after an event; the first must be `LinkIssued`."""
    if isinstance(event, LinkIssued):
        return Link(event.link_id, event.place_id, event.at, event.expires_at)
    if link is None:
        raise ValueError(f"{type(event).__name__} before LinkIssued")
    if isinstance(event, LinkBound):
        return replace(link, devices=(event.device_id,))
    return replace(link, revoked_at=event.at)

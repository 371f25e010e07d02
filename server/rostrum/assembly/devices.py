"""The devices of a personal link: the first by its first use, others where one of them lets them in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.place import Link
from rostrum.assembly.refusal import Refused, Why

DEVICES_MAX = 5
"""Devices of one link: a computer, a phone, and some to spare."""
ASKING_LIFE = timedelta(minutes=10)
"""How long a device that asks to be let in waits for the answer."""
ASKING_MAX = 3
"""How many may wait at once."""
OWNER = (Right.ATTEND, Right.ADMINISTER, Right.CHECK_IN)


# Commands


@dataclass(frozen=True)
class AskForDevice:
    """A further device asks to be let in. Sent by identity for whoever holds the link's secret."""

    link_id: str
    device_id: str
    needs: ClassVar = (Right.ADMINISTER,)


@dataclass(frozen=True)
class LetDeviceIn:
    """The link's holder lets a device in that asks, or (by a passkey) one that need not ask."""

    link_id: str
    device_id: str
    needs: ClassVar = OWNER


@dataclass(frozen=True)
class TurnDeviceAway:
    """The link's holder does not know the device that asks."""

    link_id: str
    device_id: str
    needs: ClassVar = OWNER


@dataclass(frozen=True)
class RemoveDevice:
    """The link's holder takes a device off: it opens nothing any more, at once."""

    link_id: str
    device_id: str
    needs: ClassVar = OWNER


@dataclass(frozen=True)
class SetMailCodes:
    """Whether the first use of a link is confirmed by a code in mail, where its holder has an address."""

    asked: bool
    needs: ClassVar = (Right.ADMINISTER,)


DeviceCommand = AskForDevice | LetDeviceIn | TurnDeviceAway | RemoveDevice


# Events


@dataclass(frozen=True)
class DeviceAsked:
    """A further device waits to be let in."""

    at: datetime
    link_id: str
    device_id: str


@dataclass(frozen=True)
class DeviceLetIn:
    """The link leads in from this device, too."""

    at: datetime
    link_id: str
    device_id: str


@dataclass(frozen=True)
class DeviceTurnedAway:
    """The device that asked was not let in."""

    at: datetime
    link_id: str
    device_id: str


@dataclass(frozen=True)
class DeviceRemoved:
    """The device opens nothing any more."""

    at: datetime
    link_id: str
    device_id: str


@dataclass(frozen=True)
class MailCodesSet:
    """From now on a code in mail confirms the first use of a link, or does not."""

    at: datetime
    asked: bool


DeviceEvent = DeviceAsked | DeviceLetIn | DeviceTurnedAway | DeviceRemoved


def asking(link: Link, now: datetime) -> Mapping[str, datetime]:
    """The devices that still wait to be let in, and since when."""
    return {device_id: since for device_id, since in link.asking.items() if now < since + ASKING_LIFE}


def decide(links: Mapping[str, Link], command: DeviceCommand, actor: Actor, now: datetime) -> list[DeviceEvent]:
    """The events that a command about a device brings about. Raises `Refused`."""
    link = links.get(command.link_id)
    # Somebody else's link is to them none at all: what they try changes nothing for its holder.
    if link is None or (actor is not SYSTEM and actor.place_id != link.place_id):
        raise Refused(Why.NO_SUCH_LINK)
    link.require_usable(now)
    match command:
        case AskForDevice(device_id=device_id):
            _require_room(link)
            if len(asking(link, now)) >= ASKING_MAX:
                raise Refused(Why.TOO_MANY_DEVICES)
            return [DeviceAsked(now, link.link_id, device_id)]
        case LetDeviceIn(device_id=device_id):
            if actor is not SYSTEM and device_id not in asking(link, now):
                raise Refused(Why.NO_SUCH_DEVICE)
            if device_id in link.devices:
                return []
            _require_room(link)
            return [DeviceLetIn(now, link.link_id, device_id)]
        case TurnDeviceAway(device_id=device_id):
            if device_id not in asking(link, now):
                raise Refused(Why.NO_SUCH_DEVICE)
            return [DeviceTurnedAway(now, link.link_id, device_id)]
        case RemoveDevice(device_id=device_id):
            if device_id not in link.devices:
                raise Refused(Why.NO_SUCH_DEVICE)
            if len(link.devices) == 1:
                raise Refused(Why.LAST_DEVICE)
            return [DeviceRemoved(now, link.link_id, device_id)]


def _require_room(link: Link) -> None:
    if not link.devices:
        raise Refused(Why.NO_SUCH_DEVICE)
    if len(link.devices) >= DEVICES_MAX:
        raise Refused(Why.TOO_MANY_DEVICES)


def apply(link: Link | None, event: DeviceEvent) -> Link:
    """The link after an event about one of its devices."""
    if link is None:
        raise ValueError(f"{type(event).__name__} before LinkIssued")
    waiting = {device_id: since for device_id, since in link.asking.items() if device_id != event.device_id}
    match event:
        case DeviceAsked():
            live = {device_id: since for device_id, since in waiting.items() if event.at < since + ASKING_LIFE}
            return replace(link, asking={**live, event.device_id: event.at})
        case DeviceLetIn():
            return replace(link, devices=(*link.devices, event.device_id), asking=waiting)
        case DeviceTurnedAway():
            return replace(link, asking=waiting)
        case DeviceRemoved():
            return replace(link, devices=tuple(each for each in link.devices if each != event.device_id))

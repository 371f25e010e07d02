"""What feeds the hall's source and what leaves the meeting: encoders, the choice among feeds, the webcast.

Encoders have no place: each of the two feeds has at most one link, whose token is made from its identifier and is worth
nothing once the record names another or none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.sitting import MeetingKind


class Feed(StrEnum):
    """What may be sent for the hall."""

    MAIN = "main"
    BACKUP = "backup"


class Choice(StrEnum):
    """Which feed is the hall's. AUTO: the main one, and the backup while the main one's packets do not come."""

    AUTO = "auto"
    MAIN = "main"
    BACKUP = "backup"
    TEST = "test"
    """The generated picture and sound."""


@dataclass(frozen=True)
class Feeds:
    """How the hall is fed. `encoders`: by feed, the identifier of the link that an encoder may use."""

    choice: Choice = Choice.AUTO
    encoders: Mapping[Feed, str] = field(default_factory=dict)
    webcast: bool = False
    webcast_since: datetime | None = None
    """When it was switched on, if it is."""


# Commands


@dataclass(frozen=True)
class LinkEncoder:
    """Make a link for an encoder of a feed, in place of the one that there may be."""

    feed: Feed
    link_id: str
    needs: ClassVar = (Right.FEED_HALL,)


@dataclass(frozen=True)
class UnlinkEncoder:
    """An encoder's link opens nothing any more."""

    feed: Feed
    needs: ClassVar = (Right.FEED_HALL,)


@dataclass(frozen=True)
class ChooseFeed:
    """Patch the hall by hand, or leave it to the machine again."""

    choice: Choice
    needs: ClassVar = (Right.FEED_HALL,)


@dataclass(frozen=True)
class SetWebcast:
    """Let anybody watch the meeting while it sits, or nobody any more."""

    on: bool
    needs: ClassVar = (Right.ADMINISTER,)


FeedCommand = LinkEncoder | UnlinkEncoder | ChooseFeed | SetWebcast


# Events


@dataclass(frozen=True)
class EncoderLinked:
    """An encoder may send a feed by this link."""

    at: datetime
    feed: Feed
    link_id: str


@dataclass(frozen=True)
class EncoderUnlinked:
    """No encoder may send a feed."""

    at: datetime
    feed: Feed


@dataclass(frozen=True)
class FeedChosen:
    """The hall is fed like this from now on."""

    at: datetime
    choice: Choice


@dataclass(frozen=True)
class WebcastSet:
    """The webcast is on, or off."""

    at: datetime
    on: bool


FeedEvent = EncoderLinked | EncoderUnlinked | FeedChosen | WebcastSet


def decide(feeds: Feeds, command: FeedCommand, kind: MeetingKind, now: datetime) -> list[FeedEvent]:
    """The events that a command brings about; none where nothing changes. Raises `Refused`."""
    match command:
        case LinkEncoder(feed, link_id):
            return [EncoderLinked(now, feed, link_id)]
        case UnlinkEncoder(feed):
            return [EncoderUnlinked(now, feed)] if feed in feeds.encoders else []
        case ChooseFeed(choice):
            return [] if choice is feeds.choice else [FeedChosen(now, choice)]
        case SetWebcast(on):
            if on and kind is not MeetingKind.PUBLIC:
                raise Refused(Why.NO_WEBCAST)
            return [] if on == feeds.webcast else [WebcastSet(now, on)]


def apply(feeds: Feeds, event: FeedEvent) -> Feeds:
    """The feeds after an event."""
    match event:
        case EncoderLinked(_, feed, link_id):
            return replace(feeds, encoders={**feeds.encoders, feed: link_id})
        case EncoderUnlinked(_, feed):
            return replace(feeds, encoders={one: link for one, link in feeds.encoders.items() if one is not feed})
        case FeedChosen(_, choice):
            return replace(feeds, choice=choice)
        case WebcastSet(_, on):
            return replace(feeds, webcast=on, webcast_since=event.at if on else None)

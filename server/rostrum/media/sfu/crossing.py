"""What crosses between workers: packets of a source to those whose receivers are given it, and requests the other way.

All but packets is said again every second and forgotten when it is not, so that a lost message or a dead worker heals
by itself. Both ends are the same program under the same user, joined by sockets that nobody else can reach.
"""

import pickle
import struct
from dataclasses import dataclass

from rostrum.media.wire.rtp import Malformed, RtpPacket

AGAIN_S = 1.0
"""How often what stands is said again."""
FORGOTTEN_S = 3.0
"""What was not said again for so long stands no more."""

_PACKET, _OTHER = b"\0", b"\1"
_HEAD = struct.Struct("!xIHBHI")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The sender has receivers of this source. `anew`: it had none a moment ago, and waits to be told of the feed."""

    meeting_id: str
    source: str
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Unwanted:
    """The sender has no receivers of this source any more."""

    meeting_id: str
    source: str


@dataclass(frozen=True, slots=True)
class TrackTold:
    """One track of a feed. Its `number` is never another one's; `key` is its place in the feed (see `source.Feed`)."""

    number: int
    key: str
    kind: str
    codec: str
    clock_rate: int
    clocks: tuple[float, int] | None
    """The publisher's wall clock in s and its RTP timestamp then, once it reported."""


@dataclass(frozen=True, slots=True)
class FeedTold:
    """What the sender publishes as a source, with what is known of the publisher's clock."""

    feed_id: int
    meeting_id: str
    source: str
    offset_s: float | None
    tracks: tuple[TrackTold, ...]


@dataclass(frozen=True, slots=True)
class FeedGone:
    """Nothing more of this feed comes."""

    feed_id: int


@dataclass(frozen=True, slots=True)
class KeyframeWanted:
    """A receiver of the sender's cannot go on without a keyframe of this track."""

    feed_id: int
    number: int


@dataclass(frozen=True, slots=True)
class Carried:
    """A packet of a track."""

    feed_id: int
    number: int
    packet: RtpPacket


Message = Wanted | Unwanted | FeedTold | FeedGone | KeyframeWanted | Carried


def written(message: Wanted | Unwanted | FeedTold | FeedGone | KeyframeWanted) -> bytes:
    """A message as it crosses."""
    return _OTHER + pickle.dumps(message)


def packed(feed_id: int, number: int, packet: RtpPacket) -> bytes:
    """A packet as it crosses: without what only its way here needed."""
    return _HEAD.pack(feed_id, number, packet.marker, packet.sequence, packet.timestamp) + packet.payload


def read(data: bytes) -> Message:
    """What `written` or `packed` wrote. Raises `Malformed`."""
    if data[:1] == _OTHER:
        message: Message = pickle.loads(data[1:])  # noqa: S301 - our own process at the other end
        return message
    if data[:1] != _PACKET or len(data) < _HEAD.size:
        raise Malformed("no message between workers")
    feed_id, number, marker, sequence, timestamp = _HEAD.unpack_from(data)
    # Our head stands for RTP's, which is about as long, so that bitrates come out as they do where it came in.
    packet = RtpPacket(data, bool(marker), 0, sequence, timestamp, 0, _HEAD.size, len(data))
    return Carried(feed_id, number, packet)

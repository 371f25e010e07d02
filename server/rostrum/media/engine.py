"""The door to every media engine: what the rest of Rostrum may ask of it, and what it tells back.

An engine carries packets between *sources* (WHIP) and *receivers* (WHEP) as the wanted `Program` says.
It decides nothing. It may be restarted at any time and is healed by `apply` with the current program.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from rostrum.assembly.program import Audience, Program


class OfferRejected(Exception):
    """The offer cannot be answered. `code` is stable and shown to clients in a problem document."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class SourceInUse(Exception):
    """The source is being sent from elsewhere, and the caller did not ask to take it over."""


class NoSuchPeer(Exception):
    """The resource is not there, or no longer."""


class EtagMismatch(Exception):
    """The ICE session named by the caller is not the current one (RFC 9725 section 4.3.3)."""


@dataclass(frozen=True)
class Answer:
    """An SDP answer and where its session lives. `etag` names the ICE session, without quotes."""

    peer_id: str
    sdp: str
    etag: str


class PeerState(StrEnum):
    """How a peer's line stands."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    AWAY = "away"
    CLOSED = "closed"


class Picture(StrEnum):
    """How much of the stage's picture a receiver is given."""

    NONE = "none"
    """Its own wish: the sound alone."""
    PAUSED = "paused"
    """Its line carries no picture now; the sound goes on, and the picture is tried again by itself."""
    SMALL = "small"
    MEDIUM = "medium"
    FULL = "full"


class Wish(StrEnum):
    """The most that a receiver wants of pictures."""

    NONE = "none"
    SMALL = "small"
    MEDIUM = "medium"
    FULL = "full"


@dataclass(frozen=True)
class PeerHealth:
    """One peer as the technician sees it. Rates in bit/s, times in ms, loss as a fraction of 1; None: not known yet."""

    peer_id: str
    meeting_id: str
    place_id: str | None
    source: str | None
    state: PeerState
    round_trip_ms: float | None = None
    loss: float | None = None
    jitter_ms: float | None = None
    bitrate_bps: float | None = None
    picture: Picture | None = None
    """What it is given of the stage; None: it sends, or nothing is shown."""
    held_back: bool = False
    """It is given less than there is, and than it wishes: its line carries no more."""


@dataclass(frozen=True)
class Recording:
    """A recorded statement as it lies sealed on the disk. `key` opens this file alone."""

    recording_id: str
    path: Path
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Playback:
    """What a source is to play: from `at_ms` of the recording on, or standing still where it is."""

    recording: Recording
    at_ms: int
    running: bool


@dataclass(frozen=True)
class PlaybackOver:
    """A recording was played to its end, or could not be (any further)."""

    meeting_id: str
    source: str
    recording_id: str
    failed: bool


PlaybackListener = Callable[[PlaybackOver], None]
"""Called in the event loop, by each of several workers. Must not block."""

Listener = Callable[[PeerHealth], None]
"""Called in the event loop whenever a peer's state changes. Must not block."""


class Engine(Protocol):
    """Every engine fulfils this, and one contract test suite runs against each.

    While an engine is being restarted, its methods raise ConnectionError; the same call succeeds a little later.
    """

    async def start(self) -> None:
        """Bind the media port. Raises OSError where it is taken."""

    async def close(self) -> None:
        """Say goodbye to every peer (DTLS close_notify) and free the port."""

    async def publish(
        self, meeting_id: str, source: str, offer_sdp: str, *, place_id: str | None, take_over: bool = False
    ) -> Answer:
        """Accept a sender (WHIP). One live sender a source: another raises `SourceInUse` unless `take_over`,
        which closes the first. Raises `OfferRejected`."""

    async def subscribe(self, meeting_id: str, audience: Audience, offer_sdp: str, *, place_id: str | None) -> Answer:
        """Accept a receiver (WHEP). The offer's first three video m-lines are the slots stage, podium and sign, its
        audio m-lines floor and channel, in order; further ones are answered inactive. Raises `OfferRejected`."""

    async def restart_ice(self, peer_id: str, fragment: str, etag: str | None) -> tuple[str, str]:
        """Apply a trickle fragment (RFC 8840); returns (answer fragment, etag). A fragment with a new ufrag restarts
        ICE; mere candidates are answered with an empty fragment. `etag` None stands for any.
        Raises `NoSuchPeer`, `EtagMismatch`, `OfferRejected`."""

    async def wish(self, peer_id: str, most: Wish) -> None:
        """A receiver wants no more of pictures than this. Raises `NoSuchPeer`, also for a sender."""

    async def tune(self, peer_id: str, audience: Audience) -> None:
        """A receiver is of this audience from now on, without a new offer. Raises `NoSuchPeer`, also for a sender."""

    async def silence(self, peer_id: str, silent: bool) -> None:
        """While `silent`, a sender's sound is dropped as it comes in, and nothing of it goes on from when this returns;
        its picture does. A new session begins audible. Raises `NoSuchPeer`, also for a receiver."""

    async def remove(self, peer_id: str) -> None:
        """End a peer's session. Raises `NoSuchPeer`."""

    async def evict(self, place_id: str) -> None:
        """End every session of a place, at once; none is no error."""

    async def apply(self, meeting_id: str, program: Program) -> None:
        """Make the meeting's receivers carry this program from now on. The same program again changes nothing."""

    def play(self, meeting_id: str, source: str, clip: Path) -> None:
        """Stand a clip, over and over, behind a source for as long as nobody publishes it."""

    def play_recording(self, meeting_id: str, source: str, playback: Playback) -> None:
        """Play a recorded statement as a source, without coding it again. The recording that is being played goes on
        where it is; another one takes its place. Does not wait: what goes wrong is told to `on_playback_over`."""

    def stop_playing(self, meeting_id: str, source: str) -> None:
        """Play nothing as this source any more; nothing played is no error."""

    def on_playback_over(self, listener: PlaybackListener) -> None:
        """Add a listener to the ends of recordings."""

    @property
    def ready(self) -> bool:
        """Whether somebody who comes now would be taken."""

    def peers(self) -> Sequence[PeerHealth]:
        """All peers now."""

    def listen(self, listener: Listener) -> None:
        """Add a listener to changes of peers' states."""

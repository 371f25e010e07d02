"""One browser's session: who it is, where it is, whether it still agrees to be sent to (RFC 7675), and its keys."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from rostrum.media.engine import PeerHealth, PeerState
from rostrum.media.sfu.dtls import DtlsSrtp, HandshakeFailed, Identity
from rostrum.media.sfu.fanout import Egress
from rostrum.media.sfu.handshakes import Handshakes
from rostrum.media.sfu.ice import Credentials, IceSession
from rostrum.media.sfu.line import Line
from rostrum.media.sfu.negotiate import Remote
from rostrum.media.sfu.port import Path

AWAY_AFTER_S = 8.0
CLOSED_AFTER_S = 30.0
_PATHS_LIMIT = 8


@dataclass(frozen=True)
class Doors:
    """What a peer needs of the engine."""

    identity: Identity
    send: Callable[[bytes, Path], None]
    handshakes: Handshakes
    on_connected: Callable[["Peer"], None]
    on_moved: Callable[["Peer"], None]
    on_state: Callable[["Peer"], None]
    on_ended: Callable[["Peer"], None]


class Peer:
    """See the module. What it publishes is in `intake`, what it receives in `slot`."""

    def __init__(
        self,
        peer_id: str,
        meeting_id: str,
        place_id: str | None,
        source: str | None,
        remote: Remote,
        doors: Doors,
        now_s: float,
    ) -> None:
        self.peer_id, self.meeting_id, self.place_id, self.source = peer_id, meeting_id, place_id, source
        self.remote = remote
        self.session = IceSession(Credentials.fresh(), remote.credentials)
        self.former: IceSession | None = None
        """The session before an ICE restart, good until the new one is proved."""
        self.state = PeerState.CONNECTING
        self.line = Line()
        self.path: Path | None = None
        self.paths: list[Path] = []
        """Those that the peer has proved, latest last."""
        self.consent_s = now_s
        self._doors = doors
        self.dtls = DtlsSrtp(doors.identity, self._send_dtls, self._said_goodbye)
        self._handshake: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether keys are there and the session is not over."""
        return self.dtls.outbound is not None and self.state is not PeerState.CLOSED

    @property
    def our_fingerprint(self) -> str:
        """Our certificate's fingerprint, as SDP writes it."""
        return self._doors.identity.fingerprint

    @property
    def egress(self) -> Egress | None:
        """Where packets for it go, and with what keys."""
        if not self.connected or self.path is None:
            return None
        return Egress(self.dtls.outbound, self.path, self.dtls.tag_bytes, self.dtls)

    @property
    def health(self) -> PeerHealth:
        """For the technician."""
        line = self.line
        return PeerHealth(
            self.peer_id,
            self.meeting_id,
            self.place_id,
            self.source,
            self.state,
            round_trip_ms=line.round_trip_ms,
            loss=line.loss,
            jitter_ms=line.jitter_ms,
            bitrate_bps=line.bitrate_bps,
            picture=line.picture,
            held_back=line.held_back,
        )

    def sessions(self) -> list[IceSession]:
        """The ICE sessions whose checks are answered."""
        return [self.session] if self.former is None else [self.session, self.former]

    def restart(self, theirs: Credentials) -> None:
        """Begin an ICE restart; media goes on over the old path until the new one is proved. A restart that was
        never proved is given up for it."""
        if self.former is None:
            self.former = self.session
        self.session = IceSession(Credentials.fresh(), theirs)

    def proved(self, session: IceSession, path: Path, *, nominated: bool, now_s: float) -> Path | None:
        """An authentic check came on this path. Returns a path that is forgotten for it, if any."""
        self.consent_s = now_s
        if session is self.session:
            self.former = None
        forgotten = None
        if path not in self.paths:
            self.paths.append(path)
            if len(self.paths) > _PATHS_LIMIT:
                forgotten = next(one for one in self.paths if one != self.path)
                self.paths.remove(forgotten)
        if self.path is None or (nominated and path != self.path):
            self.path = path
            self._doors.on_moved(self)
        if self.state is PeerState.AWAY:
            self._become(PeerState.CONNECTED)
        return forgotten

    def receive_dtls(self, datagram: bytes) -> None:
        """Take a DTLS datagram on a proved path; the first one begins the handshake."""
        self.dtls.receive(datagram)
        if self._handshake is None and self.state is not PeerState.CLOSED:
            self._handshake = asyncio.get_running_loop().create_task(self._shake_hands())

    async def _shake_hands(self) -> None:
        try:
            async with self._doors.handshakes.place():
                await self.dtls.handshake(self.remote.fingerprints)
        except (HandshakeFailed, TimeoutError):
            self._doors.on_ended(self)
            return
        if self.state is PeerState.CLOSED:
            return
        self._become(PeerState.CONNECTED)
        self._doors.on_connected(self)

    def _send_dtls(self, datagram: bytes) -> None:
        if self.path is not None:
            self._doors.send(datagram, self.path)

    def _said_goodbye(self) -> None:
        self._doors.on_ended(self)

    def send_rtcp(self, packet: bytes) -> None:
        """Protect and send one RTCP packet; nothing before the handshake."""
        self._send_protected(self.dtls.protect_rtcp(packet))

    def send_rtp(self, packet: bytes) -> None:
        """Protect and send one RTP packet, for repair."""
        self._send_protected(self.dtls.protect(packet))

    def _send_protected(self, sealed: bytes | None) -> None:
        if sealed is not None and self.path is not None and self.connected:
            self._doors.send(sealed, self.path)

    def watch(self, now_s: float) -> None:
        """Look at consent: silent for a while is away, silent for long is over."""
        silent_s = now_s - self.consent_s
        if silent_s > CLOSED_AFTER_S:
            self._doors.on_ended(self)
        elif silent_s > AWAY_AFTER_S and self.state is PeerState.CONNECTED:
            self._become(PeerState.AWAY)

    def _become(self, state: PeerState) -> None:
        if state is not self.state:
            self.state = state
            self._doors.on_state(self)

    def close(self) -> asyncio.Task[None]:
        """Mark it closed at once; returns the task that says close_notify."""
        self.state = PeerState.CLOSED
        handshake = self._handshake
        if handshake is not None and handshake is not asyncio.current_task():
            handshake.cancel()
        return asyncio.get_running_loop().create_task(self._close(handshake))

    async def _close(self, handshake: asyncio.Task[None] | None) -> None:
        if handshake is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await handshake
        await self.dtls.close()
        self._doors.on_state(self)

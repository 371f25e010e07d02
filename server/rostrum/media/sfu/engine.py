"""The embedded engine: the protocol of `media/engine.py` over one UDP port in this process."""

import asyncio
import random
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from rostrum.assembly.interpretation import FLOOR
from rostrum.assembly.program import Audience, Program, Slot
from rostrum.media.clip import Clip
from rostrum.media.engine import (
    Answer,
    EtagMismatch,
    Listener,
    NoSuchPeer,
    OfferRejected,
    PeerHealth,
    PeerState,
    Playback,
    PlaybackListener,
    PlaybackOver,
    SourceInUse,
    Wish,
)
from rostrum.media.sfu import feedback, negotiate
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.handshakes import Handshakes
from rostrum.media.sfu.ice import Credentials
from rostrum.media.sfu.intake import Intake
from rostrum.media.sfu.lane import Lane
from rostrum.media.sfu.line import allowed_bps
from rostrum.media.sfu.mailbox import Mailbox
from rostrum.media.sfu.neighbours import Neighbours
from rostrum.media.sfu.peer import Doors, Peer
from rostrum.media.sfu.peers import Peers
from rostrum.media.sfu.player import Player
from rostrum.media.sfu.port import MediaPort, own_addresses
from rostrum.media.sfu.port import Path as NetworkPath
from rostrum.media.sfu.recital import Recital
from rostrum.media.sfu.router import MeetingRouter
from rostrum.media.sfu.slot import Receiver
from rostrum.media.wire import sdp
from rostrum.media.wire.rtp import Malformed

_REPAIR_EVERY_S = 0.02
_LOOK_EVERY_S = 1.0
PEERS_LIMIT = 4_000
PLACE_LIMIT = 8
"""Connections of one place: several tabs, one of which may send, each with one that it has just given up."""


class EmbeddedEngine:
    """An SFU in this process. Fulfils `rostrum.media.engine.Engine`."""

    def __init__(self, port: int = 10_000, addresses: Sequence[str] = (), mailbox: Mailbox | None = None) -> None:
        """`port` 0 takes a free one. `addresses` are told to browsers, the preferred one first; none: this
        machine's own. `mailbox` leads to the other workers, where there are any."""
        mailbox = mailbox or Mailbox()
        self._number = mailbox.number
        self._neighbours = Neighbours(mailbox)
        self._addresses = tuple(addresses or own_addresses())
        self._port = MediaPort(port, self._addresses, self._datagram, self._flush)
        self._peers = Peers(self._port.send, self._rtp, self._rtcp)
        self._outbox: list[Lane] = []
        self._routers: dict[str, MeetingRouter] = {}
        self._intakes: dict[Peer, Intake] = {}
        self._receivers: dict[Peer, Receiver] = {}
        self._players: dict[tuple[str, str], Player] = {}
        self._recitals: dict[tuple[str, str], Recital] = {}
        self._playback_listeners: list[PlaybackListener] = []
        self._listeners: list[Listener] = []
        self._endings: set[asyncio.Task[None]] = set()
        self._timer: asyncio.Task[None] | None = None
        first = random.randrange(1, 1 << 31)  # noqa: S311 - names of streams, no secrets
        self._ssrcs = {slot: first + index for index, slot in enumerate(Slot)}
        self._repair_ssrcs = {slot: ssrc + len(Slot) for slot, ssrc in self._ssrcs.items()}
        self._doors: Doors | None = None

    @property
    def port(self) -> int:
        """The UDP port; the bound one once started."""
        return self._port.number

    async def start(self) -> None:
        """Bind the media port. Raises OSError where it is taken."""
        self._port.open()
        self._doors = Doors(
            identity=Identity.generateCertificate(),
            send=self._port.send,
            handshakes=Handshakes(),
            on_connected=self._connected,
            on_moved=self._moved,
            on_state=self._tell,
            on_ended=self._end,
        )
        self._neighbours.open(self._flush)
        self._timer = asyncio.get_running_loop().create_task(self._run_timer())

    async def close(self) -> None:
        """Say goodbye to every peer and free the port. Twice is once."""
        for player in self._players.values():
            player.stop()
        for recital in self._recitals.values():
            recital.stop()
        for peer in self._peers:
            self._end(peer)
        if self._endings:
            await asyncio.wait(self._endings, timeout=2)
        self._port.close()
        self._neighbours.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def publish(
        self, meeting_id: str, source: str, offer_sdp: str, *, place_id: str | None, take_over: bool = False
    ) -> Answer:
        """See `Engine.publish`."""
        publication = negotiate.publication(offer_sdp)
        for other in self._peers:
            if (other.meeting_id, other.source) == (meeting_id, source):
                if not take_over and other.state is not PeerState.AWAY:
                    raise SourceInUse
                self._end(other)
        peer = self._admit(meeting_id, place_id, source, publication.remote)
        router = self._router(meeting_id)
        intake = Intake(publication, peer.send_rtcp, lambda: router.changed(time.monotonic()))
        self._intakes[peer] = intake
        router.publish(source, intake.feed, time.monotonic())
        self._neighbours.published(meeting_id, source, intake.feed)
        self._neighbours.settle(meeting_id, router)
        return self._answer(peer, publication.sections)

    async def subscribe(self, meeting_id: str, audience: Audience, offer_sdp: str, *, place_id: str | None) -> Answer:
        """See `Engine.subscribe`."""
        heard = Slot.FLOOR if audience.language == FLOOR else Slot.CHANNEL
        subscription = negotiate.subscription(offer_sdp, self._ssrcs, self._repair_ssrcs, heard)
        peer = self._admit(meeting_id, place_id, None, subscription.remote)
        self._receivers[peer] = Receiver(audience, place_id, subscription.shapes, self._ssrcs, self._repair_ssrcs)
        return self._answer(peer, subscription.sections)

    def _admit(self, meeting_id: str, place_id: str | None, source: str | None, remote: negotiate.Remote) -> Peer:
        if self._doors is None:
            raise OfferRejected("not-ready", "the media engine is not started")
        if len(self._receivers) + len(self._intakes) >= PEERS_LIMIT:
            raise OfferRejected("full", "no more connections can be taken")
        self._make_room(place_id)
        peer_id = f"{self._number}.{secrets.token_urlsafe(24)}"
        peer = Peer(peer_id, meeting_id, place_id, source, remote, self._doors, time.monotonic())
        self._peers.add(peer)
        return peer

    def _make_room(self, place_id: str | None) -> None:
        """One place cannot fill the engine: the first of its connections that carries nothing goes for the next."""
        own = [peer for peer in self._peers if place_id is not None and peer.place_id == place_id]
        if len(own) < PLACE_LIMIT:
            return
        idle = next((peer for peer in own if not peer.connected), None)
        if idle is None:
            raise OfferRejected("full", "the place has enough connections")
        self._end(idle)

    def _answer(self, peer: Peer, sections: Sequence[sdp.AnswerSection]) -> Answer:
        text = sdp.answer(secrets.randbits(62), self._transport(peer), sections)
        return Answer(peer.peer_id, text, peer.session.etag)

    def _transport(self, peer: Peer) -> sdp.Transport:
        ours = peer.session.ours
        return sdp.Transport(ours.ufrag, ours.password, peer.our_fingerprint, self._addresses, self.port)

    async def restart_ice(self, peer_id: str, fragment: str, etag: str | None) -> tuple[str, str]:
        """See `Engine.restart_ice`. Mere candidates are acknowledged with an empty fragment: an ICE-lite end
        learns the peer's addresses from its checks."""
        peer = self._peer(peer_id)
        if etag is not None and etag != peer.session.etag:
            raise EtagMismatch
        try:
            description = sdp.parse(fragment)
        except Malformed as error:
            raise OfferRejected("malformed-sdp", str(error)) from None
        everywhere = [*description.attributes, *(one for section in description.sections for one in section.attributes)]
        found = dict(reversed(everywhere))
        ufrag, password = found.get("ice-ufrag"), found.get("ice-pwd")
        if ufrag is None or ufrag == peer.session.theirs.ufrag:
            return "", peer.session.etag
        credentials = Credentials.offered(ufrag, password)
        if credentials is None:
            raise OfferRejected("no-ice", "the fragment has a ufrag without a password, or they are not of the form")
        peer.restart(credentials)
        self._peers.add(peer)
        return sdp.fragment(self._transport(peer), peer.remote.first_kind, peer.remote.first_mid), peer.session.etag

    def _peer(self, peer_id: str) -> Peer:
        peer = self._peers.get(peer_id)
        if peer is None:
            raise NoSuchPeer
        return peer

    async def wish(self, peer_id: str, most: Wish) -> None:
        """See `Engine.wish`."""
        peer = self._peer(peer_id)
        receiver = self._receivers.get(peer)
        if receiver is None:
            raise NoSuchPeer
        receiver.wish(most)
        self._settle(peer, receiver)

    async def tune(self, peer_id: str, audience: Audience) -> None:
        """See `Engine.tune`."""
        peer = self._peer(peer_id)
        receiver = self._receivers.get(peer)
        if receiver is None:
            raise NoSuchPeer
        receiver.audience = audience
        self._settle(peer, receiver)

    async def silence(self, peer_id: str, silent: bool) -> None:
        """See `Engine.silence`."""
        peer = self._peer(peer_id)
        intake = self._intakes.get(peer)
        if intake is None:
            raise NoSuchPeer
        # What has come before goes out now, so that nothing of it does later.
        self._flush()
        intake.silence(silent=silent)
        self._router(peer.meeting_id).changed(time.monotonic())

    async def remove(self, peer_id: str) -> None:
        """See `Engine.remove`."""
        self._end(self._peer(peer_id))

    async def evict(self, place_id: str) -> None:
        """See `Engine.evict`."""
        for peer in self._peers:
            if peer.place_id == place_id:
                self._end(peer)

    async def apply(self, meeting_id: str, program: Program) -> None:
        """See `Engine.apply`."""
        router = self._router(meeting_id)
        router.apply(program, time.monotonic())
        self._neighbours.settle(meeting_id, router)

    def play(self, meeting_id: str, source: str, clip: Path) -> None:
        """Stand a clip behind a source for as long as nobody publishes it. Raises `BrokenClip`, OSError.

        Again for the same source replaces the clip."""
        router = self._router(meeting_id)
        self.stop_playing(meeting_id, source)
        player = Player(
            Clip.read(clip),
            on_started=lambda: router.changed(time.monotonic()),
            on_frame=self._flush,
            is_watched=lambda: bool(router.receivers),
        )
        self._players[meeting_id, source] = player
        router.publish(source, player.feed, time.monotonic(), player=True)
        player.start()

    def stop_playing(self, meeting_id: str, source: str) -> None:
        """Take the clip away; none is no error."""
        key = meeting_id, source
        gone: list[Player | Recital | None] = [self._players.pop(key, None), self._recitals.pop(key, None)]
        for player in gone:
            if player is not None:
                player.stop()
                self._router(meeting_id).unpublish(source, player.feed, time.monotonic())

    def play_recording(self, meeting_id: str, source: str, playback: Playback) -> None:
        """See `Engine.play_recording`."""
        key, router = (meeting_id, source), self._router(meeting_id)
        former = self._recitals.get(key)
        if former is not None and former.recording == playback.recording:
            former.set_running(playback.running)
            return
        self.stop_playing(meeting_id, source)
        recital = self._recitals[key] = Recital(
            playback,
            on_started=lambda: router.changed(time.monotonic()),
            on_frame=self._flush,
            on_over=lambda failed: self._over(PlaybackOver(*key, playback.recording.recording_id, failed)),
        )
        router.publish(source, recital.feed, time.monotonic(), player=True)
        recital.start()

    def on_playback_over(self, listener: PlaybackListener) -> None:
        """See `Engine.on_playback_over`."""
        self._playback_listeners.append(listener)

    def _over(self, over: PlaybackOver) -> None:
        for listener in self._playback_listeners:
            listener(over)

    @property
    def ready(self) -> bool:
        """See `Engine.ready`."""
        return self._timer is not None

    def peers(self) -> Sequence[PeerHealth]:
        """See `Engine.peers`."""
        return [peer.health for peer in self._peers]

    def health(self, peer_id: str) -> PeerHealth:
        """One peer now. Raises `NoSuchPeer`."""
        return self._peer(peer_id).health

    def listen(self, listener: Listener) -> None:
        """See `Engine.listen`."""
        self._listeners.append(listener)

    def _router(self, meeting_id: str) -> MeetingRouter:
        router = self._routers.get(meeting_id)
        if router is None:
            router = self._routers[meeting_id] = MeetingRouter(self._ssrcs, self._outbox)
        return router

    def _datagram(self, data: bytes, path: NetworkPath) -> None:
        self._peers.datagram(data, path)

    def _flush(self) -> None:
        """Send what was forwarded: sounds first, they are few and must not wait for a picture. Other workers get theirs
        before all, so that all send at the same time."""
        self._neighbours.flush()
        lanes = sorted(self._outbox, key=lambda lane: lane.shape.kind)
        self._outbox.clear()
        for lane in lanes:
            lane.flush()

    def _rtp(self, peer: Peer, packet: bytes) -> None:
        intake = self._intakes.get(peer)
        if intake is not None:
            intake.receive(packet, time.monotonic())

    def _rtcp(self, peer: Peer, packet: bytes) -> None:
        intake = self._intakes.get(peer)
        if intake is not None:
            intake.receive_rtcp(packet, time.monotonic(), time.time())
        receiver = self._receivers.get(peer)
        if receiver is not None:
            feedback.act(packet, peer, receiver, time.monotonic(), time.time())

    def _settle(self, peer: Peer, receiver: Receiver) -> None:
        """Bring a receiver to what is right for it now, if it is connected."""
        if receiver.egress is not None:
            router = self._router(peer.meeting_id)
            router.settle(receiver, time.monotonic())
            self._neighbours.settle(peer.meeting_id, router)

    def _connected(self, peer: Peer) -> None:
        receiver = self._receivers.get(peer)
        if receiver is not None:
            receiver.egress = peer.egress
            router = self._router(peer.meeting_id)
            router.admit(receiver, time.monotonic())
            self._neighbours.settle(peer.meeting_id, router)

    def _moved(self, peer: Peer) -> None:
        receiver = self._receivers.get(peer)
        if receiver is not None:
            receiver.egress = peer.egress
            for seat in receiver.seats.values():
                if seat.lane is not None:
                    seat.lane.refresh()

    def _end(self, peer: Peer) -> None:
        """Close a peer from the inside out; see CLOSING.md. Twice is once."""
        if not self._peers.forget(peer):
            return
        ending = peer.close()
        receiver = self._receivers.pop(peer, None)
        intake = self._intakes.pop(peer, None)
        router = self._router(peer.meeting_id)
        if receiver is not None:
            receiver.egress = None
            router.dismiss(receiver)
        if intake is not None and peer.source is not None:
            router.unpublish(peer.source, intake.feed, time.monotonic())
            self._neighbours.unpublished(peer.meeting_id, peer.source, intake.feed)
        self._neighbours.settle(peer.meeting_id, router)
        if router.idle:
            del self._routers[peer.meeting_id]
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)

    def _tell(self, peer: Peer) -> None:
        for listener in self._listeners:
            listener(peer.health)

    async def _run_timer(self) -> None:
        next_look_s = 0.0
        while True:
            await asyncio.sleep(_REPAIR_EVERY_S)
            now_s = time.monotonic()
            for peer, intake in self._intakes.items():
                intake.repair(now_s, (peer.line.round_trip_ms or 50) / 1000)
                intake.tell_arrivals(now_s)
            self._neighbours.tick(now_s)
            for router in self._routers.values():
                router.stand_by(now_s)
            if now_s >= next_look_s:
                next_look_s = now_s + _LOOK_EVERY_S
                self._look(now_s)

    def _look(self, now_s: float) -> None:
        for peer in self._peers:
            peer.watch(now_s)
        for peer, intake in self._intakes.items():
            intake.report(now_s)
            intake.measure(peer.line, now_s)
        for meeting_id, router in self._routers.items():
            router.report(time.time())
            router.measure(now_s)
            self._neighbours.settle(meeting_id, router)
        for peer, receiver in self._receivers.items():
            line = peer.line
            line.bitrate_bps = receiver.bitrate_bps
            router = self._router(peer.meeting_id)
            costs = router.costs(receiver)
            if receiver.gate.look(now_s, allowed_bps(line, now_s), receiver.picture_bps, line.loss, costs):
                router.settle(receiver, now_s)
            line.picture, line.held_back = receiver.standing(costs)

"""All peers of a port: found by ICE name, by proved path, by identifier; and datagrams brought to them."""

import time
from collections.abc import Callable, Iterator

from rostrum.media.sfu import ice
from rostrum.media.sfu.peer import Peer
from rostrum.media.sfu.port import Path
from rostrum.media.wire.demux import Kind, kind


class Peers:
    """The table of peers. Nothing is remembered of a datagram, nor answered, before its sender has proved itself."""

    def __init__(
        self,
        send: Callable[[bytes, Path], None],
        on_rtp: Callable[[Peer, bytes], None],
        on_rtcp: Callable[[Peer, bytes], None],
    ) -> None:
        self._send = send
        self._on_rtp, self._on_rtcp = on_rtp, on_rtcp
        self._by_id: dict[str, Peer] = {}
        self._by_ufrag: dict[str, Peer] = {}
        self._by_path: dict[Path, Peer] = {}

    def __iter__(self) -> Iterator[Peer]:
        return iter(list(self._by_id.values()))

    def get(self, peer_id: str) -> Peer | None:
        """The peer of this identifier."""
        return self._by_id.get(peer_id)

    def add(self, peer: Peer) -> None:
        """Admit a peer, or its new ICE session after a restart: only those of `Peer.sessions` are known then."""
        if peer.peer_id in self._by_id:
            self._by_ufrag = {ufrag: one for ufrag, one in self._by_ufrag.items() if one is not peer}
        self._by_id[peer.peer_id] = peer
        for session in peer.sessions():
            self._by_ufrag[session.ours.ufrag] = peer

    def forget(self, peer: Peer) -> bool:
        """Take a peer out; False where it was not there."""
        if self._by_id.pop(peer.peer_id, None) is None:
            return False
        self._by_ufrag = {ufrag: one for ufrag, one in self._by_ufrag.items() if one is not peer}
        for path in peer.paths:
            if self._by_path.get(path) is peer:
                del self._by_path[path]
        return True

    def datagram(self, data: bytes, path: Path) -> None:
        """Bring a datagram to its peer, or drop it."""
        found = kind(data)
        if found is Kind.STUN:
            self._check(data, path)
            return
        peer = self._by_path.get(path)
        if peer is None:
            return
        if found is Kind.RTP:
            opened = peer.dtls.unprotect(data)
            if opened is not None:
                self._on_rtp(peer, opened)
        elif found is Kind.RTCP:
            opened = peer.dtls.unprotect_rtcp(data)
            if opened is not None:
                self._on_rtcp(peer, opened)
        elif found is Kind.DTLS:
            peer.receive_dtls(data)

    def _check(self, data: bytes, path: Path) -> None:
        check = ice.read(data)
        peer = None if check is None else self._by_ufrag.get(check.ufrag)
        if check is None or peer is None:
            return
        session = next((one for one in peer.sessions() if one.ours.ufrag == check.ufrag), None)
        if session is None or not ice.authentic(check, session):
            return
        former = peer.former
        forgotten = peer.proved(session, path, nominated=check.nominates, now_s=time.monotonic())
        if former is not None and peer.former is None:
            self._by_ufrag.pop(former.ours.ufrag, None)
        if forgotten is not None and self._by_path.get(forgotten) is peer:
            del self._by_path[forgotten]
        self._by_path[path] = peer
        self._send(ice.response(check, session, path.remote[:2]), path)

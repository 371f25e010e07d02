"""One end of a WebRTC connection as a browser would open it, without codecs: for load, and for tests of engines."""

import asyncio
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence

from rostrum.media.loadtest import descriptions
from rostrum.media.loadtest.descriptions import AUDIO_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE
from rostrum.media.sfu import ice
from rostrum.media.sfu.dtls import DtlsSrtp, HandshakeFailed, Identity, fingerprint_pairs
from rostrum.media.sfu.ice import Credentials, IceSession
from rostrum.media.wire import rtp, sdp
from rostrum.media.wire.demux import Kind, kind

CHECK_S = 0.25
CONSENT_S = 4.0
CONNECT_S = 15.0
__all__ = ["AUDIO_PAYLOAD_TYPE", "VIDEO_PAYLOAD_TYPE", "Endpoint", "NotConnected"]


class NotConnected(Exception):
    """ICE or DTLS did not come about in time."""


class Endpoint:
    """A socket, its ICE and DTLS, and callbacks for what arrives."""

    def __init__(self, identity: Identity, *, receive_buffer_bytes: int = 1 << 20) -> None:
        self.on_rtp: Callable[[bytes], None] = lambda _: None
        """Given each RTP packet, opened and authenticated."""
        self.on_rtcp: Callable[[bytes], None] = lambda _: None
        self.closed = asyncio.Event()
        """Set when the far end says goodbye."""
        self.refused = 0
        """Packets that were not authentic."""
        self.lost: list[rtp.RtpPacket] = []
        """Headers of those that were lost by `lose_next`."""
        self._to_lose = 0
        self._identity = identity
        self._ours = Credentials.fresh()
        self._theirs: Credentials | None = None
        self._proved = asyncio.Event()
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.setblocking(False)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self._sock.bind(("127.0.0.1", 0))
        self._remote: tuple[str, int] | None = None
        self._dtls = DtlsSrtp(identity, self._send, self.closed.set, opens=True)
        self._checks: asyncio.Task[None] | None = None
        self._tie_breaker = secrets.randbits(63)

    @property
    def port(self) -> int:
        """Our UDP port."""
        return int(self._sock.getsockname()[1])

    @property
    def tag_bytes(self) -> int:
        """The length of SRTP's tag, which tells the profile: 16 for AES-GCM, 10 for AES-CM with SHA-1."""
        return self._dtls.tag_bytes

    @property
    def _own(self) -> descriptions.Own:
        return descriptions.Own(self._ours.ufrag, self._ours.password, self._identity.fingerprint, self.port)

    def offer(
        self,
        kinds: Sequence[str],
        direction: str,
        ssrcs: Sequence[int] = (),
        *,
        layers: Sequence[str] = (),
        repair: bool = False,
    ) -> str:
        """See `descriptions.offer`."""
        return descriptions.offer(self._own, kinds, direction, ssrcs=ssrcs, layers=layers, repair=repair)

    def answer(self, offered: str) -> tuple[str, Mapping[int, str]]:
        """See `descriptions.answer`; then `connect` to the offer."""
        return descriptions.answer(self._own, offered)

    async def connect(
        self, answer_sdp: str, *, line: Callable[[tuple[str, int]], tuple[str, int]] | None = None
    ) -> None:
        """Connect to the first IPv4 candidate of a description. Raises `NotConnected`.

        `line` may put something between: given the engine's address, it returns where to send to instead."""
        answer = sdp.parse(answer_sdp)
        section = next(one for one in answer.sections if one.port)
        self._theirs = Credentials(answer.first("ice-ufrag", section) or "", answer.first("ice-pwd", section) or "")
        self._remote = next(
            (fields[4], int(fields[5]))
            for fields in (value.split() for one in answer.sections for value in one.every("candidate"))
            if ":" not in fields[4]
        )
        if line is not None:
            self._remote = line(self._remote)
        fingerprints = fingerprint_pairs(answer.every("fingerprint", section))
        loop = asyncio.get_running_loop()
        loop.add_reader(self._sock, self._readable)
        self._checks = loop.create_task(self._keep_checking())
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._proved.wait()
                await self._dtls.handshake(fingerprints)
        except (TimeoutError, HandshakeFailed) as error:
            raise NotConnected(str(error)) from None

    async def _keep_checking(self) -> None:
        while True:
            self.check()
            await asyncio.sleep(CONSENT_S if self._proved.is_set() else CHECK_S)

    def check(self) -> None:
        """Send one connectivity check."""
        if self._theirs is not None:
            self._send(ice.request(self._ours, self._theirs, self._tie_breaker))

    def fall_silent(self) -> None:
        """Answer and ask nothing any more, as a phone in a tunnel."""
        if self._checks is not None:
            self._checks.cancel()

    def drain_by_hand(self) -> None:
        """From now on nothing is read but by `drain`: far cheaper for a crowd than an event for each packet."""
        asyncio.get_running_loop().remove_reader(self._sock)

    def drain_by_event(self) -> None:
        """Read each packet when it comes, as at first."""
        asyncio.get_running_loop().add_reader(self._sock, self._readable)

    def drain(self) -> None:
        """Take all that has arrived."""
        self._readable()

    def move(self) -> None:
        """Go on from another port, as a phone that changes its network, and prove it."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._sock)
        self._sock.close()
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.setblocking(False)
        loop.add_reader(self._sock, self._readable)
        self.check()

    def send_rtp(self, packet: bytes) -> None:
        """Protect and send an RTP packet."""
        sealed = self._dtls.protect(packet)
        if sealed is not None:
            self._send(sealed)

    def send_rtcp(self, packet: bytes) -> None:
        """Protect and send an RTCP packet."""
        sealed = self._dtls.protect_rtcp(packet)
        if sealed is not None:
            self._send(sealed)

    def lose_next(self, count: int = 1) -> None:
        """Lose the next RTP packets, as a bad line does."""
        self._to_lose += count

    def send_raw(self, datagram: bytes) -> None:
        """Send bytes as they are, for hostile tests."""
        self._send(datagram)

    def _send(self, datagram: bytes) -> None:
        if self._remote is not None and self._sock.fileno() >= 0:
            try:
                self._sock.sendto(datagram, self._remote)
            except OSError:
                return

    def _readable(self) -> None:
        for _ in range(64):
            try:
                datagram = self._sock.recv(2048)
            except (BlockingIOError, ConnectionRefusedError):
                return
            self._received(datagram)

    def _received(self, datagram: bytes) -> None:
        found = kind(datagram)
        if found is Kind.RTP and self._to_lose:
            self._to_lose -= 1
            self.lost.append(rtp.parse(datagram))
        elif found is Kind.RTP:
            opened = self._dtls.unprotect(datagram)
            if opened is None:
                self.refused += 1
            else:
                self.on_rtp(opened)
        elif found is Kind.RTCP:
            opened = self._dtls.unprotect_rtcp(datagram)
            if opened is not None:
                self.on_rtcp(opened)
        elif found is Kind.DTLS:
            self._dtls.receive(datagram)
        elif self._theirs is not None:
            self._received_stun(datagram, self._theirs)

    def _received_stun(self, datagram: bytes, theirs: Credentials) -> None:
        """Take the answer to our check, or answer one: ends that are not ICE-lite make checks of their own."""
        if ice.confirms(datagram, theirs):
            self._proved.set()
            return
        check, session = ice.read(datagram), IceSession(self._ours, theirs)
        if check is not None and self._remote is not None and ice.authentic(check, session):
            self._send(ice.response(check, session, self._remote))

    async def close(self) -> None:
        """Say goodbye and free the socket."""
        self.fall_silent()
        await self._dtls.close()
        asyncio.get_running_loop().remove_reader(self._sock)
        self._sock.close()

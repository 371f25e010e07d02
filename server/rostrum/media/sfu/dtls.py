"""DTLS-SRTP for one peer (RFC 5763, 5764): the only file that touches aiortc's and pylibsrtp's insides.

aiortc shakes hands and checks fingerprints; the keys then serve our own forwarding, so that packets never pass
through aiortc's queues. Once the peer has shown that it has its keys, OpenSSL's connection is let go: it is most of
what a receiver would cost in memory.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any, cast

from aiortc import rtcdtlstransport as aio
from cryptography.x509 import InvalidVersion
from OpenSSL import SSL
from pylibsrtp._binding import ffi as srtp_ffi
from pylibsrtp._binding import lib as srtp_lib

from rostrum.media.wire import dtls_close

HANDSHAKE_S = 10.0
QUEUE_LIMIT = 32
"""DTLS datagrams waiting for a peer's handshake; further ones are dropped, and DTLS sends them again."""

PROTECT: Callable[[Any, Any, Any], int] = srtp_lib.srtp_protect
"""libsrtp's srtp_protect(session, packet, length), in place; returns 0 when all is well."""
PROTECT_RTCP: Callable[[Any, Any, Any], int] = srtp_lib.srtp_protect_rtcp
_UNPROTECT = srtp_lib.srtp_unprotect
_UNPROTECT_RTCP = srtp_lib.srtp_unprotect_rtcp

_PROFILES = [aio.SRTP_AEAD_AES_128_GCM, aio.SRTP_AES128_CM_SHA1_80]
_TAG_BYTES = {aio.SRTP_AEAD_AES_128_GCM.openssl_profile: 16, aio.SRTP_AES128_CM_SHA1_80.openssl_profile: 10}

_SCRATCH_BYTES = 2048
_scratch = srtp_ffi.new("unsigned char[]", _SCRATCH_BYTES)
_scratch_bytes = srtp_ffi.buffer(_scratch)
_scratch_length = srtp_ffi.new("int *")

logging.getLogger("aiortc.rtcdtlstransport").setLevel(logging.WARNING)


class HandshakeFailed(Exception):
    """The peer is not who its offer said, speaks no common profile, or took too long."""


class Identity(aio.RTCCertificate):
    """The engine's certificate, new at each start, with one TLS context for all peers."""

    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[aio.SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            # Some 34 KiB a peer whose connection has to stay.
            self._context.set_mode(SSL.MODE_RELEASE_BUFFERS)
        return self._context

    @property
    def fingerprint(self) -> str:
        """As SDP writes it: the algorithm and the digest."""
        chosen = next(one for one in self.getFingerprints() if one.algorithm == "sha-256")
        return f"{chosen.algorithm} {chosen.value}"


class _Line:
    """What aiortc takes for an ICE transport: our port on one side, a bounded queue on the other."""

    role = "controlled"
    state = "completed"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.send = send
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_LIMIT)

    async def _recv(self) -> bytes:
        datagram = await self.queue.get()
        if datagram is None:
            raise ConnectionError
        return datagram

    async def _send(self, datagram: bytes) -> None:
        self.send(datagram)


class DtlsSrtp:
    """One peer's keys, from the handshake to close_notify."""

    def __init__(
        self,
        identity: Identity,
        send: Callable[[bytes], None],
        on_closed: Callable[[], None],
        *,
        opens: bool = False,
    ) -> None:
        """`send` puts a datagram on the wire; `on_closed` is called once if the peer says goodbye.

        `opens`: we open the session, as a browser does; the engine itself waits to be spoken to."""
        self._send = send
        self._opens = opens
        self._line: _Line | None = _Line(send)
        self._transport: aio.RTCDtlsTransport | None = aio.RTCDtlsTransport(cast(Any, self._line), [identity])
        self._transport._srtp_profiles = _PROFILES
        self._transport._set_role("client" if opens else "server")
        self._on_closed = on_closed
        self._owners: tuple[Any, ...] = ()
        self._farewell: dtls_close.Farewell | None = None
        self._goodbye = b""
        self._settled = False
        self._inbound: Any = None
        self.outbound: Any = None
        """libsrtp's session for what we send, to be given to `PROTECT`; None before the handshake is done."""
        self.tag_bytes = 0

    async def handshake(self, fingerprints: Sequence[tuple[str, str]]) -> None:
        """Shake hands. `fingerprints` are (algorithm, digest) pairs from its description.

        Raises `HandshakeFailed` also where the peer does not finish within `HANDSHAKE_S`."""
        transport = self._transport
        if transport is None:
            raise HandshakeFailed("closed")
        expected = aio.RTCDtlsParameters(
            [aio.RTCDtlsFingerprint(algorithm, value) for algorithm, value in fingerprints]
        )
        try:
            await asyncio.wait_for(transport.start(expected), HANDSHAKE_S)
        except (TimeoutError, ConnectionError, SSL.Error, ValueError, InvalidVersion) as error:
            # the last two: OpenSSL takes certificates that cannot be read
            raise HandshakeFailed(str(error)) from None
        if transport.state != "connected":
            raise HandshakeFailed(transport.state)
        # The sessions without pylibsrtp's wrapping, which has a buffer of its own for each.
        self._owners = transport._rx_srtp._srtp, transport._tx_srtp._srtp
        self._inbound, self.outbound = self._owners[0][0], self._owners[1][0]
        del transport._rx_srtp, transport._tx_srtp
        session = transport._ssl
        self.tag_bytes = 0 if session is None else _TAG_BYTES[session.get_selected_srtp_profile()]
        transport.on("statechange", self._changed)

    def _changed(self) -> None:
        if self._transport is not None and self._transport.state == "closed":
            self._ended()

    def _ended(self) -> None:
        self.outbound = self._inbound = None
        self._on_closed()

    def _settle(self) -> None:
        """The peer's first packet of media says that it has finished the handshake: it will ask for nothing of it
        again. All that is left to say is close_notify, which is made now and kept; all that is left to hear likewise.

        What was negotiated otherwise than browsers do keeps its connection."""
        self._settled = True
        transport = self._transport
        session = None if transport is None else transport._ssl
        if transport is None or session is None or transport._task is None:
            return
        if (session.get_protocol_version_name(), session.get_cipher_name()) != (dtls_close.VERSION, dtls_close.SUITE):
            return
        secret, theirs, ours = session.master_key(), session.client_random(), session.server_random()
        if secret is None or theirs is None or ours is None:
            return
        self._farewell = dtls_close.Farewell(secret, theirs, ours, peer_is_client=not self._opens)
        transport.remove_all_listeners()
        transport._task.cancel()
        with contextlib.suppress(SSL.Error):
            session.shutdown()
        with contextlib.suppress(SSL.Error):
            self._goodbye = session.bio_read(_SCRATCH_BYTES)
        self._transport = self._line = None

    def receive(self, datagram: bytes) -> None:
        """Take a DTLS datagram from the peer."""
        if self._farewell is not None:
            if self.outbound is not None and self._farewell.said_in(datagram):
                self._ended()
        elif self._line is not None and not self._line.queue.full():
            self._line.queue.put_nowait(datagram)

    def unprotect(self, packet: bytes) -> bytes | None:
        """The RTP packet inside, or None where it is not authentic, is a replay or is too long."""
        return self._open(packet, _UNPROTECT)

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        """The RTCP packet inside, or None likewise."""
        return self._open(packet, _UNPROTECT_RTCP)

    def _open(self, packet: bytes, function: Callable[[Any, Any, Any], int]) -> bytes | None:
        length = len(packet)
        if self._inbound is None or not 12 <= length <= _SCRATCH_BYTES:
            return None
        _scratch_bytes[:length] = packet
        _scratch_length[0] = length
        if function(self._inbound, _scratch, _scratch_length):
            return None
        if not self._settled:
            self._settle()
        return bytes(_scratch_bytes[: _scratch_length[0]])

    def protect(self, packet: bytes) -> bytes | None:
        """The RTP packet encrypted, or None before the handshake is done or when libsrtp will not."""
        return self._seal(packet, PROTECT)

    def protect_rtcp(self, packet: bytes) -> bytes | None:
        """The RTCP packet encrypted, or None likewise."""
        return self._seal(packet, PROTECT_RTCP)

    def _seal(self, packet: bytes, function: Callable[[Any, Any, Any], int]) -> bytes | None:
        length = len(packet)
        if self.outbound is None or length > _SCRATCH_BYTES - 64:
            return None
        _scratch_bytes[:length] = packet
        _scratch_length[0] = length
        if function(self.outbound, _scratch, _scratch_length):
            return None
        return bytes(_scratch_bytes[: _scratch_length[0]])

    async def close(self) -> None:
        """Say close_notify where there is a session, and end aiortc's task. Never raises."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.remove_all_listeners()
            if transport._ssl is not None:
                await transport.stop()
        elif self._goodbye:
            self._send(self._goodbye)
            self._goodbye = b""
        self.outbound = self._inbound = None


def fingerprint_pairs(values: Sequence[str]) -> list[tuple[str, str]]:
    """Parse SDP fingerprint attributes; those with unknown algorithms are left out."""
    pairs = []
    for value in values:
        algorithm, _, digest = value.strip().partition(" ")
        if algorithm.lower() in aio.X509_DIGEST_ALGORITHMS and digest:
            pairs.append((algorithm.lower(), digest.strip()))
    return pairs

"""A peer's close_notify, read without OpenSSL: one record of DTLS 1.2 with AES-GCM (RFC 6347, RFC 5288).

OpenSSL's connection takes some 85 KiB for as long as it lives, and all that it still does for a session of SRTP after
the handshake is to say goodbye and to hear it. So it is let go, and what is left of it are 20 bytes of key.
"""

import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SUITE = "ECDHE-ECDSA-AES128-GCM-SHA256"
VERSION = "DTLSv1.2"
_ALERT, _WIRE_VERSION, _CLOSE_NOTIFY = 21, 0xFEFD, 0
_KEY_BYTES, _SALT_BYTES, _NONCE_BYTES, _TAG_BYTES = 16, 4, 8, 16
_HEADER = struct.Struct("!BH8sH")
_PLAINTEXT_BYTES = 2


class Farewell:
    """Knows the peer's keys of a finished handshake, and nothing but goodbye of what it may say with them."""

    __slots__ = ("_key", "_salt")

    def __init__(self, secret: bytes, client_random: bytes, server_random: bytes, *, peer_is_client: bool) -> None:
        """`secret`: the master secret of a session of `VERSION` and `SUITE`."""
        block = _expanded(secret, b"key expansion" + server_random + client_random)
        key_at = 0 if peer_is_client else _KEY_BYTES
        salt_at = 2 * _KEY_BYTES + (0 if peer_is_client else _SALT_BYTES)
        self._key = block[key_at : key_at + _KEY_BYTES]
        self._salt = block[salt_at : salt_at + _SALT_BYTES]

    def said_in(self, datagram: bytes) -> bool:
        """Whether a datagram has an authentic close_notify. Never raises."""
        at = 0
        while len(datagram) >= at + _HEADER.size:
            kind, version, number, length = _HEADER.unpack_from(datagram, at)
            at += _HEADER.size
            if len(datagram) < at + length:
                return False
            wanted = _NONCE_BYTES + _PLAINTEXT_BYTES + _TAG_BYTES
            if (kind, version, length) == (_ALERT, _WIRE_VERSION, wanted):
                alert = self._opened(number, datagram[at : at + length])
                if alert is not None and alert[1] == _CLOSE_NOTIFY:
                    return True
            at += length
        return False

    def _opened(self, number: bytes, fragment: bytes) -> bytes | None:
        bound = number + struct.pack("!BHH", _ALERT, _WIRE_VERSION, _PLAINTEXT_BYTES)
        nonce = self._salt + fragment[:_NONCE_BYTES]
        try:
            return AESGCM(self._key).decrypt(nonce, fragment[_NONCE_BYTES:], bound)
        except InvalidTag:
            return None


def _expanded(secret: bytes, seed: bytes) -> bytes:
    """The pseudorandom function of TLS 1.2 with SHA-256 (RFC 5246 section 5), as much as the keys take."""
    needed = 2 * (_KEY_BYTES + _SALT_BYTES)
    found, link = b"", seed
    while len(found) < needed:
        link = hmac.digest(secret, link, hashlib.sha256)
        found += hmac.digest(secret, link + seed, hashlib.sha256)
    return found[:needed]

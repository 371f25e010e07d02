"""What a badge's code says, and who can believe it: an Ed25519 signature, checked at a door without the network.

The code shows nothing else: an identifier that means nothing outside Rostrum, which session, until when.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rostrum.keyfile import kept_key

PREFIX = "ROSTRUM1."
"""What a code begins with: another kind of code, or a later form of this one, is told apart at once."""
ID_BYTES = 16
SESSION_BYTES = 8
NUMBER_DIGITS = 10
_BODY = struct.Struct(f">{ID_BYTES}s{SESSION_BYTES}sQ")
SIGNATURE_BYTES = 64


class BadgeState(StrEnum):
    """What a door is told of a code."""

    VALID = "valid"
    UNKNOWN = "unknown"
    OTHER_SESSION = "other-session"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Badge:
    """A code that was read and is ours. `session`: the digest of the session's identifier."""

    badge_id: str
    session: bytes
    expires_at: datetime


def number_of(badge_id: str) -> str:
    """The number that is printed on a badge, for doors without a camera. One in ten thousand millions is guessed."""
    return f"{int(badge_id[:16], 16) % 10**NUMBER_DIGITS:0{NUMBER_DIGITS}}"


def is_number(code: str) -> bool:
    """Whether what was read or typed is a badge's number, with or without spaces."""
    digits = "".join(code.split())
    return len(digits) == NUMBER_DIGITS and digits.isascii() and digits.isdigit()


def number_hash(session_id: str, number: str) -> str:
    """How a door's list names a number: 16 hex digits."""
    return hashlib.sha256(f"number:{session_digest(session_id).hex()}:{number}".encode()).hexdigest()[:16]


class Badger:
    """Signs the codes of badges with this installation's key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._private = Ed25519PrivateKey.from_private_bytes(key)

    @classmethod
    def from_folder(cls, folder: Path) -> "Badger":
        """The key of this data folder: made at first use, readable by its owner alone."""
        return cls(kept_key(folder / "badge.key", Ed25519PrivateKey.generate().private_bytes_raw))

    @property
    def public_key(self) -> bytes:
        """What a door needs to believe a code: 32 bytes, no secret."""
        return self._private.public_key().public_bytes_raw()

    def sign_list(self, text: str) -> bytes:
        """The signature of a list for doors."""
        return self._private.sign(f"rostrum door list {text}".encode())

    def badge_id(self, place_id: str) -> str:
        """The badge of a place, as 32 hex digits. Keyed: nobody else can tell whose it is."""
        return hmac.new(self._key, f"badge:{place_id}".encode(), hashlib.sha256).digest()[:ID_BYTES].hex()

    def code(self, place_id: str, session_id: str, expires_at: datetime) -> str:
        """What the badge of a place has printed on it: some 140 letters, digits and signs."""
        seconds = int(expires_at.timestamp())
        body = _BODY.pack(bytes.fromhex(self.badge_id(place_id)), session_digest(session_id), seconds)
        return PREFIX + base64.urlsafe_b64encode(body + self._private.sign(body)).rstrip(b"=").decode()


def session_digest(session_id: str) -> bytes:
    """How a code names its session."""
    return hashlib.sha256(f"session:{session_id}".encode()).digest()[:SESSION_BYTES]


def read(code: str, public_key: bytes) -> Badge | None:
    """The badge that a code stands for; None where it is none of ours, or was changed."""
    text = code.removeprefix(PREFIX)
    if text == code or not text.isascii():
        return None
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if len(data) != _BODY.size + SIGNATURE_BYTES:
            return None
        Ed25519PublicKey.from_public_bytes(public_key).verify(data[_BODY.size :], data[: _BODY.size])
        badge_id, session, seconds = _BODY.unpack(data[: _BODY.size])
        return Badge(badge_id.hex(), session, datetime.fromtimestamp(seconds, UTC))
    except (binascii.Error, InvalidSignature, OverflowError, ValueError, OSError):
        return None


def standing(
    code: str, public_key: bytes, session_id: str, revoked: frozenset[str], now: datetime
) -> tuple[BadgeState, Badge | None]:
    """What a door that knows the key and the list of revoked badges says of a code, without asking anybody."""
    badge = read(code, public_key)
    if badge is None:
        return BadgeState.UNKNOWN, None
    if badge.session != session_digest(session_id):
        return BadgeState.OTHER_SESSION, badge
    if now >= badge.expires_at:
        return BadgeState.EXPIRED, badge
    return (BadgeState.REVOKED if badge.badge_id in revoked else BadgeState.VALID), badge

"""The ICE-lite end of a peer (RFC 8445): credentials, and connectivity checks answered with aioice's messages."""

import hmac
import re
import secrets
import struct
from dataclasses import dataclass

from aioice import stun

_UFRAG, _PASSWORD = re.compile("[A-Za-z0-9+/=#_-]{4,256}"), re.compile("[A-Za-z0-9+/=#_-]{22,256}")
_IN_EVERY_CHECK = {"USERNAME", "PRIORITY", "MESSAGE-INTEGRITY", "FINGERPRINT"}


@dataclass(frozen=True)
class Credentials:
    """A user fragment and its password (RFC 8839)."""

    ufrag: str
    password: str

    @classmethod
    def fresh(cls) -> "Credentials":
        """New ones: 48 and 192 bits of chance."""
        return cls(secrets.token_urlsafe(6).replace("-", "+").replace("_", "/"), secrets.token_hex(12))

    @classmethod
    def offered(cls, ufrag: str | None, password: str | None) -> "Credentials | None":
        """Those of a description, or None where they are missing or not of the form (RFC 8839 section 5.4). The
        signs that Chromium lets through besides are let through here."""
        if not _UFRAG.fullmatch(ufrag or "") or not _PASSWORD.fullmatch(password or ""):
            return None
        return cls(ufrag or "", password or "")


@dataclass(frozen=True)
class IceSession:
    """Both ends' credentials for the time until the next restart."""

    ours: Credentials
    theirs: Credentials

    @property
    def etag(self) -> str:
        """The name of this session for WHIP and WHEP."""
        return f"{self.ours.ufrag}.{self.theirs.ufrag}".replace("+", "-").replace("/", "_")


@dataclass(frozen=True)
class Check:
    """A binding request that says it is for the session of `ufrag`; not yet believed."""

    message: stun.Message
    ufrag: str
    their_ufrag: str

    @property
    def nominates(self) -> bool:
        """Whether the peer chose this pair of addresses."""
        return "USE-CANDIDATE" in self.message.attributes


def read(datagram: bytes) -> Check | None:
    """A connectivity check, or None for anything else: STUN that is broken, a response, or without a name.

    None also where it lacks what every check has (RFC 8445 section 7.1): no answer may be larger than its check."""
    try:
        message = stun.parse_message(datagram)
    except (ValueError, struct.error, IndexError, KeyError):
        return None
    if message.message_method != stun.Method.BINDING or message.message_class != stun.Class.REQUEST:
        return None
    if not message.attributes.keys() >= _IN_EVERY_CHECK:
        return None
    ours, colon, theirs = str(message.attributes["USERNAME"]).partition(":")
    return Check(message, ours, theirs) if colon else None


def authentic(check: Check, session: IceSession) -> bool:
    """Whether the check was made by one who knows our password and carries both names."""
    return hmac.compare_digest(
        check.their_ufrag.encode(), session.theirs.ufrag.encode()
    ) and check.message.check_message_integrity(session.ours.password.encode())


def request(ours: Credentials, theirs: Credentials, tie_breaker: int) -> bytes:
    """A check by a controlling end that nominates at once; the engine makes none, the load generator does."""
    message = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.REQUEST,
        attributes={
            "USERNAME": f"{theirs.ufrag}:{ours.ufrag}",
            "PRIORITY": 1845501695,
            "ICE-CONTROLLING": tie_breaker,
            "USE-CANDIDATE": None,
        },
    )
    message.add_message_integrity(theirs.password.encode())
    return bytes(message)


def confirms(datagram: bytes, theirs: Credentials) -> bool:
    """Whether a datagram is an authentic success response to our check."""
    try:
        message = stun.parse_message(datagram)
    except (ValueError, struct.error, IndexError, KeyError):
        return False
    return message.message_class == stun.Class.RESPONSE and message.check_message_integrity(theirs.password.encode())


def response(check: Check, session: IceSession, address: tuple[str, int]) -> bytes:
    """The success response that tells the peer its address as we see it."""
    message = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=check.message.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": address},
    )
    message.add_message_integrity(session.ours.password.encode())
    return bytes(message)

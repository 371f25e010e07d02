"""The key that a device keeps and never shows: its public half, and what the device signs to prove that it has it.

ECDSA on P-256 with SHA-256 as WebCrypto makes it: the signature is r and s, 32 bytes each, one after the other.
"""

import base64
import binascii

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

KEY_CHARS_MAX = 200
HALF = 32


def to_sign(purpose: str, challenge: str) -> bytes:
    """What a device signs: it says for what, so that a signature is good for nothing else."""
    return f"rostrum device {purpose} {challenge}".encode()


def read_key(text: str) -> bytes | None:
    """The public key (DER, SubjectPublicKeyInfo) in a form's base64url; None where it is no key on P-256."""
    der = _unpacked(text)
    return der if der is not None and _loaded(der) is not None else None


def proves(public_key: bytes, purpose: str, challenge: str, signature: str) -> bool:
    """Whether the signature, in base64url, was made with this key for this purpose and challenge."""
    raw, key = _unpacked(signature), _loaded(public_key)
    if raw is None or key is None or len(raw) != 2 * HALF:
        return False
    both = int.from_bytes(raw[:HALF]), int.from_bytes(raw[HALF:])
    try:
        key.verify(encode_dss_signature(*both), to_sign(purpose, challenge), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _unpacked(text: str) -> bytes | None:
    if len(text) > KEY_CHARS_MAX:
        return None
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _loaded(der: bytes) -> ec.EllipticCurvePublicKey | None:
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return None
    return key

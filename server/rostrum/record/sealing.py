"""Sealing of what people write: AES-256-GCM with a key that lies outside the database."""

import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rostrum.keyfile import kept_key
from rostrum.sealed_file import WrongKey

NONCE_BYTES = 12
KEY_ID_BYTES = 1
FORMAT = b"\x01"


class Seal:
    """Seals and opens. What is sealed is bound to its identifier: bytes moved to another row do not open."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._digests = HKDF(SHA256(), 32, None, b"rostrum.digest").derive(key)

    @classmethod
    def from_folder(cls, folder: Path) -> "Seal":
        """The key of this data folder: made at first use, readable by its owner alone."""
        return cls(kept_key(folder / "field.key", lambda: AESGCM.generate_key(256)))

    def seal(self, identifier: str, fields: Mapping[str, object]) -> bytes:
        """The fields, sealed for the row of this identifier."""
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":")).encode()
        return FORMAT + nonce + self._cipher.encrypt(nonce, plain, identifier.encode())

    def digest(self, purpose: str, text: str) -> str:
        """What a text is found again by without being kept: the same for the same text, telling nothing without the
        key. 64 hex digits."""
        return hmac.digest(self._digests, f"{purpose}:{text}".encode(), "sha256").hex()

    def open(self, identifier: str, sealed: bytes) -> dict[str, object]:
        """The fields. Raises `WrongKey`."""
        nonce, data = sealed[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES], sealed[KEY_ID_BYTES + NONCE_BYTES :]
        try:
            fields: dict[str, object] = json.loads(self._cipher.decrypt(nonce, data, identifier.encode()))
        except InvalidTag as error:
            raise WrongKey(identifier) from error
        return fields

"""Secrets that identity makes and checks: random tokens, signed passes, the key they are signed with.

Randomness enters Rostrum here.
"""

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from rostrum.keyfile import kept_key

MEDIA_PASS_LIFE_S = 300
"""How long a media pass may be shown; a session that it began is ended by revocation, not by its age."""


def new_token() -> str:
    """256 random bits as 43 characters of base64url: the secret of a link, a device or an application."""
    return secrets.token_urlsafe(32)


def once(nonce: str, purpose: str) -> str:
    """The identifier that a form makes what it makes by: the same for the same form, however often it is sent."""
    if not nonce:
        return new_id()
    return hashlib.blake2b(f"{nonce}:{purpose}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def new_code() -> str:
    """Eight random digits: a code that is sent by mail."""
    return f"{secrets.randbelow(10**8):08}"


def new_number() -> str:
    """Four random digits, to be compared by eye."""
    return f"{secrets.randbelow(10**4):04}"


def new_id() -> str:
    """A random identifier that is no secret (122 bits, as 32 hex digits)."""
    return uuid.uuid4().hex


def signing_key(folder: Path) -> bytes:
    """The node's signing key: made at first use, outside the database, readable by its owner alone."""
    return kept_key(folder / "signing.key", lambda: secrets.token_bytes(32))


RECEIVER = "receiver"
"""The purpose of a pass for a receiver in the hall: it is given the hall's channels, and sends nothing."""
FEED = "feed:"
"""How the purpose of a pass begins by which a technician sends the sound of an interpreter (a place) in the hall."""


@dataclass(frozen=True)
class MediaPass:
    """What a media pass says. `purpose`: what it is for, "" for a seat in the meeting."""

    place_id: str
    link_id: str
    device_id: str
    meeting_id: str
    purpose: str = ""


class Signer:
    """Signs what is handed out and comes back: media passes and form tokens."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._passes = URLSafeTimedSerializer(key, salt="rostrum.media-pass")
        self._forms = URLSafeSerializer(key, salt="rostrum.form-token")
        self._encoders = URLSafeSerializer(key, salt="rostrum.encoder")
        self._watchers = URLSafeTimedSerializer(key, salt="rostrum.watch-pass")

    def media_pass(self, place_id: str, link_id: str, device_id: str, meeting_id: str, purpose: str = "") -> str:
        """A bearer token for one place, entered by one link from one device, in one meeting."""
        return self._passes.dumps([place_id, link_id, device_id, meeting_id, purpose])

    def read_media_pass(self, token: str) -> MediaPass | None:
        """What a pass says that is ours and young enough, else None."""
        try:
            place_id, link_id, device_id, meeting_id, purpose = self._passes.loads(token, max_age=MEDIA_PASS_LIFE_S)
        except (BadSignature, ValueError, TypeError):
            return None
        return MediaPass(str(place_id), str(link_id), str(device_id), str(meeting_id), str(purpose))

    def encoder_token(self, meeting_id: str, feed: str, link_id: str) -> str:
        """A bearer token for an encoder that sends a feed of a meeting's hall, good while the record names its link."""
        return str(self._encoders.dumps([meeting_id, feed, link_id]))

    def read_encoder_token(self, token: str) -> tuple[str, str, str] | None:
        """(meeting, feed, link) of an encoder's token that is ours, else None."""
        try:
            meeting_id, feed, link_id = self._encoders.loads(token)
        except (BadSignature, ValueError, TypeError):
            return None
        return str(meeting_id), str(feed), str(link_id)

    def watch_pass(self, meeting_id: str, viewer_id: str) -> str:
        """A bearer token for somebody without a place who watches a meeting's webcast."""
        return str(self._watchers.dumps([meeting_id, viewer_id]))

    def read_watch_pass(self, token: str) -> tuple[str, str] | None:
        """(meeting, viewer) of a pass that is ours and young enough, else None."""
        try:
            meeting_id, viewer_id = self._watchers.loads(token, max_age=MEDIA_PASS_LIFE_S)
        except (BadSignature, ValueError, TypeError):
            return None
        return str(meeting_id), str(viewer_id)

    def code_hash(self, device_id: str, code: str) -> bytes:
        """What is kept of a short code: keyed, since whoever reads the database would else try them all."""
        return hmac.new(self._key, f"code:{device_id}:{code}".encode("utf-8", "replace"), hashlib.sha256).digest()

    def form_token(self, holder: str) -> str:
        """The token that this holder's forms carry."""
        return str(self._forms.dumps(holder))

    def is_form_token(self, token: str, holder: str) -> bool:
        """Whether a form's token was made for this holder."""
        try:
            return bool(self._forms.loads(token) == holder)
        except (BadSignature, ValueError):
            return False

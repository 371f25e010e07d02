"""A browser with a key of its own, as WebCrypto makes it, and the devices of one link."""

import base64
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rostrum.identity.doorkeeper import DEVICE_COOKIE
from rostrum.identity.gate import ARRIVAL_COOKIE
from tests.support.app import Knocker, Running


def packed(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class SoftKey:
    """A key on P-256 that signs what the server asks."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public(self) -> str:
        """As a form carries it."""
        return packed(self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def shown(self, purpose: str, challenge: str) -> dict[str, str]:
        """The fields of a form that shows the key."""
        text = f"rostrum device {purpose} {challenge}".encode()
        r, s = decode_dss_signature(self.private.sign(text, ec.ECDSA(SHA256())))
        signature = packed(r.to_bytes(32) + s.to_bytes(32))
        return {"key": self.public, "challenge": challenge, "signature": signature}


async def challenge(who: Knocker, path: str) -> str:
    """What the server asks to be signed."""
    async with who.request("POST", path) as answer:
        assert answer.status == 200, await answer.text()
        text: str = (await answer.json())["challenge"]
    return text


def guest(running: Running, **jar: str) -> Knocker:
    """Somebody with a link and no place."""
    return Knocker(running.base, csrf=running.house.signer.form_token("guest"), jar=jar)


async def inside(running: Running, place_id: str, link_id: str, secret: str) -> Knocker:
    """The client that has this secret for this place."""
    device = await running.house.links.find_device(place_id, secret)
    assert device is not None
    csrf = running.house.signer.form_token(device.device_id)
    return Knocker(running.base, place_id, link_id, csrf, {DEVICE_COOKIE: secret})


@dataclass
class Holder:
    """A link's holder with the first device in, and its key."""

    place_id: str
    link_id: str
    token: str
    key: SoftKey
    device: Knocker

    @property
    def at(self) -> str:
        """The place's address."""
        return f"/at/{self.place_id}"


async def holder(running: Running, category: str = "ngo") -> Holder:
    """Somebody who has opened their link on a device with a key."""
    place_id, link_id, token = await running.appoint(category, {"given_name": "Awa", "organisation": "Somebody"})
    key, coming = SoftKey(), guest(running)
    fields = key.shown("link", await challenge(coming, f"/l/{token}/challenge"))
    async with coming.request("POST", f"/l/{token}", data=fields) as answer:
        assert answer.status == 303, await answer.text()
        secret = answer.cookies[DEVICE_COOKIE].value
    return Holder(place_id, link_id, token, key, await inside(running, place_id, link_id, secret))


async def asks(running: Running, who: Holder) -> Knocker:
    """A further device with this link asks to be let in; what it holds while it waits."""
    coming = guest(running)
    async with coming.request("POST", f"/l/{who.token}/device") as answer:
        assert answer.status == 303, await answer.text()
        secret = answer.cookies[ARRIVAL_COOKIE].value
    return guest(running, **{ARRIVAL_COOKIE: secret})


async def text_of(who: Knocker, path: str) -> str:
    """A page that is there."""
    async with who.request("GET", path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()

"""Passkeys (W3C WebAuthn level 3): made on a device that is in, shown on another to get in, or to be sure again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.devices import LetDeviceIn, RemoveDevice
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION, Clock, Desk
from rostrum.identity.doorkeeper import Doorkeeper, Standing
from rostrum.identity.secrets import new_id, new_token
from rostrum.record.challenges import Challenges
from rostrum.record.links import Links
from rostrum.record.passkeys import Passkey, PasskeyStore

CHALLENGE_LIFE = timedelta(minutes=5)
TIMEOUT_MS = 300_000
EACH_MAX = 10
"""Passkeys of one link."""
ANYONE = ""
"""The holder of a challenge of one who has not said yet who they are."""


class Site:
    """What passkeys are bound to: the address in links. The relying party's identifier is its host."""

    def __init__(self, external_url: str) -> None:
        parts = urlsplit(external_url)
        self.host = parts.hostname or "localhost"
        self.origin = f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Entered:
    """Where a passkey leads to: the place, and the secret that the device keeps from now on."""

    place_id: str
    secret: str
    life: timedelta


class Passkeys:
    """Makes passkeys, and believes them."""

    def __init__(
        self,
        desk: Desk,
        doorkeeper: Doorkeeper,
        links: Links,
        store: PasskeyStore,
        challenges: Challenges,
        site: Site,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._doorkeeper = doorkeeper
        self._links = links
        self._store = store
        self._challenges = challenges
        self._site = site
        self._clock = clock

    async def of(self, standing: Standing) -> Sequence[Passkey]:
        """The passkeys of a link, oldest first."""
        return await self._store.of_link(standing.link.link_id)

    async def to_make(self, standing: Standing, name: str) -> str:
        """Options for `navigator.credentials.create`, as JSON. `name`: shown by the authenticator to its owner.

        Raises `Refused(PASSKEY_NEEDED)` where one must be shown before another is made.
        """
        there = await self._may_make(standing)
        options = generate_registration_options(
            rp_id=self._site.host,
            rp_name="Rostrum",
            user_id=standing.link.link_id.encode(),
            user_name=name,
            user_display_name=name,
            challenge=base64url_to_bytes(await self._challenge("passkey-new", standing.device_id)),
            timeout=TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in there],
        )
        return options_to_json(options)

    async def make(self, standing: Standing, credential: object) -> None:
        """Keep a passkey that was made; the device counts as one on which it was shown. Raises `Refused`."""
        await self._may_make(standing)
        challenge = await self._answered(credential, "passkey-new", standing.device_id)
        try:
            made = verify_registration_response(
                credential=credential,  # type: ignore[arg-type]  # whatever came; the library checks its shape
                expected_challenge=challenge,
                expected_rp_id=self._site.host,
                expected_origin=self._site.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise Refused(Why.PASSKEY_FAILED) from error
        now = self._clock()
        try:
            await self._store.add(
                Passkey(
                    made.credential_id,
                    standing.link.link_id,
                    standing.place.place_id,
                    made.credential_public_key,
                    made.sign_count,
                    standing.device.label,
                    now,
                    None,
                )
            )
        except IntegrityError as error:
            raise Refused(Why.ALREADY_EXISTS) from error
        await self._links.passkey_shown(standing.device_id, made.credential_id, now)

    async def to_show(self, standing: Standing | None) -> str:
        """Options for `navigator.credentials.get`, as JSON: any passkey of a link, or (None) any of this site."""
        known = [] if standing is None else await self.of(standing)
        holder = ANYONE if standing is None else standing.device_id
        options = generate_authentication_options(
            rp_id=self._site.host,
            challenge=base64url_to_bytes(await self._challenge("passkey", holder)),
            timeout=TIMEOUT_MS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    async def show(self, standing: Standing, credential: object) -> None:
        """A passkey of this very link is shown on a device that is let in. Raises `Refused`."""
        shown = await self._believed(credential, standing.device_id)
        if shown.link_id != standing.link.link_id:
            raise Refused(Why.NO_SUCH_PASSKEY)
        await self._links.passkey_shown(standing.device_id, shown.credential_id, self._clock())

    async def enter(self, credential: object, label: str) -> Entered:
        """Let the device at hand in by a passkey: its link leads in from it, too. Raises `Refused`."""
        shown = await self._believed(credential, ANYONE)
        found = await self._doorkeeper.find_place(shown.place_id)
        if found is None:
            raise Refused(Why.NO_SUCH_PASSKEY)
        session, place = found
        link, now = session.links[shown.link_id], self._clock()
        link.require_usable(now)
        device_id, secret = new_id(), new_token()
        remember = self._links.add_device(
            device_id, link.link_id, place.place_id, secret, now, label=label, passkey=shown.credential_id
        )
        command = LetDeviceIn(link.link_id, device_id)
        await self._desk.act(ACCREDITATION, session.session_id, command, SYSTEM, also=[remember])
        return Entered(place.place_id, secret, link.expires_at - now)

    async def remove(self, standing: Standing, credential_id: str) -> None:
        """Forget a passkey of this link; what it let in is taken off, the device at hand too. Raises `Refused`.

        A link keeps its last device, which then has no passkey shown; where one is needed, it needs another.
        """
        try:
            identifier = base64url_to_bytes(credential_id)
        except ValueError:
            identifier = b""
        link_id = standing.link.link_id
        if all(each.credential_id != identifier for each in await self.of(standing)):
            raise Refused(Why.NO_SUCH_PASSKEY)
        # First what it opened, then the passkey: one that fails in between can be removed again.
        for device_id in await self._links.entered_by(identifier, link_id):
            try:
                command = RemoveDevice(link_id, device_id)
                await self._desk.act(ACCREDITATION, standing.session_id, command, SYSTEM)
            except Refused as refused:
                if refused.why not in {Why.NO_SUCH_DEVICE, Why.LAST_DEVICE}:
                    raise
        if not await self._store.remove(identifier, link_id):
            raise Refused(Why.NO_SUCH_PASSKEY)

    async def _may_make(self, standing: Standing) -> Sequence[Passkey]:
        there = await self.of(standing)
        # The first is made by whoever has the link; where passkeys guard the place, the next by whoever shows one.
        if there and self._doorkeeper.lacking(standing) is Why.PASSKEY_NEEDED:
            raise Refused(Why.PASSKEY_NEEDED)
        if len(there) >= EACH_MAX:
            raise Refused(Why.TOO_MANY_DEVICES)
        return there

    async def _challenge(self, purpose: str, holder: str) -> str:
        token = new_token()
        await self._challenges.keep(token, purpose, holder, self._clock(), CHALLENGE_LIFE)
        return token

    async def _answered(self, credential: object, purpose: str, holder: str) -> bytes:
        """The challenge that an answer is for: one of ours, not answered before. Raises `Refused(PASSKEY_FAILED)`."""
        token = _challenge_in(credential)
        if token is None or not await self._challenges.take(token, purpose, holder, self._clock()):
            raise Refused(Why.PASSKEY_FAILED)
        return base64url_to_bytes(token)

    async def _believed(self, credential: object, holder: str) -> Passkey:
        challenge = await self._answered(credential, "passkey", holder)
        known = await self._store.find(_identifier_in(credential))
        if known is None:
            raise Refused(Why.NO_SUCH_PASSKEY)
        try:
            shown = verify_authentication_response(
                credential=credential,  # type: ignore[arg-type]  # whatever came; the library checks its shape
                expected_challenge=challenge,
                expected_rp_id=self._site.host,
                expected_origin=self._site.origin,
                credential_public_key=known.public_key,
                credential_current_sign_count=known.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise Refused(Why.PASSKEY_FAILED) from error
        await self._store.used(known.credential_id, shown.new_sign_count, self._clock())
        return known


def _challenge_in(credential: object) -> str | None:
    """The challenge that an answer says it is for."""
    try:
        client: Any = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))  # type: ignore[index]
        challenge = client["challenge"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return challenge if isinstance(challenge, str) else None


def _identifier_in(credential: object) -> bytes:
    try:
        return base64url_to_bytes(credential["rawId"])  # type: ignore[index]
    except (ValueError, KeyError, TypeError):
        return b""

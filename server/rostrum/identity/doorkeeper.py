"""At the door: which place a device stands for, and whether its link still opens anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.place import BindLink, Link, Place
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION, Clock, Desk
from rostrum.identity.secrets import new_id, new_token
from rostrum.record.links import Device, Links

DEVICE_COOKIE = "rostrum_device"
PROOF_LIFE = timedelta(hours=4)
"""How long a device's cookie is believed without its key; an open page proves it again long before."""
PASSKEY_LIFE = timedelta(hours=12)
"""How long the secretariat works after a passkey was shown, where passkeys are required."""


@dataclass(frozen=True)
class Standing:
    """A place that a request may act for, with the session it is in."""

    session_id: str
    place: Place
    link: Link
    device: Device

    @property
    def device_id(self) -> str:
        """The device that the request came from."""
        return self.device.device_id

    @property
    def actor(self) -> Actor:
        """The actor that this standing gives."""
        return self.place.actor()


@dataclass(frozen=True)
class Knock:
    """What a link's secret leads to, before it is bound. `refused` says why it opens nothing."""

    session_id: str
    place: Place
    link: Link
    refused: Why | None


class Doorkeeper:
    """Answers who stands at the door. Wrong secrets all take the same way: one look-up by hash."""

    def __init__(self, desk: Desk, links: Links, clock: Clock, *, passkeys_required: bool = False) -> None:
        self._desk = desk
        self._links = links
        self._clock = clock
        self._passkeys_required = passkeys_required
        self._session_of: dict[str, str] = {}

    async def sessions(self) -> Sequence[Accreditation]:
        """Every session's accreditation."""
        return [
            (await self._desk.load(ACCREDITATION, identifier)).state
            for identifier in await self._desk.identifiers(ACCREDITATION)
        ]

    async def find_place(self, place_id: str) -> tuple[Accreditation, Place] | None:
        """A place and its session."""
        session_id = self._session_of.get(place_id)
        if session_id is None:
            for state in await self.sessions():
                self._session_of.update(dict.fromkeys(state.places, state.session_id))
            session_id = self._session_of.get(place_id)
        if session_id is None:
            return None
        state = (await self._desk.load(ACCREDITATION, session_id)).state
        return state, state.places[place_id]

    async def standing(self, place_id: str, device_secret: str | None) -> Standing | Why:
        """Who a request with this cookie is for this place, or why it is nobody."""
        if not device_secret:
            return Why.NOT_ENTITLED
        now = self._clock()
        device = await self._links.find_device(place_id, device_secret, now)
        found = await self.find_place(place_id)
        if device is None or found is None:
            return Why.NOT_ENTITLED
        session, place = found
        link = session.links.get(device.link_id)
        if link is None:
            return Why.NO_SUCH_LINK
        try:
            link.require_usable(now)
        except Refused as refused:
            return refused.why
        if place.closed:
            return Why.PLACE_CLOSED
        if device.device_id not in link.devices:
            return Why.DEVICE_REMOVED
        if device.last_seen_on < now.date():
            await self._links.seen(device.device_id, now)
        return Standing(session.session_id, place, link, device)

    def lacking(self, standing: Standing) -> Why | None:
        """What a device that is known has still to show before it may go on; None: nothing."""
        device, now, rights = standing.device, self._clock(), standing.actor.rights
        if device.public_key is not None and (device.proved_at is None or now - device.proved_at > PROOF_LIFE):
            return Why.DEVICE_UNPROVED
        if not self.needs_passkey(standing):
            return None
        if device.passkey_at is None:
            return Why.PASSKEY_NEEDED
        # Whoever presides is not sent away from the desk in mid-meeting; who administers shows it again each day.
        if Right.ADMINISTER in rights and now - device.passkey_at > PASSKEY_LIFE:
            return Why.PASSKEY_NEEDED
        return None

    async def passkey_ended(self, standing: Standing) -> bool:
        """Whether the device stands where a passkey is needed, and the one that was shown on it is no longer good."""
        if not self.needs_passkey(standing):
            return False
        return not await self._links.has_passkey(standing.device_id)

    def needs_passkey(self, standing: Standing) -> bool:
        """Whether the place is one of those that passkeys are required for."""
        return self._passkeys_required and bool(standing.actor.rights & {Right.ADMINISTER, Right.PRESIDE})

    async def may_still(self, place_id: str, link_id: str, device_id: str) -> Actor | None:
        """The actor of a place whose usable link and device are these very ones now, for doors that opened before."""
        still = await self.still(place_id, link_id, device_id)
        return None if still is None else still[0].actor()

    async def still(self, place_id: str, link_id: str, device_id: str) -> tuple[Place, Link] | None:
        """The place and link as they are now, where `may_still` gives an actor."""
        found = await self.find_place(place_id)
        if found is None:
            return None
        session, place = found
        link = session.links.get(link_id)
        if link is None or place.closed or link.place_id != place_id or device_id not in link.devices:
            return None
        try:
            link.require_usable(self._clock())
        except Refused:
            return None
        return place, link

    async def knock(self, token: str) -> Knock | None:
        """What a link's secret leads to; None: no link has this secret."""
        link_id = await self._links.find_link(token)
        if link_id is None:
            return None
        if not any(link_id in session.links for session in await self.sessions()):
            # Another process has appointed somebody (`rostrum appoint`), and with SQLite none is told of another's.
            for session_id in await self._desk.identifiers(ACCREDITATION):
                await self._desk.catch_up(ACCREDITATION.stream(session_id))
        for session in await self.sessions():
            link = session.links.get(link_id)
            if link is None:
                continue
            place = session.places[link.place_id]
            refused: Why | None = Why.PLACE_CLOSED if place.closed else None
            try:
                link.require_usable(self._clock())
            except Refused as refusal:
                refused = refusal.why
            return Knock(session.session_id, place, link, refused)
        return None

    async def admit(self, knock: Knock, label: str = "", public_key: bytes | None = None) -> tuple[str, str]:
        """Bind a link to the device at hand; returns the device and the secret that it keeps.

        Raises `Refused`: LINK_REVOKED, LINK_EXPIRED, LINK_BOUND, PLACE_CLOSED.
        """
        device_id, secret = new_id(), new_token()
        await self.bind(knock, device_id, secret, label, public_key)
        return device_id, secret

    async def bind(
        self, knock: Knock, device_id: str, secret: str, label: str = "", public_key: bytes | None = None
    ) -> None:
        """Bind a link to a device that has its secret already. Raises as `admit`."""
        if knock.refused is not None:
            raise Refused(knock.refused)
        link_id, now = knock.link.link_id, self._clock()
        remember = self._links.add_device(
            device_id, link_id, knock.place.place_id, secret, now, label=label, public_key=public_key
        )
        await self._desk.act(ACCREDITATION, knock.session_id, BindLink(link_id, device_id), SYSTEM, also=[remember])

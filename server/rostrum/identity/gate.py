"""Before the door: browsers that come by a link, prove their key, wait for a code or another device's word."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rostrum.assembly import devices
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.devices import AskForDevice, LetDeviceIn, RemoveDevice, TurnDeviceAway
from rostrum.assembly.place import Link
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION, Clock, Desk
from rostrum.identity import device_keys
from rostrum.identity.doorkeeper import Doorkeeper, Knock, Standing
from rostrum.identity.secrets import Signer, new_code, new_id, new_number, new_token
from rostrum.record.arrivals import Arrival, Arrivals
from rostrum.record.challenges import Challenges
from rostrum.record.journal import Write
from rostrum.record.links import Device, Links

ARRIVAL_COOKIE = "rostrum_arrival"
CHALLENGE_LIFE = timedelta(minutes=5)
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
KEYLESS_GRACE = timedelta(minutes=15)
"""How long after it came a device without a key may still get one: its script was slower than its owner."""


@dataclass(frozen=True)
class Shown:
    """What a browser shows of its key: the public half (base64url) and a challenge with its signature."""

    key: str
    challenge: str
    signature: str


class Gate:
    """Lets devices in, one after the other, each with its key where it can have one."""

    def __init__(
        self,
        desk: Desk,
        doorkeeper: Doorkeeper,
        links: Links,
        arrivals: Arrivals,
        challenges: Challenges,
        signer: Signer,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._doorkeeper = doorkeeper
        self._links = links
        self._arrivals = arrivals
        self._challenges = challenges
        self._signer = signer
        self._clock = clock

    async def purge(self, now: datetime) -> int:
        """Forget who came and did not come in; how many there were."""
        return await self._arrivals.purge(now) + await self._challenges.purge(now)

    # Keys

    async def challenge(self, purpose: str, holder: str) -> str:
        """A challenge for a device's key: good once, for five minutes, for this purpose and holder."""
        token = new_token()
        await self._challenges.keep(token, purpose, holder, self._clock(), CHALLENGE_LIFE)
        return token

    async def key_of(self, shown: Shown, purpose: str, holder: str) -> bytes | None:
        """The key that a browser has proved; None where it shows none. Raises `Refused(KEY_NOT_PROVED)`."""
        if not shown.key:
            return None
        key = device_keys.read_key(shown.key)
        if key is None or not await self._proves(key, shown, purpose, holder):
            raise Refused(Why.KEY_NOT_PROVED)
        return key

    async def renew(self, standing: Standing, presented: str, shown: Shown) -> str | None:
        """In place of the secret presented, the new one of a device that proves its key.

        A device that has no key yet, and has just come, gets it by this.
        None: nothing is to be proved. Raises `Refused(KEY_NOT_PROVED)`; then nothing is changed.
        """
        device, now = standing.device, self._clock()
        if device.public_key is None:
            key = await self.key_of(shown, "proof", device.device_id)
            if key is None or now - device.created_at > KEYLESS_GRACE:
                return None
            if not await self._links.give_key(device.device_id, key, now):
                raise Refused(Why.KEY_NOT_PROVED)
        elif not await self._proves(device.public_key, shown, "proof", device.device_id):
            raise Refused(Why.KEY_NOT_PROVED)
        secret = new_token()
        await self._links.renew(device.device_id, presented, secret, now)
        return secret

    async def _proves(self, key: bytes, shown: Shown, purpose: str, holder: str) -> bool:
        taken = await self._challenges.take(shown.challenge, purpose, holder, self._clock())
        return taken and device_keys.proves(key, purpose, shown.challenge, shown.signature)

    # The first device, where a code confirms it

    async def begin_code(self, knock: Knock, label: str, key: bytes | None, mail: Callable[[str], Write]) -> str:
        """A browser waits for a code; returns its secret. `mail` gives the write that sends the code."""
        secret, code, device_id = new_token(), new_code(), new_id()
        hashed = self._signer.code_hash(device_id, code)
        await self._arrive(knock, device_id, secret, label, key, code_hash=hashed, also=mail(code))
        return secret

    async def confirm_code(self, knock: Knock, secret: str, code: str) -> bool:
        """Let the browser in whose code this is. False for every wrong one alike: not this browser's, too late, one
        too many. Raises as `Doorkeeper.bind`."""
        coming = await self._arrivals.find(secret, self._clock())
        device_id = "" if coming is None else coming.device_id
        right = await self._arrivals.count_try(device_id, CODE_TRIES)
        kept = b"" if coming is None or coming.code_hash is None else coming.code_hash
        right &= hmac.compare_digest(kept, self._signer.code_hash(device_id, code))
        if coming is None or not right or coming.link_id != knock.link.link_id:
            return False
        await self._doorkeeper.bind(knock, device_id, secret, coming.label, coming.public_key)
        await self._arrivals.forget(device_id)
        return True

    # Further devices, where another lets them in

    async def ask(self, knock: Knock, label: str, key: bytes | None) -> str:
        """A further browser waits to be let in; returns its secret. Raises `Refused`."""
        if knock.refused is not None:
            raise Refused(knock.refused)
        secret, device_id = new_token(), new_id()
        await self._desk.act(ACCREDITATION, knock.session_id, AskForDevice(knock.link.link_id, device_id), SYSTEM)
        await self._arrive(knock, device_id, secret, label, key, number=new_number())
        return secret

    async def arrival(self, knock: Knock, secret: str) -> Arrival | None:
        """The browser that waits by this link with this secret."""
        coming = await self._arrivals.find(secret, self._clock())
        return None if coming is None or coming.link_id != knock.link.link_id else coming

    async def asking(self, link: Link) -> Sequence[Arrival]:
        """Who waits to be let in by this link."""
        waiting = list(devices.asking(link, self._clock()))
        return await self._arrivals.waiting(waiting, self._clock()) if waiting else []

    async def let_in(self, standing: Standing, device_id: str) -> None:
        """The link's holder lets a browser in that asks. Raises `Refused`."""
        link, now = standing.link, self._clock()
        secret = await self._arrivals.secret_of(device_id)
        waiting = [each for each in await self.asking(link) if each.device_id == device_id]
        if secret is None or not waiting:
            raise Refused(Why.NO_SUCH_DEVICE)
        coming = waiting[0]
        remember = self._links.add_device(
            device_id,
            link.link_id,
            coming.place_id,
            secret,
            now,
            label=coming.label,
            public_key=coming.public_key,
        )
        command = LetDeviceIn(link.link_id, device_id)
        await self._desk.act(ACCREDITATION, standing.session_id, command, standing.actor, also=[remember])

    async def turn_away(self, standing: Standing, device_id: str) -> None:
        """The link's holder does not know the browser that asks. Raises `Refused`."""
        command = TurnDeviceAway(standing.link.link_id, device_id)
        await self._desk.act(ACCREDITATION, standing.session_id, command, standing.actor)
        await self._arrivals.forget(device_id)

    async def devices(self, standing: Standing) -> Sequence[Device]:
        """The devices of a link, oldest first."""
        found = await self._links.devices_of(standing.link.link_id)
        return [each for each in found if each.device_id in standing.link.devices]

    async def remove(self, standing: Standing, device_id: str) -> None:
        """Take a device off, at once and everywhere. Raises `Refused`."""
        command = RemoveDevice(standing.link.link_id, device_id)
        await self._desk.act(ACCREDITATION, standing.session_id, command, standing.actor)

    async def _arrive(
        self,
        knock: Knock,
        device_id: str,
        secret: str,
        label: str,
        key: bytes | None,
        *,
        number: str = "",
        code_hash: bytes | None = None,
        also: Write | None = None,
    ) -> None:
        life = CODE_LIFE if code_hash is not None else devices.ASKING_LIFE
        expires_at = self._clock() + life
        coming = Arrival(
            device_id, knock.link.link_id, knock.place.place_id, label, key, number, code_hash, 0, expires_at
        )
        await self._arrivals.add(coming, secret, also)

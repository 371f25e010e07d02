"""The real application on a real socket inside the test's own process, and people who knock at it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from yarl import URL

from rostrum.app import Server, create, utc_now
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.consent import AskConsent, DeclareConsent, Matter
from rostrum.assembly.place import AppointOfficer, RevokeLink
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION, MEETING, Clock
from rostrum.house import HOUSE, House
from rostrum.identity.doorkeeper import DEVICE_COOKIE
from rostrum.identity.secrets import new_id, new_token
from rostrum.settings import Settings

STREAM_PATIENCE_S = 6.0


class Time:
    """A clock that is moved by hand, besides running."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Now, and as far ahead as it was moved."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Knocker:
    """A client with the cookies of one place (or none)."""

    base: str
    place_id: str = ""
    link_id: str = ""
    csrf: str = ""
    jar: Mapping[str, str] = field(default_factory=dict)

    async def status(
        self, method: str, path: str, *, csrf: str | None = None, headers: Mapping[str, str] | None = None
    ) -> int:
        """The status that a request gets; a stream is left after its first bytes."""
        async with self.request(method, path, csrf=csrf, headers=headers) as answer:
            return answer.status

    @asynccontextmanager
    async def request(
        self,
        method: str,
        path: str,
        *,
        csrf: str | None = None,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request with this client's cookie and the token of its form, in a header where there is no form."""
        token = self.csrf if csrf is None else csrf
        form = {**(data or {}), "csrf": token} if method == "POST" else None
        if method in {"PUT", "PATCH", "DELETE"}:
            headers = {"X-CSRF-Token": token, **(headers or {})}
        timeout = aiohttp.ClientTimeout(total=None, sock_read=STREAM_PATIENCE_S)
        async with (
            aiohttp.ClientSession(cookies=self.jar, timeout=timeout) as session,
            session.request(
                method, URL(self.base + path, encoded=True), data=form, headers=headers, allow_redirects=False
            ) as answer,
        ):
            yield answer


@dataclass
class Running:
    """A running application with the demonstration's session in it."""

    app: web.Application
    base: str
    places: dict[str, Knocker] = field(default_factory=dict)

    @property
    def house(self) -> House:
        """The application's parts."""
        return self.app[HOUSE]

    @property
    def stranger(self) -> Knocker:
        """Nobody."""
        return Knocker(self.base)

    async def appoint(self, category: str, fields: Mapping[str, str], *, remote: bool = True) -> tuple[str, str, str]:
        """A new place with a link that nobody has used: (place, link, token)."""
        place_id, link_id, token, dossier_id = new_id(), new_id(), new_token(), new_id()
        now = self.house.clock()
        until = now + timedelta(days=1)
        seal = self.house.dossiers.seal(
            dossier_id,
            session_id=demo.SESSION_ID,
            subject=place_id,
            kind="officer",
            fields=fields,
            created_at=now,
            purge_at=until,
        )
        await self.house.desk.act(
            ACCREDITATION,
            demo.SESSION_ID,
            AppointOfficer(place_id, f"delegation-{place_id}", category, remote, dossier_id, link_id, until),
            SYSTEM,
            also=[seal, self.house.links.add_link(link_id, token)],
        )
        return place_id, link_id, token

    async def place(self, category: str) -> Knocker:
        """A client that has followed a personal link to a place of this category, one for each category."""
        if category not in self.places:
            place_id, link_id, token = await self.appoint(category, {"given_name": "Test", "organisation": category})
            knocker = Knocker(self.base, place_id, link_id, self.house.signer.form_token("guest"))
            async with knocker.request("POST", f"/l/{token}") as answer:
                assert answer.status == 303, await answer.text()
                secret = answer.cookies[DEVICE_COOKIE].value
            device = await self.house.links.find_device(place_id, secret)
            assert device is not None
            csrf = self.house.signer.form_token(device.device_id)
            self.places[category] = Knocker(self.base, place_id, link_id, csrf, {DEVICE_COOKIE: secret})
        return self.places[category]

    async def set_list(self, wanted: bool) -> None:
        """Close or reopen the demonstration's list with the meeting's consent, which is silent."""
        matter, consent_id = Matter.REOPEN_LIST if wanted else Matter.CLOSE_LIST, new_id()
        for command in (AskConsent(consent_id, matter, window_ms=0), DeclareConsent(consent_id)):
            await self.house.desk.act(MEETING, demo.MEETING_ID, command, SYSTEM)

    async def revoke(self, place: Knocker) -> None:
        """Revoke a place's link, as the console does."""
        await self.house.desk.act(ACCREDITATION, demo.SESSION_ID, RevokeLink(place.link_id), SYSTEM)
        self.places = {category: each for category, each in self.places.items() if each is not place}
        await asyncio.sleep(0)


@asynccontextmanager
async def running_app(data: Path, clock: Clock = utc_now, **settings: object) -> AsyncIterator[Running]:
    """The application on free ports, with the demonstration prepared."""
    given = {"data": data, "port": 0, "media_port": 0, "media_workers": 1, "metrics_port": 0, **settings}
    app = await create(Settings(**given), clock)  # type: ignore[arg-type]  # pydantic checks them
    async with Server(app) as server:
        await demo.prepare(server.house, b"0" * 32)
        yield Running(app, server.base_url)

"""Routes with the right that each needs beside it, and the door before every handler.

A page is a `Route` in its folder's `ROUTES`. Authenticated ones live under `/at/{place_id}/` and are handed a `Visit`;
public ones a `Guest`. No handler checks a right again, and none can be mounted without saying whom it is for.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlencode

from aiohttp import BodyPartReader, MultipartReader, web

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.refusal import Why
from rostrum.house import HOUSE, House
from rostrum.identity.doorkeeper import DEVICE_COOKIE, Standing
from rostrum.pages.origin import require_same_origin
from rostrum.pages.trouble import Trouble

PARTS: web.RequestKey[MultipartReader] = web.RequestKey("parts", MultipartReader)
"""Under this key a request carries what follows the token of a form that streams."""
TOKEN_BYTES_MAX = 400
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
GUEST_HOLDER = "guest"
"""Whom a public form's token is made for: it says that the form is ours, the Origin that the page was."""


@dataclass(frozen=True)
class Guest:
    """A request by nobody in particular."""

    request: web.Request
    house: House

    @property
    def csrf(self) -> str:
        """The token for this guest's forms."""
        return self.house.signer.form_token(GUEST_HOLDER)


@dataclass(frozen=True)
class Visit:
    """A request by somebody with a place."""

    request: web.Request
    house: House
    standing: Standing

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.standing.actor

    @property
    def place_id(self) -> str:
        """The place in the address, which the device has proved to hold."""
        return self.standing.place.place_id

    @property
    def session_id(self) -> str:
        """The session that the place is in."""
        return self.standing.session_id

    @property
    def csrf(self) -> str:
        """The token for this device's forms."""
        return self.house.signer.form_token(self.standing.device_id)


GuestHandler = Callable[[Guest], Awaitable[web.StreamResponse]]
VisitHandler = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class PublicRoute:
    """A page for anyone.

    `streams`: the form carries a file, and only its token is read at the door. `body_max`: bytes of a form that is
    larger than others, for a list in it, read whole; 0: as every form.
    """

    method: str
    path: str
    handler: GuestHandler
    streams: bool = False
    body_max: int = 0


@dataclass(frozen=True)
class Route:
    """A page for places with one of the rights in `needs`. `path` continues `/at/{place_id}`.

    `streams`: the form carries a file, and only its token is read at the door. `despite`: what a known device may lack
    here (DEVICE_UNPROVED, PASSKEY_NEEDED), since this is where it shows it.
    """

    method: str
    path: str
    handler: VisitHandler
    needs: frozenset[Right]
    streams: bool = False
    despite: frozenset[Why] = frozenset()

    @property
    def full_path(self) -> str:
        """The whole path."""
        return f"/at/{{place_id}}{self.path}"


def mount(app: web.Application, routes: Iterable[PublicRoute | Route]) -> None:
    """Put the routes on the application, each behind the door."""
    for route in routes:
        if isinstance(route, Route):
            app.router.add_route(route.method, route.full_path, _for_places(route))
        else:
            app.router.add_route(route.method, route.path, _for_anyone(route))


def _for_anyone(route: PublicRoute) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        if route.body_max:
            request = request.clone(client_max_size=route.body_max)
        guest = Guest(request, request.app[HOUSE])
        await _require_own(route, request, guest.house, GUEST_HOLDER)
        return await route.handler(guest)

    return handle


def _for_places(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        house = request.app[HOUSE]
        place_id = request.match_info["place_id"]
        standing = await house.doorkeeper.standing(place_id, request.cookies.get(DEVICE_COOKIE))
        if isinstance(standing, Why):
            raise Trouble(standing, status=403 if standing is not Why.NOT_ENTITLED else 401)
        lacks = house.doorkeeper.lacking(standing)
        if lacks is not None and lacks not in route.despite:
            _go_and_show(request, place_id, lacks)
        if not standing.actor.rights & route.needs:
            raise Trouble(Why.NOT_ENTITLED, status=403)
        await _require_own(route, request, house, standing.device_id)
        return await route.handler(Visit(request, house, standing))

    return handle


def _go_and_show(request: web.Request, place_id: str, lacks: Why) -> NoReturn:
    """Lead a page that is opened to where the device shows what it lacks, and back; anything else is told."""
    if request.method == "GET" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":
        where = "proof" if lacks is Why.DEVICE_UNPROVED else "passkeys"
        raise web.HTTPSeeOther(f"/at/{place_id}/{where}?{urlencode({'next': request.path_qs})}")
    raise Trouble(lacks)


async def _require_own(route: PublicRoute | Route, request: web.Request, house: House, holder: str) -> None:
    """Raise `Trouble` for what changes something and was not sent from a page of ours, made for this holder."""
    if route.method not in CHANGING:
        return
    require_same_origin(request, house.settings)
    token: object = request.headers.get("X-CSRF-Token")
    if token is None and route.method == "POST":
        streams = route.streams and request.content_type == "multipart/form-data"
        token = await (_first_part(request) if streams else _field(request))
    if not isinstance(token, str) or not house.signer.is_form_token(token, holder):
        raise Trouble(Why.FORM_NOT_OURS, status=403)


async def _field(request: web.Request) -> object:
    try:
        return (await request.post()).get("csrf")
    except (ValueError, LookupError) as error:
        # A body that is no form, or in a character set that there is not.
        raise Trouble(Why.FORM_NOT_OURS, status=400) from error


async def _first_part(request: web.Request) -> object:
    try:
        parts = await request.multipart()
        part = await parts.next()
        if not isinstance(part, BodyPartReader) or part.name != "csrf":
            return None
        token = (await part.read_chunk(TOKEN_BYTES_MAX)).decode("ascii")
    except (ValueError, LookupError) as error:
        raise Trouble(Why.FORM_NOT_OURS, status=400) from error
    request[PARTS] = parts
    return token


def done(request: web.Request, location: str) -> web.Response:
    """The answer to a form that did what it was for.

    A script gets 204 (its page follows the live stream), a plain form a redirect to the page it was on.
    """
    if request.headers.get("Rostrum-Fetch") == "1":
        return web.Response(status=204)
    raise web.HTTPSeeOther(location)

"""Signing in on a further device by a passkey, without the link."""

from aiohttp import web

from rostrum.assembly.refusal import Why
from rostrum.identity.agents import label
from rostrum.identity.limits import KNOCKS
from rostrum.pages.keeping import keep_device
from rostrum.pages.render import page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble


async def passkey(guest: Guest) -> web.StreamResponse:
    """The button that asks the browser for a passkey."""
    return page(guest, "public/passkey.html")


async def to_show(guest: Guest) -> web.StreamResponse:
    """What the browser is to show a passkey for."""
    await _slowly(guest)
    return web.Response(text=await guest.house.passkeys.to_show(None), content_type="application/json")


async def enter(guest: Guest) -> web.StreamResponse:
    """A passkey was shown: its place is entered from this device, too."""
    await _slowly(guest)
    try:
        answer: object = await guest.request.json()
    except ValueError as error:
        raise Trouble(Why.PASSKEY_FAILED) from error
    entered = await guest.house.passkeys.enter(answer, label(guest.request.headers.get("User-Agent", "")))
    response = web.json_response({"next": f"/at/{entered.place_id}/"})
    keep_device(response, guest.house, entered.place_id, entered.secret, entered.life)
    return response


async def _slowly(guest: Guest) -> None:
    if not await guest.house.rates.hit(KNOCKS, f"passkey {guest.request.remote or ''}"):
        raise Trouble(Why.TOO_MANY_TRIES)


ROUTES = (
    PublicRoute("GET", "/passkey", passkey),
    PublicRoute("POST", "/passkey/showing", to_show),
    PublicRoute("POST", "/passkey", enter),
)

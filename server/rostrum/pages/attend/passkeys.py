"""One's own passkeys: made, shown again, removed. The ceremonies are the browser's, so that they need a script."""

from aiohttp import web
from webauthn.helpers import bytes_to_base64url

from rostrum.assembly.refusal import Why
from rostrum.pages.attend.devices import ANYONE, PASSKEY
from rostrum.pages.keeping import inside
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble


async def passkeys(visit: Visit) -> web.StreamResponse:
    """Which there are, and what they are needed for."""
    house, at = visit.house, f"/at/{visit.place_id}"
    return page(
        visit,
        "attend/passkeys.html",
        passkeys=[(bytes_to_base64url(each.credential_id), each) for each in await house.passkeys.of(visit.standing)],
        required=house.doorkeeper.needs_passkey(visit.standing),
        lacking=house.doorkeeper.lacking(visit.standing) is Why.PASSKEY_NEEDED,
        following=inside(at, visit.request.query.get("next", "")),
    )


async def to_make(visit: Visit) -> web.StreamResponse:
    """What the browser is to make a passkey with."""
    name = (await visit.house.names.of([visit.standing.place]))[visit.place_id]
    options = await visit.house.passkeys.to_make(visit.standing, name.person or name.delegation or "Rostrum")
    return web.Response(text=options, content_type="application/json")


async def make(visit: Visit) -> web.StreamResponse:
    """A passkey was made."""
    await visit.house.passkeys.make(visit.standing, await _answer(visit.request))
    return web.json_response({})


async def to_show(visit: Visit) -> web.StreamResponse:
    """What the browser is to show a passkey for."""
    return web.Response(text=await visit.house.passkeys.to_show(visit.standing), content_type="application/json")


async def show(visit: Visit) -> web.StreamResponse:
    """A passkey was shown again."""
    await visit.house.passkeys.show(visit.standing, await _answer(visit.request))
    return web.json_response({})


async def remove(visit: Visit) -> web.StreamResponse:
    """Forget a passkey: what was begun with it ends at once, this very page where it was."""
    await visit.house.passkeys.remove(visit.standing, visit.request.match_info["credential_id"])
    visit.house.hub.ripple_all()
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/passkeys")


async def _answer(request: web.Request) -> object:
    """The browser's answer, whatever shape it has. Raises `Trouble` where it is no JSON."""
    try:
        answer: object = await request.json()
    except ValueError as error:
        raise Trouble(Why.PASSKEY_FAILED) from error
    return answer


ROUTES = (
    Route("GET", "/passkeys", passkeys, ANYONE, despite=PASSKEY),
    Route("POST", "/passkeys/making", to_make, ANYONE, despite=PASSKEY),
    Route("POST", "/passkeys", make, ANYONE, despite=PASSKEY),
    Route("POST", "/passkeys/showing", to_show, ANYONE, despite=PASSKEY),
    Route("POST", "/passkeys/shown", show, ANYONE, despite=PASSKEY),
    Route("POST", "/passkeys/{credential_id}/removal", remove, ANYONE),
)

"""One's own devices: which lead in, which ask to, and the proof that this one is still itself."""

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why
from rostrum.identity.doorkeeper import DEVICE_COOKIE
from rostrum.pages.keeping import inside, keep_device, shown_key
from rostrum.pages.render import asking_words, page
from rostrum.pages.route import Route, Visit

ANYONE = frozenset({Right.ATTEND, Right.ADMINISTER, Right.CHECK_IN})
SHOWING = frozenset({Why.DEVICE_UNPROVED, Why.PASSKEY_NEEDED})
PASSKEY = frozenset({Why.PASSKEY_NEEDED})


async def devices(visit: Visit) -> web.StreamResponse:
    """The devices that one's link leads in from, and those that ask."""
    gate = visit.house.gate
    return page(
        visit,
        "attend/devices.html",
        devices=await gate.devices(visit.standing),
        waiting=await gate.asking(visit.standing.link),
        this=visit.standing.device_id,
    )


async def let_in(visit: Visit) -> web.StreamResponse:
    """Let a device in that asks, the number compared."""
    await visit.house.gate.let_in(visit.standing, visit.request.match_info["device_id"])
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/devices")


async def turn_away(visit: Visit) -> web.StreamResponse:
    """Say no to a device that asks."""
    await visit.house.gate.turn_away(visit.standing, visit.request.match_info["device_id"])
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/devices")


async def remove(visit: Visit) -> web.StreamResponse:
    """Take a device off: its pages, picture and sound end at once."""
    await visit.house.gate.remove(visit.standing, visit.request.match_info["device_id"])
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/devices")


async def proof(visit: Visit) -> web.StreamResponse:
    """Where a device that has not proved its key for long does so, and goes on."""
    following = inside(f"/at/{visit.place_id}", visit.request.query.get("next", ""))
    return page(visit, "attend/proof.html", following=following)


async def challenge(visit: Visit) -> web.StreamResponse:
    """What the device's key is to sign."""
    return web.json_response({"challenge": await visit.house.gate.challenge("proof", visit.standing.device_id)})


async def prove(visit: Visit) -> web.StreamResponse:
    """The device proves its key and gets a new secret; a wrong proof changes nothing."""
    presented = visit.request.cookies.get(DEVICE_COOKIE, "")
    secret = await visit.house.gate.renew(visit.standing, presented, await shown_key(visit.request))
    if secret is None:
        raise Refused(Why.KEY_NOT_PROVED)
    response = web.json_response({})
    life = visit.standing.link.expires_at - visit.house.clock()
    keep_device(response, visit.house, visit.place_id, secret, life)
    return response


async def standing(visit: Visit) -> web.StreamResponse:
    """For pages that follow no meeting: that the link still opens, and whether a device asks."""
    waiting = await visit.house.gate.asking(visit.standing.link)
    return web.json_response({"asking": asking_words(visit) if waiting else ""})


ROUTES = (
    Route("GET", "/devices", devices, ANYONE, despite=PASSKEY),
    Route("POST", "/devices/{device_id}/entry", let_in, ANYONE),
    Route("POST", "/devices/{device_id}/refusal", turn_away, ANYONE),
    Route("POST", "/devices/{device_id}/removal", remove, ANYONE),
    Route("GET", "/proof", proof, ANYONE, despite=SHOWING),
    Route("POST", "/proof/challenge", challenge, ANYONE, despite=SHOWING),
    Route("POST", "/proof", prove, ANYONE, despite=SHOWING),
    Route("GET", "/standing", standing, ANYONE, despite=SHOWING),
)

"""A personal link: opened, bound to the device at hand, confirmed by a code, or leading in from a further device."""

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.refusal import Why
from rostrum.desk import ACCREDITATION
from rostrum.identity.agents import label
from rostrum.identity.doorkeeper import Knock
from rostrum.identity.gate import ARRIVAL_COOKIE, CODE_LIFE
from rostrum.identity.limits import ASKING, CODES, KNOCKS
from rostrum.pages.keeping import keep, keep_device, shown_key
from rostrum.pages.letters import letter, queued
from rostrum.pages.render import page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble
from rostrum.record.journal import Write

KNOWN_COOKIE = "rostrum_known"
"""Below the link's address: which device this browser was let in as, and when it was last led on. It opens nothing."""
LED_IN_VAIN_S = 60


async def link(guest: Guest) -> web.StreamResponse:
    """Whom a personal link is for. Opening binds nothing: mail scanners open links too."""
    knock = await _knock(guest)
    place_id = knock.place.place_id
    if knock.link.devices:
        return await _bound(guest, knock)
    name = (await guest.house.names.of([knock.place]))[place_id]
    return page(
        guest,
        "public/link.html",
        session=await _session(guest, knock),
        name=name,
        category=knock.place.category,
        place_id=place_id,
        here=_here(guest),
    )


async def _bound(guest: Guest, knock: Knock) -> web.StreamResponse:
    """A link that is in use: on to the place where this browser was let in, else to ask for that.

    Who comes back at once was led on in vain (the place's own cookie is gone): they are given the choice.
    """
    now, place_id = round(guest.house.clock().timestamp()), knock.place.place_id
    device_id, _, led_on = guest.request.cookies.get(KNOWN_COOKIE, "").partition(".")
    known = device_id in knock.link.devices
    if known and now - (int(led_on) if led_on.isdecimal() else 0) > LED_IN_VAIN_S:
        response = web.HTTPSeeOther(f"/at/{place_id}/")
        keep(
            response,
            guest.house,
            KNOWN_COOKIE,
            f"{device_id}.{now}",
            _here(guest),
            knock.link.expires_at - guest.house.clock(),
        )
        raise response
    return page(
        guest,
        "public/another.html",
        session=await _session(guest, knock),
        place_id=place_id,
        here=_here(guest),
        known=known,
    )


async def challenge(guest: Guest) -> web.StreamResponse:
    """What the browser's key is to sign."""
    knock = await _knock(guest)
    return web.json_response({"challenge": await guest.house.gate.challenge("link", knock.link.link_id)})


async def bind(guest: Guest) -> web.StreamResponse:
    """Binds the link to this device and goes on, or sends the code that confirms it."""
    house, knock = guest.house, await _knock(guest)
    if knock.link.devices:
        raise Trouble(Why.LINK_BOUND)
    key = await house.gate.key_of(await shown_key(guest.request), "link", knock.link.link_id)
    name = label(guest.request.headers.get("User-Agent", ""))
    session = await _session(guest, knock)
    fields = await house.dossiers.get(knock.place.dossier_id) or {}
    recipient = str(fields.get("email", ""))
    if session.mail_codes and recipient and house.settings.smtp_url:
        if not await house.rates.hit(CODES, knock.link.link_id):
            raise Trouble(Why.TOO_MANY_TRIES)
        language = str(fields.get("language") or house.settings.default_language)

        def mail(code: str) -> Write:
            words = letter(house, language, "mail/code.txt", titles=session.titles, code=f"{code[:4]} {code[4:]}")
            discreet = knock.place.protected_id is not None
            return queued(house, session.session_id, recipient, language, words, discreet=discreet)

        secret = await house.gate.begin_code(knock, name, key, mail)
        response = web.HTTPSeeOther(f"{_here(guest)}/code")
        keep(response, house, ARRIVAL_COOKIE, secret, _here(guest), CODE_LIFE)
        raise response
    device_id, secret = await house.doorkeeper.admit(knock, name, key)
    raise _let_in(guest, knock, device_id, secret)


async def code(guest: Guest) -> web.StreamResponse:
    """Asks for the code from the mail."""
    knock = await _knock(guest)
    return page(guest, "public/code.html", session=await _session(guest, knock), here=_here(guest), wrong=False)


async def confirm(guest: Guest) -> web.StreamResponse:
    """Lets the device in whose code is right; every wrong one is answered alike."""
    knock = await _knock(guest)
    secret = guest.request.cookies.get(ARRIVAL_COOKIE, "")
    typed = "".join(str((await guest.request.post()).get("code", "")).split())
    # One who waits for a device's word can't come in by a code, and the other way round: their hashes are not alike.
    coming = await guest.house.gate.arrival(knock, secret)
    if not await guest.house.gate.confirm_code(knock, secret, typed) or coming is None:
        model = {"session": await _session(guest, knock), "here": _here(guest)}
        return page(guest, "public/code.html", status=422, shown_at=f"{_here(guest)}/code", wrong=True, **model)
    raise _let_in(guest, knock, coming.device_id, secret)


async def ask(guest: Guest) -> web.StreamResponse:
    """A further device asks to be let in; it waits on its own page."""
    house, knock = guest.house, await _knock(guest)
    if not await house.rates.hit(ASKING, knock.link.link_id):
        raise Trouble(Why.TOO_MANY_TRIES)
    key = await house.gate.key_of(await shown_key(guest.request), "link", knock.link.link_id)
    secret = await house.gate.ask(knock, label(guest.request.headers.get("User-Agent", "")), key)
    response = web.HTTPSeeOther(f"{_here(guest)}/device")
    keep(response, house, ARRIVAL_COOKIE, secret, _here(guest), CODE_LIFE)
    raise response


async def wait(guest: Guest) -> web.StreamResponse:
    """Shows the number to be compared, for as long as the device waits; then, how it was answered."""
    knock = await _knock(guest)
    standing, number = await _answered(guest, knock)
    return page(
        guest,
        "public/waiting_device.html",
        session=await _session(guest, knock),
        here=_here(guest),
        standing=standing,
        number=number,
    )


async def answered(guest: Guest) -> web.StreamResponse:
    """How it was answered, for the page's script."""
    return web.json_response({"standing": (await _answered(guest, await _knock(guest)))[0]})


async def come_in(guest: Guest) -> web.StreamResponse:
    """The device that was let in goes in."""
    knock = await _knock(guest)
    secret = guest.request.cookies.get(ARRIVAL_COOKIE, "")
    device = await guest.house.links.find_device(knock.place.place_id, secret)
    if device is None or device.device_id not in knock.link.devices:
        raise Trouble(Why.NO_SUCH_DEVICE)
    raise _let_in(guest, knock, device.device_id, secret)


async def _answered(guest: Guest, knock: Knock) -> tuple[str, str]:
    """("waiting", the number), or how it was answered: ("in", ""), ("away", "")."""
    secret = guest.request.cookies.get(ARRIVAL_COOKIE, "")
    device = await guest.house.links.find_device(knock.place.place_id, secret)
    if device is not None and device.device_id in knock.link.devices:
        return "in", ""
    coming = await guest.house.gate.arrival(knock, secret)
    if coming is not None and coming.number and coming.device_id in knock.link.asking:
        return "waiting", coming.number
    return "away", ""


def _let_in(guest: Guest, knock: Knock, device_id: str, secret: str) -> web.HTTPException:
    house, place_id = guest.house, knock.place.place_id
    life = knock.link.expires_at - house.clock()
    response = web.HTTPSeeOther(f"/at/{place_id}/")
    keep_device(response, house, place_id, secret, life)
    keep(response, house, KNOWN_COOKIE, device_id, _here(guest), life)
    response.del_cookie(ARRIVAL_COOKIE, path=_here(guest))
    return response


async def _session(guest: Guest, knock: Knock) -> Accreditation:
    return (await guest.house.desk.load(ACCREDITATION, knock.session_id)).state


def _here(guest: Guest) -> str:
    return f"/l/{guest.request.match_info['token']}"


async def _knock(guest: Guest) -> Knock:
    """What the link leads to. Raises `Trouble` in the same way for every secret that is not one of ours."""
    knock = await guest.house.doorkeeper.knock(guest.request.match_info["token"])
    if knock is None:
        if not await guest.house.rates.hit(KNOCKS, guest.request.remote or ""):
            raise Trouble(Why.TOO_MANY_TRIES)
        raise Trouble(Why.NO_SUCH_LINK)
    if knock.refused is not None:
        raise Trouble(knock.refused)
    return knock


ROUTES = (
    PublicRoute("GET", "/l/{token}", link),
    PublicRoute("POST", "/l/{token}", bind),
    PublicRoute("POST", "/l/{token}/challenge", challenge),
    PublicRoute("GET", "/l/{token}/code", code),
    PublicRoute("POST", "/l/{token}/code", confirm),
    PublicRoute("POST", "/l/{token}/device", ask),
    PublicRoute("GET", "/l/{token}/device", wait),
    PublicRoute("GET", "/l/{token}/device/answer", answered),
    PublicRoute("POST", "/l/{token}/device/entry", come_in),
)

"""Badges to print: one, or all on sheets."""

import asyncio
import io

import segno
from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.place import Place
from rostrum.assembly.refusal import Why
from rostrum.identity.badges import number_of
from rostrum.pages.console.badge_reads import is_live
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.render import language_of
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.printing.portraits import portrait
from rostrum.printing.typeset import typeset
from rostrum.reads.files import photographs_of
from rostrum.reads.wishes import wishes_of

TEMPLATE = "badges.typ"
WORDS = "console/badge_words.html"


async def one(visit: Visit) -> web.StreamResponse:
    """The badge of one place, A6."""
    session = await session_of(visit)
    place = session.places.get(visit.request.match_info["of"])
    if place is None:
        raise Trouble(Why.NO_SUCH_PLACE)
    if not is_live(session, place):
        raise Trouble(Why.PLACE_CLOSED)
    return await _printed(visit, session, [place], sheet=False)


async def every(visit: Visit) -> web.StreamResponse:
    """The badges of all who have a place and a link, four on a sheet of A4."""
    session = await session_of(visit)
    return await _printed(visit, session, [each for each in session.places.values() if is_live(session, each)])


async def _printed(
    visit: Visit, session: Accreditation, places: list[Place], *, sheet: bool = True
) -> web.StreamResponse:
    house, language = visit.house, language_of(visit.request)
    names = await house.names.of(places)
    badges = []
    for place in places:
        link = session.link_of(place.place_id)
        if link is None:
            continue
        name, code = names[place.place_id], house.badger.code(place.place_id, session.session_id, link.expires_at)
        words = house.templates.render(language, WORDS, {"place": place}).split("\n")
        category, seat, alt, portrait_alt = (each.strip() for each in words[:4])
        badges.append(
            {
                "name": name.person or name.delegation,
                "organisation": name.delegation if name.person else "",
                "category": category,
                "seat": seat,
                "alt": alt,
                "picture": _picture(code),
                "number": _grouped(number_of(house.badger.badge_id(place.place_id))),
                "portrait": await _portrait(visit, place),
                "portrait_alt": portrait_alt,
            }
        )
    title = house.templates.locales[language].localised(session.titles)
    pdf = await typeset(TEMPLATE, language, {"title": title, "badges": badges, "sheet": sheet})
    headers = {"Content-Disposition": 'inline; filename="badges.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)


async def _portrait(visit: Visit, place: Place) -> str:
    """The holder's photograph as SVG; "" where there is none, or none was to be on the badge."""
    house = visit.house
    kept = await photographs_of(house.files, place.place_id)
    if not kept or (await wishes_of(place, house.dossiers)).no_photograph:
        return ""
    data = b"".join([piece async for piece in house.files.read(kept[-1])])
    return await asyncio.to_thread(portrait, data)


def _grouped(number: str) -> str:
    return f"{number[:5]} {number[5:]}"


def _picture(code: str) -> str:
    """The code as SVG, with the quiet margin that readers need."""
    file = io.BytesIO()
    segno.make_qr(code, error="m").save(file, kind="svg", scale=4, border=4, light="#fff")
    return file.getvalue().decode()


ROUTES = (
    Route("GET", "/console/badges.pdf", every, ADMINISTER),
    Route("GET", "/console/places/{of}/badge.pdf", one, ADMINISTER),
)

"""Receivers in the hall: a telephone with earphones, on its holder's own page, reached by a code at the seat."""

import io

import segno
from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.identity.secrets import RECEIVER
from rostrum.pages.addressed import meeting_of
from rostrum.pages.following import WATCH, listening_of
from rostrum.pages.render import page
from rostrum.pages.route import Guest, PublicRoute, Route, Visit
from rostrum.reads.listening import preferred
from rostrum.reads.notice import notice_of

SEATS = frozenset({Right.ADMINISTER, Right.FEED_HALL})
SHEET_CODES, SHEET_CODES_MAX = 12, 240


async def listen(visit: Visit) -> web.StreamResponse:
    """The channels alone, for the ear, on a telephone in the hall."""
    house, meeting = visit.house, await meeting_of(visit)
    channel, _ = preferred(await house.dossiers.get(visit.standing.place.dossier_id))
    return page(
        visit,
        "hall/listen.html",
        meeting=meeting,
        listening=await listening_of(house, meeting),
        notice=notice_of(meeting),
        preferred_channel=channel,
        version=house.hub.version(meeting.meeting_id),
    )


async def receiver_pass(visit: Visit) -> web.StreamResponse:
    """A bearer token for WHEP with the hall's channels; it sends nothing."""
    meeting, standing = await meeting_of(visit), visit.standing
    token = visit.house.signer.media_pass(
        visit.place_id, standing.link.link_id, standing.device_id, meeting.meeting_id, RECEIVER
    )
    return web.json_response({"token": token}, headers={"Cache-Control": "no-store"})


async def seat(guest: Guest) -> web.StreamResponse:
    """Where the code at a seat leads: on to one's own page, where this browser has a place.

    It is the same for every seat and every meeting's name is in its programme anyway, so it says nothing of a meeting.
    """
    return page(guest, "hall/seat.html", meeting_id=guest.request.match_info["meeting_id"])


async def seats(visit: Visit) -> web.StreamResponse:
    """Codes for the seats of the hall, to print and cut apart: `count` of them."""
    meeting = await meeting_of(visit)
    asked = visit.request.query.get("count", "")
    count = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else SHEET_CODES
    address = f"{visit.house.settings.external_url}/listen/{meeting.meeting_id}"
    return page(
        visit,
        "console/seats.html",
        meeting=meeting,
        address=address,
        code=_code(address),
        count=min(max(count, 1), SHEET_CODES_MAX),
        most=SHEET_CODES_MAX,
        at=f"/at/{visit.place_id}/console",
        here="meeting",
        back=visit.actor.rights & {Right.ADMINISTER, Right.PRESIDE},
    )


def _code(address: str) -> str:
    """The address as a picture (SVG), with the quiet margin that readers need."""
    file = io.BytesIO()
    segno.make_qr(address, error="m").save(
        file, kind="svg", xmldecl=False, svgns=False, scale=4, border=4, light="#fff", omitsize=True
    )
    return file.getvalue().decode()


ROUTES: tuple[Route | PublicRoute, ...] = (
    Route("GET", "/listen/{meeting_id}", listen, WATCH),
    Route("POST", "/listen/{meeting_id}/pass", receiver_pass, WATCH),
    PublicRoute("GET", "/listen/{meeting_id}", seat),
    Route("GET", "/console/meetings/{meeting_id}/seats", seats, SEATS),
)

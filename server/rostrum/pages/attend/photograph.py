"""One's photograph for the badge: a picture without place, device or anything else, which one can take back."""

from collections.abc import Mapping

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.pages.files import tus
from rostrum.pages.files.arrival import FILE_REFUSALS, Arrival
from rostrum.pages.files.form import receive
from rostrum.pages.files.serving import send_file
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import STATUS, Trouble
from rostrum.reads.files import photographs_of
from rostrum.reads.wishes import wishes_of
from rostrum.record.files import Owner
from rostrum.uploads.intake import PHOTOGRAPH, Ready

ATTEND = frozenset({Right.ATTEND})


async def photograph(visit: Visit) -> web.StreamResponse:
    """The photograph that is there, and sending another."""
    return await _page(visit)


async def send(visit: Visit) -> web.StreamResponse:
    """Take a photograph in place of the one before."""
    try:
        ready, _fields = await receive(arrival(visit))
        if ready is None:
            raise Refused(Why.FILE_EMPTY)
    except Refused as refused:
        if refused.why not in FILE_REFUSALS:
            raise
        return await _page(visit, wrong=refused.why)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/photograph?sent=yes")


async def show(visit: Visit) -> web.StreamResponse:
    """The picture itself, to whoever it shows."""
    kept = await photographs_of(visit.house.files, visit.place_id)
    if not kept:
        raise Trouble(Why.NO_SUCH_FILE)
    return await send_file(visit.request, visit.house, kept[-1])


async def remove(visit: Visit) -> web.StreamResponse:
    """Take it back."""
    kept = await photographs_of(visit.house.files, visit.place_id)
    await visit.house.files.delete(*(each.file_id for each in kept))
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/photograph")


def arrival(visit: Visit) -> Arrival:
    """How a photograph comes to a place."""

    async def owner(_fields: Mapping[str, str]) -> Owner:
        return Owner(visit.session_id, visit.place_id, PHOTOGRAPH, PHOTOGRAPH)

    async def keep(ready: Ready) -> None:
        files = visit.house.files
        await files.commit(*ready.writes)
        before = await photographs_of(files, visit.place_id)
        await files.delete(*(each.file_id for each in before if each.file_id != ready.file.file_id))

    return Arrival(visit.request, visit.house, owner, keep, visit.house.lives.written)


async def _page(visit: Visit, *, wrong: Why | None = None) -> web.StreamResponse:
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    return page(
        visit,
        "attend/photograph.html",
        status=200 if wrong is None else STATUS.get(wrong, 422),
        shown_at=f"/at/{visit.place_id}/photograph",
        at=f"/at/{visit.place_id}/photograph",
        session=session,
        unwanted=(await wishes_of(visit.standing.place, visit.house.dossiers)).no_photograph,
        there=bool(await photographs_of(visit.house.files, visit.place_id)),
        sent=visit.request.query.get("sent") == "yes",
        wrong=wrong,
        intake=visit.house.intake,
    )


ROUTES = (
    Route("GET", "/photograph", photograph, ATTEND),
    Route("POST", "/photograph", send, ATTEND, streams=True),
    Route("GET", "/photograph/picture", show, ATTEND),
    Route("POST", "/photograph/removal", remove, ATTEND),
    *tus.place_routes("/photograph/uploads", arrival, ATTEND),
)

"""Files of the session, as the secretariat sees them: the cleaned file, and its pages as pictures."""

from aiohttp import web

from rostrum.assembly.reading import LookAtFile
from rostrum.assembly.refusal import Why
from rostrum.desk import ACCREDITATION
from rostrum.pages.console.routes import ADMINISTER
from rostrum.pages.files.serving import send_file, send_picture
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.looks import LOOKED_AT
from rostrum.record.files import KeptFile
from rostrum.uploads.drawer import draw_page


async def show(visit: Visit) -> web.StreamResponse:
    """A file."""
    kept = await _file(visit)
    await _recorded(visit, kept)
    return await send_file(visit.request, visit.house, kept)


async def show_page(visit: Visit) -> web.StreamResponse:
    """One page of a document, drawn: nothing of the document itself reaches the browser."""
    kept = await _file(visit)
    number = visit.request.match_info["number"]
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:6]) <= kept.pages):
        raise Trouble(Why.NO_SUCH_FILE)
    await _recorded(visit, kept)
    return send_picture(await draw_page(visit.house.files.read(kept), int(number[:6])))


async def _recorded(visit: Visit, kept: KeptFile) -> None:
    """Record the look before anything is shown, as its owner is told."""
    if kept.owner.kind in LOOKED_AT:
        command = LookAtFile(kept.owner.subject, kept.file_id)
        await visit.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor)


async def _file(visit: Visit) -> KeptFile:
    kept = await visit.house.files.get(visit.request.match_info["file_id"])
    if kept is None or kept.owner.session_id != visit.session_id:
        raise Trouble(Why.NO_SUCH_FILE)
    return kept


ROUTES = (
    Route("GET", "/console/files/{file_id}", show, ADMINISTER),
    Route("GET", "/console/files/{file_id}/pages/{number}", show_page, ADMINISTER),
)

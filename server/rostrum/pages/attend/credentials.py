"""A delegation's own page on its credentials: where they stand, and sending a copy of the letter."""

from collections.abc import Mapping

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.state_credentials import Form, Signatory, StateCredentials
from rostrum.desk import ACCREDITATION, CREDENTIALS
from rostrum.i18n.states import state_name
from rostrum.pages.files import tus
from rostrum.pages.files.arrival import FILE_REFUSALS, Arrival
from rostrum.pages.files.form import receive
from rostrum.pages.files.letters import communication, purpose_of
from rostrum.pages.files.serving import send_file
from rostrum.pages.render import language_of, page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import STATUS, Trouble
from rostrum.reads.credentials import LETTERS, letters_of, subject_of
from rostrum.record.files import Owner
from rostrum.uploads.intake import Ready

ATTEND = frozenset({Right.ATTEND})
COPIES = (Form.COPY, Form.NOTE_VERBALE)


async def credentials(visit: Visit) -> web.StreamResponse:
    """Where the credentials of the visitor's state stand."""
    return await _page(visit)


async def send(visit: Visit) -> web.StreamResponse:
    """Take a copy of the letter."""
    try:
        ready, _fields = await receive(arrival(visit))
        if ready is None:
            raise Refused(Why.FILE_EMPTY)
    except Refused as refused:
        if refused.why not in {*FILE_REFUSALS, Why.SIGNATORY_MISSING}:
            raise
        return await _page(visit, wrong=refused.why)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/credentials?sent=yes")


async def show(visit: Visit) -> web.StreamResponse:
    """One of the state's own letters."""
    found = await _own(visit)
    letters = {} if found is None else await letters_of(visit.house.files, visit.session_id, found.code)
    kept = letters.get(visit.request.match_info["file_id"])
    if kept is None:
        raise Trouble(Why.NO_SUCH_FILE)
    return await send_file(visit.request, visit.house, kept)


def arrival(visit: Visit) -> Arrival:
    """How a letter comes to the visitor's state."""

    async def owner(fields: Mapping[str, str]) -> Owner:
        return Owner(visit.session_id, subject_of((await _required(visit)).code), LETTERS, purpose_of(fields))

    async def keep(ready: Ready) -> None:
        found = await _required(visit)
        form, _, signatory = ready.file.owner.purpose.partition(".")
        command = communication(found.code, {"form": form, "signatory": signatory}, ready.file.file_id)
        await visit.house.desk.act(CREDENTIALS, visit.session_id, command, visit.actor, also=ready.writes)

    return Arrival(visit.request, visit.house, owner, keep, visit.house.lives.written)


async def _own(visit: Visit) -> StateCredentials | None:
    held = (await visit.house.desk.load(CREDENTIALS, visit.session_id)).state
    return held.of_delegation(visit.actor.delegation_id)


async def _required(visit: Visit) -> StateCredentials:
    found = await _own(visit)
    if found is None:
        raise Refused(Why.NOT_ENTITLED)
    return found


async def _page(visit: Visit, *, wrong: Why | None = None) -> web.StreamResponse:
    found, language = await _own(visit), language_of(visit.request)
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    letters = {} if found is None else await letters_of(visit.house.files, visit.session_id, found.code)
    note_id = None if found is None else found.note_id
    note = {} if note_id is None else await visit.house.dossiers.get(note_id) or {}
    return page(
        visit,
        "attend/credentials.html",
        status=200 if wrong is None else STATUS.get(wrong, 422),
        shown_at=f"/at/{visit.place_id}/credentials",
        at=f"/at/{visit.place_id}/credentials",
        session=session,
        found=found,
        name="" if found is None else state_name(found.code, language),
        letters=letters,
        note=str(note.get("text", "")),
        letter_kinds=list(COPIES),
        signatories=list(Signatory),
        sent=visit.request.query.get("sent") == "yes",
        wrong=wrong,
        intake=visit.house.intake,
    )


ROUTES = (
    Route("GET", "/credentials", credentials, ATTEND),
    Route("POST", "/credentials", send, ATTEND, streams=True),
    Route("GET", "/credentials/letters/{file_id}", show, ATTEND),
    *tus.place_routes("/credentials/uploads", arrival, ATTEND),
)

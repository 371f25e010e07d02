"""What is held about me: read, taken along, and deleted by whoever it is about."""

import asyncio
import io
import json
import zipfile
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Right
from rostrum.assembly.place import LeaveSession, may_leave
from rostrum.desk import ACCREDITATION
from rostrum.mail.transport import forget
from rostrum.pages.apply.words import label, shown
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.reads.held import Held, acts, held, minutes, subjects_of
from rostrum.record.outbox import TO_COME
from rostrum.statement_keeper import VIDEO

ANYONE = frozenset(Right)


async def overview(visit: Visit) -> web.StreamResponse:
    """What is held, and until when."""
    session, found = await _held(visit)
    locale = locale_of(visit)
    written = [
        (each, [(label(name, locale), shown(name, str(value), locale)) for name, value in each.fields.items() if value])
        for each in found.written
    ]
    return page(
        visit,
        "attend/held.html",
        session=session,
        held=found,
        written=written,
        may_leave=may_leave(visit.actor),
        at=f"/at/{visit.place_id}",
    )


async def archive(visit: Visit) -> web.StreamResponse:
    """The same as one file to take along: held.json, and the files that were sent."""
    session, found = await _held(visit)
    house, place_id = visit.house, visit.place_id
    told = {
        "session": session.session_id,
        "place": asdict(session.places[place_id]),
        "written": [asdict(each) for each in found.written],
        "files": [asdict(each) for each in found.files],
        # Another may have the same address: what was written to them stays with them.
        "mails": [
            {"subject": mail.subject, "recipient": mail.recipient, "at": mail.created_at, "state": mail.state}
            for mail in found.mails
        ],
        "links": [asdict(each) for each in found.links],
        "looks": {"files": [asdict(each) for each in found.looks], "wishes": list(found.wishes_seen)},
        "record": [asdict(each) for each in await acts(session, place_id, house.desk, house.journal)],
        "minutes": await minutes(session, place_id, house.desk, house.participation),
    }
    # A video is too large to be packed in memory: it is listed, and looked at on its own page.
    packed = [each for each in found.files if each.owner.kind != VIDEO]
    files = [(each.file_id, b"".join([piece async for piece in house.files.read(each)])) for each in packed]
    body = await asyncio.to_thread(_packed, json.dumps(told, default=_plain, ensure_ascii=False, indent=1), files)
    headers = {"Content-Disposition": 'attachment; filename="held.zip"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type="application/zip", headers=headers)


async def deletion(visit: Visit) -> web.StreamResponse:
    """What deletion means, before it is done."""
    return await _deletion_page(visit)


async def delete(visit: Visit) -> web.StreamResponse:
    """End the place, and delete what is held outside the record. The page that says so is the last one."""
    post = await visit.request.post()
    if not may_leave(visit.actor):
        return await _deletion_page(visit, status=409)
    if post.get("sure") != "yes":
        return await _deletion_page(visit, status=422)
    house, place_id = visit.house, visit.place_id
    session, found = await _held(visit)
    subjects = subjects_of(session, place_id)
    # A mail that waits may be for somebody else of the same address; one that is done is of use to nobody.
    done = [mail.mail_id for mail in found.mails if mail.state not in TO_COME]
    await house.desk.act(
        ACCREDITATION,
        session.session_id,
        LeaveSession(),
        visit.actor,
        also=[
            house.dossiers.gone(subjects),
            *(house.files.gone(each.file_id) for each in found.files),
            house.outbox.gone(done),
            house.draft_members.removed(subjects),
        ],
    )
    await house.files.forget(each.file_id for each in found.files)
    await asyncio.to_thread(forget, house.settings.data / "outbox", done)
    await house.dossiers.wipe()
    house.names.forget()
    house.register.forget()
    return page(visit, "attend/held_gone.html", session=session)


async def _held(visit: Visit) -> tuple[Accreditation, Held]:
    house = visit.house
    session = (await house.desk.load(ACCREDITATION, visit.session_id)).state
    found = await held(session, visit.place_id, dossiers=house.dossiers, files=house.files, outbox=house.outbox)
    return session, found


async def _deletion_page(visit: Visit, *, status: int = 200) -> web.StreamResponse:
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    errors = {"sure": locale_of(visit).gettext(NOT_SURE)} if status == 422 else {}
    return page(
        visit,
        "attend/held_deletion.html",
        status=status,
        session=session,
        errors=errors,
        may_leave=may_leave(visit.actor),
        at=f"/at/{visit.place_id}",
    )


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


NOT_SURE = _("Tick the box if everything is to be deleted; it cannot be undone.")


def _packed(told: str, files: list[tuple[str, bytes]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("held.json", told)
        for file_id, data in files:
            bundle.writestr(f"files/{file_id}", data)
    return packed.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not foreseen in an export")


ROUTES = (
    Route("GET", "/held", overview, ANYONE),
    Route("GET", "/held/archive", archive, ANYONE),
    Route("GET", "/held/deletion", deletion, ANYONE),
    Route("POST", "/held/deletion", delete, ANYONE),
)

"""The secretariat's console: what waits, the queue of applications."""

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Right
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.programme import zone_of
from rostrum.reads.queue import counts

ADMINISTER = frozenset({Right.ADMINISTER})
NOTE_MAX = 4000


async def overview(visit: Visit) -> web.StreamResponse:
    """What waits for the secretariat."""
    session = await session_of(visit)
    meetings = [
        (await visit.house.desk.load(MEETING, identifier)).state
        for identifier in await visit.house.desk.identifiers(MEETING)
    ]
    return page(
        visit,
        "console/overview.html",
        at=f"/at/{visit.place_id}/console",
        session=session,
        counts=counts(session),
        meetings=sorted(
            (meeting for meeting in meetings if meeting.session_id == session.session_id),
            key=lambda meeting: (meeting.scheduled_at is None, meeting.scheduled_at),
        ),
        zone=zone_of(await visit.house.dossiers.get(visit.standing.place.dossier_id)),
        mails=await visit.house.outbox.count(session.session_id),
        disk=visit.house.disk,
    )


async def session_of(visit: Visit) -> Accreditation:
    """Accreditation to the visitor's session."""
    return (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state


ROUTES = (Route("GET", "/console", overview, ADMINISTER),)

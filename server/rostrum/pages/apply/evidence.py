"""Evidence under an application's own address: what is asked, what is there, sending and taking back."""

from collections.abc import Mapping

from aiohttp import web

from rostrum.assembly.actor import applicant
from rostrum.assembly.application import ApplicationState
from rostrum.assembly.evidence import OTHER, AddEvidence, RemoveEvidence
from rostrum.assembly.inquiry import evidence_wanted
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.pages.apply.paper import Paper, paper_of
from rostrum.pages.files import tus
from rostrum.pages.files.arrival import FILE_REFUSALS, Arrival
from rostrum.pages.files.form import receive
from rostrum.pages.files.serving import send_file
from rostrum.pages.render import page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import STATUS, Trouble
from rostrum.reads.files import EVIDENCE, asked_for, evidence_of
from rostrum.reads.looks import looks_at_files
from rostrum.record.files import KeptFile, Owner
from rostrum.uploads.intake import Ready

OPEN = frozenset({ApplicationState.SUBMITTED, ApplicationState.QUESTIONED})


async def evidence(guest: Guest) -> web.StreamResponse:
    """What is asked for, and what is there."""
    return await _page(guest, await paper_of(guest))


async def send(guest: Guest) -> web.StreamResponse:
    """Take one file from the form."""
    paper = await paper_of(guest)
    try:
        ready, _fields = await receive(arrival(guest))
        if ready is None:
            raise Refused(Why.FILE_EMPTY)
    except Refused as refused:
        if refused.why not in FILE_REFUSALS:
            raise
        return await _page(guest, paper, wrong=refused.why)
    raise web.HTTPSeeOther(f"{_here(guest)}?sent=yes")


async def show(guest: Guest) -> web.StreamResponse:
    """One of the applicant's own files."""
    return await send_file(guest.request, guest.house, await _own_file(guest, await paper_of(guest)))


async def remove(guest: Guest) -> web.StreamResponse:
    """Take a file back."""
    paper = await paper_of(guest)
    kept = await _own_file(guest, paper)
    files = guest.house.files
    if paper.application is not None:
        command = RemoveEvidence(paper.application_id, kept.file_id)
        session_id, actor = paper.session.session_id, applicant(paper.application_id)
        await guest.house.desk.act(ACCREDITATION, session_id, command, actor, also=[files.gone(kept.file_id)])
        await files.forget([kept.file_id])
    else:
        await files.delete(kept.file_id)
    raise web.HTTPSeeOther(_here(guest))


def arrival(guest: Guest) -> Arrival:
    """How a file comes to this application."""

    async def owner(fields: Mapping[str, str]) -> Owner:
        paper = await paper_of(guest)
        if not _open(paper):
            raise Refused(Why.APPLICATION_DECIDED)
        purpose = fields.get("purpose", "")
        return Owner(
            paper.session.session_id, paper.application_id, EVIDENCE, purpose if purpose in _purposes(paper) else OTHER
        )

    async def keep(ready: Ready) -> None:
        paper = await paper_of(guest)
        if not ready.writes:
            return
        if paper.application is None:
            until = guest.house.files.until(paper.application_id, guest.house.clock() + guest.house.lives.draft)
            await guest.house.files.commit(*ready.writes, until)
            return
        command = AddEvidence(paper.application_id, ready.file.file_id, ready.file.owner.purpose)
        session_id, actor = paper.session.session_id, applicant(paper.application_id)
        await guest.house.desk.act(ACCREDITATION, session_id, command, actor, also=ready.writes)

    return Arrival(guest.request, guest.house, owner, keep, guest.house.lives.written)


async def _page(guest: Guest, paper: Paper, *, wrong: Why | None = None) -> web.StreamResponse:
    files = await evidence_of(guest.house.files, paper.application_id)
    return page(
        guest,
        "apply/evidence.html",
        status=200 if wrong is None else STATUS.get(wrong, 422),
        shown_at=_here(guest),
        session=paper.session,
        own_path=paper.path,
        asked=asked_for(_wanted(paper), files),
        looks=await looks_at_files(paper.session, guest.house.files, paper.application_id),
        purposes=_purposes(paper),
        purpose=guest.request.query.get("for", _purposes(paper)[0]),
        open=_open(paper),
        wrong=wrong,
        sent=guest.request.query.get("sent") == "yes",
        intake=guest.house.intake,
    )


async def _own_file(guest: Guest, paper: Paper) -> KeptFile:
    kept = await guest.house.files.get(guest.request.match_info["file_id"])
    if kept is None or kept.owner.subject != paper.application_id or kept.owner.kind != EVIDENCE:
        raise Trouble(Why.NO_SUCH_FILE)
    return kept


def _open(paper: Paper) -> bool:
    """Whether files are still taken."""
    return paper.application is None or paper.application.state in OPEN


def _purposes(paper: Paper) -> tuple[str, ...]:
    """What a file may be sent for."""
    return (*_wanted(paper), OTHER)


def _wanted(paper: Paper) -> tuple[str, ...]:
    """What the category asks for, and what the secretariat has asked for since."""
    thread = () if paper.application is None else paper.application.thread
    return evidence_wanted(paper.session.rules.evidence(paper.category), thread)


def _here(guest: Guest) -> str:
    return f"/a/{guest.request.match_info['token']}/evidence"


ROUTES = (
    PublicRoute("GET", "/a/{token}/evidence", evidence),
    PublicRoute("POST", "/a/{token}/evidence", send, streams=True),
    PublicRoute("GET", "/a/{token}/evidence/{file_id}", show),
    PublicRoute("POST", "/a/{token}/evidence/{file_id}/removal", remove),
    *tus.guest_routes("/a/{token}/uploads", arrival),
)

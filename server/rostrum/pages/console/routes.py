"""The secretariat's console: what waits, applications and their decisions, places and links, mails."""

from collections.abc import Sequence

from aiohttp import web

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Right
from rostrum.assembly.application import (
    Application,
    RefusalReason,
    RefuseApplication,
    RequestInformation,
)
from rostrum.assembly.refusal import Why
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.acceptance import NewLink, acceptance
from rostrum.pages.letters import letter, queued
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.reads.application import StatusModel, status_model, steps
from rostrum.reads.beside import doubles_of
from rostrum.reads.files import asked_for, evidence_of
from rostrum.reads.programme import zone_of
from rostrum.reads.queue import counts
from rostrum.record.journal import Write

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
    )


async def application(visit: Visit) -> web.StreamResponse:
    """One application, and what can be decided about it."""
    session, found = await _application(visit)
    return await _application_page(visit, session, found)


async def accept(visit: Visit) -> web.StreamResponse:
    """Accredit: places, links and the mails that bring them come in one transaction with the decision."""
    session, found = await _application(visit)
    house = visit.house
    ready = await acceptance(house, session, found)
    await house.desk.act(ACCREDITATION, session.session_id, ready.command, visit.actor, also=ready.writes)
    session, found = await _application(visit)
    return await _application_page(visit, session, found, new_links=ready.links)


async def refuse(visit: Visit) -> web.StreamResponse:
    """Refuse, with a reason from the list and words."""
    session, found = await _application(visit)
    post = await visit.request.post()
    reason, words = str(post.get("reason", "")), str(tidy(post.get("words", "")))
    if reason not in set(RefusalReason) or not 0 < len(words) <= NOTE_MAX:
        return await _application_page(visit, session, found, wrong="refusal", words=words, reason=reason)
    note_id = new_id()
    model = await status_model(found, visit.house.dossiers)
    mail = _mail(visit, session, model, "mail/refused.txt", reason=reason, words=words)
    await visit.house.desk.act(
        ACCREDITATION,
        session.session_id,
        RefuseApplication(found.application_id, RefusalReason(reason), note_id),
        visit.actor,
        also=[_note(visit, session, found, note_id, "decision", words), *mail],
    )
    raise web.HTTPSeeOther(_url(visit, found))


async def ask(visit: Visit) -> web.StreamResponse:
    """Ask the applicant something before deciding."""
    session, found = await _application(visit)
    words = str(tidy((await visit.request.post()).get("question", "")))
    if not 0 < len(words) <= NOTE_MAX:
        return await _application_page(visit, session, found, wrong="question", words=words)
    note_id = new_id()
    model = await status_model(found, visit.house.dossiers)
    await visit.house.desk.act(
        ACCREDITATION,
        session.session_id,
        RequestInformation(found.application_id, note_id),
        visit.actor,
        also=[
            _note(visit, session, found, note_id, "question", words),
            *_mail(visit, session, model, "mail/question.txt", question=words),
        ],
    )
    raise web.HTTPSeeOther(_url(visit, found))


async def outbox(visit: Visit) -> web.StreamResponse:
    """The mails: sent, waiting, failed, or kept as files where no mail server is set."""
    session = await session_of(visit)
    return page(
        visit,
        "console/outbox.html",
        at=f"/at/{visit.place_id}/console",
        session=session,
        mails=await visit.house.outbox.recent(session.session_id),
        folder=None if visit.house.settings.smtp_url else visit.house.settings.data / "outbox",
    )


async def session_of(visit: Visit) -> Accreditation:
    """Accreditation to the visitor's session."""
    return (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state


async def _application(visit: Visit) -> tuple[Accreditation, Application]:
    session = await session_of(visit)
    found = session.applications.get(visit.request.match_info["application_id"])
    if found is None:
        raise Trouble(Why.NO_SUCH_APPLICATION)
    return session, found


async def _application_page(
    visit: Visit,
    session: Accreditation,
    found: Application,
    *,
    new_links: Sequence[NewLink] = (),
    wrong: str = "",
    words: str = "",
    reason: str = "",
) -> web.StreamResponse:
    recorded = await visit.house.journal.read(ACCREDITATION.stream(session.session_id))
    return page(
        visit,
        "console/application.html",
        status=422 if wrong else 200,
        shown_at=_url(visit, found),
        at=f"/at/{visit.place_id}/console",
        session=session,
        application=await status_model(found, visit.house.dossiers),
        steps=await steps(recorded, found.application_id, session, visit.house.names),
        asked=asked_for(
            session.rules.evidence(found.category), await evidence_of(visit.house.files, found.application_id)
        ),
        doubles=await doubles_of(session, visit.house.register, found.application_id),
        reasons=list(RefusalReason),
        new_links=new_links,
        wrong=wrong,
        words=words,
        reason=reason,
    )


def _note(visit: Visit, session: Accreditation, found: Application, note_id: str, kind: str, words: str) -> Write:
    now = visit.house.clock()
    return visit.house.dossiers.seal(
        note_id,
        session_id=session.session_id,
        subject=found.application_id,
        kind=kind,
        fields={"text": words},
        created_at=now,
        purge_at=now + visit.house.lives.written,
    )


def _mail(visit: Visit, session: Accreditation, model: StatusModel, template: str, **more: object) -> list[Write]:
    """The mail to an applicant; none where the address is no longer kept."""
    recipient = model.fields.get("email")
    if not recipient:
        return []
    language = model.fields.get("language", "en")
    words = letter(
        visit.house,
        language,
        template,
        titles=session.titles,
        name=model.fields.get("given_name", ""),
        url=model.fields.get("url", ""),
        **more,
    )
    return [queued(visit.house, session.session_id, recipient, language, words)]


def _url(visit: Visit, found: Application) -> str:
    return f"/at/{visit.place_id}/console/applications/{found.application_id}"


ROUTES = (
    Route("GET", "/console", overview, ADMINISTER),
    Route("GET", "/console/applications/{application_id}", application, ADMINISTER),
    Route("POST", "/console/applications/{application_id}/acceptance", accept, ADMINISTER),
    Route("POST", "/console/applications/{application_id}/refusal", refuse, ADMINISTER),
    Route("POST", "/console/applications/{application_id}/question", ask, ADMINISTER),
    Route("GET", "/console/outbox", outbox, ADMINISTER),
)

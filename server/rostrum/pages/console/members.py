"""One person of an application, as the secretariat sees them, and the refusal of that one person or change."""

from collections.abc import Mapping

from aiohttp import web

from rostrum.assembly.application import Application
from rostrum.assembly.delegation import BEFORE_SECRETARIAT, LookAtProtection, Member
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.pages.apply.form import tidy
from rostrum.pages.apply.questions import MEMBER_FIELDS, PROTECTED_FIELDS
from rostrum.pages.apply.words import label, shown
from rostrum.pages.console.case import case_of, turn_of
from rostrum.pages.console.judging import refuse_member
from rostrum.pages.console.routes import ADMINISTER, NOTE_MAX, session_of
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.reads.application import Change, revisions
from rostrum.reads.register import UNSEEN


async def member(visit: Visit) -> web.StreamResponse:
    """What is known of a person, but for their wishes for protection."""
    return await _page(visit, *await _found(visit))


async def look(visit: Visit) -> web.StreamResponse:
    """What a person asks for as protection. The look is recorded first, and shown to them."""
    application, found = await _found(visit)
    command = LookAtProtection(application.application_id, found.member_id)
    await visit.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor)
    application, found = await _found(visit)
    wishes = await visit.house.dossiers.get(found.protected_id or "") or {}
    return await _page(visit, application, found, wishes={name: str(value) for name, value in wishes.items()})


async def changes(visit: Visit) -> web.StreamResponse:
    """What was changed since the application was sent."""
    session = await session_of(visit)
    application = session.applications.get(visit.request.match_info["application_id"])
    if application is None:
        raise Refused(Why.NO_SUCH_APPLICATION)
    return page(
        visit,
        "console/changes.html",
        at=f"/at/{visit.place_id}/console",
        application=application,
        changes=await _changes(visit, application),
    )


async def refuse(visit: Visit) -> web.StreamResponse:
    """Accredit the application without this person, or without this change, and tell the applicant why."""
    application, found = await _found(visit)
    words = str(tidy((await visit.request.post()).get("words", "")))
    if not 0 < len(words) <= NOTE_MAX:
        return await _page(visit, application, found, wrong=True, words=words)
    case = await case_of(visit)
    return await refuse_member(
        visit, case, found.member_id, words, turn_of(case, (await visit.request.post()).get("turn"))
    )


async def _found(visit: Visit) -> tuple[Application, Member]:
    session = await session_of(visit)
    application = session.applications.get(visit.request.match_info["application_id"])
    if application is None:
        raise Refused(Why.NO_SUCH_APPLICATION)
    found = application.members.get(visit.request.match_info["member_id"])
    if found is None or found.state in UNSEEN:
        raise Refused(Why.NO_SUCH_MEMBER)
    return application, found


async def _page(
    visit: Visit,
    application: Application,
    found: Member,
    *,
    wrong: bool = False,
    words: str = "",
    wishes: Mapping[str, str] | None = None,
) -> web.StreamResponse:
    locale, dossiers, session = locale_of(visit), visit.house.dossiers, await session_of(visit)
    fields = {name: str(value) for name, value in (await dossiers.get(found.dossier_id) or {}).items()}
    return page(
        visit,
        "console/member.html",
        status=422 if wrong else 200,
        shown_at=f"/at/{visit.place_id}/console/applications/{application.application_id}/members/{found.member_id}",
        wishes=None
        if wishes is None
        else [(label(name, locale), shown(name, wishes.get(name, ""), locale)) for name in PROTECTED_FIELDS],
        at=f"/at/{visit.place_id}/console",
        application=application,
        member=found,
        name=f"{fields.get('given_name', '')} {fields.get('family_name', '')}".strip(),
        rows=[(label(name, locale), shown(name, fields.get(name, ""), locale)) for name in MEMBER_FIELDS]
        if fields
        else [],
        changes=await _changes(visit, application, found.member_id),
        decidable=found.state in BEFORE_SECRETARIAT and application.standing_proposal is None,
        two=session.review.deciders > 1,
        wrong=wrong,
        words=words,
    )


async def _changes(
    visit: Visit, application: Application, member_id: str | None = None
) -> list[tuple[Change, list[tuple[str, str, str]]]]:
    """Changes, newest first, with their fields in words."""
    locale = locale_of(visit)
    return [
        (
            change,
            [
                (label(name, locale), shown(name, old, locale), shown(name, new, locale))
                for name, old, new in change.fields
            ],
        )
        for change in await revisions(application, visit.house.dossiers, member_id)
    ]


ROUTES = (
    Route("GET", "/console/applications/{application_id}/changes", changes, ADMINISTER),
    Route("GET", "/console/applications/{application_id}/members/{member_id}", member, ADMINISTER),
    Route("POST", "/console/applications/{application_id}/members/{member_id}", refuse, ADMINISTER),
    Route("POST", "/console/applications/{application_id}/members/{member_id}/protection", look, ADMINISTER),
)

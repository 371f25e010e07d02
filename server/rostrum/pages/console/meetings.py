"""The secretariat's calendar: meetings are convened, revised and cancelled, each with its agenda."""

from dataclasses import replace

from aiohttp import web

from rostrum.assembly.meeting import Meeting
from rostrum.assembly.sitting import CancelMeeting, ConveneMeeting, MeetingKind, ReviseMeeting
from rostrum.desk import MEETING
from rostrum.i18n import LANGUAGES
from rostrum.i18n.zones import zone_choices
from rostrum.identity.secrets import new_id
from rostrum.pages.addressed import meeting_of
from rostrum.pages.apply.questions import time_zones
from rostrum.pages.console.meeting_form import BLANK_ITEMS, ItemRow, MeetingForm, blank, of_meeting, typed
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.invitations import Announcement, Change, announced, told
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.reads.programme import zone_of


async def new(visit: Visit) -> web.StreamResponse:
    """The empty form."""
    return await _page(visit, blank(await _zone(visit)))


async def convene(visit: Visit) -> web.StreamResponse:
    """Put a meeting on the calendar."""
    form = typed(await visit.request.post(), locale_of(visit))
    if form.errors or form.scheduled_at is None:
        return await _page(visit, form)
    session = await session_of(visit)
    meeting_id = new_id()
    agenda = tuple(replace(item, item_id=new_id()) for item in form.agenda)
    titles = {code: title for code, title in form.titles.items() if title}
    command = ConveneMeeting(
        meeting_id, session.session_id, titles, form.scheduled_at, agenda, session.rules, MeetingKind(form.kind)
    )
    made = Announcement(titles, form.scheduled_at, command.kind)
    await _act(visit, command, Change(meeting_id, 1, None, made))
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console")


async def edit(visit: Visit) -> web.StreamResponse:
    """The form with a meeting as it is."""
    meeting = await meeting_of(visit)
    return await _page(visit, of_meeting(meeting, await _zone(visit)), meeting.meeting_id)


async def revise(visit: Visit) -> web.StreamResponse:
    """Change what is announced of a meeting."""
    meeting = await meeting_of(visit)
    form = typed(await visit.request.post(), locale_of(visit))
    if form.errors or form.scheduled_at is None:
        return await _page(visit, form, meeting.meeting_id)
    known = {item.item_id for item in meeting.agenda}
    # An identifier comes from the form only where the agenda has it: documents and statements hang on it.
    agenda = tuple(item if item.item_id in known else replace(item, item_id=new_id()) for item in form.agenda)
    titles = {code: title for code, title in form.titles.items() if title}
    command = ReviseMeeting(titles, form.scheduled_at, agenda, MeetingKind(form.kind))
    await _act(visit, command, await _changed(visit, meeting, Announcement(titles, form.scheduled_at, command.kind)))
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console")


async def cancel(visit: Visit) -> web.StreamResponse:
    """Take a meeting off the calendar."""
    meeting = await meeting_of(visit)
    await _act(visit, CancelMeeting(), await _changed(visit, meeting, None))
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console")


async def _changed(visit: Visit, meeting: Meeting, after: Announcement | None) -> Change:
    held = await visit.house.desk.load(MEETING, meeting.meeting_id)
    return Change(meeting.meeting_id, held.version + 1, announced(meeting), after)


async def _act(visit: Visit, command: ConveneMeeting | ReviseMeeting | CancelMeeting, change: Change) -> None:
    """Do it, and tell by mail everybody whose calendar it touches."""
    mails = await told(visit.house, await session_of(visit), change)
    await visit.house.desk.act(MEETING, change.meeting_id, command, visit.actor, also=mails)


async def _zone(visit: Visit) -> str:
    return str(zone_of(await visit.house.dossiers.get(visit.standing.place.dossier_id)))


async def _page(visit: Visit, form: MeetingForm, meeting_id: str | None = None) -> web.StreamResponse:
    at = f"/at/{visit.place_id}/console"
    rows = [row for row in form.items if not row.blank or form.errors]
    rows += [ItemRow("", "", {}) for _ in range(BLANK_ITEMS)]
    return page(
        visit,
        "console/meeting_form.html",
        status=422 if form.errors else 200,
        shown_at=f"{at}/meetings/{meeting_id}/announcement" if meeting_id else f"{at}/convening",
        at=at,
        here="overview",
        form=form,
        rows=rows,
        titles={f"title-{code}": form.titles.get(code, "") for code in LANGUAGES},
        zones=zone_choices(locale_of(visit), time_zones(), visit.house.clock()),
        meeting_id=meeting_id,
    )


ROUTES = (
    Route("GET", "/console/convening", new, ADMINISTER),
    Route("POST", "/console/convening", convene, ADMINISTER),
    Route("GET", "/console/meetings/{meeting_id}/announcement", edit, ADMINISTER),
    Route("POST", "/console/meetings/{meeting_id}/announcement", revise, ADMINISTER),
    Route("POST", "/console/meetings/{meeting_id}/cancellation", cancel, ADMINISTER),
)

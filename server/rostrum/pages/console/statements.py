"""The video statements of a meeting as the secretariat sees them, and until when they are taken."""

from datetime import UTC, datetime

from aiohttp import web

from rostrum.assembly.meeting import Meeting
from rostrum.assembly.statement import StatementState
from rostrum.assembly.statement_acts import GiveStatementBack, SetStatementDeadline, WithholdStatement
from rostrum.desk import ACCREDITATION, STATEMENTS
from rostrum.pages.addressed import meeting_of
from rostrum.pages.attend.statements import card, statements_of
from rostrum.pages.console.routes import ADMINISTER
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Route, Visit


async def statements(visit: Visit) -> web.StreamResponse:
    """All of a meeting, and the deadline."""
    return await _page(visit, await meeting_of(visit), None, {})


async def set_deadline(visit: Visit) -> web.StreamResponse:
    """Say until when they are taken, or what is wrong."""
    meeting, post = await meeting_of(visit), await visit.request.post()
    values = {name: str(post.get(name, "")).strip()[:20] for name in ("until_on", "until_time")}
    try:
        until = datetime.fromisoformat(f"{values['until_on']}T{values['until_time']}").replace(tzinfo=UTC)
    except ValueError:
        words = locale_of(visit).gettext("Enter a day and a time of day.")
        return await _page(visit, meeting, values, {"until_on": words})
    command = SetStatementDeadline(visit.session_id, meeting.meeting_id, until)
    await visit.house.desk.act(STATEMENTS, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/meetings/{meeting.meeting_id}/videos?saved=yes")


async def give(visit: Visit) -> web.StreamResponse:
    """Give a statement to nobody after it was played, or give it again."""
    meeting, statement_id = await meeting_of(visit), visit.request.match_info["statement_id"]
    given = (await visit.request.post()).get("given") == "yes"
    command = GiveStatementBack(statement_id) if given else WithholdStatement(statement_id)
    await visit.house.desk.act(STATEMENTS, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/meetings/{meeting.meeting_id}/videos?saved=yes")


async def _page(
    visit: Visit, meeting: Meeting, values: dict[str, str] | None, errors: dict[str, str]
) -> web.StreamResponse:
    kept = await statements_of(visit)
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    shown = [
        one
        for one in kept.statements.values()
        if one.meeting_id == meeting.meeting_id
        and one.state is not StatementState.WITHDRAWN
        and one.place_id in session.places
    ]
    deadline = kept.deadline(meeting.meeting_id, meeting.scheduled_at)
    if values is None:
        day, time = ("", "") if deadline is None else f"{deadline.astimezone(UTC):%Y-%m-%d %H:%M}".split()
        values = {"until_on": day, "until_time": time}
    return page(
        visit,
        "console/videos.html",
        status=422 if errors else 200,
        at=f"/at/{visit.place_id}/console",
        look_at=f"/at/{visit.place_id}/statements",
        meeting=meeting,
        cards=[await card(visit, one) for one in shown],
        names=await visit.house.names.of(session.places[one.place_id] for one in shown),
        values=values,
        errors=errors,
        saved=visit.request.query.get("saved") == "yes",
    )


ROUTES = (
    Route("GET", "/console/meetings/{meeting_id}/videos", statements, ADMINISTER),
    Route("POST", "/console/meetings/{meeting_id}/videos", set_deadline, ADMINISTER),
    Route("POST", "/console/meetings/{meeting_id}/videos/{statement_id}", give, ADMINISTER),
)

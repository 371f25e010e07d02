"""Until when to apply, and with how much grace: set by the secretariat."""

from datetime import UTC, datetime

from aiohttp import web

from rostrum.assembly.deadlines import Deadlines, SetDeadlines
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.i18n.refusals import WORDS
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.console.settings_page import settings_page
from rostrum.pages.render import locale_of
from rostrum.pages.route import Route, Visit

FIELDS = ("closes_on", "closes_time", "grace_on", "grace_time")


async def deadlines(visit: Visit) -> web.StreamResponse:
    """The deadlines as they are."""
    session = await session_of(visit)
    return await settings_page(visit, "console/deadlines.html", _values(session.deadlines), {})


async def set_deadlines(visit: Visit) -> web.StreamResponse:
    """Set them, or say what is wrong."""
    post = await visit.request.post()
    values = {name: str(post.get(name, "")).strip()[:20] for name in FIELDS}
    words = locale_of(visit).gettext("Enter a day and a time of day, or leave both empty.")
    moments: list[datetime | None] = []
    errors: dict[str, str] = {}
    for name in ("closes", "grace"):
        try:
            moments.append(_moment(values[f"{name}_on"], values[f"{name}_time"]))
        except ValueError:
            errors[f"{name}_on"] = words
    if errors:
        return await settings_page(visit, "console/deadlines.html", values, errors)
    session = await session_of(visit)
    try:
        await visit.house.desk.act(ACCREDITATION, session.session_id, SetDeadlines(*moments), visit.actor)
    except Refused as refused:
        if refused.why is not Why.GRACE_BEFORE_DEADLINE:
            raise
        return await settings_page(
            visit, "console/deadlines.html", values, {"grace_on": locale_of(visit).gettext(WORDS[refused.why][0])}
        )
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/deadlines?saved=yes")


def _moment(day: str, time: str) -> datetime | None:
    """The moment, in UTC; None where neither is given. Raises ValueError where one lacks or is none."""
    if not day and not time:
        return None
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC)


def _values(current: Deadlines) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, moment in (("closes", current.closes_at), ("grace", current.grace_until)):
        values[f"{name}_on"] = "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d}"
        values[f"{name}_time"] = "" if moment is None else f"{moment.astimezone(UTC):%H:%M}"
    return values


ROUTES = (
    Route("GET", "/console/deadlines", deadlines, ADMINISTER),
    Route("POST", "/console/deadlines", set_deadlines, ADMINISTER),
)

"""How this session decides on applications: by how many, with what period for appeals, and how long bulk waits."""

from aiohttp import web

from rostrum.assembly.review import APPEAL_DAYS_MAX, UNDO_MAX_S, Review, SetReview
from rostrum.desk import ACCREDITATION
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.console.settings_page import settings_page
from rostrum.pages.render import locale_of
from rostrum.pages.route import Route, Visit


async def review(visit: Visit) -> web.StreamResponse:
    """How it is set."""
    current = (await session_of(visit)).review
    values = {
        "deciders": str(current.deciders),
        "appeal_days": str(current.appeal_days),
        "undo_minutes": str(current.undo_s // 60),
    }
    return await settings_page(visit, "console/review.html", values, {})


async def set_review(visit: Visit) -> web.StreamResponse:
    """Set it, or say what is wrong."""
    post = await visit.request.post()
    values = {name: str(post.get(name, "")).strip()[:20] for name in ("deciders", "appeal_days", "undo_minutes")}
    words = locale_of(visit).gettext
    errors: dict[str, str] = {}
    if values["deciders"] not in {"1", "2"}:
        errors["deciders"] = words("Choose one or two people.")
    days, minutes = _number(values["appeal_days"], APPEAL_DAYS_MAX), _number(values["undo_minutes"], UNDO_MAX_S // 60)
    if days is None:
        errors["appeal_days"] = words("Enter a number of days from 0 to 365.")
    if minutes is None:
        errors["undo_minutes"] = words("Enter a number of minutes from 0 to 1,440.")
    if days is None or minutes is None or errors:
        return await settings_page(visit, "console/review.html", values, errors)
    command = SetReview(Review(int(values["deciders"]), days, minutes * 60))
    await visit.house.desk.act(ACCREDITATION, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/review?saved=yes")


def _number(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and int(text) <= most else None


ROUTES = (
    Route("GET", "/console/review", review, ADMINISTER),
    Route("POST", "/console/review", set_review, ADMINISTER),
)

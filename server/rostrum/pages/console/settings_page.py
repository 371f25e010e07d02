"""A page of the console on which something is set for the session, and that comes back with its errors or as saved."""

from collections.abc import Mapping

from aiohttp import web

from rostrum.pages.console.routes import session_of
from rostrum.pages.render import page
from rostrum.pages.route import Visit


async def settings_page(
    visit: Visit, template: str, values: Mapping[str, str], errors: Mapping[str, str]
) -> web.StreamResponse:
    """The form with `values`; with `errors` (field to words), as an answer that refuses."""
    return page(
        visit,
        template,
        status=422 if errors else 200,
        at=f"/at/{visit.place_id}/console",
        session=await session_of(visit),
        values=values,
        errors=errors,
        saved=visit.request.query.get("saved") == "yes",
    )

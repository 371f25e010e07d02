"""What is kept of people, why and until when, and what the last purges deleted."""

from aiohttp import web

from rostrum.pages.console.routes import ADMINISTER
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.retention import kept_rows


async def retention(visit: Visit) -> web.StreamResponse:
    """The kinds of what is kept, and the reports, newest first."""
    house = visit.house
    return page(
        visit,
        "console/retention.html",
        at=f"/at/{visit.place_id}/console",
        rows=await kept_rows(house.lives, house.dossiers, house.files),
        reports=await house.purge.reports.recent(),
        hour=house.settings.purge_hour,
        zone=house.settings.time_zone,
    )


ROUTES = (Route("GET", "/console/retention", retention, ADMINISTER),)

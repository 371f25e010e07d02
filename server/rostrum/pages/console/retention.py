"""What is kept of people, why and until when, and what the last purge deleted."""

from datetime import timedelta

from aiohttp import web

from rostrum.pages.console.routes import ADMINISTER
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.retention import kept_kinds

A_DAY = timedelta(days=1)


async def retention(visit: Visit) -> web.StreamResponse:
    """The kinds of what is kept, and the newest report."""
    house = visit.house
    rows = [(row, row.life // A_DAY) for row in await kept_kinds(house.dossiers, house.files)]
    return page(visit, "console/retention.html", at=f"/at/{visit.place_id}/console", rows=rows, report=house.purge.last)


ROUTES = (Route("GET", "/console/retention", retention, ADMINISTER),)

"""What is kept of people, why, who sees it and for how long: for anybody to read."""

from aiohttp import web

from rostrum.pages.render import page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.retention_table import KEPT


async def privacy(guest: Guest) -> web.StreamResponse:
    """The table of retention, in words."""
    lives = guest.house.lives
    return page(guest, "public/privacy.html", rows=[(kept, kept.days(lives)) for kept in KEPT])


ROUTES = (PublicRoute("GET", "/privacy", privacy),)

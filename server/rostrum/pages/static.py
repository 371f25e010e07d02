"""Our files and those that npm brought, with caching that is right: for ever where the address holds a digest."""

from pathlib import Path

from aiohttp import web

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
"""Kept, but asked for anew each time: a 304 where nothing changed."""


def add_static(app: web.Application, root: Path) -> None:
    """Serve `/static/` and `/vendor/`."""
    for name in ("static", "vendor"):
        app.router.add_static(f"/{name}", root / name, name=name)
    app.on_response_prepare.insert(0, _cached)


async def _cached(request: web.Request, response: web.StreamResponse) -> None:
    if request.path.startswith(("/static/", "/vendor/")) and response.status in {200, 304}:
        versioned = "v" in request.query or request.path.startswith("/vendor/fonts/")
        response.headers["Cache-Control"] = FOREVER if versioned else ASK_AGAIN

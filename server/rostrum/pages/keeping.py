"""What a browser is given to keep, and what it shows of its key."""

from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web

from rostrum.house import House
from rostrum.identity.doorkeeper import DEVICE_COOKIE
from rostrum.identity.gate import Shown


def keep_device(response: web.StreamResponse, house: House, place_id: str, secret: str, life: timedelta) -> None:
    """The device's secret, sent back only below its place's address: one browser may hold several places."""
    keep(response, house, DEVICE_COOKIE, secret, f"/at/{place_id}", life)


def keep(response: web.StreamResponse, house: House, name: str, value: str, path: str, life: timedelta) -> None:
    """A cookie that no script reads."""
    response.set_cookie(
        name,
        value,
        path=path,
        max_age=max(0, round(life.total_seconds())),
        httponly=True,
        samesite="Lax",
        secure=urlsplit(house.settings.external_url).scheme == "https",
    )


async def shown_key(request: web.Request) -> Shown:
    """The key, challenge and signature of a form; empty where there is no script."""
    post = await request.post()
    return Shown(*(str(post.get(name, "")) for name in ("key", "challenge", "signature")))


def inside(visit_path: str, address: str) -> str:
    """An address to go on to, if it is one of this place's pages; else the place itself."""
    parts = urlsplit(address)
    plain = not parts.scheme and not parts.netloc and "\\" not in address and ".." not in parts.path
    return address if plain and parts.path.startswith(f"{visit_path}/") else f"{visit_path}/"

"""For those who watch the server: is it alive, and are its parts ready."""

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from rostrum.desk import ACCREDITATION, MEETING
from rostrum.house import HOUSE


async def healthz(_request: web.Request) -> web.Response:
    """200 as soon as the process answers."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """200 with each part's state, 503 where one is not ready."""
    house = request.app[HOUSE]
    try:
        sessions = len(await house.desk.identifiers(ACCREDITATION))
        meetings = len(await house.desk.identifiers(MEETING))
        database: dict[str, object] = {"ready": True, "sessions": sessions, "meetings": meetings}
    except (SQLAlchemyError, OSError) as error:
        database = {"ready": False, "error": type(error).__name__}
    parts: dict[str, dict[str, object]] = {
        "database": database,
        # Meetings go on without room for files: a node is not taken away for that.
        "disk": {"ready": True, "free_bytes": house.disk.free_bytes, "room_for_files": house.disk.has_room()},
        "media": {"ready": house.engine.ready, "peers": len(house.engine.peers())},
    }
    ready = all(bool(part["ready"]) for part in parts.values())
    return web.json_response({"ready": ready, "parts": parts}, status=200 if ready else 503)


def health_routes() -> list[web.RouteDef]:
    """Their routes."""
    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]

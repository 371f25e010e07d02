"""Every route tried by every category, by nobody, and by somebody else's device: refused unless granted."""

import asyncio
import re

import pytest
from yarl import URL

from rostrum.assembly import rules
from rostrum.assembly.actor import Right
from rostrum.pages.route import Route
from rostrum.pages.table import ALL_ROUTES
from tests.support.app import Running

PUBLIC_PREFIXES = ("/static/", "/vendor/", "/whip/", "/whep/", "/media/")
"""Files, and media's own door (a bearer pass), which tests/media tries."""

CATEGORIES = rules.load("asp").categories


def filled(path: str, place_id: str) -> str:
    """A route's pattern as an address of the demonstration."""
    values = {"place_id": place_id, "meeting_id": "plenary-1", "session_id": "demo"}
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: values.get(found[1], "unknown"), path)


def test_every_route_of_the_application_is_listed(running: Running) -> None:
    listed = {(route.method, route.full_path if isinstance(route, Route) else route.path) for route in ALL_ROUTES}
    mounted = {
        (route.method, route.resource.canonical)
        for route in running.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    strangers = {
        (method, path)
        for method, path in mounted - listed
        if not path.startswith(PUBLIC_PREFIXES) and path not in {"/healthz", "/readyz", "/static", "/vendor"}
    }
    assert not strangers, "a route that the table of routes does not know has no declared right"


@pytest.mark.parametrize("category", sorted(CATEGORIES))
async def test_a_place_opens_what_its_rights_open_and_nothing_else(running: Running, category: str) -> None:
    place = await running.place(category)
    for route in (route for route in ALL_ROUTES if isinstance(route, Route)):
        if route.path.startswith("/live/"):
            continue  # a stream does not end; its views' rights are tried below
        status = await place.status(route.method, filled(route.full_path, place.place_id))
        may = bool(CATEGORIES[category].rights & route.needs)
        assert (status != 403) == may, (route.method, route.path, status)
        assert status != 500, (route.method, route.path)


async def test_a_stream_gives_each_view_to_those_it_is_for(running: Running) -> None:
    views = {
        "room": {Right.ATTEND},
        "console": {Right.PRESIDE, Right.ADMINISTER},
        "desk": {Right.ADMINISTER},
        "hall": {Right.SHOW_HALL},
    }
    for category in CATEGORIES:
        place = await running.place(category)
        for view, needs in views.items():
            status = await place.status("GET", f"/at/{place.place_id}/live/plenary-1?view={view}")
            assert (status == 200) == bool(CATEGORIES[category].rights & needs), (category, view, status)


async def test_nobody_and_somebody_else_open_nothing(running: Running) -> None:
    place = await running.place("secretariat")
    other = await running.place("ngo")
    for route in (route for route in ALL_ROUTES if isinstance(route, Route)):
        address = filled(route.full_path, place.place_id)
        assert await running.stranger.status(route.method, address) == 401, route.path
        assert await other.status(route.method, address) == 401, route.path


async def test_a_form_from_elsewhere_does_nothing(running: Running) -> None:
    place = await running.place("presiding-officer")
    address = f"/at/{place.place_id}/console/meetings/plenary-1/list/closure"
    assert await place.status("POST", address, csrf="") == 403
    assert await place.status("POST", address, csrf=(await running.place("ngo")).csrf) == 403
    assert await place.status("POST", address, headers={"Sec-Fetch-Site": "cross-site"}) == 403
    assert await place.status("POST", address, headers={"Origin": "https://elsewhere.example"}) == 403
    assert await place.status("POST", address) in {200, 204, 303}


async def test_a_revoked_place_is_nobody_at_once(running: Running) -> None:
    place = await running.place("ngo")
    address = f"/at/{place.place_id}/meeting/plenary-1"
    assert await place.status("GET", address) == 200
    await running.revoke(place)
    assert await place.status("GET", address) == 403


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"no boundary at all", 400),
        ({"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"}, b"csrf=x", 400),
        ({"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, b"csrf=\xff\xfe", 400),
        ({"X-CSRF-Token": "\udcff\udcfe"}, b"", 403),
    ],
)
async def test_a_body_that_is_no_form_is_the_senders_mistake(
    running: Running, headers: dict[str, str], body: bytes, status: int
) -> None:
    reader, writer = await asyncio.open_connection("localhost", URL(running.base).port)
    lines = {"Host": "localhost", "Connection": "close", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"POST /apply/demo HTTP/1.1\r\n{head}\r\n".encode("utf-8", "surrogateescape") + body)
    answer = await reader.read()
    writer.close()
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:80]
    assert b"The form was not sent from this page." in answer

"""The servers of `bench_live`: ours with so many places, or python-socketio's. Prints a line of JSON when it is ready.

python -m tests.bench.live_server ours FOLDER COUNT
python -m tests.bench.live_server socketio PAYLOAD_BYTES
"""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

import socketio
from aiohttp import web

from rostrum.app import Server, create
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.place import AppointOfficer, BindLink
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION
from rostrum.house import House
from rostrum.identity.secrets import new_id, new_token
from rostrum.settings import Settings


async def appointed(house: House, category: str) -> dict[str, str]:
    """A place with a bound device: its identifier, the device's cookie, and the token of its forms."""
    now, place_id, link_id, token = house.clock(), new_id(), new_id(), new_token()
    device_id, secret = new_id(), new_token()
    seal = house.dossiers.seal(
        f"dossier-{place_id}",
        session_id=demo.SESSION_ID,
        subject=place_id,
        kind="officer",
        fields={"given_name": "Delegate", "family_name": place_id[:8], "organisation": category},
        created_at=now,
        purge_at=now + timedelta(days=1),
    )
    command = AppointOfficer(
        place_id, f"delegation-{place_id}", category, True, f"dossier-{place_id}", link_id, now + timedelta(days=1)
    )
    remember = house.links.add_link(link_id, token)
    await house.desk.act(ACCREDITATION, demo.SESSION_ID, command, SYSTEM, also=[seal, remember])
    device = house.links.add_device(device_id, link_id, place_id, secret, now)
    await house.desk.act(ACCREDITATION, demo.SESSION_ID, BindLink(link_id, device_id), SYSTEM, also=[device])
    return {"place": place_id, "cookie": secret, "csrf": house.signer.form_token(device_id)}


def opened(folder: Path) -> Settings:
    """Rostrum on SQLite in a folder, on free ports."""
    return Settings(data=folder, port=0, media_port=0, media_workers=1, metrics_port=0)


async def prepare(folder: Path, count: int) -> None:
    """So many delegates and a presiding officer. A process of its own does it: the measured one's memory is as new."""
    async with Server(await create(opened(folder))) as server:
        await demo.prepare(server.house, b"0" * 32)
        chair = await appointed(server.house, "presiding-officer")
        places = [await appointed(server.house, "ngo") for _ in range(count)]
        print(json.dumps({"chair": chair, "places": places}), flush=True)


async def ours(folder: Path) -> None:
    """The server that is measured."""
    async with Server(await create(opened(folder))) as server:
        print(json.dumps({"url": server.base_url}), flush=True)
        await asyncio.Event().wait()


async def peer(payload_bytes: int) -> None:
    """python-socketio on aiohttp: a POST emits a payload of this size to all. It decides and records nothing."""
    sockets = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*")
    app = web.Application()
    sockets.attach(app)
    sent = 0

    async def act(_request: web.Request) -> web.Response:
        nonlocal sent
        sent += 1
        await sockets.emit("fragment", {"version": sent, "html": "x" * payload_bytes})
        return web.Response(status=204)

    app.router.add_post("/act", act)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare", folder, count]:
            asyncio.run(prepare(Path(folder), int(count)))
        case ["ours", folder]:
            asyncio.run(ours(Path(folder)))
        case ["socketio", payload_bytes]:
            asyncio.run(peer(int(payload_bytes)))

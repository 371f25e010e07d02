"""The servers of `bench_queue`. Prints a line of JSON when it is ready.

python -m tests.bench.queue_server prepare FOLDER COUNT   ours: so many applications with people and evidence
python -m tests.bench.queue_server ours FOLDER            the server that is measured
python -m tests.bench.queue_server peer FOLDER COUNT      an unsealed table, SQLAlchemy and Jinja: the same list
"""

import asyncio
import itertools
import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from jinja2 import Environment
from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, func, insert, or_, select
from sqlalchemy.ext.asyncio import create_async_engine

from rostrum.app import Server, create
from rostrum.assembly.actor import applicant
from rostrum.assembly.evidence import AddEvidence
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id
from rostrum.reads.files import EVIDENCE
from rostrum.reads.queue import PAGE
from rostrum.record.files import Owner
from tests.bench.live_server import appointed, opened
from tests.support.applications import People, submitted

SEED = 1
COUNTRIES = ("Senegal", "Грузия", "مصر", "中国", "Perú", "France", "Kenya", "Nepal")
GIVEN = (
    "Awa",
    "Сергей",
    "محمد",
    "小明",
    "José",
    "Zoë",
    "Amina",
    "Ivan",
    "Fatou",
    "Carlos",
    "Leila",
    "Wei",
    "Omar",
    "Юлия",
)
SYLLABLES = (
    "ba",
    "ko",
    "ri",
    "ta",
    "me",
    "lo",
    "su",
    "ni",
    "ga",
    "do",
    "pe",
    "shi",
    "va",
    "ru",
    "ma",
    "ke",
    "zo",
    "li",
)
BODIES = ("Centre", "Alliance", "Network", "Forum", "Union", "Committee", "Institute", "Observatory", "League")
CAUSES = ("Justice", "Peace", "Rights", "Victims", "Women", "Youth", "Memory", "Truth", "Law", "Reparation")


def written(count: int) -> Iterator[tuple[str, str, People]]:
    """(organisation, country, people) of so many applications: the same every time; every fiftieth a double."""
    chosen = random.Random(SEED)

    def name() -> str:
        return "".join(chosen.choice(SYLLABLES) for _ in range(chosen.randint(3, 4))).capitalize()

    before: People = ()
    for number in range(count):
        people = [
            (chosen.choice(GIVEN), name(), f"person{number}.{which}@example.org") for which in range(1 + number % 4)
        ]
        if number % 50 == 49:
            people[0] = before[0]
        before = people
        organisation = f"{chosen.choice(BODIES)} for {chosen.choice(CAUSES)} {name()}"
        yield organisation, chosen.choice(COUNTRIES), people


async def prepare(folder: Path, count: int) -> None:
    """Ours: sealed dossiers, people, a file each, and a clerk."""
    async with Server(await create(opened(folder))) as server:
        house = server.house
        await demo.prepare(house, b"0" * 32)
        for organisation, country, people in written(count):
            application_id = await submitted(house, organisation, people, country=country)
            file_id, now = new_id(), house.clock()
            owner = Owner(demo.SESSION_ID, application_id, EVIDENCE, "mandate")
            kept = await house.files.keep(
                file_id,
                owner,
                name="letter.pdf",
                media_type="application/pdf",
                data=b"%PDF-1.7",
                pages=1,
                created_at=now,
                purge_at=now + house.lives.written,
            )
            command = AddEvidence(application_id, file_id, "mandate")
            await house.desk.act(ACCREDITATION, demo.SESSION_ID, command, applicant(application_id), also=[kept])
        print(json.dumps({"clerk": await appointed(house, "secretariat")}), flush=True)


async def ours(folder: Path) -> None:
    """The server that is measured."""
    async with Server(await create(opened(folder))) as server:
        print(json.dumps({"url": server.base_url}), flush=True)
        await asyncio.Event().wait()


metadata = MetaData()
application = Table(
    "application",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", String, index=True),
    Column("person", String),
    Column("email", String, index=True),
    Column("country", String, index=True),
    Column("category", String),
    Column("people", Integer),
    Column("state", String, index=True),
    Column("received", DateTime, index=True),
)
PEER_PAGE = """<!doctype html><html><head><title>Applications</title></head><body><h1>Applications</h1>
<form><input name="search"><select name="state"><option>submitted</option></select><button>Show</button></form>
<p>{{ found }} applications</p><table>
{% for row in rows %}<tr><td><a href="/{{ row.id }}">{{ row.organisation }}</a></td><td>{{ row.person }}</td>
<td>{{ row.country }}</td><td>{{ row.category }}</td><td>{{ row.people }}</td><td>{{ row.received.isoformat() }}</td>
<td>{{ row.state }}</td></tr>{% endfor %}</table></body></html>"""


async def peer(folder: Path, count: int) -> None:
    """The same list from an unsealed table: LIKE for the search, one e-mail address twice for duplicates."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/peer.db")
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        rows = [
            {"organisation": organisation, "country": country, "category": "ngo", "state": "submitted",
             "people": len(people), "person": f"{people[0][0]} {people[0][1]}", "email": people[0][2],
             "received": datetime.now(UTC) + timedelta(seconds=number)}
            for number, (organisation, country, people) in zip(itertools.count(), written(count))
        ]  # fmt: skip
        await connection.execute(insert(application), rows)
    template = Environment(autoescape=True).from_string(PEER_PAGE)

    async def queue(request: web.Request) -> web.Response:
        wanted = select(application)
        for name in ("state", "country"):
            if request.query.get(name):
                wanted = wanted.where(application.c[name] == request.query[name])
        if search := request.query.get("search"):
            columns = (application.c.organisation, application.c.person, application.c.email)
            wanted = wanted.where(or_(*(column.ilike(f"%{search}%") for column in columns)))
        if request.query.get("alike"):
            twice = select(application.c.email).group_by(application.c.email).having(func.count() > 1)
            wanted = wanted.where(application.c.email.in_(twice))
        async with engine.connect() as connection:
            found = (await connection.execute(select(func.count()).select_from(wanted.subquery()))).scalar_one()
            rows = (await connection.execute(wanted.order_by(application.c.received).limit(PAGE))).all()
        return web.Response(text=template.render(rows=rows, found=found), content_type="text/html")

    app = web.Application()
    app.router.add_get("/", queue)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare", folder, count]:
            asyncio.run(prepare(Path(folder), int(count)))
        case ["ours", folder]:
            asyncio.run(ours(Path(folder)))
        case ["peer", folder, count]:
            asyncio.run(peer(Path(folder), int(count)))

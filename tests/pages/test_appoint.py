"""`rostrum appoint` as a process of its own: by it an installation where passkeys are required can begin."""

import asyncio
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from rostrum.desk import ACCREDITATION
from rostrum.identity.doorkeeper import DEVICE_COOKIE
from tests.pages.test_passkeys import make
from tests.support.app import running_app
from tests.support.devices import guest, inside


async def rostrum(data: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the command line; its exit status, what it printed and what it said."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ROSTRUM_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rostrum",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**kept, "ROSTRUM_DATA": str(data)},
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_the_first_of_the_secretariat_is_appointed_by_a_command_and_begins_with_a_passkey(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    who = ("--category", "secretariat", "--email", "clerk@example.org", "--given-name", "Ines")
    async with running_app(data, passkeys="required") as running:
        status, out, err = await rostrum(data, "appoint", "--session", "spring", *who)
        assert (status, out) == (1, ""), "no session is opened by a mistyped name"
        assert "--title" in err
        status, out, err = await rostrum(
            data, "appoint", "--session", "demo", "--category", "clerk", "--email", "x@y.z"
        )
        assert (status, out) == (1, "")
        assert "secretariat" in err
        assert (await rostrum(data, "appoint", "--session", "demo"))[0] == 2

        # The server runs meanwhile and is told nothing: SQLite has no way to.
        status, out, err = await rostrum(data, "appoint", "--session", "spring", "--title", "Spring session", *who)
        assert status == 0, err
        (line,) = out.splitlines()
        path = urlsplit(line).path
        async with guest(running).request("POST", path) as answer:
            assert answer.status == 303, await answer.text()
            secret, at = answer.cookies[DEVICE_COOKIE].value, answer.headers["Location"].rstrip("/")
        session = (await running.house.desk.load(ACCREDITATION, "spring")).state
        (link,) = session.links.values()
        clerk = await inside(running, link.place_id, link.link_id, secret)
        assert session.titles == {"en": "Spring session"}
        async with clerk.request("GET", f"{at}/console") as answer:
            assert answer.headers["Location"].startswith(f"{at}/passkeys?")
        assert (await make(running, clerk, at))[0] == 200
        async with clerk.request("GET", f"{at}/console") as answer:
            assert answer.status == 200
            assert "Spring session" in await answer.text()

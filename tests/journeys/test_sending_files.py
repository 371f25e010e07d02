"""Sending files in a real browser: a line that breaks off, a browser without scripts, a delegation's letter."""

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from PIL import Image
from playwright.async_api import expect
from yarl import URL

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.credentials import (
    AppointCommittee,
    CommunicateCredentials,
    CredentialsCommand,
    ExamineCredentials,
    KeepRoll,
    ObjectToCredentials,
    ReportCredentials,
    SeatDelegation,
    SetArrears,
)
from rostrum.assembly.rules.roll import states_parties
from rostrum.assembly.state_credentials import CredentialsState, Form, Signatory
from rostrum.cli import demo
from rostrum.desk import CREDENTIALS
from rostrum.identity.secrets import new_id, new_token
from tests.journeys.test_accessibility import WIDER, violations
from tests.support.app import Running, running_app
from tests.support.browser import person
from tests.uploads import hostile

PATIENCE_MS = 30_000


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_app(tmp_path / "data") as running:
        yield running


class ThinLine:
    """A way to the server that carries little, and breaks off and comes back at will."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._carries, self._pause_s = True, 0.05
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    def cut(self) -> None:
        """Break every connection, and take none."""
        self._carries = False
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        """Carry all that comes, at once."""
        self._carries, self._pause_s = True, 0.0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection both ways."""
        if not self._carries:
            writer.transport.abort()
            return
        towards, back = await asyncio.open_connection("localhost", self._server_port)
        self._open |= {writer, back}
        await asyncio.gather(self._carry(reader, back), self._carry(towards, writer))
        self._open -= {writer, back}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(32 * 1024):
                writer.write(data)
                await writer.drain()
                await asyncio.sleep(self._pause_s if len(data) > 16 * 1024 else 0)
        writer.close()


@asynccontextmanager
async def thin_line(server_port: int) -> AsyncIterator[ThinLine]:
    """A thin line to the server, on a port of its own."""
    line = ThinLine(server_port)
    listening = await asyncio.start_server(line.connected, "localhost", 0)
    line.port = listening.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        line.cut()
        listening.close()


def scan(folder: Path) -> Path:
    """A picture of some megabytes, as a telephone makes it."""
    noise = Image.frombytes("RGB", (2400, 1800), random.Random(7).randbytes(2400 * 1800 * 3))
    path = folder / "scan of the letter.jpg"
    noise.save(path, quality=98)
    return path


async def draft(running: Running) -> tuple[str, str]:
    """A draft of an application: its identifier and its address."""
    application_id, token, now = new_id(), new_token(), running.house.clock()
    await running.house.drafts.create(
        application_id, token, demo.SESSION_ID, {"category": "ngo"}, now, now + timedelta(days=1)
    )
    return application_id, f"{running.base}/a/{token}"


async def test_an_upload_survives_a_line_that_breaks_off(running: Running, tmp_path: Path) -> None:
    application_id, address = await draft(running)
    async with (
        thin_line(URL(running.base).port or 0) as line,
        person(None, locale="en", bypass_csp=True, viewport={"width": 390, "height": 844}) as page,
    ):
        address = address.replace(running.base, f"http://localhost:{line.port}")
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
        await page.goto(f"{address}/evidence")
        assert await violations(page) == []
        await page.get_by_label("What does it show?").select_option("mandate")
        await page.get_by_label("File", exact=True).set_input_files(scan(tmp_path))
        await page.get_by_role("button", name="Send the file").click()
        state = page.locator(".upload__state")
        await expect(state).to_have_text(re.compile(r"^[3-8]\d % sent\.$"), timeout=PATIENCE_MS)
        line.cut()
        await expect(state).to_contain_text("The line broke off.", timeout=PATIENCE_MS)
        assert await violations(page) == []
        line.mend()
        await expect(page.get_by_role("link", name="scan of the letter.jpg")).to_be_visible(timeout=PATIENCE_MS)
        await expect(page.get_by_text("The file is kept.")).to_be_visible()
        assert refused == []
    (kept,) = await running.house.files.files_of(application_id)
    assert (kept.owner.purpose, kept.media_type) == ("mandate", "image/jpeg")


async def test_without_scripts_the_form_does_the_same_and_says_what_is_wrong(running: Running, tmp_path: Path) -> None:
    application_id, address = await draft(running)
    letter, archive = tmp_path / "رسالة.pdf", tmp_path / "archive.pdf"
    letter.write_bytes(hostile.saved(hostile.plain_pdf(2)))
    archive.write_bytes(hostile.zip_file())
    async with person(None, locale="ar", java_script_enabled=False, viewport={"width": 390, "height": 844}) as page:
        await page.goto(f"{address}/evidence")
        await page.locator("#file").set_input_files(archive)
        await page.locator("form.upload button[type=submit]").click()
        await expect(page.locator("#error-summary")).to_contain_text("هذا ليس ملف PDF ولا صورة.")
        await page.locator("#file").set_input_files(letter)
        await page.locator("form.upload button[type=submit]").click()
        await expect(page.get_by_role("link", name="رسالة.pdf")).to_be_visible()
        await page.locator(".files__file button").click()
        await expect(page.get_by_role("link", name="رسالة.pdf")).to_have_count(0)
    assert await running.house.files.files_of(application_id) == []


async def test_axe_finds_nothing_on_the_secretariats_pages_of_files_and_credentials(running: Running) -> None:
    clerk = await running.place("secretariat")
    roll = states_parties()
    commands: list[CredentialsCommand] = [
        KeepRoll(demo.SESSION_ID, roll),
        AppointCommittee(roll[:9]),
        CommunicateCredentials("KEN", "letter", Form.ORIGINAL, Signatory.HEAD_OF_STATE, None),
        ExamineCredentials("KEN", in_order=True),
        ObjectToCredentials("PER", "KEN", None),
        SetArrears(("PER",)),
        ReportCredentials("report"),
    ]
    for command in commands:
        await running.house.desk.act(CREDENTIALS, demo.SESSION_ID, command, SYSTEM)
    at = f"{running.base}/at/{clerk.place_id}"
    pages = ["", "/states/KEN", "/states/PER", "/committee", "/arrears", "/reports/report"]
    found: dict[str, list[str]] = {}
    for language, width, scheme in (("en", 1280, "light"), ("ar", 390, "dark")):
        size = {"width": width, "height": 900}
        async with person(None, viewport=size, color_scheme=scheme, bypass_csp=True, locale=language) as page:
            await page.context.add_cookies(
                [{"name": name, "value": value, "url": at} for name, value in clerk.jar.items()]
            )
            for path in (*(f"/console/credentials{each}" for each in pages), "/photograph"):
                await page.goto(f"{at}{path}?lang={language}")
                found[f"{path} {language}"] = await violations(page)
                assert await page.evaluate(WIDER) <= 0, f"{path} is wider than the screen"
    assert {path: faults for path, faults in found.items() if faults} == {}


async def test_a_delegation_sends_its_letter_and_what_is_wrong_is_said_in_place(
    running: Running, tmp_path: Path
) -> None:
    place = await running.place("state-party")
    found = await running.house.doorkeeper.find_place(place.place_id)
    assert found is not None
    for command in (KeepRoll(demo.SESSION_ID, ("SEN", "TUN")), SeatDelegation("TUN", found[1].delegation_id)):
        await running.house.desk.act(CREDENTIALS, demo.SESSION_ID, command, SYSTEM)
    locked, letter = tmp_path / "locked.pdf", tmp_path / "letter.pdf"
    locked.write_bytes(hostile.locked_pdf("u"))
    letter.write_bytes(hostile.saved(hostile.plain_pdf()))
    async with person(None, locale="en", bypass_csp=True, color_scheme="dark") as page:
        cookies = [
            {"name": name, "value": value, "url": f"{running.base}/at/{place.place_id}"}
            for name, value in place.jar.items()
        ]
        await page.context.add_cookies(cookies)  # type: ignore[arg-type]  # of its shape
        await page.goto(f"{running.base}/at/{place.place_id}/credentials")
        assert await violations(page) == []
        await page.get_by_label("Office of who signed").select_option("foreign-minister")
        await page.get_by_label("Scan of the letter").set_input_files(locked)
        await page.get_by_role("button", name="Send the file").click()
        await expect(page.locator(".upload__state")).to_contain_text("The PDF is protected by a password.")
        await page.get_by_label("Scan of the letter").set_input_files(letter)
        await page.get_by_role("button", name="Send the file").click()
        await expect(page.get_by_role("link", name="letter.pdf")).to_be_visible(timeout=PATIENCE_MS)
        await expect(page.get_by_role("heading", name="Tunisia")).to_contain_text("provisional")
    held = (await running.house.desk.load(CREDENTIALS, demo.SESSION_ID)).state
    assert held.states["TUN"].state is CredentialsState.PROVISIONAL

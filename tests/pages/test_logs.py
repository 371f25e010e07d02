"""What a fault leaves in the log: where it happened, and nothing that anybody wrote or holds."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
from yarl import URL

from rostrum import logs
from rostrum.house import House
from rostrum.settings import Settings
from tests.support.app import Running
from tests.support.devices import holder

WRITTEN = "Amanuensis-4711"


@pytest.fixture
def own_handlers() -> Iterator[None]:
    """The root logger gets its handlers back."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("own_handlers")
@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_a_fault_in_the_middle_of_a_form_is_logged_without_what_was_written(
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    log_format: Literal["text", "json"],
) -> None:
    logs.configure(Settings(log_format=log_format))

    async def fails(house: House, *_: object) -> None:
        raise OSError("the disk is full")

    stranger = running.stranger
    csrf = running.house.signer.form_token("guest")
    async with stranger.request("POST", "/apply/demo", csrf=csrf, data={"category": "ngo"}) as answer:
        draft = answer.headers["Location"].partition("?")[0]
    monkeypatch.setattr("rostrum.record.drafts.Drafts.save", fails)
    form = {"organisation": WRITTEN}
    async with stranger.request("POST", f"{draft}/organisation", csrf=csrf, data=form) as answer:
        assert answer.status == 500
    lines = capsys.readouterr().err
    assert "the disk is full" in lines
    assert "apply/sections.py" in lines
    assert WRITTEN not in lines
    assert csrf not in lines


@pytest.mark.usefixtures("own_handlers")
async def test_who_hangs_up_in_mid_form_is_no_fault_of_ours(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(Settings(log_level="debug"))
    who = await holder(running)
    cookie = "; ".join(f"{name}={value}" for name, value in who.device.jar.items())
    head = f"POST {who.at}/proof HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nX-CSRF-Token: {who.device.csrf}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 400\r\n\r\nkey=half"
    _reader, writer = await asyncio.open_connection("localhost", URL(running.base).port)
    writer.write((head + form).encode())
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.transport.abort()
    lines = ""
    async with asyncio.timeout(5):
        while "the client went away" not in lines:
            await asyncio.sleep(0.05)
            lines += capsys.readouterr().err
    assert "request failed" not in lines
    assert await who.device.status("GET", f"{who.at}/check/plenary-1") == 200

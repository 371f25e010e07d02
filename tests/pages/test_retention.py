"""What has come to its day is deleted, also from the disk, and the console says what is kept and what went."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from rostrum.app import DATABASE
from rostrum.mail.transport import forget
from rostrum.pages.letters import queued
from rostrum.purge import TRACES, Night, Purge, chores_of
from rostrum.record.outbox import MailState
from rostrum.record.tables import outbox
from rostrum.retention_table import KEPT
from tests.support.app import Running, running_app
from tests.support.mails import plain_letter


def anywhere(folder: Path, some: bytes) -> list[Path]:
    """The files under a folder that have these bytes in them."""
    return [path for path in folder.rglob("*") if path.is_file() and some in path.read_bytes()]


async def test_a_mail_that_is_done_goes_with_its_file(tmp_path: Path) -> None:
    async with running_app(tmp_path) as running:
        house = running.house
        write = queued(
            house, "demo", "someone@example.org", "en", plain_letter("Subject", "A link in words"), discreet=False
        )
        await house.files.commit(write)
        (mail,) = [one for one in await house.outbox.recent("demo") if one.recipient == "someone@example.org"]
        folder = house.settings.data / "outbox"
        folder.mkdir(exist_ok=True)
        file = folder / f"{mail.mail_id}.eml"
        file.write_text("A link in words")
        async with running.app[DATABASE].reading() as session:
            chosen = select(outbox.c.sealed).where(outbox.c.mail_id == mail.mail_id)
            sealed = (await session.execute(chosen)).scalar_one()
        await house.outbox.mark_sent([mail.mail_id], house.clock(), MailState.WRITTEN)
        assert await house.outbox.purge(house.clock() - house.lives.mail) == []
        assert anywhere(tmp_path, sealed[20:60])

        gone = await house.outbox.purge(house.clock() + timedelta(seconds=1))
        forget(folder, gone)
        assert mail.mail_id in gone
        assert not file.exists()
        assert not anywhere(tmp_path, sealed[20:60])


async def test_a_mail_that_waits_is_not_purged(running: Running) -> None:
    house = running.house
    write = queued(house, "demo", "nobody@example.org", "en", plain_letter("Subject"), discreet=False)
    await house.files.commit(write)
    (mail,) = [one for one in await house.outbox.recent("demo") if one.recipient == "nobody@example.org"]
    await house.outbox.mark_failed(mail, house.clock() + timedelta(days=300), "away", final=False)
    await house.outbox.purge(house.clock() + timedelta(seconds=1))
    kept = {one.mail_id: one.state for one in await house.outbox.recent("demo")}
    assert kept.get(mail.mail_id) is MailState.WAITING


async def test_one_chore_that_fails_holds_up_no_other(running: Running) -> None:
    async def fails(_now: object) -> int:
        raise OSError("away")

    async def three(_now: object) -> int:
        return 3

    async def in_use() -> None:
        raise TimeoutError("somebody reads")

    house, forgotten = running.house, list[bool]()
    purge = Purge(house.clock, Night(3, ZoneInfo("UTC")), house.purge.reports, lambda: forgotten.append(True), in_use)
    report = await purge.once({"files": fails, "member": three})
    assert (report.counts, report.failed, forgotten) == ({"member": 3}, ("files", TRACES), [True])
    assert next(iter(await house.purge.reports.recent())) == report
    # What could not be deleted is tried again when the server starts, and not before the next night once it could.
    stop, tried = asyncio.Event(), list[datetime]()

    async def counted(now: datetime) -> int:
        tried.append(now)
        return 0

    for _ in range(2):
        begun = asyncio.create_task(purge.run({"files": counted}, stop))
        await asyncio.sleep(0.3)
        stop.set()
        await begun
        stop.clear()
    assert len(tried) == 1


def test_the_night_is_that_of_the_place() -> None:
    night = Night(3, ZoneInfo("Europe/Amsterdam"))
    strikes = [datetime(2026, 3, 27, tzinfo=UTC)]
    for _ in range(4):
        strikes.append(night.after(strikes[-1]))
    # On 29 March clocks go from two to three: the hour is an hour earlier from then on.
    assert [f"{each:%d %H:%M}" for each in (one.astimezone(UTC) for one in strikes[1:])] == [
        "27 02:00", "28 02:00", "29 01:00", "30 01:00",
    ]  # fmt: skip


async def test_by_command(tmp_path: Path) -> None:
    async with running_app(tmp_path) as app:
        # The purge of the night that was missed is over: what comes now is left for the command.
        while not await app.house.purge.reports.recent(1):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        now = app.house.clock()
        seal = app.house.dossiers.seal(
            "old",
            session_id="demo",
            subject="somebody",
            kind="answer",
            fields={"text": "Words"},
            created_at=now,
            purge_at=now - timedelta(days=1),
        )
        await app.house.files.commit(seal)

    async def told(*options: str) -> str:
        command = [sys.executable, "-m", "rostrum", "purge", *options]
        environment = {**os.environ, "ROSTRUM_DATA": str(tmp_path), "ROSTRUM_LOG_LEVEL": "error"}
        ran = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
        said, _ = await ran.communicate()
        assert ran.returncode == 0
        return said.decode()

    assert "dossiers: 1\n" in await told("--dry-run")
    assert "dossiers: 1\n" in await told()
    assert "dossiers: 0\n" in await told("--dry-run")


async def test_the_console_says_what_is_kept_and_what_went(running: Running) -> None:
    clerk, ngo = await running.place("secretariat"), await running.place("ngo")
    path = f"/at/{clerk.place_id}/console/retention"
    await running.house.purge.once(chores_of(running.house))
    async with clerk.request("GET", path) as answer:
        text = await answer.text()
        assert answer.status == 200
    assert "Names of officers" in text
    assert "Nothing had come to its day." in text
    for language in ("en", "ar", "es", "fr", "ru", "zh"):
        async with running.stranger.request("GET", f"/privacy?lang={language}") as answer:
            text = await answer.text()
            assert answer.status == 200
        assert text.count("<tr id=") == len(KEPT)
        assert ("to heed them" in text) is (language == "en")
    assert await ngo.status("GET", f"/at/{ngo.place_id}/console/retention") == 403

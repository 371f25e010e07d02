"""What has come to its day is deleted, also from the disk, and the console says what is kept and what went."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from rostrum.app import DATABASE
from rostrum.mail.transport import forget
from rostrum.pages.letters import queued
from rostrum.purge import Purge, chores_of
from rostrum.record.outbox import MailState
from rostrum.record.tables import outbox
from rostrum.retention import MAIL_LIFE
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
        assert await house.outbox.purge(house.clock() - MAIL_LIFE) == []
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

    forgotten: list[bool] = []
    purge = Purge(running.house.clock, lambda: forgotten.append(True))
    report = await purge.once({"files": fails, "member": three})
    assert (report.counts, report.failed, forgotten) == ({"member": 3}, ("files",), [True])
    assert purge.last is report


async def test_the_console_says_what_is_kept_and_what_went(running: Running) -> None:
    clerk, ngo = await running.place("secretariat"), await running.place("ngo")
    path = f"/at/{clerk.place_id}/console/retention"
    await running.house.purge.once(chores_of(running.house))
    async with clerk.request("GET", path) as answer:
        text = await answer.text()
        assert answer.status == 200
    assert "Names of appointed people" in text
    assert "Nothing had come to its day." in text
    assert await ngo.status("GET", f"/at/{ngo.place_id}/console/retention") == 403

"""What people write: sealed while it is kept, gone when its date has come."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from rostrum.record.database import Database
from rostrum.record.dossiers import Dossiers
from rostrum.record.drafts import Drafts
from rostrum.record.journal import Write
from rostrum.record.links import Links
from rostrum.record.outbox import ATTEMPTS_MAX, MailState, Outbox
from rostrum.record.sealing import Seal
from rostrum.record.tables import dossier
from rostrum.sealed_file import WrongKey
from rostrum.settings import Settings
from tests.support.mails import new, plain_letter

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
NAME = "Lucía Paredes-Unmistakable"


def kept(dossiers: Dossiers, dossier_id: str, days: int, name: str = NAME) -> Write:
    return dossiers.seal(
        dossier_id,
        session_id="s",
        subject="a",
        kind="application",
        fields={"given_name": name},
        created_at=NOW,
        purge_at=NOW + timedelta(days=days),
    )


async def test_a_dossier_is_sealed_and_gone_after_its_date(database: Database, settings: Settings) -> None:
    dossiers = Dossiers(database, Seal.from_folder(settings.data / "keys"))
    async with database.session() as session:
        await kept(dossiers, "old", 1)(session)
        await kept(dossiers, "new", 9, "Somebody else")(session)
        sealed = (await session.execute(text("SELECT sealed FROM dossier WHERE dossier_id = 'old'"))).scalar_one()
    assert await dossiers.get("old") == {"given_name": NAME}
    files = [path for path in settings.data.rglob("rostrum.db*") if path.is_file()]
    assert all(NAME.encode() not in path.read_bytes() for path in files)
    assert await dossiers.purge(NOW) == []
    assert await dossiers.purge(NOW + timedelta(days=2)) == ["old"]
    assert await dossiers.get("old") is None
    assert await dossiers.get("new") is not None
    assert all(bytes(sealed)[:32] not in path.read_bytes() for path in files), (
        "even what was sealed is gone from the files"
    )


async def test_what_is_moved_to_another_row_or_key_does_not_open(database: Database, settings: Settings) -> None:
    dossiers = Dossiers(database, Seal.from_folder(settings.data / "keys"))
    async with database.session() as session:
        await kept(dossiers, "mine", 1)(session)
        await kept(dossiers, "theirs", 1)(session)
        await session.execute(
            text(
                "UPDATE dossier SET sealed = (SELECT sealed FROM dossier WHERE dossier_id = 'mine')"
                " WHERE dossier_id = 'theirs'"
            )
        )
    with pytest.raises(WrongKey):
        await dossiers.get("theirs")
    with pytest.raises(WrongKey):
        await Dossiers(database, Seal.from_folder(settings.data / "other keys")).get("mine")


async def test_a_draft_opens_to_its_token_and_keeps_it_after_sending(database: Database, settings: Settings) -> None:
    drafts = Drafts(database, Seal.from_folder(settings.data / "keys"))
    await drafts.create("a1", "token-1", "s", {"organisation": "One"}, NOW, NOW + timedelta(days=30))
    await drafts.save("a1", {"organisation": "Two"}, NOW, NOW + timedelta(days=30))
    found = await drafts.find("token-1")
    assert found is not None
    assert found.fields == {"organisation": "Two"}
    assert await drafts.find("token-2") is None
    async with database.session() as session:
        await drafts.submitted("a1", NOW + timedelta(days=365))(session)
    await drafts.save("a1", {"organisation": "Too late"}, NOW, NOW + timedelta(days=30))
    after = await drafts.find("token-1")
    assert after is not None
    assert after.fields is None
    assert await drafts.purge(NOW + timedelta(days=31)) == 0
    assert await drafts.purge(NOW + timedelta(days=366)) == 1


async def test_links_and_devices_are_known_by_their_secrets_alone(database: Database) -> None:
    links = Links(database)
    async with database.session() as session:
        await links.add_link("l1", "secret-of-link")(session)
        await links.add_device("d1", "l1", "p1", "secret-of-device", NOW)(session)
        columns = (await session.execute(text("SELECT * FROM link_secret"))).one()
    assert "secret-of-link" not in str(tuple(columns))
    assert await links.find_link("secret-of-link") == "l1"
    assert await links.find_link("secret-of-link ") is None
    device = await links.find_device("p1", "secret-of-device")
    assert device is not None
    assert device.link_id == "l1"
    assert await links.find_device("p2", "secret-of-device") is None, "a device stands for its own place only"


async def test_a_mail_is_tried_ever_later_and_given_up_at_last(database: Database, settings: Settings) -> None:
    outbox = Outbox(database, Seal.from_folder(settings.data / "keys"))
    async with database.session() as session:
        await outbox.queue([new("a@example.org", plain_letter("S"))], NOW)(session)
    now, pauses = NOW, []
    for _ in range(ATTEMPTS_MAX):
        (mail,) = await outbox.claim(now, 20)
        await outbox.mark_failed(mail, now, "451 later", final=False)
        assert await outbox.claim(now, 20) == []
        (mail,) = await outbox.recent("s")
        if mail.next_attempt_at is not None:
            pauses.append(mail.next_attempt_at - now)
            now = mail.next_attempt_at
    assert pauses == sorted(pauses)
    assert mail.state is MailState.FAILED
    assert await outbox.count("s") == {MailState.FAILED: 1}


async def test_the_words_of_a_fault_name_no_value(database: Database) -> None:
    with pytest.raises(IntegrityError) as refused:
        async with database.session() as session:
            await session.execute(insert(dossier).values(dossier_id="amanuensis"))
    assert "amanuensis" not in str(refused.value).partition("[SQL")[2]

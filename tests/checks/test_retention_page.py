"""Nothing is asked for or kept that the table of retention does not know, and the document is made from it."""

from pathlib import Path

from rostrum.app import DATABASE, create
from rostrum.house import HOUSE
from rostrum.pages.apply.questions import MEMBER_PAGES, SECTIONS
from rostrum.purge import chores_of
from rostrum.record.tables import metadata
from rostrum.retention import Lives
from rostrum.retention_table import HANDLES, KEPT, PLAIN, setting_of
from rostrum.settings import Settings
from tools.retention_table import with_table

PAGE = Path(__file__).parents[2] / "docs/retention.md"


def test_the_document_is_made_from_the_table() -> None:
    page = PAGE.read_text("utf-8")
    assert with_table(page) == page, "run `make docs`"


def test_every_field_that_is_asked_for_has_a_purpose() -> None:
    asked = {f"{page.name}.{name}" for page in (*SECTIONS, *MEMBER_PAGES) for name in page.group.model_fields}
    listed = [name for kept in KEPT for name in kept.asked]
    assert asked - set(listed) == set(), "a field without a purpose in rostrum/retention_table.py"
    assert set(listed) - asked == set()
    assert len(listed) == len(set(listed))
    assert all(kept.what and kept.why and kept.who and kept.since for kept in KEPT)


def test_every_column_is_known_for_what_it_says_of_people() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name not in HANDLES and column.name not in PLAIN.get(table.name, ())
    }
    listed = [name for kept in KEPT for name in kept.columns]
    assert columns - set(listed) == set(), "a column without a purpose in rostrum/retention_table.py"
    assert set(listed) - columns == set()
    assert len(listed) == len(set(listed))


async def test_every_kind_is_purged_by_a_chore_and_every_period_that_is_a_setting_is_one(tmp_path: Path) -> None:
    app = await create(Settings(data=tmp_path, port=0, media_port=0, media_workers=1, metrics_port=0))
    chores = set(chores_of(app[HOUSE]))
    await app[DATABASE].close()
    named = {kept.chore for kept in KEPT if kept.chore}
    # People of an application that was not sent go with it; the register is memory alone.
    assert named == chores - {"member", "register"}
    assert [kept.code for kept in KEPT if not kept.chore] == ["record"]
    for kept in KEPT:
        setting = setting_of(kept)
        assert setting is None or setting in Settings.model_fields
    longer = Settings(keep_written_days=500, keep_protected_days=20, keep_draft_days=3, keep_mail_days=4).lives
    assert [kept.days(longer) for kept in KEPT if kept.life == "protected"] == [20]
    assert Settings().lives == Lives()

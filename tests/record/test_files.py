"""Files on the disk: sealed, whole or refused, gone with their date; uploads that go on where they stopped."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rostrum.assembly.refusal import Refused, Why
from rostrum.disk import Disk
from rostrum.record.database import Database
from rostrum.record.files import FileStore, KeptFile, Owner
from rostrum.record.sealing import Seal
from rostrum.record.uploads import Busy, LetGo, Uploads
from rostrum.sealed_file import PIECE_BYTES, SealedFile, WrongKey, pieces, sealed_size
from rostrum.settings import Settings
from rostrum.uploads.cleaner import Cleaner
from rostrum.uploads.intake import Intake, Life, Taking, shown_name
from rostrum.uploads.limits import Limits
from tests.uploads import hostile

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
KEY = b"k" * 32
TEXT = b"Unmistakable-evidence " * 20_000
OWNER = Owner("s", "application1", "evidence", "registration")


def store(database: Database, settings: Settings) -> FileStore:
    return FileStore(database, Seal.from_folder(settings.data / "keys"), settings.data / "files", KEY)


async def kept(files: FileStore, file_id: str = "f1", owner: Owner = OWNER, days: int = 9) -> None:
    write = await files.keep(
        file_id,
        owner,
        name="Unmistakable-name.pdf",
        media_type="application/pdf",
        data=TEXT,
        pages=3,
        created_at=NOW,
        purge_at=NOW + timedelta(days=days),
    )
    await files.commit(write)


async def content(files: FileStore, file_id: str) -> bytes:
    found = await files.get(file_id)
    assert found is not None
    return b"".join([piece async for piece in files.read(found)])


async def test_a_file_comes_back_as_it_was_and_nothing_of_it_lies_open(database: Database, settings: Settings) -> None:
    files = store(database, settings)
    await kept(files)
    assert await content(files, "f1") == TEXT
    found = await files.get("f1")
    assert isinstance(found, KeptFile)
    assert (found.owner, found.name, found.size, found.pages) == (OWNER, "Unmistakable-name.pdf", len(TEXT), 3)
    for path in settings.data.rglob("*"):
        if path.is_file():
            assert b"Unmistakable" not in path.read_bytes(), path
            assert "Unmistakable" not in path.name
    (on_disk,) = [path for path in (settings.data / "files").rglob("*") if path.is_file()]
    assert on_disk.stat().st_mode & 0o077 == 0, "nobody but the server reads it"


async def test_a_file_that_was_changed_moved_or_cut_off_does_not_open(database: Database, settings: Settings) -> None:
    files = store(database, settings)
    await kept(files, "f1")
    await kept(files, "f2")
    first, second = (settings.data / "files" / "f1" / "f1", settings.data / "files" / "f2" / "f2")
    whole = first.read_bytes()
    second.write_bytes(whole)
    with pytest.raises(WrongKey):
        await content(files, "f2")
    first.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WrongKey):
        await content(files, "f1")
    first.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    with pytest.raises(WrongKey):
        await content(files, "f1")
    last = whole[: -(12 + 16 + 4)]
    first.write_bytes(last)
    with pytest.raises(WrongKey):
        await content(files, "f1")


async def test_files_go_with_their_date_and_bytes_without_a_row_go_too(database: Database, settings: Settings) -> None:
    files = store(database, settings)
    await kept(files, "old", days=1)
    await kept(files, "new")
    uncommitted = Owner("s", "a", "evidence", "x")
    await files.keep(
        "stray", uncommitted, name="", media_type="image/png", data=b"x", pages=1, created_at=NOW, purge_at=NOW
    )
    for path in (settings.data / "files").rglob("*"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert await files.purge(NOW) == []
    assert await files.purge(NOW + timedelta(days=2)) == ["old"]
    assert [path.name for path in (settings.data / "files").rglob("*") if path.is_file()] == ["new"]
    await files.commit(files.until("application1", NOW + timedelta(days=3)))
    assert await files.purge(NOW + timedelta(days=4)) == ["new"]


async def test_files_of_one_subject_are_listed_and_deleted(database: Database, settings: Settings) -> None:
    files = store(database, settings)
    await kept(files, "f1")
    await kept(files, "f2", Owner("s", "application2", "evidence", "registration"))
    assert [each.file_id for each in await files.files_of("application1")] == ["f1"]
    assert len(await files.files_of("application1", "application2")) == 2
    await files.delete("f1")
    assert await files.files_of("application1") == []
    assert not (settings.data / "files" / "f1" / "f1").exists()


def test_an_upload_goes_on_after_the_machine_stopped_in_the_middle_of_a_record(tmp_path: Path) -> None:
    path = tmp_path / "u1"
    first = SealedFile(path, KEY, "u1")
    first.append(TEXT[:100_000])
    first.close()
    with path.open("ab") as torn:
        torn.write(b"\0\0\x10\0 half a record")
    assert sealed_size(path) == 100_000
    again = SealedFile(path, KEY, "u1")
    assert again.size == 100_000
    mark = again.mark()
    again.append(b"to be dropped")
    again.back_to(mark)
    again.append(TEXT[100_000:])
    again.close()
    assert b"".join(pieces(path, KEY, "u1", whole=False)) == TEXT


def test_a_disk_that_is_full_keeps_whole_records_and_takes_more_once_there_is_room(tmp_path: Path) -> None:
    path, limits = tmp_path / "u1", resource.getrlimit(resource.RLIMIT_FSIZE)
    sealed = SealedFile(path, KEY, "u1")
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            sealed.append(TEXT)
        mark = sealed.mark()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert mark[1] == sealed.size == 2 * PIECE_BYTES
    assert path.stat().st_size == mark[2]
    sealed.append(TEXT[sealed.size :])
    sealed.finish()
    sealed.close()
    assert b"".join(pieces(path, KEY, "u1", whole=True)) == TEXT


async def test_two_writers_of_one_upload_do_not_mix(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rostrum.record.uploads.LET_GO_S", 0.05)
    uploads = Uploads(database, Seal.from_folder(settings.data / "keys"), settings.data / "uploads", KEY)
    await uploads.begin("u1", OWNER, name="n", length=9, created_at=NOW, expires_at=NOW + timedelta(days=1))
    async with uploads.writing("u1") as writing:
        writing.sealed.append(b"abc")
        with pytest.raises(Busy):
            await uploads.let_go("u1")
        with pytest.raises(LetGo):
            await writing.next_of(never())
    found = await uploads.get("u1")
    assert found is not None
    assert (found.offset, found.length, found.name) == (3, 9, "n")
    (settings.data / "uploads" / "left-behind").write_bytes(b"x")
    os.utime(settings.data / "uploads" / "left-behind", (NOW.timestamp(), NOW.timestamp()))
    assert await uploads.purge(NOW + timedelta(hours=1)) == 0
    assert (settings.data / "uploads" / "left-behind").exists()
    assert await uploads.purge(NOW + timedelta(days=2)) == 1
    assert await uploads.get("u1") is None
    assert list((settings.data / "uploads").iterdir()) == []


async def never() -> AsyncIterator[bytes]:
    """A line that is dead without anybody having been told."""
    await asyncio.Event().wait()
    yield b""


async def test_a_dead_line_is_left_for_the_next_request_with_all_that_came(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = Uploads(database, Seal.from_folder(settings.data / "keys"), settings.data / "uploads", KEY)
    taking = Taking(store(database, settings), uploads, Disk(settings.data, 0), 2, 1000)
    await taking.begin("u1", OWNER, "a", 9, Life(NOW, NOW + timedelta(days=1)))
    upload = await taking.find("u1", OWNER, NOW)

    async def abc_and_then_silence() -> AsyncIterator[bytes]:
        yield b"abc"
        async for piece in never():
            yield piece

    async def defghi() -> AsyncIterator[bytes]:
        yield b"defghi"

    first = asyncio.create_task(taking.append(upload, 0, abc_and_then_silence()))
    await asyncio.sleep(0.05)
    await taking.let_go(upload)
    assert (await taking.find("u1", OWNER, NOW)).offset == 3
    with pytest.raises(Refused) as refused:
        await first
    assert refused.value.why is Why.UPLOAD_ELSEWHERE
    monkeypatch.setattr("rostrum.record.uploads.SILENCE_S", 0.05)
    with pytest.raises(Refused):
        await taking.append(upload, 3, never())
    assert await taking.append(upload, 3, defghi()) == 9
    for number in range(2, 6):
        await taking.begin(f"u{number}", OWNER, "a", 9, Life(NOW + timedelta(minutes=number), NOW + timedelta(days=1)))
    assert await uploads.get("u2") is None, "what was abandoned first gives way"
    assert await uploads.get("u1") is not None, "what is whole does not"
    full = Taking(store(database, settings), uploads, Disk(settings.data, 10**18), 2, 1000)
    with pytest.raises(Refused) as refused:
        await full.begin(
            "u9", Owner("s", "another", "evidence", "registration"), "a", 9, Life(NOW, NOW + timedelta(days=1))
        )
    assert refused.value.why is Why.NO_ROOM


async def test_the_same_file_sent_twice_is_kept_once_and_another_kind_of_owner_finds_no_upload(
    database: Database, settings: Settings
) -> None:
    files = store(database, settings)
    uploads = Uploads(database, Seal.from_folder(settings.data / "keys"), settings.data / "uploads", KEY)
    intake = Intake(files, uploads, Disk(settings.data, 0), Cleaner(Limits(1_000_000, 10)), 2)
    life, data = Life(NOW, NOW + timedelta(days=1)), hostile.picture("PNG")

    async def sent(upload_id: str) -> str:
        await intake.begin(upload_id, OWNER, "../../etc/passwd", len(data), life)
        with pytest.raises(Refused) as refused:
            await intake.find(upload_id, Owner("s", "application2", "evidence", "registration"), NOW)
        assert refused.value.why is Why.NO_SUCH_UPLOAD
        upload = await intake.find(upload_id, OWNER, NOW)

        async def parts() -> object:
            yield data

        assert await intake.append(upload, 0, parts()) == len(data)  # type: ignore[arg-type]  # an iterator of bytes
        ready = await intake.finish(upload, f"file{upload_id}", life)
        await files.commit(*ready.writes)
        assert ready.file.name == "passwd"
        return ready.file.file_id

    assert await sent("u1") == await sent("u2") == "fileu1"
    assert len(await files.files_of("application1")) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\letter.pdf", "letter.pdf"),
        ("a\x00b\r\nc\u202egpj.exe", "abcgpj.exe"),
        ("..", ".."),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_name_is_only_ever_shown(name: str, shown: str) -> None:
    assert shown_name(name) == shown

"""Evidence by form and by tus: kept, shown to its owner alone, refused in words, and never more read than is taken."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from PIL import Image
from yarl import URL

from rostrum.assembly.actor import SYSTEM, applicant
from rostrum.assembly.application import RefuseApplication, SubmitApplication
from rostrum.assembly.delegation import NamedMember
from rostrum.assembly.review import RefusalReason
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id, new_token
from tests.support.app import Running, running_app
from tests.uploads import hostile

TUS = {"Tus-Resumable": "1.0.0", "Accept": "application/problem+json"}
BODY = {**TUS, "Content-Type": "application/offset+octet-stream"}
GIB = 1024**3


class Applicant:
    """Somebody with a draft's address."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.application_id, self.token = new_id(), new_token()
        self.at = f"/a/{self.token}"
        self.csrf = running.house.signer.form_token("guest")

    async def begin(self, category: str = "ngo") -> "Applicant":
        now = self.running.house.clock()
        await self.running.house.drafts.create(
            self.application_id, self.token, demo.SESSION_ID, {"category": category}, now, now + timedelta(days=1)
        )
        return self

    async def submit(self) -> None:
        member = NamedMember(new_id(), new_id(), True)
        command = SubmitApplication(self.application_id, "ngo", new_id(), (member,))
        await self.running.house.desk.act(ACCREDITATION, demo.SESSION_ID, command, applicant(self.application_id))

    @asynccontextmanager
    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, data: object = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method,
                URL(self.running.base + path, encoded=True),
                headers={"X-CSRF-Token": self.csrf, **(headers or {})},
                data=data,
                allow_redirects=False,
            ) as answer,
        ):
            yield answer

    async def send(self, data: bytes, name: str = "letter.pdf", purpose: str = "mandate") -> tuple[int, str]:
        """Send a file by the plain form, token in its first field."""
        form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
        form.add_field("csrf", self.csrf)
        form.add_field("purpose", purpose)
        form.add_field("file", data, filename=name, content_type="application/x-whatever")
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.running.base}{self.at}/evidence", data=form, allow_redirects=False) as answer,
        ):
            return answer.status, await answer.text()

    async def page(self) -> str:
        async with self.request("GET", f"{self.at}/evidence") as answer:
            assert answer.status == 200
            return await answer.text()

    async def files(self) -> list[str]:
        return [kept.file_id for kept in await self.running.house.files.files_of(self.application_id)]

    async def fetched(self) -> tuple[bytes, Mapping[str, str]]:
        (file_id,) = await self.files()
        async with self.request("GET", f"{self.at}/evidence/{file_id}") as answer:
            assert answer.status == 200
            return await answer.read(), answer.headers

    async def create(self, length: int, **metadata: str) -> tuple[int, str, str]:
        """Begin a tus upload: (status, address, text)."""
        told = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())
        headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": told}
        async with self.request("POST", f"{self.at}/uploads", headers=headers) as answer:
            return answer.status, answer.headers.get("Location", ""), await answer.text()

    async def patch(
        self, address: str, offset: int, data: object, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        sent = {**BODY, "Upload-Offset": str(offset), **(headers or {})}
        async with self.request("PATCH", address, headers=sent, data=data) as answer:
            return answer.status, await answer.text()

    async def offset(self, address: str) -> int | None:
        async with self.request("HEAD", address, headers=TUS) as answer:
            return int(answer.headers["Upload-Offset"]) if answer.status == 200 else None


@pytest.fixture
async def someone(running: Running) -> Applicant:
    return await Applicant(running).begin()


async def test_a_file_by_form_is_kept_listed_and_given_back_safely(someone: Applicant) -> None:
    status, _ = await someone.send(hostile.saved(hostile.plain_pdf(2)), "Нота «А».pdf")
    assert status == 303
    text = await someone.page()
    assert "Нота «А».pdf" in text
    assert "PDF, 2 pages" in text
    data, headers = await someone.fetched()
    assert data.startswith(b"%PDF-")
    assert headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%D0%9D")
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"


async def test_a_file_of_one_applicant_asked_for_by_another_is_refused(running: Running, someone: Applicant) -> None:
    other = await Applicant(running).begin()
    await someone.send(hostile.picture())
    (file_id,) = await someone.files()
    for method, path in (("GET", f"/evidence/{file_id}"), ("POST", f"/evidence/{file_id}/removal")):
        async with other.request(method, other.at + path) as answer:
            assert answer.status == 404
    _, address, _ = await someone.create(100)
    stolen = address.replace(someone.token, other.token)
    assert await other.offset(stolen) is None
    assert (await other.patch(stolen, 0, b"x"))[0] == 404
    async with other.request("DELETE", stolen, headers=TUS) as answer:
        assert answer.status == 404
    assert await someone.offset(address) == 0
    assert await someone.files() == [file_id]
    for place in ("ngo", "state-party"):
        knocker = await running.place(place)
        assert await knocker.status("GET", f"/at/{knocker.place_id}/console/files/{file_id}") in {403, 404}


async def test_nothing_is_taken_without_the_forms_token(someone: Applicant) -> None:
    for csrf in ("", "forged"):
        someone.csrf = csrf
        assert (await someone.send(hostile.picture()))[0] == 403
        assert (await someone.create(10))[0] == 403
    assert await someone.files() == []


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: b"", "The file is empty."),
        (hostile.zip_file, "This is neither a PDF nor a picture."),
        (lambda: b"<html><script>alert(1)</script>", "This is neither a PDF nor a picture."),
        (hostile.swelling_pdf, "The file needs more room or time to be opened than we allow."),
        (lambda: hostile.locked_pdf("u"), "The PDF is protected by a password."),
        (lambda: hostile.picture()[:200], "The file is damaged, or is not what it says it is."),
        (lambda: b"\xff\xd8\xff" + bytes(15_000_001), "The file is too large."),
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_is_said_on_the_page_it_was_sent_from(
    someone: Applicant, make: object, words: str
) -> None:
    status, text = await someone.send(make())  # type: ignore[operator]  # a maker of bytes
    assert status in {413, 422}
    assert words in text
    assert 'id="error-summary"' in text
    assert await someone.files() == []
    assert not [path for path in (someone.running.house.settings.data / "uploads").iterdir() if path.is_file()]


async def test_names_never_become_paths(someone: Applicant) -> None:
    before = set(someone.running.house.settings.data.parent.rglob("*"))
    status, _ = await someone.send(hostile.picture("PNG"), "../../../../tmp/rostrum-was-here.png")
    assert status == 303
    new = set(someone.running.house.settings.data.parent.rglob("*")) - before
    (file_id,) = await someone.files()
    assert {path.name for path in new if path.is_file()} <= {file_id}
    assert ">rostrum-was-here.png<" in await someone.page()


async def test_where_a_photograph_was_taken_does_not_stay(someone: Applicant) -> None:
    await someone.send(hostile.picture_with_position(), "IMG_0001.JPG")
    data, headers = await someone.fetched()
    assert hostile.HIDDEN not in data
    assert not Image.open(BytesIO(data)).getexif()
    assert headers["Content-Disposition"].startswith("inline")


async def raw(someone: Applicant, head: list[str], body: AsyncIterator[bytes]) -> tuple[bytes, int]:
    """The beginning of the answer to a request written by hand, and how much was written until it came."""
    reader, writer = await asyncio.open_connection("localhost", URL(someone.running.base).port)
    writer.write(("\r\n".join([*head, "Host: localhost", f"X-CSRF-Token: {someone.csrf}"]) + "\r\n\r\n").encode())
    answer = asyncio.create_task(reader.read(20_000))
    written = 0
    try:
        async for piece in body:
            if answer.done():
                break
            writer.write(piece)
            await writer.drain()
            written += len(piece)
        return await asyncio.wait_for(answer, 20), written
    except ConnectionError:
        return await asyncio.wait_for(answer, 20), written
    finally:
        writer.close()


async def nothing() -> AsyncIterator[bytes]:
    for _ in ():
        yield b""


async def without_end(most: int = 2 * GIB) -> AsyncIterator[bytes]:
    """Two gibibytes in chunks, for as long as anybody reads."""
    boundary = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
    yield b"%x\r\n%s\r\n" % (len(boundary), boundary)
    piece = bytes(256 * 1024)
    for _ in range(most // len(piece)):
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
        await asyncio.sleep(0)


async def test_two_gibibytes_that_are_announced_are_refused_before_they_are_sent(someone: Applicant) -> None:
    form = [f"POST {someone.at}/evidence HTTP/1.1", "Content-Type: multipart/form-data; boundary=x"]
    answer, _ = await raw(someone, [*form, f"Content-Length: {2 * GIB}"], nothing())
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"The file is too large." in answer + b""
    status, _, text = await someone.create(2 * GIB)
    assert status == 413
    assert json.loads(text)["title"] == "The file is too large."
    _, address, _ = await someone.create(1000)
    patch = [f"PATCH {address} HTTP/1.1", "Tus-Resumable: 1.0.0", "Upload-Offset: 0"]
    patch += ["Content-Type: application/offset+octet-stream", "Accept: application/problem+json"]
    answer, _ = await raw(someone, [*patch, f"Content-Length: {2 * GIB}"], nothing())
    assert answer.startswith(b"HTTP/1.1 413")


async def test_two_gibibytes_that_are_not_announced_are_refused_when_they_are_too_much(someone: Applicant) -> None:
    form = [f"POST {someone.at}/evidence HTTP/1.1", "Content-Type: multipart/form-data; boundary=x"]
    answer, written = await raw(someone, [*form, "Transfer-Encoding: chunked"], without_end())
    assert answer.startswith(b"HTTP/1.1 413"), answer[:200]
    assert written < 64_000_000, "no more was read than what is taken, and what the sockets hold"
    _, address, _ = await someone.create(1000)
    patch = [f"PATCH {address} HTTP/1.1", "Tus-Resumable: 1.0.0", "Upload-Offset: 0"]
    patch += ["Content-Type: application/offset+octet-stream", "Transfer-Encoding: chunked"]
    answer, written = await raw(someone, patch, without_end())
    assert answer.startswith(b"HTTP/1.1 413")
    assert written < 64_000_000
    folder = someone.running.house.settings.data / "uploads"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 10_000


async def test_an_upload_goes_on_where_the_line_broke_off(someone: Applicant) -> None:
    data = hostile.saved(hostile.plain_pdf(2)) + b"\n" + b"%" * 1_000_000
    status, address, _ = await someone.create(len(data), filename="long.pdf", purpose="registration")
    assert status == 201

    async def breaks_off() -> AsyncIterator[bytes]:
        yield data[:400_000]
        await asyncio.sleep(0.3)
        raise ConnectionResetError

    with pytest.raises(aiohttp.ClientError):
        await someone.patch(address, 0, breaks_off())
    reached: int | None = 0
    async with asyncio.timeout(10):
        while not reached:
            reached = await someone.offset(address)
            await asyncio.sleep(0.05)
    assert reached is not None
    assert 0 < reached <= 400_000
    assert (await someone.patch(address, reached + 1, b"x"))[0] == 409, "not from where it stopped"
    assert (await someone.patch(address, reached, data[reached:]))[0] == 204
    assert await someone.offset(address) is None, "it is whole, and an upload no more"
    (kept,) = await someone.running.house.files.files_of(someone.application_id)
    assert (kept.name, kept.owner.purpose, kept.pages) == ("long.pdf", "registration", 2)


async def test_a_part_damaged_on_its_way_is_not_kept(someone: Applicant) -> None:
    data = hostile.picture("PNG")
    _, address, _ = await someone.create(len(data))

    def checksum(of: bytes) -> dict[str, str]:
        return {
            "Upload-Checksum": "sha1 " + base64.b64encode(hashlib.sha1(of, usedforsecurity=False).digest()).decode()
        }

    assert (await someone.patch(address, 0, data[:100], checksum(b"other")))[0] == 460
    assert await someone.offset(address) == 0
    assert (await someone.patch(address, 0, data[:100], checksum(data[:100])))[0] == 204
    assert (await someone.patch(address, 100, data[100:], checksum(data[100:])))[0] == 204
    assert len(await someone.files()) == 1


async def test_what_is_wrong_with_a_whole_upload_is_said_in_the_readers_language(someone: Applicant) -> None:
    data = hostile.zip_file()
    _, address, _ = await someone.create(len(data))
    status, text = await someone.patch(address, 0, data, {"Accept-Language": "fr"})
    assert status == 422
    assert json.loads(text)["title"] == "Ce n’est ni un PDF ni une image."
    assert await someone.offset(address) is None


async def test_the_protocol_says_what_it_can_and_speaks_one_version(someone: Applicant) -> None:
    async with someone.request("OPTIONS", f"{someone.at}/uploads") as answer:
        assert answer.status == 204
        assert answer.headers["Tus-Max-Size"] == "15000000"
        assert {"creation", "expiration", "checksum", "termination"} == set(answer.headers["Tus-Extension"].split(","))
    async with someone.request("POST", f"{someone.at}/uploads", headers={"Tus-Resumable": "0.2.2"}) as answer:
        assert answer.status == 412
    _, address, _ = await someone.create(100)
    async with someone.request("HEAD", address, headers=TUS) as answer:
        assert answer.headers["Upload-Length"] == "100"
        assert "GMT" in answer.headers["Upload-Expires"]
        assert answer.headers["Cache-Control"] == "no-store"
    async with someone.request("DELETE", address, headers=TUS) as answer:
        assert answer.status == 204
    assert await someone.offset(address) is None


async def test_no_more_are_under_way_than_are_taken_and_the_one_abandoned_first_gives_way(someone: Applicant) -> None:
    begun = [await someone.create(100) for _ in range(5)]
    assert [status for status, _, _ in begun] == [201] * 5
    assert [await someone.offset(address) for _, address, _ in begun] == [None, 0, 0, 0, 0]


async def test_no_more_files_than_are_taken(tmp_path: Path) -> None:
    async with running_app(tmp_path, files_each=2) as running:
        someone = await Applicant(running).begin()
        for width in (640, 660):
            await someone.send(hostile.picture(size=(width, 480)), f"{width}.jpg")
        status, _, text = await someone.create(100)
        assert status == 422
        assert json.loads(text)["title"] == "There are as many files as may be sent."


async def test_after_the_application_is_sent_the_record_says_what_came_and_went_by_identifiers(
    running: Running, someone: Applicant
) -> None:
    await someone.send(hostile.picture(), "before.jpg")
    await someone.submit()
    await someone.send(hostile.picture("PNG"), "Secret name.png")
    first, second = await someone.files()
    async with someone.request("POST", f"{someone.at}/evidence/{second}/removal") as answer:
        assert answer.status == 303
    assert await someone.files() == [first]
    recorded = await running.house.journal.read(ACCREDITATION.stream(demo.SESSION_ID))
    told = [row for row in recorded if getattr(row.event, "file_id", None)]
    assert [(type(row.event).__name__, row.event.file_id) for row in told] == [  # type: ignore[union-attr]  # both have it
        ("EvidenceAdded", second),
        ("EvidenceRemoved", second),
    ]
    assert "Secret" not in str(told)
    decision = RefuseApplication(someone.application_id, 2, RefusalReason.OTHER, "note")
    await running.house.desk.act(ACCREDITATION, demo.SESSION_ID, decision, SYSTEM)
    status, text = await someone.send(hostile.picture("GIF"))
    assert status == 409
    assert "This application has been decided." in text
    async with someone.request("POST", f"{someone.at}/evidence/{first}/removal") as answer:
        assert answer.status == 409
    assert await someone.files() == [first]


async def test_the_secretariat_sees_evidence_beside_the_application_and_pages_as_pictures(
    running: Running, someone: Applicant
) -> None:
    await someone.send(hostile.saved(hostile.plain_pdf(2)), "letter.pdf")
    await someone.submit()
    (file_id,) = await someone.files()
    clerk = await running.place("secretariat")
    at = f"/at/{clerk.place_id}/console"
    async with clerk.request("GET", f"{at}/applications/{someone.application_id}") as answer:
        text = await answer.text()
        assert f"{at}/files/{file_id}/pages/2" in text
        assert "Proof that the organisation is registered" in text
    async with clerk.request("GET", f"{at}/files/{file_id}/pages/2") as answer:
        assert answer.content_type == "image/png"
        page = Image.open(BytesIO(await answer.read()))
        assert page.width > 800
        assert page.convert("L").getextrema() == (0, 255), "something is written on it"
    for number in ("0", "3", "x", "99999999"):
        assert await clerk.status("GET", f"{at}/files/{file_id}/pages/{number}") == 404
    assert await clerk.status("GET", f"{at}/files/unknown") == 404

"""Marked words in every field, files, notes, drafts, mails: after their day a search of all bytes finds none."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import get_args

import aiohttp
from sqlalchemy import LargeBinary, select

from rostrum.app import DATABASE
from rostrum.cli import demo
from rostrum.identity.doorkeeper import DEVICE_COOKIE
from rostrum.pages.apply.form import Group
from rostrum.pages.apply.questions import MEMBER_PAGES, SECTIONS
from rostrum.purge import chores_of, due_now
from rostrum.record.outbox import MailState
from rostrum.record.tables import metadata
from rostrum.retention_table import KEPT
from tests.pages.test_badges import send_photograph
from tests.pages.test_delegation import Applicant, accept, only
from tests.support.app import Knocker, Running, Time, running_app
from tests.uploads import hostile

CHOSEN = {
    "category": "ngo", "language": "en", "consent": "yes", "mode": "remote", "remote_reason": "other",
    "interpretation": "fr", "time_zone": "Africa/Dakar",
}  # fmt: skip


def mark(page: str, field: str) -> str:
    """Words that stand nowhere else."""
    return f"Zq{page}{field.replace('_', '')}Xv"


def answers(page: str, group: type[Group]) -> dict[str, str]:
    """An answer to every question of a page: marked where it is typed, chosen where it is chosen."""
    given = {}
    for name, field in group.model_fields.items():
        if name in CHOSEN:
            given[name] = CHOSEN[name]
        elif get_args(field.annotation):
            given[name] = "yes"
        else:
            given[name] = mark(page, name) + ("@example.org" if name == "email" else "")
    return given


TYPED = [
    mark(page.name, name)
    for page in (*SECTIONS, *MEMBER_PAGES)
    for name, text in answers(page.name, page.group).items()
    if text.startswith("Zq")
]
NOTES = [mark("note", each) for each in ("question", "answer", "officer", "file", "draft")]


async def applied(running: Running) -> tuple[Applicant, str]:
    """An application with every field filled in, and another that is never sent."""
    focal = Applicant(running)
    for sent in (False, True):
        own = (await focal.post("/apply/demo", {"category": "ngo"})).partition("?")[0]
        for page in SECTIONS[1:]:
            given = answers(page.name, page.group)
            await focal.post(f"{own}/{page.name}", given if sent else {**given, "organisation": NOTES[4]})
        address = f"{own}/members/new"
        for page in MEMBER_PAGES:
            address = await focal.post(address, answers(page.name, page.group))
    await focal.post(f"{own}/submission", {})
    return focal, own


async def went_on(running: Running, focal: Applicant, own: str) -> Knocker:
    """Asked and answered, with a file, accredited, come, with a photograph; and an officer."""
    clerk, application = await running.place("secretariat"), await only(running)
    path = f"/at/{clerk.place_id}/console/applications/{application.application_id}"
    async with clerk.request("POST", f"{path}/question", data={"question": NOTES[0]}) as answer:
        assert answer.status == 303, answer.status
    await focal.post(own, {"do": "answer", "answer": NOTES[1]})
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in (("csrf", focal.csrf), ("purpose", "mandate")):
        form.add_field(name, value)
    form.add_field("file", hostile.saved(hostile.plain_pdf()), filename=f"{NOTES[3]}.pdf")
    async with (
        aiohttp.ClientSession(running.base) as session,
        session.post(f"{own}/evidence", data=form, allow_redirects=False) as answer,
    ):
        assert answer.status == 303, await answer.text()
    (token,) = await accept(running, application)
    one = Knocker(running.base, csrf=focal.csrf)
    async with one.request("POST", f"/l/{token}") as answer:
        secret = answer.cookies[DEVICE_COOKIE].value
        one.place_id = answer.headers["Location"].split("/")[2]
    device = await running.house.links.find_device(one.place_id, secret)
    assert device is not None
    one.csrf, one.jar, one.link_id = (
        running.house.signer.form_token(device.device_id),
        {DEVICE_COOKIE: secret},
        device.link_id,
    )
    await send_photograph(one, hostile.picture())
    await running.appoint("ngo", {"given_name": NOTES[2], "organisation": "x"})
    return one


async def delivered(running: Running) -> None:
    """Every mail lies as a file."""
    async with asyncio.timeout(20):
        while (await running.house.outbox.count(demo.SESSION_ID)).get(MailState.WAITING):  # noqa: ASYNC110  # nothing to wait on
            await asyncio.sleep(0.2)


async def sealed_pieces(running: Running) -> list[bytes]:
    """A piece of everything that lies sealed in the database."""
    pieces = []
    async with running.app[DATABASE].reading() as session:
        for table in metadata.tables.values():
            for column in table.columns:
                if isinstance(column.type, LargeBinary) and column.name in {"sealed", "protected"}:
                    chosen = select(column).where(column.is_not(None))
                    pieces += [bytes(each)[20:52] for each in (await session.execute(chosen)).scalars()]
    return pieces


def found(folder: Path, wanted: list[bytes]) -> set[bytes]:
    """Those of `wanted` that are in any file under a folder: database, its journal and log, uploads, mails."""
    there = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {each for each in wanted if any(each in data for data in there)}


async def opened(running: Running) -> str:
    """All that is sealed, opened."""
    words = []
    async with running.app[DATABASE].reading() as session:
        table = metadata.tables["dossier"]
        subjects = list((await session.execute(select(table.c.subject))).scalars())
        drafts = list((await session.execute(select(metadata.tables["draft"].c.application_id))).scalars())
    words += [str(each.fields) for each in await running.house.dossiers.about(subjects)]
    for application_id in drafts:
        draft = await running.house.drafts.of(application_id)
        words.append(str(draft))
        words += [str(each) for each in await running.house.draft_members.of(application_id)]
    words += [str(each) for subject in subjects for each in await running.house.files.files_of(subject)]
    return "\n".join(words)


async def test_nothing_is_found_after_its_day(tmp_path: Path) -> None:
    time = Time()
    async with running_app(tmp_path, time, mail_digest_minutes=0) as running:
        house = running.house
        one = await went_on(running, *await applied(running))
        await delivered(running)
        # All of it is there, sealed; mails lie open, and are found by their words.
        words = await opened(running)
        assert [each for each in (*TYPED, *NOTES) if each not in words] == []
        pieces, email = await sealed_pieces(running), mark("contact", "email").encode()
        files = [path.read_bytes()[20:52] for path in (tmp_path / "files").rglob("*") if path.is_file()]
        assert len(files) == 2
        wanted = [*pieces, *files, email]
        assert found(tmp_path, wanted) == set(wanted)
        known = {kind for kept in KEPT for kind in kept.dossiers}
        assert set(await house.dossiers.kinds()) <= known, "a kind without a purpose in rostrum/retention_table.py"

        # Wishes go first, and with them the person; the organisation's contact stays.
        time.ahead = timedelta(days=181)
        counted = await due_now(house, running.app[DATABASE])
        report = await house.purge.once(chores_of(house))
        assert report.failed == ()
        assert all(report.counts[kind] >= counted[kind] for kind in counted)
        assert report.counts["links"] >= 2, "secrets and devices of links that have ended"
        assert await house.files.files_of(one.place_id) == []
        words = await opened(running)
        assert mark("person", "family_name") not in words
        assert mark("contact", "family_name") in words

        time.ahead = timedelta(days=800)
        report = await house.purge.once(chores_of(house))
        assert report.failed == ()
        marks = [each.encode() for each in (*TYPED, *NOTES)]
        assert found(tmp_path, [*wanted, *marks, *(each.lower() for each in marks)]) == set()
        assert await sealed_pieces(running) == []
        assert not [path for folder in ("files", "uploads", "outbox") for path in (tmp_path / folder).rglob("*.*")]
        assert set((await due_now(house, running.app[DATABASE])).values()) == {0}
        assert await house.journal.verify() == []

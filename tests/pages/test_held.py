"""What is held about somebody, by their own link: read, taken along, and deleted so that nothing of it is found."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from rostrum.app import DATABASE
from rostrum.assembly.delegation import MemberState
from rostrum.assembly.place import LeaveSession
from rostrum.assembly.refusal import Refused
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION
from rostrum.identity.doorkeeper import DEVICE_COOKIE
from rostrum.record.tables import dossier
from tests.pages.test_delegation import Applicant, accept, only, state_of
from tests.support.app import Knocker, Running

NAMES = ("Quetzalcoatlita", "Xiuhtezcatlova", "quetza@example.org", "Delegate nine")


async def accredited(running: Running) -> tuple[Knocker, Applicant, str]:
    """Somebody with a place by an application; their focal point, and its address."""
    focal = Applicant(running)
    own = await focal.begin()
    given, family, email, alias = NAMES
    await focal.add(own, given_name=given, family_name=family, email=email, alias=alias)
    await focal.post(f"{own}/submission", {})
    (token,) = await accept(running, await only(running))
    one = Knocker(running.base, csrf=focal.csrf)
    async with one.request("POST", f"/l/{token}") as answer:
        assert answer.status == 303
        secret = answer.cookies[DEVICE_COOKIE].value
        one.place_id = answer.headers["Location"].split("/")[2]
    device = await running.house.links.find_device(one.place_id, secret)
    assert device is not None
    one.csrf, one.jar = running.house.signer.form_token(device.device_id), {DEVICE_COOKIE: secret}
    return one, focal, own


def anywhere(folder: Path, some: bytes) -> list[Path]:
    """The files under a folder that have these bytes in them."""
    return [path for path in folder.rglob("*") if path.is_file() and some in path.read_bytes()]


async def sealed(running: Running, subjects: list[str]) -> list[bytes]:
    """A piece of each dossier as it lies in the database."""
    chosen = select(dossier.c.sealed).where(dossier.c.subject.in_(subjects))
    async with running.app[DATABASE].reading() as session:
        return [one[20:60] for one in (await session.execute(chosen)).scalars()]


async def test_it_is_read_and_taken_along(running: Running) -> None:
    one, _, _ = await accredited(running)
    async with one.request("GET", f"/at/{one.place_id}/held") as answer:
        text = await answer.text()
    assert all(name in text for name in NAMES)
    assert "Your wishes for protection" in text
    async with one.request("GET", f"/at/{one.place_id}/held/archive") as answer:
        assert answer.content_type == "application/zip"
        bundle = zipfile.ZipFile(io.BytesIO(await answer.read()))
    told = json.loads(bundle.read("held.json"))
    assert all(name in json.dumps(told["written"], ensure_ascii=False) for name in NAMES)
    assert {"PlaceGranted", "LinkBound"} <= {each["kind"] for each in told["record"]}
    # A mail has personal links in it, and an address may be several people's.
    assert "/l/" not in json.dumps(told)


async def test_it_is_deleted_once_it_was_confirmed(running: Running) -> None:
    one, focal, own = await accredited(running)
    house, path = running.house, f"/at/{one.place_id}/held/deletion"
    async with one.request("POST", path) as answer:
        assert answer.status == 422
        assert 'id="error-summary"' in await answer.text()
    assert not (await state_of(running)).places[one.place_id].closed
    (member,) = (await only(running)).members.values()
    pieces = await sealed(running, [one.place_id, member.member_id])
    assert len(pieces) == 2
    assert all(anywhere(house.settings.data, piece) for piece in pieces)
    for mail in await house.outbox.claim(house.clock(), 20):
        await house.outbox.mark_sent([mail.mail_id], house.clock())
        written = house.settings.data / "outbox" / f"{mail.mail_id}.eml"
        written.parent.mkdir(exist_ok=True)
        written.write_text(mail.recipient)
    async with one.request("POST", path, data={"sure": "yes"}) as answer:
        assert answer.status == 200
        assert "your link opens nothing any more" in await answer.text()
    assert await one.status("GET", f"/at/{one.place_id}/held") in {401, 403}
    session = await state_of(running)
    assert session.places[one.place_id].closed
    assert all(link.revoked_at for link in session.links.values() if link.place_id == one.place_id)
    (member,) = (await only(running)).members.values()
    assert member.state is MemberState.REMOVED
    assert await house.dossiers.about([one.place_id, member.member_id]) == []
    assert not [mail for mail in await house.outbox.recent(demo.SESSION_ID) if mail.recipient == NAMES[2]]
    assert not [found for piece in pieces for found in anywhere(house.settings.data, piece)]
    assert not anywhere(house.settings.data, NAMES[2].encode())
    focal_reads = await focal.read(own)
    assert not [name for name in NAMES if name in focal_reads]
    assert await house.journal.verify() == []


async def test_an_office_is_not_left_by_a_button(running: Running) -> None:
    desk = running.house.desk
    for category in ("secretariat", "presiding-officer"):
        officer = await running.place(category)
        path = f"/at/{officer.place_id}/held"
        assert await officer.status("GET", path) == 200
        async with officer.request("POST", f"{path}/deletion", data={"sure": "yes"}) as answer:
            assert answer.status == 409
        place = (await state_of(running)).places[officer.place_id]
        with pytest.raises(Refused):
            await desk.act(ACCREDITATION, demo.SESSION_ID, LeaveSession(), place.actor())
        assert not (await state_of(running)).places[officer.place_id].closed

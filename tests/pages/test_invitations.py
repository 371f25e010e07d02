"""Invitations for people's own calendars, to a real mail server: zones, sequence, and what is not said."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from pathlib import Path

import pytest_asyncio
from icalendar import Calendar

from rostrum.cli import demo
from rostrum.desk import MEETING
from tests.pages.test_delegation import Applicant, accept, only
from tests.pages.test_wishes import protect
from tests.support.app import Knocker, Running, Time, running_app
from tests.support.mails import Receiver, serving

DAKAR, KYIV, HIDDEN = "dakar@example.org", "kyiv@example.org", "hidden@example.org"
FORM = {
    "title-en": "Working group on ⟪witnesses⟫",
    "kind": "public",
    "starts": "2027-07-06T10:00",
    "zone": "Europe/Amsterdam",
    "items": "0",
}


@pytest_asyncio.fixture
async def receiver() -> Receiver:
    return Receiver()


@pytest_asyncio.fixture
async def running(tmp_path: Path, receiver: Receiver) -> AsyncIterator[Running]:
    """With a mail server, and no waiting for a digest."""
    with serving(receiver) as url:
        given = {"smtp_url": url, "mail_digest_minutes": 0, "public_url": "https://site.example"}
        async with running_app(tmp_path / "data", clock=Time(), **given) as running:
            yield running


async def places(running: Running) -> None:
    """Three people with addresses: in two zones, and one who asked for protection."""
    for address, zone, wishes in (
        (DAKAR, "Africa/Dakar", {}),
        (KYIV, "Europe/Kyiv", {}),
        (HIDDEN, "Asia/Tokyo", {"alias": "K"}),
    ):
        fields = {"given_name": "Given⟪name⟫", "organisation": "Org⟪name⟫", "email": address, "language": "en"}
        place_id, link_id, _ = await running.appoint("ngo", {**fields, "time_zone": zone})
        if wishes:
            await protect(running, Knocker(running.base, place_id, link_id, ""), **wishes)


async def send(clerk: Knocker, path: str, **form: str) -> None:
    async with clerk.request("POST", f"/at/{clerk.place_id}/console/{path}", data=form) as answer:
        assert answer.status == 303, await answer.text()


async def arrived(running: Running, receiver: Receiver, number: int) -> dict[str, EmailMessage]:
    """The newest mails, by recipient, once there are so many in all."""
    async with asyncio.timeout(20):
        while len(receiver.taken) < number:  # noqa: ASYNC110  # the receiver has a thread of its own
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.1)
    assert len(receiver.taken) == number
    return {str(message["To"]): message for message in receiver.messages[-3:]}


def read(part: Message) -> Calendar:
    """The calendar in a part."""
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert all(len(line) <= 75 for line in payload.split(b"\r\n")), "RFC 5545, 3.1"
    return Calendar.from_ical(payload)


def invited(message: EmailMessage) -> tuple[str, Calendar]:
    """(method as the mail says it, the calendar in it)."""
    (part,) = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    return str(part.get_param("method")), read(part)


async def test_convened_revised_and_called_off(running: Running, receiver: Receiver) -> None:
    await places(running)
    clerk = await running.place("secretariat")
    await send(clerk, "convening", **FORM)
    first = await arrived(running, receiver, 3)
    assert set(first) == {DAKAR, KYIV, HIDDEN}
    told = {to: invited(message) for to, message in first.items()}
    events = {to: calendar.events[0] for to, (_, calendar) in told.items()}
    for to, (method, calendar) in told.items():
        assert method == calendar["METHOD"] == "REQUEST"
        assert events[to].decoded("dtstart") == datetime(2027, 7, 6, 8, tzinfo=UTC)
        assert events[to]["ATTENDEE"] == f"mailto:{to}"
        assert "/l/" not in calendar.to_ical().decode()
    assert b"DTSTART:20270706T080000Z" in told[DAKAR][1].to_ical()
    assert b"DTSTART;TZID=Europe/Kyiv:20270706T110000" in told[KYIV][1].to_ical()
    (kyiv,) = told[KYIV][1].walk("VTIMEZONE")
    assert kyiv["TZID"] == "Europe/Kyiv"
    offsets = {part["TZOFFSETTO"].to_ical() for part in kyiv.subcomponents}
    assert offsets == {"+0200", "+0300"}, "winter and summer"
    assert events[DAKAR]["LOCATION"] == "https://site.example"
    plain = first[KYIV].get_body(("plain",))
    assert plain is not None
    assert re.search(r"Jul 6, 2027, 11:00\sAM", plain.get_content())
    assert "Europe/Kyiv" in plain.get_content()

    (meeting_id,) = [each for each in await running.house.desk.identifiers(MEETING) if each != demo.MEETING_ID]
    await send(clerk, f"meetings/{meeting_id}/announcement", **{**FORM, "starts": "2027-07-07T15:00"})
    second = {to: invited(message) for to, message in (await arrived(running, receiver, 6)).items()}
    await send(clerk, f"meetings/{meeting_id}/cancellation", x="y")
    third = {to: invited(message) for to, message in (await arrived(running, receiver, 9)).items()}
    for to in (DAKAR, KYIV, HIDDEN):
        versions = [one[to][1].events[0] for one in (told, second, third)]
        assert len({str(event["UID"]) for event in versions}) == 1
        sequences = [event.decoded("sequence") for event in versions]
        assert sequences == sorted(set(sequences))
        assert versions[1].decoded("dtstart") == datetime(2027, 7, 7, 13, tzinfo=UTC)
        assert third[to][0] == "CANCEL"
        assert versions[2]["STATUS"] == "CANCELLED"


async def test_who_asked_for_protection_is_asked_to_an_appointment(running: Running, receiver: Receiver) -> None:
    await places(running)
    clerk = await running.place("secretariat")
    await send(clerk, "convening", **FORM)
    message = (await arrived(running, receiver, 3))[HIDDEN]
    _, calendar = invited(message)
    assert str(calendar.events[0]["SUMMARY"]) == "Appointment"
    assert "LOCATION" not in calendar.events[0]
    assert str(calendar.events[0]["CLASS"]) == "PRIVATE"
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    text = b"".join(part for part in parts if isinstance(part, bytes)).decode()
    for word in ("⟪", "site.example", "Assembly", "secretariat", "Secretariat"):
        assert word not in text + str(message["Subject"]), word


async def test_a_change_that_calendars_do_not_show_is_no_mail(running: Running, receiver: Receiver) -> None:
    await places(running)
    clerk = await running.place("secretariat")
    await send(clerk, "convening", **FORM)
    await arrived(running, receiver, 3)
    (meeting_id,) = [each for each in await running.house.desk.identifiers(MEETING) if each != demo.MEETING_ID]
    agenda = {"items": "1", "item-0-id": "", "item-0-number": "1", "item-0-en": "Opening"}
    await send(clerk, f"meetings/{meeting_id}/announcement", **{**FORM, **agenda})
    # one that is closed is called off for those whom it no longer admits
    await send(clerk, f"meetings/{meeting_id}/announcement", **{**FORM, **agenda, "kind": "closed"})
    assert {invited(each)[0] for each in (await arrived(running, receiver, 6)).values()} == {"CANCEL"}


async def test_with_the_link_come_the_meetings_that_may_be_attended(running: Running, receiver: Receiver) -> None:
    clerk = await running.place("secretariat")
    await send(clerk, "convening", **FORM)
    await send(clerk, "convening", **{**FORM, "kind": "closed", "title-en": "Behind doors"})
    focal = Applicant(running)
    own = await focal.begin()
    await focal.add(own, email="member@example.org", time_zone="Asia/Kolkata")
    await focal.post(f"{own}/submission", {})
    await accept(running, await only(running))
    async with asyncio.timeout(20):
        while "member@example.org" not in {str(each["To"]) for each in receiver.messages}:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.05)
    (message,) = [each for each in receiver.messages if each["To"] == "member@example.org"]
    parts = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    shown = [read(part) for part in parts]
    # the demonstration's own meeting, and the one just convened; not the closed one
    assert [each["METHOD"] for each in shown] == ["REQUEST", "REQUEST"]
    assert {str(each.events[0]["SUMMARY"]) for each in shown} == {"1st plenary meeting", FORM["title-en"]}
    assert all(b"TZID=Asia/Kolkata" in each.to_ical() for each in shown)
    plain = message.get_body(("plain",))
    assert plain is not None
    assert re.search(r"Jul 6, 2027, 1:30\sPM", plain.get_content())
    assert "Asia/Kolkata" in plain.get_content()
    assert "Behind doors" not in plain.get_content()

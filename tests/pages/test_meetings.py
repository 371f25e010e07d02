"""Meetings convened, revised and cancelled in the console; who sees and enters which."""

import re
from collections.abc import Mapping

from rostrum.assembly.meeting import Meeting, MeetingKind, MeetingState
from rostrum.desk import MEETING
from tests.support.app import Knocker, Running

ANNOUNCED = {
    "title-en": "Informal consultations",
    "title-fr": "Consultations officieuses",
    "kind": "closed",
    "starts": "2027-03-01T15:00",
    "zone": "Africa/Dakar",
    "items": "3",
    "item-0-number": "1",
    "item-0-en": "Budget",
    "item-0-fr": "Budget-programme",
    "item-1-number": "2",
    "item-1-en": "Other matters",
}


async def sent(place: Knocker, path: str, data: Mapping[str, str]) -> tuple[int, str]:
    async with place.request("POST", f"/at/{place.place_id}/console/{path}", data=data) as answer:
        return answer.status, await answer.text()


async def read(place: Knocker, path: str) -> tuple[int, str]:
    async with place.request("GET", f"/at/{place.place_id}/{path}") as answer:
        return answer.status, await answer.text()


async def convened(running: Running, **changes: str) -> Meeting:
    """The meeting that the secretariat has convened by the form."""
    before = set(await running.house.desk.identifiers(MEETING))
    assert (await sent(await running.place("secretariat"), "convening", {**ANNOUNCED, **changes}))[0] == 303
    (meeting_id,) = set(await running.house.desk.identifiers(MEETING)) - before
    return (await running.house.desk.load(MEETING, meeting_id)).state


async def test_a_meeting_is_convened_as_it_was_announced(running: Running) -> None:
    meeting = await convened(running)
    assert meeting.titles == {"en": "Informal consultations", "fr": "Consultations officieuses"}
    assert (meeting.kind, meeting.state) == (MeetingKind.CLOSED, MeetingState.SCHEDULED)
    assert meeting.scheduled_at is not None
    assert meeting.scheduled_at.isoformat() == "2027-03-01T15:00:00+00:00"
    assert [(item.number, item.titles) for item in meeting.agenda] == [
        ("1", {"en": "Budget", "fr": "Budget-programme"}),
        ("2", {"en": "Other matters"}),
    ]
    assert len({item.item_id for item in meeting.agenda}) == 2


async def test_a_form_with_mistakes_says_which_and_keeps_what_was_typed(running: Running) -> None:
    secretariat = await running.place("secretariat")
    wrong = {**ANNOUNCED, "title-en": "", "starts": "tomorrow", "item-1-en": "", "item-1-fr": "Questions <diverses>"}
    status, text = await sent(secretariat, "convening", wrong)
    assert status == 422
    for field in ("title-en", "starts", "item-1-en"):
        assert f'<a href="#{field}">' in text
    assert "Consultations officieuses" in text
    assert "Questions &lt;diverses&gt;" in text
    assert 'value="Africa/Dakar" selected' in text


async def test_an_announcement_is_revised_and_items_stay_the_same_ones(running: Running) -> None:
    meeting = await convened(running)
    secretariat = await running.place("secretariat")
    path = f"meetings/{meeting.meeting_id}/announcement"
    status, text = await read(secretariat, f"console/{path}")
    assert status == 200
    assert 'value="2027-03-01T15:00"' in text
    first = meeting.agenda[0].item_id
    revised = {**ANNOUNCED, "item-0-id": first, "item-0-en": "Programme budget", "item-1-id": "not-on-the-agenda"}
    assert (await sent(secretariat, path, revised))[0] == 303
    after = (await running.house.desk.load(MEETING, meeting.meeting_id)).state
    assert (after.agenda[0].item_id, after.agenda[0].titles["en"]) == (first, "Programme budget")
    assert after.agenda[1].item_id not in ("not-on-the-agenda", meeting.agenda[1].item_id)


async def test_a_cancelled_meeting_is_shown_as_such_and_not_opened(running: Running) -> None:
    meeting = await convened(running, kind="public")
    secretariat, delegate = await running.place("secretariat"), await running.place("state-party")
    assert (await sent(secretariat, f"meetings/{meeting.meeting_id}/cancellation", {}))[0] == 303
    assert (await sent(secretariat, f"meetings/{meeting.meeting_id}/opening", {}))[0] == 409
    status, text = await read(delegate, "programme")
    assert status == 200
    assert re.search(r"Informal consultations.*?cancelled", text, re.DOTALL)
    assert f"check/{meeting.meeting_id}" not in text


async def test_a_closed_meeting_is_for_those_who_attend_closed_ones(running: Running) -> None:
    meeting = await convened(running)
    ngo, delegate = await running.place("ngo"), await running.place("state-party")
    assert "Informal consultations" in (await read(delegate, "programme"))[1]
    assert "Informal consultations" not in (await read(ngo, "programme"))[1]
    for path in ("meeting", "check", "live"):
        address = f"{path}/{meeting.meeting_id}?view=room"
        assert await ngo.status("GET", f"/at/{ngo.place_id}/{address}") == 403, path
        assert await delegate.status("GET", f"/at/{delegate.place_id}/{address}") == 200, path
    for place, status in ((ngo, 403), (delegate, 200)):
        assert await place.status("POST", f"/at/{place.place_id}/media-pass/{meeting.meeting_id}") == status
    assert await ngo.status("POST", f"/at/{ngo.place_id}/meeting/{meeting.meeting_id}/request") == 403


async def test_with_several_meetings_a_place_leads_to_the_programme(running: Running) -> None:
    ngo = await running.place("ngo")
    async with ngo.request("GET", f"/at/{ngo.place_id}/") as answer:
        assert answer.status == 303
    await convened(running, kind="working-group")
    status, text = await read(ngo, "")
    assert status == 200
    assert "working group" in text

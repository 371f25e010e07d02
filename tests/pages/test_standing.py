"""The secretariat changes what a category may do: it sees whom, confirms, and it holds at once everywhere."""

from rostrum.cli.demo import MEETING_ID, SESSION_ID
from rostrum.desk import ACCREDITATION
from tests.support.app import Running

NGO = {
    "rights": "attend",
    "documents": "general",
    "seats": "remote",
    "limit_s": "120",
    "members_max": "5",
    "evidence": "mandate, registration",
    "applies": "yes",
    "text": "Decision of the Bureau",
}


async def test_a_change_is_looked_at_then_made_then_enforced(running: Running) -> None:
    secretariat, ngo = await running.place("secretariat"), await running.place("ngo")
    room = f"/at/{ngo.place_id}/meeting/{MEETING_ID}"
    assert await ngo.status("GET", room) == 200
    path = f"/at/{secretariat.place_id}/console/standing/ngo"
    async with secretariat.request("POST", path, data={**NGO, "do": "look"}) as answer:
        words = await answer.text()
    assert answer.status == 200
    assert "Whom this touches" in words
    assert "They no longer attend: public meetings" in " ".join(words.split())
    assert await ngo.status("GET", room) == 200, "a look changes nothing"
    async with secretariat.request("POST", path, data={**NGO, "do": "confirm"}) as answer:
        assert answer.status == 303
    assert await ngo.status("GET", room) == 403
    assert await ngo.status("GET", f"/at/{ngo.place_id}/live/{MEETING_ID}?view=room") == 403
    session = (await running.house.desk.load(ACCREDITATION, SESSION_ID)).state
    assert session.rules.evidence("ngo") == ("mandate", "registration")
    assert session.places[ngo.place_id].rights == {"attend"}


async def test_a_form_with_mistakes_says_them_and_keeps_what_was_typed(running: Running) -> None:
    secretariat = await running.place("secretariat")
    path = f"/at/{secretariat.place_id}/console/standing/new"
    typed = {"code": "Not So", "limit_s": "x", "members_max": "7", "do": "look"}
    async with secretariat.request("POST", path, data=typed) as answer:
        words = await answer.text()
    assert answer.status == 422
    for part in ('id="code-error"', 'id="limit_s-error"', 'id="seats-error"', 'id="text-error"', 'value="Not So"'):
        assert part in words


async def test_the_secretariat_cannot_lock_itself_out(running: Running) -> None:
    secretariat = await running.place("secretariat")
    path = f"/at/{secretariat.place_id}/console/standing/secretariat"
    async with secretariat.request("POST", path, data={**NGO, "applies": "", "do": "confirm"}) as answer:
        assert answer.status == 422
        assert "You cannot take from your own category" in await answer.text()

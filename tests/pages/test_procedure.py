"""The meeting run through its pages by plain forms: motions, consensus, votes, the list, the rules."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from rostrum.app import DATABASE
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.entry import Kind
from rostrum.assembly.meeting import EVENTS, Meeting
from rostrum.assembly.rules.procedure import Closing, Order
from rostrum.assembly.sitting import AdoptRules, ResumeMeeting, RulesAdopted, SuspendMeeting
from rostrum.assembly.speaking import CallSpeaker, EndSpeech
from rostrum.assembly.voting import CastVote, Choice, VoteState
from rostrum.cli.demo import MEETING_ID, SESSION_ID
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.presence_keeper import note_presence
from rostrum.record.ballots import once
from rostrum.webroot import web_root
from tests.support.app import Knocker, Running

FETCHED = {"Rostrum-Fetch": "1", "Accept": "application/problem+json"}


async def meeting(running: Running) -> Meeting:
    return (await running.house.desk.load(MEETING, MEETING_ID)).state


async def send(place: Knocker, path: str, fields: Mapping[str, str] | None = None) -> int:
    """A form of the room ("request") or of the console ("console/…"), sent by script."""
    area = f"console/meetings/{MEETING_ID}" if path.startswith("console/") else f"meeting/{MEETING_ID}"
    address = f"/at/{place.place_id}/{area}/{path.removeprefix('console/')}"
    async with place.request("POST", address, data=fields or {}, headers=FETCHED) as answer:
        return answer.status


async def read(place: Knocker, path: str) -> str:
    async with place.request("GET", f"/at/{place.place_id}/{path}") as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def test_a_point_of_order_interrupts_is_ruled_on_and_the_floor_goes_back(running: Running) -> None:
    chair, ngo = await running.place("presiding-officer"), await running.place("ngo")
    state = await running.place("state-party")
    assert await send(ngo, "request") == 204
    entry_id = (await meeting(running)).floor.waiting[0].entry_id
    assert await send(chair, f"console/call/{entry_id}") == 204
    assert await send(ngo, "motion", {"kind": "point-of-order"}) == 409, "an NGO rises to no point of order"
    assert await send(state, "motion", {"kind": "point-of-order"}) == 204
    assert "Point of order" in await read(chair, f"console/meetings/{MEETING_ID}")
    point = (await meeting(running)).floor.interrupting[0].entry_id
    assert await send(chair, f"console/motion/{point}/taking-up") == 204
    now = (await meeting(running)).floor
    assert now.speech is not None
    assert (now.speech.entry_id, now.interrupted[0].entry_id) == (point, entry_id)
    assert await send(state, "yield") == 204
    assert await send(chair, f"console/motion/{point}/disagreement") == 204
    assert "Appeal the ruling" in await read(state, f"meeting/{MEETING_ID}")
    assert await send(chair, f"console/speech/{entry_id}/return") == 204
    after = await meeting(running)
    assert after.floor.speech is not None
    assert after.floor.speech.entry_id == entry_id
    assert await send(state, f"motion/{point}/appeal") == 409, "something has followed since"


async def test_an_end_that_names_another_statement_ends_nobody(running: Running) -> None:
    chair, ngo, state = [await running.place(each) for each in ("presiding-officer", "ngo", "state-party")]
    for place in (ngo, state):
        assert await send(place, "request") == 204
    first, second = (entry.entry_id for entry in (await meeting(running)).floor.waiting)
    assert await send(chair, f"console/call/{first}") == 204
    assert await send(chair, f"console/speech/{first}/end") == 204
    assert await send(chair, f"console/call/{second}") == 204
    assert await send(chair, f"console/speech/{first}/end") == 409, "a console that is behind the times"
    speech = (await meeting(running)).floor.speech
    assert speech is not None
    assert speech.entry_id == second
    assert await send(chair, f"console/speech/{second}/undo-call") == 204
    assert [entry.entry_id for entry in (await meeting(running)).floor.waiting] == [second]


async def test_the_list_is_closed_with_consent_and_an_objection_stops_it(running: Running) -> None:
    chair, state = await running.place("presiding-officer"), await running.place("state-party")
    assert await send(chair, "console/list/closure") == 204
    asked = (await meeting(running)).consents.current
    assert asked is not None
    assert "May the list of speakers be closed?" in await read(state, f"meeting/{MEETING_ID}")
    assert await send(chair, f"console/consent/{asked.consent_id}/declaration") == 409, "the window is open"
    assert await send(state, f"consent/{asked.consent_id}/objection") == 204
    assert "Your delegation objects." in await read(state, f"meeting/{MEETING_ID}")
    assert await send(chair, f"console/consent/{asked.consent_id}/end") == 204
    assert (await meeting(running)).floor.list_open
    await running.set_list(False)
    assert not (await meeting(running)).floor.list_open
    assert await send(state, "request") == 409


async def test_a_vote_has_its_roll_and_counts_each_delegation_once(running: Running) -> None:
    clerk, state, ngo = [await running.place(each) for each in ("secretariat", "state-party", "ngo")]
    session = (await running.house.desk.load(ACCREDITATION, SESSION_ID)).state
    own, other = session.places[state.place_id].delegation_id, session.places["demo-delegate"].delegation_id
    text = {"text": "Draft resolution L.3 <script>", "subject": "substance"}
    assert await send(clerk, "console/vote", text) == 409, "nobody is there"
    for delegation_id in (own, other):
        assert await send(clerk, "console/presence", {"delegation_id": delegation_id, "here": "yes"}) == 204
    assert await send(clerk, "console/vote", {"subject": "substance"}) == 422
    assert await send(clerk, "console/vote", text) == 204
    vote = (await meeting(running)).votes.current
    assert vote is not None
    assert vote.roll == {own, other}
    page = await read(state, f"meeting/{MEETING_ID}")
    assert "Draft resolution L.3 &lt;script&gt;" in page
    assert "Cast this vote" in page
    assert await send(ngo, f"vote/{vote.vote_id}", {"choice": "no"}) == 403
    assert await send(state, f"vote/{vote.vote_id}", {"choice": "maybe"}) == 422
    assert await send(state, f"vote/{vote.vote_id}", {"choice": "yes"}) == 204
    assert await send(state, f"vote/{vote.vote_id}", {"choice": "no"}) == 409
    hand = {"delegation_id": other, "choice": "abstain"}
    assert await send(clerk, f"console/vote/{vote.vote_id}/hand", hand) == 204
    assert await send(clerk, f"console/vote/{vote.vote_id}/hand", hand) == 409
    assert await send(clerk, "console/list/closure") == 409, "nothing interrupts a vote"
    assert await send(clerk, f"console/vote/{vote.vote_id}/closure") == 204
    closed = (await meeting(running)).votes.votes[vote.vote_id]
    assert closed.state is VoteState.CLOSED
    assert closed.cast == {own: Choice.YES, other: Choice.ABSTAIN}
    assert closed.adopted, "who abstains is not voting"
    assert "adopted" in await read(ngo, f"meeting/{MEETING_ID}")


async def test_the_database_itself_takes_no_second_vote(running: Running) -> None:
    clerk, state = await running.place("secretariat"), await running.place("state-party")
    place = (await running.house.desk.load(ACCREDITATION, SESSION_ID)).state.places[state.place_id]
    for delegation_id in (place.delegation_id, "delegation-delegate"):
        await send(clerk, "console/presence", {"delegation_id": delegation_id, "here": "yes"})
    assert await send(clerk, "console/vote", {"text": "L.4", "subject": "procedure"}) == 204
    vote = (await meeting(running)).votes.current
    assert vote is not None
    stamp = once(MEETING_ID, vote.vote_id, place.delegation_id)
    async with running.app[DATABASE].session() as session:
        await stamp(session)
    command = CastVote(vote.vote_id, Choice.YES)
    with pytest.raises(IntegrityError):
        await running.house.desk.act(MEETING, MEETING_ID, command, place.actor(), also=[stamp])
    assert (await meeting(running)).votes.votes[vote.vote_id].cast == {}


async def test_two_change_places_when_both_agree(running: Running) -> None:
    ngo, state = await running.place("ngo"), await running.place("state-party")
    for place in (ngo, state):
        await send(place, "request")
    first, second = (entry.entry_id for entry in (await meeting(running)).floor.waiting)
    assert await send(state, f"swap/{second}", {"with_id": first}) == 204
    assert "would like to change places with you" in await read(ngo, f"meeting/{MEETING_ID}")
    assert await send(state, f"swap/{second}/acceptance", {"with_id": first}) == 409, "not for the one who asks"
    assert await send(ngo, f"swap/{second}/acceptance", {"with_id": first}) == 204
    assert [entry.entry_id for entry in (await meeting(running)).floor.waiting] == [second, first]


async def test_the_secretariat_inscribes_a_typed_name_and_moves_it_with_a_reason(running: Running) -> None:
    clerk, ngo = await running.place("secretariat"), await running.place("ngo")
    await send(ngo, "request")
    typed = {"typed_delegation": "Tuvalu <b>", "typed_person": "H. E. Someone", "category": "state-party"}
    assert await send(clerk, "console/list/inscription", typed | {"typed_delegation": ""}) == 422
    assert await send(clerk, "console/list/inscription", typed) == 204
    first, second = (entry.entry_id for entry in (await meeting(running)).floor.waiting)
    page = await read(clerk, f"console/meetings/{MEETING_ID}/list/{second}/place")
    assert "Tuvalu &lt;b&gt;" in page
    assert await send(clerk, f"console/list/{second}/move", {"before": first}) == 409, "a reason is missing"
    assert await send(clerk, f"console/list/{second}/move", {"before": first, "reason": "protocol"}) == 204
    assert [entry.entry_id for entry in (await meeting(running)).floor.waiting] == [second, first]
    acts = await read(clerk, f"console/meetings/{MEETING_ID}/acts")
    assert "Moved on the list" in acts
    assert "Protocol" in acts
    recorded = await running.house.journal.read(MEETING.stream(MEETING_ID))
    assert not any("Tuvalu" in repr(row.event) for row in recorded), "what is typed lies in a dossier"


async def test_a_reply_is_tied_to_what_it_answers(running: Running) -> None:
    chair, ngo, state = [await running.place(each) for each in ("presiding-officer", "ngo", "state-party")]
    assert await send(state, "reply", {"answers": "nothing"}) == 409
    await send(ngo, "request")
    entry_id = (await meeting(running)).floor.waiting[0].entry_id
    await send(chair, f"console/call/{entry_id}")
    assert await send(state, "reply", {"answers": entry_id}) == 204
    await running.house.desk.act(MEETING, MEETING_ID, EndSpeech(entry_id), SYSTEM)
    reply = (await meeting(running)).floor.waiting[0]
    assert (reply.kind, reply.answers) == (Kind.REPLY, entry_id)
    assert "Right of reply" in await read(chair, f"console/meetings/{MEETING_ID}")


async def test_somebody_who_waits_reads_when_their_turn_may_come(running: Running) -> None:
    ngo, state = await running.place("ngo"), await running.place("state-party")
    for place in (ngo, state):
        await send(place, "request")
    page = await read(state, f"meeting/{MEETING_ID}")
    assert "You are number 2 on the list." in page
    assert "Your turn may come in" in page
    assert "Get ready: your turn comes soon." in page, "one is before them"


async def test_rules_are_changed_by_decision_for_meetings_that_do_not_sit(running: Running) -> None:
    clerk = await running.place("secretariat")
    address = f"/at/{clerk.place_id}/console/rules"
    fields = {
        "order": "general-debate", "closing": "chair", "replies_when": "any-time", "interleave_after": "5",
        "reply_number": "2", "first_reply_s": "240", "second_reply_s": "120", "final_warning_s": "15",
        "group_limit_s": "480", "silence_s": "20", "undo_s": "30", "members": "125", "text": "Decided <today>.",
    }  # fmt: skip
    wrong = fields | {"members": "many", "text": ""}
    async with clerk.request("POST", address, data=wrong) as answer:
        page = await answer.text()
        assert answer.status == 422
        assert "error-summary" in page
        assert 'value="many"' in page, "what was typed is kept"
    async with clerk.request("POST", address, data=fields) as answer:
        assert answer.status == 303
    session = (await running.house.desk.load(ACCREDITATION, SESSION_ID)).state
    assert session.rules.procedure.quorum.members == 125
    assert (await meeting(running)).rules.procedure.quorum.members == 0, "a meeting that sits goes on as it was opened"
    await running.house.desk.act(MEETING, MEETING_ID, SuspendMeeting(), SYSTEM)
    async with clerk.request("POST", address, data=fields | {"silence_s": "25"}) as answer:
        assert answer.status == 303
    procedure = (await meeting(running)).rules.procedure
    assert (procedure.speakers.order, procedure.speakers.closing) == (Order.GENERAL_DEBATE, Closing.CHAIR)
    recorded = await running.house.journal.read(MEETING.stream(MEETING_ID))
    assert isinstance(recorded[-1].event, RulesAdopted)


def test_every_act_has_its_words() -> None:
    words = (web_root() / "templates/components/procedure_words.html").read_text("utf-8")
    assert not [each.__name__ for each in EVENTS if f'"{each.__name__}"' not in words]


async def test_without_scripts_a_form_leads_back_to_its_page(running: Running) -> None:
    ngo = await running.place("ngo")
    async with ngo.request("POST", f"/at/{ngo.place_id}/meeting/{MEETING_ID}/request") as answer:
        assert (answer.status, answer.headers["Location"]) == (303, f"/at/{ngo.place_id}/meeting/{MEETING_ID}")


async def test_who_has_a_page_open_far_away_is_present_once(running: Running) -> None:
    state = await running.place("state-party")
    path = f"/at/{state.place_id}/live/{MEETING_ID}?view=room"
    async with state.request("GET", path) as first, state.request("GET", path) as second:
        for answer in (first, second):
            await answer.content.readline()
        await note_presence(running.house, await meeting(running))
        place = (await running.house.desk.load(ACCREDITATION, SESSION_ID)).state.places[state.place_id]
        assert (await meeting(running)).presence.remote == {place.delegation_id}
    async with asyncio.timeout(10):
        while (await meeting(running)).presence.remote:
            await note_presence(running.house, await meeting(running))
            await asyncio.sleep(0.05)


async def test_the_machine_ends_a_statement_only_where_the_rules_say_so(running: Running) -> None:
    ngo = await running.place("ngo")
    await send(ngo, "request")
    desk, held = running.house.desk, await meeting(running)
    entry_id = held.floor.waiting[0].entry_id
    procedure = held.rules.procedure
    cutting = replace(held.rules, procedure=replace(procedure, time=replace(procedure.time, cut_off=True)))
    for command in (SuspendMeeting(), AdoptRules(cutting), ResumeMeeting(), CallSpeaker(entry_id, limit_ms=1)):
        await desk.act(MEETING, MEETING_ID, command, SYSTEM)
    async with asyncio.timeout(20):
        while (await meeting(running)).floor.speech is not None:  # noqa: ASYNC110  # nothing to wait on
            await asyncio.sleep(0.05)
    recorded = await running.house.journal.read(MEETING.stream(MEETING_ID))
    assert (recorded[-1].event.entry_id, recorded[-1].actor) == (entry_id, "system")  # type: ignore[union-attr]


async def test_what_was_written_into_a_refused_form_can_be_copied_from_its_answer(running: Running) -> None:
    clerk = await running.place("secretariat")
    written = "That the Assembly, recalling <resolution> ICC-ASP/20/Res.5, decides as follows"
    path = f"/at/{clerk.place_id}/console/meetings/{MEETING_ID}/vote"
    async with clerk.request("POST", path, data={"text": written, "subject": "substance"}) as answer:
        assert answer.status == 409, "nobody is there"
        page = await answer.text()
    assert "recalling &lt;resolution&gt; ICC-ASP/20/Res.5, decides as follows</textarea>" in page
    assert "substance" not in page
    async with clerk.request("POST", path, data={"text": written}, csrf="another site's") as answer:
        assert answer.status == 403
        assert "recalling" not in await answer.text()

"""Opened with a quorum, or on the record without; ranks and groups that are stated and confirmed."""

from dataclasses import replace

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.credentials import KeepRoll
from rostrum.assembly.rules.procedure import Order
from rostrum.assembly.sitting import MeetingState, ResumeMeeting, SuspendMeeting
from rostrum.assembly.speakers import OpenList
from rostrum.cli.demo import MEETING_ID, SESSION_ID
from rostrum.desk import ACCREDITATION, CREDENTIALS, MEETING
from tests.pages.test_procedure import meeting, read, send
from tests.support.app import Running

CONSOLE = f"console/meetings/{MEETING_ID}"


async def test_without_a_quorum_a_meeting_is_resumed_only_on_the_record(running: Running) -> None:
    chair = await running.place("presiding-officer")
    await running.house.desk.act(MEETING, MEETING_ID, SuspendMeeting(), SYSTEM)
    assert await send(chair, "console/meeting-resumption") == 409
    assert "Resume it without a quorum" in await read(chair, CONSOLE)
    assert await send(chair, "console/meeting-resumption", {"without": "quorum"}) == 204
    assert (await meeting(running)).state is MeetingState.OPEN
    assert "(without a quorum)" in await read(chair, f"{CONSOLE}/acts")


async def test_the_roll_of_states_says_of_how_many_the_quorum_is(running: Running) -> None:
    clerk, state = await running.place("secretariat"), await running.place("state-party")
    session = (await running.house.desk.load(ACCREDITATION, SESSION_ID)).state
    delegation_id = session.places[state.place_id].delegation_id
    assert await send(clerk, "console/presence", {"delegation_id": delegation_id, "here": "yes"}) == 204
    await running.house.desk.act(MEETING, MEETING_ID, SuspendMeeting(), SYSTEM)
    roll = KeepRoll(SESSION_ID, ("CHL", "FJI", "GHA", "NOR", "SEN", "TUN", "URY"))
    await running.house.desk.act(CREDENTIALS, SESSION_ID, roll, SYSTEM)
    # One of seven is here, and speaks for none of them: three would have to be.
    assert "0 are present; 3 are the quorum to debate" in await read(clerk, CONSOLE)
    assert await send(clerk, "console/meeting-resumption") == 409


async def test_a_rank_that_a_delegation_states_is_confirmed_or_corrected(running: Running) -> None:
    clerk, state, ngo = [await running.place(each) for each in ("secretariat", "state-party", "ngo")]
    await running.set_list(False)
    for command in (SuspendMeeting(), OpenList(Order.GENERAL_DEBATE), ResumeMeeting(without_quorum=True)):
        await running.house.desk.act(MEETING, MEETING_ID, command, SYSTEM)
    assert await send(clerk, "console/groups", {"name": "Group of Friends", "minutes": "20"}) == 204
    group_id = next(iter((await meeting(running)).floor.groups))
    assert await send(state, "request", {"rank": "minister"}) == 204
    assert await send(ngo, "request", {"rank": "head-of-state"}) == 204
    stated, minister = (await meeting(running)).floor.waiting
    assert not stated.confirmed
    assert "as the delegation states" in await read(clerk, CONSOLE)
    page = await read(clerk, f"{CONSOLE}/list/{stated.entry_id}/rank")
    assert "So the delegation states" in page
    assert 'value="head-of-state" required checked' in page
    assert await send(ngo, f"console/list/{stated.entry_id}/rank", {"rank": "head-of-state"}) == 403
    assert await send(clerk, f"console/list/{stated.entry_id}/rank", {"rank": "king"}) == 422
    told = {"rank": "other", "group_id": group_id}
    assert await send(clerk, f"console/list/{stated.entry_id}/rank", told) == 204
    first, corrected = (await meeting(running)).floor.waiting
    assert first == minister
    assert corrected == replace(stated, rank=corrected.rank, group_id=group_id, confirmed=True)
    assert "Group of Friends" in await read(state, f"meeting/{MEETING_ID}")
    acts = await read(clerk, f"{CONSOLE}/acts")
    assert "Rank and group confirmed" in acts

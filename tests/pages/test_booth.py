"""The booth over HTTP: who may do what, what follows of it, and what nobody else is told."""

import asyncio
from collections.abc import Mapping

from rostrum.assembly import booth_acts as acts
from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.interpretation import Interpretation
from rostrum.assembly.program import HALL, Audience, AudienceRole, Slot, place_source, program
from rostrum.assembly.speaking import CallSpeaker
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import INTERPRETATION, MEETING
from tests.support.app import Knocker, Running

HERE = f"/booth/{MEETING_ID}"
SETUP = f"/console/meetings/{MEETING_ID}/booths"


async def sent(who: Knocker, path: str, data: Mapping[str, str] | None = None) -> tuple[int, str]:
    async with who.request("POST", f"/at/{who.place_id}{path}", data=data or {}) as answer:
        return answer.status, await answer.text()


async def page(who: Knocker, path: str) -> str:
    async with who.request("GET", f"/at/{who.place_id}{path}") as answer:
        assert answer.status == 200
        return await answer.text()


async def booths(running: Running) -> Interpretation:
    return (await running.house.desk.load(INTERPRETATION, MEETING_ID)).state


async def in_booth(running: Running, language: str = "es") -> Knocker:
    interpreter = await running.place("interpreter")
    command = acts.EquipBooth(language, None, (interpreter.place_id,))
    await running.house.desk.act(INTERPRETATION, MEETING_ID, command, SYSTEM)
    return interpreter


async def test_an_interpreter_sits_takes_the_air_and_leaves_it(running: Running) -> None:
    interpreter = await in_booth(running)
    assert (await sent(interpreter, f"{HERE}/air"))[0] == 409, "nobody is on air who does not sit at the console"
    for path in ("sitting", "air"):
        assert (await sent(interpreter, f"{HERE}/{path}"))[0] == 303
    meeting = (await running.house.desk.load(MEETING, MEETING_ID)).state
    wanted = program(meeting, interpretation=await booths(running))
    spanish = wanted.fills[Audience(AudienceRole.REMOTE, "es")]
    assert spanish[Slot.CHANNEL].source == place_source(interpreter.place_id)
    assert spanish[Slot.FLOOR].source == HALL
    assert (await sent(interpreter, f"{HERE}/microphone", {"open": "no"}))[0] == 303
    assert (await booths(running)).booths["es"].heard is None
    await sent(interpreter, f"{HERE}/standing")
    assert (await booths(running)).booths["es"].on_air is None


async def test_the_air_passes_by_itself_when_the_countdown_has_run_out(running: Running) -> None:
    first = await running.place("interpreter")
    place_id = (await running.appoint("interpreter", {"given_name": "Second"}))[0]
    team = (first.place_id, place_id)
    await running.house.desk.act(INTERPRETATION, MEETING_ID, acts.EquipBooth("es", None, team), SYSTEM)
    found = await running.house.doorkeeper.find_place(place_id)
    assert found is not None
    second = found[1].actor()
    for path in ("sitting", "air"):
        await sent(first, f"{HERE}/{path}")
    for command in (acts.Sit("es"), acts.AskHandover("es")):
        await running.house.desk.act(INTERPRETATION, MEETING_ID, command, second)
    assert (await sent(first, f"{HERE}/handover/agreement"))[0] == 303
    assert (await booths(running)).booths["es"].on_air == first.place_id
    async with asyncio.timeout(acts.COUNTDOWN.total_seconds() + 3):
        while (await booths(running)).booths["es"].on_air != place_id:  # noqa: ASYNC110 - it passes by itself
            await asyncio.sleep(0.05)


async def test_relay_and_signals_and_the_language_of_the_floor(running: Running) -> None:
    interpreter = await in_booth(running)
    await sent(interpreter, f"{HERE}/sitting")
    assert (await sent(interpreter, f"{HERE}/relay", {"channel": "es"}))[0] == 409, "it would hear itself"
    assert (await sent(interpreter, f"{HERE}/relay", {"channel": "en"}))[0] == 303
    assert (await sent(interpreter, f"{HERE}/language", {"language": "fr"}))[0] == 303
    assert (await sent(interpreter, f"{HERE}/language", {"language": "xx"}))[0] == 409
    assert (await sent(interpreter, f"{HERE}/signal", {"signal": "slow-down"}))[0] == 303
    assert (await sent(interpreter, f"{HERE}/signal", {"signal": "faster"}))[0] in (404, 409)
    chair = await running.place("presiding-officer")
    shown = await page(chair, f"/console/meetings/{MEETING_ID}")
    assert "Please speak more slowly" in shown
    assert "No interpreter sits in these booths" in shown, "those of the demonstration"


async def test_what_is_written_in_a_booth_is_read_there_and_by_the_technician_alone(running: Running) -> None:
    interpreter = await in_booth(running)
    technician, ngo = await running.place("technician"), await running.place("ngo")
    await sent(interpreter, f"{HERE}/sitting")
    assert (await sent(interpreter, f"{HERE}/talk", {"text": "<b>no sound</b>"}))[0] == 303
    assert (await sent(interpreter, f"{HERE}/talk", {"code": "too-far"}))[0] == 303
    assert (await sent(interpreter, f"{HERE}/talk", {"text": ""}))[0] == 422
    assert (await sent(interpreter, f"{HERE}/talk", {"text": "x" * 501}))[0] == 422
    assert (await sent(technician, f"{SETUP}/es/talk", {"text": "I am on my way"}))[0] == 303
    for shown in (await page(interpreter, HERE), await page(technician, SETUP)):
        assert "&lt;b&gt;no sound&lt;/b&gt;" in shown
        assert "The speaker is too far from the microphone" in shown
        assert "I am on my way" in shown
    assert (await sent(ngo, f"{HERE}/talk", {"text": "let me in"}))[0] == 403
    assert "no sound" not in await page(ngo, f"/meeting/{MEETING_ID}")
    recorded = await running.house.journal.read(INTERPRETATION.stream(MEETING_ID))
    assert "no sound" not in str([row.event for row in recorded]), "nothing of it is in the record"


async def test_booths_are_set_up_by_those_who_run_them_of_interpreters_alone(running: Running) -> None:
    technician, interpreter = await running.place("technician"), await running.place("interpreter")
    ngo = await running.place("ngo")
    new = {"booth_id": "ru", "second": "en", "team": interpreter.place_id}
    assert (await sent(interpreter, SETUP, new))[0] == 403
    assert (await sent(technician, SETUP, {**new, "team": ngo.place_id}))[0] == 404
    assert (await sent(technician, SETUP, {**new, "booth_id": "xx"}))[0] == 409
    assert (await sent(technician, SETUP, new))[0] == 303
    assert (await booths(running)).booths["ru"].languages == ("ru", "en")
    assert (await sent(technician, f"{SETUP}/silence", {"seconds": "2"}))[0] == 409
    assert (await sent(technician, f"{SETUP}/silence", {"seconds": "30"}))[0] == 303
    await sent(interpreter, f"{HERE}/sitting")
    assert (await sent(technician, f"{SETUP}/ru/air", {"place_id": interpreter.place_id}))[0] == 303
    assert (await booths(running)).booths["ru"].on_air == interpreter.place_id
    assert (await sent(technician, f"{SETUP}/ru/closure"))[0] == 303
    assert "ru" not in (await booths(running)).booths


async def test_a_refused_sound_is_shown_before_the_floor_is_given(running: Running) -> None:
    interpreter, ngo = await in_booth(running), await running.place("ngo")
    await sent(interpreter, f"{HERE}/sitting")
    assert (await sent(ngo, f"/meeting/{MEETING_ID}/request"))[0] == 303
    assert (await sent(interpreter, f"{HERE}/sound/refusal", {"place_id": ngo.place_id}))[0] == 303
    chair = await running.place("presiding-officer")
    assert "sound refused by interpreters" in await page(chair, f"/console/meetings/{MEETING_ID}")
    assert (await sent(interpreter, f"{HERE}/sound/acceptance", {"place_id": ngo.place_id}))[0] == 303
    assert "sound refused by interpreters" not in await page(chair, f"/console/meetings/{MEETING_ID}")


async def test_who_is_in_no_booth_is_told_what_to_do(running: Running) -> None:
    interpreter = await running.place("interpreter")
    assert "You are in no booth of this meeting." in await page(interpreter, HERE)
    assert (await sent(interpreter, f"{HERE}/sitting"))[0] == 409


async def test_the_glossary_is_searched_and_added_to_by_term_and_by_list(running: Running) -> None:
    interpreter, ngo = await running.place("interpreter"), await running.place("ngo")
    term = {"en": "<i>Bureau</i>", "fr": "Bureau de l’Assemblée"}
    assert (await sent(interpreter, "/glossary", term))[0] == 303
    listed = {"list": "en;fr;es\nquorum;quorum;quórum\nroll-call;appel nominal;votación nominal\n"}
    assert (await sent(interpreter, "/glossary", listed))[0] == 303
    assert "votación nominal" in await page(interpreter, "/glossary/found?q=votacion")
    assert "&lt;i&gt;Bureau" in await page(interpreter, "/glossary?q=bureau")
    status, shown = await sent(interpreter, "/glossary", {"list": "no codes here\nonly text"})
    assert status == 422
    assert "only text" in shown, "what was typed is not lost"
    assert (await sent(ngo, "/glossary", term))[0] == 403


async def test_a_signal_is_read_by_whoever_speaks_in_their_own_language_for_a_while(running: Running) -> None:
    interpreter, ngo = await in_booth(running), await running.place("ngo")
    await sent(interpreter, f"{HERE}/sitting")
    assert (await sent(ngo, f"/meeting/{MEETING_ID}/request"))[0] == 303
    (entry,) = (await running.house.desk.load(MEETING, MEETING_ID)).state.floor.waiting
    await running.house.desk.act(MEETING, MEETING_ID, CallSpeaker(entry.entry_id), SYSTEM)
    assert (await sent(interpreter, f"{HERE}/signal", {"signal": "repeat"}))[0] == 303
    words = {"ar": "يرجى الإعادة", "ru": "Пожалуйста, повторите"}
    for language, asked in words.items():
        assert asked in await page(ngo, f"/meeting/{MEETING_ID}?lang={language}")
    listener = await running.place("observer-state")
    assert words["ru"] not in await page(listener, f"/meeting/{MEETING_ID}?lang=ru"), "it is for whoever speaks"


async def test_an_interpreter_of_sign_is_seen_and_has_no_channel(running: Running) -> None:
    interpreter = await in_booth(running, "ils")
    for path in ("sitting", "air"):
        assert (await sent(interpreter, f"{HERE}/{path}"))[0] == 303
    meeting = (await running.house.desk.load(MEETING, MEETING_ID)).state
    wanted = program(meeting, interpretation=await booths(running))
    for role in (AudienceRole.REMOTE, AudienceRole.HALL, AudienceRole.PUBLIC):
        assert wanted.fills[Audience(role)][Slot.SIGN].source == place_source(interpreter.place_id)
    assert "ils" not in (await booths(running)).channels
    assert 'data-signs="yes"' in await page(interpreter, HERE), "its console sends a picture"

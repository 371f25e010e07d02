"""What listeners are told of channels, in which language somebody says they speak, and what hall passes allow."""

import json
from typing import Any

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.booth_acts import AssignAir, ChooseRelay, CloseBooth, EquipBooth, SeatInterpreter, Sit, TakeAir
from rostrum.assembly.interpretation import HALL_SPEAKER, Interpretation, SayLanguage
from rostrum.assembly.program import HALL, Audience, AudienceRole, place_source
from rostrum.assembly.sitting import SuspendMeeting
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import INTERPRETATION, MEETING
from rostrum.grants import grant_of
from rostrum.record.journal import Write
from rostrum.signalling.grant import Grant
from tests.support.app import Knocker, Running


async def act(running: Running, *commands: Any, actor: Any = SYSTEM) -> Interpretation:
    for command in commands:
        await running.house.desk.act(INTERPRETATION, MEETING_ID, command, actor)
    return (await running.house.desk.load(INTERPRETATION, MEETING_ID)).state


async def page(place: Knocker, path: str) -> str:
    async with place.request("GET", f"/at/{place.place_id}/{path}") as answer:
        assert answer.status == 200, path
        return await answer.text()


async def post(place: Knocker, path: str, **data: str) -> int:
    async with place.request("POST", f"/at/{place.place_id}/{path}", data=data) as answer:
        return answer.status


async def grant(running: Running, place: Knocker, path: str) -> Grant | None:
    """What the pass allows that a page gives."""
    house = running.house
    async with place.request("POST", f"/at/{place.place_id}/{path}") as answer:
        assert answer.status == 200, await answer.text()
        token = json.loads(await answer.text())["token"]
    return await grant_of(house.signer, house.doorkeeper, house.desk, house.dossiers, house.feeders, token)


async def interpreter(running: Running, *, remote: bool) -> str:
    """The place of a new interpreter."""
    return (await running.appoint("interpreter", {"given_name": "Ida"}, remote=remote))[0]


async def without_booths(running: Running) -> None:
    """Take away those of the demonstration."""
    await act(running, *[CloseBooth(booth_id) for booth_id in (await act(running)).booths])


def heard(text: str) -> dict[str, str]:
    """Channel to what is heard in it, as a page says it."""
    found = {}
    for part in text.split('name="channel"')[1:]:
        found[part.split('value="')[1].split('"')[0]] = part.split('data-heard="')[1].split('"')[0]
    return found


async def test_a_page_says_what_each_channel_carries(running: Running) -> None:
    listener = await running.place("ngo")
    await without_booths(running)
    assert heard(await page(listener, f"meeting/{MEETING_ID}")) == {"floor": "floor"}
    french, english = [await interpreter(running, remote=True) for _ in range(2)]
    await act(running, EquipBooth("fr", None, (french,)), EquipBooth("en", None, (english,)))
    await act(running, SeatInterpreter("fr", french, is_there=True), AssignAir("fr", french))
    assert heard(await page(listener, f"meeting/{MEETING_ID}")) == {
        "floor": "floor", "en": "nobody", "fr": "interpretation",
    }  # fmt: skip
    session = await running.house.doorkeeper.find_place(english)
    assert session is not None
    seated = session[1].actor()
    await act(running, Sit("en"), ChooseRelay("en", "fr"), TakeAir("en"), actor=seated)
    await act(running, SayLanguage(HALL_SPEAKER, "fr"))
    # The French channel is the floor itself, and so is what English would be relayed from.
    assert heard(await page(listener, f"listen/{MEETING_ID}")) == {
        "floor": "floor", "en": "interpretation", "fr": "speaks",
    }  # fmt: skip
    await act(running, SayLanguage(HALL_SPEAKER, "ar"))
    text = await page(listener, f"meeting/{MEETING_ID}?sound=only")
    assert heard(text) == {"floor": "floor", "en": "relay", "fr": "interpretation"}
    assert "by relay" in text
    await running.house.desk.act(MEETING, MEETING_ID, SuspendMeeting(), SYSTEM)
    assert set(heard(await page(listener, f"meeting/{MEETING_ID}")).values()) == {"closed"}


async def test_what_somebody_listens_in_comes_from_their_application(running: Running) -> None:
    await act(running, EquipBooth("fr", None, ()))
    listener = await running.place("ngo")
    assert 'data-preferred=""' in await page(listener, f"meeting/{MEETING_ID}")
    found = await running.house.doorkeeper.find_place(listener.place_id)
    assert found is not None
    writes: list[Write] = [
        running.house.dossiers.change(
            found[1].dossier_id, {"given_name": "Awa", "interpretation": "fr", "language": "es"}
        )
    ]
    await running.house.dossiers.commit(*writes)
    text = await page(listener, f"meeting/{MEETING_ID}")
    assert 'data-preferred="fr"' in text
    assert 'data-speaks="es"' in text


async def test_who_asks_for_the_floor_says_in_which_language(running: Running) -> None:
    speaker, listener = await running.place("state-party"), await running.place("press")
    room = f"meeting/{MEETING_ID}"
    await without_booths(running)
    assert "request-language" not in await page(speaker, room), "nobody interprets: nobody needs to know"
    await act(running, EquipBooth("fr", None, ()))
    assert "request-language" in await page(speaker, room)
    assert await post(speaker, f"{room}/request", language="klingon") == 409
    assert (await act(running)).spoken == {}
    assert await post(speaker, f"{room}/request", language="ru") == 303
    assert (await act(running)).spoken == {speaker.place_id: "ru"}
    assert await post(speaker, f"{room}/language", language="zh") == 303
    assert (await act(running)).spoken == {speaker.place_id: "zh"}
    assert 'data-said="zh"' in await page(speaker, room)
    assert await post(listener, f"{room}/language", language="fr") == 403
    # Whoever runs the meeting or its sound corrects it, of those who can be heard.
    correct = f"console/meetings/{MEETING_ID}/language"
    for category, language in (("secretariat", "ar"), ("technician", "es"), ("presiding-officer", "fr")):
        clerk = await running.place(category)
        assert await post(clerk, correct, speaker=speaker.place_id, language=language) == 303
        assert (await act(running)).spoken[speaker.place_id] == language
        assert await post(clerk, correct, speaker="", language=language) == 303
        assert (await act(running)).spoken[HALL_SPEAKER] == language
        assert await post(clerk, correct, speaker="somebody", language=language) == 404
    assert await post(speaker, correct, speaker=HALL_SPEAKER, language="en") == 403
    assert "somebody" not in (await act(running)).spoken


async def test_a_receiver_in_the_hall_is_given_the_halls_channels_and_sends_nothing(running: Running) -> None:
    speaker = await running.place("ngo")
    seated = await grant(running, speaker, f"media-pass/{MEETING_ID}")
    assert seated is not None
    assert (seated.audience, seated.may_publish) == (Audience(AudienceRole.REMOTE), place_source(speaker.place_id))
    given = await grant(running, speaker, f"listen/{MEETING_ID}/pass")
    assert given is not None
    assert (given.audience, given.may_publish) == (Audience(AudienceRole.HALL), None)
    technician = await running.place("technician")
    given = await grant(running, technician, f"listen/{MEETING_ID}/pass")
    assert given is not None
    assert given.may_publish is None
    seated = await grant(running, technician, f"media-pass/{MEETING_ID}")
    assert seated is not None
    assert seated.may_publish == HALL


async def test_a_technician_sends_for_an_interpreter_of_a_booth_in_the_hall_and_for_nobody_else(
    running: Running,
) -> None:
    technician = await running.place("technician")
    here, far, idle = [await interpreter(running, remote=remote) for remote in (False, True, False)]
    at = f"hall-sound/{MEETING_ID}"
    await act(running, EquipBooth("fr", None, (here, far)))
    text = await page(technician, at)
    assert f'id="feed-{here}"' in text
    assert f'id="feed-{far}"' not in text
    assert f'id="feed-{idle}"' not in text
    for of in (far, idle, "nobody", (await running.place("ngo")).place_id):
        assert await post(technician, f"{at}/pass/{of}") == 409
        assert await post(technician, f"{at}/booth/{of}/seat") == 409
        assert await post(technician, f"{at}/booth/{of}/air") == 409
    given = await grant(running, technician, f"{at}/pass/{here}")
    assert given is not None
    assert (given.place_id, given.may_publish, given.audience) == (here, place_source(here), None)
    assert given.sound_only, "a microphone, and no picture"

    assert await post(technician, f"{at}/booth/{here}/air") == 409, "nobody is on air who does not sit there"
    assert await post(technician, f"{at}/booth/{here}/seat") == 303
    assert await post(technician, f"{at}/booth/{here}/air") == 303
    assert (await act(running)).booths["fr"].heard == here
    assert await post(technician, f"{at}/booth/{here}/end") == 303
    booth = (await act(running)).booths["fr"]
    assert (booth.on_air, booth.seated, booth.open_ids) == (None, frozenset(), frozenset())
    # Out of the team, its pass is worth nothing any more.
    house, path = running.house, f"/at/{technician.place_id}/{at}/pass/{here}"
    async with technician.request("POST", path) as answer:
        token = json.loads(await answer.text())["token"]
    await act(running, EquipBooth("fr", None, (far,)))
    assert await grant_of(house.signer, house.doorkeeper, house.desk, house.dossiers, house.feeders, token) is None


async def test_codes_at_the_seats_lead_to_ones_own_page(running: Running) -> None:
    technician = await running.place("technician")
    text = await page(technician, f"console/meetings/{MEETING_ID}/seats?count=7")
    assert text.count('class="seats__card"') == 7
    assert f"/listen/{MEETING_ID}" in text
    for count, shown in (("0", 1), ("99999", 12), ("9999", 240), ("x", 12)):
        text = await page(technician, f"console/meetings/{MEETING_ID}/seats?count={count}")
        assert text.count('class="seats__card"') == shown
    async with running.stranger.request("GET", f"/listen/{MEETING_ID}") as answer:
        assert answer.status == 200
        assert "Open your personal link" in await answer.text()

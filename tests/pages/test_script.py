"""The script: a sentence for each moment of a meeting, in each working language."""

from datetime import UTC, datetime

import pytest

from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.agenda import OpenItem
from rostrum.assembly.line import LoseLine
from rostrum.assembly.meeting import CloseMeeting
from rostrum.assembly.speakers import RequestFloor
from rostrum.assembly.speaking import CallSpeaker
from rostrum.cli.demo import MEETING_ID
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.i18n import LANGUAGES
from rostrum.i18n.locale import Locales
from rostrum.reads.script import SENTENCES, Cue, script
from rostrum.webroot import web_root
from tests.support.app import Running

AT = datetime(2026, 12, 1, tzinfo=UTC)
VALUES = dict.fromkeys(("meeting", "number", "title", "speaker", "yes", "no", "abstentions"), "…")


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_sentence_can_be_said_in_every_language(code: str) -> None:
    locale = Locales(web_root() / "locales")[code]
    said = {key: Cue(key, VALUES).said(locale) for key in SENTENCES}
    assert all(said.values())
    if code != "en":
        english = Locales(web_root() / "locales")["en"]
        assert not [key for key, text in said.items() if text == Cue(key, VALUES).said(english)]


async def codes(running: Running) -> list[str]:
    """The sentences for the demonstration's meeting as it stands."""
    meeting = (await running.house.desk.load(MEETING, MEETING_ID)).state
    session = (await running.house.desk.load(ACCREDITATION, meeting.session_id)).state
    return [cue.code for cue in await script(meeting, session, running.house.names)]


async def test_the_script_follows_the_meeting(running: Running) -> None:
    desk, ngo = running.house.desk, await running.place("ngo")
    assert (await codes(running))[0] == "none"
    found = await running.house.doorkeeper.find_place(ngo.place_id)
    assert found is not None
    speaker: Actor = found[1].actor()
    assert Right.SPEAK in speaker.rights
    steps = (
        (RequestFloor("e"), speaker, "next-remote"),
        (CallSpeaker("e"), SYSTEM, "thanks"),
        (LoseLine("e"), SYSTEM, "line-lost"),
        (CloseMeeting(), SYSTEM, "closed"),
    )
    for command, actor, first in steps:
        await desk.act(MEETING, MEETING_ID, command, actor)
        assert (await codes(running))[0] == first, command


async def test_the_page_says_it_with_names_and_escapes_them(running: Running) -> None:
    chair = await running.place("presiding-officer")
    await running.house.desk.act(MEETING, MEETING_ID, OpenItem("opening"), SYSTEM)
    async with chair.request("GET", f"/at/{chair.place_id}/console/meetings/{MEETING_ID}/script") as answer:
        text = await answer.text()
    assert "Nous abordons maintenant le point 2 de l’ordre du jour" in text
    assert 'lang="ar" dir="rtl"' in text
    ngo = await running.place("ngo")
    assert await ngo.status("GET", f"/at/{ngo.place_id}/console/meetings/{MEETING_ID}/script") == 403

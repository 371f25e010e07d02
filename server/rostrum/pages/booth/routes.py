"""The interpreter's console: one screen for one booth of one meeting."""

from functools import partial
from typing import Any

from aiohttp import web

from rostrum.assembly import booth_acts as acts
from rostrum.assembly.interpretation import AcceptSound, RefuseSound, SayLanguage, Signal, SignalSpeaker
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import speaker_of
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.live.talk import TEXT_MAX
from rostrum.pages.addressed import meeting_of
from rostrum.pages.attend.papers import papers_fragment
from rostrum.pages.booth.acts import INTERPRET, SentToBooth, booth_act, sent_to_booth
from rostrum.pages.following import followed_model
from rostrum.pages.live import View
from rostrum.pages.render import fragment, language_of, page
from rostrum.pages.route import Route, Visit, done

BACK = "/booth"
NEXT_SHOWN = 3
READY_MADE = ("take-over", "no-sound", "bad-sound", "too-far", "no-text", "thanks")
"""Messages that need no typing; their words are in `templates/booth/_words.html`."""

interpret = partial(booth_act, needs=INTERPRET, back=BACK)


async def console(visit: Visit) -> web.StreamResponse:
    """The console of one's own booth; where there is none, what to do."""
    meeting = await meeting_of(visit)
    return page(
        visit,
        "booth/console.html",
        papers=await papers_fragment(visit, meeting),
        version=visit.house.hub.version(meeting.meeting_id),
        **await _model(visit, meeting),
    )


async def _model(visit: Visit, meeting: Meeting) -> dict[str, Any]:
    house = visit.house
    followed = await followed_model(house, meeting)
    booth = followed.booths.booth_of(visit.place_id)
    talk = () if booth is None else house.talk.of(meeting.meeting_id, booth.booth_id)
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    writing = {message.place_id for message in talk}
    return {
        "meeting": followed,
        "booths": followed.booths,
        "booth": booth,
        "own": None if booth is None else booth.seat(visit.place_id),
        "talk": talk,
        "writers": await house.names.of(place for key, place in session.places.items() if key in writing),
        "ready_made": READY_MADE,
        "next_shown": NEXT_SHOWN,
    }


async def _fragment(visit: Visit, meeting_id: str) -> str:
    meeting = (await visit.house.desk.load(MEETING, meeting_id)).state
    model = await _model(visit, meeting)
    own = fragment(visit.house, language_of(visit.request), "booth/_console.html", **model)
    return own + await papers_fragment(visit, meeting)


async def talk(visit: Visit) -> web.StreamResponse:
    """Say something in one's booth, in one's own words or ready-made."""
    sent = await sent_to_booth(visit)
    say(sent, sent.own_booth)
    return done(visit.request, f"/at/{visit.place_id}{BACK}/{sent.meeting.meeting_id}")


def say(sent: SentToBooth, booth_id: str) -> None:
    """Add what a form says to a booth's talk. Raises `Refused(TEXT_MISSING)`."""
    house, code, text = sent.visit.house, sent.field("code"), sent.field("text")
    if code not in READY_MADE and not 0 < len(text) <= TEXT_MAX:
        raise Refused(Why.TEXT_MISSING)
    at_ms = round(house.clock().timestamp() * 1000)
    code, text = (code, "") if code in READY_MADE else ("", text)
    house.talk.say(sent.meeting.meeting_id, booth_id, sent.visit.place_id, at_ms, code=code, text=text)
    house.hub.turn(sent.meeting.meeting_id)


def _signal(sent: SentToBooth) -> SignalSpeaker:
    signal = sent.field("signal")
    if signal not in set(Signal):
        raise Refused(Why.NOT_FOUND)
    return SignalSpeaker(sent.own_booth, Signal(signal), speaker_of(sent.meeting))


def _said(sent: SentToBooth) -> SayLanguage:
    return SayLanguage(speaker_of(sent.meeting), sent.field("language"))


def _opened(sent: SentToBooth) -> acts.SwitchMicrophone:
    return acts.SwitchMicrophone(sent.own_booth, sent.field("open") == "yes")


ROUTES = (
    Route("GET", "/booth/{meeting_id}", console, INTERPRET),
    Route("POST", "/booth/{meeting_id}/talk", talk, INTERPRET),
    interpret("/sitting", make=lambda sent: acts.Sit(sent.own_booth)),
    interpret("/standing", make=lambda sent: acts.Stand(sent.own_booth)),
    interpret("/air", make=lambda sent: acts.TakeAir(sent.own_booth)),
    interpret("/air/end", make=lambda sent: acts.LeaveAir(sent.own_booth)),
    interpret("/microphone", make=_opened),
    interpret("/handover", make=lambda sent: acts.AskHandover(sent.own_booth, sent.field("with_id") or None)),
    interpret("/handover/agreement", make=lambda sent: acts.AgreeHandover(sent.own_booth)),
    interpret("/handover/end", make=lambda sent: acts.DropHandover(sent.own_booth)),
    interpret("/relieving", make=lambda sent: acts.AllowRelieving(sent.own_booth, sent.field("allowed") == "yes")),
    interpret("/relay", make=lambda sent: acts.ChooseRelay(sent.own_booth, sent.field("channel"))),
    interpret("/output", make=lambda sent: acts.ChooseOutput(sent.own_booth, sent.field("language"))),
    interpret("/signal", make=_signal),
    interpret("/language", make=_said),
    interpret("/sound/refusal", make=lambda sent: RefuseSound(sent.own_booth, sent.field("place_id"))),
    interpret("/sound/acceptance", make=lambda sent: AcceptSound(sent.field("place_id"))),
)

BOOTH_VIEW = View(INTERPRET, None, _fragment)
"""What an open console of a booth follows."""

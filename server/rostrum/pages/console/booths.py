"""The booths of a meeting: who interprets into what, set up by the secretariat or a technician."""

from functools import partial

from aiohttp import web

from rostrum.assembly import booth_acts as acts
from rostrum.assembly.actor import Right
from rostrum.assembly.booth import INTERNATIONAL_SIGN, TEAM_MAX
from rostrum.assembly.interpretation import WORKING_LANGUAGES, SetSilence
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.pages.addressed import meeting_of
from rostrum.pages.booth.acts import EQUIP, SentToBooth, booth_act, sent_to_booth
from rostrum.pages.booth.routes import READY_MADE, say
from rostrum.pages.following import followed_model
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit, done

BACK = "/console/meetings"

equip = partial(booth_act, needs=EQUIP, back=BACK, below="/booths")


async def booths(visit: Visit) -> web.StreamResponse:
    """The booths of a meeting, and the forms that set them up."""
    meeting = await meeting_of(visit)
    house = visit.house
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    model = (await followed_model(house, meeting)).booths
    places = [place for place in session.places.values() if Right.INTERPRET in place.rights and not place.closed]
    writing = {
        message.place_id for booth in model.booths for message in house.talk.of(meeting.meeting_id, booth.booth_id)
    }
    writers = [place for place_id, place in session.places.items() if place_id in writing]
    return page(
        visit,
        "console/booths.html",
        meeting=meeting,
        booths=model,
        interpreters=sorted((await house.names.of(places)).items(), key=lambda one: one[1].person.casefold()),
        writers=await house.names.of(writers),
        talk={booth.booth_id: house.talk.of(meeting.meeting_id, booth.booth_id) for booth in model.booths},
        free=[
            code for code in (*WORKING_LANGUAGES, INTERNATIONAL_SIGN) if all(b.booth_id != code for b in model.booths)
        ],
        working=WORKING_LANGUAGES,
        team_max=TEAM_MAX,
        ready_made=READY_MADE,
        at=f"/at/{visit.place_id}/console",
        here="meeting",
    )


def _equip(sent: SentToBooth) -> acts.EquipBooth:
    team = tuple(place_id for place_id in sent.lists.get("team", ()) if place_id)
    return acts.EquipBooth(sent.field("booth_id"), sent.field("second") or None, team)


def _silence(sent: SentToBooth) -> SetSilence:
    text = sent.field("seconds")
    return SetSilence(int(text) if text.isdecimal() and len(text) < 5 else 0)


async def _require_interpreters(sent: SentToBooth) -> None:
    session = (await sent.visit.house.desk.load(ACCREDITATION, sent.meeting.session_id)).state
    for place_id in sent.lists.get("team", ()):
        place = session.places.get(place_id)
        if place_id and (place is None or Right.INTERPRET not in place.rights):
            raise Refused(Why.NO_SUCH_PLACE)


async def talk(visit: Visit) -> web.StreamResponse:
    """The technician answers a booth."""
    sent = await sent_to_booth(visit)
    booth_id = visit.request.match_info["booth_id"]
    if booth_id not in sent.state.booths:
        raise Refused(Why.NO_SUCH_BOOTH)
    say(sent, booth_id)
    return done(visit.request, f"/at/{visit.place_id}{BACK}/{sent.meeting.meeting_id}/booths")


def _booth(sent: SentToBooth) -> str:
    return sent.visit.request.match_info["booth_id"]


ROUTES = (
    Route("GET", f"{BACK}/{{meeting_id}}/booths", booths, EQUIP),
    equip("/booths", make=_equip, check=_require_interpreters),
    equip("/booths/silence", make=_silence),
    equip("/booths/{booth_id}/closure", make=lambda sent: acts.CloseBooth(_booth(sent))),
    equip("/booths/{booth_id}/air", make=lambda sent: acts.AssignAir(_booth(sent), sent.field("place_id"))),
    Route("POST", f"{BACK}/{{meeting_id}}/booths/{{booth_id}}/talk", talk, EQUIP),
)

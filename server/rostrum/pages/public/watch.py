"""The webcast: anybody watches a public meeting while it sits and the secretariat lets them. No address is kept."""

from dataclasses import asdict

from aiohttp import web

from rostrum.assembly.interpretation import FLOOR, WORKING_LANGUAGES
from rostrum.assembly.meeting import Meeting, MeetingKind, MeetingState
from rostrum.assembly.program import Audience, AudienceRole, Slot, is_webcast
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.house import House
from rostrum.identity.limits import WATCHING
from rostrum.identity.secrets import new_id
from rostrum.pages.render import language_of, page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble
from rostrum.reads.notice import notice_of
from rostrum.reads.webcast import webcast_program

CHANNELS = (FLOOR, *WORKING_LANGUAGES)
STATE_S = 1
"""For so long a cache may answer for us how the webcast stands."""


async def meeting_watched(guest: Guest) -> Meeting:
    """The meeting in the address. Raises `Trouble(NO_WEBCAST)`, the same where there is none: nothing of a meeting that
    is not for everybody is told."""
    meeting_id = guest.request.match_info["meeting_id"]
    meeting = (await guest.house.desk.load(MEETING, meeting_id)).state
    hidden = meeting.state is MeetingState.ABSENT or meeting.kind is not MeetingKind.PUBLIC
    if hidden or not meeting.feeds.webcast:
        raise Trouble(Why.NO_WEBCAST, status=404)
    return meeting


async def watch(guest: Guest) -> web.StreamResponse:
    """The page."""
    meeting = await meeting_watched(guest)
    asked = guest.request.query.get("channel", "")
    language = language_of(guest.request)
    return page(
        guest,
        "public/watch.html",
        meeting=meeting,
        channels=CHANNELS,
        channel=asked if asked in CHANNELS else language,
        sits=is_webcast(meeting),
        notice=notice_of(meeting),
        captioned=await guest.house.public_captions.languages(meeting.meeting_id),
    )


async def watch_pass(guest: Guest) -> web.StreamResponse:
    """A pass for one who watches with a low delay; refused where as many do as may: the page goes another way."""
    meeting, house = await meeting_watched(guest), guest.house
    if not await house.rates.hit(WATCHING, guest.request.remote or ""):
        raise Trouble(Why.TOO_MANY_TRIES)
    if not is_webcast(meeting):
        raise Refused(Why.MEETING_NOT_OPEN)
    if _watching(house) >= house.settings.webcast_viewers:
        raise Trouble(Why.WEBCAST_FULL, status=503)
    return web.json_response({"token": house.signer.watch_pass(meeting.meeting_id, new_id())})


def _watching(house: House) -> int:
    return sum(peer.place_id is None and peer.source is None for peer in house.engine.peers())


async def watch_state(guest: Guest) -> web.StreamResponse:
    """How the webcast stands, for every page alike: whether the meeting sits and is recorded, what is kept back of the
    speaker."""
    meeting = await meeting_watched(guest)
    session = (await guest.house.desk.load(ACCREDITATION, meeting.session_id)).state
    given = await webcast_program(guest.house.desk, guest.house.guards, meeting, session)
    sounds = {code: Slot.FLOOR if code == FLOOR else Slot.CHANNEL for code in CHANNELS}
    masked = [code for code, slot in sounds.items() if given.fill(Audience(AudienceRole.WEBCAST, code), slot).masked]
    sits = is_webcast(meeting)
    hidden = sits and given.fill(Audience(AudienceRole.WEBCAST), Slot.STAGE).source is None
    captions = sorted(await guest.house.public_captions.languages(meeting.meeting_id))
    notice = asdict(notice_of(meeting))
    body = {"sits": sits, "masked": masked, "hidden": hidden, "recorded": notice, "captions": captions}
    return web.json_response(body, headers={"Cache-Control": f"public, max-age={STATE_S}"})


ROUTES = (
    PublicRoute("GET", "/watch/{meeting_id}", watch),
    PublicRoute("POST", "/watch/{meeting_id}/pass", watch_pass),
    PublicRoute("GET", "/watch/{meeting_id}/state", watch_state),
)

"""What pages that follow a meeting share: its models, its views, the media pass."""

from collections.abc import Mapping, Sequence
from functools import partial

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.meeting import Meeting
from rostrum.desk import ACCREDITATION, CREDENTIALS, INTERPRETATION, MEETING
from rostrum.house import House
from rostrum.identity.doorkeeper import Standing
from rostrum.media.engine import PeerHealth
from rostrum.pages.addressed import meeting_of
from rostrum.pages.attend.papers import papers_fragment
from rostrum.pages.live import View
from rostrum.pages.render import fragment, language_of
from rostrum.pages.route import Route, Visit
from rostrum.reads.acts import ActRow, act_rows
from rostrum.reads.booth import booths_model
from rostrum.reads.listening import ListeningModel, listening_model
from rostrum.reads.meeting import MeetingModel, meeting_model
from rostrum.reads.personal import PersonalModel, personal_model

WATCH = frozenset({Right.ATTEND, Right.ADMINISTER})
RUN = frozenset({Right.PRESIDE, Right.ADMINISTER})
SHOW = frozenset({Right.SHOW_HALL})
ADMINISTER = frozenset({Right.ADMINISTER})


async def shared_model(house: House, meeting: Meeting) -> MeetingModel:
    """The meeting as everybody sees it, at this moment."""
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    kept = (await house.desk.load(CREDENTIALS, meeting.session_id)).state
    senders: Mapping[str, PeerHealth] = {
        peer.place_id: peer
        for peer in house.engine.peers()
        if peer.meeting_id == meeting.meeting_id and peer.source is not None and peer.place_id is not None
    }
    present = house.presence.present(meeting.meeting_id)
    now = house.clock()
    interpretation = (await house.desk.load(INTERPRETATION, meeting.meeting_id)).state
    booths = await booths_model(meeting, interpretation, session, house.names, now)
    return await meeting_model(meeting, session, kept, house.names, booths, now=now, present=present, peers=senders)


async def followed_model(house: House, meeting: Meeting) -> MeetingModel:
    """The meeting as everybody sees it who follows it: made once for a version, its clocks run in the page."""
    return await house.hub.kept(meeting.meeting_id, followed_model, partial(shared_model, house, meeting))


async def listening_of(house: House, meeting: Meeting) -> ListeningModel:
    """What can be listened to in a meeting, at this moment."""
    return listening_model(meeting, (await house.desk.load(INTERPRETATION, meeting.meeting_id)).state)


async def mine_model(house: House, model: MeetingModel, meeting: Meeting, standing: Standing) -> PersonalModel:
    """The meeting as it stands for one place."""
    interpretation = (await house.desk.load(INTERPRETATION, meeting.meeting_id)).state
    spoken = interpretation.spoken.get(standing.place.place_id)
    return personal_model(meeting, standing.actor, model, house.clock(), spoken)


async def newest_acts(visit: Visit, meeting: Meeting, count: int = 8) -> Sequence[ActRow]:
    """What was done last in a meeting, and by whom, newest first."""
    house, stream = visit.house, MEETING.stream(meeting.meeting_id)
    held = await house.desk.load(MEETING, meeting.meeting_id)
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    recorded = await house.journal.read(stream, after_seq=max(0, held.version - count))
    return await act_rows(recorded, meeting, session, house.names)


async def media_pass(visit: Visit) -> web.StreamResponse:
    """A bearer token for WHIP and WHEP, good for this place in this meeting."""
    meeting = await meeting_of(visit)
    standing = visit.standing
    token = visit.house.signer.media_pass(visit.place_id, standing.link.link_id, standing.device_id, meeting.meeting_id)
    return web.json_response({"token": token}, headers={"Cache-Control": "no-store"})


def view(
    needs: frozenset[Right],
    shared_template: str | None,
    personal_template: str | None = None,
    *,
    runs: bool = False,
    papers: bool = False,
) -> View:
    """A view of the stream made of two templates. Of the personal one, there is a rendering for each standing: all who
    only listen read the same. `runs`: for those who run the meeting, with everyone's line and what was done last.
    `papers`: with the documents of the item."""

    async def shared(visit: Visit, meeting_id: str, template: str) -> str:
        meeting = (await visit.house.desk.load(MEETING, meeting_id)).state
        model = await followed_model(visit.house, meeting)
        more = {"acts": await newest_acts(visit, meeting)} if runs else {}
        listening = await listening_of(visit.house, meeting)
        return fragment(visit.house, language_of(visit.request), template, meeting=model, listening=listening, **more)

    async def personal(visit: Visit, meeting_id: str, template: str) -> str:
        meeting = (await visit.house.desk.load(MEETING, meeting_id)).state
        model = await followed_model(visit.house, meeting)
        mine = await mine_model(visit.house, model, meeting, visit.standing)
        language = language_of(visit.request)
        listening = await listening_of(visit.house, meeting)

        async def rendered() -> str:
            return fragment(visit.house, language, template, meeting=model, mine=mine, listening=listening)

        own = await visit.house.hub.kept(meeting_id, (template, language, mine), rendered)
        return own + await papers_fragment(visit, meeting) if papers else own

    everybody = partial(shared, template=shared_template) if shared_template else None
    each = partial(personal, template=personal_template) if personal_template else None
    return View(needs, everybody, each, runs)


VIEWS: Mapping[str, View] = {
    "room": view(WATCH, "attend/_news.html", "attend/_mine.html", papers=True),
    "sound": view(WATCH, "attend/_sound_news.html", "attend/_mine.html"),
    "console": view(RUN, "console/_chair.html", runs=True),
    "desk": view(ADMINISTER, "console/_desk.html", runs=True),
    "hall": view(SHOW, "hall/_news.html"),
    "listen": view(WATCH, "hall/_receiver_news.html"),
}

ROUTES = (Route("POST", "/media-pass/{meeting_id}", media_pass, WATCH),)

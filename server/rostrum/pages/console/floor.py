"""The console of a meeting: what the presiding officer and the secretariat do with the meeting and its floor."""

from collections.abc import Sequence
from functools import partial

from aiohttp import web

from rostrum.assembly import line, recording
from rostrum.assembly.actor import Right
from rostrum.assembly.agenda import OpenItem
from rostrum.assembly.consent import AskConsent, Matter
from rostrum.assembly.electorate import electorate
from rostrum.assembly.meeting import MeetingCommand
from rostrum.assembly.rules.procedure import Closing, Order
from rostrum.assembly.sitting import CloseMeeting, OpenMeeting, ResumeMeeting, SuspendMeeting
from rostrum.assembly.speakers import CloseList, OpenList, WithdrawRequest
from rostrum.assembly.speaking import (
    CallSpeaker,
    EndSpeech,
    ExtendTime,
    PauseSpeech,
    ResumeSpeech,
    ReturnFloor,
    TakeBackCall,
    TakeBackEnd,
)
from rostrum.assembly.taping import StartTaping, StopTaping
from rostrum.desk import ACCREDITATION, CREDENTIALS
from rostrum.identity.secrets import new_id
from rostrum.pages.acts import Sent, act
from rostrum.pages.addressed import meeting_of
from rostrum.pages.following import RUN, listening_of, newest_acts, shared_model
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.presence_keeper import note_presence
from rostrum.reads.names import Name
from rostrum.reads.procedure import roll_of

BACK = "/console/meetings"
EXTENSION_MS = 60_000
"""How much time one press of 'one minute more' gives."""

run = partial(act, needs=RUN, back=BACK)


async def console(visit: Visit) -> web.StreamResponse:
    """One screen from which the meeting is run: lean for who presides, everything for the secretariat."""
    meeting = await meeting_of(visit)
    everything = Right.ADMINISTER in visit.actor.rights
    return page(
        visit,
        "console/meeting.html",
        meeting=await shared_model(visit.house, meeting),
        listening=await listening_of(visit.house, meeting),
        acts=await newest_acts(visit, meeting),
        at=f"/at/{visit.place_id}/console",
        here="meeting",
        view="desk" if everything else "console",
        seats=await seats_of(visit, meeting.session_id) if everything else (),
        categories=tuple(meeting.rules.categories),
        may_feed_hall=Right.FEED_HALL in visit.actor.rights,
        version=visit.house.hub.version(meeting.meeting_id, lines=True),
    )


async def seats_of(visit: Visit, session_id: str) -> Sequence[tuple[str, str, Name]]:
    """Places of those who may speak, by name: (place, delegation, name)."""
    session = (await visit.house.desk.load(ACCREDITATION, session_id)).state
    speaking = [place for place in session.places.values() if Right.SPEAK in place.rights and not place.closed]
    names = await visit.house.names.of(speaking)
    seats = [(place.place_id, place.delegation_id, names[place.place_id]) for place in speaking]
    return sorted(seats, key=lambda seat: (seat[2].delegation or seat[2].person).casefold())


async def _begin(sent: Sent, command: type[OpenMeeting] | type[ResumeMeeting]) -> MeetingCommand:
    """Opens or resumes it, after a look at who is there."""
    house, meeting = sent.visit.house, sent.meeting
    await note_presence(house, meeting)
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    kept = (await house.desk.load(CREDENTIALS, meeting.session_id)).state
    return command(electorate(kept, roll_of(session)), without_quorum=sent.field("without") == "quorum")


def _open_list(sent: Sent) -> MeetingCommand:
    """Opens it; once it was closed with consent, the meeting is asked."""
    wanted = sent.field("order")
    if _needs_consent(sent) and sent.meeting.floor.was_closed and not sent.meeting.floor.list_open:
        return AskConsent(new_id(), Matter.REOPEN_LIST)
    return OpenList(Order(wanted) if wanted in set(Order) else None)


def _close_list(sent: Sent) -> MeetingCommand:
    """Closes it, or asks the meeting where the rules want its consent."""
    if _needs_consent(sent) and sent.meeting.floor.list_open:
        return AskConsent(new_id(), Matter.CLOSE_LIST)
    return CloseList()


def _needs_consent(sent: Sent) -> bool:
    return sent.meeting.is_open and sent.meeting.rules.procedure.speakers.closing is Closing.CONSENT


def _entry(sent: Sent) -> str:
    return sent.at("entry_id")


ROUTES = (
    Route("GET", "/console/meetings/{meeting_id}", console, RUN),
    run("/opening", make=partial(_begin, command=OpenMeeting)),
    run("/suspension", make=lambda _: SuspendMeeting()),
    run("/meeting-resumption", make=partial(_begin, command=ResumeMeeting)),
    run("/closure", make=lambda _: CloseMeeting()),
    run("/recording", make=lambda _: StartTaping()),
    run("/recording/end", make=lambda _: StopTaping()),
    run("/item/{item_id}", make=lambda sent: OpenItem(sent.at("item_id"))),
    run("/list/opening", make=_open_list),
    run("/list/closure", make=_close_list),
    run("/list/{entry_id}/withdrawal", make=lambda sent: WithdrawRequest(_entry(sent))),
    run("/call/{entry_id}", make=lambda sent: CallSpeaker(_entry(sent))),
    run("/speech/{entry_id}/pause", make=lambda sent: PauseSpeech(_entry(sent))),
    run("/speech/{entry_id}/resumption", make=lambda sent: ResumeSpeech(_entry(sent))),
    run("/speech/{entry_id}/extension", make=lambda sent: ExtendTime(_entry(sent), EXTENSION_MS)),
    run("/speech/{entry_id}/end", make=lambda sent: EndSpeech(_entry(sent))),
    run("/speech/{entry_id}/return", make=lambda sent: ReturnFloor(_entry(sent))),
    run("/speech/{entry_id}/undo-call", make=lambda sent: TakeBackCall(_entry(sent))),
    run("/speech/{entry_id}/undo-end", make=lambda sent: TakeBackEnd(_entry(sent))),
    run("/line/{entry_id}/loss", make=lambda sent: line.LoseLine(_entry(sent))),
    run("/line/{entry_id}/wait", make=lambda sent: line.AwaitLine(_entry(sent))),
    run("/line/{entry_id}/next", make=lambda sent: line.PassOver(_entry(sent))),
    run("/line/{entry_id}/reading", make=lambda sent: line.ReadOut(_entry(sent))),
    run("/line/{entry_id}/recording", make=lambda sent: recording.PlayRecording(_entry(sent))),
    run("/line/{entry_id}/back", make=lambda sent: line.RestoreLine(_entry(sent))),
)

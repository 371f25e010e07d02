"""What an address names, looked up and checked against who asks."""

from rostrum.assembly.meeting import Meeting, MeetingState
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.pages.route import Visit
from rostrum.pages.trouble import Trouble


async def admits(visit: Visit, meeting: Meeting) -> bool:
    """Whether the visitor's category attends meetings of this kind, by the session's rules as they are now."""
    session = (await visit.house.desk.load(ACCREDITATION, visit.session_id)).state
    return session.rules.admits(visit.standing.place.category, meeting.kind)


async def meeting_of(visit: Visit) -> Meeting:
    """The meeting in the address. Raises `Refused(NO_SUCH_MEETING)` where it is none of the visitor's session, and
    `Trouble(NOT_ADMITTED)` where the visitor's category does not attend it."""
    meeting = (await visit.house.desk.load(MEETING, visit.request.match_info["meeting_id"])).state
    if meeting.state is MeetingState.ABSENT or meeting.session_id != visit.session_id:
        raise Refused(Why.NO_SUCH_MEETING)
    if not await admits(visit, meeting):
        raise Trouble(Why.NOT_ADMITTED, status=403)
    return meeting

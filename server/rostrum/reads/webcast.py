"""What the public is given of a meeting now, protected speakers guarded."""

from functools import partial

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import Program, program
from rostrum.desk import INTERPRETATION, Desk
from rostrum.reads.guards import Guards


async def webcast_program(desk: Desk, guards: Guards, meeting: Meeting, session: Accreditation) -> Program:
    """The programme that the engine has of this meeting, or is about to have."""
    interpretation = (await desk.load(INTERPRETATION, meeting.meeting_id)).state
    return program(meeting, partial(guards.of, session), interpretation)

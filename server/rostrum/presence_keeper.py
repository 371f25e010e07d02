"""Notes in the record who takes part from far away, as open pages say; ends statements where the rules say so."""

import asyncio
import contextlib

import structlog

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.presence import NotePresence
from rostrum.assembly.refusal import Refused
from rostrum.assembly.speaking import CutOff
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.house import House

NOTE_EVERY_S = 30.0
LOOK_EVERY_S = 1.0

_log = structlog.get_logger(__name__)


async def keep_presence(house: House, stop: asyncio.Event) -> None:
    """Until told to stop."""
    looks = 0
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
        looks += 1
        try:
            for meeting_id in await house.desk.identifiers(MEETING) if looks % int(NOTE_EVERY_S) == 0 else []:
                meeting = (await house.desk.load(MEETING, meeting_id)).state
                if meeting.is_open:
                    await note_presence(house, meeting)
            await _cut_off(house)
        except Exception:
            _log.exception("presence could not be noted")


async def note_presence(house: House, meeting: Meeting) -> None:
    """Note which delegations follow a meeting from far away; nothing where it has not changed."""
    session = (await house.desk.load(ACCREDITATION, meeting.session_id)).state
    places = (session.places.get(place_id) for place_id in house.presence.present(meeting.meeting_id))
    remote = sorted({place.delegation_id for place in places if place is not None and place.remote})
    await house.desk.act(MEETING, meeting.meeting_id, NotePresence(tuple(remote)), SYSTEM)


async def _cut_off(house: House) -> None:
    for meeting in house.desk.held(MEETING).values():
        speech = meeting.floor.speech
        if speech is None or not meeting.is_open or not meeting.rules.procedure.time.cut_off:
            continue
        if speech.remaining_at(house.clock()) <= 0:
            # Somebody may have been quicker: then nothing is cut off.
            with contextlib.suppress(Refused):
                await house.desk.act(MEETING, meeting.meeting_id, CutOff(speech.entry_id), SYSTEM)

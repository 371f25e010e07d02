"""What each kind of event makes of the floor."""

from dataclasses import replace

from rostrum.assembly import groups, line, recording, speakers, speaking, swap
from rostrum.assembly.entry import EntryEvent, EntryFell, FloorRequested, RequestWithdrawn, SpeakerPassedOver
from rostrum.assembly.floor import Floor
from rostrum.assembly.groups import GroupEvent
from rostrum.assembly.line import LineEvent
from rostrum.assembly.recording import RecordingEvent
from rostrum.assembly.speakers import ListEvent
from rostrum.assembly.speaking import SpeakingEvent
from rostrum.assembly.swap import SwapEvent


def apply(
    floor: Floor, event: EntryEvent | ListEvent | SpeakingEvent | LineEvent | RecordingEvent | SwapEvent | GroupEvent
) -> Floor:
    """The floor after an event."""
    if isinstance(event, SwapEvent):
        return swap.apply(floor, event)
    if isinstance(event, GroupEvent):
        return replace(floor, groups=groups.apply(floor.groups, event))
    if isinstance(event, LineEvent | SpeakerPassedOver):
        return line.apply(floor, event)
    if isinstance(event, RecordingEvent):
        return recording.apply(floor, event)
    if isinstance(event, EntryFell):
        return swap.lapsed(floor.moved(event.entry_id, event))
    if isinstance(event, ListEvent | FloorRequested | RequestWithdrawn):
        return speakers.apply(floor, event)
    return speaking.apply(floor, event)

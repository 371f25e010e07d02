"""Takes note of how everyone's line is while a meeting is open, and adds each minute to the record's counts."""

import asyncio
import contextlib

import structlog

from rostrum.desk import MEETING
from rostrum.house import House
from rostrum.media.lines import SAMPLE_S, SAMPLES_A_MINUTE

_log = structlog.get_logger(__name__)


async def keep_lines(house: House, stop: asyncio.Event) -> None:
    """Sample until told to stop. Who has no page of an open meeting before them is not counted."""
    samples = 0
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), SAMPLE_S)
        try:
            house.lines.sample(
                {meeting_id: house.presence.present(meeting_id) for meeting_id in await _open_meetings(house)}
            )
            samples += 1
            if samples % SAMPLES_A_MINUTE == 0:
                words = {key: word.name.lower() for key, word in house.lines.minute().items()}
                await house.participation.add_minute(words, house.clock() + house.lives.written)
        except Exception:
            _log.exception("a minute of the lines could not be counted")


async def _open_meetings(house: House) -> list[str]:
    held = [(one, await house.desk.load(MEETING, one)) for one in await house.desk.identifiers(MEETING)]
    return [meeting_id for meeting_id, each in held if each.state.is_open]

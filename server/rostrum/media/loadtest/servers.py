"""The servers that a crowd may gather at: one's own worker here, others in `tests/bench/`."""

from typing import Protocol

from rostrum.assembly.program import Audience, AudienceRole, Fill, Program, Slot
from rostrum.media.engine import Engine
from rostrum.media.loadtest.listener import Listener
from rostrum.media.loadtest.speaker import Speaker

REMOTE = Audience(AudienceRole.REMOTE)
MEETING = "loadtest"


class Server(Protocol):
    """What a crowd needs of a server."""

    async def admit_speaker(self, speaker: Speaker) -> None:
        """Connect one who sends."""

    async def admit_listener(self, listener: Listener) -> None:
        """Connect one who receives."""

    async def put_on_air(self, speaker: Speaker) -> None:
        """Show this speaker to all listeners."""


class OwnServer:
    """An engine of ours, without the application around it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def admit_speaker(self, speaker: Speaker) -> None:
        """See `Server`."""
        answer = await self._engine.publish(MEETING, speaker.name, speaker.offer(), place_id=None)
        await speaker.end.connect(answer.sdp)

    async def admit_listener(self, listener: Listener) -> None:
        """See `Server`."""
        answer = await self._engine.subscribe(MEETING, REMOTE, listener.offer(), place_id=None)
        await listener.connect(answer.sdp)

    async def put_on_air(self, speaker: Speaker) -> None:
        """See `Server`."""
        fill = Fill(speaker.name)
        await self._engine.apply(MEETING, Program({REMOTE: {Slot.STAGE: fill, Slot.FLOOR: fill}}))

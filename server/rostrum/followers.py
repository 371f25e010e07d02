"""What follows every change of the record: pages are woken, the engine's programme is set, closed doors are shut."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.devices import DeviceRemoved
from rostrum.assembly.place import LinkRevoked, Place, PlaceClosed, PlaceRevised
from rostrum.assembly.program import program
from rostrum.assembly.protection import ProtectionSet
from rostrum.assembly.standing import StandingChanged
from rostrum.desk import MEETING, Change
from rostrum.live.hub import Hub
from rostrum.media.engine import Engine
from rostrum.media.reconcile import Reconciler
from rostrum.reads.wishes import wishes_of
from rostrum.record.dossiers import Dossiers


class Followers:
    """Hears of changes. The state is handed on whole, so that what was missed heals with the next."""

    def __init__(self, hub: Hub, engine: Engine, reconciler: Reconciler, dossiers: Dossiers) -> None:
        self._hub = hub
        self._engine = engine
        self._reconciler = reconciler
        self._dossiers = dossiers
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, change: Change) -> None:
        """One change of one stream."""
        if change.aggregate is MEETING:
            self._hub.advance(change.identifier, change.held.version)
            self._reconciler.wanted(change.identifier, program(change.held.state))
            return
        state: Accreditation = change.held.state
        for row in change.recorded:
            if isinstance(row.event, LinkRevoked | DeviceRemoved):
                self._shut(state.links[row.event.link_id].place_id)
            elif isinstance(row.event, PlaceClosed):
                self._shut(row.event.place_id)
            elif isinstance(row.event, StandingChanged) and row.event.narrows:
                # Who may still attend comes back by itself, with the rights of now; who may not does not.
                for place in state.places.values():
                    if place.category == row.event.code:
                        self._shut(place.place_id)
            elif isinstance(row.event, PlaceRevised | ProtectionSet) and row.event.protected_id is not None:
                self._begin(self._silence_picture(state.places[row.event.place_id]))
        self._hub.ripple_all()

    def _shut(self, place_id: str) -> None:
        """End a place's picture and sound at once; its pages leave by themselves when they are woken.

        Where one of several devices is removed, the others come back by themselves, and it does not.
        """
        self._begin(self._evict(place_id))

    async def _silence_picture(self, place: Place) -> None:
        """Somebody asks for voice only now: what they send is ended, and a picture is not taken in again."""
        if (await wishes_of(place, self._dossiers)).voice_only:
            await self._evict(place.place_id)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _evict(self, place_id: str) -> None:
        # An engine that is being restarted has no sessions left to end.
        with contextlib.suppress(ConnectionError):
            await self._engine.evict(place_id)

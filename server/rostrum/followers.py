"""What follows every change of the record: pages are woken, the engine's programme is set, closed doors are shut."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.devices import DeviceRemoved
from rostrum.assembly.feeds import Choice, EncoderLinked, EncoderUnlinked, Feed
from rostrum.assembly.interpretation import Interpretation
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.place import LinkRevoked, Place, PlaceClosed, PlaceGranted, PlaceRevised
from rostrum.assembly.program import HALL, program
from rostrum.assembly.protection import LiftingAnswered, ProtectionSet
from rostrum.assembly.release import FULL, Guard
from rostrum.assembly.standing import StandingChanged
from rostrum.desk import ACCREDITATION, INTERPRETATION, MEETING, Change, Desk
from rostrum.feeders import Feeders
from rostrum.live.hub import Hub
from rostrum.media.engine import Engine, NoSuchPeer
from rostrum.media.reconcile import Reconciler
from rostrum.placeless import end_encoder
from rostrum.reads.guards import Guards
from rostrum.reads.wishes import wishes_of
from rostrum.record.dossiers import Dossiers

PROTECTING = (PlaceGranted, PlaceRevised, ProtectionSet, LiftingAnswered)
"""Events after which a place's holder may be protected otherwise."""


def _everything(_place_id: str) -> Guard:
    return FULL


class Followers:
    """Hears of changes. The state is handed on whole, so that what was missed heals with the next."""

    def __init__(
        self,
        hub: Hub,
        engine: Engine,
        reconciler: Reconciler,
        desk: Desk,
        dossiers: Dossiers,
        guards: Guards,
        feeders: Feeders,
        test_clip: Callable[[], Path],
    ) -> None:
        """`test_clip` makes the generated picture and sound, or finds what it made; it may take seconds."""
        self._hub = hub
        self._engine = engine
        self._reconciler = reconciler
        self._desk = desk
        self._dossiers = dossiers
        self._guards = guards
        self._feeders = feeders
        self._test_clip = test_clip
        self._tested: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """After a restart the engine knows nothing: every session and meeting is held, so that changes are heard of,
        and every meeting told.
        """
        for session_id in await self._desk.identifiers(ACCREDITATION):
            session = (await self._desk.load(ACCREDITATION, session_id)).state
            await self._guards.learn(session.places.values())
        for meeting_id in await self._desk.identifiers(MEETING):
            await self._desk.load(INTERPRETATION, meeting_id)
            held = await self._desk.load(MEETING, meeting_id)
            self._hub.advance(meeting_id, held.version)
            self._follow(held.state)

    def __call__(self, change: Change) -> None:
        """One change of one stream."""
        if change.aggregate is MEETING:
            self._hub.advance(change.identifier, change.held.version)
            self._follow(change.held.state)
            for row in change.recorded:
                if isinstance(row.event, EncoderLinked | EncoderUnlinked):
                    self._begin(self._end_encoder(change.identifier, row.event.feed))
            return
        if change.aggregate is INTERPRETATION:
            meeting = self._desk.held(MEETING).get(change.identifier)
            if meeting is not None:
                self._follow(meeting)
            self._hub.turn(change.identifier)
            return
        if change.aggregate is ACCREDITATION:
            self._follow_places(change)
        self._hub.ripple_all()

    def _follow(self, meeting: Meeting) -> None:
        """Set the engine's programme of a meeting."""
        known = (each for each in self._desk.held(ACCREDITATION).values() if each.session_id == meeting.session_id)
        session = next(known, None)
        guard_of = _everything if session is None else partial(self._guards.of, session)
        interpretation = self._desk.held(INTERPRETATION).get(meeting.meeting_id, Interpretation())
        if meeting.feeds.choice is Choice.TEST and meeting.meeting_id not in self._tested:
            self._tested.add(meeting.meeting_id)
            self._begin(self._play_test(meeting.meeting_id))
        self._reconciler.wanted(meeting.meeting_id, program(meeting, guard_of, interpretation))

    def _follow_places(self, change: Change) -> None:
        state: Accreditation = change.held.state
        protecting = []
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
            if isinstance(row.event, PlaceRevised) and row.event.category:
                # Another category, other rights: who may still attend comes back by itself.
                self._shut(row.event.place_id)
            if isinstance(row.event, PROTECTING):
                protecting.append(state.places[row.event.place_id])
        if any(place.protected_id is not None or place.protection is not None for place in protecting):
            # At once with all of it, and with what was asked for as soon as that is read.
            self._follow_meetings(state)
            self._begin(self._guard(state, protecting))

    def _follow_meetings(self, session: Accreditation) -> None:
        for meeting in self._desk.held(MEETING).values():
            if meeting.session_id == session.session_id:
                self._follow(meeting)

    async def _guard(self, session: Accreditation, places: Sequence[Place]) -> None:
        """Heed what is asked for now; a picture that somebody sends who asks for voice only is ended."""
        await self._guards.learn(places)
        self._follow_meetings(session)
        for place in places:
            if (await wishes_of(place, self._dossiers)).voice_only:
                await self._evict(place.place_id)

    def _shut(self, place_id: str) -> None:
        """End a place's picture and sound, and what it sends for others, at once; its pages leave by themselves when
        they are woken.

        Where one of several devices is removed, the others come back by themselves, and it does not.
        """
        for each in (place_id, *self._feeders.ended(place_id)):
            self._begin(self._evict(each))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _play_test(self, meeting_id: str) -> None:
        self._engine.play(meeting_id, HALL, await asyncio.to_thread(self._test_clip))

    async def _end_encoder(self, meeting_id: str, feed: Feed) -> None:
        with contextlib.suppress(ConnectionError, NoSuchPeer):
            await end_encoder(self._engine, meeting_id, feed)

    async def _evict(self, place_id: str) -> None:
        # An engine that is being restarted has no sessions left to end.
        with contextlib.suppress(ConnectionError):
            await self._engine.evict(place_id)

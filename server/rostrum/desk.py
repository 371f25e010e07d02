"""The one runner of acts: load, decide (which authorises), append, announce.

Every change goes through `Desk.act`, from whatever page, command line or test it comes.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

import structlog

from rostrum.assembly import (
    accreditation,
    credentials,
    glossary,
    interpretation,
    meeting,
    papers,
    statement,
    statement_acts,
)
from rostrum.assembly.accreditation import Accreditation, AccreditationCommand, AccreditationEvent
from rostrum.assembly.actor import Actor
from rostrum.assembly.credentials import Credentials, CredentialsCommand, CredentialsEvent
from rostrum.assembly.glossary import Glossary, GlossaryCommand, GlossaryEvent
from rostrum.assembly.interpretation import Interpretation, InterpretationCommand, InterpretationEvent
from rostrum.assembly.meeting import Meeting, MeetingCommand, MeetingEvent
from rostrum.assembly.papers import Papers, PapersCommand, PapersEvent
from rostrum.assembly.refusal import Refused
from rostrum.assembly.statement import StatementEvent, Statements
from rostrum.assembly.statement_acts import StatementCommand
from rostrum.record.codec import Event as AnyEvent
from rostrum.record.journal import Clash, Journal, Recorded, Write

State = TypeVar("State")
Command = TypeVar("Command")
Event = TypeVar("Event", bound=AnyEvent)

Clock = Callable[[], datetime]
"""Now, in UTC with zone."""

EMPTY_KEPT = 256
"""Of so many streams it is remembered that nothing is in them yet, so that asking again reads nothing."""
ATTEMPTS_MAX = 16
"""How often a command is decided again after a clash before the conflict is given up as a fault."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Aggregate(Generic[State, Command, Event]):
    """A kind of stream: how its commands are decided and its events folded."""

    prefix: str
    empty: State
    decide: Callable[[State, Command, Actor, datetime], list[Event]]
    apply: Callable[[State, Event], State]

    def stream(self, identifier: str) -> str:
        """The stream's name in the journal."""
        return f"{self.prefix}/{identifier}"


MEETING: Aggregate[Meeting, MeetingCommand, MeetingEvent] = Aggregate(
    "meeting", Meeting(), meeting.decide, meeting.apply
)
ACCREDITATION: Aggregate[Accreditation, AccreditationCommand, AccreditationEvent] = Aggregate(
    "accreditation", Accreditation(), accreditation.decide, accreditation.apply
)
CREDENTIALS: Aggregate[Credentials, CredentialsCommand, CredentialsEvent] = Aggregate(
    "credentials", Credentials(), credentials.decide, credentials.apply
)
PAPERS: Aggregate[Papers, PapersCommand, PapersEvent] = Aggregate("papers", Papers(), papers.decide, papers.apply)
INTERPRETATION: Aggregate[Interpretation, InterpretationCommand, InterpretationEvent] = Aggregate(
    "interpretation", Interpretation(), interpretation.decide, interpretation.apply
)
"""Of a meeting, by its identifier."""
GLOSSARY: Aggregate[Glossary, GlossaryCommand, GlossaryEvent] = Aggregate(
    "glossary", Glossary(), glossary.decide, glossary.apply
)
STATEMENTS: Aggregate[Statements, StatementCommand, StatementEvent] = Aggregate(
    "statements", Statements(), statement_acts.decide, statement.apply
)
AGGREGATES: tuple[Aggregate[Any, Any, Any], ...] = (
    MEETING,
    ACCREDITATION,
    CREDENTIALS,
    PAPERS,
    INTERPRETATION,
    STATEMENTS,
    GLOSSARY,
)


@dataclass(frozen=True)
class Held(Generic[State]):
    """A state and the version (the last sequence number, 0: nothing yet) that it was folded to."""

    version: int
    state: State


@dataclass(frozen=True)
class Change:
    """What was appended to a stream, by this node or another, and the state that it made."""

    aggregate: Aggregate[Any, Any, Any]
    identifier: str
    held: Held[Any]
    recorded: Sequence[Recorded]


class Desk:
    """Runs commands against the record and tells listeners what came of them."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._held: dict[str, Held[Any]] = {}
        self._empty: OrderedDict[str, None] = OrderedDict()
        # A lock lives while somebody has it or waits for it: names that anyone may ask for leave nothing behind.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._listeners: list[Callable[[Change], None]] = []

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Call `listener` after every change, in the event loop. It must not block; its faults are logged."""
        self._listeners.append(listener)

    async def load(self, aggregate: Aggregate[State, Command, Event], identifier: str) -> Held[State]:
        """The newest state that this node knows of."""
        stream = aggregate.stream(identifier)
        if stream not in self._held and stream not in self._empty:
            async with self._lock(stream):
                await self._catch_up(aggregate, identifier)
        return self._known(aggregate, identifier)

    def held(self, aggregate: Aggregate[State, Command, Event]) -> Mapping[str, State]:
        """The states of this kind that this node has loaded, by identifier."""
        prefix = f"{aggregate.prefix}/"
        return {
            stream.removeprefix(prefix): each.state for stream, each in self._held.items() if stream.startswith(prefix)
        }

    async def identifiers(self, aggregate: Aggregate[State, Command, Event]) -> list[str]:
        """The identifiers of all streams of this kind, oldest first."""
        prefix = f"{aggregate.prefix}/"
        return [stream.removeprefix(prefix) for stream in await self._journal.streams(prefix)]

    async def act(
        self,
        aggregate: Aggregate[State, Command, Event],
        identifier: str,
        command: Command,
        actor: Actor,
        *,
        also: Sequence[Write] = (),
    ) -> Held[State]:
        """Decide a command and append what it brings about, together with the writes in `also`.

        Returns after the commit. Raises `Refused` where the rules say no; then nothing is written.
        """
        stream = aggregate.stream(identifier)
        async with self._lock(stream):
            await self._catch_up(aggregate, identifier)
            for _ in range(ATTEMPTS_MAX):
                held = self._known(aggregate, identifier)
                now = self._clock()
                try:
                    events = aggregate.decide(held.state, command, actor, now)
                except Refused:
                    # Another node may have gone on: a refusal counts only by the newest state.
                    await self._catch_up(aggregate, identifier, again=True)
                    if self._known(aggregate, identifier).version == held.version:
                        raise
                    continue
                if not events:
                    return held
                try:
                    recorded = await self._journal.append(stream, held.version, events, actor.place_id, now, also=also)
                except Clash:
                    await self._catch_up(aggregate, identifier, again=True)
                    continue
                return self._keep(aggregate, identifier, recorded)
        raise RuntimeError(f"{stream}: {ATTEMPTS_MAX} clashes in a row")

    async def catch_up(self, stream: str) -> None:
        """Fold what another node has appended to a stream that is held here."""
        for aggregate in AGGREGATES:
            if stream.startswith(f"{aggregate.prefix}/"):
                identifier = stream.removeprefix(f"{aggregate.prefix}/")
                async with self._lock(stream):
                    await self._catch_up(aggregate, identifier, again=True)

    def _lock(self, stream: str) -> asyncio.Lock:
        lock = self._locks.get(stream)
        if lock is None:
            lock = self._locks[stream] = asyncio.Lock()
        return lock

    def _known(self, aggregate: Aggregate[State, Command, Event], identifier: str) -> Held[State]:
        held: Held[State] | None = self._held.get(aggregate.stream(identifier))
        return Held(0, aggregate.empty) if held is None else held

    async def _catch_up(
        self, aggregate: Aggregate[State, Command, Event], identifier: str, *, again: bool = False
    ) -> None:
        stream = aggregate.stream(identifier)
        if (stream in self._held or stream in self._empty) and not again:
            return
        # Nothing is held before it is read whole: who came meanwhile, or after a read that failed, would take the
        # empty state for the newest.
        recorded = await self._journal.read(stream, after_seq=self._known(aggregate, identifier).version)
        if recorded:
            self._keep(aggregate, identifier, recorded)
        elif stream not in self._held:
            self._empty[stream] = None
            self._empty.move_to_end(stream)
            if len(self._empty) > EMPTY_KEPT:
                self._empty.popitem(last=False)

    def _keep(
        self, aggregate: Aggregate[State, Command, Event], identifier: str, recorded: Sequence[Recorded]
    ) -> Held[State]:
        stream = aggregate.stream(identifier)
        state = self._known(aggregate, identifier).state
        for row in recorded:
            state = aggregate.apply(state, row.event)  # type: ignore[arg-type]  # the stream's prefix vouches for its events
        kept = Held(recorded[-1].seq, state)
        self._held[stream] = kept
        self._empty.pop(stream, None)
        change = Change(aggregate, identifier, kept, recorded)
        for listener in self._listeners:
            try:
                listener(change)
            except Exception:
                # What was decided stands, whoever fails to hear of it: pages and media heal from the state.
                _log.exception("listener failed", stream=stream)
        return kept

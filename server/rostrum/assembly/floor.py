"""The floor: the list of speakers, who has the floor, whom they interrupted, and what delegations agreed about it.

The state and its questions only; what changes it is in `speakers.py` (the list), `speaking.py` (the clock), `line.py`,
`reply.py`, `swap.py` and `groups.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.entry import ENTRY_MACHINE, Entry, EntryEvent, EntryState, Kind
from rostrum.assembly.groups import Group
from rostrum.assembly.order import arranged
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules import Rules
from rostrum.assembly.rules.procedure import ListRules
from rostrum.assembly.speech import Speech


@dataclass(frozen=True)
class Sitting:
    """What a decision about the floor rests on: the rules, the item, who is present, what is before the meeting."""

    rules: Rules
    item_id: str | None = None
    is_open: bool = True
    present: frozenset[str] = frozenset()
    """Delegations, in the hall and far away."""
    motion_id: str | None = None
    """The motion that is before the meeting: nothing else is spoken on."""


@dataclass(frozen=True)
class Floor:
    """The list of speakers and who has the floor. `interrupted`: who was stopped by a motion, outermost first."""

    list_open: bool = False
    was_closed: bool = False
    """The list was closed before: to open it is to reopen it."""
    present_only: bool = False
    closes_at: datetime | None = None
    """When the presiding officer announced that the list will be closed."""
    rules: ListRules = field(default_factory=ListRules)
    """How the list is ordered: that of the rules when it was opened."""
    entries: tuple[Entry, ...] = ()
    sequence: tuple[str, ...] = ()
    """Entries of statements in their order, before a category is woven in."""
    called: tuple[str, ...] = ()
    """Entries that have had the floor, in the order of their first call."""
    speech: Speech | None = None
    interrupted: tuple[Speech, ...] = ()
    ended: Speech | None = None
    """The statement that was ended last, for as long as nobody had the floor after it."""
    ended_at: datetime | None = None
    swaps: tuple[tuple[str, str], ...] = ()
    """Proposed: (entry of the one who asks, entry that is asked)."""
    groups: Mapping[str, Group] = field(default_factory=dict)

    @property
    def waiting(self) -> tuple[Entry, ...]:
        """Statements and, after them, replies that wait, in the order in which they will be called."""
        return (*self.statements, *self.replies)

    @property
    def statements(self) -> tuple[Entry, ...]:
        """Statements that wait, in order."""
        return arranged(self.entries, self.sequence, self.called, self.rules)

    @property
    def replies(self) -> tuple[Entry, ...]:
        """Replies that wait, in the order in which they were asked for; who comes back from a lost line is first."""
        waiting = [e for e in self.entries if e.kind is Kind.REPLY and e.state is EntryState.WAITING]
        return tuple(sorted(waiting, key=lambda entry: not entry.returns))

    @property
    def interrupting(self) -> tuple[Entry, ...]:
        """Points of order and motions that wait, by precedence, then by time."""
        waiting = [e for e in self.entries if e.kind.is_motion and e.state is EntryState.WAITING]
        return tuple(sorted(waiting, key=lambda entry: entry.kind.precedence))

    def on_motion(self, motion_id: str) -> tuple[Entry, ...]:
        """Those who wait to speak on a motion, in the order in which they asked."""
        return tuple(
            e for e in self.entries
            if e.kind.is_on_motion and e.answers == motion_id and e.state is EntryState.WAITING
        )  # fmt: skip

    @property
    def next_up(self) -> Entry | None:
        """Who is called next: the first whose line is there; where nobody's is, the first."""
        waiting = self.waiting
        return next((entry for entry in waiting if not entry.line_lost), waiting[0] if waiting else None)

    @property
    def spoken(self) -> tuple[Entry, ...]:
        """Statements and replies that were made, first first."""
        by_id = {entry.entry_id: entry for entry in self.entries}
        had = (by_id[entry_id] for entry_id in self.called)
        return tuple(e for e in had if e.state is EntryState.SPOKEN and e.kind in (Kind.STATEMENT, Kind.REPLY))

    def entry(self, entry_id: str) -> Entry | None:
        """The entry with this identifier, in whatever state."""
        return next((entry for entry in self.entries if entry.entry_id == entry_id), None)

    def waiting_entry(self, entry_id: str) -> Entry:
        """The waiting entry with this identifier. Raises `Refused(NO_SUCH_ENTRY)`."""
        entry = self.entry(entry_id)
        if entry is None or entry.state is not EntryState.WAITING:
            raise Refused(Why.NO_SUCH_ENTRY)
        return entry

    def own_waiting_entry(self, entry_id: str, actor: Actor) -> Entry:
        """The waiting entry, if the actor may dispose of it. Raises `Refused`."""
        entry = self.waiting_entry(entry_id)
        own = entry.is_of(actor.place_id, actor.delegation_id)
        if not own and not actor.rights & {Right.PRESIDE, Right.ADMINISTER}:
            raise Refused(Why.NOT_YOUR_ENTRY)
        return entry

    def waiting_of(self, place_id: str, delegation_id: str = "", kind: Kind = Kind.STATEMENT) -> Entry | None:
        """The waiting entry of this kind of a place or its delegation, if there is one."""
        return next(
            (e for e in self.entries
             if e.state is EntryState.WAITING and e.kind is kind and e.is_of(place_id, delegation_id)),
            None,
        )  # fmt: skip

    def position(self, entry_id: str) -> int | None:
        """Place in the list from 1, None when not waiting."""
        return next((n for n, entry in enumerate(self.waiting, 1) if entry.entry_id == entry_id), None)

    def speech_of(self, entry_id: str) -> Speech:
        """The running statement, if it is the one that is meant. Raises `Refused`.

        Whoever acts names the statement: a page that is behind does nothing to whoever speaks now.
        """
        if self.speech is None:
            raise Refused(Why.NOBODY_SPEAKS)
        if self.speech.entry_id != entry_id:
            raise Refused(Why.ANOTHER_SPEAKS)
        return self.speech

    def moved(self, entry_id: str, event: EntryEvent, **changes: object) -> "Floor":
        """The floor with one entry moved by its machine, and changed."""
        entries = tuple(
            replace(entry, state=ENTRY_MACHINE[entry.state][type(event)], **changes)  # type: ignore[arg-type]
            if entry.entry_id == entry_id
            else entry
            for entry in self.entries
        )
        return replace(self, entries=entries)

    def changed(self, entry_id: str, **changes: object) -> "Floor":
        """The floor with one entry changed in what is not its state."""
        entries = tuple(
            replace(entry, **changes) if entry.entry_id == entry_id else entry  # type: ignore[arg-type]
            for entry in self.entries
        )
        return replace(self, entries=entries)

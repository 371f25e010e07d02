"""A clerk with a sheet of paper and a stop watch: the rules of PROCEDURE.md, and nothing of the code under test.

Written from the rules, not from the code. The clerk is told what happens; it is either allowed, and then noted, or not.
The sheet says who has the floor, in which order the others wait, and how much time has run.
"""

from dataclasses import dataclass, field

RANKS = ["head-of-state", "head-of-government", "deputy", "minister", "other"]
BLOCKS = ["state-party", "observer-state", "ngo"]
PRECEDENCE = ["point-of-order", "suspend-meeting", "adjourn-meeting", "adjourn-debate", "close-debate"]
SIDES = {"adjourn-debate": {"for": 2, "against": 2}, "close-debate": {"for": 0, "against": 2}}
MINUTE = 60_000
LENGTH = {"state-party": 5 * MINUTE, "observer-state": 5 * MINUTE, "ngo": 3 * MINUTE}
POINT, MOTION = 2 * MINUTE, 3 * MINUTE
REPLIES = [5 * MINUTE, 3 * MINUTE]
HOUR = 60 * MINUTE
UNDO = 30_000


@dataclass(eq=False)
class Delegation:
    """Who asks."""

    name: str
    category: str
    remote: bool


@dataclass(eq=False)
class Slip:
    """A slip of paper with a wish on it. Times in ms; `called_at` and the watch's time are of the clerk's own clock."""

    name: str
    of: Delegation
    kind: str
    rank: str = "other"
    to: str = ""
    waits: bool = True
    made: bool = False
    turns: int = 0
    used: int = 0
    limit: int = 0
    called_at: int = 0
    at_call: tuple[int, int] = (0, 0)
    running: bool = False
    back_first: bool = False
    gone: bool = False
    """Its line was lost and has not come back."""
    read_out: bool = False


@dataclass
class Clerk:
    """The sheet. `debate`: a general debate's order; `weave`: one of civil society after so many others (0: no)."""

    debate: bool
    weave: int
    replies_at_end: bool
    now: int = 0
    open: bool = False
    sitting: bool = True
    over: bool = False
    slips: dict[str, Slip] = field(default_factory=dict)
    sheet: list[Slip] = field(default_factory=list)
    """Statements in order; those that were made stay on it, crossed out."""
    had: list[Slip] = field(default_factory=list)
    speaking: Slip | None = None
    stopped: list[Slip] = field(default_factory=list)
    table: list[Slip] = field(default_factory=list)
    appealed: bool = False
    ruled: str = ""
    last: Slip | None = None
    ended_at: int = 0
    swaps: list[tuple[str, str]] = field(default_factory=list)
    here: set[str] = field(default_factory=set)
    votes: int = 0
    ballots: dict[str, str] | None = None
    about: str = ""
    conduct: bool = False
    """A point of order on the conduct of the vote under way was agreed to."""

    # What the sheet says

    def order(self) -> list[str]:
        """Who waits, in order."""
        waiting = [s for s in self.sheet if s.waits]
        first = [s for s in waiting if s.back_first]
        rest = [s for s in waiting if not s.back_first]
        if self.weave:
            rest = self._woven(rest)
        replies = [s for s in self.slips.values() if s.kind == "reply" and s.waits]
        replies = [s for s in replies if s.back_first] + [s for s in replies if not s.back_first]
        return [s.name for s in first + rest + replies]

    def _woven(self, rest: list[Slip]) -> list[Slip]:
        civil = [s for s in rest if s.of.category == "ngo"]
        others = [s for s in rest if s.of.category != "ngo"]
        count = 0
        for slip in self.had:
            count = 0 if slip.of.category == "ngo" else count + 1
        out = []
        while civil or others:
            if civil and (count >= self.weave or not others):
                out.append(civil.pop(0))
                count = 0
            else:
                out.append(others.pop(0))
                count += 1
        return out

    def rising(self) -> list[Slip]:
        """Points of order and motions that nobody has taken up yet."""
        return [s for s in self.slips.values() if s.kind in PRECEDENCE and s.waits]

    @property
    def _voting(self) -> bool:
        return self.ballots is not None

    @property
    def _quiet(self) -> bool:
        """The meeting sits and no vote is under way."""
        return self.sitting and not self.over and not self._voting

    # Time

    def wait(self, ms: int) -> bool:
        """Time passes."""
        self.now += ms
        if self.speaking and self.speaking.running:
            self.speaking.used += ms
        return True

    # The list

    def set_list(self, wanted: bool) -> bool:
        """The presiding officer opens or closes the list."""
        if self.over or self._voting or self.open == wanted:
            return False
        self.open = wanted
        return True

    def _busy_with(self, who: Delegation, kind: str) -> bool:
        on = [*self.stopped, *([self.speaking] if self.speaking else [])]
        return any(s.of is who and s.kind == kind and (s.waits or s in on) for s in self.slips.values())

    def ask(self, who: Delegation, name: str, rank: str) -> bool:
        """A delegation signifies its wish to speak."""
        if self.over or not self.open or self._busy_with(who, "statement"):
            return False
        slip = self.slips[name] = Slip(name, who, "statement", rank)
        lighter = [s for s in self.sheet if s.waits and not s.back_first and self._weight(s) > self._weight(slip)]
        if self.debate and lighter:
            self.sheet.insert(self.sheet.index(lighter[0]), slip)
        else:
            self.sheet.append(slip)
        return True

    def confirm(self, name: str, rank: str) -> bool:
        """The secretariat says of which rank the speaker of a statement is; by rank, it stands elsewhere then."""
        slip = self._statement(name)
        if self.over or self._voting or slip is None:
            return False
        other, slip.rank = rank != slip.rank, rank
        if self.debate and other:
            self.sheet.remove(slip)
            lighter = [s for s in self.sheet if s.waits and not s.back_first and self._weight(s) > self._weight(slip)]
            self.sheet.insert(self.sheet.index(lighter[0]) if lighter else len(self.sheet), slip)
        return True

    def _weight(self, slip: Slip) -> tuple[int, int]:
        return RANKS.index(slip.rank), BLOCKS.index(slip.of.category)

    def reply(self, who: Delegation, name: str, to: str) -> bool:
        """A delegation asks for its right of reply to a statement."""
        if self.over or not self.sitting or self._busy_with(who, "reply"):
            return False
        answered = self.slips.get(to)
        if answered is None or answered.of is who or answered.kind not in ("statement", "reply"):
            return False
        if not (answered.made or answered is self.speaking or answered in self.stopped):
            return False
        if len(self._replies(who)) >= len(REPLIES):
            return False
        self.slips[name] = Slip(name, who, "reply", to=to)
        return True

    def _replies(self, who: Delegation) -> list[Slip]:
        return [s for s in self.slips.values() if s.kind == "reply" and s.of is who]

    def withdraw(self, who: Delegation, name: str) -> bool:
        """A delegation takes its slip back."""
        slip = self.slips.get(name)
        if self.over or slip is None or not slip.waits or slip.of is not who:
            return False
        self._tear(slip)
        return True

    def _tear(self, slip: Slip) -> None:
        del self.slips[slip.name]
        if slip in self.sheet:
            self.sheet.remove(slip)
        slip.waits = False
        self._no_swap(slip.name)

    def _no_swap(self, *names: str) -> None:
        self.swaps = [pair for pair in self.swaps if not set(names) & set(pair)]

    def _statement(self, name: str) -> Slip | None:
        return next((s for s in self.sheet if s.name == name and s.waits), None)

    def _across(self, one: Slip, other: Slip) -> bool:
        return bool(self.weave) and (one.of.category == "ngo") != (other.of.category == "ngo")

    def move(self, name: str, before: str) -> bool:
        """The secretariat puts a statement before another ("": to the end)."""
        moved, target = self._statement(name), self._statement(before)
        if self.over or self._voting or moved is None or moved is target or (before and target is None):
            return False
        if target and self._across(moved, target):
            return False
        self.sheet.remove(moved)
        self.sheet.insert(self.sheet.index(target) if target else len(self.sheet), moved)
        moved.back_first = False
        return True

    def propose(self, who: Delegation, name: str, other: str) -> bool:
        """A delegation asks another to change places."""
        mine, theirs = self._statement(name), self._statement(other)
        if self.over or self._voting or mine is None or theirs is None or mine.of is not who or theirs.of is who:
            return False
        if mine.back_first or theirs.back_first or self._across(mine, theirs):
            return False
        if any(asking == name for asking, _ in self.swaps):
            return False
        self.swaps.append((name, other))
        return True

    def agree(self, who: Delegation, name: str, other: str) -> bool:
        """The other agrees."""
        if self.over or self._voting or (name, other) not in self.swaps or self.slips[other].of is not who:
            return False
        a, b = self.sheet.index(self.slips[name]), self.sheet.index(self.slips[other])
        self.sheet[a], self.sheet[b] = self.sheet[b], self.sheet[a]
        self._no_swap(name, other)
        return True

    # The floor

    def call(self, name: str) -> bool:
        """The presiding officer gives the floor."""
        slip = self.slips.get(name)
        if not self._quiet or slip is None or not slip.waits or self.speaking or slip.kind in PRECEDENCE:
            return False
        on_table = self.table[-1].name if self.table else ""
        if slip.kind in ("for", "against"):
            if slip.to != on_table:
                return False
        elif on_table or self.stopped:
            return False
        if slip.kind == "reply" and self.replies_at_end and any(s.waits for s in self.sheet):
            return False
        self._begin(slip)
        return True

    def _begin(self, slip: Slip) -> None:
        if not slip.turns:
            slip.limit = self._length(slip)
        slip.at_call = (slip.used, slip.limit)
        slip.turns += 1
        slip.waits = slip.back_first = slip.gone = slip.read_out = False
        slip.called_at, slip.running = self.now, True
        if slip.kind == "statement" and slip not in self.had:
            self.had.append(slip)
        self._no_swap(slip.name)
        self.speaking, self.last, self.ruled = slip, None, ""

    def _length(self, slip: Slip) -> int:
        if slip.kind == "statement":
            return LENGTH[slip.of.category]
        if slip.kind == "reply":
            return REPLIES[self._replies(slip.of).index(slip)]
        return POINT if slip.kind == "point-of-order" else MOTION

    def _named(self, name: str) -> Slip | None:
        here = self.speaking if self.sitting and not self.over else None
        return here if here and here.name == name else None

    def pause(self, name: str) -> bool:
        """The clock is stopped."""
        slip = self._named(name)
        if slip is None or not slip.running:
            return False
        slip.running = False
        return True

    def resume(self, name: str) -> bool:
        """The clock runs again."""
        slip = self._named(name)
        if slip is None or slip.running or slip.gone:
            return False
        slip.running = True
        return True

    def extend(self, name: str, ms: int) -> bool:
        """More time."""
        slip = self._named(name)
        if slip is None or self._voting or not 0 < ms <= HOUR:
            return False
        slip.limit += ms
        return True

    def finish(self, who: Delegation) -> bool:
        """The speaker has finished."""
        if self.speaking is None or self.speaking.of is not who or self._named(self.speaking.name) is None:
            return False
        self._end()
        return True

    def end(self, name: str) -> bool:
        """The presiding officer takes the floor back, from the speaker or from who was interrupted last."""
        if self._named(name):
            self._end()
            return True
        if self.over or not self.sitting or self.speaking or not self.stopped or self.stopped[-1].name != name:
            return False
        self.stopped.pop().made = True
        return True

    def _end(self) -> None:
        if self.speaking:
            self.speaking.made, self.speaking.running = True, False
            self.last, self.ended_at, self.speaking = self.speaking, self.now, None

    def undo_call(self, name: str) -> bool:
        """The call was a mistake: the slip waits again where it was."""
        slip = self._named(name)
        if slip is None or self._voting or self.stopped or slip.kind in PRECEDENCE:
            return False
        if self.now - slip.called_at > UNDO:
            return False
        slip.used, slip.limit = slip.at_call
        slip.turns -= 1
        slip.waits, slip.running, slip.gone = True, False, False
        slip.back_first = slip.turns > 0
        if slip.turns == 0 and slip in self.had:
            self.had.remove(slip)
        self.speaking = None
        return True

    def undo_end(self, name: str) -> bool:
        """The end was a mistake: the speaker has the floor again, and the clock stands."""
        slip = self.last
        if not self._quiet or self.speaking or self.table or slip is None or slip.name != name:
            return False
        if slip.kind not in ("statement", "reply") or self.now - self.ended_at > UNDO:
            return False
        slip.made = False
        slip.at_call = (slip.used, slip.at_call[1])
        self.speaking, self.last = slip, None
        return True

    # The line

    def lost(self, name: str) -> bool:
        """The speaker's line fails: the clock stops."""
        slip = self._named(name)
        if slip is None or not slip.of.remote or slip.read_out:
            return False
        if not slip.gone:
            slip.gone, slip.running = True, False
        return True

    def restored(self, name: str) -> bool:
        """The line is back; nobody is on air by that."""
        if self.over or not self.sitting:
            return False
        slip = self.slips.get(name)
        if slip:
            slip.gone = False
        return True

    def pass_over(self, name: str) -> bool:
        """Others go on; this one comes back first with the time that is left."""
        slip = self._named(name)
        if slip is None or not slip.gone or slip.kind not in ("statement", "reply"):
            return False
        slip.waits = slip.back_first = True
        self.speaking = None
        return True

    def read_out(self, name: str) -> bool:
        """The secretariat reads the rest out."""
        slip = self._named(name)
        if slip is None or not slip.gone:
            return False
        slip.gone, slip.read_out, slip.running = False, True, True
        return True

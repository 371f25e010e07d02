"""The clerk's sheet for points of order, motions and votes; like the rest of it written from the rules alone."""

from dataclasses import dataclass

from tests.assembly.oracle import PRECEDENCE, SIDES, Clerk, Delegation, Slip


@dataclass
class VotingClerk(Clerk):
    """The whole sheet."""

    # Motions

    def rise(self, who: Delegation, name: str, kind: str, on_vote: bool) -> bool:
        """A state party rises to a point of order, or moves."""
        if self.over or not self.sitting or who.category != "state-party" or on_vote != self._voting:
            return False
        if (self._voting and kind != "point-of-order") or self._busy_with(who, kind):
            return False
        self.slips[name] = Slip(name, who, kind, to=f"vote {self.votes}" if on_vote else "")
        return True

    def take_up(self, name: str) -> bool:
        """The presiding officer puts it before the meeting; its mover has the floor at once."""
        slip = self.slips.get(name)
        if self.over or not self.sitting or slip is None or slip not in self.rising():
            return False
        if self._voting and not slip.to:
            return False
        rank = PRECEDENCE.index(slip.kind)
        if any(PRECEDENCE.index(s.kind) < rank and bool(s.to) == bool(slip.to) for s in self.rising()):
            return False
        if self.table and rank >= PRECEDENCE.index(self.table[-1].kind):
            return False
        self._interrupt()
        self.table.append(slip)
        self._begin(slip)
        return True

    def _interrupt(self) -> None:
        if self.speaking:
            self.speaking.running = False
            self.stopped.append(self.speaking)
            self.speaking = None

    def speak_on(self, who: Delegation, name: str, motion: str, side: str) -> bool:
        """A state party asks to speak for or against the motion on the table."""
        if not self._quiet or who.category != "state-party" or not self.table or self.table[-1].name != motion:
            return False
        top = self.table[-1]
        on_it = [s for s in self.slips.values() if s.kind in ("for", "against") and s.to == motion]
        if len([s for s in on_it if s.kind == side]) >= SIDES.get(top.kind, {}).get(side, 0):
            return False
        if top.of is who or any(s.of is who for s in on_it):
            return False
        self.slips[name] = Slip(name, who, side, to=motion)
        return True

    def _open_motion(self, name: str) -> Slip | None:
        top = self.table[-1] if self.table else None
        mine = top is not None and top.name == name and not self.appealed
        return top if mine and self.sitting and not self.over else None

    def _stopped_on(self, name: str) -> bool:
        return bool(self.stopped) and (self.stopped[-1].name == name or self.stopped[-1].to == name)

    def rule(self, name: str, agreed: bool) -> bool:
        """The presiding officer rules on a point of order."""
        top = self._open_motion(name)
        if top is None or top.kind != "point-of-order" or self.speaking:
            return False
        self.table.pop()
        self.ruled = name
        if agreed and self._voting and top.to == f"vote {self.votes}":
            self.conduct = True
        return True

    def appeal(self, who: Delegation, name: str) -> bool:
        """A state party appeals against the ruling just given."""
        if not self._quiet or who.category != "state-party" or not name or self.ruled != name:
            return False
        self.table.append(self.slips[name])
        self.appealed, self.ruled = True, ""
        return True

    def drop(self, who: Delegation, name: str) -> bool:
        """The mover withdraws."""
        top = self._open_motion(name)
        if top is None or self._voting or top.of is not who or self.speaking or self._stopped_on(name):
            return False
        self._settle(top)
        self.ruled = ""
        return True

    def _settle(self, motion: Slip) -> None:
        self.table.remove(motion)
        self.appealed = False
        for slip in [s for s in self.slips.values() if s.kind in ("for", "against") and s.to == motion.name]:
            if slip.waits:
                self._tear(slip)

    def give_back(self, name: str) -> bool:
        """The floor goes back to who was interrupted."""
        if not self._quiet or self.speaking or not self.stopped or self.stopped[-1].name != name:
            return False
        if self.table and not self._stopped_on(self.table[-1].name):
            return False
        slip = self.stopped.pop()
        slip.running = not slip.gone
        self.speaking, self.last, self.ruled = slip, None, ""
        return True

    # Votes

    def mark(self, who: Delegation, here: bool) -> bool:
        """The secretariat marks who is in the hall."""
        if self.over:
            return False
        (self.here.add if here else self.here.discard)(who.name)
        return True

    def open_vote(self, about: str, states: int) -> bool:
        """A vote on the motion on the table, or ("") on a proposal, for which most of the states must be here."""
        top = self.table[-1] if self.table else None
        if not self._quiet or self.speaking:
            return False
        if about == "":
            if top is not None or 2 * len([one for one in self.here if one.startswith("S")]) <= states:
                return False
        elif top is None or top.name != about or self._stopped_on(about) or not self._can_be_voted(top):
            return False
        self.votes += 1
        self.ballots, self.about, self.conduct, self.ruled = {}, about, False, ""
        return True

    def _can_be_voted(self, top: Slip) -> bool:
        return self.appealed or top.kind != "point-of-order"

    def cast(self, who: Delegation, choice: str) -> bool:
        """A state says yes, no or abstain, once."""
        if self.ballots is None or who.category != "state-party" or who.name in self.ballots:
            return False
        self.ballots[who.name] = choice
        return True

    def annul(self) -> bool:
        """The vote is broken off after a point of order on its conduct."""
        if self.ballots is None or not self.conduct or self._point_on_conduct():
            return False
        self.ballots, self.ruled = None, ""
        return True

    def _point_on_conduct(self) -> bool:
        return bool(self.table) and self.table[-1].name != self.about

    def close_vote(self) -> bool:
        """The vote is over: those who abstain do not count."""
        if self.ballots is None or self._point_on_conduct():
            return False
        said = list(self.ballots.values())
        yes, no = said.count("yes"), said.count("no")
        self.ballots, self.ruled = None, ""
        if self.about:
            self._decide(self.slips[self.about], yes > no)
        return True

    def _decide(self, motion: Slip, carried: bool) -> None:
        was_appeal = self.appealed
        self._settle(motion)
        if was_appeal or not carried:
            return
        if motion.kind == "suspend-meeting":
            self._interrupt()
            self.sitting = False
        elif motion.kind == "adjourn-meeting":
            self._finish_all()
            self.over = True
        else:
            self._finish_all()
            self.open = False
            for slip in [s for s in self.sheet if s.waits]:
                self._tear(slip)

    def _finish_all(self) -> None:
        for slip in self.stopped:
            slip.made = True
        self.stopped = []

    def suspend(self) -> bool:
        """The presiding officer suspends the meeting."""
        if not self._quiet:
            return False
        self._interrupt()
        self.sitting, self.ruled = False, ""
        return True

    def take_up_again(self, states: set[str], *, few_will_do: bool) -> bool:
        """The meeting is resumed: a third of the states must be here, unless who presides goes on without."""
        if self.over or self.sitting or (3 * len(self.here & states) < len(states) and not few_will_do):
            return False
        self.sitting = True
        return True

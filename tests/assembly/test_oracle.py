"""Ten thousand random meetings, run by the Assembly and by a clerk with paper: whose floor, which order, what time."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.entry import Kind, Rank
from rostrum.assembly.line import LoseLine, PassOver, ReadOut, RestoreLine
from rostrum.assembly.meeting import ConveneMeeting, Meeting, MeetingCommand, OpenMeeting, apply, decide
from rostrum.assembly.motions import AppealRuling, RaiseMotion, RuleOnPoint, SpeakOnMotion, TakeUpMotion, WithdrawMotion
from rostrum.assembly.presence import Electorate, MarkPresence
from rostrum.assembly.refusal import Refused
from rostrum.assembly.rules import Procedure, Rules, load
from rostrum.assembly.rules.procedure import ListRules, MotionRules, Order, RepliesWhen, ReplyRules
from rostrum.assembly.sitting import ResumeMeeting, SuspendMeeting
from rostrum.assembly.speakers import (
    CloseList,
    ConfirmEntry,
    MoveEntry,
    MoveReason,
    OpenList,
    RequestFloor,
    WithdrawRequest,
)
from rostrum.assembly.speaking import (
    CallSpeaker,
    EndSpeech,
    ExtendTime,
    PauseSpeech,
    ResumeSpeech,
    ReturnFloor,
    TakeBackCall,
    TakeBackEnd,
    YieldFloor,
)
from rostrum.assembly.swap import AcceptSwap, ProposeSwap
from rostrum.assembly.voting import AnnulVote, CastVote, Choice, CloseVote, OpenVote, Subject
from tests.assembly import oracle
from tests.assembly.oracle import Delegation
from tests.assembly.oracle_votes import VotingClerk

SEQUENCES = 10_000
STEPS_EACH = 40
START = datetime(2026, 11, 25, 10, tzinfo=UTC)
DELEGATIONS = [
    Delegation("S1", "state-party", True),
    Delegation("S2", "state-party", False),
    Delegation("S3", "state-party", True),
    Delegation("O1", "observer-state", False),
    Delegation("N1", "ngo", True),
    Delegation("N2", "ngo", True),
]
STATES = frozenset(one.name for one in DELEGATIONS if one.category == "state-party")
ACTORS = {
    one.name: Actor(
        one.name,
        one.name,
        one.category,
        frozenset({Right.ATTEND, Right.SPEAK} | ({Right.VOTE} if one.name in STATES else set())),
        one.remote,
    )
    for one in DELEGATIONS
}
SIDE = {"for": True, "against": False}
ASP = load("asp")


def rules(chance: random.Random) -> tuple[Rules, VotingClerk]:
    """Rules of one meeting, and a clerk who goes by them."""
    debate, weave, at_end = chance.random() < 0.5, chance.choice([0, 0, 1, 2]), chance.random() < 0.5
    procedure = Procedure(
        ListRules(Order.GENERAL_DEBATE if debate else Order.AS_ASKED, tuple(oracle.BLOCKS), ("ngo",), weave),
        reply=ReplyRules(when=RepliesWhen.END_OF_MEETING if at_end else RepliesWhen.ANY_TIME),
        motion=MotionRules(categories=("state-party",)),
    )
    return replace(ASP, procedure=procedure), VotingClerk(debate, weave, at_end)


@dataclass
class Pair:
    """The two, told the same."""

    chance: random.Random
    clerk: VotingClerk
    meeting: Meeting
    now: datetime = START
    slips: int = 0

    def do(self, command: MeetingCommand, actor: Actor = SYSTEM) -> bool:
        """Whether the Assembly accepts."""
        try:
            events = decide(self.meeting, command, actor, self.now)
        except Refused:
            return False
        for event in events:
            self.meeting = apply(self.meeting, event)
        return True

    def name(self) -> str:
        """A new slip's."""
        self.slips += 1
        return f"e{self.slips}"

    def who(self) -> Delegation:
        """Somebody."""
        return self.chance.choice(DELEGATIONS)

    def mover(self) -> Delegation:
        """Mostly a state."""
        return self.chance.choice(DELEGATIONS[:3] * 4 + DELEGATIONS)

    def any_slip(self) -> str:
        """A slip, mostly one that is there."""
        return self.chance.choice([*self.clerk.slips, "unknown"])

    def waiting(self) -> str:
        """Mostly the next."""
        order = [*self.clerk.order(), *(s.name for s in self.clerk.slips.values() if s.kind in SIDE and s.waits)]
        if not order or self.chance.random() < 0.1:
            return self.any_slip()
        return order[0] if self.chance.random() < 0.6 else self.chance.choice(order)

    def speaking(self) -> str:
        """Mostly who has the floor."""
        here = self.clerk.speaking
        return here.name if here and self.chance.random() < 0.9 else self.any_slip()

    def top(self) -> str:
        """Mostly the motion on the table."""
        return self.clerk.table[-1].name if self.clerk.table and self.chance.random() < 0.9 else self.any_slip()


Step = Callable[[Pair], tuple[bool, bool]]


def _ask(p: Pair) -> tuple[bool, bool]:
    who, name, rank = p.who(), p.name(), p.chance.choice(oracle.RANKS)
    return p.clerk.ask(who, name, rank), p.do(RequestFloor(name, rank=Rank(rank)), ACTORS[who.name])


def _reply(p: Pair) -> tuple[bool, bool]:
    who, name, to = p.who(), p.name(), p.any_slip()
    return p.clerk.reply(who, name, to), p.do(RequestFloor(name, Kind.REPLY, answers=to), ACTORS[who.name])


def _withdraw(p: Pair) -> tuple[bool, bool]:
    name = p.any_slip()
    who = p.clerk.slips[name].of if name in p.clerk.slips and p.chance.random() < 0.8 else p.who()
    return p.clerk.withdraw(who, name), p.do(WithdrawRequest(name), ACTORS[who.name])


def _move(p: Pair) -> tuple[bool, bool]:
    name, before = p.waiting(), p.chance.choice([p.waiting(), ""])
    return p.clerk.move(name, before), p.do(MoveEntry(name, before or None, MoveReason.PROTOCOL))


def _confirm(p: Pair) -> tuple[bool, bool]:
    name, rank = p.waiting(), p.chance.choice(oracle.RANKS)
    return p.clerk.confirm(name, rank), p.do(ConfirmEntry(name, Rank(rank)))


def _take_up_again(p: Pair) -> tuple[bool, bool]:
    few_will_do = p.chance.random() < 0.5
    paper = p.clerk.take_up_again(set(STATES), few_will_do=few_will_do)
    return paper, p.do(ResumeMeeting(Electorate(STATES), few_will_do))


def _swap(p: Pair) -> tuple[bool, bool]:
    name, other = p.waiting(), p.waiting()
    who = p.clerk.slips[name].of if name in p.clerk.slips else p.who()
    return p.clerk.propose(who, name, other), p.do(ProposeSwap(name, other), ACTORS[who.name])


def _agree(p: Pair) -> tuple[bool, bool]:
    name, other = p.chance.choice([*p.clerk.swaps, (p.waiting(), p.waiting())])
    who = p.clerk.slips[other].of if other in p.clerk.slips else p.who()
    return p.clerk.agree(who, name, other), p.do(AcceptSwap(name, other), ACTORS[who.name])


def _named(method: str, command: Callable[[str], MeetingCommand], pick: Callable[[Pair], str]) -> Step:
    def step(p: Pair) -> tuple[bool, bool]:
        name = pick(p)
        return getattr(p.clerk, method)(name), p.do(command(name))

    return step


def _extend(p: Pair) -> tuple[bool, bool]:
    name, ms = p.speaking(), p.chance.choice([60_000, 3_600_001, 0])
    return p.clerk.extend(name, ms), p.do(ExtendTime(name, ms))


def _finish(p: Pair) -> tuple[bool, bool]:
    who = p.clerk.speaking.of if p.clerk.speaking and p.chance.random() < 0.7 else p.who()
    return p.clerk.finish(who), p.do(YieldFloor(), ACTORS[who.name])


def _rise(p: Pair) -> tuple[bool, bool]:
    who, name, kind = p.mover(), p.name(), p.chance.choice(oracle.PRECEDENCE * 2 + ["point-of-order"] * 6)
    on_vote = p.clerk.ballots is not None if p.chance.random() < 0.9 else p.chance.random() < 0.5
    return p.clerk.rise(who, name, kind, on_vote), p.do(RaiseMotion(name, Kind(kind), on_vote), ACTORS[who.name])


def _speak_on(p: Pair) -> tuple[bool, bool]:
    who, name, motion, side = p.mover(), p.name(), p.top(), p.chance.choice(["for", "against"])
    return p.clerk.speak_on(who, name, motion, side), p.do(SpeakOnMotion(name, motion, SIDE[side]), ACTORS[who.name])


def _rule(p: Pair) -> tuple[bool, bool]:
    name, agreed = p.top(), p.chance.random() < 0.5
    return p.clerk.rule(name, agreed), p.do(RuleOnPoint(name, agreed))


def _appeal(p: Pair) -> tuple[bool, bool]:
    who, name = p.mover(), p.clerk.ruled or p.any_slip()
    return p.clerk.appeal(who, name), p.do(AppealRuling(name), ACTORS[who.name])


def _drop(p: Pair) -> tuple[bool, bool]:
    name = p.top()
    who = p.clerk.slips[name].of if name in p.clerk.slips and p.chance.random() < 0.8 else p.who()
    return p.clerk.drop(who, name), p.do(WithdrawMotion(name), ACTORS[who.name])


def _mark(p: Pair) -> tuple[bool, bool]:
    who, here = p.mover(), p.chance.random() < 0.8
    return p.clerk.mark(who, here), p.do(MarkPresence(who.name, here))


def _open_vote(p: Pair) -> tuple[bool, bool]:
    about = p.top() if p.clerk.table or p.chance.random() < 0.1 else ""
    vote_id = f"v{p.clerk.votes + 1}"
    subject = Subject.PROCEDURE if about else Subject.SUBSTANCE
    return p.clerk.open_vote(about, len(STATES)), p.do(OpenVote(vote_id, subject, STATES, motion_id=about or None))


def _cast(p: Pair) -> tuple[bool, bool]:
    who, choice = p.mover(), p.chance.choice(list(Choice))
    return p.clerk.cast(who, choice), p.do(CastVote(f"v{p.clerk.votes}", choice), ACTORS[who.name])


def _close_vote(p: Pair) -> tuple[bool, bool]:
    vote_id = f"v{p.clerk.votes}"
    return p.clerk.close_vote(), p.do(CloseVote(vote_id))


def _annul(p: Pair) -> tuple[bool, bool]:
    vote_id = f"v{p.clerk.votes}"
    return p.clerk.annul(), p.do(AnnulVote(vote_id))


def _set_list(p: Pair) -> tuple[bool, bool]:
    wanted = not p.clerk.open if p.chance.random() < 0.9 else p.clerk.open
    return p.clerk.set_list(wanted), p.do(OpenList() if wanted else CloseList())


def _stopped(p: Pair) -> str:
    return p.clerk.stopped[-1].name if p.clerk.stopped else p.any_slip()


def _rising(p: Pair) -> str:
    return p.chance.choice([*(s.name for s in p.clerk.rising()), *([] if p.clerk.rising() else [p.any_slip()])])


def _just_ended(p: Pair) -> str:
    return p.clerk.last.name if p.clerk.last else p.any_slip()


STEPS: dict[str, Step] = {
    "ask": _ask,
    "reply": _reply,
    "withdraw": _withdraw,
    "move": _move,
    "confirm": _confirm,
    "swap": _swap,
    "agree": _agree,
    "call": _named("call", CallSpeaker, Pair.waiting),
    "pause": _named("pause", PauseSpeech, Pair.speaking),
    "resume": _named("resume", ResumeSpeech, Pair.speaking),
    "extend": _extend,
    "finish": _finish,
    "end": _named("end", EndSpeech, lambda p: p.speaking() if p.clerk.speaking else _stopped(p)),
    "undo call": _named("undo_call", TakeBackCall, Pair.speaking),
    "undo end": _named("undo_end", TakeBackEnd, _just_ended),
    "lost": _named("lost", LoseLine, Pair.speaking),
    "restored": _named("restored", RestoreLine, Pair.any_slip),
    "pass over": _named("pass_over", PassOver, Pair.speaking),
    "read out": _named("read_out", ReadOut, Pair.speaking),
    "rise": _rise,
    "take up": _named("take_up", TakeUpMotion, _rising),
    "speak on": _speak_on,
    "rule": _rule,
    "appeal": _appeal,
    "drop": _drop,
    "give back": _named("give_back", ReturnFloor, _stopped),
    "mark": _mark,
    "open vote": _open_vote,
    "cast": _cast,
    "close vote": _close_vote,
    "annul": _annul,
    "list": _set_list,
    "suspend": lambda p: (p.clerk.suspend(), p.do(SuspendMeeting())),
    "take up again": _take_up_again,
}
NAMES = [name for name in STEPS if name != "suspend"] * 4 + ["suspend"]


def likely(clerk: VotingClerk) -> list[str]:
    """What people would do now, so that long stories come about; anything at all comes in between."""
    if not clerk.sitting:
        return ["take up again"]
    if clerk.ballots is not None:
        conduct = ["end"] if clerk.speaking else ["rule"] if clerk.table and clerk.table[-1].name != clerk.about else []
        return [*conduct * 4, "cast", "cast", "rise", "take up", "annul" if clerk.conduct else "close vote"]
    if clerk.speaking and clerk.speaking.gone:
        return ["pass over", "pass over", "restored", "read out", "resume", "undo call", "rise"]
    if clerk.speaking:
        on_list = ["ask", "ask", "rise", "take up", "lost", "pause", "resume", "extend", "undo call", "end", "finish"]
        return ["end", "speak on", "finish", "lost", "rise", "take up"] if clerk.table else on_list
    if clerk.table:
        debate = ["speak on", "speak on", "call"] if clerk.table[-1].kind in oracle.SIDES else []
        return [*debate, "rule", "open vote", "open vote", "give back", "drop", "rise"]
    if clerk.ruled:
        return ["appeal", "give back", "call"]
    if clerk.stopped:
        return ["give back", "give back", "end", "rise"]
    return [
        "ask",
        "ask",
        "ask",
        "call",
        "call",
        "reply",
        "swap",
        "agree",
        "move",
        "confirm",
        "undo end",
        "open vote",
        "mark",
        "rise",
    ]


def disagreement(p: Pair) -> str:
    """What the two see differently; "" where they agree."""
    floor, here = p.meeting.floor, p.clerk.speaking
    who = (floor.speech.entry_id if floor.speech else None, here.name if here else None)
    if who[0] != who[1]:
        return f"who has the floor: {who}"
    order = [entry.entry_id for entry in floor.waiting]
    if order != p.clerk.order():
        return f"the order: {order} / {p.clerk.order()}"
    if floor.speech and here:
        times = (floor.speech.used_at(p.now), floor.speech.limit_ms), (here.used, here.limit)
        if times[0] != times[1]:
            return f"the time: {times}"
        if (floor.speech.running_since is not None) != here.running:
            return "whether the clock runs"
    return ""


def sequence(seed: int, allowed: Counter[str]) -> None:
    """One meeting of random steps."""
    chance = random.Random(seed)
    by, clerk = rules(chance)
    pair = Pair(chance, clerk, Meeting())
    for command in (ConveneMeeting("m", "s", {}, START, (), by), OpenMeeting(), OpenList()):
        assert pair.do(command)
    assert clerk.set_list(True)
    history: list[Any] = []
    for _ in range(STEPS_EACH):
        ms = chance.choice([0, 500, 4_000, 31_000, 200_000])
        pair.now += timedelta(milliseconds=ms)
        clerk.wait(ms)
        name = chance.choice(likely(clerk) if chance.random() < 0.75 else NAMES)
        paper, ours = STEPS[name](pair)
        allowed[name] += paper
        history.append((name, ms, paper, ours))
        assert paper == ours, f"seed {seed}: the clerk says {paper}, the Assembly {ours}: {history}"
        assert not (difference := disagreement(pair)), f"seed {seed}: {difference}: {history}"


def test_an_independent_clerk_agrees_in_ten_thousand_random_meetings() -> None:
    allowed: Counter[str] = Counter()
    for seed in range(SEQUENCES):
        sequence(seed, allowed)
    rare = {name: allowed[name] for name in STEPS if allowed[name] < 15}
    assert not rare, "steps that hardly ever were allowed show nothing"

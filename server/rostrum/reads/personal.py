"""A meeting as it stands for one place: whether it may ask for what, where it stands, what it is asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rostrum.assembly import estimate
from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.entry import EntryState, Kind
from rostrum.assembly.estimate import Wait
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.sitting import MeetingState
from rostrum.assembly.voting import Choice
from rostrum.reads.meeting import MeetingModel, SpeakerNow
from rostrum.reads.names import Name

READY_AHEAD = 2
"""With so many before them, somebody is called to get ready."""


class Standing(StrEnum):
    """Where one place stands towards the floor, as the page's `data-standing` says it."""

    OFF = "off"
    """May not ask for the floor."""
    LISTENING = "listening"
    RISING = "rising"
    """Waits with a point of order, a motion or a reply, and not on the list."""
    WAITING = "waiting"
    READY = "ready"
    """Two are before them: time to get ready."""
    NEXT = "next"
    SPEAKING = "speaking"
    PAUSED = "paused"


@dataclass(frozen=True)
class Swap:
    """A proposal to change places: of whom or to whom."""

    entry_id: str
    with_id: str
    name: Name


@dataclass(frozen=True)
class PersonalModel:
    """A meeting as it stands for one place. `position` and `entry_id` are of the delegation's own waiting statement.

    All who stand alike have an equal model, so that it is rendered for them once.
    """

    standing: Standing
    spoken: str | None
    """The language in which it has said that it speaks."""
    position: int | None
    entry_id: str | None
    may_ask: bool
    limit_ms: int
    speaker: SpeakerNow | None
    """Set where the place itself has the floor."""
    wait: Wait | None
    others_turn: bool
    """The delegation has the floor or waits through somebody else of it."""
    may_reply: bool
    reply_id: str | None
    """The delegation's reply that waits."""
    may_move: bool
    rising: tuple[tuple[str, Kind], ...]
    """The delegation's points of order and motions that wait."""
    may_appeal: bool
    may_speak_on_motion: bool
    may_withdraw_motion: bool
    may_object: bool
    objects: bool
    may_vote: bool
    voted: Choice | None
    line_lost: bool
    """Its line was lost while it spoke, and has not come back."""
    swap_asked: Swap | None
    swaps_offered: tuple[Swap, ...]


def personal_model(
    meeting: Meeting, actor: Actor, model: MeetingModel, now: datetime, spoken: str | None
) -> PersonalModel:
    """How the meeting stands for one place at `now`. `spoken`: the language in which it says that it speaks."""
    floor, rules = meeting.floor, meeting.rules
    own = [entry for entry in floor.entries if entry.is_of(actor.place_id, actor.delegation_id)]
    waiting = {entry.kind: entry for entry in own if entry.state is EntryState.WAITING and not entry.kind.is_on_motion}
    entry = waiting.get(Kind.STATEMENT)
    position = None if entry is None else floor.position(entry.entry_id)
    standing = _standing(meeting, actor, position, any(e.state is EntryState.WAITING for e in own))
    may_speak, goes_on = Right.SPEAK in actor.rights, meeting.state not in (MeetingState.CLOSED, MeetingState.CANCELLED)
    movers = rules.procedure.motion.categories
    may_move = may_speak and meeting.is_open and (not movers or actor.category in movers)
    repliers = rules.procedure.reply.categories
    may_reply = may_speak and meeting.is_open and (not repliers or actor.category in repliers)
    top, consent, vote = meeting.motions.top, meeting.consents.current, meeting.votes.current
    has_vote = Right.VOTE in actor.rights
    on_motion = top is not None and any(e.kind.is_on_motion and e.answers == top.motion_id for e in own)
    mover = None if top is None else floor.entry(top.motion_id)
    is_mover = mover in own if mover is not None else False
    speaks = standing in (Standing.SPEAKING, Standing.PAUSED)
    swaps = _swaps(meeting, model, None if entry is None else entry.entry_id)
    speaks_elsewhere = not speaks and floor.speech is not None and any(e.entry_id == floor.speech.entry_id for e in own)
    return PersonalModel(
        standing,
        spoken,
        position,
        None if entry is None else entry.entry_id,
        may_speak and floor.list_open and goes_on and entry is None and not speaks and not speaks_elsewhere,
        model.speaker.limit_ms if speaks and model.speaker else rules.limit_ms(actor.category),
        model.speaker if speaks else None,
        None if position is None else estimate.wait(floor, position, meeting.sitting, now),
        speaks_elsewhere or (entry is not None and entry.place_id != actor.place_id),
        may_reply and Kind.REPLY not in waiting and bool(model.spoken or model.speaker),
        waiting[Kind.REPLY].entry_id if Kind.REPLY in waiting else None,
        may_move,
        tuple((e.entry_id, e.kind) for e in waiting.values() if e.kind.is_motion),
        may_move and meeting.motions.ruled is not None and vote is None,
        may_move and not on_motion and not is_mover,
        is_mover and floor.speech is None and vote is None,
        has_vote and consent is not None and actor.delegation_id not in consent.objections,
        consent is not None and actor.delegation_id in consent.objections,
        has_vote and vote is not None and actor.delegation_id in vote.roll and actor.delegation_id not in vote.cast,
        None if vote is None else vote.cast.get(actor.delegation_id),
        entry is not None and entry.line_lost,
        *swaps,
    )


def _standing(meeting: Meeting, actor: Actor, position: int | None, waits: bool) -> Standing:
    speech = meeting.floor.speech
    if speech is not None and speech.place_id == actor.place_id:
        return Standing.SPEAKING if speech.running_since is not None else Standing.PAUSED
    if position is None and waits:
        return Standing.RISING
    if position is None:
        return Standing.LISTENING if Right.SPEAK in actor.rights else Standing.OFF
    if position == 1:
        return Standing.NEXT
    before = position - 1 + (speech is not None)
    return Standing.READY if before <= READY_AHEAD and meeting.is_open else Standing.WAITING


def _swaps(meeting: Meeting, model: MeetingModel, entry_id: str | None) -> tuple[Swap | None, tuple[Swap, ...]]:
    if entry_id is None:
        return None, ()
    names = {each.entry_id: each.name for each in model.waiting}
    asked = [Swap(one, other, names[other]) for one, other in meeting.floor.swaps if one == entry_id]
    offered = [Swap(one, other, names[one]) for one, other in meeting.floor.swaps if other == entry_id]
    return (asked[0] if asked else None), tuple(offered)

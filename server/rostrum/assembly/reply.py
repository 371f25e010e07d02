"""The right of reply: after a speech that makes it desirable, also when the list is closed; so often, so long.

A reply is tied to the statement that it answers. Usually two for a delegation on an item, of five and then three
minutes, at the end of the meeting (data of the rules file).
"""

from rostrum.assembly.entry import Entry, EntryState, Kind
from rostrum.assembly.floor import Floor, Sitting
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules.procedure import RepliesWhen

GONE = frozenset({EntryState.WITHDRAWN, EntryState.FALLEN})


def require(
    floor: Floor, place_id: str, delegation_id: str, category: str, answers: str | None, sitting: Sitting
) -> None:
    """Raise `Refused` where a delegation has no right of reply to this statement (any more)."""
    rules = sitting.rules.procedure.reply
    if not sitting.is_open:
        raise Refused(Why.MEETING_NOT_OPEN)
    if rules.categories and category not in rules.categories:
        raise Refused(Why.CATEGORY_MAY_NOT)
    answered = None if answers is None else floor.entry(answers)
    if answered is None or answered.state not in (EntryState.SPEAKING, EntryState.SPOKEN):
        raise Refused(Why.NOTHING_TO_ANSWER)
    if answered.kind not in (Kind.STATEMENT, Kind.REPLY) or answered.is_of(place_id, delegation_id):
        raise Refused(Why.NOTHING_TO_ANSWER)
    if _number(floor, place_id, delegation_id, sitting.item_id) >= rules.number:
        raise Refused(Why.NO_REPLY_LEFT, number=rules.number)


def require_time(floor: Floor, sitting: Sitting) -> None:
    """Raise `Refused` where replies are taken at the end and statements still wait."""
    if sitting.rules.procedure.reply.when is not RepliesWhen.ANY_TIME and floor.statements:
        raise Refused(Why.REPLIES_AT_END)


def limit_ms(floor: Floor, entry: Entry, sitting: Sitting) -> int:
    """How long this reply may be: the first is longer than the second."""
    asked = [e.entry_id for e in _of(floor, entry.place_id, entry.delegation_id, entry.item_id)]
    return sitting.rules.procedure.reply.limit_ms(asked.index(entry.entry_id) + 1)


def left(floor: Floor, place_id: str, delegation_id: str, sitting: Sitting) -> int:
    """How many replies a delegation still has on the item."""
    return max(0, sitting.rules.procedure.reply.number - _number(floor, place_id, delegation_id, sitting.item_id))


def _number(floor: Floor, place_id: str, delegation_id: str, item_id: str | None) -> int:
    return len(_of(floor, place_id, delegation_id, item_id))


def _of(floor: Floor, place_id: str, delegation_id: str, item_id: str | None) -> list[Entry]:
    return [
        e for e in floor.entries
        if e.kind is Kind.REPLY and e.item_id == item_id and e.state not in GONE and e.is_of(place_id, delegation_id)
    ]  # fmt: skip

"""The order of the list of speakers: by the time of asking, or as a general debate has it.

The list is kept as a sequence that inscriptions are put into and that moves and swaps change; where the modalities
of the session interleave a category, the sequence shown is woven of two, each in its own order.
"""

from collections.abc import Sequence

from rostrum.assembly.entry import Entry, EntryState, Kind, Rank
from rostrum.assembly.rules.procedure import ListRules, Order


def place_for(waiting: Sequence[Entry], new: Entry, rules: ListRules) -> int:
    """The index in `waiting` at which a new statement is put in."""
    if rules.order is Order.AS_ASKED:
        return len(waiting)
    key = _key(new, rules)
    return next((n for n, each in enumerate(waiting) if not each.returns and _key(each, rules) > key), len(waiting))


def arranged(
    entries: Sequence[Entry], sequence: Sequence[str], called: Sequence[str], rules: ListRules
) -> tuple[Entry, ...]:
    """The statements that wait, in the order in which they will be called; `called` had the floor, first first.

    First who comes back after a lost line; then the sequence, woven where the rules interleave a category.
    """
    by_id = {entry.entry_id: entry for entry in entries}
    waiting = [by_id[entry_id] for entry_id in sequence if by_id[entry_id].state is EntryState.WAITING]
    back = [entry for entry in waiting if entry.returns]
    rest = [entry for entry in waiting if not entry.returns]
    if not rules.interleave_after:
        return (*back, *rest)
    had = [by_id[entry_id] for entry_id in called if by_id[entry_id].kind is Kind.STATEMENT]
    return (*back, *_woven(had, rest, rules))


def is_woven(entry: Entry, rules: ListRules) -> bool:
    """Whether the entry is of a category that the modalities put between the others."""
    return bool(rules.interleave_after) and entry.category in rules.interleave_categories


def _woven(had: Sequence[Entry], rest: Sequence[Entry], rules: ListRules) -> list[Entry]:
    between = [entry for entry in rest if is_woven(entry, rules)]
    others = [entry for entry in rest if not is_woven(entry, rules)]
    run = 0
    for entry in had:
        run = 0 if is_woven(entry, rules) else run + 1
    woven: list[Entry] = []
    while between or others:
        if between and (run >= rules.interleave_after or not others):
            woven.append(between.pop(0))
            run = 0
        else:
            woven.append(others.pop(0))
            run += 1
    return woven


def _key(entry: Entry, rules: ListRules) -> tuple[int, int]:
    block = rules.blocks.index(entry.category) if entry.category in rules.blocks else len(rules.blocks)
    return list(Rank).index(entry.rank), block

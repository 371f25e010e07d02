"""What each channel carries, and through whom: pure questions to the booths of a meeting.

A channel is the floor or a language. Exactly one source is in it: the interpreter who is on air into that language, or
the floor itself: where it speaks the language, and where nobody interprets into it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rostrum.assembly.booth import FLOOR, INTERNATIONAL_SIGN, Booth


@dataclass(frozen=True)
class Carrier:
    """What a channel carries. `place_id` None: the floor. `relayed`: the interpreter interprets an interpretation."""

    place_id: str | None = None
    booth_id: str | None = None
    relayed: bool = False


THE_FLOOR = Carrier()


def channels(booths: Mapping[str, Booth]) -> tuple[str, ...]:
    """The languages that there is a channel for, in the order of their codes."""
    spoken = {language for booth in booths.values() for language in booth.languages}
    return tuple(sorted(spoken - {INTERNATIONAL_SIGN}))


def carrying_booth(booths: Mapping[str, Booth], language: str) -> Booth | None:
    """The booth whose interpretation is in a channel now: the language's own goes before one with it as its second."""
    into = [booth for booth in booths.values() if booth.output == language and booth.heard is not None]
    return min(into, key=lambda booth: (booth.booth_id != language, booth.booth_id), default=None)


def carrier(booths: Mapping[str, Booth], language: str, spoken: str | None) -> Carrier:
    """What the channel of a language carries while the floor speaks `spoken` (None: not known)."""
    if language in (FLOOR, spoken):
        return THE_FLOOR
    booth = carrying_booth(booths, language)
    if booth is None:
        return THE_FLOOR
    return Carrier(booth.heard, booth.booth_id, listens(booths, booth.booth_id, spoken) != FLOOR)


def listens(booths: Mapping[str, Booth], booth_id: str, spoken: str | None) -> str:
    """The channel that a booth is given: the one that it chose, but the floor where that channel carries the floor, or
    would bring the booth's own interpretation back to it."""
    relay = booths[booth_id].relay
    step = _relayed_from(booths, relay, spoken)
    if step is None:
        return FLOOR
    seen = {booth_id}
    while step is not None:
        if step == booth_id:
            return FLOOR
        if step in seen:
            break
        seen.add(step)
        step = _relayed_from(booths, booths[step].relay, spoken)
    return relay


def would_loop(booths: Mapping[str, Booth], booth_id: str, channel: str) -> bool:
    """Whether a booth that listened to a channel would hear itself, whoever is on air and whatever the floor speaks.

    Goes by what each booth has chosen, on air or not, so that a choice stays right when somebody takes the air.
    """
    seen, due = set[str](), [channel]
    while due:
        language = due.pop()
        for booth in booths.values():
            if booth.output == language and booth.booth_id not in seen:
                if booth.booth_id == booth_id:
                    return True
                seen.add(booth.booth_id)
                due.append(booth.relay)
    return False


def _relayed_from(booths: Mapping[str, Booth], channel: str, spoken: str | None) -> str | None:
    """The booth whose interpretation a channel carries; None: it carries the floor."""
    if channel in (FLOOR, spoken):
        return None
    booth = carrying_booth(booths, channel)
    return None if booth is None else booth.booth_id

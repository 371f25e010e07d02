"""What a badge is that was read at a door, now or a while ago, and the arrival recorded where it is good."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.place import CheckIn, Place
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import ACCREDITATION
from rostrum.identity.badges import BadgeState, is_number, number_of, standing
from rostrum.pages.console.routes import session_of
from rostrum.pages.route import Visit
from rostrum.reads.names import Name
from rostrum.reads.wishes import wishes_of

CODE_MAX = 400
AGAIN = "again"
SAME = timedelta(seconds=1)
"""A read that is sent again, its answer having been lost, is the same one: nobody comes twice within it."""


@dataclass(frozen=True)
class Answer:
    """What the door is told: no more of a person than name or alias, category and the wish about photographs.

    `state`: a `BadgeState`, or "again" with `since` when; `revoked_at`: since when the badge opens nothing.
    """

    state: str
    name: Name | None = None
    category: str = ""
    no_photograph: bool = False
    since: datetime | None = None
    revoked_at: datetime | None = None


def is_live(session: Accreditation, place: Place) -> bool:
    """Whether a place's badge opens doors: not once the place is closed or its link revoked."""
    return not place.closed and session.link_of(place.place_id) is not None


def counted(session: Accreditation) -> int:
    """How many are present in the hall, as far as the doors know."""
    return sum(1 for place in session.places.values() if place.checked_in_at is not None and not place.closed)


async def judge(visit: Visit, code: str, seen_at: datetime | None = None) -> Answer:
    """What a code or a number is that was read at this time (None: now)."""
    session, now = await session_of(visit), visit.house.clock()
    state, place = _place_of(visit, session, code, seen_at or now)
    if place is None or state is not BadgeState.VALID:
        return Answer(state)
    before = place.checked_in_at
    if is_live(session, place):
        try:
            command = CheckIn(place.place_id, seen_at)
            session = (await visit.house.desk.act(ACCREDITATION, session.session_id, command, visit.actor)).state
        except Refused as refused:
            if refused.why is not Why.PLACE_CLOSED:
                raise
    place = session.places[place.place_id]
    name = (await visit.house.names.of([place]))[place.place_id]
    photograph = (await wishes_of(place, visit.house.dossiers)).no_photograph
    since = place.checked_in_at
    if not is_live(session, place):
        revoked_at = _revoked_at(session, place)
        return Answer(BadgeState.REVOKED, name, place.category, photograph, since, revoked_at)
    came = before is None if seen_at is None else since is not None and abs(since - min(seen_at, now)) < SAME
    return Answer(BadgeState.VALID if came else AGAIN, name, place.category, photograph, since)


def _place_of(visit: Visit, session: Accreditation, code: str, at: datetime) -> tuple[BadgeState, Place | None]:
    badger = visit.house.badger
    badges = {badger.badge_id(place_id): place for place_id, place in session.places.items()}
    if is_number(code):
        wanted = "".join(code.split())
        place = next((place for badge_id, place in badges.items() if number_of(badge_id) == wanted), None)
        state = BadgeState.VALID
    else:
        state, badge = standing(code, badger.public_key, session.session_id, frozenset(), at)
        place = None if badge is None else badges.get(badge.badge_id)
    return (BadgeState.UNKNOWN if place is None and state is BadgeState.VALID else state), place


def _revoked_at(session: Accreditation, place: Place) -> datetime | None:
    ends = (link.revoked_at for link in session.links.values() if link.place_id == place.place_id)
    return max((each for each in ends if each is not None), default=None)

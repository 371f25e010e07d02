"""What of a protected speaker may be published: never before its time, never without a reviewer, never unmasked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import Audience, AudienceRole, program
from rostrum.assembly.release import FULL, OPEN, Guard, Hold, Review, publication
from rostrum.assembly.sitting import MeetingKind, MeetingState

NOW = datetime(2026, 11, 26, tzinfo=UTC)
GUARDS = st.builds(Guard, st.booleans(), st.booleans())
REVIEWS = st.none() | st.builds(Review, st.just(NOW), st.just("clerk"), st.booleans())
HOURS = st.integers(0, 100)


@given(GUARDS, st.none() | HOURS, REVIEWS, HOURS)
def test_it_is_published_when_all_that_was_asked_for_is_met(
    guard: Guard, spoken: int | None, review: Review | None, delay: int
) -> None:
    spoken_at = None if spoken is None else NOW - timedelta(hours=spoken)
    decided = publication(guard, spoken_at, review, timedelta(hours=delay), NOW)
    assert decided.masked == guard.masks_voice
    assert decided.picture != guard.hides_picture
    if spoken is None:
        assert decided.hold is Hold.UNSPOKEN
    elif guard.masks_voice:
        assert decided.allowed == (spoken >= delay and review is not None and review.released)
    else:
        assert decided.allowed
    if decided.allowed:
        later = publication(guard, spoken_at, review, timedelta(hours=delay), NOW + timedelta(days=300))
        assert later == decided, "what was published stays so"


def test_a_closed_meeting_gives_the_public_nothing() -> None:
    for kind in MeetingKind:
        meeting = replace(Meeting(), state=MeetingState.OPEN, kind=kind)
        for guard in (OPEN, FULL):
            public = program(meeting, {"": guard}.__getitem__).fills[Audience(AudienceRole.PUBLIC)]
            assert bool(public) == (kind is MeetingKind.PUBLIC)

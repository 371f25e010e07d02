"""Whose step an application waits for, by which the queue is narrowed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rostrum.assembly.application import Application, ApplicationState
from rostrum.assembly.delegation import Member, MemberState
from rostrum.assembly.review import Outcome, Proposal, Verdict
from rostrum.reads.queue import Waits, waits_for

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SENT = Application("a", "ngo", "d", NOW, ApplicationState.SUBMITTED)
PROPOSED = replace(SENT, proposal=Proposal(NOW, "clerk", 0, Verdict(Outcome.ACCEPT)))
JOINING = {"m": Member("m", "d", True, None, MemberState.WAITING)}


@pytest.mark.parametrize(
    ("application", "steps"),
    [
        (SENT, {Waits.SECRETARIAT}),
        (PROPOSED, {Waits.SECRETARIAT, Waits.SECOND}),
        (replace(PROPOSED, turn=1), {Waits.SECRETARIAT}),
        (replace(SENT, state=ApplicationState.APPEALED), {Waits.SECRETARIAT, Waits.APPEAL}),
        (replace(SENT, state=ApplicationState.QUESTIONED, members=JOINING), {Waits.APPLICANT, Waits.FOCAL_POINT}),
        (replace(SENT, state=ApplicationState.ACCEPTED, members=JOINING), {Waits.FOCAL_POINT}),
        (replace(SENT, state=ApplicationState.REFUSED, members=JOINING), {Waits.NOBODY}),
    ],
)
def test_it_waits_for_whose_step_it_is(application: Application, steps: set[Waits]) -> None:
    assert waits_for(application) == steps

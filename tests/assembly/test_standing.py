"""The standing of categories: a dry run says what a change then does, and places follow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rostrum.assembly import accreditation, rules, standing
from rostrum.assembly.accreditation import Accreditation, OpenSession
from rostrum.assembly.actor import SYSTEM, Actor, Right, applicant
from rostrum.assembly.application import SubmitApplication
from rostrum.assembly.delegation import NamedMember
from rostrum.assembly.place import AppointOfficer
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.standing import ChangeStanding, StandingChanged
from rostrum.record import codec

NOW = datetime(2026, 12, 7, 9, tzinfo=UTC)
ASP = rules.load("asp")


def run(state: Accreditation, *commands: accreditation.AccreditationCommand, actor: Actor = SYSTEM) -> Accreditation:
    for command in commands:
        state = accreditation.fold(accreditation.decide(state, command, actor, NOW), state)
    return state


def appointed(place_id: str, category: str, *, remote: bool = True) -> AppointOfficer:
    until = NOW + timedelta(days=1)
    return AppointOfficer(place_id, f"d-{place_id}", category, remote, f"s-{place_id}", f"l-{place_id}", until)


@pytest.fixture
def session() -> Accreditation:
    opened = run(Accreditation(), OpenSession("s", {}, ASP), appointed("n1", "ngo"), appointed("p1", "press"))
    return run(
        opened,
        SubmitApplication("a1", "ngo", "s-a1", tuple(NamedMember(f"m{n}", f"s{n}", True, None) for n in range(3))),
        actor=applicant("a1"),
    )


def test_a_change_does_to_places_what_the_dry_run_said(session: Accreditation) -> None:
    new = replace(
        ASP.categories["ngo"],
        rights=frozenset({Right.ATTEND, Right.VOTE}),
        meetings=frozenset({"public"}),
        seats=frozenset({"hall"}),
        members_max=2,
    )
    effect = standing.touched(session.rules, session.places, session.applications, "ngo", new)
    assert [(each.place_id, set(each.gains), set(each.loses), each.misseated) for each in effect.places] == [
        ("n1", {Right.VOTE}, {Right.SPEAK}, True)
    ]
    assert effect.meetings_lost == {"working-group"}
    assert not effect.meetings_gained
    assert effect.applications == effect.too_many == ("a1",)
    after = run(session, ChangeStanding("ngo", new, "t"))
    assert after.places["n1"].rights == new.rights
    assert after.places["p1"] == session.places["p1"]
    assert not after.rules.admits("ngo", "working-group")
    with pytest.raises(Refused) as refused:
        run(after, appointed("n2", "ngo"))
    assert refused.value.why is Why.SEAT_NOT_OFFERED
    assert run(after, appointed("n2", "ngo", remote=False)).places["n2"].rights == new.rights


def test_nothing_changed_touches_nobody(session: Accreditation) -> None:
    same = ASP.categories["ngo"]
    effect = standing.touched(session.rules, session.places, session.applications, "ngo", same)
    assert effect == standing.Touched((), *(frozenset[str](),) * 4, (), ())
    assert run(session, ChangeStanding("ngo", same, "t")) == session


def test_a_retired_category_keeps_its_places_and_is_given_to_nobody(session: Accreditation) -> None:
    retired = replace(ASP.categories["press"], applies=False, retired=True)
    after = run(session, ChangeStanding("press", retired, "t"))
    assert after.places["p1"].rights == {Right.ATTEND}
    assert "press" not in after.rules.applying
    with pytest.raises(Refused) as refused:
        run(after, appointed("p2", "press"))
    assert refused.value.why is Why.CATEGORY_RETIRED


def test_a_new_category_can_be_given(session: Accreditation) -> None:
    youth = rules.Category(frozenset({Right.ATTEND}), 60_000, applies=True)
    after = run(session, ChangeStanding("youth", youth, "t"), appointed("y1", "youth"))
    assert after.places["y1"].rights == {Right.ATTEND}
    assert "youth" in after.rules.applying


def test_nobody_locks_their_own_category_out(session: Accreditation) -> None:
    own = Actor("x", "d", "secretariat", ASP.categories["secretariat"].rights)
    less = replace(ASP.categories["secretariat"], rights=frozenset({Right.ATTEND}))
    with pytest.raises(Refused) as refused:
        run(session, ChangeStanding("secretariat", less, "t"), actor=own)
    assert refused.value.why is Why.OWN_STANDING


def test_a_change_is_written_and_read_back() -> None:
    event = StandingChanged(NOW, "ngo", ASP.categories["ngo"], "t", narrows=True)
    assert codec.decode(*codec.encode(event)) == event


def test_an_old_record_without_seats_offers_both() -> None:
    kind, version, text = codec.encode(StandingChanged(NOW, "ngo", ASP.categories["ngo"], "t"))
    old = text.replace(',"retired":false', "").replace(',"seats":["hall","remote"]', "")
    assert "seats" not in old
    assert codec.decode(kind, version, old) == StandingChanged(NOW, "ngo", ASP.categories["ngo"], "t")

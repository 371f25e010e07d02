"""Whatever the secretariat and the person do, in any order: nobody but the person is ever protected less."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rostrum.assembly import protection
from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.place import Ground, Place
from rostrum.assembly.protection import AnswerLifting, AskToLift, ProtectionCommand, SetProtection, WishProtection
from rostrum.assembly.refusal import Refused

NOW = datetime(2026, 11, 26, tzinfo=UTC)
RIGHTS = frozenset({Right.ATTEND, Right.SPEAK})
CLERK = Actor("clerk", "", "secretariat", frozenset({Right.ADMINISTER, Right.ATTEND}), remote=False)
WISHES = st.frozensets(st.sampled_from(["alias", "voice_only", "unlisted", "no_photograph", "masked"]))
STEP = st.one_of(
    st.tuples(st.just("set"), WISHES, st.booleans()),
    st.tuples(st.just("wish"), WISHES, st.just(False)),
    st.tuples(st.just("ask"), st.just(frozenset[str]()), st.just(False)),
    st.tuples(st.just("answer"), st.just(frozenset[str]()), st.booleans()),
)


@given(WISHES, st.lists(STEP, max_size=12))
def test_only_the_person_is_protected_less_by_the_person(
    first: frozenset[str], steps: list[tuple[str, frozenset[str], bool]]
) -> None:
    written: dict[str | None, frozenset[str]] = {None: frozenset(), "d": first}
    place = Place("p", "", "ngo", RIGHTS, True, "x", protected_id="d" if first else None)
    accepted = asked = False
    for number, (kind, wishes, choice) in enumerate(steps):
        before, dossier_id = written[place.protected_id], f"d{number}"
        written[dossier_id] = wishes
        actor: Actor = CLERK
        command: ProtectionCommand = AskToLift("p")
        if kind == "set":
            # `choice`: the console's page looked at what held before; else at something out of date.
            replaces = place.protected_id if choice else "elsewhere"
            command = SetProtection("p", dossier_id, Ground.EMERGENCY, replaces, bool(before - wishes))
        elif kind == "wish":
            actor, command = place.actor(), WishProtection(dossier_id if wishes else None)
        elif kind == "answer":
            actor, command = place.actor(), AnswerLifting(choice)
        try:
            (event,) = protection.decide({"p": place}, command, actor, NOW) or (None,)
        except Refused:
            continue
        place = place if event is None else protection.apply(place, event)
        after = written[place.protected_id]
        if actor is CLERK:
            assert before <= after
            accepted = accepted or kind == "set"
        else:
            assert place.protection is not None
            assert kind == "wish" or asked, "an answer without a question"
        asked = place.protection is not None and place.protection.asked
        # An application that is decided on again does not bring back what it said.
        if place.protection is not None:
            assert protection.after_acceptance(place, "d") == place.protected_id

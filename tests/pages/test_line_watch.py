"""When a speaker's line counts as lost, and when as there again."""

from datetime import UTC, datetime

from rostrum.assembly.entry import Entry, EntryState
from rostrum.assembly.floor import Floor
from rostrum.assembly.line import LoseLine, RestoreLine
from rostrum.assembly.speech import Delivery, Speech
from rostrum.line_watch import BACK_AFTER_S, COMING_S, LOST_AFTER_S, LineWatch

AT = datetime(2026, 12, 1, tzinfo=UTC)
HERE = frozenset({"p"})
NONE: frozenset[str] = frozenset()


def floor(**changes: object) -> Floor:
    speech = Speech(
        **{
            "entry_id": "e",
            "place_id": "p",
            "delegation_id": "d",
            "remote": True,
            "began_at": AT,
            "limit_ms": 300_000,
            "used_ms": 0,
            "running_since": AT,
            **changes,
        }  # type: ignore[arg-type]
    )
    return Floor(speech=speech)


def test_a_line_that_falls_silent_is_lost_after_some_seconds_and_no_sooner() -> None:
    watch = LineWatch()
    assert list(watch.look(floor(), HERE, HERE, 0)) == []
    assert list(watch.look(floor(), NONE, HERE, 1)) == []
    assert list(watch.look(floor(), NONE, HERE, 1 + LOST_AFTER_S - 0.1)) == []
    assert list(watch.look(floor(), NONE, HERE, 1 + LOST_AFTER_S)) == [LoseLine("e")]


def test_a_line_that_comes_again_in_time_is_not_lost() -> None:
    watch = LineWatch()
    for second, sending in enumerate([HERE, NONE, NONE, HERE, NONE, NONE, HERE]):
        assert list(watch.look(floor(), sending, HERE, second)) == []


def test_whoever_is_called_has_time_to_open_the_microphone() -> None:
    watch = LineWatch()
    assert list(watch.look(floor(), NONE, HERE, 0)) == []
    assert list(watch.look(floor(), NONE, HERE, COMING_S - 0.1)) == []
    assert list(watch.look(floor(), NONE, HERE, COMING_S)) == [LoseLine("e")]


def test_a_line_that_was_there_while_waiting_and_is_gone_with_its_page_is_lost() -> None:
    watch = LineWatch()
    entry = Entry("e", "p", "d", "ngo", True, AT)
    assert list(watch.look(Floor(entries=(entry,), sequence=("e",)), HERE, HERE, 0)) == []
    assert list(watch.look(floor(), NONE, NONE, 1)) == []
    assert list(watch.look(floor(), NONE, NONE, 1 + LOST_AFTER_S)) == [LoseLine("e")]


def test_a_line_that_another_node_may_have_is_not_judged() -> None:
    watch = LineWatch()
    assert [list(watch.look(floor(), NONE, NONE, second)) for second in range(100)] == [[]] * 100


def test_neither_the_hall_nor_a_reader_has_a_line_to_lose() -> None:
    for changes in ({"remote": False}, {"delivery": Delivery.READ_OUT}):
        watch = LineWatch()
        assert list(watch.look(floor(**changes), HERE, HERE, 0)) == []
        assert list(watch.look(floor(**changes), NONE, HERE, 60)) == []


def test_a_lost_line_is_there_again_once_it_holds() -> None:
    watch, lost = LineWatch(), floor(line_lost_at=AT, running_since=None)
    assert list(watch.look(lost, HERE, HERE, 0)) == []
    assert list(watch.look(lost, NONE, HERE, 0.5)) == []
    assert list(watch.look(lost, HERE, HERE, 1)) == []
    assert list(watch.look(lost, HERE, HERE, 1 + BACK_AFTER_S)) == [RestoreLine("e")]


def test_who_was_passed_over_is_told_ready_again() -> None:
    entry = Entry("e", "p", "d", "ngo", True, AT, EntryState.WAITING, line_lost=True)
    waiting = Floor(entries=(entry,), sequence=("e",))
    watch = LineWatch()
    assert list(watch.look(waiting, HERE, HERE, 0)) == []
    assert list(watch.look(waiting, HERE, HERE, BACK_AFTER_S)) == [RestoreLine("e")]

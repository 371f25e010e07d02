"""What is given of a recording: all that may be, nothing of what is withheld, and chapters that fit it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.agenda import AgendaItem, OpenItem
from rostrum.assembly.chapters import MARGIN_MS, Chapter, Part, Run, Turn, outline, run_of, turns
from rostrum.assembly.meeting import (
    ConveneMeeting,
    Meeting,
    MeetingCommand,
    MeetingEvent,
    OpenMeeting,
    apply,
    decide,
)
from rostrum.assembly.release import Hold, Publication
from rostrum.assembly.rules import load
from rostrum.assembly.speakers import InscribeSpeaker, OpenList
from rostrum.assembly.speaking import CallSpeaker, EndSpeech, PauseSpeech

CLERK = Actor("clerk", "d", "secretariat", frozenset({Right.ADMINISTER, Right.PRESIDE}), remote=False)
NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
FREE = Publication(Hold.NONE, masked=False, picture=True)
HOW = {
    "free": FREE,
    "unseen": Publication(Hold.NONE, masked=False, picture=False),
    "delayed": Publication(Hold.DELAY, masked=True, picture=False, until=NOW),
    "kept-back": Publication(Hold.KEPT_BACK, masked=True, picture=True),
    "released": Publication(Hold.NONE, masked=True, picture=True),
}
"""Entries by what holds for them; the last may be given with another voice alone, which nothing here makes."""
WITHHELD = {"delayed", "kept-back", "released"}
LENGTHS = st.integers(1, 9_000)
SPOKEN = st.lists(
    st.tuples(LENGTHS, st.none() | st.sampled_from(sorted(HOW)), st.sampled_from(["i1", "i2"])), max_size=8
)
RUNS = st.lists(st.tuples(st.integers(0, 3_000), LENGTHS), min_size=1, max_size=3)


def as_turns(spoken: Sequence[tuple[int, str | None, str]]) -> list[Turn]:
    times = accumulate(length for length, _, _ in spoken)
    first = Turn(0, None, None)
    return [first, *(Turn(at, entry, item) for at, (_, entry, item) in zip(times, spoken, strict=True))]


def as_runs(lengths: Sequence[tuple[int, int]]) -> list[Run]:
    runs, now = list[Run](), 0
    for pause, length in lengths:
        runs.append(Run(now + pause, now + pause + length))
        now = runs[-1].ended_ms
    return runs


def on_floor(spoken: Sequence[Turn], at_ms: int) -> Turn:
    return [turn for turn in spoken if turn.at_ms <= at_ms][-1]


def near(spoken: Sequence[Turn], at_ms: int) -> set[str | None]:
    """Who has the floor at a moment or within the margin of it, in either direction."""
    after = {turn.entry_id for turn in spoken if at_ms - MARGIN_MS < turn.at_ms <= at_ms + MARGIN_MS}
    return after | {on_floor(spoken, max(0, at_ms - MARGIN_MS)).entry_id}


@given(SPOKEN, RUNS, st.lists(st.integers(0, 40_000), max_size=60))
def test_given_is_all_but_what_is_withheld(
    spoken: list[tuple[int, str | None, str]], lengths: list[tuple[int, int]], moments: list[int]
) -> None:
    said, runs = as_turns(spoken), as_runs(lengths)
    found = outline(runs, said, HOW.__getitem__)
    for number, run in enumerate(runs):
        own = [part for part in found.parts if part.run == number]
        for at_ms in (moment for moment in moments if run.began_ms <= moment < run.ended_ms):
            inside = [part for part in own if part.from_ms <= at_ms - run.began_ms < part.to_ms]
            around = near(said, at_ms)
            if WITHHELD & around:
                assert inside == []
            else:
                assert [part.picture for part in inside] == ["unseen" not in around]


@given(SPOKEN, RUNS)
def test_nobody_withheld_is_named_and_every_chapter_is_as_it_was(
    spoken: list[tuple[int, str | None, str]], lengths: list[tuple[int, int]]
) -> None:
    said, runs = as_turns(spoken), as_runs(lengths)
    found = outline(runs, said, HOW.__getitem__)
    assert not WITHHELD & {chapter.entry_id for chapter in found.chapters}
    edges = [0, *accumulate(part.to_ms - part.from_ms for part in found.parts)]
    ends = [chapter.to_ms for chapter in found.chapters]
    assert [chapter.from_ms for chapter in found.chapters] == [0, *ends][: len(ends)]
    assert edges[-1] == max(ends, default=0)
    for one, other in pairwise(found.chapters):
        assert (one.entry_id, one.item_id) != (other.entry_id, other.item_id)
    for chapter in found.chapters:
        # The first and the last ms of a chapter, found again in the run's own times.
        for at_ms in (chapter.from_ms, chapter.to_ms - 1):
            number = max(index for index, edge in enumerate(edges[:-1]) if edge <= at_ms)
            part = found.parts[number]
            turn = on_floor(said, runs[part.run].began_ms + part.from_ms + at_ms - edges[number])
            assert (turn.entry_id, turn.item_id) == (chapter.entry_id, chapter.item_id)


def test_what_was_left_out_of_the_recording_is_cut_by_its_journal() -> None:
    def floor(at: int, *left_out: str) -> dict[str, object]:
        return {"what": "floor", "at": at, "entry": None, **({"left_out": list(left_out)} if left_out else {})}

    notes = [floor(9_990), {"what": "begun", "at": 10_000}, {"what": "lost", "at": 10_500}, floor(15_000, "picture"),
             floor(20_000), floor(30_000, "picture", "voice"), floor(40_000)]  # fmt: skip
    run = run_of([*notes, {"what": "ended", "at": 70_000}])
    assert run is not None
    found = outline([run], [Turn(0, None, "i1")], HOW.__getitem__)
    assert found.parts == (
        Part(0, 0, 4_000, picture=True), Part(0, 4_000, 11_000, picture=False), Part(0, 11_000, 19_000, picture=True),
        Part(0, 31_000, 60_000, picture=True),
    )  # fmt: skip
    assert found.chapters == (Chapter(0, 48_000, None, "i1"),)
    assert run_of([floor(1)]) is None
    cut_off = run_of([*notes, {"what": "here", "at": 44_000}])
    assert cut_off is not None
    assert cut_off.ended_ms == 44_000


def test_turns_follow_the_record_and_a_stopped_clock_ends_none() -> None:
    meeting, record = Meeting(), list[MeetingEvent]()
    items = (AgendaItem("i1", "1", {"en": "Opening"}), AgendaItem("i2", "2", {"en": "Debate"}))
    commands: list[MeetingCommand] = [
        ConveneMeeting("m", "s", {"en": "Plenary"}, NOW, items, load("asp")), OpenMeeting(), OpenItem("i2"),
        OpenList(), InscribeSpeaker("e1", "p1", "d1", "state-party", remote=True), CallSpeaker("e1"), PauseSpeech("e1"),
        EndSpeech("e1"),
    ]  # fmt: skip
    for second, command in enumerate(commands):
        for event in decide(meeting, command, CLERK, NOW + timedelta(seconds=second)):
            record.append(event)
            meeting = apply(meeting, event)
    began = round(NOW.timestamp() * 1000)
    assert [(turn.at_ms - began, turn.entry_id, turn.item_id) for turn in turns(record).turns][-3:] == [
        (2_000, None, "i2"), (5_000, "e1", "i2"), (7_000, None, "i2"),
    ]  # fmt: skip
    for number in range(len(record)):
        assert turns(record[number:], turns(record[:number])) == turns(record), "of the new events alone"

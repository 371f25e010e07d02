"""How a line is, in a word and a reason; and how its minutes are counted."""

from collections.abc import Sequence
from typing import cast

import pytest

from rostrum.media import lines as lines_module
from rostrum.media.engine import Engine, PeerHealth, PeerState, Picture
from rostrum.media.lines import SAMPLES_A_MINUTE, Lines
from rostrum.media.quality import Quality, Reason, Seen, Word, quality

OPEN = {"m": frozenset({"p"})}


def peer(
    state: PeerState = PeerState.CONNECTED, *, sends: bool = False, peer_id: str = "1", **figures: object
) -> PeerHealth:
    return PeerHealth(peer_id, "m", "p", "place:p" if sends else None, state, **figures)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "seen", "expected"),
    [
        (peer(), None, Quality(Word.GOOD)),
        (peer(loss=0.01, round_trip_ms=120, jitter_ms=20, picture=Picture.FULL), Seen(0.0, 720), Quality(Word.GOOD)),
        (peer(PeerState.AWAY, loss=0.5), None, Quality(Word.AWAY, Reason.LOST)),
        (peer(loss=0.03), None, Quality(Word.FAIR, Reason.LOSS)),
        (peer(loss=0.2), None, Quality(Word.POOR, Reason.LOSS)),
        (peer(round_trip_ms=350), None, Quality(Word.FAIR, Reason.DELAY)),
        (peer(round_trip_ms=900), None, Quality(Word.POOR, Reason.DELAY)),
        (peer(jitter_ms=60), None, Quality(Word.FAIR, Reason.JITTER)),
        (peer(picture=Picture.SMALL, held_back=True), None, Quality(Word.FAIR, Reason.NARROW)),
        (peer(picture=Picture.PAUSED, held_back=True, loss=0.4), None, Quality(Word.POOR, Reason.NARROW)),
        (peer(picture=Picture.FULL), Seen(0.5, 720), Quality(Word.POOR, Reason.FROZEN)),
        (peer(picture=Picture.NONE), Seen(1.0, 720), Quality(Word.GOOD)),
        (peer(picture=None), Seen(1.0, 0), Quality(Word.GOOD)),
    ],
)
def test_the_word_is_the_worst_that_the_figures_say(line: PeerHealth, seen: Seen | None, expected: Quality) -> None:
    assert quality(line, seen) == expected


class Known:
    """The peers that an engine tells of."""

    def __init__(self) -> None:
        self.found: list[PeerHealth] = []

    def peers(self) -> Sequence[PeerHealth]:
        return self.found


@pytest.fixture
def engine() -> Known:
    return Known()


@pytest.fixture
def lines(engine: Known, monkeypatch: pytest.MonkeyPatch) -> Lines:
    monkeypatch.setattr(lines_module, "_FRESH_S", 0.0)
    return Lines(cast(Engine, engine))


def test_a_minute_is_as_a_sixth_of_it_was_at_the_worst(lines: Lines, engine: Known) -> None:
    for sample in range(SAMPLES_A_MINUTE):
        engine.found = [peer(loss=0.2 if sample < 2 else 0.0)]
        lines.sample(OPEN)
    assert lines.minute() == {("m", "p"): Word.POOR}
    for sample in range(SAMPLES_A_MINUTE):
        engine.found = [peer(loss=0.2 if sample == 0 else 0.0)]
        lines.sample(OPEN)
    assert lines.minute() == {("m", "p"): Word.GOOD}
    assert lines.minute() == {}


def test_a_page_without_a_connection_is_away_and_no_page_is_nothing(lines: Lines, engine: Known) -> None:
    engine.found = [peer(PeerState.CONNECTING)]
    for _ in range(SAMPLES_A_MINUTE):
        lines.sample({"m": frozenset({"p"}), "n": frozenset()})
    assert lines.minute() == {("m", "p"): Word.AWAY}


def test_the_better_tab_counts_and_the_worse_way(lines: Lines, engine: Known) -> None:
    engine.found = [peer(PeerState.AWAY), peer(peer_id="2")]
    lines.sample(OPEN)
    assert lines.minute() == {("m", "p"): Word.GOOD}
    engine.found = [peer(), peer(peer_id="2", sends=True, loss=0.2)]
    lines.sample(OPEN)
    assert lines.minute() == {("m", "p"): Word.POOR}


def test_a_pages_word_is_heard_and_forgotten_with_its_connection(lines: Lines, engine: Known) -> None:
    engine.found = [peer(picture=Picture.FULL)]
    assert lines.report("other", Seen()) is None
    told = lines.report("1", Seen(0.3, 360))
    assert told is not None
    assert told.quality == Quality(Word.POOR, Reason.FROZEN)
    assert [one.quality.word for one in lines.of("m")] == [Word.POOR]
    assert lines.of("other") == []
    engine.found = []
    assert lines.of("m") == []
    engine.found = [peer(picture=Picture.FULL)]
    assert [one.quality.word for one in lines.of("m")] == [Word.GOOD]

"""Captions' rules: what a line may hold, when it was said, who writes."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostrum.assembly.captions import (
    LATE_MAX,
    SILENT_AFTER,
    TEXT_MAX,
    Writer,
    cue_text,
    is_free,
    line_text,
    plain,
    span,
    taken,
)
from rostrum.assembly.refusal import Refused, Why

NOW = datetime(2026, 11, 26, 10, 0, 0, 123_456, tzinfo=UTC)


def writer(page: str, at: datetime = NOW, place: str = "p") -> Writer:
    return Writer(place, page, "Ana", at, at)


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_any_text_becomes_one_harmless_line(text: str) -> None:
    kept = plain(text)
    assert not any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} for one in kept)
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068") & set(kept)
    assert plain(kept) == kept
    assert len(line_text(text)) <= TEXT_MAX
    kept.encode()


def test_marks_that_arabic_and_persian_need_stay() -> None:
    assert plain("می\u200cخواهم\u200f") == "می\u200cخواهم\u200f"


@pytest.mark.parametrize("text", ["", "  \n\t", "\u202e", "x" * (TEXT_MAX + 1)])
def test_a_cue_is_neither_empty_nor_endless(text: str) -> None:
    with pytest.raises(Refused) as refused:
        cue_text(text)
    assert refused.value.why is Why.TEXT_MISSING


@given(st.integers(-(10**9), 10**12), st.integers(-(10**9), 10**12))
def test_a_cue_lies_in_the_past_and_lasts_whatever_the_writers_clock_says(began: int, ended: int) -> None:
    start, end = span(NOW, began, ended)
    assert NOW - LATE_MAX - timedelta(milliseconds=2) <= start < end <= NOW
    assert (start.microsecond % 1000, end.microsecond % 1000) == (0, 0)


def test_an_honest_clock_is_believed() -> None:
    start, end = span(NOW, 5250, 250)
    assert (end - start, NOW - end) == (timedelta(milliseconds=5000), timedelta(milliseconds=250, microseconds=456))


def test_the_desk_is_one_pages_until_it_is_silent() -> None:
    mine, later = writer("one"), NOW + timedelta(seconds=30)
    assert taken(None, mine) == mine
    assert taken(mine, writer("one", later)) == Writer("p", "one", "Ana", NOW, later), "at the desk since before"
    assert taken(mine, writer("two", later)) is None, "another page of the same person"
    assert taken(mine, writer("one", later, place="q")) is None
    silent = NOW + SILENT_AFTER
    assert taken(mine, writer("two", silent)) == writer("two", silent)
    assert not is_free(mine, later)
    assert is_free(mine, silent)

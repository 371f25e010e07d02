"""The glossary: found in any language whatever the accents, and kept within bounds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostrum.assembly.actor import SYSTEM, Actor, Right
from rostrum.assembly.glossary import TERMS_MAX, AddTerms, Glossary, RemoveTerm, apply, decide, fold
from rostrum.assembly.refusal import Refused, Why
from rostrum.reads.glossary import FOUND_MAX, plain, search

NOW = datetime(2026, 11, 26, tzinfo=UTC)
TERMS = {
    "1": {"en": "rules of procedure", "fr": "règlement intérieur", "ar": "النظام الداخلي"},
    "2": {"en": "States Parties", "fr": "États Parties", "es": "Estados Partes"},
    "3": {"en": "procedure", "ru": "процедура"},
}


def glossary(terms: dict[str, dict[str, str]]) -> Glossary:
    return fold(decide(Glossary(), AddTerms(terms), SYSTEM, NOW))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("reglement", ["1"]),
        ("ETATS", ["2"]),
        ("procedure", ["3", "1"]),
        ("النِّظام", ["1"]),
        ("Процед", ["3"]),
        ("parti", ["2"]),
        ("", []),
        ("   ", []),
        ("nothing", []),
    ],
)
def test_a_term_is_found_in_any_of_its_languages(query: str, found: list[str]) -> None:
    assert [term.term_id for term in search(glossary(TERMS), query)] == found


def test_the_same_term_is_added_once_and_what_is_none_is_refused() -> None:
    kept = glossary(TERMS)
    assert decide(kept, AddTerms({"4": TERMS["3"], "5": TERMS["3"]}), SYSTEM, NOW) == []
    for words in ({"en": "alone"}, {"en": "a", "xx": "b"}, {"en": "", "fr": "b"}, {"en": "x" * 201, "fr": "b"}):
        with pytest.raises(Refused) as refused:
            decide(kept, AddTerms({"4": words}), SYSTEM, NOW)
        assert refused.value.why is Why.TERM_WRONG
    many = {str(n): {"en": f"term {n}", "fr": f"terme {n}"} for n in range(TERMS_MAX)}
    with pytest.raises(Refused) as refused:
        decide(kept, AddTerms(many), SYSTEM, NOW)
    assert refused.value.why is Why.GLOSSARY_FULL
    assert len(search(glossary(many), "term")) == FOUND_MAX


def test_whoever_interprets_or_administers_adds_and_takes_out_and_nobody_else() -> None:
    kept = glossary(TERMS)
    for event in decide(kept, RemoveTerm("1"), SYSTEM, NOW):
        kept = apply(kept, event)
    assert "1" not in kept.terms
    with pytest.raises(Refused):
        decide(kept, RemoveTerm("1"), SYSTEM, NOW)
    with pytest.raises(Refused):
        decide(kept, RemoveTerm("2"), Actor("p", "d", "ngo", frozenset({Right.ATTEND, Right.SPEAK})), NOW)


@given(st.text(max_size=40))
def test_text_is_compared_in_one_form(text: str) -> None:
    assert plain(plain(text)) == plain(text)

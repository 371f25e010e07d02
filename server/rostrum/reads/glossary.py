"""The glossary searched: in any of its languages, whatever the accents and the case."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from rostrum.assembly.glossary import Glossary

FOUND_MAX = 20


@dataclass(frozen=True)
class Term:
    """A term that was found. `words` by language code."""

    term_id: str
    words: Mapping[str, str]


def plain(text: str) -> str:
    """Text as it is compared: without accents and vowel signs, in one case, with single spaces."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(bare.casefold().split())


def search(glossary: Glossary, query: str, most: int = FOUND_MAX) -> list[Term]:
    """The terms that hold the query, those that begin with it first; none for an empty one."""
    wanted = plain(query)
    if not wanted:
        return []
    found = []
    for term_id, words in glossary.terms.items():
        rank = min((_rank(plain(text), wanted) for text in words.values()), default=_NOT_THERE)
        if rank != _NOT_THERE:
            found.append((rank, term_id, words))
    return [Term(term_id, words) for _, term_id, words in sorted(found, key=lambda each: each[:2])[:most]]


_NOT_THERE = 3


def _rank(text: str, wanted: str) -> int:
    if text.startswith(wanted):
        return 0
    if f" {wanted}" in text:
        return 1
    return 2 if wanted in text else _NOT_THERE

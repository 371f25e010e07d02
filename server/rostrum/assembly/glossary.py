"""A session's glossary: a term in several languages, added by the secretariat and by interpreters.

Terms are the session's own and no secret of anybody; who added one is in the record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, get_args

from rostrum.assembly.actor import Actor, Right
from rostrum.assembly.interpretation import WORKING_LANGUAGES
from rostrum.assembly.refusal import Refused, Why

TERMS_MAX = 5_000
WORDS_MAX = 200
"""Characters of a term in one language."""


@dataclass(frozen=True)
class Glossary:
    """The terms by identifier, each by language code."""

    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class AddTerms:
    """Add terms, by new identifiers; those that are there already in the very same words are left out."""

    terms: Mapping[str, Mapping[str, str]]
    needs: ClassVar = (Right.INTERPRET, Right.ADMINISTER)


@dataclass(frozen=True)
class RemoveTerm:
    """Take a term out."""

    term_id: str
    needs: ClassVar = (Right.INTERPRET, Right.ADMINISTER)


GlossaryCommand = AddTerms | RemoveTerm


@dataclass(frozen=True)
class TermAdded:
    """A term is in the glossary. `words` by language code."""

    at: datetime
    term_id: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class TermRemoved:
    """A term is no more."""

    at: datetime
    term_id: str


GlossaryEvent = TermAdded | TermRemoved


def decide(glossary: Glossary, command: GlossaryCommand, actor: Actor, now: datetime) -> list[GlossaryEvent]:
    """The events that a command brings about. Raises `Refused`; changes nothing."""
    actor.require(*command.needs)
    match command:
        case AddTerms():
            known = {tuple(sorted(words.items())) for words in glossary.terms.values()}
            added: list[GlossaryEvent] = []
            for term_id, words in command.terms.items():
                _require_term(words)
                key = tuple(sorted(words.items()))
                if key not in known:
                    known.add(key)
                    added.append(TermAdded(now, term_id, dict(words)))
            if len(glossary.terms) + len(added) > TERMS_MAX:
                raise Refused(Why.GLOSSARY_FULL)
            return added
        case RemoveTerm():
            if command.term_id not in glossary.terms:
                raise Refused(Why.NO_SUCH_TERM)
            return [TermRemoved(now, command.term_id)]


def _require_term(words: Mapping[str, str]) -> None:
    """Raises `Refused` unless it is there in two languages that we know, and no longer than a term is."""
    if not set(words) <= set(WORKING_LANGUAGES) or len(words) < 2:
        raise Refused(Why.TERM_WRONG)
    if any(not 0 < len(text) <= WORDS_MAX for text in words.values()):
        raise Refused(Why.TERM_WRONG)


def apply(glossary: Glossary, event: GlossaryEvent) -> Glossary:
    """The glossary after an event."""
    match event:
        case TermAdded():
            return replace(glossary, terms={**glossary.terms, event.term_id: event.words})
        case TermRemoved():
            return replace(glossary, terms={key: one for key, one in glossary.terms.items() if key != event.term_id})


def fold(events: Iterable[GlossaryEvent], start: Glossary | None = None) -> Glossary:
    """The glossary that events have made, from nothing or from an earlier state."""
    glossary = Glossary() if start is None else start
    for event in events:
        glossary = apply(glossary, event)
    return glossary


EVENTS: tuple[type[GlossaryEvent], ...] = get_args(GlossaryEvent)
"""Every event of this aggregate, for the record's codec."""

"""A list of people from a file: which columns there are, which lines are whole, and what is wrong with the others.

Heads and choices are known in all six languages, whatever language the page is in.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rostrum.i18n import LANGUAGES, Locale
from rostrum.i18n.locale import Locales
from rostrum.pages.apply.form import check
from rostrum.pages.apply.questions import MEMBER_FIELDS, MEMBER_PAGES, PROTECTED_FIELDS, time_zones
from rostrum.pages.apply.words import CHOICES, label
from rostrum.sheets.reading import Line, Sheet

COLUMNS: tuple[str, ...] = (*MEMBER_FIELDS, *PROTECTED_FIELDS)
REQUIRED: tuple[str, ...] = ("given_name", "family_name", "email", "mode")
YES = frozenset({"yes", "y", "x", "1", "true", "✓"})
NO = frozenset({"no", "n", "0", "false", "-"})
LINE = "line"
"""Where a line that is to be mended keeps its number in the file."""

Words = Mapping[str, str]


@dataclass(frozen=True)
class Person:
    """Somebody of a list, whole: what is known of them, and their wishes for protection."""

    fields: Words
    protected: Words


@dataclass(frozen=True)
class FaultyLine:
    """A line that is to be mended: as it was typed, with what is wrong (field to words); none where it is too many."""

    number: int
    values: Words
    errors: Words


@dataclass(frozen=True)
class Imported:
    """What a list brought. `missing`: required columns that it lacks (then there is nothing else)."""

    people: Sequence[Person] = ()
    faulty: Sequence[FaultyLine] = ()
    there_already: int = 0
    missing: Sequence[str] = ()
    unknown: Sequence[str] = field(default_factory=tuple)


class Vocabulary:
    """Heads and choices in every language."""

    def __init__(self, locales: Locales) -> None:
        self._heads: dict[str, str] = {}
        self._choices: dict[str, dict[str, str]] = {name: {} for name in CHOICES}
        for code in LANGUAGES:
            locale = locales[code]
            for name in COLUMNS:
                self._heads.setdefault(plain(label(name, locale)), name)
            for name, choices in CHOICES.items():
                for choice, words in choices.items():
                    self._choices[name].setdefault(plain(locale.gettext(words)), choice)
        for name in COLUMNS:
            self._heads.setdefault(plain(name.replace("_", " ")), name)
        for name, choices in CHOICES.items():
            self._choices[name] |= {plain(choice): choice for choice in choices}
        self._zones = {plain(zone): zone for zone in time_zones()}

    def column(self, head: str) -> str | None:
        """The field that a head names."""
        return self._heads.get(plain(head))

    def knows(self, head: str) -> bool:
        """Whether a head names a field."""
        return plain(head) in self._heads

    def value(self, name: str, text: str) -> str:
        """A cell as the field's value: a choice by its code where it is one, else what was written."""
        if name == "time_zone":
            return self._zones.get(plain(text), text)
        if name not in CHOICES:
            return text
        found = self._choices[name].get(plain(text))
        if found is not None:
            return found
        if set(CHOICES[name]) == {"yes"}:
            return "yes" if plain(text) in YES else "" if plain(text) in NO else text
        return text


def plain(text: str) -> str:
    """A head or choice for comparing: without case, accents, signs and double spaces."""
    decomposed = unicodedata.normalize("NFKD", text.replace("_", " ").casefold())
    kept = "".join(sign if sign.isalnum() else " " for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(kept.split()) or text.strip()


def imported(
    sheet: Sheet, vocabulary: Vocabulary, there: Iterable[Words], defaults: Words, locale: Locale, room: int
) -> Imported:
    """What a list brings beside those who are `there` already. `defaults`: for cells that are left empty.

    `room`: how many people may still be named; whole lines further down wait among those to be mended.
    """
    columns = [vocabulary.column(head) for head in sheet.head]
    missing = [name for name in REQUIRED if name not in columns]
    unknown = tuple(head for head, name in zip(sheet.head, columns, strict=True) if head and name is None)
    if missing:
        return Imported(missing=missing, unknown=unknown)
    seen = {_same(each) for each in there}
    people: list[Person] = []
    faulty: list[FaultyLine] = []
    there_already = 0
    for line in sheet.lines:
        values = _values(line, columns, vocabulary, defaults)
        kept, errors = checked(values, locale)
        if errors:
            faulty.append(FaultyLine(line.number, values, errors))
            continue
        person = Person({name: kept[name] for name in MEMBER_FIELDS}, {name: kept[name] for name in PROTECTED_FIELDS})
        if _same(person.fields) in seen:
            there_already += 1
            continue
        seen.add(_same(person.fields))
        if len(people) < room:
            people.append(person)
        else:
            faulty.append(FaultyLine(line.number, values, {}))
    return Imported(people, faulty, there_already, (), unknown)


def checked(values: Words, locale: Locale) -> tuple[dict[str, str], dict[str, str]]:
    """(values as they are kept, what is wrong: field to words) of a line."""
    kept: dict[str, str] = {}
    errors: dict[str, str] = {}
    for question in MEMBER_PAGES:
        found = check(question.group, values, locale)
        kept |= found.kept or {}
        errors |= found.errors
    return kept, errors


def _values(line: Line, columns: Sequence[str | None], vocabulary: Vocabulary, defaults: Words) -> dict[str, str]:
    values = {name: defaults.get(name, "") for name in COLUMNS}
    for name, cell in zip(columns, line.cells, strict=False):
        if name is not None and cell:
            values[name] = vocabulary.value(name, cell)
    if values["mode"] == "remote" and not values["remote_reason"]:
        values["remote_reason"] = "unsaid"
    return values


def _same(fields: Words) -> tuple[str, ...]:
    """By what two lines are taken for the same person."""
    names = (plain(fields.get(name, "")) for name in ("given_name", "family_name"))
    return (*names, fields.get("email", "").casefold())

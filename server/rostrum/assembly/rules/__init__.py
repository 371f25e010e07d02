"""Rules are data: categories, rights, lengths and rule numbers come from a TOML file, not from code."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import TypeVar

from rostrum.assembly.actor import Right
from rostrum.assembly.rules.errors import RulesError, line_of
from rostrum.assembly.rules.parsing import procedure_of
from rostrum.assembly.rules.procedure import Procedure

__all__ = ["Category", "Procedure", "Rules", "RulesError", "load", "parse"]

_T = TypeVar("_T")

ALL_MEETINGS = frozenset({"public", "closed", "working-group"})
ALL_DOCUMENTS = frozenset({"general", "restricted"})
ALL_SEATS = frozenset({"hall", "remote"})
CODE = re.compile(r"[a-z][a-z-]{0,39}")
"""What a category is called in the rules: small letters and hyphens."""


@dataclass(frozen=True)
class Category:
    """What one category of participants may do. `applies`: its members ask for accreditation with the public form.

    `members_max`: how many people one organisation may name; 0: no limit. `evidence`: codes of what an application is
    asked to show, in the order in which it is asked. `meetings`: the kinds of meetings that its members attend, by the
    names of `MeetingKind`; `documents`: those that they receive, by the names of `Access`.
    `seats`: how they take part. `retired`: nobody is given a place of it any more; those who have one keep it.
    """

    rights: frozenset[Right]
    limit_ms: int
    applies: bool
    members_max: int = 0
    evidence: tuple[str, ...] = ()
    meetings: frozenset[str] = ALL_MEETINGS
    documents: frozenset[str] = ALL_DOCUMENTS
    seats: frozenset[str] = ALL_SEATS
    retired: bool = False

    def seats_in(self, *, remote: bool) -> bool:
        """Whether members take part from far away, or in the hall."""
        return ("remote" if remote else "hall") in self.seats


@dataclass(frozen=True)
class Rules:
    """What a session is run by. Times in milliseconds; `warning_ms` is left on the clock at the gentle warning."""

    name: str
    default_limit_ms: int
    warning_ms: int
    categories: Mapping[str, Category]
    procedure: Procedure = field(default_factory=Procedure)

    def limit_ms(self, category: str) -> int:
        """The length of a statement by a category."""
        found = self.categories.get(category)
        return self.default_limit_ms if found is None else found.limit_ms

    def members_max(self, category: str) -> int:
        """How many people one organisation of a category may name; 0: no limit."""
        found = self.categories.get(category)
        return 0 if found is None else found.members_max

    def admits(self, category: str, kind: str) -> bool:
        """Whether members of a category attend meetings of a kind."""
        found = self.categories.get(category)
        return found is None or kind in found.meetings

    def evidence(self, category: str) -> tuple[str, ...]:
        """What an application of a category is asked to show."""
        found = self.categories.get(category)
        return () if found is None else found.evidence

    def receives(self, category: str, access: str) -> bool:
        """Whether members of a category receive documents of this access."""
        found = self.categories.get(category)
        return found is None or access in found.documents

    @property
    def applying(self) -> tuple[str, ...]:
        """The categories that the public form offers, in the file's order."""
        return tuple(name for name, category in self.categories.items() if category.applies and not category.retired)


def load(name: str) -> Rules:
    """The rules file of this name that comes with Rostrum: "asp" or "plain". Raises `RulesError`."""
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8")
    try:
        return parse(text)
    except RulesError as error:
        raise RulesError(f"{name}.toml, {error}", error.path) from error


def parse(text: str) -> Rules:
    """Read a rules file. Raises `RulesError` naming the line at fault."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(_syntax(text, str(error))) from error
    try:
        return _rules(data)
    except RulesError as error:
        raise RulesError(f"line {line_of(text, error.path)}: {'.'.join(error.path)}: {error}", error.path) from error


def _syntax(text: str, message: str) -> str:
    """The parser's words, with the line first as everywhere."""
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    line = int(found[1]) if found else len(text.splitlines())
    return f"line {line}: {message}"


def _rules(data: Mapping[str, object]) -> Rules:
    floor = _of(data, "floor", dict)
    default_limit_ms = _of(floor, "limit_s", int, "floor") * 1000
    tables = _of(data, "category", dict)
    categories = {name: _category(name, table, default_limit_ms) for name, table in tables.items()}
    warning_ms = _of(floor, "warning_s", int, "floor") * 1000
    return Rules(_of(data, "name", str), default_limit_ms, warning_ms, categories, procedure_of(data))


def _category(name: str, table: Mapping[str, object], default_limit_ms: int) -> Category:
    at = ("category", name)
    try:
        rights = frozenset(Right(right) for right in _of(table, "rights", list, *at))
    except ValueError as error:
        if isinstance(error, RulesError):
            raise
        raise RulesError(str(error), (*at, "rights")) from error
    limit_ms = _of(table, "limit_s", int, *at) * 1000 if "limit_s" in table else default_limit_ms
    if limit_ms <= 0:
        raise RulesError("must be more than 0", (*at, "limit_s"))
    applies = _of(table, "applies", bool, *at) if "applies" in table else False
    members_max = _of(table, "members_max", int, *at) if "members_max" in table else 0
    if members_max < 0:
        raise RulesError("must not be less than 0", (*at, "members_max"))
    evidence = tuple(_of(table, "evidence", list, *at)) if "evidence" in table else ()
    if not all(isinstance(code, str) and re.fullmatch(r"[a-z-]{1,40}", code) for code in evidence):
        raise RulesError("must be a list of codes, small letters and hyphens", (*at, "evidence"))
    meetings, documents = _subset(table, "meetings", ALL_MEETINGS, at), _subset(table, "documents", ALL_DOCUMENTS, at)
    seats = _subset(table, "seats", ALL_SEATS, at)
    if not seats:
        raise RulesError("must name one at least", (*at, "seats"))
    return Category(rights, limit_ms, applies, members_max, evidence, meetings, documents, seats)


def _subset(table: Mapping[str, object], key: str, known: frozenset[str], at: tuple[str, ...]) -> frozenset[str]:
    """A list of known names; all of them where the key is not there."""
    found = frozenset(_of(table, key, list, *at)) if key in table else known
    if found - known:
        raise RulesError(f"knows only {', '.join(sorted(known))}", (*at, key))
    return found


def _of(table: Mapping[str, object], key: str, kind: type[_T], *path: str) -> _T:
    at = (*path, key)
    if key not in table:
        raise RulesError("is missing", at)
    value = table[key]
    if not isinstance(value, kind):
        raise RulesError(f"{value!r} is not of type {kind.__name__}", at)
    return value

"""The tables `[procedure.…]` of a rules file, read into `Procedure`: names and types are those of its fields.

Times are written in seconds (`…_s`) and kept in milliseconds (`…_ms`).
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from rostrum.assembly.rules.errors import RulesError
from rostrum.assembly.rules.procedure import Procedure, QuorumRules, ReplyRules, Threshold

_T = TypeVar("_T")
TOP = "procedure"
TIME_MAX_S = 24 * 3600


def procedure_of(data: Mapping[str, Any]) -> Procedure:
    """The procedure that a file's data asks for. Raises `RulesError` with the path at fault."""
    tables = data.get(TOP, {})
    procedure = _filled(Procedure(), tables, (TOP,))
    check(procedure)
    return procedure


def check(procedure: Procedure) -> None:
    """Raise `RulesError` where figures that are each of the right type contradict each other or reason."""
    reply, quorum = procedure.reply, procedure.quorum
    if not reply.limits_ms:
        raise RulesError("must name at least one length", (TOP, "reply", "limits_s"))
    if reply.number < 0:
        raise RulesError("must not be less than 0", (TOP, "reply", "number"))
    if quorum.members < 0:
        raise RulesError("must not be less than 0", (TOP, "quorum", "members"))
    if procedure.speakers.interleave_after < 0:
        raise RulesError("must not be less than 0", (TOP, "speakers", "interleave_after"))
    if procedure.speakers.interleave_after and not procedure.speakers.interleave_categories:
        raise RulesError("says after how many, but not whom", (TOP, "speakers", "interleave_categories"))


def _filled(into: _T, table: object, path: tuple[str, ...]) -> _T:
    """A dataclass with what a table says in place of its defaults."""
    if not isinstance(table, Mapping):
        raise RulesError("is not a table", path)
    known = {field.name: field for field in fields(into)}  # type: ignore[arg-type]  # a dataclass, as its callers see to
    changes = {}
    for key, value in table.items():
        at = (*path, str(key))
        name = f"{str(key)[:-2]}_ms" if str(key).endswith("_s") else str(key)
        if name not in known:
            raise RulesError(f"is not known here; known are {', '.join(sorted(_written(n) for n in known))}", at)
        changes[name] = _value(into, name, value, at)
    return replace(into, **changes)  # type: ignore[type-var]


def _written(name: str) -> str:
    return f"{name[:-3]}_s" if name.endswith("_ms") else name


def _value(into: object, name: str, value: object, at: tuple[str, ...]) -> object:
    default = getattr(into, name)
    if isinstance(into, QuorumRules) and name != "members":
        return None if value is False else _threshold(value, at)
    if isinstance(default, Threshold):
        return _threshold(value, at)
    if is_dataclass(default):
        return _filled(default, value, at)
    if isinstance(into, ReplyRules) and name == "limits_ms":
        return tuple(_ms(each, at) for each in _of(value, list, at))
    if name.endswith("_ms"):
        return _ms(value, at)
    if isinstance(default, StrEnum):
        try:
            return type(default)(_of(value, str, at))
        except ValueError as error:
            raise RulesError(f"{error}; it is one of {', '.join(type(default))}", at) from error
    if isinstance(default, tuple):
        return tuple(_of(each, str, at) for each in _of(value, list, at))
    if isinstance(default, Mapping):
        return {str(key): _of(number, int, at) for key, number in _of(value, dict, at).items()}
    return _of(value, type(default), at)


def _threshold(value: object, at: tuple[str, ...]) -> Threshold:
    table = _of(value, dict, at)
    share = str(table.get("share", ""))
    numerator, _, denominator = share.partition("/")
    if set(table) - {"share", "more_than"} or not (numerator.isdecimal() and denominator.isdecimal()):
        raise RulesError('is written { share = "2/3" }, with more_than = true where it must be exceeded', at)
    strict = _of(table.get("more_than", False), bool, at)
    if not 0 < int(numerator) <= int(denominator) or (strict and numerator == denominator):
        raise RulesError(f"{share} can never be reached", at)
    return Threshold(int(numerator), int(denominator), strict)


def _ms(value: object, at: tuple[str, ...]) -> int:
    seconds = _of(value, int, at)
    if not 0 <= seconds <= TIME_MAX_S:
        raise RulesError(f"must lie between 0 and {TIME_MAX_S} seconds", at)
    return seconds * 1000


def _of(value: object, kind: type[_T], at: tuple[str, ...]) -> _T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise RulesError(f"{value!r} is not of type {kind.__name__}", at)
    return value

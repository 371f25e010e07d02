"""The queue's filter and the address that holds it: whatever an address says, only what there is to choose is taken."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from rostrum.assembly.application import ApplicationState
from rostrum.assembly.deadlines import Timeliness
from rostrum.pages.apply.form import tidy
from rostrum.reads.queue import COLUMNS, Filter, Waits

STATES = tuple(state.value for state in ApplicationState if state is not ApplicationState.ABSENT)
SEARCH_MAX = 200
COUNTRY_MAX = 100
SORTS = frozenset({f"{sign}{column}" for column in COLUMNS for sign in ("", "-")})
CHOICES: Mapping[str, frozenset[str]] = {
    "state": frozenset(STATES),
    "timeliness": frozenset(Timeliness),
    "waits": frozenset(Waits),
    "seat": frozenset({"remote", "hall"}),
    "reopened": frozenset({"yes"}),
    "alike": frozenset({"yes"}),
    "sort": SORTS,
}


def filter_of(query: Mapping[str, str]) -> Filter:
    """The filter that an address holds."""
    chosen = {name: value for name, values in CHOICES.items() if (value := query.get(name, "")) in values}
    number = query.get("page", "1")
    return Filter(
        search=str(tidy(query.get("search", "")))[:SEARCH_MAX],
        category=query.get("category", "")[:COUNTRY_MAX],
        country=str(tidy(query.get("country", "")))[:COUNTRY_MAX],
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
        **chosen,
    )


def query_of(wanted: Filter) -> str:
    """The part of an address that holds a filter: what narrows nothing is left out."""
    parts = {name: value for name, value in asdict(wanted).items() if value and (name, value) != ("page", 1)}
    return urlencode(parts)


def link_to(wanted: Filter) -> Callable[..., str]:
    """What gives a page the address of the queue with some of the filter changed; another order is seen from page 1."""

    def link(**changes: Any) -> str:
        return f"?{query_of(replace(wanted, **({'page': 1} | changes)))}"

    return link

"""The roll of states that a session can begin with."""

import tomllib
from importlib import resources


def states_parties() -> tuple[str, ...]:
    """The States Parties to the Rome Statute as this release knows them, by ISO 3166-1 alpha-3 code."""
    text = resources.files(__package__).joinpath("asp_states.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["codes"])

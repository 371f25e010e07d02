"""The rules that new sessions are opened with: a file that comes with Rostrum, or the operator's own."""

from pathlib import Path

from rostrum.assembly import rules
from rostrum.assembly.rules import Rules, RulesError

BUNDLED = ("asp", "plain")


def load_rules(name: str) -> Rules:
    """The rules of this name, or in the file of this path.

    Raises `RulesError` naming the file and the line at fault, and OSError where there is no such file.
    """
    if name in BUNDLED:
        return rules.load(name)
    try:
        return rules.parse(Path(name).read_text("utf-8"))
    except RulesError as error:
        raise RulesError(f"{name}, {error}", error.path) from error
